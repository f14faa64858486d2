using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using CrmSync.Mail.Dav;
using CrmSync.Mail.Net;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Sources.Imap;
using NodaTime;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>
/// Every calendar of an account on a CalDAV server. A folder is a calendar, an item one version of one series in it; its key names object,
/// version and series, so that an object that disappears still tells whose meetings went. Where the calendars lie is remembered; one
/// request then tells which of them changed.
/// </summary>
/// <param name="name">The name of the account.</param>
/// <param name="dav">The server.</param>
/// <param name="meetings">Says in the words of the log what the calendars say.</param>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="window">The meetings that are looked at.</param>
internal sealed class CalDavSource(string name, DavClient dav, MeetingTranslation meetings, DateTimeZone zone, Interval window) : ISource
{
    private const string Gone = "gone";
    private const string Lost = "lost";
    private const string VanishedMark = "the calendar is not there";
    private const int LongestSeries = 1500;

    private static readonly Duration ListingLasts = Duration.FromHours(1);

    private readonly CalDavClient client = new(dav);
    private readonly Dictionary<string, EventSeries> read = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public async Task Connect(CancellationToken ct)
    {
        try
        {
            await client.Calendars(await client.Discover(ct), ct);
        }
        catch (MailServerException failure)
        {
            throw ImapTrouble.OfAccount(name, failure);
        }
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var home = await known.Folder("home", dav.Address.GetLeftPart(UriPartial.Path), "home", ct);
        if (home.ParkedUntil > meetings.Now)
        {
            throw new SourceException(
                new Trouble(
                    name,
                    home.ParkedReason ?? "the server wants to be left alone",
                    $"it is asked again after {home.ParkedUntil:uuuu-MM-dd HH:mm} UTC"),
                isPermanent: false);
        }

        var lone = await LoneCalendar(known, home, ct);
        var (homes, calendars) = lone is null ? await Calendars(known, home, ct) : ([], [lone]);
        if (home.ParkedUntil is not null)
            await known.Park(home, until: null, reason: null, ct);

        if (lone is null)
            yield return new ListedPage(
                home,
                [],
                0,
                home.Cursor with
                {
                    Text = string.Join('\n', homes.Select(address => address.AbsoluteUri)),
                    LastFullAt = meetings.Now,
                });

        foreach (var calendar in calendars.Where(calendar => calendar.SkipReason is null))
        {
            ct.ThrowIfCancellationRequested();
            var folder = await known.Folder(calendar.Address.AbsolutePath, calendar.Name, role: null, ct);
            foreach (var listing in await List(known, home, folder, calendar, ct))
                yield return listing;
        }

        var here = calendars.Select(calendar => calendar.Address.AbsolutePath).Append(home.RemoteId).ToHashSet(StringComparer.Ordinal);
        foreach (
            var listing in await Vanished(
                known,
                [.. (await known.Folders(ct)).Where(folder => folder.Cursor.Text is not null && !here.Contains(folder.RemoteId))],
                ct))
            yield return listing;
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var item in items)
        {
            ct.ThrowIfCancellationRequested();
            yield return await ReadOne(item, ct);
        }
    }

    /// <summary>
    /// The calendar of an account that has but one, while its last listing is fresh: asked by its token at once it costs one request when
    /// nothing changed, and two when something did. With several calendars one listing for all of them is cheaper.
    /// </summary>
    private async Task<CalDavCalendar?> LoneCalendar(KnownItems known, FolderState home, CancellationToken ct)
    {
        if (home.ParkedUntil is not null || !(home.Cursor.LastFullAt + ListingLasts > meetings.Now))
            return null;

        var folders = (await known.Folders(ct))
            .Where(folder => folder.RemoteId != home.RemoteId && folder.Cursor.Text is not null)
            .ToArray();
        return
            folders is [var folder]
            && folder.Cursor.Snapshot is null
            && folder.Cursor.Text!.Split('\n') is [var quarter, { Length: > 0 }, _]
            && quarter == Quarter
            ? new CalDavCalendar
            {
                Address = new Uri(dav.Address, folder.RemoteId),
                Name = folder.Path,
                CanSync = true,
            }
            : null;
    }

    private async Task<(IReadOnlyList<Uri> Homes, IReadOnlyList<CalDavCalendar> Calendars)> Calendars(
        KnownItems known,
        FolderState home,
        CancellationToken ct)
    {
        var remembered = home.Cursor.Text;
        try
        {
            if (!string.IsNullOrEmpty(remembered))
            {
                Uri[] homes = [.. remembered.Split('\n').Select(address => new Uri(address))];
                try
                {
                    return (homes, await client.Calendars(homes, ct));
                }
                catch (MailServerException moved) when (moved.Failure is MailFailure.Permanent or MailFailure.Protocol)
                {
                    // The calendars may have moved: they are looked for again below, and what is wrong then is told.
                }
            }

            var found = await client.Discover(ct);
            return (found, await client.Calendars(found, ct));
        }
        catch (MailServerException failure)
        {
            throw await TroubleOf(failure, known, home, ct);
        }
    }

    private async Task<IReadOnlyList<Listing>> List(
        KnownItems known,
        FolderState home,
        FolderState folder,
        CalDavCalendar calendar,
        CancellationToken ct)
    {
        try
        {
            var keys = await known.KeysOf(folder, ct);
            var objects = new KnownObjects(keys);

            // Recurring meetings come into the window as time goes by: once a quarter everything is read anew.
            var stored = folder.Cursor.Text?.Split('\n');
            var sameQuarter = stored is [var quarter, _, _] && quarter == Quarter;
            var changes = await new CalDavPoll(client).Changes(
                calendar,
                sameQuarter ? new CalDavCursor(Word(stored![1]), Word(stored[2])) : null,
                sameQuarter ? objects.Present : new Dictionary<string, string?>(),
                audit: false,
                ct);

            var gone =
                sameQuarter || changes.Total is null
                    ? changes.Gone
                    : [.. objects.Present.Keys.Except(changes.Changed.Select(tag => tag.Path), StringComparer.Ordinal)];
            var before = objects.Present.Count;
            var now = changes.Total ?? before - gone.Count + changes.Changed.Count(tag => !objects.Present.ContainsKey(tag.Path));
            if (CalendarRound.Alarm(before, now, confirmed: folder.Cursor.Snapshot == MarkOf(now)) is { } alarm)
            {
                return
                [
                    new ListedPage(folder, [], now, folder.Cursor with { Snapshot = MarkOf(now) }),
                    new FolderUnreadable(
                        new Trouble($"{name}: {calendar.Name}", alarm, "look at the calendar on its server"),
                        IsPermanent: now == 0),
                ];
            }

            var found = new List<string>();
            await foreach (
                var item in client.Fetch(
                    calendar,
                    changes.Changed.Where(tag => !sameQuarter || !objects.Holds(tag)).Select(tag => tag.Path),
                    ct))
                found.AddRange(KeysOf(item, objects.NumberOf));
            found.AddRange(gone.SelectMany(objects.FarewellsOf));

            var fresh = found.Where(key => !keys.Contains(key)).Distinct(StringComparer.Ordinal).Select(key => new Locator(key)).ToList();
            return
            [
                new ListedPage(
                    folder,
                    fresh,
                    before,
                    folder.Cursor with
                    {
                        Text = $"{Quarter}\n{changes.Cursor.SyncToken}\n{changes.Cursor.ChangeTag}",
                        Snapshot = null,
                    }),
            ];
        }
        catch (MailServerException failure) when (ImapTrouble.IsLocal(failure))
        {
            return [ImapTrouble.OfFolder($"{name}: {calendar.Name}", failure)];
        }
        catch (MailServerException failure)
        {
            throw await TroubleOf(failure, known, home, ct);
        }
    }

    /// <summary>The failure in words; when the server says how long it wants to be left alone, it is.</summary>
    private async Task<SourceException> TroubleOf(MailServerException failure, KnownItems known, FolderState home, CancellationToken ct)
    {
        if (failure.RetryAfter is { } wait)
            await known.Park(home, meetings.Now + wait, failure.Message, ct);

        return ImapTrouble.OfAccount(name, failure);
    }

    /// <summary>
    /// Calendars that were there and are not: their meetings are gone with them, unless so many are that it must be looked at twice.
    /// </summary>
    private async Task<IReadOnlyList<Listing>> Vanished(KnownItems known, IReadOnlyList<FolderState> vanished, CancellationToken ct)
    {
        if (vanished.Count == 0)
            return [];

        var objects = new Dictionary<string, KnownObjects>(StringComparer.Ordinal);
        foreach (var folder in await known.Folders(ct))
            objects[folder.RemoteId] = new KnownObjects(await known.KeysOf(folder, ct));

        var had = objects.Values.Sum(one => one.Present.Count);
        var has = had - vanished.Sum(folder => objects[folder.RemoteId].Present.Count);
        if (CalendarRound.Alarm(had, has, confirmed: vanished.All(folder => folder.Cursor.Snapshot == VanishedMark)) is { } alarm)
        {
            return
            [
                .. vanished.Select(folder => new ListedPage(folder, [], 0, folder.Cursor with { Snapshot = VanishedMark })),
                new FolderUnreadable(
                    new Trouble($"{name}: {vanished[0].Path}", alarm, "look at the calendars on their server"),
                    IsPermanent: has == 0),
            ];
        }

        return
        [
            .. vanished.Select(folder => new ListedPage(
                folder,
                [.. objects[folder.RemoteId].Present.Keys.SelectMany(objects[folder.RemoteId].FarewellsOf).Select(key => new Locator(key))],
                0,
                folder.Cursor with { Text = null, Snapshot = null })),
        ];
    }

    private async Task<Reading> ReadOne(RemoteItem item, CancellationToken ct)
    {
        var parts = item.Key.Split('|');
        switch (parts)
        {
            // An event that was moved to another calendar of the account is gone only from the first.
            case [Gone, _, _, var moved] when seen.Contains(moved):
                return new GoneReading(item);
            case [Gone, _, _, var series]:
                return new MeetingReading(item, Uri.UnescapeDataString(series), [], window) { IsGone = true };
            case [Lost, var path, _, _, var words]:
                return new UnreadableReading(
                    item,
                    new Trouble(
                        $"{item.Folder.Path} {path}",
                        Uri.UnescapeDataString(words),
                        "correct the event in the calendar; it is read again by itself when it changes"));
        }

        if (!read.Remove(item.Key, out var events))
        {
            // A run before this one found it and did not get to read it.
            var calendar = new CalDavCalendar { Address = new Uri(dav.Address, item.Folder.RemoteId), Name = item.Folder.Path };
            try
            {
                await foreach (var again in client.Fetch(calendar, [parts[0]], ct))
                    _ = KeysOf(again, (_, _) => int.Parse(parts[3], CultureInfo.InvariantCulture));
            }
            catch (MailServerException failure)
            {
                throw ImapTrouble.OfAccount(name, failure);
            }

            // It has changed since; the next listing names the new version.
            if (!read.Remove(item.Key, out events))
                return new GoneReading(item);
        }

        return new MeetingReading(item, MeetingTranslation.SeriesOf(events), meetings.CopiesOf(events, window, item.Item.Backlog), window);
    }

    /// <summary>The keys of what an object holds, and keeps what it says until it is read.</summary>
    private List<string> KeysOf(CalDavObject item, Func<string, string, int> numberOf)
    {
        if (item.Content is null)
            return [];

        var version = Uri.EscapeDataString(
            item.ETag ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(item.Content)).AsSpan(0, 12)));
        var number = numberOf(item.Path, version);
        var calendar = CalendarReader.Read(Encoding.UTF8.GetBytes(item.Content), defaultZone: zone);
        var keys = new List<string>();
        foreach (var series in EventSeries.Group(calendar.Events))
        {
            var named = Uri.EscapeDataString(MeetingTranslation.SeriesOf(series));
            if (named.Length > LongestSeries)
                named = named[..LongestSeries];

            seen.Add(named);
            var key =
                string.Create(CultureInfo.InvariantCulture, $"{item.Path}|{version}|{named}|{number}")
                + (series.Master is { Recurs: true } ? "|" + Quarter : "");
            read[key] = series;
            keys.Add(key);
        }

        keys.AddRange(
            calendar
                .Problems.Where(problem => problem.EventLost)
                .Select(problem =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Lost}|{item.Path}|{version}|{number}|{Uri.EscapeDataString(problem.Words)}")));
        return keys;
    }

    private string Quarter =>
        window.HasEnd && window.End.InUtc().Date is var end
            ? string.Create(CultureInfo.InvariantCulture, $"{end.Year}q{(end.Month + 2) / 3}")
            : "";

    private static string MarkOf(int objects) => string.Create(CultureInfo.InvariantCulture, $"shrunk to {objects}");

    private static string? Word(string text) => text.Length == 0 ? null : text;

    /// <summary>What the ledger's keys say of the objects of a calendar.</summary>
    private sealed class KnownObjects
    {
        private readonly Dictionary<string, (int Number, string Version)> last = new(StringComparer.Ordinal);
        private readonly Dictionary<string, HashSet<string>> series = new(StringComparer.Ordinal);

        public KnownObjects(IReadOnlyCollection<string> keys)
        {
            var farewells = new HashSet<(string Path, string Number)>();
            foreach (var parts in keys.Select(key => key.Split('|')))
            {
                switch (parts)
                {
                    case [Gone, var path, var number, _]:
                        farewells.Add((path, number));
                        break;
                    case [Lost, var path, var version, var number, _]:
                        Add(path, version, number, null);
                        break;
                    case [var path, var version, var named, var number, ..]:
                        Add(path, version, number, named);
                        break;
                }
            }

            foreach (
                var (path, one) in last.Where(one =>
                    !farewells.Contains((one.Key, one.Value.Number.ToString(CultureInfo.InvariantCulture)))))
                Present[path] = Uri.UnescapeDataString(one.Version);
        }

        /// <summary>The objects that are there as far as we know, with their last version.</summary>
        public Dictionary<string, string?> Present { get; } = new(StringComparer.Ordinal);

        public bool Holds(CalDavTag tag) => tag.ETag is not null && Present.GetValueOrDefault(tag.Path) == tag.ETag;

        /// <summary>
        /// The number a version of an object has, or gets: another than all before, also when the object was like that once before.
        /// </summary>
        public int NumberOf(string path, string version)
        {
            var known = last.GetValueOrDefault(path);
            return known.Version == version && Present.ContainsKey(path) ? known.Number : known.Number + 1;
        }

        /// <summary>
        /// The keys that say an object is gone, one a series; they name its last version, so that each going is told once.
        /// </summary>
        public IEnumerable<string> FarewellsOf(string path) =>
            series
                .GetValueOrDefault(path, [])
                .Select(named => string.Create(CultureInfo.InvariantCulture, $"{Gone}|{path}|{last[path].Number}|{named}"));

        private void Add(string path, string version, string number, string? named)
        {
            if (
                int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count > last.GetValueOrDefault(path).Number)
                last[path] = (count, version);
            if (!series.TryGetValue(path, out var names))
                series[path] = names = new HashSet<string>(StringComparer.Ordinal);
            if (named is not null)
                names.Add(named);
        }
    }
}

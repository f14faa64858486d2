using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Mail.Calendar;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>
/// Every calendar of an account on a CalDAV server. A folder is a calendar, an item one version of one series in it; its key names object,
/// version and series, so that an object that disappears still tells whose meetings went. Where the calendars lie is remembered; one
/// request then tells which of them changed.
/// </summary>
/// <param name="name">The name of the account.</param>
/// <param name="dav">The server.</param>
/// <param name="series">Reads the series it finds.</param>
/// <param name="zone">The zone of times that name none.</param>
internal sealed class CalDavSource(string name, DavClient dav, SeriesItems series, DateTimeZone zone) : ISource
{
    private const string Gone = SeriesItems.Gone;
    private const string Lost = SeriesItems.Lost;

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
            throw CalDavTrouble.OfAccount(name, failure);
        }
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var home = await known.Folder("home", dav.Address.GetLeftPart(UriPartial.Path), "home", ct);
        if (home.ParkedUntil > series.Now)
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
                    LastFullAt = series.Now,
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
        if (home.ParkedUntil is not null || !(home.Cursor.LastFullAt + ListingLasts > series.Now))
            return null;

        var folders = (await known.Folders(ct))
            .Where(folder => folder.RemoteId != home.RemoteId && folder.Cursor.Text is not null)
            .ToArray();
        return
            folders is [var folder]
            && folder.Cursor.Snapshot is null
            && folder.Cursor.Text!.Split('\n') is [var quarter, { Length: > 0 }, _]
            && quarter == series.Quarter
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
            throw await ExplainTrouble(failure, known, home, ct);
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
            var keys = await known.ReadKeys(folder, ct);
            var objects = new KnownObjects(keys);

            // Recurring meetings come into the window as time goes by: once a quarter everything is read anew.
            var stored = folder.Cursor.Text?.Split('\n');
            var sameQuarter = stored is [var quarter, _, _] && quarter == series.Quarter;
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
            if (SeriesItems.Alarm(folder, $"{name}: {calendar.Name}", before, now, [], now) is { } alarm)
                return alarm;

            var found = new List<string>();
            await foreach (var item in client.Fetch(calendar, changes.Changed.Where(tag => !sameQuarter || !objects.Holds(tag)), ct))
                found.AddRange(Keys(item, objects.Series(item.Path).Contains, objects.Number));
            found.AddRange(gone.SelectMany(objects.Farewells));

            var fresh = found.Where(key => !keys.Contains(key)).Distinct(StringComparer.Ordinal).Select(key => new Locator(key)).ToList();
            return
            [
                new ListedPage(
                    folder,
                    fresh,
                    before,
                    folder.Cursor with
                    {
                        Text = $"{series.Quarter}\n{changes.Cursor.SyncToken}\n{changes.Cursor.ChangeTag}",
                        Snapshot = null,
                    }),
            ];
        }
        catch (MailServerException failure) when (CalDavTrouble.IsLocal(failure))
        {
            return [CalDavTrouble.OfFolder($"{name}: {calendar.Name}", failure)];
        }
        catch (MailServerException failure)
        {
            throw await ExplainTrouble(failure, known, home, ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            return [new FolderUnreadable(Unexpected.TroubleFrom($"{name}: {calendar.Name}", failure), IsPermanent: false)];
        }
    }

    /// <summary>The failure in words; when the server says how long it wants to be left alone, it is.</summary>
    private async Task<SourceException> ExplainTrouble(
        MailServerException failure,
        KnownItems known,
        FolderState home,
        CancellationToken ct
    )
    {
        if (failure.RetryAfter is { } wait)
            await known.Park(home, series.Now + wait, failure.Message, ct);

        return CalDavTrouble.OfAccount(name, failure);
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
            objects[folder.RemoteId] = new KnownObjects(await known.ReadKeys(folder, ct));

        var had = objects.Values.Sum(one => one.Present.Count);
        return await SeriesItems.Vanished(
            vanished,
            $"{name}: {vanished[0].Path}",
            had,
            had - vanished.Sum(folder => objects[folder.RemoteId].Present.Count),
            "look at the calendars on their server",
            folder =>
                Task.FromResult<IReadOnlyList<Locator>>([
                    .. objects[folder.RemoteId]
                        .Present.Keys.SelectMany(objects[folder.RemoteId].Farewells)
                        .Select(key => new Locator(key)),
                ]));
    }

    private async Task<Reading> ReadOne(RemoteItem item, CancellationToken ct)
    {
        var parts = item.Key.Split('|');
        switch (parts)
        {
            // An event that was moved to another calendar of the account is gone only from the first.
            case [Gone, _, _, var moved] when seen.Contains(moved):
                return new GoneReading(item);
            case [Gone, _, _, var gone]:
                return series.Farewell(item, gone);
            case [Lost, var path, _, _, var words]:
                return SeriesItems.Broken(item, $"{item.Folder.Path} {path}", words);
        }

        if (!read.Remove(item.Key, out var events))
        {
            // A run before this one found it and did not get to read it.
            var calendar = new CalDavCalendar { Address = new Uri(dav.Address, item.Folder.RemoteId), Name = item.Folder.Path };
            try
            {
                await foreach (var again in client.Fetch(calendar, [new CalDavTag(parts[0], null)], ct))
                    _ = Keys(again, name => name == parts[2], (_, _) => int.Parse(parts[3], CultureInfo.InvariantCulture));
            }
            catch (MailServerException failure)
            {
                throw CalDavTrouble.OfAccount(name, failure);
            }

            // It has changed since; the next listing names the new version.
            if (!read.Remove(item.Key, out events))
                return new GoneReading(item);
        }

        return series.Read(item, events);
    }

    /// <summary>
    /// The keys of what an object holds, and keeps what it says until it is read. An object that spoils the reading is lost alone.
    /// </summary>
    private List<string> Keys(CalDavObject item, Func<string, bool> isKnown, Func<string, string, int> numberOf)
    {
        try
        {
            return item switch
            {
                { Content: { } content } => Keys(item, content, isKnown, numberOf),
                { Problem: { } problem } => [LostKey(item, numberOf, problem)],
                _ => [],
            };
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            return [LostKey(item, numberOf, Unexpected.TroubleFrom(item.Path, failure).Reason)];
        }
    }

    private static string LostKey(CalDavObject item, Func<string, string, int> numberOf, string words)
    {
        var version = Uri.EscapeDataString(item.ETag ?? "unread");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Lost}|{item.Path}|{version}|{numberOf(item.Path, version)}|{Uri.EscapeDataString(words)}");
    }

    private List<string> Keys(
        CalDavObject item,
        string content,
        Func<string, bool> isKnown,
        Func<string, string, int> numberOf)
    {
        var version = Uri.EscapeDataString(
            item.ETag ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 12)));
        var number = numberOf(item.Path, version);
        var calendar = CalendarReader.Read(Encoding.UTF8.GetBytes(content), defaultZone: zone);
        var keys = new List<string>();
        foreach (var one in EventSeries.Group(calendar.Events))
        {
            var uid = MeetingTranslation.Series(one);
            seen.UnionWith(SeriesItems.Names(uid));
            var named = SeriesItems.Name(uid, isKnown);
            var key =
                string.Create(CultureInfo.InvariantCulture, $"{item.Path}|{version}|{named}|{number}")
                + (one.Master is { Recurs: true } ? "|" + series.Quarter : "");
            read[key] = one;
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
        public int Number(string path, string version)
        {
            var known = last.GetValueOrDefault(path);
            return known.Version == version && Present.ContainsKey(path) ? known.Number : known.Number + 1;
        }

        /// <summary>The names of the series an object held in any version we know.</summary>
        public HashSet<string> Series(string path) => series.GetValueOrDefault(path, []);

        /// <summary>
        /// The keys that say an object is gone, one a series; they name its last version, so that each going is told once.
        /// </summary>
        public IEnumerable<string> Farewells(string path) =>
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

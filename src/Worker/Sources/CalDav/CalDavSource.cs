using System.Globalization;
using System.Runtime.CompilerServices;
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
/// Every calendar of an account on a CalDAV server. A folder is a calendar, an item one version of one series in it; its key names object, version and series,
/// so that an object that disappears still tells whose meetings went. Where the calendars lie is remembered; one request then tells which of them changed.
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
    private const int LongestSeries = 1500;

    private readonly CalDavClient client = new(dav);
    private readonly Dictionary<string, EventSeries> read = new(StringComparer.Ordinal);

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
        var (homes, calendars) = await Calendars(home.Cursor.Text, ct);
        yield return new ListedPage(home, [], 0, home.Cursor with { Text = string.Join('\n', homes.Select(address => address.AbsoluteUri)) });

        foreach (var calendar in calendars.Where(calendar => calendar.SkipReason is null))
        {
            ct.ThrowIfCancellationRequested();
            var folder = await known.Folder(calendar.Address.AbsolutePath, calendar.Name, role: null, ct);
            yield return await Page(known, folder, calendar, ct);
        }
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var item in items)
        {
            ct.ThrowIfCancellationRequested();
            yield return await ReadOne(item, ct);
        }
    }

    private async Task<(IReadOnlyList<Uri> Homes, IReadOnlyList<CalDavCalendar> Calendars)> Calendars(string? remembered, CancellationToken ct)
    {
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
            throw ImapTrouble.OfAccount(name, failure);
        }
    }

    private async Task<Listing> Page(KnownItems known, FolderState folder, CalDavCalendar calendar, CancellationToken ct)
    {
        try
        {
            var keys = await known.KeysOf(folder, ct);
            var objects = new KnownObjects(keys);

            // Recurring meetings come into the window as time goes by: once a quarter everything is read anew.
            var stored = folder.Cursor.Text?.Split('\n');
            var sameQuarter = stored is [var quarter, _, _] && quarter == Quarter;
            var changes = await new CalDavPoll(client).Changes(
                calendar, sameQuarter ? new CalDavCursor(Word(stored![1]), Word(stored[2])) : null, sameQuarter ? objects.Present : new Dictionary<string, string?>(), audit: false, ct);

            var gone = sameQuarter || changes.Total is null ? changes.Gone : [.. objects.Present.Keys.Except(changes.Changed.Select(tag => tag.Path), StringComparer.Ordinal)];
            var before = objects.Present.Count;
            if (CalendarRound.Alarm(before, changes.Total ?? before - gone.Count + changes.Changed.Count(tag => !objects.Present.ContainsKey(tag.Path)), confirmed: true) is { } alarm)
                return new FolderUnreadable(new Trouble($"{name}: {calendar.Name}", alarm, "look at the calendar on its server"), IsPermanent: true);

            var found = new List<string>();
            await foreach (var item in client.Fetch(calendar, changes.Changed.Where(tag => !sameQuarter || !objects.Holds(tag)).Select(tag => tag.Path), ct))
                found.AddRange(KeysOf(item));
            found.AddRange(gone.SelectMany(objects.FarewellsOf));

            var fresh = found.Where(key => !keys.Contains(key)).Distinct(StringComparer.Ordinal).Select(key => new Locator(key)).ToList();
            return new ListedPage(folder, fresh, before, folder.Cursor with { Text = $"{Quarter}\n{changes.Cursor.SyncToken}\n{changes.Cursor.ChangeTag}" });
        }
        catch (MailServerException failure) when (ImapTrouble.IsLocal(failure))
        {
            return ImapTrouble.OfFolder($"{name}: {calendar.Name}", failure);
        }
        catch (MailServerException failure)
        {
            throw ImapTrouble.OfAccount(name, failure);
        }
    }

    private async Task<Reading> ReadOne(RemoteItem item, CancellationToken ct)
    {
        var parts = item.Key.Split('|');
        switch (parts)
        {
            case [Gone, _, _, var series]:
                return new MeetingReading(item, Uri.UnescapeDataString(series), [], window);
            case [Lost, var path, _, var words]:
                return new UnreadableReading(
                    item, new Trouble($"{item.Folder.Path} {path}", Uri.UnescapeDataString(words), "correct the event in the calendar; it is read again by itself when it changes"));
        }

        if (!read.Remove(item.Key, out var events))
        {
            // A run before this one found it and did not get to read it.
            var calendar = new CalDavCalendar { Address = new Uri(dav.Address, item.Folder.RemoteId), Name = item.Folder.Path };
            try
            {
                await foreach (var again in client.Fetch(calendar, [parts[0]], ct))
                    _ = KeysOf(again);
            }
            catch (MailServerException failure)
            {
                throw ImapTrouble.OfAccount(name, failure);
            }

            // It has changed since; the next listing names the new version.
            if (!read.Remove(item.Key, out events))
                return new GoneReading(item);
        }

        if (MeetingTranslation.IsPrivate(events))
            return new SkippedReading(item, "marked private by its author");
        return meetings.CopiesOf(events, window, item.Item.Backlog) is { Count: > 0 } copies
            ? new MeetingReading(item, MeetingTranslation.SeriesOf(events), copies, window)
            : new SkippedReading(item, "outside of the time that is read");
    }

    /// <summary>The keys of what an object holds, and keeps what it says until it is read.</summary>
    private List<string> KeysOf(CalDavObject item)
    {
        if (item.Content is null)
            return [];

        var version = Uri.EscapeDataString(item.ETag ?? "");
        var calendar = CalendarReader.Read(Encoding.UTF8.GetBytes(item.Content), defaultZone: zone);
        var keys = new List<string>();
        foreach (var series in EventSeries.Group(calendar.Events))
        {
            var named = Uri.EscapeDataString(MeetingTranslation.SeriesOf(series));
            var key = $"{item.Path}|{version}|{(named.Length > LongestSeries ? named[..LongestSeries] : named)}" + (series.Master is { Recurs: true } ? "|" + Quarter : "");
            read[key] = series;
            keys.Add(key);
        }

        keys.AddRange(calendar.Problems.Where(problem => problem.EventLost).Select(problem => $"{Lost}|{item.Path}|{version}|{Uri.EscapeDataString(problem.Words)}"));
        return keys;
    }

    private string Quarter => window.HasEnd && window.End.InUtc().Date is var end ? string.Create(CultureInfo.InvariantCulture, $"{end.Year}q{(end.Month + 2) / 3}") : "";

    private static string? Word(string text) => text.Length == 0 ? null : text;

    /// <summary>What the ledger's keys say of the objects of a calendar.</summary>
    private sealed class KnownObjects
    {
        private readonly HashSet<(string Path, string Version)> versions = [];
        private readonly Dictionary<string, HashSet<string>> series = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

        public KnownObjects(IReadOnlyCollection<string> keys)
        {
            var farewells = new HashSet<string>(StringComparer.Ordinal);
            foreach (var parts in keys.Select(key => key.Split('|')))
            {
                if (parts is [Gone, var path, var count, _])
                    farewells.Add($"{path}|{count}");
                else if (parts is [Lost, var bad, var version, _])
                    Add(bad, version, null);
                else if (parts is [var good, var tag, var named, ..])
                    Add(good, tag, named);
            }

            foreach (var (path, tags) in versions.GroupBy(version => version.Path, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(version => version.Version).ToList(), StringComparer.Ordinal))
            {
                counts[path] = tags.Count;
                if (!farewells.Contains(string.Create(CultureInfo.InvariantCulture, $"{path}|{tags.Count}")))
                    Present[path] = Uri.UnescapeDataString(tags[0]);
            }
        }

        /// <summary>The objects that are there as far as we know, with one of their versions.</summary>
        public Dictionary<string, string?> Present { get; } = new(StringComparer.Ordinal);

        public bool Holds(CalDavTag tag) => Present.ContainsKey(tag.Path) && versions.Contains((tag.Path, Uri.EscapeDataString(tag.ETag ?? "")));

        /// <summary>The keys that say an object is gone, one a series; they name how many versions it had, so that each going is told once.</summary>
        public IEnumerable<string> FarewellsOf(string path) =>
            series.GetValueOrDefault(path, []).Select(named => string.Create(CultureInfo.InvariantCulture, $"{Gone}|{path}|{counts[path]}|{named}"));

        private void Add(string path, string version, string? named)
        {
            versions.Add((path, version));
            if (!series.TryGetValue(path, out var names))
                series[path] = names = new HashSet<string>(StringComparer.Ordinal);
            if (named is not null)
                names.Add(named);
        }
    }
}

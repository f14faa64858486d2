using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Calendar;
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
/// <param name="series">Keeps and reads the series it finds.</param>
/// <param name="zone">The zone of times that name none.</param>
internal sealed class CalDavSource(string name, DavClient dav, SeriesItems series, DateTimeZone zone) : ISource
{
    private static readonly Duration ListingLasts = Duration.FromHours(1);

    /// <summary>Tokens of some servers count seconds and miss what changed within one (mail-servers.md).</summary>
    private static readonly Duration AuditEvery = Duration.FromHours(24);

    private readonly CalDavClient client = new(dav);

    public async Task Connect(CancellationToken ct)
    {
        try
        {
            await client.Calendars(await client.Discover(ct), ct);
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(name, failure);
        }
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var home = known.Folder("home", dav.Address.GetLeftPart(UriPartial.Path), "home");
        if (home.WhyParked(name, series.Now) is { } parkedStill)
            throw new SourceException(parkedStill, isPermanent: false);

        IReadOnlyList<CalDavCalendar> calendars = [];
        if (LoneCalendar(known, home) is { } lone)
        {
            calendars = [lone];
        }
        else
        {
            var (homes, found, refusal) = await FindCalendars(home, ct);
            if (refusal is not null)
            {
                if (Park(home, refusal) is { } parked)
                    yield return parked;

                throw ServerTrouble.OfAccount(name, refusal);
            }

            calendars = found;
            yield return new ListedPage(home, [], 0, home.Cursor with { Text = CalDavHomes.Print(homes), LastFullAt = series.Now });
        }

        var folders = EachFolder.List(
            calendars.Where(calendar => calendar.SkipReason is null), Place, calendar => List(known, home, calendar, ct), ct);
        await foreach (var listing in folders)
            yield return listing;

        var here = calendars.Select(calendar => calendar.Address.AbsolutePath).Append(home.RemoteId).ToHashSet(StringComparer.Ordinal);
        foreach (var listing in await Vanished(known, here, ct))
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
    private CalDavCalendar? LoneCalendar(KnownItems known, KnownFolder home) =>
        home.ParkedUntil is null
        && home.Cursor.LastFullAt + ListingLasts > series.Now
        && known.Folders.Where(folder => folder.RemoteId != home.RemoteId && folder.Cursor.Text is not null).ToList() is [var folder]
        && folder.Cursor.Snapshot is null
        && !IsAuditDue(folder.Cursor)
        && CalDavProgress.Parse(folder.Cursor.Text) is { Cursor.SyncToken: not null } progress
        && progress.Quarter == series.Quarter
            ? new CalDavCalendar
            {
                Address = new Uri(dav.Address, folder.RemoteId),
                Name = folder.Path,
                CanSync = true,
                IsShared = folder.Role == SeriesItems.SharedRole,
            }
            : null;

    private bool IsAuditDue(FolderCursor cursor) => cursor.LastFullAt is not { } last || series.Now - last >= AuditEvery;

    private async Task<(IReadOnlyList<Uri> Homes, IReadOnlyList<CalDavCalendar> Calendars, MailServerException? Refusal)> FindCalendars(
        KnownFolder home, CancellationToken ct)
    {
        try
        {
            if (CalDavHomes.Parse(home.Cursor.Text) is { Count: > 0 } homes)
            {
                try
                {
                    return (homes, await client.Calendars(homes, ct), null);
                }
                catch (MailServerException moved) when (moved.Failure is MailFailure.Permanent or MailFailure.Protocol)
                {
                    // The calendars may have moved: they are looked for again below, and what is wrong then is told.
                }
            }

            var found = await client.Discover(ct);
            return (found, await client.Calendars(found, ct), null);
        }
        catch (MailServerException failure)
        {
            return ([], [], failure);
        }
    }

    private string Place(CalDavCalendar calendar) => $"{name}: {calendar.Name}";

    private async IAsyncEnumerable<Listing> List(
        KnownItems known, KnownFolder home, CalDavCalendar calendar, [EnumeratorCancellation] CancellationToken ct)
    {
        var (listings, refusal) = await TryList(known, calendar, ct);
        foreach (var listing in listings)
            yield return listing;

        if (refusal is null)
            yield break;

        if (Park(home, refusal) is { } parked)
            yield return parked;

        throw ServerTrouble.OfAccount(name, refusal);
    }

    /// <summary>What is new in a calendar; and the failure, where it is the whole account's.</summary>
    private async Task<(IReadOnlyList<Listing> Listings, MailServerException? Refusal)> TryList(
        KnownItems known, CalDavCalendar calendar, CancellationToken ct)
    {
        var place = Place(calendar);
        try
        {
            var folder = known.Folder(
                calendar.Address.AbsolutePath, calendar.Name, calendar.IsShared ? SeriesItems.SharedRole : null);
            return (await Compare(folder, await known.ReadKeys(folder.RemoteId, ct), calendar, place, ct), null);
        }
        catch (MailServerException failure) when (ServerTrouble.IsLocal(failure))
        {
            return ([ServerTrouble.OfFolder(place, failure)], null);
        }
        catch (MailServerException failure)
        {
            return ([], failure);
        }
    }

    private async Task<IReadOnlyList<Listing>> Compare(
        KnownFolder folder, HashSet<string> keys, CalDavCalendar calendar, string place, CancellationToken ct)
    {
        var objects = new KnownObjects(keys.Select(CalDavKeys.Parse));

        // Recurring meetings come into the window as time goes by: once a quarter everything is read anew.
        var progress = CalDavProgress.Parse(folder.Cursor.Text);
        var stored = progress?.Quarter == series.Quarter ? progress.Cursor : null;
        var audit = stored is not null && IsAuditDue(folder.Cursor);
        var changes = await new CalDavPoll(client).Changes(
            calendar, stored, stored is null ? new Dictionary<string, string?>() : objects.Present, audit, ct);
        var gone =
            stored is not null || changes.Total is null
                ? changes.Gone
                : [.. objects.Present.Keys.Except(changes.Changed.Select(tag => tag.Path), StringComparer.Ordinal)];
        var before = objects.Present.Count;
        var now = changes.Total ?? before - gone.Count + changes.Changed.Count(tag => !objects.Present.ContainsKey(tag.Path));
        if (SeriesItems.Alarm(folder, place, before, now, [], now) is { } alarm)
            return alarm;

        var found = new List<SeriesKey>();
        var changed = changes.Changed.Where(tag => stored is null || !objects.Holds(tag.Path, tag.ETag));
        await foreach (var item in client.Fetch(calendar, changed, ct))
            found.AddRange(Keep(folder.RemoteId, item, objects.Series(item.Path).Contains, objects.Number));

        found.AddRange(gone.SelectMany(objects.Farewells));
        IReadOnlyList<Locator> fresh =
        [
            .. found.Select(CalDavKeys.Print).Where(key => !keys.Contains(key)).Distinct(StringComparer.Ordinal)
                .Select(key => new Locator(key)),
        ];
        var cursor = folder.Cursor with
        {
            Text = new CalDavProgress(series.Quarter, changes.Cursor).ToString(),
            Snapshot = null,
            LastFullAt = audit || stored is null ? series.Now : folder.Cursor.LastFullAt,
        };
        return [new ListedPage(folder, fresh, before, cursor)];
    }

    /// <summary>Leaves the server alone for as long as it says.</summary>
    private FolderParked? Park(KnownFolder home, MailServerException refusal) => refusal.RetryAfter is { } wait
        ? new FolderParked(home, series.Now + wait, ServerTrouble.OfAccount(name, refusal).Trouble)
        : null;

    /// <summary>
    /// Calendars that were there and are not: their meetings are gone with them, unless so many are that it must be looked at twice.
    /// </summary>
    private async Task<IReadOnlyList<Listing>> Vanished(KnownItems known, HashSet<string> here, CancellationToken ct)
    {
        var folders = known.Folders;
        IReadOnlyList<KnownFolder> vanished =
        [
            .. folders.Where(folder => folder.Cursor.Text is not null && !here.Contains(folder.RemoteId)).Select(KnownFolder.From),
        ];
        if (vanished.Count == 0)
            return [];

        var objects = new Dictionary<string, KnownObjects>(StringComparer.Ordinal);
        foreach (var folder in folders)
            objects[folder.RemoteId] = new KnownObjects((await known.ReadKeys(folder.RemoteId, ct)).Select(CalDavKeys.Parse));

        var had = objects.Values.Sum(one => one.Present.Count);
        return await SeriesItems.Vanished(
            vanished,
            $"{name}: {vanished[0].Path}",
            had,
            had - vanished.Sum(folder => objects[folder.RemoteId].Present.Count),
            "look at the calendars on their server",
            folder => Task.FromResult<IReadOnlyList<Locator>>(
                [.. objects[folder.RemoteId].Farewells().Select(gone => new Locator(CalDavKeys.Print(gone)))]));
    }

    private async Task<Reading> ReadOne(RemoteItem item, CancellationToken ct)
    {
        if (CalDavKeys.Parse(item.Key) is not { } key)
            return new GoneReading(item);

        var place = $"{item.Folder.Path} {key.Object}";
        if (series.Read(item, key, place) is { } reading)
            return reading;

        // A run before this one found it and did not get to read it.
        await FetchAgain(item.Folder, (SeriesKey.Version)key, ct);

        // It has changed since; the next listing names the new version.
        return series.Read(item, key, place) ?? new GoneReading(item);
    }

    private async Task FetchAgain(FolderState folder, SeriesKey.Version key, CancellationToken ct)
    {
        var calendar = new CalDavCalendar { Address = new Uri(dav.Address, folder.RemoteId), Name = folder.Path };
        try
        {
            await foreach (var again in client.Fetch(calendar, [new CalDavTag(key.Object, null)], ct))
                Keep(folder.RemoteId, again, name => name == key.Name, (_, _) => key.Number);
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(name, failure);
        }
    }

    /// <summary>
    /// The keys of what an object holds, and keeps what it says until it is read. An object that spoils the reading is lost alone.
    /// </summary>
    private List<SeriesKey> Keep(string folder, CalDavObject item, Func<string, bool> isKnown, Func<string, string, int> number)
    {
        try
        {
            return item switch
            {
                { Content: { } content } => Keep(folder, item, content, isKnown, number),
                { Problem: { } problem } => [Lost(item, number, problem)],
                _ => [],
            };
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, CancellationToken.None))
        {
            return [Lost(item, number, Unexpected.TroubleFrom(item.Path, failure).Reason)];
        }
    }

    private List<SeriesKey> Keep(
        string folder, CalDavObject item, string content, Func<string, bool> isKnown, Func<string, string, int> number)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var tag = item.ETag ?? Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
        var calendar = CalendarReader.Read(bytes, defaultZone: zone);
        var keys = new List<SeriesKey>();
        foreach (var one in EventSeries.Group(calendar.Events))
        {
            var key = new SeriesKey.Version(
                item.Path,
                SeriesItems.Name(MeetingTranslation.Series(one), isKnown),
                tag,
                number(item.Path, tag),
                one.Master is { Recurs: true } ? series.Quarter : SeriesItems.MarkOfAbsence(one));
            series.Keep(folder, key, one);
            keys.Add(key);
        }

        keys.AddRange(
            calendar.Problems.Where(problem => problem.EventLost)
                .Select(problem => new SeriesKey.Lost(item.Path, tag, number(item.Path, tag), problem.Words)));
        return keys;
    }

    private static SeriesKey.Lost Lost(CalDavObject item, Func<string, string, int> number, string words)
    {
        var tag = item.ETag ?? "unread";
        return new SeriesKey.Lost(item.Path, tag, number(item.Path, tag), words);
    }
}

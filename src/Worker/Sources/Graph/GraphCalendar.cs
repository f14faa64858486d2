using System.Net;
using System.Text.Json;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Meetings;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.CalendarView.Delta;
using Microsoft.Graph.Users.Item.Events.Item;
using Microsoft.Kiota.Abstractions;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// A calendar of a mailbox (event-delta, delta-query-events): what changed in a window of time that moves on with the months. An item is
/// one version of one series. Occurrences that are deleted are not announced, so of a series in which anything changed all occurrences are
/// listed anew (event-list-instances). Changes are documented for the calendar a mailbox has of itself; another one that does not tell them
/// is listed whole each time (calendar-list-calendarview).
/// </summary>
/// <param name="line">To the mailbox.</param>
/// <param name="user">Whose.</param>
/// <param name="account">The name of the account.</param>
/// <param name="which">Which of its calendars.</param>
/// <param name="events">Says in the words of the log what events say.</param>
/// <param name="since">Older meetings are not asked for.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class GraphCalendar(
    MailboxLine line,
    string user,
    string account,
    GraphCalendarPlace which,
    GraphEvents events,
    Instant since,
    Instant now)
{
    private const int MostPages = 2000;

    /// <summary>In the place of the link of a calendar that does not tell changes.</summary>
    private const string Whole = "whole";

    private const string View = "/calendarView";
    private const string Events = "/events/";

    private readonly Dictionary<GraphEventKey, (Event Series, IReadOnlyCollection<Event> Occurrences)> read = [];

    private CalendarProgress? progress;
    private bool tellsChanges = true;

    /// <summary>
    /// What is remembered between harvests: the window with its link, and which occurrences a series has, so that a removed one tells whose
    /// it was.
    /// </summary>
    private sealed record CalendarProgress(string Start, string End, string Link, Dictionary<string, string[]> Occurrences);

    /// <summary>
    /// At most a year back, half a year ahead, whole months; a window is baked into its link, so another one begins anew.
    /// </summary>
    public Interval Window
    {
        get
        {
            var month = now.InUtc().Date.With(DateAdjusters.StartOfMonth);
            return new Interval(
                Instant.Max(since, month.PlusMonths(-12).AtMidnight().InUtc().ToInstant()),
                month.PlusMonths(7).AtMidnight().InUtc().ToInstant());
        }
    }

    /// <summary>Which of the mailbox's calendars it is.</summary>
    public GraphCalendarPlace Which => which;

    /// <summary>The calendar, for people.</summary>
    public string Place => $"{account}: {which.Name}";

    private DeltaRequestBuilder Delta => line.Client.Users[user].CalendarView.Delta;

    /// <summary>The request that comes first now, to be asked together with others.</summary>
    public RequestInformation First(KnownFolder folder)
    {
        (progress, tellsChanges) = Parse(folder.Cursor.Text);
        return Delta.WithUrl(progress?.Link ?? Beginning()).ToGetRequestInformation(c => c.Headers.Add("Prefer", GraphEvents.Preference));
    }

    /// <summary>One round: the series that changed, and those that are gone.</summary>
    /// <param name="known">The ledger.</param>
    /// <param name="folder">The calendar in it.</param>
    /// <param name="first">The answer to <see cref="First"/>, or none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Listing> List(KnownItems known, KnownFolder folder, GraphPart first, CancellationToken ct)
    {
        try
        {
            var (rows, link) = await Round(await first.Read(DeltaGetResponse.CreateFromDiscriminatorValue, ct), ct);
            return await Page(known, folder, rows, link, ct);
        }
        catch (GraphFailure failure) when (which.IsShared && failure.Status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            // Nobody here can change what its owner shares; their own mailbox may be read, too.
            return new ListedPage(folder, [], 0, folder.Cursor)
            {
                Skipped = new Dictionary<string, int> { ["a calendar somebody shares, which the app may not read"] = 1 },
            };
        }
        catch (GraphFailure failure)
        {
            // Reading mail does not need the calendar, and the other way round.
            return GraphTrouble.OfFolder(Place, failure, GraphTrouble.ReadCalendars);
        }
    }

    /// <summary>Reads one version of one series.</summary>
    public async Task<Reading> Read(RemoteItem item, GraphEventKey.Version key, CancellationToken ct)
    {
        try
        {
            if (!read.Remove(key, out var told))
                told = await ReadWhole(key.Id, ct);

            return events.CreateCopies(told.Series, told.Occurrences, item.Item.Backlog) is { Count: > 0 } copies
                ? new MeetingReading(item, GraphEvents.Series(told.Series), copies, Window)
                : new SkippedReading(item, "outside of the time that is read");
        }
        catch (GraphFailure failure) when (failure.NotFound)
        {
            return new GoneReading(item);
        }
        catch (GraphFailure failure)
        {
            return new FailedReading(item, GraphTrouble.From(Place, failure, GraphTrouble.ReadCalendars));
        }
    }

    private async Task<(List<Event> Rows, string Link)> Round(DeltaGetResponse? answer, CancellationToken ct)
    {
        var rows = new List<Event>();
        var link = progress?.Link ?? Beginning();
        for (var pages = 0; pages < MostPages; pages++)
        {
            if (answer is null)
            {
                try
                {
                    answer = await Delta.WithUrl(link).GetAsDeltaGetResponseAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct);
                }
                catch (GraphFailure failure) when (tellsChanges && which.Id is not null && IsNoDelta(failure))
                {
                    (progress, tellsChanges) = (null, false);
                    rows.Clear();
                    link = Beginning();
                    continue;
                }
                catch (GraphFailure failure) when (failure.LinkIsUsedUp && (progress is not null || rows.Count > 0))
                {
                    // Everything is listed anew; versions that are known are known by their keys.
                    progress = null;
                    rows.Clear();
                    link = Beginning();
                    continue;
                }
            }

            rows.AddRange(answer?.Value ?? []);
            if (answer?.OdataDeltaLink is { } done)
                return (rows, done);

            if (!tellsChanges && answer is { OdataNextLink: null })
                return (rows, Whole);

            link =
                answer?.OdataNextLink
                ?? throw new GraphFailure(
                    GraphFailureKind.Malformed,
                    HttpStatusCode.OK,
                    "",
                    "the service gave a page without a link to go on from");
            answer = null;
        }

        throw new GraphFailure(GraphFailureKind.Malformed, HttpStatusCode.OK, "", $"the calendar did not end after {MostPages} pages");
    }

    private async Task<ListedPage> Page(KnownItems known, KnownFolder folder, List<Event> rows, string link, CancellationToken ct)
    {
        var fromTheStart = progress is null;
        var occurrences = progress?.Occurrences ?? new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (rows.Count == 0 && !fromTheStart)
            return new ListedPage(folder, [], 0, folder.Cursor with { Text = Print(link, occurrences) });

        var keys = await known.ReadKeys(folder.RemoteId, ct);
        var present = Present(keys);
        var removed = rows.Where(r => r.AdditionalData.ContainsKey("@removed")).Select(r => r.Id!).ToHashSet(StringComparer.Ordinal);
        var told = rows.Where(r => r.Id is not null && !r.AdditionalData.ContainsKey("@removed"))
            .GroupBy(r => r.Id!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

        // A removed occurrence says only its id.
        var changed = told
            .Values.Select(SeriesId)
            .Concat(occurrences.Where(o => o.Value.Any(hash => removed.Any(id => GraphEventKey.Hash(id) == hash))).Select(o => o.Key))
            .Where(id => !removed.Contains(id))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var found = new List<GraphEventKey>();
        foreach (var id in changed)
        {
            try
            {
                if (await ReadSeries(id, told, complete: fromTheStart, ct) is not { } series)
                {
                    removed.Add(id);
                    continue;
                }

                occurrences[id] = [.. series.Occurrences.Select(o => GraphEventKey.Hash(o.Id!))];
                if (occurrences[id].Length == 0)
                    occurrences.Remove(id);

                var name = SeriesItems.Name(GraphEvents.Series(series.Series), old => present.GetValueOrDefault(id)?.Series == old);
                var key = new GraphEventKey.Version(id, name, events.Fingerprint(series.Series, series.Occurrences));
                read[key] = series;
                found.Add(key);
            }
            catch (Exception failure) when (failure is not GraphFailure && Unexpected.IsContained(failure, ct))
            {
                // One event that is not what an event should be spoils no other.
                var changeKey = told.GetValueOrDefault(id)?.ChangeKey ?? "";
                found.Add(new GraphEventKey.Lost(GraphEventKey.Hash(id), changeKey, Unexpected.TroubleFrom(Place, failure).Reason));
            }
        }

        // A listing from the start names everything in the window; what is known and not named is gone from it.
        if (fromTheStart)
        {
            var here = changed.ToHashSet(StringComparer.Ordinal);
            if (CalendarRound.Alarm(present.Count, here.Count, confirmed: true) is { } alarm)
                throw new GraphFailure(GraphFailureKind.Passing, HttpStatusCode.OK, "", alarm);

            removed.UnionWith(present.Keys.Where(id => !here.Contains(id)));
        }

        foreach (var (id, version) in present.Where(p => removed.Contains(p.Key)))
        {
            occurrences.Remove(id);
            found.Add(version.Farewell);
        }

        IReadOnlyList<Locator> fresh = [.. found.Select(key => new Locator(key.ToString())).Where(item => !keys.Contains(item.Key))];
        return new ListedPage(folder, fresh, found.Count - fresh.Count, folder.Cursor with { Text = Print(link, occurrences) });
    }

    /// <summary>A series with all its occurrences in the window; a single event with none. Null when it is gone.</summary>
    private async Task<(Event Series, IReadOnlyCollection<Event> Occurrences)?> ReadSeries(
        string id,
        Dictionary<string, Event> told,
        bool complete,
        CancellationToken ct)
    {
        try
        {
            var series = told.GetValueOrDefault(id);
            if (series is null || !GraphEvents.IsWhole(series))
                series = await One(id, ct);

            if (series.Type != EventType.SeriesMaster)
                return (series, []);

            // The first round has named every occurrence; later ones need not.
            return (series, complete ? [.. told.Values.Where(e => e.SeriesMasterId == id)] : await Instances(id, ct));
        }
        catch (GraphFailure failure) when (failure.Kind == GraphFailureKind.Refused && failure.NotFound)
        {
            return null;
        }
    }

    private async Task<(Event Series, IReadOnlyCollection<Event> Occurrences)> ReadWhole(string id, CancellationToken ct)
    {
        var series = await One(id, ct);
        return (series, series.Type == EventType.SeriesMaster ? await Instances(id, ct) : []);
    }

    private async Task<Event> One(string id, CancellationToken ct) =>
        await Event(id).WithUrl(which.Within(Event(id).ToGetRequestInformation().URI.AbsoluteUri, Events))
            .GetAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct)
        ?? throw new GraphFailure(GraphFailureKind.Refused, HttpStatusCode.NotFound, "ErrorItemNotFound", "the event is not there");

    private async Task<IReadOnlyCollection<Event>> Instances(string id, CancellationToken ct)
    {
        var all = new List<Event>();
        var instances = Event(id).Instances;
        var first = instances.ToGetRequestInformation(c =>
        {
            c.QueryParameters.StartDateTime = InstantPattern.General.Format(Window.Start);
            c.QueryParameters.EndDateTime = InstantPattern.General.Format(Window.End);
            c.QueryParameters.Top = 100;
        });
        var page = await instances.WithUrl(which.Within(first.URI.AbsoluteUri, Events))
            .GetAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct);
        while (page is not null)
        {
            all.AddRange((page.Value ?? []).Where(e => e.Id is not null));
            page = page.OdataNextLink is { } next
                ? await instances.WithUrl(next).GetAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct)
                : null;
        }

        return all;
    }

    private EventItemRequestBuilder Event(string id) => line.Client.Users[user].Events[id];

    /// <summary>Whether a calendar does not know the question, and not: it is not there.</summary>
    private static bool IsNoDelta(GraphFailure failure) =>
        failure is { Kind: GraphFailureKind.Refused, LinkIsUsedUp: false }
        && (failure.Status is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented
            || failure.Code is "UnknownError" or "ErrorInvalidRequest");

    private static string SeriesId(Event row) => row.SeriesMasterId ?? row.Id!;

    /// <summary>The last version of each event that was stored and not followed by its farewell.</summary>
    public static Dictionary<string, GraphEventKey.Version> Present(IReadOnlySet<string> keys)
    {
        var present = new Dictionary<string, GraphEventKey.Version>(StringComparer.Ordinal);
        foreach (var version in keys.Select(GraphEventKey.Parse).OfType<GraphEventKey.Version>())
        {
            if (!keys.Contains(version.Farewell.ToString()))
                present[version.Id] = version;
        }

        return present;
    }

    private string Beginning()
    {
        var asked = Delta.ToGetRequestInformation(c =>
        {
            c.QueryParameters.StartDateTime = InstantPattern.General.Format(Window.Start);
            c.QueryParameters.EndDateTime = InstantPattern.General.Format(Window.End);
        }).URI.AbsoluteUri;
        return which.Within(asked.Replace("/delta()", tellsChanges ? "/delta" : "", StringComparison.Ordinal), View);
    }

    private string Print(string link, Dictionary<string, string[]> occurrences) =>
        JsonSerializer.Serialize(
            new CalendarProgress(InstantPattern.General.Format(Window.Start), InstantPattern.General.Format(Window.End), link, occurrences)
        );

    private (CalendarProgress? Progress, bool TellsChanges) Parse(string? text)
    {
        if (text is null)
            return (null, true);

        try
        {
            // The start moves when less is to be read; only a window that ends elsewhere shows other meetings.
            return JsonSerializer.Deserialize<CalendarProgress>(text) is { } known && known.End == InstantPattern.General.Format(Window.End)
                ? known.Link == Whole ? (null, false) : (known, true)
                : (null, true);
        }
        catch (JsonException)
        {
            // Listed anew; nothing is doubled.
            return (null, true);
        }
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Harvest;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.CalendarView.Delta;
using Microsoft.Kiota.Abstractions;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// The calendar of a mailbox (event-delta, delta-query-events): what changed in a window of time that moves on with the months. An item is
/// one version of one series. Occurrences that are deleted are not announced, so of a series in which anything changed all occurrences are
/// listed anew (event-list-instances).
/// </summary>
/// <param name="line">To the mailbox.</param>
/// <param name="user">Whose.</param>
/// <param name="place">The calendar, for people.</param>
/// <param name="events">Says in the words of the log what events say.</param>
/// <param name="since">Older meetings are not asked for.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class GraphCalendar(MailboxLine line, string user, string place, GraphEvents events, Instant since, Instant now)
{
    public const string FolderId = "calendar";
    private const string Gone = SeriesItems.Gone;
    private const string Lost = SeriesItems.Lost;
    private const int MostPages = 2000;

    private readonly Dictionary<string, (Event Series, IReadOnlyCollection<Event> Occurrences)> read = new(StringComparer.Ordinal);

    private CalendarProgress? progress;

    /// <summary>
    /// What is remembered between harvests: the window with its link, and which occurrences a series has, so that a removed one tells whose
    /// it was.
    /// </summary>
    private sealed record CalendarProgress(string Start, string End, string Link, Dictionary<string, string[]> Occurrences);

    /// <summary>
    /// At most a year back, half a year ahead, whole months; a window is baked into its link, so another one begins anew.
    /// </summary>
    private Interval Window
    {
        get
        {
            var month = now.InUtc().Date.With(DateAdjusters.StartOfMonth);
            return new Interval(
                Instant.Max(since, month.PlusMonths(-12).AtMidnight().InUtc().ToInstant()),
                month.PlusMonths(7).AtMidnight().InUtc().ToInstant());
        }
    }

    private DeltaRequestBuilder Delta => line.Client.Users[user].CalendarView.Delta;

    /// <summary>The request that comes first now, to be asked together with others.</summary>
    public RequestInformation First(FolderState folder)
    {
        progress = Parse(folder.Cursor.Text);
        return Delta.WithUrl(progress?.Link ?? Beginning()).ToGetRequestInformation(c => c.Headers.Add("Prefer", GraphEvents.Preference));
    }

    /// <summary>One round: the series that changed, and those that are gone.</summary>
    /// <param name="known">The ledger.</param>
    /// <param name="folder">The calendar in it.</param>
    /// <param name="first">The answer to <see cref="First"/>, or none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Listing> List(KnownItems known, FolderState folder, GraphPart first, CancellationToken ct)
    {
        try
        {
            var (rows, link) = await Round(await first.Read(DeltaGetResponse.CreateFromDiscriminatorValue, ct), ct);
            return await Page(known, folder, rows, link, ct);
        }
        catch (GraphFailure failure)
        {
            // Reading mail does not need the calendar, and the other way round.
            return GraphTrouble.OfFolder($"{place}: calendar", failure, GraphTrouble.ReadCalendars);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            return new FolderUnreadable(Unexpected.TroubleFrom($"{place}: calendar", failure), IsPermanent: false);
        }
    }

    /// <summary>Reads one version of one series.</summary>
    public async Task<Reading> Read(RemoteItem item, CancellationToken ct)
    {
        var parts = item.Key.Split('|');
        if (parts is [Gone, _, var lost, _])
            return new MeetingReading(item, Uri.UnescapeDataString(lost), [], Window);

        if (parts is [Lost, _, _, var words])
            return SeriesItems.Broken(item, $"{place}: calendar", words);

        try
        {
            if (!read.Remove(item.Key, out var told))
                told = await Whole(parts[0], ct);

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
            return new FailedReading(item, GraphTrouble.From($"{place}: calendar", failure, GraphTrouble.ReadCalendars));
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

    private async Task<ListedPage> Page(KnownItems known, FolderState folder, List<Event> rows, string link, CancellationToken ct)
    {
        var fromTheStart = progress is null;
        var occurrences = progress?.Occurrences ?? new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (rows.Count == 0 && !fromTheStart)
            return new ListedPage(folder, [], 0, folder.Cursor with { Text = Print(link, occurrences) });

        var keys = await known.ReadKeys(folder, ct);
        var present = Present(keys);
        var removed = rows.Where(r => r.AdditionalData.ContainsKey("@removed")).Select(r => r.Id!).ToHashSet(StringComparer.Ordinal);
        var told = rows.Where(r => r.Id is not null && !r.AdditionalData.ContainsKey("@removed"))
            .GroupBy(r => r.Id!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

        // A removed occurrence says only its id.
        var changed = told
            .Values.Select(SeriesId)
            .Concat(occurrences.Where(o => o.Value.Any(hash => removed.Any(id => Hash(id) == hash))).Select(o => o.Key))
            .Where(id => !removed.Contains(id))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var found = new List<Locator>();
        foreach (var id in changed)
        {
            try
            {
                if (await ReadSeries(id, told, complete: fromTheStart, ct) is not { } series)
                {
                    removed.Add(id);
                    continue;
                }

                occurrences[id] = [.. series.Occurrences.Select(o => Hash(o.Id!))];
                if (occurrences[id].Length == 0)
                    occurrences.Remove(id);

                var key =
                    $"{id}|{SeriesItems.Name(GraphEvents.Series(series.Series), known => present.GetValueOrDefault(id).Series == known)}|"
                        + $"{events.Fingerprint(series.Series, series.Occurrences)}";
                read[key] = series;
                found.Add(new Locator(key));
            }
            catch (Exception failure) when (failure is not GraphFailure && Unexpected.IsContained(failure, ct))
            {
                // One event that is not what an event should be spoils no other.
                var version = told.GetValueOrDefault(id)?.ChangeKey ?? "";
                found.Add(
                    new Locator(
                        $"{Lost}|{Hash(id)}|{Uri.EscapeDataString(version)}|"
                            + $"{Uri.EscapeDataString(Unexpected.TroubleFrom(place, failure).Reason)}"
                    ));
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

        foreach (var (id, name) in present.Where(p => removed.Contains(p.Key)))
        {
            occurrences.Remove(id);
            found.Add(new Locator($"{Gone}|{Hash(id)}|{name.Series}|{name.Version}"));
        }

        var fresh = found.Where(l => !keys.Contains(l.Key)).ToList();
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

    private async Task<(Event Series, IReadOnlyCollection<Event> Occurrences)> Whole(string id, CancellationToken ct)
    {
        var series = await One(id, ct);
        return (series, series.Type == EventType.SeriesMaster ? await Instances(id, ct) : []);
    }

    private async Task<Event> One(string id, CancellationToken ct) =>
        await line.Client.Users[user].Events[id].GetAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct)
        ?? throw new GraphFailure(GraphFailureKind.Refused, HttpStatusCode.NotFound, "ErrorItemNotFound", "the event is not there");

    private async Task<IReadOnlyCollection<Event>> Instances(string id, CancellationToken ct)
    {
        var all = new List<Event>();
        var page = await line.Client.Users[user].Events[id].Instances.GetAsync(
            c =>
            {
                c.Headers.Add("Prefer", GraphEvents.Preference);
                c.QueryParameters.StartDateTime = InstantPattern.General.Format(Window.Start);
                c.QueryParameters.EndDateTime = InstantPattern.General.Format(Window.End);
                c.QueryParameters.Top = 100;
            },
            ct);
        while (page is not null)
        {
            all.AddRange((page.Value ?? []).Where(e => e.Id is not null));
            page = page.OdataNextLink is { } next
                ? await line
                    .Client.Users[user]
                    .Events[id]
                    .Instances.WithUrl(next)
                    .GetAsync(c => c.Headers.Add("Prefer", GraphEvents.Preference), ct)
                : null;
        }

        return all;
    }

    private static string SeriesId(Event row) => row.SeriesMasterId ?? row.Id!;

    /// <summary>The last version of each event that was stored and not followed by its farewell.</summary>
    private static Dictionary<string, (string Series, string Version)> Present(HashSet<string> keys)
    {
        var present = new Dictionary<string, (string Series, string Version)>(StringComparer.Ordinal);
        foreach (var parts in keys.Select(k => k.Split('|')).Where(p => p is { Length: 3 }))
        {
            if (!keys.Contains($"{Gone}|{Hash(parts[0])}|{parts[1]}|{parts[2]}"))
                present[parts[0]] = (parts[1], parts[2]);
        }

        return present;
    }

    private static string Hash(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 6));

    private string Beginning() =>
        Delta.ToGetRequestInformation(c =>
        {
            c.QueryParameters.StartDateTime = InstantPattern.General.Format(Window.Start);
            c.QueryParameters.EndDateTime = InstantPattern.General.Format(Window.End);
        }).URI.AbsoluteUri.Replace("/delta()", "/delta", StringComparison.Ordinal);

    private string Print(string link, Dictionary<string, string[]> occurrences) =>
        JsonSerializer.Serialize(
            new CalendarProgress(InstantPattern.General.Format(Window.Start), InstantPattern.General.Format(Window.End), link, occurrences)
        );

    private CalendarProgress? Parse(string? text)
    {
        if (text is null)
            return null;

        try
        {
            // The start moves when less is to be read; only a window that ends elsewhere shows other meetings.
            return JsonSerializer.Deserialize<CalendarProgress>(text) is { } known && known.End == InstantPattern.General.Format(Window.End)
                ? known
                : null;
        }
        catch (JsonException)
        {
            // Listed anew; nothing is doubled.
            return null;
        }
    }
}

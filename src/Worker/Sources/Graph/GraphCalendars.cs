using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Meetings;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// The calendars of a mailbox: the one it has of itself, others its owner made, and those colleagues share. A meeting that stands in
/// several of them is read in the first one only, in this order, and in the next when it goes from there.
/// </summary>
/// <param name="line">To the mailbox.</param>
/// <param name="user">Whose.</param>
/// <param name="account">The name of the account.</param>
/// <param name="owner">Whose mailbox it is.</param>
/// <param name="choice">Which calendars are not read.</param>
/// <param name="since">Older meetings are not asked for.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class GraphCalendars(
    MailboxLine line,
    string user,
    string account,
    Domain.Company.EmailAddress owner,
    GraphChoice choice,
    Instant since,
    Instant now)
{
    private const string Copy = "also in another calendar of the mailbox";

    /// <summary>What a listing of calendars is asked for.</summary>
    private static readonly string[] Selected = ["id", "name", "owner", "isDefaultCalendar"];

    private readonly Dictionary<string, IReadOnlyDictionary<string, GraphEventKey.Version>> present = new(StringComparer.Ordinal);
    private IReadOnlyList<GraphCalendarPlace> asked = [];
    private IReadOnlyList<GraphCalendar> ranked = [];
    private KnownItems? known;

    /// <summary>
    /// The requests that come first now, to be asked together with others: which calendars there are, and what those known say.
    /// </summary>
    public IReadOnlyList<RequestInformation> First(KnownItems items)
    {
        known = items;
        asked =
        [
            GraphCalendarPlace.Own,
            .. items.Folders
                .Where(folder => GraphCalendarPlace.IsCalendar(folder.RemoteId) && folder.Cursor.Text is not null)
                .Select(folder => GraphCalendarPlace.From(folder.RemoteId, folder.Path))
                .Where(calendar => calendar.Id is not null && choice.Exclusion(calendar.Name, null) is null)
                .OrderBy(calendar => calendar.Id, StringComparer.Ordinal),
        ];
        return
        [
            line.Client.Users[user].Calendars.ToGetRequestInformation(c =>
            {
                c.QueryParameters.Select = Selected;
                c.QueryParameters.Top = 100;
            }),
            .. asked.Select(calendar => Open(calendar).First(Folder(calendar))),
        ];
    }

    /// <summary>What changed in each calendar; a calendar that is gone takes its meetings with it.</summary>
    /// <param name="firsts">The answers to <see cref="First"/>.</param>
    /// <param name="ct">Cancels.</param>
    public async IAsyncEnumerable<Listing> List(IReadOnlyList<GraphPart> firsts, [EnumeratorCancellation] CancellationToken ct)
    {
        var (places, trouble) = await Places(firsts[0], ct);
        if (trouble is not null)
            yield return trouble;

        // Where it is not known which there are, those known are read all the same.
        ranked = [.. Ranked(places ?? asked).Select(Open)];
        var answers = asked.Zip(firsts.Skip(1)).ToDictionary(one => one.First.FolderId, one => one.Second, StringComparer.Ordinal);
        await foreach (var listing in EachFolder.List(ranked, calendar => calendar.Place, ListOne, ct))
            yield return listing;

        if (places is not null)
        {
            foreach (var listing in await Vanished(places, ct))
                yield return listing;
        }

        async IAsyncEnumerable<Listing> ListOne(GraphCalendar calendar)
        {
            var folder = Folder(calendar.Which);
            calendar.First(folder);
            yield return await calendar.List(known!, folder, answers.GetValueOrDefault(folder.RemoteId, GraphPart.Unanswered), ct);
        }
    }

    /// <summary>What was read before may have changed since.</summary>
    public void BeginReading() => present.Clear();

    /// <summary>Reads an item of a calendar.</summary>
    public async Task<Reading> Read(RemoteItem item, CancellationToken ct)
    {
        var rank = Rank(item.Folder.RemoteId);
        var key = GraphEventKey.Parse(item.Key);
        switch (key)
        {
            case GraphEventKey.Lost lost:
                return SeriesItems.Broken(item, $"{account}: {item.Folder.Path}", lost.Words);
            case GraphEventKey.Version version when rank < ranked.Count:
                return await FindElsewhere(version.Series, 0, rank, ct) is null
                    ? await ranked[rank].Read(item, version, ct)
                    : new SkippedReading(item, Copy);
            case GraphEventKey.Gone gone when await FindElsewhere(gone.Series, 0, rank, ct) is not null:
                return new GoneReading(item);
            case GraphEventKey.Gone gone:
                return await FindElsewhere(gone.Series, rank + 1, ranked.Count, ct) is var (calendar, other)
                    ? await calendar.Read(item, other, ct)
                    : new MeetingReading(item, Uri.UnescapeDataString(gone.Series), [], Open(GraphCalendarPlace.Own).Window);
            default:
                return new GoneReading(item);
        }
    }

    /// <summary>The calendars there are, without those the configuration leaves out; null when that cannot be found out now.</summary>
    private async Task<(IReadOnlyList<GraphCalendarPlace>? Places, Listing? Trouble)> Places(GraphPart first, CancellationToken ct)
    {
        try
        {
            var found = new List<GraphCalendarPlace>();
            var calendars = line.Client.Users[user].Calendars;
            var page = await first.Read(CalendarCollectionResponse.CreateFromDiscriminatorValue, ct)
                ?? await calendars.GetAsync(
                    c =>
                    {
                        c.QueryParameters.Select = Selected;
                        c.QueryParameters.Top = 100;
                    },
                    ct);
            while (page is not null)
            {
                found.AddRange((page.Value ?? []).Select(Place).OfType<GraphCalendarPlace>());
                page = page.OdataNextLink is { } next ? await calendars.WithUrl(next).GetAsync(cancellationToken: ct) : null;
            }

            return (found, null);
        }
        catch (GraphFailure failure) when (GraphTrouble.IsWhole(failure))
        {
            // The calendar the mailbox has of itself says the same.
            return (null, null);
        }
        catch (GraphFailure failure)
        {
            return (null, GraphTrouble.OfFolder($"{account}: calendars", failure, GraphTrouble.ReadCalendars));
        }
    }

    private GraphCalendarPlace? Place(Calendar calendar)
    {
        var name = string.IsNullOrWhiteSpace(calendar.Name) ? "calendar" : calendar.Name.Trim();
        if (calendar.Id is null || calendar.IsDefaultCalendar == true || choice.Exclusion(name, null) is not null)
            return null;

        var whose = Domain.Company.EmailAddress.TryParse(calendar.Owner?.Address, out var address) ? address : null;
        return new GraphCalendarPlace(calendar.Id, name, whose, whose is not null && whose != owner);
    }

    private static IEnumerable<GraphCalendarPlace> Ranked(IEnumerable<GraphCalendarPlace> places) =>
        places.Where(place => place.Id is not null)
            .DistinctBy(place => place.Id)
            .OrderBy(place => place.IsShared)
            .ThenBy(place => place.Id, StringComparer.Ordinal)
            .Prepend(GraphCalendarPlace.Own);

    private async Task<IReadOnlyList<Listing>> Vanished(IReadOnlyList<GraphCalendarPlace> places, CancellationToken ct)
    {
        var here = places.Select(place => place.FolderId).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<KnownFolder> vanished =
            [.. asked.Where(place => place.Id is not null && !here.Contains(place.FolderId)).Select(Folder)];
        if (vanished.Count == 0)
            return [];

        BeginReading();
        var (had, gone) = (0, 0);
        foreach (var place in asked)
        {
            var count = (await Present(place.FolderId, ct)).Count;
            had += count;
            gone += here.Contains(place.FolderId) || place.Id is null ? 0 : count;
        }

        return await SeriesItems.Vanished(
            vanished,
            $"{account}: {vanished[0].Path}",
            had,
            had - gone,
            "look at the calendars in Outlook",
            async folder =>
            [
                .. GraphCalendar.Present(await known!.ReadKeys(folder.RemoteId, ct)).Values
                    .Select(version => new Locator(version.Farewell.ToString())),
            ]);
    }

    /// <summary>The first of some calendars that has a series, and its version there.</summary>
    private async Task<(GraphCalendar Calendar, GraphEventKey.Version Version)?> FindElsewhere(
        string series, int from, int until, CancellationToken ct)
    {
        var name = Name(series);
        foreach (var calendar in ranked.Take(Math.Min(until, ranked.Count)).Skip(from))
        {
            if ((await Present(calendar.Which.FolderId, ct)).TryGetValue(name, out var version))
                return (calendar, version);
        }

        return null;
    }

    private async Task<IReadOnlyDictionary<string, GraphEventKey.Version>> Present(string folder, CancellationToken ct)
    {
        if (present.TryGetValue(folder, out var read))
            return read;

        var versions = new Dictionary<string, GraphEventKey.Version>(StringComparer.Ordinal);
        foreach (var version in GraphCalendar.Present(await known!.ReadKeys(folder, ct)).Values)
            versions[Name(version.Series)] = version;

        return present[folder] = versions;
    }

    /// <summary>Names given by earlier versions of this program told more.</summary>
    private static string Name(string series) => MeetingKey.IsName(series) ? series : MeetingKey.Name(Uri.UnescapeDataString(series));

    /// <summary>The place of a calendar in the order; behind all others where it is gone.</summary>
    private int Rank(string folder)
    {
        var index = ranked.ToList().FindIndex(calendar => calendar.Which.FolderId == folder);
        return index < 0 ? ranked.Count : index;
    }

    private KnownFolder Folder(GraphCalendarPlace place) =>
        known!.Folder(place.FolderId, place.Name, place.Id is null ? GraphCalendarPlace.Own.FolderId : null);

    private GraphCalendar Open(GraphCalendarPlace place) =>
        new(line, user, account, place, new GraphEvents(account, place.Owner ?? owner, now) { SaysAway = place.Id is null }, since, now);
}

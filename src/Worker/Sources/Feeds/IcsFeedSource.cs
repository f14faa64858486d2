using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Calendar;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.Feeds;

/// <summary>
/// A calendar published at a web address. The server is asked only for what changed since, and left alone for as long as it wants to be.
/// </summary>
/// <param name="name">The name of the account; the address itself may be a secret.</param>
/// <param name="feed">Fetches the calendar.</param>
/// <param name="items">Compares it with what the ledger knows of it.</param>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class IcsFeedSource(string name, CalendarFeed feed, CalendarItems items, DateTimeZone zone, Instant now) : ISource
{
    public async Task Connect(CancellationToken ct)
    {
        try
        {
            using var answer = await feed.Get(etag: null, lastModified: null, ct);
            if (Parse(answer) is { IsCalendar: false, Problems: [.., var problem] })
                throw new SourceException(new Trouble(name, problem.Words, Remedy(MailFailure.Config)), isPermanent: true);
        }
        catch (MailServerException failure)
        {
            throw ExplainTrouble(failure);
        }
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var state = known.Folder("feed", name, role: null);
        if (state.WhyParked(name, now) is { } parked)
            throw new SourceException(parked, isPermanent: false);

        // A quarter later recurring meetings are written out further, so the calendar is wanted again though it is the same.
        var cursor = StreamCursor.Parse(state.Cursor.Text);
        var version = FeedVersion.Parse(cursor?.Stamp) is { } stored && stored.Quarter == items.Quarter ? stored : null;
        var (answer, refusal) = await Fetch(version, ct);
        if (refusal is not null)
        {
            if (refusal.RetryAfter is { } wait)
                yield return new FolderParked(state, now + wait, ExplainTrouble(refusal).Trouble);

            throw ExplainTrouble(refusal);
        }

        using var content = answer!;
        if (content.Content is null)
        {
            yield return new ListedPage(state, [], cursor?.Events ?? 0, state.Cursor);
            yield break;
        }

        var stamp = new FeedVersion(OneLine(content.ETag), OneLine(content.LastModified), items.Quarter).ToString();
        foreach (var listing in items.Compare(state, await known.ReadKeys(state.RemoteId, ct), Parse(content), name, stamp))
            yield return listing;
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> wanted, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var item in wanted)
        {
            ct.ThrowIfCancellationRequested();
            if (!items.Has(item.Folder))
                await FetchAgain(item.Folder, ct);

            yield return items.ReadOne(item, name);
        }
    }

    private async Task<(FeedAnswer? Answer, MailServerException? Refusal)> Fetch(FeedVersion? version, CancellationToken ct)
    {
        try
        {
            return (await feed.Get(Word(version?.ETag), Word(version?.LastModified), ct), null);
        }
        catch (MailServerException failure)
        {
            return (null, failure);
        }
    }

    /// <summary>A run before this one found something and did not get to read it.</summary>
    private async Task FetchAgain(FolderState folder, CancellationToken ct)
    {
        try
        {
            using var answer = await feed.Get(etag: null, lastModified: null, ct);
            items.Keep(folder, Parse(answer));
        }
        catch (MailServerException failure)
        {
            throw ExplainTrouble(failure);
        }
    }

    private CalendarFile Parse(FeedAnswer answer) => CalendarReader.Read(answer.Content!, defaultZone: zone);

    private SourceException ExplainTrouble(MailServerException failure) =>
        new(
            new Trouble(name, failure.Message, Remedy(failure.Failure)),
            NeedsPerson(failure.Failure),
            failure);

    /// <summary>An address that names nothing is as wrong as one that is refused.</summary>
    private static bool NeedsPerson(MailFailure failure) => failure.NeedsPerson || failure is MailFailure.Permanent;

    private static string Remedy(MailFailure failure) =>
        NeedsPerson(failure)
            ? "open the address in a browser; if no calendar comes, publish it anew and write its new address in crmsync.yaml. What is "
                + "known of its meetings stays"
            : "it is tried again by itself; what is known of its meetings stays";

    private static string OneLine(string? header) => header?.ReplaceLineEndings("") ?? "";

    private static string? Word(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The version of a calendar that was read last.</summary>
    /// <param name="ETag">Its tag; empty when it has none.</param>
    /// <param name="LastModified">Its time; empty when it has none.</param>
    /// <param name="Quarter">The end of the window recurring meetings were read in.</param>
    private sealed record FeedVersion(string ETag, string LastModified, string Quarter)
    {
        public static FeedVersion? Parse(string? stamp) =>
            stamp?.Split('\n') is [var etag, var modified, var quarter] ? new FeedVersion(etag, modified, quarter) : null;

        public override string ToString() => $"{ETag}\n{LastModified}\n{Quarter}";
    }
}

using System.Runtime.CompilerServices;
using CrmSync.Mail.Calendar;
using CrmSync.Storage.Harvest;
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
        var state = await known.Folder("feed", name, role: null, ct);
        if (state.ParkedUntil > now)
            throw new SourceException(
                new Trouble(
                    name,
                    state.ParkedReason ?? "it wants to be left alone",
                    $"it is asked again after {state.ParkedUntil:uuuu-MM-dd HH:mm} UTC"),
                isPermanent: false);

        // A quarter later recurring meetings are written out further, so the calendar is wanted again though it is the same.
        var cursor =
            state.Cursor.Text?.Split('\n') is [var etag, var changed, var rest]
            && rest.StartsWith(items.Quarter + "|", StringComparison.Ordinal)
                ? (ETag: Word(etag), Changed: Word(changed))
                : default;
        using var answer = await Fetch(known, state, cursor.ETag, cursor.Changed, ct);
        if (answer.Content is null)
        {
            yield return new ListedPage(state, [], CalendarItems.CountIn(state.Cursor), state.Cursor);
            yield break;
        }

        var stamp = $"{OneLine(answer.ETag)}\n{OneLine(answer.LastModified)}\n{items.Quarter}";
        foreach (var listing in items.Compare(state, await known.ReadKeys(state, ct), Parse(answer), name, stamp))
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

    private async Task<FeedAnswer> Fetch(KnownItems known, FolderState state, string? etag, string? changed, CancellationToken ct)
    {
        try
        {
            var answer = await feed.Get(etag, changed, ct);
            if (state.ParkedUntil is not null)
                await known.Park(state, until: null, reason: null, ct);

            return answer;
        }
        catch (MailServerException failure)
        {
            if (failure.RetryAfter is { } wait)
                await known.Park(state, now + wait, failure.Message, ct);

            throw ExplainTrouble(failure);
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
            isPermanent: failure.Failure is MailFailure.Auth or MailFailure.Config or MailFailure.Permanent,
            failure);

    private static string Remedy(MailFailure failure) =>
        failure is MailFailure.Auth or MailFailure.Config or MailFailure.Permanent
            ? "open the address in a browser; if no calendar comes, publish it anew and write its new address in crmsync.yaml. What is "
                + "known of its meetings stays"
            : "it is tried again by itself; what is known of its meetings stays";

    private static string OneLine(string? header) => header?.ReplaceLineEndings("") ?? "";

    private static string? Word(string text) => text.Length == 0 ? null : text;
}

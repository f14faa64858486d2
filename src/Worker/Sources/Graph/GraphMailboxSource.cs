using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrmSync.Domain.Company;
using CrmSync.Mail.Mime;
using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.MailFolders.Item.Messages.Delta;
using Microsoft.Graph.Users.Item.Messages.Item;
using Microsoft.Kiota.Abstractions;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// A mailbox in Microsoft 365. The pages that list messages also tell them, so reading takes what was listed a moment ago; only what a page
/// told in part, or what an earlier harvest listed and did not get to read, is asked for again.
/// </summary>
/// <param name="account">The name of the account.</param>
/// <param name="mailbox">The user's id or principal name.</param>
/// <param name="line">To the mailbox.</param>
/// <param name="since">Older mail is not asked for.</param>
/// <param name="clock">The time.</param>
/// <param name="choice">Which folders are read.</param>
/// <param name="calendars">Its calendars.</param>
internal sealed class GraphMailboxSource(
    string account,
    string mailbox,
    MailboxLine line,
    Instant since,
    IClock clock,
    GraphChoice choice,
    GraphCalendars calendars) : ISource
{
    /// <summary>So many told messages are kept in memory before they are read; then the listing waits.</summary>
    private const int Shelf = 500;

    /// <summary>A round with a filter shows no more messages.</summary>
    public int MostInRound { get; init; } = 5000;

    /// <summary>What makes mails private, as the listing was told.</summary>
    private PrivateLabels labels = PrivateLabels.None;

    private readonly ConcurrentDictionary<string, Message> told = new(StringComparer.Ordinal);

    /// <summary>Asks for one mail and one event, and for nothing else.</summary>
    public async Task Connect(CancellationToken ct)
    {
        try
        {
            await line.Client.Users[mailbox].MailFolders["inbox"].Messages.GetAsync(
                c =>
                {
                    c.QueryParameters.Select = ["id"];
                    c.QueryParameters.Top = 1;
                },
                ct);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMail);
        }

        try
        {
            await line.Client.Users[mailbox].Events.GetAsync(
                c =>
                {
                    c.QueryParameters.Select = ["id"];
                    c.QueryParameters.Top = 1;
                },
                ct);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadCalendars);
        }
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        labels = known.PrivateLabels;
        var folders = (await Folders(known, ct)).ToLookup(folder => folder.LeftOut is null);
        foreach (var folder in folders[false])
        {
            var state = known.Folder(folder.Id, folder.Path, folder.Role);
            yield return new ListedPage(state, [], 0, state.Cursor)
            {
                Skipped = folder.Items > 0 ? new Dictionary<string, int> { [folder.LeftOut!] = folder.Items } : [],
            };
        }

        var walks = new List<(GraphFolder Folder, FolderWalk Walk, RequestInformation First)>();
        foreach (var folder in folders[true])
        {
            if (await EachFolder.Try(Place(folder), () => Begin(folder), ct) is { } trouble)
                yield return trouble;
        }

        IReadOnlyList<RequestInformation> asked = [];
        if (await EachFolder.Try(CalendarPlace, BeginMeetings, ct) is { } unreadable)
            yield return unreadable;

        // What every folder and the calendars have to say first comes in one round trip.
        var firsts = await Guarded(() =>
            GraphBatch.Ask(line, [.. walks.Select(one => one.First), .. asked], clock, ct));

        // Folders are walked side by side, as many as the service allows; each goes on only as fast as its pages are stored.
        var shelved = 0;
        await foreach (var step in ReadAhead.Run<WalkStep>(GraphThrottle.AtOnce, (pages, stop) => WalkAll(walks, firsts, pages, stop), ct))
        {
            foreach (var message in step.Whole)
                told[message.Id!] = message;

            yield return step.Listing;
            shelved += step.Whole.Count;
            if (shelved < Shelf)
                continue;

            yield return new ReadNow();
            shelved = 0;
            told.Clear();
        }

        if (asked.Count == 0)
            yield break;

        var answers = firsts.Skip(walks.Count).ToList();
        await foreach (var listing in EachFolder.List([calendars], _ => CalendarPlace, all => all.List(answers, ct), ct))
            yield return listing;

        Task Begin(GraphFolder folder)
        {
            var state = known.Folder(folder.Id, folder.Path, folder.Role);
            var walk = new FolderWalk(line, mailbox, state, since, known.PrivateLabels) { MostInRound = MostInRound };
            walks.Add((folder, walk, walk.First()));
            return Task.CompletedTask;
        }

        Task BeginMeetings()
        {
            asked = calendars.First(known);
            return Task.CompletedTask;
        }
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        var missing = new List<RemoteItem>();
        calendars.BeginReading();
        foreach (var item in items)
        {
            if (GraphCalendarPlace.IsCalendar(item.Folder.RemoteId))
                yield return await calendars.Read(item, ct);
            else if (told.TryGetValue(item.Key, out var message) && !GraphMail.NeedsMime(message) && !item.WithBytes)
                yield return ReadTold(item, message);
            else if (message is not null)
                yield return await ReadMime(item, message, ct);
            else
                missing.Add(item);
        }

        foreach (var some in missing.Chunk(20))
        {
            var builders = Array.ConvertAll(some, item => line.Client.Users[mailbox].Messages[item.Key]);
            var answers = await Guarded(() =>
                GraphBatch.Ask(line, Array.ConvertAll(builders, b => b.ToGetRequestInformation(Ask)), clock, ct));
            for (var i = 0; i < some.Length; i++)
            {
                if (answers[i].NotFound)
                    yield return new GoneReading(some[i]);
                else if (await answers[i].Read(Message.CreateFromDiscriminatorValue, ct) is { } message)
                    yield return await CreateReading(some[i], message, ct);
                else
                    yield return await ReadAlone(some[i], ct);
            }
        }
    }

    private void Ask(RequestConfiguration<MessageItemRequestBuilder.MessageItemRequestBuilderGetQueryParameters> c)
    {
        c.Headers.Add("Prefer", FolderWalk.Preference);
        c.QueryParameters.Select = GraphMail.Select(labels);
        c.QueryParameters.Expand = [GraphMail.Expanded];
    }

    /// <summary>The folders, the most important last: what is listed last is read first.</summary>
    private async Task<IReadOnlyList<GraphFolder>> Folders(KnownItems known, CancellationToken ct)
    {
        var roles = known.Folders
            .Where(f => !GraphCalendarPlace.IsCalendar(f.RemoteId))
            .ToDictionary(f => f.RemoteId, f => f.Role, StringComparer.Ordinal);
        var folders = await Guarded(() => new GraphFolders(line, mailbox, choice, clock).List(roles, ct));
        return [.. folders.OrderBy(f => f.Role switch { "inbox" => 3, "sent" => 2, "archive" => 1, _ => 0 })];
    }

    private Task WalkAll(
        List<(GraphFolder Folder, FolderWalk Walk, RequestInformation First)> walks,
        IReadOnlyList<GraphPart> firsts,
        ChannelWriter<WalkStep> pages,
        CancellationToken ct) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, walks.Count),
            new ParallelOptions { MaxDegreeOfParallelism = GraphThrottle.AtOnce, CancellationToken = ct },
            async (i, cancel) =>
            {
                var (folder, walk, _) = walks[i];
                if (await EachFolder.Try(Place(folder), () => WalkOne(folder, walk, firsts[i], pages, cancel), cancel) is { } trouble)
                    await pages.WriteAsync(new WalkStep(trouble, []), cancel);
            });

    private string Place(GraphFolder folder) => $"{account} folder {folder.Path}";

    private string CalendarPlace => $"{account}: calendar";

    private async Task WalkOne(GraphFolder folder, FolderWalk walk, GraphPart first, ChannelWriter<WalkStep> pages, CancellationToken ct)
    {
        try
        {
            await foreach (
                var page in walk.Pages(await first.Read(DeltaGetResponse.CreateFromDiscriminatorValue, ct), clock.GetCurrentInstant(), ct))
                await pages.WriteAsync(new WalkStep(page.Page, page.Whole), ct);
        }
        catch (GraphFailure failure) when (failure is { Kind: GraphFailureKind.Refused, NotFound: true } && !GraphTrouble.IsWhole(failure))
        {
            // Deleted since it was listed; the next harvest does not list it any more.
        }
        catch (GraphFailure failure) when (!GraphTrouble.IsWhole(failure))
        {
            await pages.WriteAsync(new WalkStep(GraphTrouble.OfFolder(Place(folder), failure, GraphTrouble.ReadMail), []), ct);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMail);
        }
    }

    private async Task<Reading> ReadAlone(RemoteItem item, CancellationToken ct)
    {
        try
        {
            return await line.Client.Users[mailbox].Messages[item.Key].GetAsync(Ask, ct) is { } message
                ? await CreateReading(item, message, ct)
                : new GoneReading(item);
        }
        catch (GraphFailure failure) when (!GraphTrouble.IsWhole(failure))
        {
            return Cannot(item, failure);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMail);
        }
    }

    private async Task<Reading> CreateReading(RemoteItem item, Message message, CancellationToken ct)
    {
        if (message.IsDraft == true)
            return new SkippedReading(item, "a draft");

        return GraphMail.NeedsMime(message) || item.WithBytes
            ? await ReadMime(item, message, ct)
            : ReadTold(item, message);
    }

    private static MailReading ReadTold(RemoteItem item, Message message) =>
        new(item, GraphMail.ReadFacts(message, item.IsForCommands))
        {
            WebLink = GraphMail.WebLink(message),
            Labels = message.Categories ?? [],
            FolderPath = item.Folder.Path,
            Delimiter = '/',
        };

    /// <summary>
    /// The message as it came over the wire (outlook-get-mime-message): reports hide what they report in parts Graph does not show.
    /// </summary>
    private async Task<Reading> ReadMime(RemoteItem item, Message message, CancellationToken ct)
    {
        var reading = await ReadMime(item, ct);
        return reading is MailReading mail ? mail with
        {
            WebLink = GraphMail.WebLink(message),
            Labels = message.Categories ?? [],
            FolderPath = item.Folder.Path,
            Delimiter = '/',
        }
            : reading;
    }

    private async Task<Reading> ReadMime(RemoteItem item, CancellationToken ct)
    {
        try
        {
            await using var content = await line
                .Client.Users[mailbox]
                .Messages[item.Key]
                .Content.GetAsync(c => c.Headers.Add("Prefer", FolderWalk.Preference), ct);
            if (content is null)
                return new GoneReading(item);

            var place = $"{account} {item.Folder.Path} {item.Key}";
            if (!item.WithBytes)
                return MailTranslation.CreateReading(item, place, await MimeReader.ReadAsync(content, cancel: ct), item.Item.Dated);

            using var whole = new MemoryStream();
            await content.CopyToAsync(whole, ct);
            var bytes = whole.ToArray();
            var reading = MailTranslation.CreateReading(item, place, MimeReader.Read(bytes), item.Item.Dated);
            return reading is MailReading mail && bytes.Length <= MailReading.MostBytes ? mail with { Bytes = bytes } : reading;
        }
        catch (GraphFailure failure) when (!GraphTrouble.IsWhole(failure))
        {
            return Cannot(item, failure);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMail);
        }
    }

    private Reading Cannot(RemoteItem item, GraphFailure failure) =>
        failure.NotFound
            ? new GoneReading(item)
            : new FailedReading(item, GraphTrouble.From($"{account} {item.Folder.Path}", failure, GraphTrouble.ReadMail));

    private async Task<T> Guarded<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMail);
        }
    }

    private sealed record WalkStep(Listing Listing, IReadOnlyList<Message> Whole);
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// A mailbox over IMAP. An account in which nothing has changed costs one round trip on the kept connection: the list of folders brings
/// their counters along.
/// </summary>
/// <param name="session">Its connection.</param>
/// <param name="gate">How many accounts of its server may be at work at a time.</param>
/// <param name="mayStay">Whether the connection may be kept when the work is done.</param>
/// <param name="clock">The time.</param>
/// <param name="since">Mail that arrived long before is not even asked for.</param>
internal sealed class ImapSource(ImapSession session, SemaphoreSlim gate, Func<bool> mayStay, IClock clock, Instant since) : ISource
{
    /// <summary>Readings ahead of whoever takes them: not many, for they hold the texts of emails.</summary>
    private const int MostAhead = 32;

    public async Task Connect(CancellationToken ct)
    {
        using var place = await EnterGate(ct);
        _ = await Guarded(client => client.Folders(withStatus: false, ct), ct);
        await session.NoteSuccess(ct);
    }

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        using var place = await EnterGate(ct);
        var plan = await Guarded(client => Plan(client, ct), ct);
        foreach (var (folder, reason) in plan.LeftOut)
        {
            if (folder.Status?.Exists is > 0 and var count)
            {
                var state = known.Folder(folder.Name, folder.Name, FolderNames.Word(folder.Role));
                yield return new ListedPage(state, [], 0, state.Cursor)
                {
                    Skipped = new Dictionary<string, int> { [reason] = (int)Math.Min(count, int.MaxValue) },
                };
            }
        }

        var folders = EachFolder.List(plan.Read, folder => $"folder {folder.Name}", folder => List(folder, known, ct), ct);
        await foreach (var listing in folders)
            yield return listing;

        await session.NoteSuccess(ct);
        await Rest(ct);
    }

    private async IAsyncEnumerable<Listing> List(MailboxFolder folder, KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        IEnumerable<Listing> listings;
        try
        {
            listings = await Guarded(
                client => new FolderDiscovery(client, known, clock.GetCurrentInstant(), since).List(folder, ct),
                ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            // It may have come in the middle of an answer.
            await session.Drop();
            throw;
        }

        foreach (var listing in listings)
            yield return listing;
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        using var place = await EnterGate(ct);
        await foreach (var one in ReadAhead.Run<Reading>(MostAhead, (readings, stop) => ReadAll(items, readings, stop), ct))
            yield return one;

        await Rest(ct);
    }

    /// <summary>
    /// Reads folder by folder. What was read before the connection broke counts; then the end of the readings is the failure.
    /// </summary>
    private async Task ReadAll(IReadOnlyList<RemoteItem> items, ChannelWriter<Reading> readings, CancellationToken ct)
    {
        try
        {
            foreach (var folder in items.GroupBy(item => item.Folder.Number))
                await new MessageReading(session, [.. folder], readings).Run(ct);
        }
        catch (MailServerException e)
        {
            await session.NoteFailure(e, CancellationToken.None);
            throw ServerTrouble.OfAccount(session.Account.Name, e);
        }
        catch
        {
            // Whatever it was, it may have come in the middle of an answer.
            await session.Drop();
            throw;
        }
    }

    /// <summary>Keeps the connection for the next use, or closes it where too many are open.</summary>
    private Task Rest(CancellationToken ct) => mayStay() ? session.Rest(ct) : session.Drop();

    private async Task<FolderPlan> Plan(ImapMailbox client, CancellationToken ct)
    {
        var folders = await client.Folders(withStatus: true, ct);
        var plan = FolderPlan.From(session.Account, folders, client.IsGmail);
        if (plan.Read.All(folder => folder.Status is not null))
            return plan;

        // Servers without LIST-STATUS are asked folder by folder; one that cannot be asked is found out about when it is opened.
        var read = new List<MailboxFolder>();
        foreach (var folder in plan.Read)
            read.Add(folder.Status is null ? folder with { Status = (await client.Status(folder, ct)).Status } : folder);

        var leftOut = new List<(MailboxFolder, string)>();
        foreach (var (folder, reason) in plan.LeftOut)
            leftOut.Add((folder.Status is null ? folder with { Status = (await client.Status(folder, ct)).Status } : folder, reason));

        return new FolderPlan(read, leftOut);
    }

    private async Task<T> Guarded<T>(Func<ImapMailbox, Task<T>> action, CancellationToken ct)
    {
        try
        {
            return await session.Run(action, ct);
        }
        catch (MailServerException e)
        {
            await session.NoteFailure(e, CancellationToken.None);
            throw ServerTrouble.OfAccount(session.Account.Name, e);
        }
    }

    private async Task<IDisposable> EnterGate(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        return new Release(gate);
    }

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Waits on a kept connection until the server tells of something new in INBOX (IDLE, RFC 2177), or until the connection is needed. Only a
/// hint to come sooner: what is missed by it the next poll finds.
/// </summary>
internal sealed class ImapWatch : IDisposable
{
    /// <summary>The standard asks for less than 29 minutes; long before a poll has come by.</summary>
    private static readonly TimeSpan Reissue = TimeSpan.FromMinutes(20);

    /// <summary>A server that does not answer to the end of the wait is not there any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource stop = new();
    private readonly Task waiting;

    /// <summary>Begins to wait.</summary>
    /// <param name="client">The connection; nobody else uses it until <see cref="End"/>.</param>
    /// <param name="pause">How long to gather news before they are told: more than one mail may arrive, and some servers always have
    /// something to say.</param>
    /// <param name="tell">Called once, when there is something new.</param>
    public ImapWatch(ImapMailbox client, TimeSpan pause, Func<Task> tell) => waiting = Wait(client, pause, tell);

    /// <summary>Ends the wait; false when the server did not answer, and the connection is of no use.</summary>
    public async Task<bool> End()
    {
        await stop.CancelAsync();
        try
        {
            await waiting.WaitAsync(Patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => stop.Dispose();

    private async Task Wait(ImapMailbox client, TimeSpan pause, Func<Task> tell)
    {
        try
        {
            // What came between the last look and this one is told by nobody else.
            var seen = client.InboxStatus;
            var now = await client.Examine(MailboxFolder.Inbox, CancellationToken.None);
            var isNews = seen is not null && (seen.UidNext != now.UidNext || seen.Exists != now.Exists);
            while (!isNews && !stop.IsCancellationRequested)
                isNews = await client.Idle(Reissue, stop.Token);

            await Task.Delay(pause, stop.Token);
            await tell();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The connection is needed.
        }
        catch (MailServerException)
        {
            // The connection broke, or the server only says that it can: the next poll sees to that, and tells.
        }
    }
}

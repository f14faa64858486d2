using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The one connection of an account: made when it is needed, kept between polls, made anew when it broke. There are never two logins of one
/// user at a time.
/// </summary>
internal sealed class ImapSession(ImapAccount account, ImapOptions options, MailLogin login, ServerLessons lessons, IClock clock)
    : IAsyncDisposable
{
    private static readonly Duration BetweenNews = Duration.FromSeconds(10);
    private static readonly Duration Gathering = Duration.FromSeconds(1);

    private ImapMailbox? client;
    private ImapWatch? watch;
    private Instant lastNews = Instant.MinValue;

    public ImapAccount Account => account;

    /// <summary>How connections behave.</summary>
    public ImapOptions Options => options;

    /// <summary>What the server cannot do.</summary>
    public ServerProfile Profile { get; private set; } = new();

    public bool IsOpen => client is { IsBroken: false };

    /// <summary>The connection, logged in.</summary>
    /// <exception cref="MailServerException">When there is none to be had; without a try when the last failure is too young.</exception>
    public async Task<ImapMailbox> Client(CancellationToken ct)
    {
        await EndWatch();
        if (client is { IsBroken: false })
        {
            login.Check();
            return client;
        }

        await Drop();
        client = await login.Open(LogIn, ct);
        Profile = ServerProfile.From(client).And(await lessons.Read(account.Server, ct));
        return client;
    }

    /// <summary>
    /// Runs something on the connection; if that breaks, once more on a new one, for servers close what was silent for long.
    /// </summary>
    public async Task<T> Run<T>(Func<ImapMailbox, Task<T>> action, CancellationToken ct)
    {
        for (var isLast = false; ; isLast = true)
        {
            var connected = await Client(ct);
            try
            {
                return await action(connected);
            }
            catch (MailServerException e) when (e.ConnectionLost)
            {
                await Drop();
                if (!isLast)
                    continue;

                throw;
            }
        }
    }

    /// <summary>Everything was listed: earlier failures are forgotten.</summary>
    public Task NoteSuccess(CancellationToken ct) => login.NoteSuccess(ct);

    /// <summary>Notes a failure that is the whole account's.</summary>
    public Task NoteFailure(MailServerException failure, CancellationToken ct) => login.NoteFailure(failure, ct);

    /// <summary>When the account may be tried again; null when it may be now.</summary>
    public Task<Instant?> NotBefore(CancellationToken ct) => login.NotBefore(ct);

    /// <summary>
    /// Notes that something did not work, though another way to ask for the same did. The second time it is known of the server.
    /// </summary>
    public async Task Learn(ServerLesson lesson, CancellationToken ct) =>
        Profile = Profile.And(await lessons.Note(account.Server, lesson, ct));

    /// <summary>Closes the connection; the next use makes a new one.</summary>
    public async Task Drop()
    {
        if (client is null)
            return;

        await client.DisposeAsync();
        client = null;
    }

    /// <summary>Leaves the open folder, so that the next poll is told how it stands in its first turn.</summary>
    public async Task Rest(CancellationToken ct)
    {
        if (client is not { IsBroken: false, Examined: not null } open)
            return;

        try
        {
            await open.Leave(ct);
        }
        catch (MailServerException)
        {
            // The next use finds out by itself, and makes a new connection.
            await Drop();
        }
    }

    /// <summary>
    /// Lets the server tell when there is something new, until the connection is used again. Where it cannot, nothing happens.
    /// </summary>
    /// <param name="tell">Called once.</param>
    public void Watch(Func<Task> tell)
    {
        if (client is not { IsBroken: false } open || watch is not null || !open.CanIdle)
            return;

        var now = clock.GetCurrentInstant();
        var pause = Duration.Max(Gathering, lastNews + BetweenNews - now);
        watch = new ImapWatch(open, pause.ToTimeSpan(), () =>
        {
            lastNews = clock.GetCurrentInstant();
            return tell();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await EndWatch();
        if (client is not null)
            await client.Logout();

        client = null;
    }

    private async Task EndWatch()
    {
        if (watch is not { } ended)
            return;

        watch = null;
        if (!await ended.End())
            await Drop();

        ended.Dispose();
    }

    private Task<ImapMailbox> LogIn(MailEndpoint endpoint, Credential? credential, CancellationToken ct) =>
        ImapMailbox.Open(endpoint, credential ?? throw new InvalidOperationException("an account without a login"), options, ct);
}

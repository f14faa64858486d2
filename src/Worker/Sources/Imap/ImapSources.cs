using System.Collections.Concurrent;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Every IMAP account of the configuration: one kept connection each within a limit, at most a few of one server at work at a time.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="logins">How accounts log in.</param>
/// <param name="lessons">What was learned about servers.</param>
/// <param name="options">How connections behave.</param>
internal sealed class ImapSources(IClock clock, MailLogins logins, ServerLessons lessons, ImapOptions? options = null) : IAsyncDisposable
{
    /// <summary>Connections kept open between polls.</summary>
    private const int MostKept = 500;

    /// <summary>Accounts of one server that are listed or read at the same time.</summary>
    private const int AtOncePerHost = 8;

    private readonly ConcurrentDictionary<string, ImapSession> sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How an account is read.</summary>
    /// <param name="account">The account.</param>
    /// <param name="since">Mail that arrived long before is not even asked for.</param>
    public ISource CreateSource(ImapAccount account, Instant since) =>
        new ImapSource(
            CreateSession(account),
            gates.GetOrAdd(account.Server.Host, _ => new SemaphoreSlim(AtOncePerHost)),
            MayStay,
            clock,
            since);

    /// <summary>How often the account's connection has waited for the server so far: its round trips.</summary>
    public async Task<int> RoundTrips(ImapAccount account) => (await CreateSession(account).Client(CancellationToken.None)).RoundTrips;

    /// <summary>When an account may be tried again; null when it may be now.</summary>
    public Task<Instant?> NotBefore(ImapAccount account, CancellationToken ct) => CreateSession(account).NotBefore(ct);

    /// <summary>Lets the account's server tell when there is something new, until it is harvested again.</summary>
    public void Watch(ImapAccount account, Func<Task> tell) => CreateSession(account).Watch(tell);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(sessions.Values.Select(session => session.DisposeAsync().AsTask()));

        foreach (var gate in gates.Values)
            gate.Dispose();
    }

    private ImapSession CreateSession(ImapAccount account) =>
        sessions.GetOrAdd(
            account.Name,
            _ => new ImapSession(
                account,
                options ?? new ImapOptions(),
                logins.Login(new LoginSettings("imap", account.Server, account.User, account.Login)),
                lessons,
                clock));

    /// <summary>Beyond the limit a connection is closed when its work is done; who comes next logs in again.</summary>
    private bool MayStay() => sessions.Values.Count(session => session.IsOpen) <= MostKept;
}

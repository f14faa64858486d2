using System.Collections.Concurrent;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions.Authentication;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// One tenant of the configuration: its token, its connections and a gate for each mailbox, kept as long as the program runs.
/// </summary>
internal sealed class GraphTenant : IDisposable
{
    private readonly HttpMessageHandler connections;
    private readonly HttpClient authority;
    private readonly Lazy<GraphTokens> tokens;
    private readonly GraphPatience patience;
    private readonly IClock clock;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, MailboxLine> lines = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="account">As configured.</param>
    /// <param name="clock">The time.</param>
    /// <param name="time">What waiting is measured with.</param>
    /// <param name="patience">How long is waited; null: as long as Microsoft advises.</param>
    public GraphTenant(GraphAccount account, IClock clock, TimeProvider time, GraphPatience? patience = null)
    {
        Account = account;
        this.clock = clock;
        this.time = time;
        this.patience = patience ?? new GraphPatience();

        connections = WebConnections.Create(time);
        authority = new HttpClient(connections, disposeHandler: false) { Timeout = TimeSpan.FromSeconds(60) };
        tokens = new Lazy<GraphTokens>(() =>
            new GraphTokens(
                GraphCredentials.CreateCredential(account, authority, time),
                $"{account.Endpoint.AbsoluteUri.TrimEnd('/')}/.default",
                clock));
    }

    public GraphAccount Account { get; }

    /// <summary>The line to one mailbox, by its address; the empty one is for groups and users.</summary>
    public MailboxLine LineTo(string mailbox) => lines.GetOrAdd(mailbox, _ => MakeLine());

    /// <summary>Fetches a token and nothing else, to see whether that is possible.</summary>
    /// <exception cref="GraphFailure">No token is to be had.</exception>
    public Task LogIn(CancellationToken ct) => tokens.Value.Get(refused: null, ct);

    public void Dispose()
    {
        foreach (var line in lines.Values)
            line.Dispose();

        if (tokens.IsValueCreated)
            tokens.Value.Dispose();

        authority.Dispose();
        connections.Dispose();
    }

    private MailboxLine MakeLine()
    {
        var gate = new GraphThrottle(tokens.Value, Account.Endpoint, patience, clock, time, connections);

        // Waiting is the gate's business; the client must not cut it short.
        var http = new HttpClient(gate) { Timeout = Timeout.InfiniteTimeSpan };
        return new MailboxLine(
            new GraphServiceClient(http, new AnonymousAuthenticationProvider(), $"{Account.Endpoint.AbsoluteUri.TrimEnd('/')}/v1.0"),
            http,
            gate);
    }
}

/// <summary>The client for one mailbox, with the gate all its requests pass.</summary>
internal sealed class MailboxLine(GraphServiceClient client, HttpClient http, GraphThrottle gate) : IDisposable
{
    public GraphServiceClient Client => client;

    public HttpClient Http => http;

    public GraphThrottle Gate => gate;

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }
}

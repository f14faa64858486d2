using System.Collections.Concurrent;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Every login at mail servers, for reading and for sending: who shares a user at a server shares its gate, who shares a refresh token
/// shares its access tokens.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="time">What waiting for token servers is measured with.</param>
/// <param name="stores">Where failures and tokens are kept over a restart; null: in memory only.</param>
internal sealed class MailLogins(IClock clock, TimeProvider time, LoginStores? stores = null) : IDisposable
{
    /// <summary>For token servers, which few logins need.</summary>
    private readonly Lazy<HttpClient> http = new(() =>
        new HttpClient(WebConnections.Create(time))
        {
            Timeout = TimeSpan.FromSeconds(30),
            MaxResponseContentBufferSize = 1024 * 1024,
        });

    private readonly ConcurrentDictionary<(string Host, string User), SemaphoreSlim> gates = new();
    private readonly ConcurrentDictionary<string, IAccessTokens> tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MailLogin> logins = new(StringComparer.Ordinal);

    /// <summary>Try although an earlier failure says to wait: a person asks, and wants to know how it is now.</summary>
    public bool Insist { get; init; }

    /// <summary>The login of these settings; the same one each time it is asked for.</summary>
    public MailLogin Login(LoginSettings settings) =>
        logins.GetOrAdd(
            $"{settings.Protocol}\0{settings.Server}\0{settings.User}\0{Secret(settings.Login)}\0{settings.Server.Proxy?.Reveal()}",
            _ => new MailLogin(
                settings,
                gates.GetOrAdd((settings.Server.Host.ToLowerInvariant(), settings.User ?? ""), _ => new SemaphoreSlim(1)),
                FindTokens(settings.Login),
                stores,
                Insist,
                clock));

    /// <summary>Where the tokens of a login come from; the same place each time it is asked for. Null for a login without tokens.</summary>
    public IAccessTokens? FindTokens(Login? login) =>
        login switch
        {
            Login.OAuth oauth => tokens.GetOrAdd(
                Secret(oauth),
                _ => new RefreshedTokens(oauth, http.Value, clock, stores is null ? null : new KeptTokens(stores, oauth))),
            Login.Delegation delegation => tokens.GetOrAdd(
                Secret(delegation),
                _ => new DelegatedTokens(delegation, () => WebConnections.Create(time), clock)),
            _ => null,
        };

    public void Dispose()
    {
        foreach (var one in tokens.Values)
            one.Dispose();

        foreach (var gate in gates.Values)
            gate.Dispose();

        if (http.IsValueCreated)
            http.Value.Dispose();
    }

    private static string Secret(Login? login) =>
        login switch
        {
            Login.Password password => $"password {password.Value.Reveal()}",
            Login.TokenFile file => $"file {file.Path}",
            Login.OAuth oauth =>
                $"oauth {oauth.TokenUrl.AbsoluteUri} {oauth.ClientId} {oauth.Scope} {oauth.RefreshToken.Reveal()} "
                    + $"{oauth.ClientSecret?.Reveal()}",
            Login.Delegation delegation =>
                $"delegation {delegation.KeyFile} {delegation.TokenUrl.AbsoluteUri} {delegation.Subject} {delegation.Scope}",
            _ => "",
        };
}

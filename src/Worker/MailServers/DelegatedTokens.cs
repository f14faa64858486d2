using System.Text.Json;
using CrmSync.Worker.Configuration;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Access tokens that a service account is given on behalf of a user (RFC 7523; Google's domain-wide delegation): kept until a minute
/// before they end, fetched by one caller at a time.
/// </summary>
/// <param name="login">Whose key, on whose behalf and what for. The key file is read anew for each token: it may be replaced.</param>
/// <param name="connect">Makes the connections to the token server.</param>
/// <param name="clock">The time.</param>
internal sealed class DelegatedTokens(Login.Delegation login, Func<HttpMessageHandler> connect, NodaTime.IClock clock) : IAccessTokens
{
    private const string SeeEndpoint = "it is tried again by itself; if it stays, correct `endpoint: {token: ...}`";

    private const string TooOften = "rate_limit_exceeded";

    private static readonly Duration Margin = Duration.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1);
    private readonly TokenConnections connections = new(connect);
    private (string Access, Instant Ends) token = ("", Instant.MinValue);

    public async Task<string> Get(string? refused, CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            if (token.Access.Length == 0 || token.Access == refused || clock.GetCurrentInstant() >= token.Ends - Margin)
                token = await Fetch(ct);

            return token.Access;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        connections.Dispose();
        one.Dispose();
    }

    private async Task<(string Access, Instant Ends)> Fetch(CancellationToken ct)
    {
        var key = ReadKey();
        var credential = new ServiceAccountCredential(
            new ServiceAccountCredential.Initializer(key.Email, login.TokenUrl.AbsoluteUri)
            {
                User = login.Subject.Value,
                Scopes = [login.Scope],
                KeyId = key.KeyId,
                Clock = new TokenClock(clock),
                HttpClientFactory = connections,
            }.FromPrivateKey(key.PrivateKey.Reveal()));
        try
        {
            await credential.RequestAccessTokenAsync(ct);
        }
        catch (TokenResponseException e)
        {
            throw Refused(key, e);
        }
        catch (Exception e) when (WebTrouble.Explain(login.TokenUrl, e) is { } trouble)
        {
            throw new MailServerException(trouble.Failure, $"no token is to be had: {trouble.Words}", trouble.Answer, e);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(MailFailure.Network, $"the token server {login.TokenUrl.Host} did not answer in time", inner: e);
        }
        catch (Exception e) when (e is Newtonsoft.Json.JsonException or InvalidOperationException)
        {
            throw Strange(e);
        }

        return credential.Token is { AccessToken: { Length: > 0 } access } given
            ? (access, clock.GetCurrentInstant() + Duration.FromSeconds(Math.Clamp(given.ExpiresInSeconds ?? 3600, 0, 86_400)))
            : throw Strange(null);
    }

    private ServiceAccountKey ReadKey()
    {
        try
        {
            return ServiceAccountKey.Read(login.KeyFile);
        }
        catch (InvalidDataException e)
        {
            throw new MailServerException(MailFailure.Config, e.Message, inner: e);
        }
    }

    private string Unreadable =>
        $"the answer of the token server {login.TokenUrl.Host} is not what RFC 6749 says";

    private MailServerException Strange(Exception? inner) => new(MailFailure.Protocol, Unreadable, inner: inner) { Remedy = SeeEndpoint };

    /// <summary>What Google's token server refuses, in words (RFC 6749 section 5.2, and what it puts into the description).</summary>
    private MailServerException Refused(ServiceAccountKey key, TokenResponseException refusal)
    {
        var (error, description) = (refusal.Error?.Error ?? "", refusal.Error?.ErrorDescription ?? "");
        var status = (int?)refusal.StatusCode ?? 0;
        (MailFailure failure, string words, string? remedy) = (error, status) switch
        {
            (TooOften, _) or (_, 429) => (MailFailure.Throttled, $"the token server {login.TokenUrl.Host} asks for fewer requests", null),
            (_, >= 500) => (MailFailure.Network, $"the token server {login.TokenUrl.Host} gave no token", null),
            ("unauthorized_client" or "access_denied" or "invalid_scope", _) => (
                MailFailure.Config,
                $"the service account {key.Email} may not act for {login.Subject} with the scope {login.Scope}",
                "in the Google Admin console, under Security > API controls > Domain-wide delegation, give client "
                    + $"{key.ClientId} that scope"),
            ("invalid_grant", _) when Says("JWT Signature") => (
                MailFailure.Auth,
                $"the key of the service account {key.Email} is not valid any more",
                $"make a new one and store it as {login.KeyFile}"),
            ("invalid_grant", _) when Says("short-lived") || Says("iat and exp") => (
                MailFailure.Config,
                "the clock of this machine is wrong",
                "set it by NTP"),
            ("invalid_grant", _) when Says("email or User ID") || Says("not a valid email") => (
                MailFailure.Config,
                $"{login.Subject} is no user of the Google Workspace",
                "correct `mailboxes` or the group"),
            ("invalid_grant", _) when Says("disabled") || Says("suspended") || Says("deleted") => (
                MailFailure.Config,
                $"Google does not let {login.Subject} in: the user or the service account is suspended or deleted",
                "restore them in the Google Admin console, or take the mailbox out of `mailboxes` or the group"),
            ("invalid_client", _) when Says("not found") || Says("deleted") => (
                MailFailure.Auth,
                $"there is no service account {key.Email} any more",
                $"make one and store its key as {login.KeyFile}"),
            ("invalid_grant" or "invalid_client", _) => (
                MailFailure.Auth,
                $"Google takes the key of the service account {key.Email} no more for {login.Subject}",
                "go through the set-up of docs/operations/google.md"),
            (_, < 300) => (MailFailure.Protocol, Unreadable, SeeEndpoint),
            _ => (MailFailure.Config, $"the token server {login.TokenUrl.Host} gave no token", null),
        };
        return new MailServerException(
            failure,
            words,
            ServerAnswers.Presentable($"{(status == 0 ? "" : status)} {error} {description}".Trim(), [key.PrivateKey.Reveal()]),
            refusal)
        {
            RetryAfter = connections.RetryAfter,
            Remedy = remedy,
        };

        bool Says(string part) => description.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The program's time, where Google's library asks for it.</summary>
    private sealed class TokenClock(NodaTime.IClock clock) : Google.Apis.Util.IClock
    {
        public DateTime Now => clock.GetCurrentInstant().ToDateTimeUtc();

        public DateTime UtcNow => clock.GetCurrentInstant().ToDateTimeUtc();
    }

    /// <summary>
    /// Gives Google's library the connections that every other client has, and notes how long a server wants to be left alone.
    /// </summary>
    private sealed class TokenConnections(Func<HttpMessageHandler> connect) : Google.Apis.Http.HttpClientFactory, IDisposable
    {
        private readonly Lazy<AskedPatience> handler = new(() => new AskedPatience(connect()));

        /// <summary>What the last answer asked for.</summary>
        public Duration? RetryAfter => handler.IsValueCreated ? handler.Value.RetryAfter : null;

        public void Dispose()
        {
            if (handler.IsValueCreated)
                handler.Value.Dispose();
        }

        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Kept(handler.Value);

        /// <summary>The library disposes of what it was given after each use; the connections stay.</summary>
        private sealed class Kept(AskedPatience inner) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                inner.Send(request, cancellationToken);
        }
    }

    private sealed class AskedPatience(HttpMessageHandler inner) : IDisposable
    {
        private readonly HttpMessageInvoker invoker = new(inner);

        public Duration? RetryAfter { get; private set; }

        public async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken ct)
        {
            var response = await invoker.SendAsync(request, ct);
            RetryAfter = WebTrouble.RetryAfter(response);
            if (!response.IsSuccessStatusCode && !await SaysError(response, ct))
                response.Content = new StringContent("""{"error": ""}""");

            return response;
        }

        /// <summary>
        /// Whether a refusal has the form of RFC 6749 section 5.2; Google's library breaks on anything else, such as the page of a gateway.
        /// </summary>
        private static async Task<bool> SaysError(HttpResponseMessage response, CancellationToken ct)
        {
            try
            {
                await response.Content.LoadIntoBufferAsync(ct);
                using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
                return json.RootElement.ValueKind == JsonValueKind.Object
                    && json.RootElement.TryGetProperty("error", out var error)
                    && error.ValueKind == JsonValueKind.String;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        public void Dispose() => invoker.Dispose();
    }
}

using System.Net;
using System.Text.Json;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Access tokens of one credential (RFC 6749 section 6): kept until a minute before they end, fetched by one caller at a time. Trouble on
/// the way to the token server is not a refused login.
/// </summary>
/// <param name="login">The credential.</param>
/// <param name="http">For the token server.</param>
/// <param name="clock">The time.</param>
/// <param name="kept">Where tokens outlive the program; null: nowhere.</param>
internal sealed class RefreshedTokens(Login.OAuth login, HttpClient http, IClock clock, KeptTokens? kept) : IAccessTokens
{
    private static readonly Duration Margin = Duration.FromMinutes(1);

    private readonly SemaphoreSlim one = new(1);
    private TokenPair tokens = new(login.RefreshToken.Reveal(), "", 0);

    public async Task<string> Get(string? refused, CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            if (IsGood(refused))
                return tokens.Access;

            await using var alone = kept is null ? null : await kept.WaitForLock(ct) ?? throw Busy();
            tokens = kept is null ? tokens : await kept.Read(ct) ?? tokens;
            if (IsGood(refused))
                return tokens.Access;

            tokens = await Fetch(ct);

            // Not to be cancelled: the token before may be worth nothing by now.
            if (kept is not null)
                await kept.Write(tokens, CancellationToken.None);

            return tokens.Access;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private bool IsGood(string? refused) =>
        tokens.Access.Length > 0
        && tokens.Access != refused
        && clock.GetCurrentInstant() < Instant.FromUnixTimeSeconds(tokens.Ends) - Margin;

    private MailServerException Busy() =>
        new(MailFailure.Network, $"another crmsync has been asking the token server {login.TokenUrl.Host} for long");

    private async Task<TokenPair> Fetch(CancellationToken ct)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = tokens.Refresh,
            ["client_id"] = login.ClientId,
        };
        if (login.ClientSecret is { } secret)
            form["client_secret"] = secret.Reveal();

        if (login.Scope is { } scope)
            form["scope"] = scope;

        try
        {
            using var content = new FormUrlEncodedContent(form);
            using var response = await http.PostAsync(login.TokenUrl, content, ct);
            var text = await response.Content.ReadAsStringAsync(ct);
            return response.IsSuccessStatusCode ? Take(text) : throw Refused(response, text);
        }
        catch (Exception e) when (WebTrouble.Explain(login.TokenUrl, e) is { } trouble)
        {
            throw new MailServerException(trouble.Failure, $"no token is to be had: {trouble.Words}", trouble.Answer, e);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MailServerException(MailFailure.Network, $"the token server {login.TokenUrl.Host} did not answer in time", inner: e);
        }
        catch (JsonException e)
        {
            throw new MailServerException(
                MailFailure.Config,
                $"the answer of the token server {login.TokenUrl.Host} is not JSON; check `token_url`",
                inner: e);
        }
    }

    private TokenPair Take(string text)
    {
        using var json = JsonDocument.Parse(text);
        if (AnsweredJson.Text(json.RootElement, "access_token") is not { Length: > 0 } fresh)
            throw new MailServerException(
                MailFailure.Config,
                $"the token server {login.TokenUrl.Host} answered without an access token; check `token_url`");

        var seconds =
            json.RootElement.TryGetProperty("expires_in", out var life) && life.ValueKind == JsonValueKind.Number ? life.GetDouble() : 3600;
        var ends = clock.GetCurrentInstant() + Duration.FromSeconds(Math.Clamp(seconds, 0, 86_400));
        // Some providers give a new refresh token each time and end the old one.
        return new TokenPair(
            AnsweredJson.Text(json.RootElement, "refresh_token") is { Length: > 0 } next ? next : tokens.Refresh,
            fresh,
            ends.ToUnixTimeSeconds());
    }

    private MailServerException Refused(HttpResponseMessage response, string text)
    {
        var (error, words) = AnsweredJson.ReadError(
            text, json => (AnsweredJson.Text(json, "error"), AnsweredJson.Text(json, "error_description")));
        var failure = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => MailFailure.Throttled,
            >= HttpStatusCode.InternalServerError => MailFailure.Network,
            _ when error is "invalid_grant" or "access_denied" or "interaction_required" => MailFailure.Auth,
            _ => MailFailure.Config,
        };
        var secrets = new[] { tokens.Refresh, login.RefreshToken.Reveal(), login.ClientSecret?.Reveal() ?? "" };
        return new MailServerException(
            failure,
            failure == MailFailure.Auth
                ? "the token server takes the refresh token no more; consent again and store the new one"
                : $"the token server {login.TokenUrl.Host} gave no token",
            ServerAnswers.Presentable($"{(int)response.StatusCode} {error} {words}".Trim(), secrets))
        {
            RetryAfter = WebTrouble.RetryAfter(response),
        };
    }
}

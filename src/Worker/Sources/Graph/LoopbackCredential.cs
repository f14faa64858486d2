using System.Text.Json;
using Azure.Core;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// Client credentials against an authority on this very machine without TLS (OAuth 2.0 client credentials flow, "first case: access token
/// request with a shared secret"). Azure.Identity rightly refuses to send a secret over plain HTTP; over loopback it goes nowhere.
/// </summary>
internal sealed class LoopbackCredential(Uri authority, string tenant, string clientId, Secret secret, HttpClient http, TimeProvider time)
    : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("tokens are fetched asynchronously");

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        var address = new Uri($"{authority.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Ask(address, requestContext, cancellationToken);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
            {
                if (attempt == 3)
                    throw new GraphFailure(
                        GraphFailureKind.Passing,
                        null,
                        "",
                        $"the authority {authority.Host} could not be reached: {failure.Message}",
                        failure);
            }
        }
    }

    private async Task<AccessToken> Ask(Uri address, TokenRequestContext context, CancellationToken ct)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = secret.Reveal(),
            ["scope"] = string.Join(' ', context.Scopes),
        });
        using var answer = await http.PostAsync(address, form, ct);
        var body = await answer.Content.ReadAsStringAsync(ct);
        if (body.AsSpan().TrimStart().StartsWith("<", StringComparison.Ordinal))
            throw new GraphFailure(
                GraphFailureKind.NotGraph,
                answer.StatusCode,
                "",
                $"the authority {authority} answers with a web page instead of a token; correct authority in crmsync.yaml");

        if ((int)answer.StatusCode >= 500)
            throw new HttpRequestException($"it answered {(int)answer.StatusCode}", inner: null, answer.StatusCode);

        using var json = JsonDocument.Parse(body);
        if (!answer.IsSuccessStatusCode)
            throw GraphCredentials.OfWords(Text(json, "error_description") ?? Text(json, "error") ?? $"status {(int)answer.StatusCode}");

        var now = time.GetUtcNow();
        var life = json.RootElement.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var number) ? number : 3600;
        return Text(json, "access_token") is { } token
            ? new AccessToken(token, now.AddSeconds(life), now.AddSeconds(life * 0.8))
            : throw new GraphFailure(
                GraphFailureKind.NotGraph,
                answer.StatusCode,
                "",
                $"the authority {authority} gave no access_token; correct authority in crmsync.yaml");
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}

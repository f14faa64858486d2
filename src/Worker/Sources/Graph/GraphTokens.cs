using Azure.Core;
using Azure.Identity;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>The access token of one tenant: fetched once for all its mailboxes, renewed before it expires.</summary>
/// <param name="credential">Where tokens come from.</param>
/// <param name="scope">What they are for.</param>
/// <param name="clock">The time.</param>
internal sealed class GraphTokens(TokenCredential credential, string scope, IClock clock) : IDisposable
{
    /// <summary>A token this near its end is not used any more; a page of a slow mailbox may take minutes.</summary>
    private static readonly Duration Margin = Duration.FromMinutes(5);

    private readonly SemaphoreSlim one = new(1);
    private AccessToken? current;

    /// <summary>A token that is good for some minutes yet.</summary>
    /// <param name="refused">The token the service did not take; then another one is fetched, unless somebody has done so already.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="GraphFailure">No token is to be had.</exception>
    public async Task<string> Get(string? refused, CancellationToken ct)
    {
        if (Usable(refused) is { } token)
            return token;

        await one.WaitAsync(ct);
        try
        {
            if (Usable(refused) is { } fresh)
                return fresh;

            current = null;
            current = await credential.GetTokenAsync(new TokenRequestContext([scope], claims: null), ct);
            return current.Value.Token;
        }
        catch (AuthenticationFailedException failure)
        {
            throw GraphCredentials.OfWords(failure.Message, failure);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private string? Usable(string? refused) =>
        current is { } token
        && token.Token != refused
        && (Instant.FromDateTimeOffset(token.ExpiresOn) - clock.GetCurrentInstant() > MarginFor(token))
            ? token.Token
            : null;

    /// <summary>Tokens that live for a few minutes only are used for most of their life.</summary>
    private static Duration MarginFor(AccessToken token) =>
        token.RefreshOn is { } refresh && refresh < token.ExpiresOn
            ? Duration.Min(Margin, Duration.FromTimeSpan(token.ExpiresOn - refresh))
            : Margin;
}

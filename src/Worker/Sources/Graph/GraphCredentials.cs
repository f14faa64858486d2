using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>How the configuration logs in to a tenant, and what it means when that fails.</summary>
internal static class GraphCredentials
{
    /// <summary>The source of tokens an account names.</summary>
    /// <param name="account">The account.</param>
    /// <param name="http">To the authority.</param>
    /// <param name="time">When tokens end.</param>
    /// <exception cref="SourceException">It can never work as it is written.</exception>
    public static TokenCredential CreateCredential(GraphAccount account, HttpClient http, TimeProvider time)
    {
        switch (account.Login)
        {
            case GraphLogin.AccessToken given:
                return new GivenToken(given.Value.Reveal());
            case GraphLogin.ManagedIdentity:
                return new ManagedIdentityCredential(
                    account.ClientId is { } id ? ManagedIdentityId.FromUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned);
            case GraphLogin.ClientSecret secret when account.Authority.Scheme == Uri.UriSchemeHttp && Loopback.Is(account.Authority.Host):
                return new LoopbackCredential(account.Authority, account.Tenant!, account.ClientId!, secret.Value, http, time);
            case GraphLogin.ClientSecret secret:
                return new ClientSecretCredential(
                    account.Tenant,
                    account.ClientId,
                    secret.Value.Reveal(),
                    new ClientSecretCredentialOptions
                    {
                        AuthorityHost = account.Authority,
                        DisableInstanceDiscovery = IsForeign(account),
                        Transport = new HttpClientTransport(http),
                    });
            case GraphLogin.Certificate certificate:
                return new ClientCertificateCredential(
                    account.Tenant,
                    account.ClientId,
                    Load(account, certificate),
                    new ClientCertificateCredentialOptions
                    {
                        AuthorityHost = account.Authority,
                        DisableInstanceDiscovery = IsForeign(account),
                        Transport = new HttpClientTransport(http),
                    });
            default:
                throw new NotSupportedException(account.Login.GetType().Name);
        }
    }

    /// <summary>What the authority says, in words an administrator can act on.</summary>
    public static GraphFailure OfWords(string said, Exception? cause = null)
    {
        for (var inner = cause; inner is not null; inner = inner.InnerException)
        {
            if (inner is CertificateRefusedException refused)
                return new GraphFailure(
                    GraphFailureKind.NotGraph,
                    null,
                    "",
                    $"no secure connection to the authority: {refused.Message}",
                    cause);
        }

        var code = CodeIn(said);
        return code switch
        {
            "AADSTS7000215" => Login(
                "the client secret is wrong; copy the secret's value (not its id) from Certificates & secrets of the app registration"),
            "AADSTS7000222" => Login("the client secret has expired; make a new one in Certificates & secrets of the app registration"),
            "AADSTS700016" => Login(
                "the tenant knows no app with this client_id; correct client_id or tenant, and let an administrator of the tenant "
                    + "consent to the app"
            ),
            "AADSTS90002" or "AADSTS900023" or "AADSTS900021" => Login("there is no such tenant; correct tenant in crmsync.yaml"),
            "AADSTS700027" => Login(
                "the certificate does not belong to the app; upload it to Certificates & secrets of the app registration"),
            "AADSTS700024" or "AADSTS50013" => new GraphFailure(
                GraphFailureKind.Clock,
                HttpStatusCode.Unauthorized,
                code,
                "the login is not valid at this time: this machine's clock is probably wrong; set it by NTP",
                cause),
            "AADSTS7000112" or "AADSTS500011" => Login("the app is disabled in this tenant; enable it under Enterprise applications"),
            "AADSTS50034" or "AADSTS50057" => Login("the account behind the login is disabled or gone"),
            "" when BreakOfLine(cause) is { } broken =>
                new GraphFailure(
                    GraphFailureKind.Passing,
                    null,
                    "",
                    $"the authority could not be reached: {FirstLine(broken.Message)}",
                    cause),
            _ => Login($"the login was refused: {FirstLine(said)}"),
        };

        GraphFailure Login(string words) =>
            new(GraphFailureKind.Login, HttpStatusCode.Unauthorized, code, words + (code.Length > 0 ? $" ({code})" : ""), cause);
    }

    /// <summary>What broke on the way to the authority, behind however many attempts; null when the authority has answered.</summary>
    private static Exception? BreakOfLine(Exception? cause)
    {
        while (cause is not (null or HttpRequestException or IOException or TaskCanceledException))
            cause = cause.InnerException;

        return cause;
    }

    private static string CodeIn(string said)
    {
        var at = said.IndexOf("AADSTS", StringComparison.Ordinal);
        if (at < 0)
            return "";

        var end = at + 6;
        while (end < said.Length && char.IsAsciiDigit(said[end]))
            end++;

        return said[at..end];
    }

    private static string FirstLine(string said)
    {
        var line = said.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        return line.Length > 300 ? string.Concat(line[..300], "...") : line.ToString();
    }

    /// <summary>Only Microsoft's own authorities answer instance discovery.</summary>
    private static bool IsForeign(GraphAccount account) =>
        !account.Authority.Host.EndsWith(".microsoftonline.com", StringComparison.OrdinalIgnoreCase)
        && !account.Authority.Host.EndsWith(".microsoftonline.us", StringComparison.OrdinalIgnoreCase)
        && !account.Authority.Host.EndsWith(".partner.microsoftonline.cn", StringComparison.OrdinalIgnoreCase);

    private static X509Certificate2 Load(GraphAccount account, GraphLogin.Certificate certificate)
    {
        var password = certificate.Password?.Reveal();
        try
        {
            if (!certificate.File.EndsWith(".pem", StringComparison.OrdinalIgnoreCase))
                return X509CertificateLoader.LoadPkcs12FromFile(certificate.File, password);

            return password is null
                ? X509Certificate2.CreateFromPemFile(certificate.File)
                : X509Certificate2.CreateFromEncryptedPemFile(certificate.File, password);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SourceException(
                new Trouble(
                    account.Name,
                    $"the certificate {certificate.File} cannot be used: {failure.Message}",
                    "give a PFX or PEM file with its private key, and its password"),
                isPermanent: true,
                failure);
        }
    }

    /// <summary>A token somebody else fetched; when it has expired they must fetch another.</summary>
    private sealed class GivenToken(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}

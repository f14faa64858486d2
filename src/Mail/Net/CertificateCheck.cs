using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CrmSync.Mail.Net;

/// <summary>
/// Decides whether a server's certificate is trusted, and says in words why not. A wrong name is never forgiven; an unknown authority only
/// when it is one of the endpoint's additional anchors.
/// </summary>
internal sealed class CertificateCheck(MailEndpoint endpoint)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Why the last certificate was refused; null while none was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The callback of <see cref="SslClientAuthenticationOptions"/>.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Judge(certificate as X509Certificate2, chain, errors);
        return Refusal is null;
    }

    private string? Judge(X509Certificate2? certificate, X509Chain? received, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "the server showed no certificate";

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"the certificate is for {NamesOf(certificate)}, not for {endpoint.Host}; correct `host` or have the certificate "
                + $"replaced";

        if (errors == SslPolicyErrors.None)
            return null;

        if (endpoint.Anchors.Count == 0)
            return $"{Words(received)} (issued by {certificate.Issuer}); if this is your company's own authority, name its certificate "
                + $"in `ca`";

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(endpoint.Anchors);
        // A company's own authority rarely publishes lists of revoked certificates; the system's check does the same for public ones.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        foreach (var element in received?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);

        return chain.Build(certificate) ? null : $"{Words(chain)} (issued by {certificate.Issuer}), although `ca` was consulted";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension =>
                extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(5)
            .ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }

    private static string Words(X509Chain? chain)
    {
        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (flags, one) => flags | one.Status);
        return status switch
        {
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) => "the certificate is expired or not yet valid",
            _ when status.HasFlag(X509ChainStatusFlags.Revoked) => "the certificate was revoked",
            _ when status.HasFlag(X509ChainStatusFlags.NotValidForUsage) => "the certificate is not meant for servers",
            _ => "the certificate comes from an authority that is not trusted here",
        };
    }
}

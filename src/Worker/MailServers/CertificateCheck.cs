using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Decides whether a server's certificate is trusted, and says in words why not. A wrong name is never forgiven, nor a key or a signature
/// that can be forged today; an unknown authority only when it is one of the additional anchors.
/// </summary>
/// <param name="host">The name or address the certificate must be for.</param>
/// <param name="anchors">Authorities trusted in addition to those of the operating system.</param>
internal sealed class CertificateCheck(string host, X509Certificate2Collection anchors)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int FewestRsaBits = 2048;

    /// <summary>MD5 and SHA-1 with RSA, DSA or ECDSA: signatures of which a second certificate can be made to fit.</summary>
    private static readonly HashSet<string> ForgeableSignatures = new(StringComparer.Ordinal)
    {
        "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.10040.4.3", "1.2.840.10045.4.1",
    };

    /// <summary>Why the last certificate was refused; null while none was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The callback of <see cref="SslClientAuthenticationOptions"/> and of HTTP clients.</summary>
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
            return $"the certificate is for {NamesIn(certificate)}, not for {host}; correct `host` or have the certificate replaced";

        if (errors == SslPolicyErrors.None)
            return Weakness(certificate, received);

        if (anchors.Count == 0)
            return Weakness(certificate, null)
                ?? $"{Words(received)} (issued by {certificate.Issuer}); if this is your company's own authority, name its certificate in "
                    + "`ca`";

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        // A company's own authority rarely publishes lists of revoked certificates; the system's check does the same for public ones.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        foreach (var element in received?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);

        var isTrusted = chain.Build(certificate);
        return Weakness(certificate, chain)
            ?? (isTrusted ? null : $"{Words(chain)} (issued by {certificate.Issuer}), although `ca` was consulted");
    }

    /// <summary>
    /// What makes a certificate of the chain forgeable; the signature of an authority under itself proves nothing and does not count.
    /// </summary>
    private static string? Weakness(X509Certificate2 certificate, X509Chain? chain)
    {
        var certificates = chain is { ChainElements.Count: > 0 }
            ? chain.ChainElements.Select(element => element.Certificate)
            : [certificate];
        return certificates
            .Select(one => Weakness(one, isServers: one.Thumbprint == certificate.Thumbprint))
            .FirstOrDefault(words => words is not null);
    }

    private static string? Weakness(X509Certificate2 certificate, bool isServers)
    {
        var whose = isServers ? "the certificate" : $"the authority's certificate ({certificate.Subject})";
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa?.KeySize < FewestRsaBits)
            return $"{whose} has an RSA key of {rsa.KeySize} bits, and fewer than {FewestRsaBits} can be broken; have the certificate "
                + "replaced";

        return
            ForgeableSignatures.Contains(certificate.SignatureAlgorithm.Value ?? "")
            && (isServers || certificate.Subject != certificate.Issuer)
            ? $"{whose} is signed with {certificate.SignatureAlgorithm.FriendlyName}, which can be forged; have the certificate replaced"
            : null;
    }

    private static string NamesIn(X509Certificate2 certificate)
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

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CrmSync.Fixtures.Servers;

/// <summary>A certificate authority that nobody else trusts, and the certificates it issues for servers of the tests.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Bright Test Authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>The authority's own certificate, as an administrator names it in <c>ca</c>.</summary>
    public string Pem => root.ExportCertificatePem();

    /// <summary>A certificate with its key for localhost and 127.0.0.1.</summary>
    public X509Certificate2 Localhost() => Issue(["localhost"], [IPAddress.Loopback], DateTimeOffset.UtcNow.AddDays(20));

    /// <summary>The same for another name.</summary>
    public X509Certificate2 For(string name) => Issue([name], [], DateTimeOffset.UtcNow.AddDays(20));

    /// <summary>A certificate for localhost that was valid until yesterday.</summary>
    public X509Certificate2 Expired() => Issue(["localhost"], [IPAddress.Loopback], DateTimeOffset.UtcNow.AddDays(-1));

    /// <summary>Writes certificate and key for servers that read them from files.</summary>
    public (string Certificate, string Key) Write(string folder)
    {
        using var certificate = Localhost();
        var (certificateFile, keyFile) = (Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
        return (certificateFile, keyFile);
    }

    public void Dispose()
    {
        root.Dispose();
        key.Dispose();
    }

    private X509Certificate2 Issue(string[] names, IPAddress[] addresses, DateTimeOffset until)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", own, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);

        foreach (var address in addresses)
            alternatives.AddIpAddress(address);

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var signed = request.Create(
            root,
            until.AddDays(-5) < DateTimeOffset.UtcNow ? until.AddDays(-5) : DateTimeOffset.UtcNow.AddDays(-1),
            until,
            RandomNumberGenerator.GetBytes(12));
        using var withKey = signed.CopyWithPrivateKey(own);
        // SslStream wants a key it can reach by itself, not one that lives in our memory alone.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Tests.MailServers;

/// <summary>Certificates that can be forged are no certificates, whoever signed them.</summary>
public sealed class CertificateCheckTests
{
    /// <summary>Made with openssl: .NET signs nothing with SHA-1 any more.</summary>
    private const string SignedWithSha1 = """
        -----BEGIN CERTIFICATE-----
        MIIDGzCCAgOgAwIBAgIULEfSxDujBVvcUlwK4msEQL07x2cwDQYJKoZIhvcNAQEF
        BQAwHDEaMBgGA1UEAwwRbXguYnJpZ2h0LmV4YW1wbGUwIBcNMjYxMTMwMDQxNjI1
        WhgPMjEyNjExMDYwNDE2MjVaMBwxGjAYBgNVBAMMEW14LmJyaWdodC5leGFtcGxl
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsWv/J5mGJ+rmh1+1+/I4
        9lCb3A6lwI+DODazMD+5my7gDvShnEmmkL+62Jcoafx2r09auZ+GjaZBoKL8VN4y
        h0xAGc/9JnBL/mpzfjeUJBr/Xin1fLl0/KubLqGRQ5OPxLffb4sv3A19vIDPu8iH
        a6PRkZ356IxEimtFnoBHlj54pB77WfH8YqDsumC/ucXJt25+V3gmDAzOJNBBbJGg
        hQHnwPGmm+ssyH010DBnriJr7yGxgAsBlUHvk35FMb4CUlzgfa2MO1FdBr/I1oPJ
        nX0tJfH1vDUxqgglTsSSRBC8u/S1GX6k9rLXj95CDpGfT6ttaf2gcidaDAqvVg+z
        VQIDAQABo1MwUTAdBgNVHQ4EFgQUy4FGrkUL4jUxEZpI8lUHcfzSXLMwHwYDVR0j
        BBgwFoAUy4FGrkUL4jUxEZpI8lUHcfzSXLMwDwYDVR0TAQH/BAUwAwEB/zANBgkq
        hkiG9w0BAQUFAAOCAQEAU5QXTTLwaM19Nx3rjfKtM86QAhD0S+u3XkY18tJvbC8V
        ULgU3n3cDfAxMUqBLgeiFrnwvTopY0H7wtie8mlS/pMrQkgHq+4yBaWD/RBN1omD
        e+zMof4gWMVBBfyGYYAh941lJkhu0EQe0mSKQxCHqlHLGS0R8d20OWX/gHo4miPD
        sD8raYrnoZKAbAGjKnrsDYzY19A/+52ATvcN/uqXODGVOWEgDvs3z5j1+EvoAG+0
        gpXUiI6mWM7VQ/9OSuL+DHppa+XE616vc6BVKeQIe2v+i0yZ6nbivG5QuQvCHqtV
        gBHcMsVZhoWwKmQvAJ03JCMOptqqgXoLv4M86sur+w==
        -----END CERTIFICATE-----
        """;

    [Theory]
    [InlineData(2048, null)]
    [InlineData(1024, "has an RSA key of 1024 bits")]
    public void A_short_key_is_refused_though_the_system_trusts_it(int bits, string? words)
    {
        using var key = RSA.Create(bits);
        using var certificate = Issue(key);
        var check = new CertificateCheck("mx.bright.example", []);

        Assert.Equal(words is null, check.Accept(this, certificate, null, SslPolicyErrors.None));
        if (words is not null)
            Assert.Contains(words, check.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_with_SHA_1_is_refused_though_the_system_trusts_it()
    {
        using var certificate = X509Certificate2.CreateFromPem(SignedWithSha1);
        var check = new CertificateCheck("mx.bright.example", []);

        Assert.False(check.Accept(this, certificate, null, SslPolicyErrors.None));
        Assert.Contains("which can be forged", check.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_short_key_is_refused_under_an_anchor_of_ones_own_too()
    {
        using var key = RSA.Create(1024);
        using var certificate = Issue(key);
        using var authority = Root();
        var check = new CertificateCheck("mx.bright.example", [authority]);

        Assert.False(check.Accept(this, certificate, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.Contains("has an RSA key of 1024 bits", check.Refusal, StringComparison.Ordinal);
    }

    private static readonly RSA RootKey = RSA.Create(2048);

    private static X509Certificate2 Root()
    {
        var request = new CertificateRequest("CN=Bright Test Authority", RootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static X509Certificate2 Issue(RSA key)
    {
        using var root = Root();
        var request = new CertificateRequest("CN=mx.bright.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
    }
}

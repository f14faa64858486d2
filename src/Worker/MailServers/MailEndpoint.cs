using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CrmSync.Worker.MailServers;

/// <summary>How the connection to a mail server is protected.</summary>
public enum TlsMode
{
    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Required,

    /// <summary>TLS after STARTTLS; the connection is given up when the server does not offer it.</summary>
    StartTls,

    /// <summary>No protection; accepted for the loopback interface only.</summary>
    None,
}

/// <summary>
/// Where a mail server is and how it is reached. Create it with <see cref="For"/>, which refuses clear text beyond this machine.
/// </summary>
internal sealed class MailEndpoint
{
    private MailEndpoint(string host, int port, TlsMode tls, X509Certificate2Collection anchors, Uri? proxy) =>
        (Host, Port, Tls, Anchors, Proxy) = (host, port, tls, anchors, proxy);

    /// <summary>The name or address of the server; the certificate must be for it.</summary>
    public string Host { get; }

    /// <summary>The TCP port, 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>How the connection is protected.</summary>
    public TlsMode Tls { get; }

    /// <summary>Authorities trusted for this server in addition to those of the operating system.</summary>
    public X509Certificate2Collection Anchors { get; }

    /// <summary>The proxy that leads there, such as <c>socks5://proxy.bright.example:1080</c>; null for none.</summary>
    public Uri? Proxy { get; }

    /// <summary>True when the server runs on this machine.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>An endpoint, checked.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="tls">How the connection is protected.</param>
    /// <param name="anchorsPem">Certificates of additional authorities in PEM form, or null.</param>
    /// <param name="proxy">The proxy that leads there, or null.</param>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Config"/>, when the values cannot be used together.</exception>
    public static MailEndpoint For(string host, int port, TlsMode tls, string? anchorsPem = null, Uri? proxy = null)
    {
        if (string.IsNullOrWhiteSpace(host))
            throw new MailServerException(MailFailure.Config, "the name of the mail server is empty; give `host`");

        if (port is < 1 or > 65535)
            throw new MailServerException(MailFailure.Config, $"{port} is not a port; give a number from 1 to 65535");

        var endpoint = new MailEndpoint(host.Trim(), port, tls, ReadAnchors(anchorsPem), proxy);
        if (tls == TlsMode.None && !endpoint.IsLoopback)
            throw new MailServerException(
                MailFailure.Config,
                $"`tls: none` is refused for {host}: a password would travel in clear text; use `required` or `starttls`");

        return endpoint;
    }

    /// <summary>Host and port, as an administrator writes them.</summary>
    public override string ToString() => $"{Host}:{Port}";

    private static X509Certificate2Collection ReadAnchors(string? pem)
    {
        var anchors = new X509Certificate2Collection();
        if (string.IsNullOrWhiteSpace(pem))
            return anchors;

        try
        {
            anchors.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new MailServerException(
                MailFailure.Config,
                "the additional trust anchor (`ca`) is not a certificate in PEM form",
                inner: e);
        }

        return anchors.Count > 0
            ? anchors
            : throw new MailServerException(
                MailFailure.Config,
                "the additional trust anchor (`ca`) holds no certificate; expected `-----BEGIN CERTIFICATE-----`");
    }
}

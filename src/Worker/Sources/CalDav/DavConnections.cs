using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>The connections to WebDAV servers, kept between readings.</summary>
/// <param name="time">What waiting is measured with.</param>
/// <param name="limits">Null: the limits the product runs with.</param>
internal sealed class DavConnections(TimeProvider time, WebLimits? limits = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> connections = new(StringComparer.Ordinal);

    /// <summary>The client of one account or directory; nothing is sent yet.</summary>
    /// <param name="name">Of the account or directory.</param>
    /// <param name="url">The address the operator gave.</param>
    /// <param name="ca">The full path of an additional trust anchor, or null.</param>
    /// <param name="credentials">The proof.</param>
    /// <exception cref="SourceException">The trust anchor cannot be read.</exception>
    public DavClient Open(string name, Uri url, string? ca, DavCredentials credentials)
    {
        // The file may be replaced while the program runs.
        var pem = Pem(ca);
        var http = connections
            .GetOrAdd(
                $"{name}\0{pem}",
                _ => new Lazy<HttpMessageInvoker>(() =>
                    new HttpMessageInvoker(WebConnections.Create(time, limits, AnchorsIn(name, url, pem)))))
            .Value;
        return new DavClient(http, url, credentials);
    }

    public void Dispose()
    {
        foreach (var connection in connections.Values.Where(one => one.IsValueCreated))
            connection.Value.Dispose();
    }

    private static string? Pem(string? ca)
    {
        try
        {
            return ca is null ? null : File.ReadAllText(ca);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(
                new Trouble(ca!, $"the trust anchor cannot be read: {failure.Message}", "correct `ca` in crmsync.yaml"),
                isPermanent: true,
                failure);
        }
    }

    private static X509Certificate2Collection AnchorsIn(string name, Uri url, string? pem)
    {
        try
        {
            return MailEndpoint.For(url.Host, url.Port, TlsMode.Required, pem).Anchors;
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(name, failure);
        }
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>Makes the sources of CalDAV accounts, and keeps the connections to their servers between harvests.</summary>
/// <param name="time">What waiting is measured with.</param>
/// <param name="logins">Fetches the tokens of accounts that log in with some.</param>
/// <param name="limits">Null: the limits the product runs with.</param>
internal sealed class CalDavSources(TimeProvider time, MailLogins logins, WebLimits? limits = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> connections = new(StringComparer.Ordinal);

    /// <summary>The source of an account; nothing is sent yet.</summary>
    /// <param name="account">The account.</param>
    /// <param name="series">Reads the series it finds.</param>
    /// <param name="zone">The zone of times that name none.</param>
    /// <exception cref="SourceException">The trust anchor cannot be read.</exception>
    public CalDavSource Open(CaldavAccount account, SeriesItems series, DateTimeZone zone)
    {
        // The file may be replaced while the program runs.
        var pem = Pem(account);
        var http = connections
            .GetOrAdd(
                $"{account.Name}\0{pem}",
                _ => new Lazy<HttpMessageInvoker>(() =>
                    new HttpMessageInvoker(WebConnections.Create(time, limits, AnchorsIn(account, pem)))))
            .Value;
        return new CalDavSource(
            account.Name,
            new DavClient(http, account.Url, CredentialsFor(account)),
            series,
            zone);
    }

    private DavCredentials CredentialsFor(CaldavAccount account)
    {
        if (account.Login is Login.Password password)
            return DavCredentials.Basic(account.User, password.Value.Reveal());

        var tokens =
            logins.FindTokens(account.Login)
            ?? throw new InvalidOperationException($"{account.Name} logs in to a calendar without a way to");
        string? last = null;
        return DavCredentials.Bearer(async (renew, ct) => last = await tokens.Get(renew ? last : null, ct));
    }

    public void Dispose()
    {
        foreach (var connection in connections.Values.Where(one => one.IsValueCreated))
            connection.Value.Dispose();
    }

    private static string? Pem(CaldavAccount account)
    {
        try
        {
            return account.Ca is { } path ? File.ReadAllText(path) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(
                new Trouble(account.Ca!, $"the trust anchor cannot be read: {failure.Message}", "correct `ca` in crmsync.yaml"),
                isPermanent: true,
                failure);
        }
    }

    private static X509Certificate2Collection AnchorsIn(CaldavAccount account, string? pem)
    {
        try
        {
            return MailEndpoint.For(account.Url.Host, account.Url.Port, TlsMode.Required, pem).Anchors;
        }
        catch (MailServerException failure)
        {
            throw ServerTrouble.OfAccount(account.Name, failure);
        }
    }
}

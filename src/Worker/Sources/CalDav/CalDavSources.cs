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
    private readonly DavConnections connections = new(time, limits);

    /// <summary>The source of an account; nothing is sent yet.</summary>
    /// <param name="account">The account.</param>
    /// <param name="series">Reads the series it finds.</param>
    /// <param name="zone">The zone of times that name none.</param>
    /// <exception cref="SourceException">The trust anchor cannot be read.</exception>
    public CalDavSource Open(CaldavAccount account, SeriesItems series, DateTimeZone zone) =>
        new(account.Name, connections.Open(account.Name, account.Url, account.Ca, CredentialsFor(account)), series, zone);

    public void Dispose() => connections.Dispose();

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
}

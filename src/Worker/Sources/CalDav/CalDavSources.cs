using CrmSync.Mail.Dav;
using CrmSync.Mail.Net;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Imap;
using NodaTime;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>Makes the source of a CalDAV account out of its configuration.</summary>
internal static class CalDavSources
{
    /// <summary>The source; nothing is sent yet.</summary>
    /// <exception cref="SourceException">The trust anchor cannot be read.</exception>
    public static CalDavSource Open(CaldavAccount account, MeetingTranslation meetings, DateTimeZone zone, Interval window)
    {
        var http = new HttpClient(DavClient.Handler(TrustOf(account)), disposeHandler: true);
        return new CalDavSource(
            account.Name,
            new DavClient(http, account.Url, DavCredentials.Basic(account.User, account.Password.Reveal())),
            meetings,
            zone,
            window);
    }

    private static MailEndpoint? TrustOf(CaldavAccount account)
    {
        if (account.Ca is not { } path)
            return null;

        try
        {
            return MailEndpoint.For(account.Url.Host, account.Url.Port, TlsMode.Required, File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(
                new Trouble(path, $"the trust anchor cannot be read: {failure.Message}", "correct `ca` in crmsync.yaml"),
                isPermanent: true,
                failure);
        }
        catch (MailServerException failure)
        {
            throw ImapTrouble.OfAccount(account.Name, failure);
        }
    }
}

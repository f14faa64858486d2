using System.Net.Http.Headers;
using System.Text;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.CalDav;

/// <summary>How a client proves who it is to a WebDAV server: a name and a password, or a token that can be asked for anew.</summary>
internal sealed class DavCredentials
{
    private readonly Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> header;
    private readonly List<string> secrets = [];

    private DavCredentials(bool canRenew, Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> header)
    {
        CanRenew = canRenew;
        this.header = header;
    }

    /// <summary>Whether asking anew can help when the server refuses (an expired token).</summary>
    public bool CanRenew { get; }

    /// <summary>A name and a password (RFC 7617), sent with the first request.</summary>
    public static DavCredentials Basic(string user, string password)
    {
        var value = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        var credentials = new DavCredentials(canRenew: false, (_, _) => Task.FromResult<AuthenticationHeaderValue?>(value));
        credentials.Note(password);
        credentials.Note(value.Parameter!);
        return credentials;
    }

    /// <summary>An OAuth token (RFC 6750).</summary>
    /// <param name="token">Gives the token; its first argument says that the one given before was refused.</param>
    public static DavCredentials Bearer(Func<bool, CancellationToken, Task<string>> token)
    {
        DavCredentials? credentials = null;
        return credentials = new DavCredentials(canRenew: true, async (renew, ct) =>
        {
            var fresh = await token(renew, ct);
            credentials!.Note(fresh);
            return new AuthenticationHeaderValue("Bearer", fresh);
        });
    }

    public Task<AuthenticationHeaderValue?> Header(bool renew, CancellationToken ct) => header(renew, ct);

    /// <summary>A text that may hold what a server echoed, on one line and with stars in place of every secret.</summary>
    public string Conceal(string text) => ServerAnswers.Presentable(text, secrets);

    /// <summary>Servers echo what they were sent as it is, or as it stands in an address.</summary>
    private void Note(string secret)
    {
        foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), Uri.EscapeDataString(Uri.EscapeDataString(secret))])
        {
            if (!secrets.Contains(form, StringComparer.Ordinal))
                secrets.Add(form);
        }

        // The longest first: a form must not be cut apart by a shorter one that stands in it.
        secrets.Sort((one, other) => other.Length.CompareTo(one.Length));
    }
}

using System.Net.Http.Headers;
using System.Text;

namespace CrmSync.Mail.Dav;

/// <summary>How a client proves who it is to a WebDAV server: a name and a password, or a token that can be asked for anew.</summary>
public sealed class DavCredentials
{
    private readonly Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> header;

    private DavCredentials(bool canRenew, Func<bool, CancellationToken, Task<AuthenticationHeaderValue?>> header)
    {
        CanRenew = canRenew;
        this.header = header;
    }

    /// <summary>No proof: for calendars anybody may read.</summary>
    public static DavCredentials None { get; } = new(canRenew: false, (_, _) => Task.FromResult<AuthenticationHeaderValue?>(null));

    /// <summary>Whether asking anew can help when the server refuses (an expired token).</summary>
    public bool CanRenew { get; }

    /// <summary>A name and a password (RFC 7617), sent with the first request.</summary>
    public static DavCredentials Basic(string user, string password)
    {
        var value = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return new DavCredentials(canRenew: false, (_, _) => Task.FromResult<AuthenticationHeaderValue?>(value));
    }

    /// <summary>An OAuth token (RFC 6750).</summary>
    /// <param name="token">Gives the token; its first argument says that the one given before was refused.</param>
    public static DavCredentials Bearer(Func<bool, CancellationToken, Task<string>> token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new DavCredentials(canRenew: true, async (renew, ct) => new AuthenticationHeaderValue("Bearer", await token(renew, ct)));
    }

    internal Task<AuthenticationHeaderValue?> Header(bool renew, CancellationToken ct) => header(renew, ct);
}

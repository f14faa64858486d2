using System.Text;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Who logs in, and with what. Prints as the user's name; the secret leaves it only through the mechanisms of this folder.
/// </summary>
internal sealed class Credential
{
    private Credential(string user, string secret, bool isToken) => (User, Secret, IsToken) = (user, secret, isToken);

    /// <summary>The user name, as the server wants it.</summary>
    public string User { get; }

    /// <summary>True for an OAuth 2 access token, false for a password.</summary>
    public bool IsToken { get; }

    /// <summary>The password or token; for those who log in, and nobody else.</summary>
    public string Secret { get; }

    /// <summary>Everything that must never be shown: the secret, and the forms in which a server may echo it.</summary>
    public IReadOnlyList<string> Unspeakable =>
    [
        Secret,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{User}\0{Secret}")),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"user={User}\u0001auth=Bearer {Secret}\u0001\u0001")),
    ];

    /// <summary>A user name and a password.</summary>
    public static Credential WithPassword(string user, string password) => new(user, password, isToken: false);

    /// <summary>A user name and an OAuth 2 access token.</summary>
    public static Credential WithToken(string user, string accessToken) => new(user, accessToken, isToken: true);

    /// <inheritdoc />
    public override string ToString() => User;
}

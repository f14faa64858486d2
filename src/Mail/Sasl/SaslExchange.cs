using System.Text;

namespace CrmSync.Mail.Sasl;

/// <summary>
/// One login by SASL (RFC 4422): what the client says first, and what it answers to each challenge. Bytes, not base64. For one use.
/// </summary>
internal abstract class SaslExchange
{
    /// <summary>The mechanism's name as servers announce it.</summary>
    public abstract string Name { get; }

    /// <summary>What may be sent with the command itself (SASL-IR); null where the server speaks first.</summary>
    public abstract byte[]? Initial { get; }

    /// <summary>The answer to a challenge.</summary>
    /// <exception cref="SaslException">When the challenge cannot be the server's.</exception>
    public abstract byte[] Answer(ReadOnlySpan<byte> challenge);

    /// <summary>Called when the server says the login succeeded; mechanisms that prove the server's identity insist on it here.</summary>
    /// <exception cref="SaslException">When the server did not prove that it knows the password.</exception>
    public virtual void Succeeded()
    {
    }

    /// <summary>
    /// The best mechanism for a credential among those offered, or null. Over TLS the simplest one that sends the password is preferred: it
    /// works whatever way the server keeps passwords, while SCRAM is often announced where it cannot work. In clear text (this machine
    /// only) SCRAM comes first.
    /// </summary>
    public static SaslExchange? For(Credential credential, IReadOnlyCollection<string> offered, bool encrypted, string host, int port)
    {
        IEnumerable<SaslExchange> known = credential.IsToken
            ? [new XOAuth2(credential), new OAuthBearer(credential, host, port)]
            : encrypted
                ? [new Plain(credential), new Login(credential), new ScramSha256(credential)]
                : [new ScramSha256(credential), new Plain(credential), new Login(credential)];
        return known.FirstOrDefault(mechanism => offered.Contains(mechanism.Name, StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>The server's side of a login by SASL made no sense.</summary>
internal sealed class SaslException(string message) : Exception(message);

/// <summary>PLAIN (RFC 4616).</summary>
internal sealed class Plain(Credential credential) : SaslExchange
{
    public override string Name => "PLAIN";
    public override byte[] Initial => Encoding.UTF8.GetBytes($"\0{credential.User}\0{credential.Secret}");
    public override byte[] Answer(ReadOnlySpan<byte> challenge) => Initial;
}

/// <summary>LOGIN: never standardised, and for some servers (Exchange with DOMAIN\user) the only one that works.</summary>
internal sealed class Login(Credential credential) : SaslExchange
{
    private int step;

    public override string Name => "LOGIN";
    public override byte[]? Initial => null;

    // The prompts are "Username:" and "Password:" on most servers, translated or empty on some; only their order can be relied on.
    public override byte[] Answer(ReadOnlySpan<byte> challenge) => step++ switch
    {
        0 => Encoding.UTF8.GetBytes(credential.User),
        1 => Encoding.UTF8.GetBytes(credential.Secret),
        _ => throw new SaslException("the server asks for more than user name and password"),
    };
}

/// <summary>
/// XOAUTH2, as Google and Microsoft describe it. A failure comes as a challenge that must be answered with an empty line.
/// </summary>
internal sealed class XOAuth2(Credential credential) : SaslExchange
{
    private bool sent;

    public override string Name => "XOAUTH2";

    public override byte[] Initial
    {
        get
        {
            sent = true;
            return Encoding.UTF8.GetBytes($"user={credential.User}\u0001auth=Bearer {credential.Secret}\u0001\u0001");
        }
    }

    public override byte[] Answer(ReadOnlySpan<byte> challenge) => sent ? [] : Initial;
}

/// <summary>OAUTHBEARER (RFC 7628). A failure comes as a challenge that must be answered with one byte of value 1.</summary>
internal sealed class OAuthBearer(Credential credential, string host, int port) : SaslExchange
{
    private bool sent;

    public override string Name => "OAUTHBEARER";

    public override byte[] Initial
    {
        get
        {
            sent = true;
            var user = credential.User.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(
                $"n,a={user},\u0001host={host}\u0001port={port}\u0001auth=Bearer {credential.Secret}\u0001\u0001");
        }
    }

    public override byte[] Answer(ReadOnlySpan<byte> challenge) => sent ? [1] : Initial;
}

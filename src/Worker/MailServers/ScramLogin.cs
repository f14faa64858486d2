using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailKit.Security;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677): the password never travels, and the server has to prove that it knows it too; with a channel binding (RFC
/// 5929) nobody in between can pass the exchange on. Used in place of MailKit's own mechanisms: those take the binding only from MailKit's
/// own TLS, and compute for as long as a hostile server likes.
/// </summary>
/// <param name="name">Such as <c>SCRAM-SHA-256-PLUS</c>.</param>
/// <param name="login">User and password; used as they are, for SASLprep changes nothing in the passwords servers accept elsewhere.</param>
/// <param name="binding">The fingerprint of the server's certificate, for the mechanisms that end in PLUS; else null.</param>
/// <param name="nonce">The client's nonce; random unless a test needs a known one.</param>
internal sealed class ScramLogin(string name, NetworkCredential login, byte[]? binding, string? nonce = null) : SaslMechanism(login)
{
    private const int FewestIterations = 4096;
    private const int MostIterations = 1_000_000;

    private readonly string clientNonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private readonly HashAlgorithmName hash =
        name.Contains("512", StringComparison.Ordinal) ? HashAlgorithmName.SHA512 : name.Contains("256", StringComparison.Ordinal)
            ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;

    private string? authMessage;
    private byte[]? saltedPassword;
    private Step step = Step.Start;

    private enum Step { Start, SentFirst, SentProof, ServerProved }

    public override string MechanismName => name;

    public override bool SupportsInitialResponse => true;

    public override bool SupportsChannelBinding => binding is not null;

    public override bool NegotiatedChannelBinding => binding is not null && step == Step.ServerProved;

    /// <summary>False until the server has seen a proof of the password; before that a refusal says nothing about the password.</summary>
    public bool ProofSent => step >= Step.SentProof;

    private string Header => binding is null ? "n,," : "p=tls-server-end-point,,";

    private string ClientFirstBare =>
        $"n={Credentials.UserName.Replace("=", "=3D", StringComparison.Ordinal).Replace(
            ",", "=2C", StringComparison.Ordinal)},r={clientNonce}";

    /// <summary>Whether a name is one of this family.</summary>
    public static bool Named(string mechanism) => mechanism.StartsWith("SCRAM-", StringComparison.OrdinalIgnoreCase);

    protected override byte[]? Challenge(byte[]? token, int startIndex, int length, CancellationToken cancellationToken)
    {
        var text = token is null ? "" : Encoding.UTF8.GetString(token, startIndex, length);
        switch (step)
        {
            case Step.Start:
                step = Step.SentFirst;
                return Encoding.UTF8.GetBytes(Header + ClientFirstBare);
            case Step.SentFirst:
                return Proof(text);
            case Step.SentProof:
                return Verify(text);
            default:
                throw Nonsense("the server goes on after the login is over");
        }
    }

    private byte[] Proof(string serverFirst)
    {
        var parts = Parts(serverFirst);
        if (parts.TryGetValue('e', out var error))
            throw new AuthenticationException($"the server refuses: {error}");

        if (!parts.TryGetValue('r', out var serverNonce) || !serverNonce.StartsWith(clientNonce, StringComparison.Ordinal)
            || serverNonce.Length == clientNonce.Length)
            throw Nonsense("the server's nonce does not continue ours");

        if (!parts.TryGetValue('s', out var salt) || !parts.TryGetValue('i', out var count)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
            throw Nonsense("the server's first message lacks salt or iteration count");

        // Fewer would make a stolen exchange cheap to attack; more would keep us computing for a hostile server.
        if (iterations is < FewestIterations or > MostIterations)
            throw Nonsense($"{iterations} iterations are outside {FewestIterations} to {MostIterations}");

        var bound = Convert.ToBase64String([.. Encoding.ASCII.GetBytes(Header), .. binding ?? []]);
        var withoutProof = $"c={bound},r={serverNonce}";
        authMessage = $"{ClientFirstBare},{serverFirst},{withoutProof}";
        var size = CryptographicOperations.HashData(hash, []).Length;
        saltedPassword = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Credentials.Password), Decode(salt), iterations, hash, size);
        var clientKey = Keyed(saltedPassword, "Client Key"u8);
        var proof = Keyed(CryptographicOperations.HashData(hash, clientKey), Encoding.UTF8.GetBytes(authMessage));
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];

        step = Step.SentProof;
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private byte[] Verify(string serverFinal)
    {
        var parts = Parts(serverFinal);
        if (parts.TryGetValue('e', out var error))
            throw new AuthenticationException($"the server refuses: {error}");

        var expected = Keyed(Keyed(saltedPassword!, "Server Key"u8), Encoding.UTF8.GetBytes(authMessage!));
        if (!parts.TryGetValue('v', out var signature) || !CryptographicOperations.FixedTimeEquals(Decode(signature), expected))
            throw Nonsense("the server could not prove that it knows the password; this may not be the right server");

        step = Step.ServerProved;
        IsAuthenticated = true;
        return [];
    }

    private byte[] Keyed(byte[] key, ReadOnlySpan<byte> text) => CryptographicOperations.HmacData(hash, key, text);

    private static Dictionary<char, string> Parts(string message)
    {
        var parts = new Dictionary<char, string>();
        foreach (var part in message.Split(','))
        {
            if (part.Length >= 2 && part[1] == '=')
                parts.TryAdd(part[0], part[2..]);
        }

        return parts;
    }

    private byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length]
            : throw Nonsense("the server's message is not base64");
    }

    private SaslException Nonsense(string words) => new(name, SaslErrorCode.InvalidChallenge, words);
}

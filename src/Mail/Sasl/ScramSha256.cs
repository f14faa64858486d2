using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Mail.Sasl;

/// <summary>
/// SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: the password never travels, and the server has to prove that it knows it
/// too.
/// </summary>
/// <param name="credential">User and password; used as they are, for SASLprep changes nothing in the passwords servers accept
/// elsewhere.</param>
/// <param name="nonce">The client's nonce; random unless a test needs a known one.</param>
internal sealed class ScramSha256(Credential credential, string? nonce = null) : SaslExchange
{
    private const int FewestIterations = 4096;
    private const int MostIterations = 1_000_000;

    private readonly string clientNonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
    private string? authMessage;
    private byte[]? saltedPassword;
    private State state = State.Start;

    private enum State { Start, SentFirst, SentProof, ServerProved }

    public override string Name => "SCRAM-SHA-256";

    /// <summary>False until the server has seen a proof of the password; before that a refusal says nothing about the password.</summary>
    public bool ProofSent => state >= State.SentProof;

    public override byte[] Initial
    {
        get
        {
            state = State.SentFirst;
            return Encoding.UTF8.GetBytes("n,," + ClientFirstBare);
        }
    }

    private string ClientFirstBare =>
        $"n={credential.User.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={clientNonce}";

    public override byte[] Answer(ReadOnlySpan<byte> challenge)
    {
        var text = Encoding.UTF8.GetString(challenge);
        return state switch
        {
            State.Start => Initial,
            State.SentFirst => Proof(text),
            State.SentProof => Verify(text),
            _ => throw new SaslException("the server goes on after the login is over"),
        };
    }

    public override void Succeeded()
    {
        if (state != State.ServerProved)
            throw new SaslException("the server accepted the login without proving that it knows the password");
    }

    private byte[] Proof(string serverFirst)
    {
        var parts = Parts(serverFirst);
        if (
            !parts.TryGetValue('r', out var serverNonce)
            || !serverNonce.StartsWith(clientNonce, StringComparison.Ordinal)
            || serverNonce.Length == clientNonce.Length)
            throw new SaslException("the server's nonce does not continue ours");

        if (!parts.TryGetValue('s', out var salt) || !parts.TryGetValue('i', out var count)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
            throw new SaslException("the server's first message lacks salt or iteration count");

        // Fewer would make a stolen exchange cheap to attack; more would keep us computing for a hostile server.
        if (iterations is < FewestIterations or > MostIterations)
            throw new SaslException($"{iterations} iterations are outside {FewestIterations} to {MostIterations}");

        var withoutProof = $"c=biws,r={serverNonce}";
        authMessage = $"{ClientFirstBare},{serverFirst},{withoutProof}";
        saltedPassword = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(credential.Secret),
            Decode(salt),
            iterations,
            HashAlgorithmName.SHA256,
            32);
        var clientKey = HMACSHA256.HashData(saltedPassword, "Client Key"u8);
        var proof = HMACSHA256.HashData(SHA256.HashData(clientKey), Encoding.UTF8.GetBytes(authMessage));
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];

        state = State.SentProof;
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private byte[] Verify(string serverFinal)
    {
        var parts = Parts(serverFinal);
        if (parts.TryGetValue('e', out var error))
            throw new SaslException($"the server refuses: {error}");

        var expected = HMACSHA256.HashData(HMACSHA256.HashData(saltedPassword!, "Server Key"u8), Encoding.UTF8.GetBytes(authMessage!));
        if (!parts.TryGetValue('v', out var signature) || !CryptographicOperations.FixedTimeEquals(Decode(signature), expected))
            throw new SaslException("the server could not prove that it knows the password; this may not be the right server");

        state = State.ServerProved;
        return [];
    }

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

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? bytes[..length]
            : throw new SaslException("the server's message is not base64");
    }
}

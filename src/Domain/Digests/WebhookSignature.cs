using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Signs what is posted as Standard Webhooks 1.0 asks for: HMAC-SHA256 over id, time and body, by a key that is written as <c>whsec_</c>
/// and base64. Any other secret is taken as it is.
/// </summary>
public static class WebhookSignature
{
    public const string Prefix = "whsec_";

    /// <summary>Whether a secret can be used.</summary>
    public static bool IsKey(string secret) => Read(secret) is { Length: > 0 };

    /// <summary>The headers of a request.</summary>
    /// <param name="secret">The key; null: the request is not signed.</param>
    /// <param name="id">The same for every try of the same message.</param>
    /// <param name="now">When it is tried.</param>
    /// <param name="body">The bytes that are posted.</param>
    public static IReadOnlyDictionary<string, string> Headers(string? secret, string id, Instant now, byte[] body)
    {
        var time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string> { ["webhook-id"] = id, ["webhook-timestamp"] = time };
        if (secret is not null && Read(secret) is { Length: > 0 } key)
        {
            byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body];
            headers["webhook-signature"] = $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
        }

        return headers;
    }

    private static byte[] Read(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(secret);

        var written = secret[Prefix.Length..];
        var key = new byte[written.Length];
        return Convert.TryFromBase64String(written, key, out var length) ? key[..length] : [];
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.MailServers;

/// <summary>What a token server gave last.</summary>
/// <param name="Refresh">The refresh token to use from now on.</param>
/// <param name="Access">The access token.</param>
/// <param name="Ends">When that ends, in seconds since 1970.</param>
internal sealed record TokenPair(string Refresh, string Access, long Ends);

/// <summary>
/// Keeps the tokens of one credential over a restart and for every program of the database: many token servers take a refresh token once
/// and give the next one with each answer, so the one in the configuration is soon worth nothing. Sealed with a key made of the configured
/// token, so the database alone gives nothing away, and a new consent in the configuration starts afresh.
/// </summary>
internal sealed class KeptTokens(LoginStores stores, Login.OAuth login)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly byte[] key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        Encoding.UTF8.GetBytes(login.RefreshToken.Reveal()),
        32,
        info: Encoding.UTF8.GetBytes($"crmsync tokens\0{login.TokenUrl.AbsoluteUri}\0{login.ClientId}\0{login.Scope}"));

    private string Name =>
        "tokens-" + Convert.ToHexStringLower(HKDF.Expand(HashAlgorithmName.SHA256, key, 8, Encoding.UTF8.GetBytes("name")));

    /// <summary>
    /// Only one program renews at a time, for two would each make the other's token worthless. Null when that program does not come to an
    /// end.
    /// </summary>
    public async Task<IAsyncDisposable?> WaitForLock(CancellationToken ct) => await AccountLock.Wait(stores.Database, Name, Patience, ct);

    /// <summary>What was kept; null when nothing was.</summary>
    public async Task<TokenPair?> Read(CancellationToken ct)
    {
        if (await stores.Settings.Get(Name, ct) is not { } text)
            return null;

        try
        {
            var bytes = Convert.FromBase64String(text);
            var plain = new byte[bytes.Length - NonceSize - TagSize];
            using var aes = new AesGcm(key, TagSize);
            aes.Decrypt(bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize + TagSize), bytes.AsSpan(NonceSize, TagSize), plain);
            return JsonSerializer.Deserialize<TokenPair>(plain);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or OverflowException or JsonException)
        {
            // Damaged, or of another version: then the configured token is used again.
            return null;
        }
    }

    /// <summary>Keeps them.</summary>
    public async Task Write(TokenPair tokens, CancellationToken ct)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(tokens);
        var bytes = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(bytes.AsSpan(0, NonceSize), plain, bytes.AsSpan(NonceSize + TagSize), bytes.AsSpan(NonceSize, TagSize));
        await stores.Settings.Set(Name, Convert.ToBase64String(bytes), ct);
    }
}

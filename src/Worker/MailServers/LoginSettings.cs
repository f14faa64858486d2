using System.Security.Cryptography;
using System.Text;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Where and how somebody logs in, as the configuration says; what stands in files is read when it is needed, for it changes while the
/// program runs.
/// </summary>
/// <param name="Protocol"><c>imap</c> or <c>smtp</c>.</param>
/// <param name="Server">The server.</param>
/// <param name="User">Who logs in; null where nobody does.</param>
/// <param name="Login">With what; null where nobody logs in.</param>
internal sealed record LoginSettings(string Protocol, Server Server, string? User, Login? Login)
{
    private const int Iterations = 100_000;

    /// <summary>In words, such as <c>imap ana@bright.example at imap.bright.example:993</c>.</summary>
    public string Name => $"{Protocol} {(User is null ? "" : User + " at ")}{Server.Host}:{Server.Port}";

    /// <summary>The server as the mail protocols want it.</summary>
    /// <exception cref="MailServerException">When the trust anchor cannot be read or the values do not go together.</exception>
    public async Task<MailEndpoint> Endpoint(CancellationToken ct)
    {
        var tls = Server.Encryption switch
        {
            Encryption.Required => TlsMode.Required,
            Encryption.StartTls => TlsMode.StartTls,
            _ => TlsMode.None,
        };
        return MailEndpoint.For(
            Server.Host,
            Server.Port,
            tls,
            Server.Ca is { } ca ? await Text(ca, "trust anchor", ct) : null,
            Server.Proxy is { } proxy ? new Uri(proxy.Reveal()) : null);
    }

    /// <summary>What to log in with; null where nobody logs in.</summary>
    /// <param name="token">The token that was fetched, where <see cref="Login"/> says how to.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Credential?> Credential(string? token, CancellationToken ct) =>
        (User, Login) switch
        {
            ({ } user, Login.Password password) => MailServers.Credential.WithPassword(user, password.Value.Reveal()),
            ({ } user, Login.TokenFile file) => MailServers.Credential.WithToken(user, FirstLine(await Text(file.Path, "token file", ct))),
            ({ } user, Login.OAuth or Login.Delegation) => MailServers.Credential.WithToken(
                user,
                token ?? throw new InvalidOperationException("a token was not fetched")),
            _ => null,
        };

    /// <summary>
    /// All that a login rests on, secrets and the contents of files included: for <see cref="Fingerprint"/> and nothing else.
    /// </summary>
    public async Task<string> Everything(CancellationToken ct) =>
        string.Join(
            '\0',
            new[] { Protocol, Server.Host, $"{Server.Port}", $"{Server.Encryption}", await Contents(Server.Ca, ct), User }
                .Concat(await Secrets(ct))
                .Concat(Server.Proxy is { } proxy ? [proxy.Reveal()] : []));

    /// <summary>
    /// Tells one login from a changed one. Slow to compute, so that nobody who has the database guesses a password from it.
    /// </summary>
    /// <param name="everything">As <see cref="Everything"/> gives it.</param>
    /// <param name="salt">Of this installation.</param>
    public static string Fingerprint(string everything, byte[] salt) =>
        Convert.ToHexStringLower(
            Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(everything), salt, Iterations, HashAlgorithmName.SHA256, 16));

    private async Task<IEnumerable<string?>> Secrets(CancellationToken ct) =>
        Login switch
        {
            Login.Password password => ["password", password.Value.Reveal()],
            Login.TokenFile file => ["file", file.Path, await Contents(file.Path, ct)],
            Login.OAuth oauth =>
            [
                "oauth",
                oauth.TokenUrl.AbsoluteUri,
                oauth.ClientId,
                oauth.ClientSecret?.Reveal(),
                oauth.RefreshToken.Reveal(),
                oauth.Scope,
            ],
            Login.Delegation delegation =>
            [
                "delegation",
                delegation.TokenUrl.AbsoluteUri,
                delegation.Subject.Value,
                delegation.Scope,
                await Contents(delegation.KeyFile, ct),
            ],
            _ => [],
        };

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();

    /// <summary>What is in a file; a missing one is as good as an empty one here, and is told about where it is used.</summary>
    private static async Task<string> Contents(string? path, CancellationToken ct)
    {
        try
        {
            return path is null ? "" : await File.ReadAllTextAsync(path, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task<string> Text(string path, string what, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllTextAsync(path, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MailServerException(MailFailure.Config, $"the {what} {path} cannot be read: {e.Message}", inner: e);
        }
    }
}

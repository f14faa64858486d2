using System.Net;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;

namespace CrmSync.Worker.MailServers;

/// <summary>
/// Logs a MailKit client in with the best of what server and credential have in common. Over TLS a password goes by the simplest way, for
/// that works however the server keeps passwords, while SCRAM is often announced where it cannot work (Cyrus announces channel binding and
/// refuses the kind TLS 1.3 has); where that is not offered by SCRAM, bound to the TLS channel if that is; in clear text (this machine
/// only) by SCRAM first. CRAM-MD5 and DIGEST-MD5 are left out: they are widely announced and widely broken.
/// </summary>
internal static class MailSignIn
{
    private static readonly string[] Bound = ["SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"];
    private static readonly string[] Hashed = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1"];
    private static readonly string[] Plain = ["PLAIN", "LOGIN"];
    private static readonly string[] Windows = ["NTLM", "GSSAPI"];

    /// <summary>Logs in.</summary>
    /// <param name="service">The connected client.</param>
    /// <param name="wire">What it is connected through.</param>
    /// <param name="credential">Who, and with what.</param>
    /// <param name="refused">Makes the failure from what the client threw.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    /// <exception cref="MailServerException">
    /// With <see cref="MailFailure.Auth"/> when refused, with <see cref="MailFailure.Config"/> when there is no way to log in.
    /// </exception>
    public static async Task Run(MailService service, MailWire wire, Credential credential, Func<Exception, MailServerException> refused,
        CancellationToken ct)
    {
        var endpoint = wire.Endpoint;
        if (endpoint.Tls == TlsMode.None && !endpoint.IsLoopback)
            throw new MailServerException(MailFailure.Config,
                $"the connection to {endpoint} is not encrypted; no password is sent over it");

        var mechanisms =
            Common(credential, service.AuthenticationMechanisms, endpoint.Tls != TlsMode.None, wire.ChannelBinding is not null).ToList();
        var mayLogin = !credential.IsToken && service is ImapClient imap && !imap.Capabilities.HasFlag(ImapCapabilities.LoginDisabled);
        if (mechanisms.Count == 0 && !mayLogin)
            throw Impossible(credential, service, endpoint);

        // The LOGIN command takes one turn where AUTHENTICATE without its initial response takes two.
        var isLoginFaster = mayLogin && !((ImapClient)service).Capabilities.HasFlag(ImapCapabilities.SaslIR);
        if (mechanisms.Count == 0 || (isLoginFaster && Plain.Contains(mechanisms[0])))
        {
            await Login(service, credential, refused, ct);
            return;
        }

        for (var i = 0; ; i++)
        {
            if (await Authenticate(service, wire, credential, mechanisms[i], mayGoOn: i + 1 < mechanisms.Count, refused, ct))
                return;
        }
    }

    /// <summary>The mechanisms to try, best first.</summary>
    internal static IEnumerable<string> Common(Credential credential, IReadOnlySet<string> offered, bool isEncrypted, bool canBind)
    {
        IEnumerable<string> wanted = credential.IsToken ? ["XOAUTH2", "OAUTHBEARER"]
            : isEncrypted ? [.. Plain, .. canBind ? Bound : [], .. Hashed, .. Windows]
            : [.. Hashed, .. Plain, .. Windows];
        return wanted.Where(mechanism =>
            offered.Contains(mechanism, StringComparer.OrdinalIgnoreCase) && SaslMechanism.IsSupported(mechanism));
    }

    private static async Task Login(MailService service, Credential credential, Func<Exception, MailServerException> refused,
        CancellationToken ct)
    {
        try
        {
            await service.AuthenticateAsync(Encoding.UTF8, new OnlyByLogin(credential), ct);
        }
        catch (AuthenticationException e)
        {
            throw refused(e);
        }
    }

    /// <summary>
    /// One mechanism. False when the server gave it up before the password was at stake, and another may be tried: then it is no attempt
    /// that could lock anything.
    /// </summary>
    private static async Task<bool> Authenticate(
        MailService service, MailWire wire, Credential credential, string name, bool mayGoOn, Func<Exception, MailServerException> refused,
            CancellationToken ct)
    {
        var login = new NetworkCredential(credential.User, credential.Secret);
        var scram = ScramLogin.Named(name)
            ? new ScramLogin(name, login, name.EndsWith("-PLUS", StringComparison.Ordinal) ? wire.ChannelBinding : null) : null;
        var mechanism = scram ?? (name is "XOAUTH2" ? new TokenLogin(login) : SaslMechanism.Create(name, Encoding.UTF8, login)!);
        try
        {
            await service.AuthenticateAsync(mechanism, ct);
            if (scram is { IsAuthenticated: false })
                throw wire.Broken(MailFailure.Auth,
                    $"logging in as {credential.User} with {name} failed: the server did not prove that it knows the password");

            return true;
        }
        catch (SaslException e)
        {
            throw wire.Broken(MailFailure.Auth, $"logging in as {credential.User} with {name} failed: {e.Message}", inner: e);
        }
        catch (AuthenticationException) when (mayGoOn && scram is { ProofSent: false } && !wire.IsBroken)
        {
            return false;
        }
        catch (AuthenticationException e)
        {
            throw refused(mechanism is TokenLogin { Explanation: { } explanation } ? new AuthenticationException(explanation, e) : e);
        }
    }

    private static MailServerException Impossible(Credential credential, MailService service, MailEndpoint endpoint)
    {
        var offered = service.AuthenticationMechanisms.Count == 0 ? "nothing"
            : string.Join(", ", service.AuthenticationMechanisms.Order(StringComparer.Ordinal));
        return new MailServerException(
            MailFailure.Config,
            credential.IsToken
                ? $"{endpoint} takes no access tokens (it offers {offered}); use a password"
                : $"{endpoint} takes no passwords here (it offers {offered}); use `oauth`, or another `tls`");
    }

    /// <summary>Makes MailKit use the LOGIN command: for every mechanism there is no credential.</summary>
    private sealed class OnlyByLogin(Credential credential) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) =>
            authType == "DEFAULT" ? new NetworkCredential(credential.User, credential.Secret) : null;
    }

    /// <summary>
    /// XOAUTH2, keeping what the server says of a token it refuses: it comes as a challenge in JSON, and the final answer has no words.
    /// </summary>
    private sealed class TokenLogin(NetworkCredential login) : SaslMechanismOAuth2(login)
    {
        public string? Explanation { get; private set; }

        protected override byte[]? Challenge(byte[]? token, int startIndex, int length, CancellationToken cancellationToken)
        {
            if (token is not null && length > 0 && token[startIndex] == '{')
                Explanation = Encoding.UTF8.GetString(token, startIndex, length);

            return base.Challenge(token, startIndex, length, cancellationToken);
        }
    }
}

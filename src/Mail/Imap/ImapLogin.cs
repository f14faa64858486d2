using System.Text;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Imap;

/// <summary>Logs in, by SASL or by the LOGIN command, whichever the server takes with the fewest turns.</summary>
internal sealed class ImapLogin(ImapConnection connection, Capabilities capabilities)
{
    /// <summary>Logs in; returns the server's answer.</summary>
    /// <exception cref="MailServerException">When there is no way to log in, or the server refuses.</exception>
    public async Task<StatusResponse> Run(Credential credential, CancellationToken ct)
    {
        connection.Secrets = credential.Unspeakable;
        if (!connection.Wire.IsEncrypted && !connection.Endpoint.IsLoopback)
            throw new MailServerException(
                MailFailure.Config,
                $"the connection to {connection.Endpoint} is not encrypted; no password is sent over it");

        var exchange = SaslExchange.For(
            credential,
            capabilities.Mechanisms,
            connection.Wire.IsEncrypted,
            connection.Endpoint.Host,
            connection.Endpoint.Port);
        var oneTurn = exchange is not null && capabilities.Has("SASL-IR");
        var mayLogin = !credential.IsToken && !capabilities.Has("LOGINDISABLED");
        if (exchange is null && !mayLogin)
        {
            throw new MailServerException(
                MailFailure.Config,
                credential.IsToken
                    ? $"{connection.Endpoint} takes no access tokens; use a password"
                    : $"{connection.Endpoint} takes no passwords here (it offers {Offered()}); use `oauth`, or another `tls`");
        }

        var answer =
            exchange is ScramSha256 || oneTurn || !mayLogin
                ? await Authenticate(exchange!, credential, ct)
                : await connection.Run(new CommandText("LOGIN ").Text(credential.User).Words(" ").Text(credential.Secret), null, ct);
        return answer.Status == ImapStatus.Ok
            ? answer
            : throw connection.Refused(AnswerStage.Login, $"logging in as {credential.User}", answer);
    }

    private string Offered() => capabilities.Mechanisms.Count == 0 ? "nothing" : string.Join(", ", capabilities.Mechanisms);

    private async Task<StatusResponse> Authenticate(SaslExchange exchange, Credential credential, CancellationToken ct)
    {
        var early = capabilities.Has("SASL-IR") ? exchange.Initial : null;
        var text = $"AUTHENTICATE {exchange.Name}{(early is null ? "" : early.Length == 0 ? " =" : " " + Convert.ToBase64String(early))}";
        var command = await connection.Begin(new CommandText(text), null, ct);
        var explanation = "";
        try
        {
            for (var turns = 0; await connection.GoAhead(command, ct) is { } challenge; turns++)
            {
                if (turns > 10)
                    throw new SaslException("the server goes on asking");

                var bytes = Decode(challenge.Text);
                // A refusal of a token comes as a challenge in JSON; its words are worth keeping, for the final answer has none.
                if (credential.IsToken && bytes.Length > 0 && bytes[0] == '{')
                    explanation = " " + Encoding.UTF8.GetString(bytes);

                connection.Wire.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(exchange.Answer(bytes)) + "\r\n"));
            }

            if (command.Result!.Status == ImapStatus.Ok)
                exchange.Succeeded();

            return command.Result with { Text = command.Result.Text + explanation };
        }
        catch (SaslException e)
        {
            // A star gives the login up (RFC 9051 section 6.2.2); the connection is not to be trusted after that.
            if (command.Result is null)
            {
                connection.Wire.Write("*\r\n"u8);
                await connection.End(command, ct);
            }

            throw new MailServerException(
                MailFailure.Auth,
                $"logging in as {credential.User} with {exchange.Name} failed: {e.Message}",
                inner: e)
            {
                ConnectionLost = true,
            };
        }
    }

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64.Trim(), bytes, out var length) ? bytes[..length] : [];
    }
}

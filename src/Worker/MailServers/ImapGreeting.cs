
namespace CrmSync.Worker.MailServers;

/// <summary>The first line of an IMAP server (RFC 9051 section 7.1): a welcome, or in words why there is none.</summary>
internal static class ImapGreeting
{
    /// <summary>Checks the line.</summary>
    /// <returns>What it says in words, without a response code.</returns>
    /// <exception cref="MailServerException">When the server turns us away or does not speak IMAP.</exception>
    public static string Check(string line, MailEndpoint endpoint)
    {
        var rest = line.TrimStart('\0', ' ');
        var status = rest.StartsWith("* ", StringComparison.Ordinal) ? rest[2..].TrimStart().Split(' ', 2) : [];
        return (status.Length > 0 ? status[0].ToUpperInvariant() : "") switch
        {
            "OK" => Words(status),

            // After PREAUTH there is no STARTTLS any more: the oldest trick to keep a client in clear text.
            "PREAUTH" when endpoint.Tls == TlsMode.StartTls => throw new MailServerException(
                MailFailure.Config,
                    $"{endpoint} claims that we are logged in already and so prevents STARTTLS; use `tls: required`")
            {
                ConnectionLost =
                        true
            },
            "PREAUTH" => Words(status),
            "NO" or "BAD" => throw TurnedAway(AnswerStage.Greeting, Words(status), endpoint),
            "BYE" => throw TurnedAway(AnswerStage.Command, Words(status), endpoint),
            _ => throw NotImap(line, endpoint),
        };
    }

    private static string Words(string[] status)
    {
        var words = status.Length > 1 ? status[1].Trim() : "";
        return words.StartsWith('[') && words.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? words[(end + 1)..].Trim() : words;
    }

    private static MailServerException TurnedAway(AnswerStage stage, string words, MailEndpoint endpoint)
    {
        var meaning = ServerAnswers.Read(stage, null, words);
        var failure = meaning.Failure is MailFailure.Protocol or MailFailure.Permanent ? MailFailure.Network : meaning.Failure;
        return new MailServerException(
            failure, meaning.Advice.Length > 0 ? $"{endpoint} turned us away: {meaning.Advice}" : $"{endpoint} turned us away",
                ServerAnswers.Presentable(words, []))
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = true,
        };
    }

    private static MailServerException NotImap(string line, MailEndpoint endpoint)
    {
        var words = ServerAnswers.Presentable(line, []);
        var meaning = ServerAnswers.Read(AnswerStage.Command, null, words);
        return meaning is { Failure: MailFailure.Throttled }
            ? new MailServerException(meaning.Failure, $"{endpoint} turned us away: {meaning.Advice}",
                words)
            { RetryAfter = meaning.RetryAfter, ConnectionLost = true }
            : new MailServerException(MailFailure.Config, $"{endpoint} does not speak IMAP{OtherProtocol(words)}; check `host` and `port`",
                words)
            { ConnectionLost = true };
    }

    private static string OtherProtocol(string words) => words switch
    {
        ['S', 'S', 'H', '-', ..] => " but SSH",
        ['H', 'T', 'T', 'P', '/', ..] => " but HTTP",
        ['+', 'O', 'K', ..] => " but POP3",
        ['2', '2', '0', ..] => " but SMTP or FTP",
        _ => "",
    };
}

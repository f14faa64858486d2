using System.Globalization;
using CrmSync.Worker.MailServers;
using MailKit.Net.Smtp;

namespace CrmSync.Worker.Delivery;

/// <summary>What a submission server's refusal means: for one mail, or for the whole session.</summary>
internal static class SmtpRefusals
{
    private const int ServiceNotAvailable = 421;
    private const int StorageExceeded = 552;

    /// <summary>A server that does not know who we are refuses every recipient, each with words of its own.</summary>
    private static readonly string[] NotForStrangers = ["relay", "authenticat", "must login", "must log in", "login required"];

    /// <summary>The server's code and words, fit to be shown.</summary>
    public static string Show(SmtpCommandException refused) => $"{(int)refused.StatusCode} {Words(refused)}";

    /// <summary>The server's words, fit to be shown.</summary>
    public static string Words(SmtpCommandException refused) => Clean(refused.Message, []);

    /// <summary>
    /// Whether the same mail may be taken later. A full mailbox (RFC 3463, X.2.2) is emptied one day, though many servers refuse it for
    /// good.
    /// </summary>
    public static bool WillPass(SmtpCommandException refused) => (int)refused.StatusCode < 500 || Status(refused.Message) == "5.2.2";

    /// <summary>Whether a recipient was refused because the server does not know us.</summary>
    public static bool IsForStrangers(SmtpCommandException refused) =>
        Array.Exists(NotForStrangers, words => refused.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a sender was refused because of this one mail, its size or its text, and not for every mail.</summary>
    public static bool IsAboutTheMail(SmtpCommandException sender) =>
        (int)sender.StatusCode == StorageExceeded || Status(sender.Message) is ['5', '.', '6', '.', ..] or "5.3.4" or "5.2.3";

    /// <summary>The failure of the session that a refusal stands for.</summary>
    public static MailServerException Read(string what, SmtpCommandException refused) =>
        Read(what, (int)refused.StatusCode, refused.Message, []);

    /// <summary>The failure of the session that a refusal stands for, given as MailKit gives that of a login: <c>535: words</c>.</summary>
    public static MailServerException Read(string what, string refused, IReadOnlyList<string> secrets)
    {
        var parts = refused.Split(": ", 2);
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? Read(what, code, parts[1], secrets)
            : Read(what, (int)SmtpStatusCode.AuthenticationInvalidCredentials, refused, secrets);
    }

    private static MailServerException Read(string what, int code, string text, IReadOnlyList<string> secrets)
    {
        var words = Clean(text, secrets);
        var meaning = ServerAnswers.Read(AnswerStage.Command, null, words);
        var (failure, advice) = code switch
        {
            ServiceNotAvailable when meaning.Failure is MailFailure.Protocol =>
                (MailFailure.Throttled, "the server does not want to talk now"),
            530 when words.Contains("STARTTLS", StringComparison.OrdinalIgnoreCase) =>
                (MailFailure.Config, "the server wants encryption; set `tls`"),
            530 => (MailFailure.Config, "the server wants a login; give `user` and `password`"),
            535 when meaning.Failure is MailFailure.Config => (meaning.Failure, meaning.Advice),
            535 => (MailFailure.Auth, "check user name and password"),
            _ when meaning.Failure is not MailFailure.Protocol => (meaning.Failure, meaning.Advice),
            534 or 538 => (MailFailure.Config, ""),
            >= 400 and < 500 => (MailFailure.Throttled, ""),
            >= 500 => (MailFailure.Permanent, ""),
            _ => (MailFailure.Protocol, ""),
        };
        return new MailServerException(failure, advice.Length > 0 ? $"{what} failed: {advice}" : $"{what} failed", $"{code} {words}")
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = code == ServiceNotAvailable,
        };
    }

    /// <summary>The enhanced status code (RFC 3463) such as <c>5.1.1</c>; empty when the server sent none.</summary>
    private static string Status(string text) =>
        text.Split(' ', 2)[0] is { Length: >= 5 and <= 11 } first && first[1] == '.' && first.All(c => char.IsAsciiDigit(c) || c == '.')
            ? first
            : "";

    private static string Clean(string text, IReadOnlyList<string> secrets) =>
        ServerAnswers.Presentable(text.ReplaceLineEndings(" "), secrets);
}

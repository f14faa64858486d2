using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace CrmSync.Worker.MailServers;

/// <summary>What was being done when a server said no; the same words mean different things at different times.</summary>
public enum AnswerStage
{
    /// <summary>The greeting.</summary>
    Greeting,

    /// <summary>Logging in.</summary>
    Login,

    /// <summary>Opening or asking about one folder.</summary>
    Folder,

    /// <summary>Anything else.</summary>
    Command,
}

/// <summary>What a refusal means.</summary>
/// <param name="Failure">The kind of trouble.</param>
/// <param name="Advice">What to do, as a clause; empty when the kind says it all.</param>
/// <param name="RetryAfter">How long the server asks us to wait, where it says so.</param>
internal sealed record AnswerMeaning(MailFailure Failure, string Advice, Duration? RetryAfter = null);

/// <summary>
/// Reads the refusals of mail servers. Response codes (RFC 5530) come first; the rest is told by words, for servers give no other sign. All
/// patterns are in the one table below; every row has a test with a real sentence.
/// </summary>
internal static partial class ServerAnswers
{
    private static readonly Duration LongestWait = Duration.FromHours(1);

    private static readonly Dictionary<string, AnswerMeaning> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AUTHENTICATIONFAILED"] = new(MailFailure.Auth, "check user name and password"),
        ["AUTHORIZATIONFAILED"] = new(MailFailure.Config, "the login is right but may not open this mailbox; ask for access"),
        ["EXPIRED"] = new(MailFailure.Auth, "the password has expired; set a new one"),
        ["PRIVACYREQUIRED"] = new(MailFailure.Config, "the server wants encryption; set `tls`"),
        ["CONTACTADMIN"] = new(MailFailure.Config, "ask the administrator of the mail server"),
        ["WEBALERT"] = new(MailFailure.Config, "the provider wants you to log in with a browser once"),
        ["UNAVAILABLE"] = new(MailFailure.Throttled, "the server is not available for the moment"),
        ["INUSE"] = new(MailFailure.Throttled, "the mailbox is in use"),
        ["SERVERBUG"] = new(MailFailure.Protocol, "the server reports a fault of its own"),
        ["CLIENTBUG"] = new(MailFailure.Protocol, "the server did not like how it was asked"),
        ["LIMIT"] = new(MailFailure.Throttled, "a limit of the server was reached"),
        ["THROTTLED"] = new(MailFailure.Throttled, "the server asks for fewer requests"),
        ["OVERQUOTA"] = new(MailFailure.Throttled, "a quota of the mailbox is used up"),
        ["NONEXISTENT"] = new(MailFailure.Permanent, "it does not exist (any more)"),
        ["NOPERM"] = new(MailFailure.Permanent, "no permission"),
        ["CANNOT"] = new(MailFailure.Permanent, "the server cannot do this"),
    };

    private static readonly (AnswerStage? Stage, Regex Words, AnswerMeaning Meaning)[] Table =
    [
        // Throttling first: it often hides inside a sentence that speaks of a failed login.
        (null, Like(@"suggested backoff time|is throttled|throttl"), new(MailFailure.Throttled, "the server asks for fewer requests")),
        (
            null,
            Like(
                @"too many (simultaneous |concurrent )?(connections|sessions|logins|login attempts|login "
                    + @"failures|failed|requests|commands|authentication failures|users|errors|messages|mails|recipients)"
            ),
            new(MailFailure.Throttled, "the server asks for fewer connections or requests")),
        (
            null,
            Like(
                @"maximum number of (connections|sessions)|connection limit|user_is_connected_too|mail_max_userip_connections|rate "
                    + @"limit|bandwidth limit|exceeded (command|bandwidth|the rate)"
            ),
            new(MailFailure.Throttled, "a limit of the server was reached")),
        (
            null,
            Like(
                @"intrusion prevention|your ip .{0,40}(blocked|banned)|temporarily (blocked|banned|locked|blacklisted)|login attempts? "
                    + @".{0,20}exceeded|account is temporarily"
            ),
            new(MailFailure.Throttled, "the server has shut us out for a while; nothing is tried for an hour", Duration.FromHours(1))),
        (
            null,
            Like(@"user is authenticated but not connected"),
            new(
                MailFailure.Throttled,
                "Exchange accepted the login but not the mailbox; it passes, or the user lacks rights on this mailbox")),
        // Set up wrongly, although it looks like a wrong password.
        (
            null,
            Like(
                @"application.?specific password|app(lication)?[- ]password|authorized code|weixin token|auth(orization)? "
                    + @"code|two.?factor|2-?step"
            ),
            new(MailFailure.Config, "the provider wants an application password (or authorisation code) instead of the usual one")),
        (
            null,
            Like(
                @"imap (access )?(is )?(disabled|not enabled|not allowed|turned off|blocked)|yet to enable imap|enable imap|imap service "
                    + @"is not|not enabled for imap|lookup failed|protocol is disabled|logondenied-protocol"
            ),
            new(MailFailure.Config, "IMAP is switched off for this mailbox; switch it on at the provider")),
        (
            null,
            Like(@"basic auth(entication)? is disabled|basicauthblocked|logondenied-basicauth"),
            new(MailFailure.Config, "the provider takes no passwords any more; use `oauth`")),
        (
            null,
            Like(
                @"licen[cs]e|mailbox (is )?(unavailable|disabled|inactive|soft.?deleted|not found|has been moved)|on-?premises|account "
                    + @"(is |has been )?(disabled|suspended|locked|deactivated|blocked)|user (is )?disabled|no mailbox|please log ?in "
                    + @"(via|with|to) .{0,40}(browser|web)"
            ),
            new(MailFailure.Config, "the mailbox cannot be used at the moment; ask its administrator")),
        (
            null,
            Like(@"unsafe login"),
            new(MailFailure.Config, "the provider does not know this program; allow IMAP clients in its settings")),
        (
            null,
            Like(
                @"must issue a starttls|starttls (is )?required|encryption (is )?required|ssl (is )?required|plaintext (authentication "
                    + @")?(is )?(disallowed|disabled|not allowed)|(cleartext|clear text) (login|authentication)"
            ),
            new(MailFailure.Config, "the server wants encryption; set `tls`")),
        // Will pass.
        (
            AnswerStage.Login,
            Like(
                @"temporary|temporarily|try again|internal (server )?error|server unavailable|service unavailable|backend|server is "
                    + @"(busy|down)|timed? ?out|not available|overloaded|maintenance|shutting down"
            ),
            new(MailFailure.Throttled, "the server has trouble of its own; the password is not in doubt")),
        (AnswerStage.Greeting, Like(@"."), new(MailFailure.Throttled, "the server does not want to talk now")),
        (
            null,
            Like(
                @"^server unavailable|service (is )?(temporarily )?unavailable|server (is )?(busy|down|shutting down)|internal (server "
                    + @")?error|temporary|temporarily|try again later|\[unavailable\]|server error"
            ),
            new(MailFailure.Throttled, "the server has trouble of its own")),
        // A plain no.
        (AnswerStage.Login, Like(@"."), new(MailFailure.Auth, "check user name and password")),
        (
            null,
            Like(
                @"(invalid|expired) (access )?(token|session)|session (has )?expired|accesstokenexpired|not authenticated|re-?authenticate"
            ),
            new(MailFailure.Auth, "the session has ended; log in again")),
        (
            AnswerStage.Folder,
            Like(
                @"do(es)?( not|n't) exist|no such (mailbox|folder)|unknown (mailbox|folder)|nonexistent|not found|access "
                    + @"denied|permission denied|no permission|not (currently )?selectable|noselect|can'?t open|cannot open|invalid "
                    + @"mailbox|mailbox name|not allowed"
            ),
            new(MailFailure.Permanent, "this folder cannot be opened; it is left out and looked for again later")),
    ];

    /// <summary>What an answer means.</summary>
    /// <param name="stage">What was being done.</param>
    /// <param name="code">The response code without brackets, or null.</param>
    /// <param name="text">The server's words.</param>
    public static AnswerMeaning Read(AnswerStage stage, string? code, string text)
    {
        var hint = Hint(text);
        var meaning = ByCode(stage, code) ?? ByWords(stage, text)
            ?? new AnswerMeaning(stage == AnswerStage.Folder ? MailFailure.Permanent : MailFailure.Protocol, "");
        return hint is null ? meaning : meaning with { RetryAfter = hint };
    }

    /// <summary>
    /// A server's words as they may be stored and shown: one line, at most 300 characters, without control characters and without any of
    /// the secrets.
    /// </summary>
    public static string Presentable(string text, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets)
        {
            if (secret.Length > 0)
                text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        }

        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= 300 ? line : string.Concat(line.AsSpan(0, 297), "...");
    }

    private static AnswerMeaning? ByCode(AnswerStage stage, string? code)
    {
        if (code is null || !Codes.TryGetValue(code, out var meaning))
            return null;

        // A folder that is in use, out of quota or for others is the folder's trouble, not the account's.
        return stage == AnswerStage.Folder && meaning.Failure == MailFailure.Config
            ? meaning with
            {
                Failure = MailFailure.Permanent,
            }
            : meaning;
    }

    private static AnswerMeaning? ByWords(AnswerStage stage, string text)
    {
        foreach (var row in Table)
        {
            if ((row.Stage is null || row.Stage == stage) && row.Words.IsMatch(text))
                return row.Meaning;
        }

        return null;
    }

    private static Duration? Hint(string text)
    {
        var match = BackOff().Match(text);
        if (
            !match.Success || !double.TryParse(match.Groups["n"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
        )
            return null;

        var seconds = match.Groups["unit"].ValueSpan.StartsWith("m", StringComparison.OrdinalIgnoreCase)
            ? match.Groups["unit"].ValueSpan.StartsWith("min", StringComparison.OrdinalIgnoreCase) ? amount * 60 : amount / 1000
            : amount;
        return seconds >= LongestWait.TotalSeconds ? LongestWait : Duration.FromSeconds(seconds);
    }

    private static Regex Like(string pattern) =>
        new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    [GeneratedRegex(
        @"(back-?off time|retry[- ]after|try again "
            + @"(in|after)|wait)\D{0,12}(?<n>\d{1,12})\s*(?<unit>ms|milliseconds?|minutes?|mins?|seconds?|secs?|s)?\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex BackOff();
}

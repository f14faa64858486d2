using CrmSync.Mail.Net;

namespace CrmSync.Mail.Smtp;

/// <summary>One mail to hand over: who it is from and for in the envelope, and its finished bytes.</summary>
/// <param name="From">The address that gets the bounces; empty for mails that must never bounce (RFC 5321 section 4.5.5).</param>
/// <param name="Recipients">Who it is for; at least one.</param>
/// <param name="Content">The message as it goes out: header, empty line, body. Line ends are made CRLF, lines that begin with a dot are
/// protected.</param>
public sealed record SmtpMail(string From, IReadOnlyList<string> Recipients, ReadOnlyMemory<byte> Content)
{
    /// <summary>What the recipients' servers shall report back (RFC 3461), where the server can; null leaves it to the server.</summary>
    public SmtpNotify? Notify { get; init; }

    /// <summary>Comes back in every report about this mail (RFC 3461, ENVID); ASCII. Null for none.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>
    /// Asked when the server has said whom it takes the mail for, somebody at least, and before a byte of it leaves. On false nothing
    /// leaves: those who were accepted are <see cref="SmtpOutcome.Withheld"/>. Costs a round trip a mail, for the content can then not be
    /// announced together with the recipients.
    /// </summary>
    public Func<IReadOnlyList<SmtpRecipientResult>, CancellationToken, Task<bool>>? MayLeave { get; init; }
}

/// <summary>When a delivery report is wanted (RFC 3461 section 4.1).</summary>
public enum SmtpNotify
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When it could not be delivered.</summary>
    Failure,

    /// <summary>When it could not be delivered, and when that takes long.</summary>
    FailureOrDelay,

    /// <summary>In any case.</summary>
    Always,
}

/// <summary>What became of a mail for one recipient.</summary>
public enum SmtpOutcome
{
    /// <summary>The server has taken it over.</summary>
    Accepted,

    /// <summary>Not now; try again later.</summary>
    Temporary,

    /// <summary>Never; trying again is of no use.</summary>
    Permanent,

    /// <summary>
    /// The connection broke after the last byte and before the answer: the mail may have been taken. Sending again may send it twice.
    /// </summary>
    Unknown,

    /// <summary>The server would have taken it, and we did not send it.</summary>
    Withheld,
}

/// <summary>The answer for one recipient.</summary>
/// <param name="Address">The recipient as given.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Code">The reply code, 200 to 599; 0 when there was none.</param>
/// <param name="Answer">The server's words (enhanced status code first, where it sent one), fit to be shown.</param>
public sealed record SmtpRecipientResult(string Address, SmtpOutcome Outcome, int Code, string Answer);

/// <summary>The answers for all recipients of a mail, in the order given.</summary>
public sealed record SmtpResult(IReadOnlyList<SmtpRecipientResult> Recipients)
{
    /// <summary>True when the server took the mail over for everybody.</summary>
    public bool IsAccepted => Recipients.All(recipient => recipient.Outcome == SmtpOutcome.Accepted);
}

/// <summary>A reply of the server.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    public SmtpOutcome Outcome => Code switch
    {
        >= 200 and < 300 => SmtpOutcome.Accepted,

        // A full mailbox (RFC 3463, X.2.2) is emptied one day, though many servers refuse it for good.
        >= 500 when Status is "5.2.2" => SmtpOutcome.Temporary,
        >= 500 => SmtpOutcome.Permanent,
        _ => SmtpOutcome.Temporary,
    };

    /// <summary>The enhanced status code (RFC 3463) such as <c>5.1.1</c>; empty when the server sent none.</summary>
    public string Status =>
        Lines.Count > 0
        && Lines[0].Split(' ', 2)[0] is { Length: >= 5 and <= 11 } first
        && first[1] == '.'
        && first.All(c => char.IsAsciiDigit(c) || c == '.')
            ? first
            : "";

    public string Text => string.Join(' ', Lines);

    /// <summary>What kind of trouble a refusal is, when it concerns the session and not one recipient.</summary>
    public MailFailure Failure => Code switch
    {
        530 or 534 or 538 => MailFailure.Config,
        535 => MailFailure.Auth,
        >= 400 and < 500 => MailFailure.Throttled,
        >= 500 => MailFailure.Permanent,
        _ => MailFailure.Protocol,
    };
}

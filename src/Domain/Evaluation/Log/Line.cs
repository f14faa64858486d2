using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>What a line means to the policy.</summary>
internal enum LineKind : byte
{
    /// <summary>Mail that counts for nothing; it may still be the mail another one answers.</summary>
    Other,
    HumanIn,
    HumanOut,

    /// <summary>One of us pasted a mail from outside into one that stays inside the firm: it asks, and is nothing else.</summary>
    Forward,
    Mass,
    Meeting,
    Command,
    Call,
}

/// <summary>A recipient outside.</summary>
internal readonly record struct Recipient(ContactNode Contact, ParticipantRole Role, long Bounced);

/// <summary>
/// One interaction as the evaluation reads it: numbers, references and the few strings sentences need. Times are ticks since the Unix
/// epoch.
/// </summary>
internal sealed class Line(string id)
{
    public string Id { get; } = id;

    public LineKind Kind { get; set; }

    /// <summary>As the log has it; see <see cref="Order.At"/> for the time that counts.</summary>
    public long At { get; set; }

    public long Seen { get; set; }

    public string? Subject { get; set; }

    public IReadOnlyList<string> Reasons { get; set; } = [];

    /// <summary>Of a forward: what was pasted.</summary>
    public ForwardedRequest? Forwarded { get; set; }

    /// <summary>Of mail that counts for nothing and of calls: whether it came from outside.</summary>
    public bool Inbound { get; set; }

    /// <summary>Of an automatic answer: when its author is back.</summary>
    public ReturnNotice? Return { get; set; }

    /// <summary>Of an automatic answer: that its author has left.</summary>
    public DepartureNotice? Departure { get; set; }

    /// <summary>Which address its author has from now on.</summary>
    public AddressNotice? Moved { get; set; }

    /// <summary>Of an automatic answer that says something of its author: their primary address.</summary>
    public EmailAddress? Author { get; set; }

    /// <summary>Of mail that counts for nothing: those outside who are named in it. They are no contacts for that.</summary>
    public EmailAddress[] Named { get; set; } = [];

    public bool Acknowledgement { get; set; }

    public bool Question { get; set; }

    /// <summary>Bcc to the <c>+chase</c> address: a reply is expected even without a question.</summary>
    public bool ReplyExpected { get; set; }

    public bool UsInTo { get; set; }

    public bool UsInCc { get; set; }

    public ThreadNode? Thread { get; set; }

    /// <summary>The author of an inbound mail; the contact of a command.</summary>
    public ContactNode? Contact { get; set; }

    /// <summary>Who of us wrote, organised or commanded: an index into <c>people</c>, or -1.</summary>
    public int Person { get; set; } = -1;

    /// <summary>Whether only Reply-To says who wrote an inbound mail.</summary>
    public bool IsByReplyTo { get; set; }

    /// <summary>Recipients outside; of a meeting, the outsiders who did not decline.</summary>
    public Recipient[] Outsiders { get; set; } = [];

    /// <summary>Contacts to whom an answer may go as well.</summary>
    public ContactNode[] ReplyTo { get; set; } = [];

    /// <summary>Others outside who were merely named.</summary>
    public ContactNode[] Bystanders { get; set; } = [];

    /// <summary>Our people who took part, by index into <c>people</c>; of a mail also those addressed.</summary>
    public int[] Ours { get; set; } = [];

    /// <summary>Accounts of ours that took part, by address: for coverage.</summary>
    public string[] OurAddresses { get; set; } = [];

    public string[] Markers { get; set; } = [];

    public string[] Phrases { get; set; } = [];

    /// <summary>What the policy looks for in subjects and found in one that is not kept.</summary>
    public string[] SubjectPhrases { get; set; } = [];

    /// <summary>Those To and Cc addresses that the policy asks for in <c>to:</c>.</summary>
    public string[] SentTo { get; set; } = [];

    public string? MessageId { get; set; }

    public string? InReplyTo { get; set; }

    /// <summary>The mail this one answers, once it is known.</summary>
    public Line? Parent { get; set; }

    public Line? FirstChild { get; set; }

    public Line? NextSibling { get; set; }

    /// <summary>The latest time this mail or any mail it answers, directly or not, bears.</summary>
    public long LatestOfAncestors { get; set; }

    /// <summary>Whether its time or place in the order may depend on the mail it answers.</summary>
    public bool Entangled => Parent is not null && Parent.LatestOfAncestors >= At;

    /// <summary>The end of a meeting or a call.</summary>
    public long End { get; set; }

    /// <summary>When a meeting was cancelled before its end, or never.</summary>
    public long Cancelled { get; set; } = long.MaxValue;

    /// <summary>Whether a meeting or a call is of the sort that counts once it is over.</summary>
    public bool Counts { get; set; }

    /// <summary>Whether they called and nobody of us answered.</summary>
    public bool IsMissedCall { get; set; }

    /// <summary>Whether one of us organised the meeting.</summary>
    public bool OrganisedByUs { get; set; }

    public CommandFacts? Command { get; set; }

    /// <summary>The end of a snooze.</summary>
    public long SnoozedUntil { get; set; }

    /// <summary>When we learned that a command was taken back; from then on it is as if it had never been said.</summary>
    public long UndoneAt { get; set; } = long.MaxValue;

    /// <summary>Whether it tells something that is proposed to whoever looks after its author.</summary>
    public bool IsProposing => Departure is not null || Moved is not null;

    /// <summary>What a command says; null for everything else.</summary>
    public CommandVerb? Verb => Command?.Verb;

    /// <summary>Inbound before meeting before outbound, at the same time.</summary>
    public int Rank => Kind switch { LineKind.HumanIn => 0, LineKind.Meeting or LineKind.Call => 1, LineKind.Command => 3, _ => 2 };

    /// <summary>
    /// Whether it is sure enough who wrote an inbound mail to end what waits for them: anybody can name a customer in a form, so From must
    /// say so, or have said so in another mail.
    /// </summary>
    public bool IsProven(View view) => !IsByReplyTo || Contact is { } author && History.Compute(view, author).HasWritten;

    public bool IsMail => Kind <= LineKind.Mass;
}

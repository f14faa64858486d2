using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

public enum InteractionKind
{
    Mail,
    Meeting,
    Command,
    Call,
}

/// <summary>The class of a mail (policy-language.md section 6). Meetings, calls and commands have none.</summary>
public enum InteractionClass
{
    Self,
    Calendar,
    Auto,
    Bulk,
    Mass,
    Internal,
    Human,
}

public enum MeetingStatus
{
    Held,
    Booked,
    Cancelled,
    Declined,
}

/// <summary>
/// One line of the contact log: facts from the sources plus what the configuration makes of them (class, direction, thread, markers), which
/// is derived anew when the configuration changes.
/// </summary>
public sealed record Interaction
{
    /// <summary>Derived from the identity: equal on every database and in every run.</summary>
    public required string Id { get; init; }

    public required InteractionKind Kind { get; init; }

    /// <summary>When it happened. Of a meeting: its start.</summary>
    public required Instant At { get; init; }

    /// <summary>
    /// When we learned of it; equal to <see cref="At"/> for what was there when an account was read for the first time. It exists for the
    /// policy from this moment on.
    /// </summary>
    public required Instant Seen { get; init; }

    /// <summary>The class of a mail; null for meetings, calls and commands.</summary>
    public InteractionClass? Class { get; init; }

    public Direction? Direction { get; init; }

    /// <summary>Why it got its class, in words.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public string? Subject { get; init; }

    /// <summary>The thread of a mail (the id of its earliest mail); null for what is not mail.</summary>
    public string? Thread { get; init; }

    /// <summary>The normalised Message-ID of a mail, without angle brackets.</summary>
    public string? MessageId { get; init; }

    /// <summary>The Message-ID of the mail this one answers.</summary>
    public string? InReplyTo { get; init; }

    public IReadOnlyList<Participant> Participants { get; init; } = [];

    /// <summary>The names of every account it was seen in, in ordinal order.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>The excerpt as kept for people, or null when the configuration keeps none.</summary>
    public string? Text { get; init; }

    /// <summary>Whether the own text holds a <c>?</c> outside of URLs.</summary>
    public bool Question { get; init; }

    /// <summary>Whether the mail only acknowledges (policy-language.md section 6).</summary>
    public bool Acknowledgement { get; init; }

    /// <summary>How many attachments, inline pictures not counted.</summary>
    public int Attachments { get; init; }

    /// <summary>The names of the configured markers the mail carries, in ordinal order.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>
    /// The configured phrases found in the whole own text or the subject (lower case), for <c>text_has</c> and <c>subject_has</c>; kept
    /// though the text is dropped.
    /// </summary>
    public IReadOnlyList<string> Phrases { get; init; } = [];

    /// <summary>The texts of <c>subject_has</c> found in a subject that is not kept, because its thread is private.</summary>
    public IReadOnlyList<string> SubjectPhrases { get; init; } = [];

    /// <summary>What of a mail's text tells about people and counts.</summary>
    public Learned Learned { get; init; } = Learned.Nothing;

    /// <summary>Which of our people it says are away (policy-language.md section 4).</summary>
    public IReadOnlyList<OwnAbsence> Away { get; init; } = [];

    /// <summary>Of a meeting; null otherwise.</summary>
    public MeetingFacts? Meeting { get; init; }

    /// <summary>Of a call; null otherwise.</summary>
    public CallFacts? Call { get; init; }

    /// <summary>Of a command; null otherwise.</summary>
    public CommandFacts? Command { get; init; }

    /// <summary>
    /// The author as settled by policy-language.md section 6 (Reply-To of a no-reply sender, else From); null when the mail names none.
    /// </summary>
    public EmailAddress? Author { get; init; }

    /// <summary>Whether somebody took part in it, in whatever role.</summary>
    public bool IsWith(EmailAddress person) => Participants.Any(one => one.Address == person);

    /// <summary>
    /// Whether Reply-To alone says who wrote it: such a mail opens promises, but ends no wait and opens no case unless that address has
    /// written to us under its own From.
    /// </summary>
    public bool IsAuthorByReplyTo { get; init; }
}

public enum ParticipantRole
{
    From,
    To,
    Cc,
    Bcc,
    ReplyTo,
    Organizer,
    Attendee,
}

public enum MeetingResponse
{
    Unknown,
    Accepted,
    Tentative,
    Declined,
}

/// <summary>Somebody who took part in an interaction, in one role.</summary>
/// <param name="Address">Their address.</param>
/// <param name="Name">The display name as written, or null.</param>
/// <param name="Role">In which role.</param>
/// <param name="Internal">Whether the configuration counts the address as ours.</param>
/// <param name="Response">Their answer to a meeting; null for mail.</param>
/// <param name="Bounced">When we learned that the mail did not reach them; null if it did, as far as we know.</param>
public sealed record Participant(
    EmailAddress Address,
    string? Name,
    ParticipantRole Role,
    bool Internal,
    MeetingResponse? Response = null,
    Instant? Bounced = null);

/// <summary>What calendars say of one meeting occurrence.</summary>
public sealed record MeetingFacts
{
    /// <summary>The clean UID of the series or single meeting (RFC 5545 section 3.8.4.7).</summary>
    public required string Uid { get; init; }

    /// <summary>The recurrence id in UTC, or null for a single meeting.</summary>
    public Instant? Occurrence { get; init; }

    public required Instant Start { get; init; }

    /// <summary>The exclusive end.</summary>
    public required Instant End { get; init; }

    public bool AllDay { get; init; }

    /// <summary>Whether calendars say it is cancelled, and since when; a cancel stamped after the end changes nothing.</summary>
    public Instant? CancelledAt { get; init; }

    /// <summary>The status at <paramref name="now"/> (policy-language.md section 6, "meeting").</summary>
    public MeetingStatus StatusAt(Instant now, IReadOnlyList<Participant> participants)
    {
        if (CancelledAt < End)
            return MeetingStatus.Cancelled;

        var ours = participants.Any(p => p.Internal && p.Response != MeetingResponse.Declined);
        var theirs = participants.Any(p => !p.Internal && p.Response != MeetingResponse.Declined);
        if (!ours || (!theirs && participants.Any(p => !p.Internal)))
            return MeetingStatus.Declined;

        return End <= now ? MeetingStatus.Held : MeetingStatus.Booked;
    }
}

/// <summary>What a member of staff told CrmSync to do (policy-language.md section 6, "Commands").</summary>
/// <param name="By">Who said it.</param>
/// <param name="Verb">What.</param>
public sealed record CommandFacts(EmailAddress By, CommandVerb Verb)
{
    /// <summary>The thread, meeting or contact of the item it is about, or null.</summary>
    public string? About { get; init; }

    public EmailAddress? Contact { get; init; }

    /// <summary>The end of a snooze.</summary>
    public Instant? Until { get; init; }

    public string? Tag { get; init; }

    /// <summary>The rule the command is limited to, or null for all.</summary>
    public string? Rule { get; init; }

    public string? Text { get; init; }

    /// <summary>The id of the person to whom an item is given.</summary>
    public string? To { get; init; }

    /// <summary>The id of the item that is given, or null for every item it may mean.</summary>
    public string? Item { get; init; }

    /// <summary>The other address of the contact that <c>same</c> says is one person.</summary>
    public EmailAddress? Other { get; init; }

    /// <summary>The id of the mail that said it: what one mail said is taken back together.</summary>
    public string? Mail { get; init; }

    /// <summary>The ids of the lines that are taken back.</summary>
    public IReadOnlyList<string> Undoes { get; init; } = [];
}

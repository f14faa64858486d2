using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>What a calendar message in a mail wants (RFC 5546 section 3.2); every other method is a file somebody attached.</summary>
public enum InvitationMethod
{
    Request,
    Reply,
    Cancel,
    Counter,
}

/// <summary>
/// One calendar message that came, or went, by mail (RFC 6047): an invitation, an answer, a cancellation or a counter-proposal.
/// </summary>
public sealed record InvitationMail
{
    public required InvitationMethod Method { get; init; }

    /// <summary>The account the mail lies in.</summary>
    public required string Account { get; init; }

    /// <summary>The addresses in From and Sender of the mail.</summary>
    public required IReadOnlyList<EmailAddress> Senders { get; init; }

    /// <summary>When the mail came or went.</summary>
    public required Instant At { get; init; }

    /// <summary>The clean UID of the meeting it is about.</summary>
    public required string Uid { get; init; }

    /// <summary>The one occurrence it is about, in UTC; null for the whole series or a single meeting.</summary>
    public Instant? Occurrence { get; init; }

    /// <summary>Where it tells only the day of that occurrence: when the day begins (<see cref="MeetingCopy.OccurrenceDay"/>).</summary>
    public Instant? OccurrenceDay { get; init; }

    /// <summary>Whether it is about all later occurrences too.</summary>
    public bool ThisAndFuture { get; init; }

    public int Sequence { get; init; }

    /// <summary>DTSTAMP; null if absent, then <see cref="At"/> counts.</summary>
    public Instant? Stamp { get; init; }

    /// <summary>The organiser it names.</summary>
    public NamedAddress? Organizer { get; init; }

    /// <summary>Who acts for the organiser, or in a reply for the attendee (SENT-BY).</summary>
    public EmailAddress? SentBy { get; init; }

    /// <summary>The people it names: those invited; in a reply the one who answers; in a cancellation those it is cancelled for.</summary>
    public IReadOnlyList<Invitee> Invitees { get; init; } = [];

    /// <summary>In a reply of somebody the meeting was handed on to: who handed it on.</summary>
    public EmailAddress? DelegatedFrom { get; init; }

    /// <summary>Whether it says STATUS:CANCELLED. A cancellation that does not may only take some people off the list.</summary>
    public bool SaysCancelled { get; init; }

    /// <summary>
    /// In an invitation: the meetings it invites to, the occurrences of a series written out as far as <see cref="Rule"/> says.
    /// </summary>
    public IReadOnlyList<MeetingCopy> Meetings { get; init; } = [];

    /// <summary>Of a series that goes on beyond what is written out; null for all else.</summary>
    public SeriesRule? Rule { get; init; }

    /// <summary>The zone the meeting is planned in, to move later occurrences by wall time.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    public string Series => MeetingKey.Series(Uid, Organizer?.Address);

    /// <summary>When it was written, as far as it says.</summary>
    public Instant WrittenAt => Stamp ?? At;
}

/// <summary>When a series goes on, so that it can be written out further as time moves on.</summary>
/// <param name="Written">Its start, length, rules and dates as iCalendar; neither people nor words.</param>
/// <param name="Until">Occurrences that begin before this are written out.</param>
/// <param name="Model">The occurrence, one of those written out, that further ones are like.</param>
public sealed record SeriesRule(string Written, Instant Until, Instant Model);

/// <summary>A calendar message that changes nothing, and why, in words.</summary>
public sealed record RefusedInvitation(InvitationMail Mail, string Reason);

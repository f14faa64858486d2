using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>Somebody who takes part in a meeting, as all copies together tell it.</summary>
public sealed record MeetingPerson(EmailAddress Address, string? Name, bool Organizer, MeetingResponse Response);

/// <summary>One meeting, or one occurrence of a series, merged from everything known of it.</summary>
public sealed record MeetingLine
{
    public required MeetingKey Key { get; init; }

    /// <summary>The UID as the best copy writes it.</summary>
    public required string Uid { get; init; }

    public required Instant Start { get; init; }

    /// <summary>The exclusive end.</summary>
    public required Instant End { get; init; }

    public bool AllDay { get; init; }

    public string? Subject { get; init; }

    /// <summary>
    /// Since when it is cancelled; null if it is not. A moment after <see cref="End"/> changes nothing
    /// (<see cref="MeetingFacts.StatusAt"/>).
    /// </summary>
    public Instant? CancelledAt { get; init; }

    /// <summary>The organiser first, then by address; rooms and equipment are not among them.</summary>
    public required IReadOnlyList<MeetingPerson> People { get; init; }

    /// <summary>The accounts it was seen in, in ordinal order.</summary>
    public required IReadOnlyList<string> Accounts { get; init; }

    /// <summary>
    /// When we learned of it: the earliest harvest that showed it, but not after its start where it was there from the first.
    /// </summary>
    public required Instant Seen { get; init; }

    /// <summary>What the reader should know about how sure this is, in words.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public string Id => Key.LineId;

    /// <summary>
    /// By what a copy under another UID is looked for: time and bare title, as a number no word can be read from; null without a title.
    /// </summary>
    public string? Slot => Subjects.Collapse(Subjects.Strip(Subject).Bare).ToLowerInvariant() is { Length: > 0 } title
        ? StableHash.Print(
            StableHash.Compute(
                "slot",
                Start.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                End.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                title),
            20)
        : null;

    /// <summary>Who is invited by the copies themselves, the organizer among them; whose calendars they stand in is not.</summary>
    internal IReadOnlyCollection<EmailAddress> Invited { get; init; } = [];

    /// <summary>Which of our people it says are away.</summary>
    public IReadOnlyList<OwnAbsence> Away { get; init; } = [];

    /// <summary>Where its best copy comes from.</summary>
    internal CopyRank Rank { get; init; }

    /// <summary>The line of the contact log.</summary>
    public Interaction ToInteraction(InternalAddresses ours)
    {
        ArgumentNullException.ThrowIfNull(ours);
        var participants = People
            .Select(person => new Participant(
                person.Address,
                person.Name,
                person.Organizer ? ParticipantRole.Organizer : ParticipantRole.Attendee,
                ours.Contains(person.Address),
                person.Response))
            .ToList();
        return new Interaction
        {
            Id = Id,
            Kind = InteractionKind.Meeting,
            At = Start,
            Seen = Seen,
            Direction = DirectionFrom(participants),
            Subject = Subject,
            Participants = participants,
            Accounts = Accounts,
            Reasons = Reasons,
            Away = CancelledAt < End ? [] : Away,
            Meeting = new MeetingFacts
            {
                Uid = Uid,
                Occurrence = Key.Occurrence,
                Start = Start,
                End = End,
                AllDay = AllDay,
                CancelledAt = CancelledAt,
            },
        };
    }

    /// <summary>Outbound is what we called together, inbound what others did.</summary>
    private static Direction DirectionFrom(List<Participant> participants)
    {
        if (participants.TrueForAll(person => person.Internal))
            return Direction.Internal;
        return participants.Find(person => person.Role == ParticipantRole.Organizer) is { Internal: false }
            ? Direction.Inbound
            : Direction.Outbound;
    }
}

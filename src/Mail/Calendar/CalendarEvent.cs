using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>STATUS of an event (RFC 5545 section 3.8.1.11).</summary>
public enum EventStatus
{
    /// <summary>Not said; a calendar takes it as confirmed.</summary>
    None,
    Tentative,
    Confirmed,
    Cancelled,
}

/// <summary>CLASS of an event (RFC 5545 section 3.8.1.3). What is written and not known is private, as the standard asks.</summary>
public enum EventClass
{
    Public,
    Private,
    Confidential,
}

/// <summary>PARTSTAT of an attendee (RFC 5545 section 3.2.12). What is written and not known is <see cref="NeedsAction"/>.</summary>
public enum ParticipationStatus
{
    NeedsAction,
    Accepted,
    Declined,
    Tentative,
    Delegated,
}

/// <summary>ROLE of an attendee (RFC 5545 section 3.2.16).</summary>
public enum AttendeeRole
{
    Required,
    Chair,
    Optional,
    NonParticipant,
}

/// <summary>CUTYPE of an attendee (RFC 5545 section 3.2.3).</summary>
public enum AttendeeKind
{
    Individual,
    Group,
    Resource,
    Room,
    Unknown,
}

/// <summary>The person who called the meeting. <paramref name="Address"/> is null when the calendar names no mail address.</summary>
public sealed record CalendarOrganizer(string? Address, string? Name = null, string? SentBy = null);

/// <summary>Somebody, or something, invited. <paramref name="Address"/> is null when the calendar names no mail address.</summary>
public sealed record CalendarAttendee(string? Address, string? Name = null)
{
    public ParticipationStatus Status { get; init; }

    public AttendeeRole Role { get; init; }

    public AttendeeKind Kind { get; init; }

    /// <summary>Who speaks for this attendee (SENT-BY); null if nobody else does.</summary>
    public string? SentBy { get; init; }

    /// <summary>Addresses this attendee handed the meeting on to.</summary>
    public IReadOnlyList<string> DelegatedTo { get; init; } = [];

    /// <summary>Addresses this attendee has the meeting from.</summary>
    public IReadOnlyList<string> DelegatedFrom { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(CalendarAttendee? other) =>
        other is not null
        && Address == other.Address
        && Name == other.Name
        && Status == other.Status
        && Role == other.Role
        && Kind == other.Kind
        && SentBy == other.SentBy
        && DelegatedTo.SequenceEqual(other.DelegatedTo)
        && DelegatedFrom.SequenceEqual(other.DelegatedFrom);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, Name, Status, Role, Kind, SentBy);
}

/// <summary>An additional date of a series (RDATE); <paramref name="Length"/> only when it is a period with a length of its own.</summary>
public sealed record RecurrenceDate(CalendarTime Start, Duration? Length = null);

/// <summary>
/// One VEVENT (RFC 5545 section 3.6.1): a single event, the master of a series (it has rules or dates), or the changed occurrence of a
/// series (it has a <see cref="RecurrenceId"/>). Group them with <see cref="EventSeries.Group"/>.
/// </summary>
public sealed record CalendarEvent
{
    /// <summary>The whole UID, unwrapped and without the date of an occurrence (<see cref="MeetingUid"/>). Never empty.</summary>
    public required string Uid { get; init; }

    /// <summary>Whether the calendar gave no UID and <see cref="Uid"/> was made from the event's own content.</summary>
    public bool UidIsDerived { get; init; }

    /// <summary>Which occurrence of the series this event changes; null for a single event and for the master.</summary>
    public CalendarTime? RecurrenceId { get; init; }

    /// <summary>
    /// Whether only the day of the occurrence is known, and not its time: RECURRENCE-ID is a DATE of a meeting that has a time, or the day
    /// stood in an object id of Outlook.
    /// </summary>
    public bool OnlyDayIsKnown => RecurrenceId is { IsDate: true } && (!Start.IsDate || StartIsMissing);

    /// <summary>
    /// The moment of the occurrence that is changed. Where only its day is known, the time of day the change has: most changes keep it.
    /// </summary>
    public Instant? LikelyOccurrence =>
        !OnlyDayIsKnown || StartIsMissing ? RecurrenceId?.Instant
        : Start.Kind == CalendarTimeKind.Utc && IsNearItsDay ? Start.Instant
        : Start.At(RecurrenceId!.Date + Start.Local.TimeOfDay).Instant;

    /// <summary>Whether a start in UTC may be on the day of the occurrence somewhere on earth.</summary>
    private bool IsNearItsDay =>
        Start.Instant > RecurrenceId!.Instant - Duration.FromHours(14) && Start.Instant < RecurrenceId.Instant + Duration.FromHours(36);

    /// <summary>When the day of the occurrence begins, where only that is known.</summary>
    public Instant? OccurrenceDay => OnlyDayIsKnown ? Start.At(RecurrenceId!.Local).Instant : null;

    /// <summary>Whether the change holds for all later occurrences too (RANGE=THISANDFUTURE).</summary>
    public bool ThisAndFuture { get; init; }

    /// <summary>SEQUENCE, 0 to 2,147,483,647; what lies outside is clamped.</summary>
    public int Sequence { get; init; }

    /// <summary>DTSTAMP; one without zone is read as UTC. Null if absent.</summary>
    public Instant? Stamp { get; init; }

    /// <summary>LAST-MODIFIED; null if absent.</summary>
    public Instant? LastModified { get; init; }

    /// <summary>When it begins.</summary>
    public required CalendarTime Start { get; init; }

    /// <summary>When it ends, exclusive; never before <see cref="Start"/>.</summary>
    public required CalendarTime End { get; init; }

    /// <summary>
    /// Whether it has no time of its own, as a REPLY or CANCEL may: <see cref="Start"/> and <see cref="End"/> are then only the occurrence
    /// it speaks of, or the moment it was written.
    /// </summary>
    public bool StartIsMissing { get; init; }

    /// <summary>
    /// DURATION as written, when there was one and no DTEND: its days and weeks are days on the calendar, not 24 hours. Null otherwise.
    /// </summary>
    public Period? WrittenDuration { get; init; }

    /// <summary>Whether it takes whole days: it begins with a date, or Outlook's all-day flag is set.</summary>
    public bool AllDay { get; init; }

    public EventStatus Status { get; init; }

    public EventClass Class { get; init; }

    /// <summary>Its categories, without escapes.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether it leaves its people free (TRANSP:TRANSPARENT, or Outlook's busy status FREE).</summary>
    public bool Transparent { get; init; }

    /// <summary>How it shows the time it takes: by TRANSP, STATUS, Outlook's busy status or Nextcloud's mark.</summary>
    public ShownAs ShownAs { get; init; }

    /// <summary>SUMMARY, without escapes; null if absent or empty.</summary>
    public string? Summary { get; init; }

    /// <summary>LOCATION, without escapes; null if absent or empty.</summary>
    public string? Location { get; init; }

    /// <summary>ORGANIZER; null if absent. Of several the first with an address.</summary>
    public CalendarOrganizer? Organizer { get; init; }

    public IReadOnlyList<CalendarAttendee> Attendees { get; init; } = [];

    public IReadOnlyList<RecurrenceRule> Rules { get; init; } = [];

    /// <summary>EXRULE: rules of occurrences left out (RFC 2445; still written by some).</summary>
    public IReadOnlyList<RecurrenceRule> ExceptionRules { get; init; } = [];

    public IReadOnlyList<RecurrenceDate> Dates { get; init; } = [];

    /// <summary>EXDATE: occurrences left out.</summary>
    public IReadOnlyList<CalendarTime> ExceptionDates { get; init; } = [];

    /// <summary>Whether it stands for more than one occurrence.</summary>
    public bool Recurs => Rules.Count > 0 || Dates.Count > 0;

    /// <summary>Whether the zone of its start or end had to be assumed.</summary>
    public bool ZoneIsUncertain => Start.Zone.Uncertain || End.Zone.Uncertain;

    /// <inheritdoc/>
    public bool Equals(CalendarEvent? other) =>
        other is not null
        && Uid == other.Uid
        && UidIsDerived == other.UidIsDerived
        && Equals(RecurrenceId, other.RecurrenceId)
        && ThisAndFuture == other.ThisAndFuture
        && Sequence == other.Sequence
        && Stamp == other.Stamp
        && LastModified == other.LastModified
        && Start == other.Start
        && End == other.End
        && Equals(WrittenDuration, other.WrittenDuration)
        && AllDay == other.AllDay
        && Status == other.Status
        && Class == other.Class
        && Transparent == other.Transparent
        && ShownAs == other.ShownAs
        && Summary == other.Summary
        && Location == other.Location
        && Equals(Organizer, other.Organizer)
        && Attendees.SequenceEqual(other.Attendees)
        && Rules.SequenceEqual(other.Rules)
        && ExceptionRules.SequenceEqual(other.ExceptionRules)
        && Dates.SequenceEqual(other.Dates)
        && ExceptionDates.SequenceEqual(other.ExceptionDates);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uid, RecurrenceId, Sequence, Start, End, Summary);
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>Where a copy of a meeting comes from, best first: what the better one says of time, title and cancellation holds.</summary>
public enum CopyRank
{
    /// <summary>The calendar of whoever called the meeting.</summary>
    OrganizerCalendar,

    /// <summary>The calendar of somebody invited.</summary>
    AttendeeCalendar,

    /// <summary>An invitation that came by mail.</summary>
    Invitation,
}

/// <summary>Somebody invited to a meeting.</summary>
/// <param name="Address">Their address.</param>
/// <param name="Name">The display name as written, or null.</param>
/// <param name="Response">Their answer as this copy knows it.</param>
/// <param name="Room">Whether it is a room, a piece of equipment or invited as no participant, and so nobody.</param>
public sealed record Invitee(
    EmailAddress Address,
    string? Name = null,
    MeetingResponse Response = MeetingResponse.Unknown,
    bool Room = false);

/// <summary>What one account knows of one meeting, or of one occurrence of a series.</summary>
public sealed record MeetingCopy
{
    /// <summary>The clean UID of the series or single meeting.</summary>
    public required string Uid { get; init; }

    /// <summary>
    /// How listings name the series (<see cref="MeetingKey.Name"/>) where the UID is no longer the one it was read with; null where it
    /// is.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The recurrence id in UTC; null for a single meeting.</summary>
    public Instant? Occurrence { get; init; }

    /// <summary>
    /// Where only the day of the occurrence was told: when that day begins. <see cref="Occurrence"/> is then what is likely, and the
    /// occurrence of that day that others know is meant.
    /// </summary>
    public Instant? OccurrenceDay { get; init; }

    /// <summary>
    /// Of an occurrence that this copy of the series leaves out (EXDATE): since when; null for a meeting. Without another copy it is no
    /// meeting.
    /// </summary>
    public Instant? LeftOutAt { get; init; }

    /// <summary>The name of the account it was read in.</summary>
    public required string Account { get; init; }

    /// <summary>Whose calendar it is; null when that is not known.</summary>
    public EmailAddress? Owner { get; init; }

    /// <summary>Whether it comes from an invitation in mail, and not from a calendar.</summary>
    public bool Invitation { get; init; }

    /// <summary>How often the organiser has changed the meeting in earnest (RFC 5545 section 3.8.7.4).</summary>
    public int Sequence { get; init; }

    /// <summary>When this version was written; null if it does not say.</summary>
    public Instant? Stamp { get; init; }

    public required Instant Start { get; init; }

    /// <summary>The exclusive end.</summary>
    public required Instant End { get; init; }

    public bool AllDay { get; init; }

    public string? Subject { get; init; }

    public NamedAddress? Organizer { get; init; }

    public IReadOnlyList<Invitee> Invitees { get; init; } = [];

    /// <summary>Since when it is cancelled; null if it is not.</summary>
    public Instant? CancelledAt { get; init; }

    /// <summary>Whether it is marked private or confidential: then nothing of this copy is used (policy-language.md section 5).</summary>
    public bool Private { get; init; }

    /// <summary>The categories it bears in this calendar; not kept.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>
    /// How the calendar shows the time; null where that cannot mean that its owner is away, and in a calendar that is not theirs alone.
    /// </summary>
    public ShownTime? Shown { get; init; }

    /// <summary>Whether the time rests on a zone that had to be assumed.</summary>
    public bool TimeIsUncertain { get; init; }

    /// <summary>When this account first showed the meeting.</summary>
    public required Instant FirstSeen { get; init; }

    /// <summary>Whether it was there already when the account was read for the first time.</summary>
    public bool Backlog { get; init; }

    /// <summary>When this account last showed the meeting.</summary>
    public required Instant LastSeen { get; init; }

    public MeetingKey Key => MeetingKey.From(Uid, Organizer?.Address, Occurrence);

    public CopyRank Rank => Invitation ? CopyRank.Invitation
        : Owner is not null && (Organizer is null || Organizer.Address == Owner) ? CopyRank.OrganizerCalendar
        : CopyRank.AttendeeCalendar;

    /// <inheritdoc/>
    public bool Equals(MeetingCopy? other) =>
        other is not null && CopyOrder.Instance.Compare(this, other) == 0 && FirstSeen == other.FirstSeen && LastSeen == other.LastSeen;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Uid, Occurrence, Account, Start, Sequence, Stamp);
}

/// <summary>
/// Puts copies of one meeting in order, the one to believe first: better rank, then newer version, then not cancelled (who removes a
/// meeting only for himself does not raise its version), then by everything else, so that the order never depends on which came first.
/// </summary>
internal sealed class CopyOrder : IComparer<MeetingCopy>
{
    public static CopyOrder Instance { get; } = new();

    public int Compare(MeetingCopy? x, MeetingCopy? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return First(
            x.Rank.CompareTo(y.Rank),
            y.Sequence.CompareTo(x.Sequence),
            Nullable.Compare(y.Stamp, x.Stamp),
            Nullable.Compare(x.CancelledAt, y.CancelledAt),
            string.CompareOrdinal(x.Account, y.Account),
            string.CompareOrdinal(x.Uid, y.Uid),
            Nullable.Compare(x.Occurrence, y.Occurrence),
            Nullable.Compare(x.OccurrenceDay, y.OccurrenceDay),
            Nullable.Compare(x.LeftOutAt, y.LeftOutAt),
            x.Start.CompareTo(y.Start),
            x.End.CompareTo(y.End),
            string.CompareOrdinal(x.Subject, y.Subject),
            x.AllDay.CompareTo(y.AllDay),
            x.Private.CompareTo(y.Private),
            x.Backlog.CompareTo(y.Backlog),
            x.TimeIsUncertain.CompareTo(y.TimeIsUncertain),
            string.CompareOrdinal(x.Owner?.Value, y.Owner?.Value),
            string.CompareOrdinal(People(x), People(y)),
            string.CompareOrdinal(x.Shown?.ToString(), y.Shown?.ToString()));
    }

    private static string People(MeetingCopy copy) =>
        $"{copy.Organizer}|{string.Join('|', copy.Invitees)}";

    private static int First(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
                return comparison;
        }

        return 0;
    }
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using CrmSync.Mail.Text;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>Says in the words of the log what a calendar says.</summary>
/// <param name="account">The name of the account.</param>
/// <param name="owner">Whose calendar it is; null when that is not known.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class MeetingTranslation(string account, EmailAddress? owner, Instant now)
{
    /// <summary>An entry shorter than this takes nobody's day.</summary>
    private static readonly Duration ShortestDay = Duration.FromHours(4);

    /// <summary>The time of the harvest.</summary>
    public Instant Now => now;

    /// <summary>The name of a series: what all its occurrences share.</summary>
    public static string Series(EventSeries series) => MeetingKey.Series(series.Uid, ParseAddress(Any(series).Organizer?.Address));

    /// <summary>
    /// The meetings of a series within a window. Those marked private are among them without title and people: they are not kept, but
    /// whoever knew them before they were must be told (policy-language.md section 5).
    /// </summary>
    /// <param name="series">As the calendar holds it.</param>
    /// <param name="window">Half-open.</param>
    /// <param name="bounds">How many there may be.</param>
    /// <param name="backlog">Whether it was there when the account was first read.</param>
    /// <param name="cuts">Told about every bound that was met.</param>
    public IReadOnlyList<MeetingCopy> CreateCopies(
        EventSeries series,
        Interval window,
        SeriesBounds bounds,
        bool backlog,
        ICollection<string> cuts)
    {
        var expansion = Occurrences.Within(series, window, bounds.OccurrencesFor(series), bounds.IsThinned(series));
        if (expansion.Shortfall is { } shortfall)
            cuts.Add("of a series of meetings: " + shortfall);

        return
        [
            .. expansion.Occurrences.Select(o => CreateCopy(series, o, backlog, cuts)).Select(copy => copy.Private ? Blanked(copy) : copy),
        ];
    }

    /// <summary>
    /// The occurrences within a window that the series leaves out: another copy, of somebody whose calendar did not follow, may still show
    /// them. They have neither title nor people.
    /// </summary>
    public IReadOnlyList<MeetingCopy> CreateLeftOut(EventSeries series, Interval window, SeriesBounds bounds, bool backlog)
    {
        if (series.Master is not { Recurs: true, Class: EventClass.Public, Attendees.Count: > 0 } master)
            return [];

        var start = master.Start;
        var changed = series.Changes.Select(change => change.RecurrenceId!.Instant).ToHashSet();
        return
        [
            .. master
                .ExceptionDates.Select(exception => exception.Kind switch
                {
                    CalendarTimeKind.Date => start.At(exception.Date + start.Local.TimeOfDay).Instant,
                    CalendarTimeKind.Floating => start.At(exception.Local).Instant,
                    _ => exception.Instant,
                })
                .Distinct()
                .Where(occurrence => window.Contains(occurrence) && !changed.Contains(occurrence))
                .Take(bounds.OccurrencesFor(people: 1))
                .Select(occurrence => new MeetingCopy
                {
                    Uid = series.Uid,
                    Occurrence = occurrence,
                    LeftOutAt = Instant.Min(master.LastModified ?? master.Stamp ?? now, occurrence),
                    Account = account,
                    Owner = owner,
                    Sequence = master.Sequence,
                    Stamp = master.Stamp,
                    Start = occurrence,
                    End = occurrence + (master.End.Instant - start.Instant),
                    AllDay = master.AllDay,
                    Organizer = Organizer(master),
                    FirstSeen = now,
                    LastSeen = now,
                    Backlog = backlog,
                }),
        ];
    }

    /// <summary>
    /// Without what nobody else may know; who called it stays, for short UIDs mean something only together with the organiser.
    /// </summary>
    public static MeetingCopy Blanked(MeetingCopy copy) =>
        copy with
        {
            Private = true,
            Shown = null,
            Subject = null,
            Invitees = [],
            Organizer = copy.Organizer is { } organizer ? new NamedAddress(organizer.Address, null) : null,
        };

    private MeetingCopy CreateCopy(EventSeries series, Occurrence occurrence, bool backlog, ICollection<string> cuts)
    {
        var entry = occurrence.Event;
        return new MeetingCopy
        {
            Uid = series.Uid,
            Occurrence = occurrence.RecurrenceId,
            OccurrenceDay = series.Master is null ? entry.OccurrenceDay : null,
            Account = account,
            Owner = owner,
            Sequence = entry.Sequence,
            Stamp = entry.Stamp,
            Start = occurrence.Start.Instant,
            End = occurrence.End.Instant,
            AllDay = entry.AllDay,
            Subject = SeriesBounds.Subject(entry.Summary, cuts),
            Organizer = Organizer(entry),
            Invitees = SeriesBounds.People(entry.Attendees, cuts),
            CancelledAt = CancelledAt(entry, occurrence),
            Private = entry.Class != EventClass.Public,
            Categories = entry.Categories,
            TimeIsUncertain = entry.ZoneIsUncertain,
            Shown = ShownTimeIn(entry, occurrence),
            FirstSeen = now,
            LastSeen = now,
            Backlog = backlog,
        };
    }

    /// <summary>How an event shows the time it takes, where that can mean that its owner is away.</summary>
    public static ShownTime? ShownTimeIn(CalendarEvent entry) =>
        ShownTimeIn(entry, new Occurrence(entry, entry.Start, entry.End, entry.RecurrenceId?.Instant));

    private static ShownTime? ShownTimeIn(CalendarEvent entry, Occurrence occurrence)
    {
        var (start, end) = (occurrence.Start, occurrence.End);
        var isSaid = entry.ShownAs == ShownAs.OutOfOffice;
        var mayBeSaid =
            entry is { ShownAs: ShownAs.Busy, Recurs: false }
            && occurrence.RecurrenceId is null
            && (entry.AllDay || end.Instant - start.Instant >= ShortestDay);
        if (!isSaid && !mayBeSaid)
            return null;

        // Outlook's flag for whole days says nothing of a time that was moved to another zone.
        var isWhole = entry.AllDay && (start.IsDate || start.Local.TimeOfDay == LocalTime.Midnight && start.Kind != CalendarTimeKind.Utc);
        if (!isWhole)
            return new ShownTime(isSaid);

        var last = end.Local.TimeOfDay == LocalTime.Midnight && end.Date > start.Date ? end.Date.PlusDays(-1) : end.Date;
        return new ShownTime(isSaid) { First = start.Date, Last = last };
    }

    private static NamedAddress? Organizer(CalendarEvent entry) =>
        ParseAddress(entry.Organizer?.Address) is { } organizer ? new NamedAddress(organizer, entry.Organizer!.Name) : null;

    /// <summary>
    /// Since when it is cancelled. Published calendars put the moment of the download into DTSTAMP; when it was cancelled is better told by
    /// LAST-MODIFIED. What does not say when was cancelled before it began.
    /// </summary>
    private Instant? CancelledAt(CalendarEvent entry, Occurrence occurrence)
    {
        var begins = occurrence.Start.Instant;
        if (entry.Status == EventStatus.Cancelled)
            return entry.LastModified ?? entry.Stamp ?? Instant.Min(now, begins);

        // Outlook publishes what its organizer cancelled as free time, confirmed, with a word before the title, and LAST-MODIFIED left out.
        if (!entry.Transparent || !CancelledTitle.Is(entry.Summary))
            return null;

        return entry.LastModified ?? Instant.Min(entry.Stamp ?? now, begins);
    }

    internal static Invitee? CreateInvitee(CalendarAttendee attendee) =>
        ParseAddress(attendee.Address) is not { } address
            ? null
            : new Invitee(
                address,
                attendee.Name,
                attendee.Status switch
                {
                    ParticipationStatus.Accepted => MeetingResponse.Accepted,
                    ParticipationStatus.Tentative => MeetingResponse.Tentative,

                    // Who hands an invitation on does not come.
                    ParticipationStatus.Declined or ParticipationStatus.Delegated => MeetingResponse.Declined,
                    _ => MeetingResponse.Unknown,
                },
                attendee.Kind is AttendeeKind.Room or AttendeeKind.Resource || attendee.Role == AttendeeRole.NonParticipant);

    private static CalendarEvent Any(EventSeries series) => series.Master ?? series.Changes[0];

    private static EmailAddress? ParseAddress(string? text) => EmailAddress.TryParse(text, out var address) ? address : null;
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>Says in the words of the log what a calendar says.</summary>
/// <param name="account">The name of the account.</param>
/// <param name="owner">Whose calendar it is; null when that is not known.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class MeetingTranslation(string account, EmailAddress? owner, Instant now)
{
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
    /// Without what nobody else may know; who called it stays, for short UIDs mean something only together with the organiser.
    /// </summary>
    public static MeetingCopy Blanked(MeetingCopy copy) =>
        copy with
        {
            Private = true,
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
            Account = account,
            Owner = owner,
            Sequence = entry.Sequence,
            Stamp = entry.Stamp,
            Start = occurrence.Start.Instant,
            End = occurrence.End.Instant,
            AllDay = entry.AllDay,
            Subject = SeriesBounds.Subject(entry.Summary, cuts),
            Organizer = ParseAddress(entry.Organizer?.Address) is { } organizer ? new NamedAddress(organizer, entry.Organizer!.Name) : null,
            Invitees = SeriesBounds.People(entry.Attendees, cuts),

            // Published calendars put the moment of the download into DTSTAMP; when it was cancelled is better told by LAST-MODIFIED.
            CancelledAt = entry.Status == EventStatus.Cancelled ? entry.LastModified ?? entry.Stamp ?? now : null,
            Private = entry.Class != EventClass.Public,
            TimeIsUncertain = entry.ZoneIsUncertain,
            FirstSeen = now,
            LastSeen = now,
            Backlog = backlog,
        };
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
                attendee.Kind is AttendeeKind.Room or AttendeeKind.Resource);

    private static CalendarEvent Any(EventSeries series) => series.Master ?? series.Changes[0];

    private static EmailAddress? ParseAddress(string? text) => EmailAddress.TryParse(text, out var address) ? address : null;
}

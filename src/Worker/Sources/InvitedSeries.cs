using System.Text;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Invitations to series that go on. A calendar is read again and again, a mail once; so what the mail says of the series, without people
/// and words, is kept with it, and the series is written out two years ahead of now in a window that moves by itself.
/// </summary>
internal static class InvitedSeries
{
    /// <summary>So far ahead of now the meetings of a series are written out.</summary>
    public static Duration Ahead { get; } = Duration.FromDays(2 * 365);

    /// <summary>So much of that may be used up before it is written out further.</summary>
    public static Duration Step { get; } = Duration.FromDays(30);

    /// <summary>
    /// Whether anything comes after what is written out is looked for in so many years; what comes later than that is no meeting anybody
    /// thinks of.
    /// </summary>
    private static readonly Duration Horizon = Duration.FromDays(10 * 365);

    /// <summary>How a series goes on after what is written out of it; null when it does not, or nothing says how.</summary>
    /// <param name="series">As the invitation gives it.</param>
    /// <param name="written">Its meetings as they are written out.</param>
    /// <param name="until">Occurrences that begin before this are.</param>
    public static SeriesRule? FindRule(EventSeries series, IReadOnlyList<MeetingCopy> written, Instant until)
    {
        if (
            series.Master is not { Recurs: true } master
            || written.FirstOrDefault(copy =>
                copy.Occurrence is not null && !series.Changes.Any(c => c.RecurrenceId?.Instant == copy.Occurrence))
                is not { } model)
            return null;

        if (Occurrences.Within(series, new Interval(until, until + Horizon), 1, oncePerDay: true).Occurrences.Count == 0)
            return null;

        // What was changed is written out already, whenever it is.
        var rule = CalendarWriter.Print([
            Bare(master) with
            {
                ExceptionDates = [.. master.ExceptionDates, .. series.Changes.Where(c => !c.ThisAndFuture).Select(c => c.RecurrenceId!)],
            },
        ]);
        return Read(rule) is { } read && read.Start.Instant == master.Start.Instant && read.Start.Zone.Zone.Id == master.Start.Zone.Zone.Id
            ? new SeriesRule(rule, until, model.Occurrence!.Value)
            : null;
    }

    /// <summary>The invitation, its series written out as far as it should be now.</summary>
    public static InvitationMail Continue(InvitationMail mail, Instant now)
    {
        if (
            mail.Rule is not { } rule
            || Read(rule.Written) is not { } master
            || mail.Meetings.FirstOrDefault(copy => copy.Occurrence == rule.Model) is not { } model)
            return mail with { Rule = null };

        // Those that are over stay in the log and do not count.
        var most = SeriesBounds.OfInvitation.OccurrencesFor(model.Invitees.Count) - mail.Meetings.Count(copy => copy.End > now);
        var end = now + Ahead;
        if (most <= 0 || end <= rule.Until)
            return mail;

        var series = EventSeries.From(master);
        var expansion = Occurrences.Within(series, new Interval(rule.Until, end), most, oncePerDay: true);
        var known = mail.Meetings.Select(copy => copy.Occurrence).ToHashSet();
        var further = expansion
            .Occurrences.Where(one => one.Start.Instant >= rule.Until && !known.Contains(one.RecurrenceId))
            .Select(one => model with { Occurrence = one.RecurrenceId, Start = one.Start.Instant, End = one.End.Instant, LastSeen = now })
            .ToList();
        var until = expansion.Occurrences.Count >= most ? expansion.Occurrences[^1].Start.Instant + Duration.FromSeconds(1) : end;
        var goesOn = Occurrences.Within(series, new Interval(until, until + Horizon), 1, oncePerDay: true).Occurrences.Count > 0;
        return mail with { Meetings = [.. mail.Meetings, .. further], Rule = goesOn ? rule with { Until = until } : null };
    }

    private static CalendarEvent? Read(string rule) => CalendarReader.Read(Encoding.UTF8.GetBytes(rule)).Events is [var only] ? only : null;

    /// <summary>When it is, and nothing else; its zone by the name everybody knows it by, where it has one.</summary>
    private static CalendarEvent Bare(CalendarEvent master) => new()
    {
        Uid = "series",
        Start = Named(master.Start),
        End = Named(master.End),
        WrittenDuration = master.WrittenDuration,
        AllDay = master.AllDay,
        Rules = master.Rules,
        ExceptionRules = master.ExceptionRules,
        Dates = [.. master.Dates.Select(date => date with { Start = Named(date.Start) })],
        ExceptionDates = [.. master.ExceptionDates.Select(Named)],
    };

    private static CalendarTime Named(CalendarTime time) =>
        time.Kind == CalendarTimeKind.Zoned && DateTimeZoneProviders.Tzdb.GetZoneOrNull(time.Zone.Zone.Id) is { } known
            ? time with
            {
                Zone = new CalendarZone(known.Id, known),
            }
            : time;
}

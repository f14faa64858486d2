using System.Globalization;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;

namespace CrmSync.Worker.Sources;

/// <summary>
/// How much of what a calendar says becomes lines of the log. A stranger may send an invitation, and some services put it into the calendar
/// by themselves; a rule of a few bytes can mean any number of meetings.
/// </summary>
/// <param name="Occurrences">Meetings of one series in the window that is looked at.</param>
/// <param name="OncePerDay">Whether at most one meeting a day is kept of any series; else only of those that recur by the hour or
/// faster.</param>
internal sealed record SeriesBounds(int Occurrences, bool OncePerDay)
{
    /// <summary>People kept of one meeting.</summary>
    public const int MostPeople = 300;

    /// <summary>People of all meetings of a series together: each is a row of the log.</summary>
    private const int MostParticipations = 10_000;

    private const int SubjectLength = 2_000;

    private const int NameLength = 300;

    /// <summary>Of a calendar's series.</summary>
    public static SeriesBounds OfCalendar { get; } = new(2_000, OncePerDay: false);

    /// <summary>Of all invitations in one mail together.</summary>
    public static SeriesBounds OfInvitation { get; } = new(1_000, OncePerDay: true);

    /// <summary>How much of a calendar in a mail is read: two dozen changed occurrences are many.</summary>
    public static CalendarLimits OfMail { get; } =
        new()
        {
            Bytes = 1 << 20,
            Events = 50,
            Attendees = MostPeople,
            Dates = 1_000,
            TextLength = SubjectLength,
        };

    /// <summary>How many meetings of a series are written out: fewer of one with many people.</summary>
    public int OccurrencesFor(EventSeries series) =>
        OccurrencesFor(series.Changes.Select(change => change.Attendees.Count).Append(series.Master?.Attendees.Count ?? 0).Max());

    /// <summary>The same for so many people.</summary>
    public int OccurrencesFor(int people) =>
        Math.Clamp(MostParticipations / Math.Clamp(people, 1, MostPeople), 1, Math.Max(1, Occurrences));

    public bool IsThinned(EventSeries series) => OncePerDay || series.Master?.Rules.Any(rule => rule.Frequency < Frequency.Daily) == true;

    /// <summary>The people of a meeting within the bounds.</summary>
    public static IReadOnlyList<Invitee> People(IReadOnlyList<CalendarAttendee> attendees, ICollection<string> cuts)
    {
        if (attendees.Count > MostPeople)
            cuts.Add(
                string.Create(CultureInfo.InvariantCulture, $"a meeting names {attendees.Count:N0} people, and {MostPeople:N0} are kept"));

        return
        [
            .. attendees
                .Take(MostPeople)
                .Select(MeetingTranslation.CreateInvitee)
                .OfType<Invitee>()
                .Select(one => one.Name is { Length: > NameLength } name ? one with { Name = Shortened(name, NameLength) } : one),
        ];
    }

    /// <summary>The title of a meeting within the bounds.</summary>
    public static string? Subject(string? written, ICollection<string> cuts)
    {
        if (written is not { Length: > SubjectLength })
            return written;

        cuts.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"the title of a meeting has {written.Length:N0} characters, and {SubjectLength:N0} are kept"));
        return Shortened(written, SubjectLength);
    }

    /// <summary>The beginning of a text; never half of a character.</summary>
    public static string Shortened(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}

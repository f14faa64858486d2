using System.Globalization;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using Microsoft.Graph.Models;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>Says in the words of the log what event resources say.</summary>
/// <param name="account">The name of the account.</param>
/// <param name="owner">Whose calendar it is; null when only an id is known.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class GraphEvents(string account, Domain.Company.EmailAddress? owner, Instant now)
{
    /// <summary>Whether its owner is away by what stands in it: in their default calendar, not in one kept for a team or shared.</summary>
    public bool SaysAway { get; init; } = true;

    /// <summary>Times are asked for in UTC, and ids that survive a move (event resource; outlook-immutable-id).</summary>
    public const string Preference = "IdType=\"ImmutableId\", outlook.timezone=\"UTC\", odata.maxpagesize=50";

    private static readonly LocalDateTimePattern Written = LocalDateTimePattern.CreateWithInvariantCulture(
        "uuuu'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFFF");

    /// <summary>The UID all copies of a series share; the service gives every occurrence one of its own, with its day inside.</summary>
    public static string Uid(Event series) =>
        string.IsNullOrWhiteSpace(series.ICalUId) ? $"graph:{series.Id}" : MeetingUid.From(series.ICalUId).Uid;

    /// <summary>The name of a series: what all its occurrences share.</summary>
    public static string Series(Event series) => MeetingKey.Series(Uid(series), ParseAddress(series.Organizer?.EmailAddress));

    /// <summary>Whether the row tells the event, and not merely that there is one.</summary>
    public static bool IsWhole(Event row) =>
        row.Start?.DateTime is not null && row.End?.DateTime is not null && row.ICalUId is not null && row.Organizer is not null;

    /// <summary>The meetings of a series, or the one of a single event. Null where no time can be made out.</summary>
    /// <param name="series">The master, or the single event.</param>
    /// <param name="occurrences">Occurrences and exceptions, told in full or in part; empty for a single event.</param>
    /// <param name="backlog">Whether it was there when the account was first read.</param>
    public IReadOnlyList<MeetingCopy> CreateCopies(Event series, IReadOnlyCollection<Event> occurrences, bool backlog) =>
        series.Type == EventType.SeriesMaster
            ? [.. occurrences.Select(o => CreateCopy(series, o, backlog)).OfType<MeetingCopy>().DistinctBy(c => c.Occurrence)]
            : CreateCopy(series, null, backlog) is { } copy ? [copy] : [];

    private MeetingCopy? CreateCopy(Event series, Event? occurrence, bool backlog)
    {
        // An occurrence is told in part; what it does not say the master says.
        var told = occurrence ?? series;
        var allDay = told.IsAllDay ?? series.IsAllDay ?? false;
        var zone = told.OriginalStartTimeZone ?? series.OriginalStartTimeZone;
        if (ReadMoment(told.Start, allDay, zone) is not { } start || ReadMoment(told.End, allDay, zone) is not { } end || end.At < start.At)
            return null;

        var changed = ParseInstant(told.LastModifiedDateTime) ?? ParseInstant(series.LastModifiedDateTime);
        var secret = (told.Sensitivity ?? series.Sensitivity) is Sensitivity.Private or Sensitivity.Personal or Sensitivity.Confidential;
        var organizer = told.Organizer?.EmailAddress ?? series.Organizer?.EmailAddress;
        return new MeetingCopy
        {
            Uid = Uid(series),
            Occurrence = occurrence is null ? null : ParseInstant(occurrence.OriginalStart) ?? start.At,
            Account = account,
            Owner = owner,
            Stamp = changed,
            Start = start.At,
            End = end.At,
            AllDay = allDay,
            Subject = secret ? null : told.Subject ?? series.Subject,
            Organizer = ParseAddress(organizer) is { } address ? new NamedAddress(address, Name(organizer!)) : null,
            Invitees = secret ? [] : Invitees(told, series),
            CancelledAt = told.IsCancelled == true || series.IsCancelled == true ? changed ?? now : null,
            Private = secret,
            Categories = told.Categories ?? series.Categories ?? [],
            TimeIsUncertain = start.Uncertain,
            Shown = secret || !SaysAway ? null : ShownTimeIn(told, series, allDay, isOccurrence: occurrence is not null),
            FirstSeen = now,
            LastSeen = now,
            Backlog = backlog,
        };
    }

    /// <summary>
    /// How an event shows the time it takes, where that can mean that its owner is away. Its whole days are told by date.
    /// </summary>
    private static ShownTime? ShownTimeIn(Event told, Event series, bool allDay, bool isOccurrence)
    {
        var shown = told.ShowAs ?? series.ShowAs;
        if (shown != FreeBusyStatus.Oof && (shown != FreeBusyStatus.Busy || !allDay || isOccurrence))
            return null;

        var isSaid = shown == FreeBusyStatus.Oof;
        return allDay && Day(told.Start) is { } first && Day(told.End) is { } end
            ? new ShownTime(isSaid) { First = first, Last = end > first ? end.PlusDays(-1) : first }
            : new ShownTime(isSaid);
    }

    private static LocalDate? Day(DateTimeTimeZone? written) =>
        written?.DateTime is { } text && Written.Parse(text).TryGetValue(default, out var local) ? local.Date : null;

    private List<Invitee> Invitees(Event told, Event series)
    {
        var invitees = (told.Attendees is { Count: > 0 } own ? own : series.Attendees ?? [])
            .Select(a =>
                ParseAddress(a.EmailAddress) is { } address
                    ? new Invitee(address, Name(a.EmailAddress!), ReadResponse(a.Status), a.Type == AttendeeType.Resource)
                    : null)
            .OfType<Invitee>()
            .DistinctBy(i => i.Address)
            .ToList();

        // In an attendee's calendar only the own answer is sure, and it stands beside the list.
        var mine = ReadResponse(told.ResponseStatus ?? series.ResponseStatus);
        var at = invitees.FindIndex(i => i.Address == owner);
        if (at >= 0 && mine != MeetingResponse.Unknown)
            invitees[at] = invitees[at] with { Response = mine };

        return invitees;
    }

    private static MeetingResponse ReadResponse(ResponseStatus? status) => status?.Response switch
    {
        ResponseType.Accepted or ResponseType.Organizer => MeetingResponse.Accepted,
        ResponseType.TentativelyAccepted => MeetingResponse.Tentative,
        ResponseType.Declined => MeetingResponse.Declined,
        _ => MeetingResponse.Unknown,
    };

    /// <summary>
    /// A time without an offset, its zone beside it (dateTimeTimeZone). A whole day begins in the zone it was planned in.
    /// </summary>
    private static (Instant At, bool Uncertain)? ReadMoment(DateTimeTimeZone? written, bool allDay, string? plannedIn)
    {
        if (written?.DateTime is not { } text || !Written.Parse(text).TryGetValue(default, out var local) || local.Year is < 1900 or > 2200)
            return null;

        if (allDay)
            return (local.Date.AtStartOfDayInZone(FindZone(plannedIn) ?? DateTimeZone.Utc).ToInstant(), false);

        var zone = FindZone(written.TimeZone);
        return (local.InZoneLeniently(zone ?? DateTimeZone.Utc).ToInstant(), zone is null);
    }

    /// <summary>Windows and IANA names, and what the service writes for UTC; null for custom zones, whose rules nobody tells.</summary>
    private static DateTimeZone? FindZone(string? name)
    {
        if (name is null or "UTC" or "Etc/GMT" or "tzone://Microsoft/Utc")
            return DateTimeZone.Utc;

        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(name)
            ?? (
                TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping.TryGetValue(name, out var id)
                    ? DateTimeZoneProviders.Tzdb[id]
                    : null);
    }

    /// <summary>The service writes the years 1 and 1601 where it knows no time.</summary>
    private static Instant? ParseInstant(DateTimeOffset? moment) =>
        moment is { Year: > 1900 } known ? Instant.FromDateTimeOffset(known) : null;

    private static Domain.Company.EmailAddress? ParseAddress(Microsoft.Graph.Models.EmailAddress? written) =>
        Domain.Company.EmailAddress.TryParse(written?.Address, out var address) ? address : null;

    private static string? Name(Microsoft.Graph.Models.EmailAddress written) =>
        string.IsNullOrWhiteSpace(written.Name) || string.Equals(written.Name, written.Address, StringComparison.OrdinalIgnoreCase)
            ? null
            : written.Name.Trim();

    /// <summary>Everything the log can show of a series, as a short word: it changes when any of it does.</summary>
    public string Fingerprint(Event series, IReadOnlyCollection<Event> occurrences)
    {
        var text = string.Join(
            '\n',
            CreateCopies(series, occurrences, backlog: false)
                .OrderBy(c => c.Occurrence)
                .Select(c =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{c.Occurrence}|{c.Start}|{c.End}|{c.AllDay}|{c.Subject}|{c.Organizer}|{string.Join(',', c.Invitees)}|"
                            + $"{c.CancelledAt is not null}|{c.Private}|{c.Stamp}{(c.Shown is null ? "" : "|away")}"
                    )));
        return Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Makes a <see cref="CalendarEvent"/> of the properties of one VEVENT. What is wrong is put right or left out, and said.
/// </summary>
internal sealed class EventReader(ZoneResolver zones, CalendarLimits limits, Action<int, string> problem)
{
    /// <summary>The event; null if it cannot be one, with the reason in <paramref name="reason"/>.</summary>
    /// <param name="lines">Its properties, in order.</param>
    /// <param name="firstLine">Where it begins.</param>
    /// <param name="answers">It stands in a REPLY or CANCEL, which may leave the time out (RFC 5546 sections 3.2.3 and 3.2.5).</param>
    /// <param name="reason">Why there is no event.</param>
    public CalendarEvent? Read(IReadOnlyList<ContentLine> lines, int firstLine, bool answers, out string? reason)
    {
        reason = null;
        var uid =
            First(lines, "UID") is { } uidLine && TextValue.Unescape(uidLine.Value, int.MaxValue) is { } written
                ? MeetingUid.From(written)
                : null;
        var recurrenceId = First(lines, "RECURRENCE-ID") is { } idLine ? Time(idLine, idLine.Value) : null;
        var stamp = First(lines, "DTSTAMP") is { } stampLine ? Moment(stampLine) : null;

        CalendarTime? start = null;
        if (First(lines, "DTSTART") is { } startLine)
        {
            start = Time(startLine, TextValue.Plain(startLine));
            if (start is null)
                reason = $"DTSTART cannot be read as a date or time: \"{Short(startLine.Value)}\"";
        }
        else if (answers)
            start = recurrenceId ?? (stamp is { } at ? CalendarTime.OfInstant(at) : null);
        else
            reason = "an event without DTSTART";

        if (start is null)
        {
            reason ??= "an answer or cancellation without DTSTART, RECURRENCE-ID and DTSTAMP";
            return null;
        }

        if (start.Local.Year > DateValue.LastYear)
        {
            reason = $"its year {start.Local.Year} is past {DateValue.LastYear}";
            return null;
        }

        var allDayFlag = string.Equals(
            First(lines, "X-MICROSOFT-CDO-ALLDAYEVENT")?.Value.Trim(),
            "TRUE",
            StringComparison.OrdinalIgnoreCase);
        var (end, duration) = End(lines, ref start);
        var organizer = Organizer(lines);
        var summary = Text(lines, "SUMMARY");
        var rules = Rules(lines, "RRULE", start);
        var instance = recurrenceId ?? (uid?.Instance is { } day && rules.Length == 0 ? CalendarTime.OfDate(day) : null);
        var transparent = IsTransparent(lines);
        return new CalendarEvent
        {
            Uid = uid is { Uid.Length: > 0 } ? uid.Uid : Derived(start, end, organizer, summary),
            UidIsDerived = uid is not { Uid.Length: > 0 },
            RecurrenceId = instance,
            ThisAndFuture = recurrenceId is not null
                && string.Equals(First(lines, "RECURRENCE-ID")!.Parameter("RANGE"), "THISANDFUTURE", StringComparison.OrdinalIgnoreCase),
            Sequence = Sequence(lines),
            Stamp = stamp,
            LastModified = First(lines, "LAST-MODIFIED") is { } modified ? Moment(modified) : null,
            Start = start,
            End = end,
            StartIsMissing = First(lines, "DTSTART") is null,
            WrittenDuration = duration,
            AllDay = start.IsDate || allDayFlag,
            Status = Status(lines),
            Class = First(lines, "CLASS")?.Value.Trim().ToUpperInvariant() switch
            {
                null or "" or "PUBLIC" => EventClass.Public,
                "CONFIDENTIAL" => EventClass.Confidential,
                _ => EventClass.Private,
            },
            Categories = Categories(lines),
            Transparent = transparent,
            ShownAs = Shown(lines, transparent),
            Summary = summary,
            Location = Text(lines, "LOCATION"),
            Organizer = organizer,
            Attendees = Attendees(lines),
            Rules = rules,
            ExceptionRules = Rules(lines, "EXRULE", start),
            Dates = Dates(lines),
            ExceptionDates = (CalendarTime[])
                [.. DateList(lines, "EXDATE").Select(item => Time(item.Line, item.Value)).OfType<CalendarTime>().Where(InRange)],
        };
    }

    /// <summary>Many in one property, or each in its own; a comma within a name is escaped.</summary>
    private static List<string> Categories(IReadOnlyList<ContentLine> lines)
    {
        var names = new List<string>();
        foreach (var line in lines.Where(line => line.Name == "CATEGORIES").Take(20))
        {
            foreach (var written in line.Value.Replace("\\,", "\u0001", StringComparison.Ordinal).Split(',').Take(50))
            {
                if (TextValue.Unescape(written.Replace('\u0001', ','), 200) is { } name)
                    names.Add(name);
            }
        }

        return names;
    }

    private static ContentLine? First(IReadOnlyList<ContentLine> lines, string name)
    {
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines[index].Name == name)
                return lines[index];
        }

        return null;
    }

    private static bool IsTransparent(IReadOnlyList<ContentLine> lines) => First(lines, "TRANSP") is { } transparency
        ? transparency.Value.Trim() is var free
            && (free == "1" || string.Equals(free, "TRANSPARENT", StringComparison.OrdinalIgnoreCase))
        : BusyStatus(lines) == "FREE";

    /// <summary>
    /// What two properties say differently is what leaves its owner reachable: nobody is away because of a contradiction. INTENDEDSTATUS
    /// is what whoever called a meeting wishes to be shown, and counts for nothing.
    /// </summary>
    private static ShownAs Shown(IReadOnlyList<ContentLine> lines, bool transparent) => BusyStatus(lines) switch
    {
        _ when transparent => ShownAs.Free,
        _ when Status(lines) == EventStatus.Tentative => ShownAs.Tentative,
        "FREE" => ShownAs.Free,
        "TENTATIVE" => ShownAs.Tentative,
        "WORKINGELSEWHERE" or "ELSEWHERE" => ShownAs.Elsewhere,
        "OOF" => ShownAs.OutOfOffice,
        _ when First(lines, "X-NEXTCLOUD-OUT-OF-OFFICE") is not null => ShownAs.OutOfOffice,
        _ => ShownAs.Busy,
    };

    /// <summary>Outlook's word for it; Exchange published it under another name once.</summary>
    private static string? BusyStatus(IReadOnlyList<ContentLine> lines) =>
        (First(lines, "X-MICROSOFT-CDO-BUSYSTATUS") ?? First(lines, "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS"))?.Value.Trim()
            .ToUpperInvariant();

    private static bool InRange(CalendarTime time) => time.Local.Year <= DateValue.LastYear;

    /// <summary>
    /// When it ends, and the duration if that is how it is written. A start and an end of different kinds are brought together.
    /// </summary>
    private (CalendarTime End, Period? Duration) End(IReadOnlyList<ContentLine> lines, ref CalendarTime start)
    {
        var oneDay = start.IsDate ? start.At(start.Local.PlusDays(1)) : start;
        if (First(lines, "DTEND") is { } line)
        {
            var end = Time(line, TextValue.Plain(line));
            if (end is null || !InRange(end))
                return (oneDay, null);
            // One of the two without a zone is meant in the zone of the other.
            if (end.Kind == CalendarTimeKind.Floating && start.Kind == CalendarTimeKind.Zoned)
                end = start.At(end.Local);
            else if (start.Kind == CalendarTimeKind.Floating && end.Kind == CalendarTimeKind.Zoned)
                start = end.At(start.Local);

            if (start.IsDate && !end.IsDate)
                end = CalendarTime.OfDate(end.Local.TimeOfDay == LocalTime.Midnight ? end.Date : end.Date.PlusDays(1));
            else if (!start.IsDate && end.IsDate)
                end = start.At(end.Local) is var midnight && midnight.Instant > start.Instant ? midnight : start.At(end.Local.PlusDays(1));

            // Google's third parties write the last day inclusively; a one-day event then ends on the day it begins.
            if (start.IsDate && end.Local == start.Local)
                return (oneDay, null);
            if (end.Instant >= start.Instant)
                return (end, null);

            // When the clocks go back, an end in the hour that comes twice may be meant in the second of the two.
            if (end.SecondInstant is { } later && later >= start.Instant)
                return (CalendarTime.OfInstant(later), null);

            problem(line.Line, "DTEND is before DTSTART; the event is taken to end when it begins");
            return (oneDay, null);
        }

        if (First(lines, "DURATION") is not { } durationLine)
            return (oneDay, null);
        if (PeriodValue.Parse(durationLine.Value) is not { } duration)
        {
            problem(durationLine.Line, $"DURATION cannot be read: \"{Short(durationLine.Value)}\"");
            return (oneDay, null);
        }

        // A day cannot last an hour: the time of a date counts up to whole days.
        if (start.IsDate && (duration.HasTimeComponent || duration.Days == 0))
            duration = Period.FromDays(
                Math.Max(
                    1,
                    duration.Days
                        + (int)(
                            (duration.Hours * 3600 + duration.Minutes * 60 + duration.Seconds + CivilDay.Seconds - 1) / CivilDay.Seconds)));
        return (Length.From(duration).End(start), duration);
    }

    private CalendarTime? Time(ContentLine line, string value)
    {
        if (DateValue.Parse(value) is not { } date)
        {
            problem(line.Line, $"{line.Name} cannot be read as a date or time: \"{Short(value)}\"");
            return null;
        }

        return date.Kind switch
        {
            CalendarTimeKind.Date => CalendarTime.OfDate(date.Local.Date),
            CalendarTimeKind.Utc => new CalendarTime(date.Local, CalendarTimeKind.Utc, CalendarZone.Utc),
            // DTSTART;VALUE=DATE:20260301T000000 says twice what it is, and the value differs: the parameter is right, the time is padding.
            _ when date.Local.TimeOfDay == LocalTime.Midnight
                    && string.Equals(line.Parameter("VALUE"), "DATE", StringComparison.OrdinalIgnoreCase) => CalendarTime.OfDate(
                date.Local.Date),
            _ when line.Parameter("TZID") is { } zone => new CalendarTime(date.Local, CalendarTimeKind.Zoned, Zone(line, zone)),
            _ => new CalendarTime(date.Local, CalendarTimeKind.Floating, zones.Default),
        };
    }

    private CalendarZone Zone(ContentLine line, string name)
    {
        var zone = zones.Resolve(name);
        if (zone.Uncertain)
            problem(line.Line, $"the time zone \"{Short(name)}\" is not known; {zone.Zone.Id} is assumed");
        return zone;
    }

    /// <summary>DTSTAMP and LAST-MODIFIED: UTC by the standard, and taken as UTC where the Z is missing.</summary>
    private Instant? Moment(ContentLine line)
    {
        if (Time(line, line.Value) is not { } time || !InRange(time))
            return null;
        return time.Kind == CalendarTimeKind.Zoned ? time.Instant : time.Local.InUtc().ToInstant();
    }

    private string? Text(IReadOnlyList<ContentLine> lines, string name)
    {
        foreach (var line in lines)
        {
            if (line.Name == name && TextValue.Unescape(TextValue.Plain(line), limits.TextLength) is { } text)
                return text;
        }

        return null;
    }

    private int Sequence(IReadOnlyList<ContentLine> lines)
    {
        if (First(lines, "SEQUENCE") is not { } line)
            return 0;

        var text = line.Value.Trim();
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sequence))
            return Math.Max(0, sequence);

        var clamped = text.Length > 0 && text.All(char.IsAsciiDigit) ? int.MaxValue : 0;
        problem(line.Line, $"SEQUENCE \"{Short(text)}\" is read as {clamped}");
        return clamped;
    }

    /// <summary>The last STATUS that is known: repeated ones are corrections by whoever passed the event on.</summary>
    private static EventStatus Status(IReadOnlyList<ContentLine> lines) => lines.Where(line => line.Name == "STATUS")
        .Select(line => line.Value.Trim().ToUpperInvariant() switch
        {
            "CANCELLED" or "CANCELED" => EventStatus.Cancelled,
            "TENTATIVE" => EventStatus.Tentative,
            "CONFIRMED" => EventStatus.Confirmed,
            _ => EventStatus.None,
        })
        .LastOrDefault(status => status != EventStatus.None);

    /// <summary>
    /// The organizer. Where the line has no EMAIL, that of the same calendar address among the attendees counts (iCloud's organizer takes
    /// part, and programs that pass the event on keep only one of the two).
    /// </summary>
    private static CalendarOrganizer? Organizer(IReadOnlyList<ContentLine> lines)
    {
        var all = lines
            .Where(line => line.Name == "ORGANIZER")
            .Select(line => new CalendarOrganizer(
                CalendarAddress.Email(line) ?? EmailElsewhere(line, lines) ?? CalendarAddress.Parse(line),
                CalendarAddress.Name(line),
                CalendarAddress.Parse(line.Parameter("SENT-BY"))))
            .ToList();
        return all.Find(organizer => organizer.Address is not null) ?? all.FirstOrDefault();
    }

    private static string? EmailElsewhere(ContentLine line, IReadOnlyList<ContentLine> lines) =>
        CalendarAddress.Parse(line.Value) is { } routing
            ? lines
                .Where(other => other.Name == "ATTENDEE"
                    && string.Equals(CalendarAddress.Parse(other.Value), routing, StringComparison.OrdinalIgnoreCase))
                .Select(CalendarAddress.Email)
                .FirstOrDefault(email => email is not null)
            : null;

    private CalendarAttendee[] Attendees(IReadOnlyList<ContentLine> lines)
    {
        var attendees = new List<CalendarAttendee>();
        foreach (var line in lines)
        {
            if (line.Name != "ATTENDEE")
                continue;
            if (attendees.Count == limits.Attendees)
            {
                problem(line.Line, $"more than {limits.Attendees} attendees; the rest is left out");
                break;
            }

            attendees.Add(CalendarAddress.Attendee(line));
        }

        return [.. attendees];
    }

    private RecurrenceRule[] Rules(IReadOnlyList<ContentLine> lines, string name, CalendarTime start)
    {
        var rules = new List<RecurrenceRule>();
        foreach (var line in lines)
        {
            if (line.Name != name || string.IsNullOrWhiteSpace(line.Value))
                continue;

            var text = line.Value.Contains("FREQ", StringComparison.OrdinalIgnoreCase)
                ? line.Value
                : VCalendarRule.Translate(line.Value, start.Local);
            string? wrong = "it is no recurrence rule and left out";
            if (text is not null && RecurrenceRule.Parse(text, out wrong) is { } rule)
                rules.Add(rule);
            if (wrong is not null)
                problem(line.Line, $"{name}: {wrong}");
        }

        return [.. rules];
    }

    private RecurrenceDate[] Dates(IReadOnlyList<ContentLine> lines)
    {
        var dates = new List<RecurrenceDate>();
        foreach (var (line, value) in DateList(lines, "RDATE"))
        {
            var parts = value.Split('/');
            if (Time(line, parts[0]) is not { } start || !InRange(start))
                continue;

            Duration? length = null;
            if (parts.Length > 1)
            {
                length = PeriodValue.Parse(parts[1]) is { } period
                    ? Duration.FromSeconds(period.Days * CivilDay.Seconds + period.Hours * 3600 + period.Minutes * 60 + period.Seconds)
                    : Time(line, parts[1]) is { } end && InRange(end) && end.Instant >= start.Instant ? end.Instant - start.Instant : null;
            }

            dates.Add(new RecurrenceDate(start, length));
        }

        return [.. dates];
    }

    /// <summary>The values of a list property; vCalendar 1.0 separates them by semicolons.</summary>
    private IEnumerable<(ContentLine Line, string Value)> DateList(IReadOnlyList<ContentLine> lines, string name)
    {
        var count = 0;
        foreach (var line in lines)
        {
            if (line.Name != name)
                continue;
            foreach (var value in line.Value.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (++count > limits.Dates)
                {
                    problem(line.Line, $"more than {limits.Dates} dates in {name}; the rest is left out");
                    yield break;
                }

                yield return (line, value);
            }
        }
    }

    /// <summary>A UID for an event that has none, the same for every copy of it.</summary>
    private static string Derived(CalendarTime start, CalendarTime end, CalendarOrganizer? organizer, string? summary)
    {
        var content = $"{start.Instant}\n{end.Instant}\n{organizer?.Address?.ToLowerInvariant()}\n{summary}";
        return "derived-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 16));
    }

    private static string Short(string value) => value.Length <= 60 ? value : value[..60] + "...";
}

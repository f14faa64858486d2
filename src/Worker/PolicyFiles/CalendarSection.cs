using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>calendars</c> (policy-language.md section 3).</summary>
internal static class CalendarSection
{
    private static readonly Shape<IReadOnlyList<WrittenSpan>> Spans = new OneOrMoreShape<WrittenSpan>(PolicyForms.Span);

    private static readonly Key<DateTimeZone> Zone = new(
        "zone",
        Forms.Zone,
        "The IANA time zone, such as Europe/Berlin.",
        required: true);

    private static readonly Key<IReadOnlyList<Named<IReadOnlyList<IsoDayOfWeek>, IReadOnlyList<WrittenSpan>>>> Hours = new(
        "hours",
        new NamedShape<IReadOnlyList<IsoDayOfWeek>, IReadOnlyList<WrittenSpan>>(PolicyForms.DayRange, Spans, "day"),
        "The open hours of a day or a range of days: `mon-fri: \"09:00-17:00\"`, or a list of spans. A day that is not named is no "
            + "business day.",
        required: true);

    private static readonly Key<string> HolidayName = new(
        "name",
        Forms.Line("the name of a holiday", 200),
        "What the day is called.",
        required: true);

    private static readonly Key<IReadOnlyList<WrittenSpan>> HolidayHours = new(
        "hours",
        Spans,
        "The hours the office is open on that day; without them it is closed.");

    private static readonly Shape<WrittenHoliday> Holiday = new EitherShape<WrittenHoliday>(
        "the name of a holiday, or {name, hours}",
        Forms.Line("the name of a holiday", 200).As((name, _) => new WrittenHoliday(name, [])),
        new MapShape("a holiday", HolidayName, HolidayHours).As(
            (map, _) => new WrittenHoliday(map.ValueOr(HolidayName, ""), map.ValueOr(HolidayHours, []))));

    private static readonly Key<IReadOnlyList<Named<LocalDate, WrittenHoliday>>> Holidays = new(
        "holidays",
        new NamedShape<LocalDate, WrittenHoliday>(Forms.Date, Holiday, "holiday"),
        "Dates on which the office is closed, with their names; or {name, hours} for a shorter day.");

    public static Shape<IReadOnlyList<Named<string, MapValues>>> Shape { get; } = new NamedShape<string, MapValues>(
        Forms.Name, new MapShape("a calendar", Zone, Hours, Holidays) { Definition = "calendar" }, "calendar", least: 1);

    /// <summary>Used in place of a calendar that could not be read, so that the rest can still be checked.</summary>
    public static BusinessCalendar Unreadable { get; } =
        new(
            "unreadable",
            DateTimeZone.Utc,
            Enum.GetValues<IsoDayOfWeek>()
                .Where(d => d != IsoDayOfWeek.None)
                .ToDictionary(d => d, IReadOnlyList<OpenSpan> (_) => [new OpenSpan(0, 1440)]),
            new Dictionary<LocalDate, Holiday>());

    public static IReadOnlyDictionary<string, BusinessCalendar> Build(
        IReadOnlyList<Named<string, MapValues>> written,
        ProblemList problems) => written.ToDictionary(w => w.Key, w => Build(w, problems), StringComparer.Ordinal);

    /// <summary>Where the keys of a calendar stand, for problems found later.</summary>
    public static YamlNode ReadHolidays(MapValues calendar) => calendar.FindNode(Holidays) ?? calendar.Node;

    private static BusinessCalendar Build(Named<string, MapValues> written, ProblemList problems)
    {
        var before = problems.HasErrors;
        var hours = new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>();
        var named = new Dictionary<IsoDayOfWeek, YamlNode>();
        foreach (var entry in written.Value.ValueOr(Hours, []))
        {
            var spans = InOrder(entry.Value, problems);
            foreach (var day in entry.Key)
            {
                if (named.TryGetValue(day, out var first))
                {
                    problems.Error(
                        entry.KeyNode,
                        "031",
                        $"{Short(day)} has its hours twice in calendar '{written.Key}'; first at {first.Spot}");
                    continue;
                }

                named.Add(day, entry.KeyNode);
                hours.Add(day, spans);
            }
        }

        if (
            hours.Values.All(spans => spans.Count == 0)
            && (written.Value.FindNode(Hours) is YamlMap { Entries.Count: 0 } || !(before || problems.HasErrors)))
            problems.Error(
                written.Value.Place(Hours),
                "023",
                $"calendar '{written.Key}' is never open; give some day its hours, such as mon-fri: \"09:00-17:00\"");

        var holidays = written.Value.ValueOr(Holidays, [])
            .ToDictionary(h => h.Key, h => new Holiday(h.Value.Name, InOrder(h.Value.Hours, problems)));
        return new BusinessCalendar(written.Key, written.Value.ValueOr(Zone, DateTimeZone.Utc), hours, holidays);
    }

    private static IReadOnlyList<OpenSpan> InOrder(IReadOnlyList<WrittenSpan> spans, ProblemList problems)
    {
        var forwards = new List<WrittenSpan>();
        foreach (var span in spans)
        {
            if (span.Span.End > span.Span.Start)
                forwards.Add(span);
            else
                problems.Error(
                    span.Node,
                    "024",
                    "the open hours end before they start; a span stays within one day, and \"24:00\" ends it");
        }

        var ordered = forwards.OrderBy(s => s.Span.Start).ThenBy(s => s.Span.End).ToList();
        foreach (var (first, second) in ordered.Zip(ordered.Skip(1)))
        {
            if (second.Span.Start < first.Span.End)
            {
                var later = forwards.IndexOf(first) > forwards.IndexOf(second) ? first : second;
                problems.Error(
                    later.Node,
                    "024",
                    $"the open hours overlap others of the same day; write them as one span or move them apart");
            }
        }

        return [.. ordered.Select(s => s.Span)];
    }

    private static string Short(IsoDayOfWeek day) => day.ToString()[..3].ToLowerInvariant();

    private sealed record WrittenHoliday(string Name, IReadOnlyList<WrittenSpan> Hours);
}

using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>Gathers the lines of one VTIMEZONE while it is read.</summary>
internal sealed class ZoneDefinition
{
    private const int MostObservances = 500;

    private readonly List<Observance> observances = [];
    private readonly List<RecurrenceRule> rules = [];
    private readonly List<LocalDateTime> dates = [];
    private string? id;
    private bool inObservance;
    private bool daylight;
    private LocalDateTime? start;
    private Offset? from;
    private Offset? to;

    public void Begin()
    {
        observances.Clear();
        id = null;
        inObservance = false;
    }

    public void BeginObservance(bool daylight)
    {
        rules.Clear();
        dates.Clear();
        (start, from, to) = (null, null, null);
        this.daylight = daylight;
        inObservance = true;
    }

    public void Take(ContentLine line)
    {
        if (!inObservance)
        {
            if (line.Name == "TZID")
                id ??= TextValue.Unescape(line.Value, 500);
            return;
        }

        switch (line.Name)
        {
            case "DTSTART":
                start = Local(line.Value);
                break;
            case "TZOFFSETFROM":
                from = ZoneResolver.ParseOffset(line.Value);
                break;
            case "TZOFFSETTO":
                to = ZoneResolver.ParseOffset(line.Value);
                break;
            case "RRULE" when RecurrenceRule.Parse(line.Value, out _) is { } rule:
                rules.Add(rule);
                break;
            case "RDATE":
                dates.AddRange(line.Value.Split(',').Select(Local).OfType<LocalDateTime>());
                break;
        }
    }

    /// <summary>Ends a STANDARD or DAYLIGHT; what is wrong with it, in words, or null.</summary>
    public string? EndObservance()
    {
        inObservance = false;
        if (to is not { } offset)
            return "a part of a time zone without a usable TZOFFSETTO is passed over";
        if (observances.Count == MostObservances)
            return "a time zone with very many parts; the rest is passed over";

        observances.Add(
            new Observance(start ?? new LocalDateTime(1970, 1, 1, 0, 0), from ?? offset, offset, daylight, [.. rules], [.. dates]));
        return null;
    }

    /// <summary>Ends the VTIMEZONE; the zone, or null if it defines none.</summary>
    public EmbeddedZone? End() => string.IsNullOrEmpty(id) ? null : EmbeddedZone.From(id, observances);

    private static LocalDateTime? Local(string value) =>
        DateValue.Parse(value) is { } date && date.Local.Year is > DateValue.FirstYear and <= DateValue.LastYear ? date.Local : null;
}

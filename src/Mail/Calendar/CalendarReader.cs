using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Reads iCalendar (RFC 5545) and vCalendar 1.0 as programs really write them. It never throws for what it reads and never reads past its
/// limits; what cannot be understood is left out, and said.
/// </summary>
public sealed class CalendarReader
{
    private const int DeepestNesting = 32;

    private static readonly FrozenSet<string> Wanted = new[]
    {
        "UID",
        "RECURRENCE-ID",
        "SEQUENCE",
        "DTSTAMP",
        "LAST-MODIFIED",
        "DTSTART",
        "DTEND",
        "DURATION",
        "STATUS",
        "CLASS",
        "CATEGORIES",
        "TRANSP",
        "SUMMARY",
        "LOCATION",
        "ORGANIZER",
        "ATTENDEE",
        "RRULE",
        "EXRULE",
        "RDATE",
        "EXDATE",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS",
        "X-NEXTCLOUD-OUT-OF-OFFICE",
        "METHOD",
        "PRODID",
        "NAME",
        "X-WR-CALNAME",
        "X-WR-TIMEZONE",
        "TZID",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "X-LIC-LOCATION",
        "TZ",
        "VERSION",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> WantedNames = Wanted.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    private readonly CalendarLimits limits;
    private readonly ZoneResolver zones;
    private readonly EventReader eventReader;
    private readonly Encoding fallback;
    private readonly List<string> open = [];
    private readonly List<CalendarEvent?> events = [];
    private readonly List<(int Index, int Line, List<ContentLine> Lines)> waiting = [];
    private readonly List<CalendarProblem> problems = [];
    private readonly ZoneDefinition definition = new();

    private List<ContentLine>? current;
    private int currentLine;
    private int lost;
    private bool isCalendar;
    private bool full;
    private string? method;
    private string? currentMethod;

    private CalendarReader(CalendarLimits limits, string? charset, DateTimeZone? defaultZone)
    {
        this.limits = limits;
        zones = new ZoneResolver(defaultZone);
        eventReader = new EventReader(zones, limits, (line, words) => Problem(line, words));
        fallback = TextValue.FindEncoding(charset) ?? TextValue.Western;
    }

    /// <summary>Reads a calendar held in memory, such as a part of a mail.</summary>
    /// <inheritdoc cref="Read(Stream, CalendarLimits?, string?, DateTimeZone?, CancellationToken)"/>
    public static CalendarFile Read(
        ReadOnlyMemory<byte> bytes,
        CalendarLimits? limits = null,
        string? charset = null,
        DateTimeZone? defaultZone = null)
    {
        using var stream = MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return Read(stream, limits, charset, defaultZone, CancellationToken.None);
    }

    /// <summary>Reads a calendar from a stream, forward only, holding one line of it at a time.</summary>
    /// <param name="stream">Where it is read from; its own errors (a disk, a network) pass through.</param>
    /// <param name="limits">How much is read at most; null for <see cref="CalendarLimits.Default"/>.</param>
    /// <param name="charset">The charset named outside of it (of a mail part), for lines that are not UTF-8; null if none.</param>
    /// <param name="defaultZone">The zone of times that name none, unless the calendar declares one; null for UTC, marked
    /// uncertain.</param>
    /// <param name="ct">Ends the reading.</param>
    public static CalendarFile Read(
        Stream stream,
        CalendarLimits? limits = null,
        string? charset = null,
        DateTimeZone? defaultZone = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new CalendarReader(limits ?? CalendarLimits.Default, charset, defaultZone);
        return reader.Run(stream, ct);
    }

    private CalendarFile Run(Stream stream, CancellationToken ct)
    {
        var lines = new LineReader(Transcoded.Open(stream), limits);
        var anything = false;
        var markup = false;
        while (!full && lines.Read())
        {
            if (!anything)
                markup = lines.Line.TrimStart(" \t\uFEFF"u8).StartsWith("<"u8);
            anything = true;
            if (lines.IsCut)
                Problem(lines.Number, $"a line longer than {limits.LineBytes} bytes is cut");
            Take(lines.Line, lines.Number);
            ct.ThrowIfCancellationRequested();
        }

        var complete = open.Count == 0 && !lines.IsCapped && !full;
        if (lines.IsCapped)
            Problem(lines.Number, $"the calendar is longer than {limits.Bytes} bytes; the rest is not read");
        if (current is not null)
            Lose(currentLine, "the calendar ends inside this event");
        if (!isCalendar)
        {
            Problem(1, !anything ? "it is empty; there is no calendar in it"
                : markup ? "it is a web page or XML, not a calendar: most likely the address needs a login or has changed"
                : "there is no BEGIN:VCALENDAR in it; it is not a calendar");
        }
        else if (!complete && !full && !lines.IsCapped && current is null)
            Problem(lines.Number, "the calendar ends before its END:VCALENDAR; it was cut off");

        Settle();
        return new CalendarFile
        {
            Method = method,
            IsCalendar = isCalendar,
            IsComplete = isCalendar && complete,
            Events = [.. events.OfType<CalendarEvent>()],
            Problems = problems,
            EventsLost = lost,
        };
    }

    private void Take(ReadOnlySpan<byte> line, int number)
    {
        if (line.StartsWith("\uFEFF"u8))
            line = line[3..];

        var stop = line.IndexOfAny((byte)':', (byte)';');
        Span<char> upper = stackalloc char[64];
        if (stop is < 1 or > 64 || !ReadName(line[..stop], ref upper))
        {
            // Before the calendar anything may stand: the headers of a mail, a web page.
            if (open.Count > 0)
                Problem(number, "a line without a name is passed over");
            return;
        }

        if (upper is "BEGIN")
            Begin(Component(line[(stop + 1)..]), number);
        else if (upper is "END")
            End(Component(line[(stop + 1)..]), number);
        else if (open.Count > 0 && WantedNames.TryGetValue(upper, out var known))
            Property(known, line[stop..], number);
    }

    private static bool ReadName(ReadOnlySpan<byte> bytes, ref Span<char> upper)
    {
        bytes = bytes.TrimEnd((byte)' ');
        for (var index = 0; index < bytes.Length; index++)
        {
            var character = (char)bytes[index];
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
                return false;
            upper[index] = char.ToUpperInvariant(character);
        }

        upper = upper[..bytes.Length];
        return bytes.Length > 0;
    }

    private static string Component(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t\""u8);
        return value switch
        {
            _ when value.SequenceEqual("VEVENT"u8) => "VEVENT",
            _ when value.SequenceEqual("VALARM"u8) => "VALARM",
            _ => Encoding.Latin1.GetString(value[..Math.Min(value.Length, 64)]).ToUpperInvariant(),
        };
    }

    private void Begin(string component, int number)
    {
        switch (component)
        {
            case "VEVENT":
                if (current is not null)
                {
                    Problem(number, "an event begins inside an event; the one before is taken to end here");
                    Finish();
                    open.RemoveRange(open.LastIndexOf("VEVENT"), open.Count - open.LastIndexOf("VEVENT"));
                }

                if (events.Count >= limits.Events)
                {
                    full = true;
                    Problem(number, $"more than {limits.Events} events; the rest is not read");
                    return;
                }

                isCalendar = true;
                current = [];
                currentLine = number;
                break;
            case "VCALENDAR":
                isCalendar = true;
                currentMethod = null;
                break;
            case "VTIMEZONE":
                definition.Begin();
                break;
            case "STANDARD" or "DAYLIGHT":
                definition.BeginObservance(daylight: component == "DAYLIGHT");
                break;
        }

        if (open.Count < DeepestNesting)
            open.Add(component);
    }

    private void End(string component, int number)
    {
        var index = open.LastIndexOf(component);
        if (index < 0)
        {
            if (open.Count > 0)
                Problem(number, "an END without its BEGIN is passed over");
            return;
        }

        if (current is not null && open.LastIndexOf("VEVENT") >= index)
            Finish();
        if (component == "VTIMEZONE" && definition.End() is { } zone)
            zones.Define(zone);
        else if (component is "STANDARD" or "DAYLIGHT" && definition.EndObservance() is { } wrong)
            Problem(number, wrong);
        open.RemoveRange(index, open.Count - index);
    }

    private void Property(string property, ReadOnlySpan<byte> rest, int number)
    {
        var component = open[^1];
        if (component is not ("VEVENT" or "VCALENDAR" or "VTIMEZONE" or "STANDARD" or "DAYLIGHT"))
            return;

        var line = ContentLine.From(property, TextValue.Decode(rest, fallback), number);
        if (component == "VEVENT")
            current?.Add(line);
        else if (component == "VCALENDAR")
            OfCalendar(line);
        else
            definition.Take(line);
    }

    private void OfCalendar(ContentLine line)
    {
        switch (line.Name)
        {
            case "METHOD" when line.Value.Trim() is { Length: > 0 } value:
                currentMethod = value.ToUpperInvariant();
                method ??= currentMethod;
                if (method != currentMethod)
                    Problem(line.Line, "a second METHOD that differs; the file keeps the first");
                break;
            case "X-WR-TIMEZONE":
                zones.DeclareDefault(TextValue.Unescape(line.Value, 200) ?? "");
                break;
            case "TZ":
                // vCalendar 1.0: the offset of the program that wrote it.
                zones.DeclareDefault("UTC" + line.Value.Trim());
                break;
        }
    }

    /// <summary>Reads the event whose properties are at hand, or sets it aside until the definition of its zone has been seen.</summary>
    private void Finish()
    {
        var lines = current!;
        current = null;
        if (lines.All(line => line.Parameters.Count == 0 || line.Parameter("TZID") is not { } zone || zones.Known(zone) is not null))
        {
            events.Add(Read(lines, currentLine));
            return;
        }

        waiting.Add((events.Count, currentLine, lines));
        events.Add(null);
    }

    private void Settle()
    {
        foreach (var (index, line, lines) in waiting)
            events[index] = Read(lines, line);
    }

    private CalendarEvent? Read(List<ContentLine> lines, int line)
    {
        var entry = eventReader.Read(lines, line, currentMethod is "REPLY" or "CANCEL", out var reason);
        if (entry is null)
            Lose(line, reason!);
        return entry;
    }

    private void Lose(int line, string reason)
    {
        lost++;
        Problem(line, "this event is left out: " + reason, eventLost: true);
    }

    private void Problem(int line, string words, bool eventLost = false)
    {
        if (problems.Count < limits.Problems)
            problems.Add(new CalendarProblem(line, words, eventLost));
    }
}

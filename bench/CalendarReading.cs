using System.Diagnostics;
using System.Globalization;
using System.Text;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Writes one calendar of invented events, then reads it from disk and expands every series over the year 2026, on one thread. A fifth of
/// the events recur; four zones by IANA and Windows names; three attendees, a folded description and an alarm each, as calendars have them.
/// </summary>
internal static class CalendarReading
{
    private static readonly string[] Zones = ["Europe/Vienna", "America/New_York", "W. Europe Standard Time", "Asia/Tokyo"];
    private static readonly string[] Rules =
    [
        "FREQ=WEEKLY",
        "FREQ=DAILY;COUNT=30",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;UNTIL=20261001T000000Z",
    ];

    public static void Run(Options options)
    {
        var events = options.Number("events", 100_000);
        var repeat = options.Number("repeat", 3);
        var path = Path.Combine(Path.GetTempPath(), $"crmsync-bench-{Environment.ProcessId}.ics");
        try
        {
            Write(path, events);
            var bytes = new FileInfo(path).Length;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{events:N0} events, {bytes / 1e6:N1} MB, read from disk and expanded over 2026; {repeat} runs, the first one cold"));
            for (var run = 0; run < repeat; run++)
                Measure(path, events, bytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Measure(string path, int events, long bytes)
    {
        GC.Collect();
        var year = new Interval(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0));
        var clock = Stopwatch.StartNew();
        using var stream = File.OpenRead(path);
        var file = CalendarReader.Read(stream);
        var read = clock.Elapsed;
        long occurrences = 0;
        foreach (var series in EventSeries.Group(file.Events))
            occurrences += Occurrences.Within(series, year, 1_000).Occurrences.Count;
        var whole = clock.Elapsed;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"read {read.TotalSeconds:N2} s ({events / read.TotalSeconds:N0} events/s, {bytes / 1e6 / read.TotalSeconds:N0} MB/s), "
                    + $"expanded {(whole - read).TotalSeconds:N2} s to {occurrences:N0} occurrences, "
                    + $"together {events / whole.TotalSeconds:N0} events/s; peak memory {process.PeakWorkingSet64 / 1e6:N0} MB"));
    }

    private static void Write(string path, int events)
    {
        var random = new Random(1);
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
        {
            NewLine = "\r\n",
        };
        file.WriteLine("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//CrmSync//Bench//EN");
        for (var number = 0; number < events; number++)
        {
            var start = new LocalDateTime(2026, 1, 1, 9, 0).PlusHours(random.Next(8_000));
            var zone = Zones[random.Next(Zones.Length)];
            file.WriteLine(
                $"BEGIN:VEVENT\r\nUID:{number}-{random.Next()}@bright.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;"
                    + $"TZID={zone}:{Print(start)}\r\nDTEND;TZID={zone}:{Print(start.PlusHours(1))}"
            );
            file.WriteLine(
                $"SUMMARY:Meeting {number}\r\nDESCRIPTION:{new string('x', 60)}\r\n {new string('y', 70)}\r\n "
                    + $"{new string('z', 70)}\r\nLOCATION:Room\r\nORGANIZER;CN=Ana Bright:mailto:ana@bright.example"
            );
            for (var attendee = 0; attendee < 3; attendee++)
                file.WriteLine(
                    $"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Person {attendee};\r\n "
                        + $"X-NUM-GUESTS=0:mailto:p{random.Next(5_000)}@oak.example"
                );
            if (number % 5 == 0)
                file.WriteLine("RRULE:" + Rules[random.Next(Rules.Length)]);
            file.WriteLine("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT");
        }

        file.WriteLine("END:VCALENDAR");
    }

    private static string Print(LocalDateTime local) => local.ToString("uuuuMMdd'T'HHmmss", CultureInfo.InvariantCulture);
}

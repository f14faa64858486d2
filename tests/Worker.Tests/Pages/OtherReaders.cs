using System.Diagnostics;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>
/// What two libraries for iCalendar in Python say of a calendar: vobject counts what a component must have and may have once, icalendar
/// reads every value by its type and says which it could not.
/// </summary>
internal static class OtherReaders
{
    private const string Program =
        """
        import sys
        try:
            import icalendar, vobject
        except ImportError as missing:
            sys.exit(f"this test needs {missing.name}: apt-get install python3-icalendar python3-vobject")
        data = sys.stdin.buffer.read()
        calendar = icalendar.Calendar.from_ical(data)
        events = calendar.walk("VEVENT")
        for component in calendar.walk():
            if component.errors:
                sys.exit(f"{component.name}: {component.errors}")
        for event in events:
            for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED"):
                if name not in event:
                    sys.exit(f"an entry has no {name}")
            if event["DTSTART"].dt >= event["DTEND"].dt or event["DTSTART"].dt.utcoffset() is None:
                sys.exit("an entry has no time")
        if len({event["UID"] for event in events}) != len(events):
            sys.exit("two entries have one UID")
        other = vobject.readOne(data.decode("utf-8"))
        other.validate(raiseException=True)
        if sorted(e.summary.value for e in getattr(other, "vevent_list", [])) != sorted(str(e["SUMMARY"]) for e in events):
            sys.exit("the two read different words")
        print(f"{len(events)} entries, well formed")
        """;

    public static async Task<string> Check(string calendar)
    {
        // Debian's Python, which has these libraries as packages.
        var start = new ProcessStartInfo(Fixtures.Servers.ServerProcess.Find("python3", "python3"), ["-c", Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var python = Process.Start(start)!;
        await python.StandardInput.BaseStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(calendar));
        python.StandardInput.Close();
        var (said, wrong) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        return (python.ExitCode == 0 ? await said : await wrong).Trim();
    }
}

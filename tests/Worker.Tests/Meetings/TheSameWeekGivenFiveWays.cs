using System.Globalization;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class TheSameWeekGivenFiveWays(RadicaleServer radicale, XandikosServer xandikos, CyrusCalendarServer cyrus)
    : IClassFixture<RadicaleServer>, IClassFixture<XandikosServer>, IClassFixture<CyrusCalendarServer>
{
    private static readonly Instant Now = Instant.FromUtc(2026, 2, 20, 8, 0);

    private static readonly string[] Tea =
    [
        "DTSTAMP:20260110T080000Z", "DTSTART;TZID=Europe/Dublin:20260302T090000", "DTEND;TZID=Europe/Dublin:20260302T100000", "SUMMARY:Tea",
        "ORGANIZER;CN=Jane:mailto:jane@acme.example",
    ];

    private static readonly string[] Planning =
    [
        "DTSTAMP:20260110T080000Z",
        "DTSTART;TZID=Europe/Vienna:20260302T140000",
        "DTEND;TZID=Europe/Vienna:20260302T150000",
        "SUMMARY:Planning",
        "ORGANIZER;CN=Ana:mailto:ana@us.example",
    ];

    private static readonly string[] Moved =
    [
        "DTSTAMP:20260111T080000Z",
        "SEQUENCE:1",
        "RECURRENCE-ID;TZID=Europe/Vienna:20260303T140000",
        "DTSTART;TZID=Europe/Vienna:20260303T160000",
        "DTEND;TZID=Europe/Vienna:20260303T170000",
        "SUMMARY:Planning",
        "ORGANIZER;CN=Ana:mailto:ana@us.example",
        "ATTENDEE;CN=Jane;PARTSTAT=ACCEPTED:mailto:jane@acme.example",
    ];

    private static readonly string[] Dropped =
    [
        "DTSTAMP:20260112T080000Z",
        "SEQUENCE:1",
        "STATUS:CANCELLED",
        "RECURRENCE-ID;TZID=Europe/Vienna:20260304T140000",
        "DTSTART;TZID=Europe/Vienna:20260304T140000",
        "DTEND;TZID=Europe/Vienna:20260304T150000",
        "SUMMARY:Planning",
        "ORGANIZER;CN=Ana:mailto:ana@us.example",
        "ATTENDEE;CN=Jane;PARTSTAT=ACCEPTED:mailto:jane@acme.example",
    ];

    private static readonly string[] Lunch =
    [
        "DTSTAMP:20260110T080000Z",
        "DTSTART;TZID=America/New_York:20260305T120000",
        "DTEND;TZID=America/New_York:20260305T130000",
        "SUMMARY:Lunch",
        "ORGANIZER;CN=Ana:mailto:ana@us.example",
    ];

    private static readonly string[] Review =
    [
        "DTSTAMP:20260110T080000Z",
        "DTSTART:20260306T100000Z",
        "DTEND:20260306T110000Z",
        "SUMMARY:Review",
        "ORGANIZER;CN=Jane:mailto:jane@acme.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example",
    ];

    private static readonly string[] Doctor =
    [
        "DTSTAMP:20260110T080000Z",
        "DTSTART:20260306T140000Z",
        "DTEND:20260306T150000Z",
        "SUMMARY:Doctor",
        "CLASS:PRIVATE",
        "ORGANIZER:mailto:ana@us.example",
    ];

    /// <summary>As the calendars hold it: the answers are in them, what was cancelled says so.</summary>
    private static readonly Dictionary<string, string> Objects = new()
    {
        ["tea"] = Event("tea", [.. Tea, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"]),
        ["planning"] =
            Event("planning", [.. Planning, "RRULE:FREQ=DAILY;COUNT=5", "ATTENDEE;CN=Jane;PARTSTAT=ACCEPTED:mailto:jane@acme.example"])
            + Event("planning", Moved)
            + Event("planning", Dropped),
        ["lunch"] = Event("lunch", [.. Lunch, "ATTENDEE;CN=Jane;PARTSTAT=DECLINED:mailto:jane@acme.example"]),
        ["review"] = Event("review", [.. Review, "STATUS:CANCELLED", "LAST-MODIFIED:20260112T080000Z", "SEQUENCE:1"]),
        ["doctor"] = Event("doctor", Doctor),
    };

    /// <summary>As the mails told it, in the order they came.</summary>
    private static readonly string[] Mails =
    [
        CalendarMail(
            "jane@acme.example",
            "ana@us.example",
            "REQUEST",
            Event("tea", [.. Tea, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ana@us.example"])),
        CalendarMail(
            "ana@us.example",
            "jane@acme.example",
            "REPLY",
            Event("tea", [.. Tea, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"])),
        CalendarMail(
            "ana@us.example",
            "jane@acme.example",
            "REQUEST",
            Event("planning", [.. Planning, "RRULE:FREQ=DAILY;COUNT=5", "ATTENDEE;CN=Jane;PARTSTAT=ACCEPTED:mailto:jane@acme.example"])),
        CalendarMail("ana@us.example", "jane@acme.example", "REQUEST", Event("planning", Moved)),
        CalendarMail("ana@us.example", "jane@acme.example", "CANCEL", Event("planning", Dropped)),
        CalendarMail(
            "ana@us.example",
            "jane@acme.example",
            "REQUEST",
            Event("lunch", [.. Lunch, "ATTENDEE;CN=Jane;PARTSTAT=NEEDS-ACTION:mailto:jane@acme.example"])),
        CalendarMail(
            "jane@acme.example",
            "ana@us.example",
            "REPLY",
            Event("lunch", [.. Lunch, "ATTENDEE;CN=Jane;PARTSTAT=DECLINED:mailto:jane@acme.example"])),
        CalendarMail("jane@acme.example", "ana@us.example", "REQUEST", Event("review", Review)),
        CalendarMail(
            "jane@acme.example",
            "ana@us.example",
            "CANCEL",
            Event("review", [.. Review.Skip(1), "DTSTAMP:20260112T080000Z", "SEQUENCE:1", "STATUS:CANCELLED"])),
        CalendarMail("ana@us.example", "jane@acme.example", "REQUEST", Event("doctor", Doctor)),
    ];

    [Fact]
    public async Task Each_way_gives_the_same_log_and_all_five_still_one_line_a_meeting()
    {
        await Fill(radicale);
        await Fill(xandikos);
        await Fill(cyrus);
        string[] ways = ["cyrus", "file", "mail", "radicale", "xandikos"];
        var alone = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var way in ways)
        {
            await using var company = await TestCompany.Open();
            Assert.Null((await company.Harvest("ana", CreateSource(way, company, "ana"), Now)).Problem);
            var log = await company.Meetings();
            Assert.All(log, line => Assert.Equal(["ana"], line.Accounts));
            alone[way] = [.. log.Select(line => line.Told())];
        }

        Assert.Equal(
            ["Tea", "Planning", "Planning", "Planning", "Planning", "Lunch", "Review", "Planning"],
            alone["file"].Select(line => line.Split(' ')[5]));
        Assert.All(ways, way => Assert.Equal(alone["file"], alone[way]));

        await using var firm = await TestCompany.Open();
        foreach (var way in ways)
            Assert.Null((await firm.Harvest(way, CreateSource(way, firm, way), Now, "ana@us.example")).Problem);

        var together = await firm.Meetings();
        Assert.Equal(alone["file"], together.Select(line => line.Told()));
        Assert.All(together, line => Assert.Equal(ways, line.Accounts));
    }

    private static async Task Fill(CalDavServer server)
    {
        var calendar = await server.NewCalendar("week");
        foreach (var (name, events) in Objects)
            await server.Put(calendar, name, Calendar(events));
    }

    private ISource CreateSource(string way, TestCompany company, string account)
    {
        switch (way)
        {
            case "file":
                System.IO.File.WriteAllText(company.PathTo("week.ics"), Calendar(Objects.Values));
                return Ics.File(company.PathTo("week.ics"), Now, account);
            case "mail":
                foreach (var (number, mail) in Mails.Index())
                    System.IO.File.WriteAllText(company.PathTo("mails", number.ToString(CultureInfo.InvariantCulture) + ".eml"), mail);
                return new EmlSource(company.PathTo("mails"));
            default:
                var root = way switch { "radicale" => radicale.Root, "xandikos" => xandikos.Root, _ => cyrus.Root };
                return new CalDavSource(
                    account,
                    new DavClient(
                        new HttpMessageInvoker(WebConnections.Create(TimeProvider.System)),
                        root,
                        DavCredentials.Basic(CalDavServer.User, CalDavServer.Password)),
                    Series(Now, account),
                    DateTimeZone.Utc);
        }
    }
}

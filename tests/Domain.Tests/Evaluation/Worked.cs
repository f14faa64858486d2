using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>The company of the worked timelines: an office in Berlin, Monday to Friday nine to five; 2 March 2026 is a Monday.</summary>
internal static class Worked
{
    public const string Jane = "jane@acme.example";
    public const string John = "john@acme.example";
    public const string Li = "li@beta.example";
    public const string Ana = "ana@us.example";
    public const string Bob = "bob@us.example";

    public static BusinessCalendar Office { get; } =
        Calendar("office", "Europe/Berlin", "mon-fri 09:00-17:00", "2026-04-03 Good Friday", "2026-04-06 Easter Monday");

    /// <summary>The whole configuration.</summary>
    public static CompanyPolicy Policy { get; } = Bare.WithRules(Reply, Fix, Waiting, Customers).WithLimits(Gentle, AfterComplaint);

    /// <summary>The same without rules and limits.</summary>
    public static CompanyPolicy Bare =>
        new()
        {
            Version = "worked",
            Start = Day("2026-01-01"),
            Us = new OurSide(["us.example"], []),
            DefaultCalendar = Office,
            Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = Office },
            People = People,
            DefaultOwner = People[0],
            Teams = [new Team("support", "dana", ["ana", "bob"], [Address("support@us.example")])],
            Segments = new Dictionary<string, Segment>
            {
                ["customer"] = CreateSegment("customer", domains: ["acme.example", "beta.example"]),
                ["prospect"] = CreateSegment("prospect", notIn: ["customer"]),
            },
            Contacts =
            [
                new ContactEntry(Address(Jane), Here)
                {
                    Aliases = [Address("jane.private@mail.example")],
                    Dates = new Dictionary<string, ContactDate> { ["birthday"] = new ContactDate(null, 3, 15) },
                },
            ],
            Markers = new Dictionary<string, Marker>
            {
                ["complaint"] = new Marker("complaint", ["complaint", "unacceptable"], Here) { Direction = Direction.Inbound },
            },
            Cases = new Dictionary<string, CaseDefinition> { ["complaint"] = Case("complaint", HasMarker("complaint"), quietFor: "10d") },
        };

    public static RespondRule Reply => Respond("reply", "4bh", "8bh") with { Escalate = [Step("0m", "owner"), Step("4bh", "manager")] };

    public static ResolveRule Fix => Resolve("complaint-fix", "complaint", "16bh");

    public static ChaseRule Waiting => Chase("waiting", "3bd");

    public static StayInTouchRule Customers => StayInTouch("customers", "30d", Segment("customer"));

    public static CapLimit Gentle => Cap("gentle", 2, "7d");

    public static CooldownLimit AfterComplaint => Cooldown("after-complaint", "complaint", "14d", Per.Organisation);

    private static Person[] People => [Person("ana", manager: "dana"), Person("bob", manager: "dana"), Person("dana")];
}

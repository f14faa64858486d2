using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Fixtures.Digests;

/// <summary>A small company on a Wednesday morning, and what can be changed about it.</summary>
internal static class Some
{
    public static readonly DateTimeZone Dublin = DateTimeZoneProviders.Tzdb["Europe/Dublin"];
    public static readonly Place Nowhere = new("policy.yaml", 1, 1);
    public static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 8, 45);

    public static readonly BusinessCalendar Office = new(
        "office",
        Dublin,
        new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>
        {
            [IsoDayOfWeek.Monday] = [new OpenSpan(540, 1050)],
            [IsoDayOfWeek.Tuesday] = [new OpenSpan(540, 1050)],
            [IsoDayOfWeek.Wednesday] = [new OpenSpan(540, 1050)],
            [IsoDayOfWeek.Thursday] = [new OpenSpan(540, 1050)],
            [IsoDayOfWeek.Friday] = [new OpenSpan(540, 960)],
        },
        new Dictionary<LocalDate, Holiday>());

    public static readonly Person Olga = new("olga", Address("olga@bright.example")) { Name = "Olga Byrne" };
    public static readonly Person Ana = new("ana", Address("ana@bright.example")) { Name = "Ana Duarte", Manager = "olga" };
    public static readonly Person Tim = new("tim", Address("tim@bright.example")) { Name = "Tim Quinn", Manager = "olga" };

    public static readonly DigestDefinition MyDay = new("my-day", Nowhere) { At = new LocalTime(8, 30) };
    public static readonly DigestDefinition TheFirm = new("the-firm", Nowhere)
    {
        At = new LocalTime(8, 45),
        Readers = DigestReaders.Managers,
    };

    public static readonly RespondRule Answer = new("answer", Nowhere)
    {
        Calendar = Office,
        Within = new(1, TimeUnit.BusinessDay),
        NextWithin = new(1, TimeUnit.BusinessDay),
    };

    public static CompanyPolicy Policy => new()
    {
        Version = "4f1c2a9",
        Us = new OurSide(["bright.example"], []),
        DefaultCalendar = Office,
        DefaultOwner = Olga,
        Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = Office },
        People = [Olga, Ana, Tim],
        Digests = [MyDay, TheFirm],
    };

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);

    public static Item Item(
        string id,
        Rule? rule = null,
        string owner = "ana",
        string contact = "jo@acme.example",
        ItemState state = ItemState.Open,
        Instant? due = null) =>
        new()
        {
            Id = id,
            Rule = rule ?? Answer,
            About = "thread-" + id,
            Contact = Address(contact),
            Owner = owner,
            State = state,
            Opened = Now - Duration.FromDays(2),
            Due = due ?? (state == ItemState.Overdue ? Now - Duration.FromHours(20) : Now + Duration.FromHours(2)),
            Why = "asked Mon 10:00, 1 business day",
            Trigger = "mail-" + id,
        };

    /// <summary>The mail an item of <see cref="Item"/> rests on.</summary>
    public static Interaction Mail(
        string id,
        string from = "jo@acme.example",
        string? name = "Jo Keane",
        string? subject = "Third sign",
        string? text = "It flickers.") =>
        new()
        {
            Id = "mail-" + id,
            Kind = InteractionKind.Mail,
            At = Now - Duration.FromDays(2),
            Seen = Now - Duration.FromDays(2),
            Class = InteractionClass.Human,
            Direction = Direction.Inbound,
            Author = Address(from),
            Subject = subject,
            Text = text,
            Thread = "thread-" + id,
            Participants =
            [
                new Participant(Address(from), name, ParticipantRole.From, false),
                new Participant(Ana.Email, "Ana Duarte", ParticipantRole.To, true),
            ],
        };

    public static DigestFacts Facts(
        IReadOnlyList<Item> items,
        IReadOnlyList<Interaction>? log = null,
        CompanyPolicy? policy = null,
        IReadOnlyList<ClosedItem>? closed = null
    ) => new(policy ?? Policy, new EvaluationResult(Now) { Items = items, Closed = closed ?? [] }, new ContactLogSnapshot(log ?? []));

    public static DueDigest Run(DigestDefinition? digest = null, Person? reader = null) =>
        new(digest ?? MyDay, reader ?? Ana, new LocalDate(2026, 3, 4), Instant.FromUtc(2026, 3, 4, 8, 30), Dublin);
}

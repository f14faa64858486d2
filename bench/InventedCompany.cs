using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// A company of twenty people and its log: conversations of one to eight mails with contacts of firms of very different size over three
/// years, automatic mail, meetings and commands; and a policy of forty rules and ten limits. The same for the same seed.
/// </summary>
internal sealed class InventedCompany(int interactions, int contacts, int seed)
{
    private const int Staff = 20;
    private const int Years = 3;
    private static readonly Place Here = new("policy.yaml", 1, 1);
    private readonly Random random = new(seed);
    private readonly List<EmailAddress> people = [];
    private readonly List<EmailAddress> outside = [];

    /// <summary>The last moment of the log.</summary>
    public Instant End { get; } = Instant.FromUtc(2026, 11, 2, 12, 0);

    public CompanyPolicy Policy()
    {
        for (var i = 0; i < Staff; i++)
            people.Add(EmailAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"person{i}@us.example")));

        var hours = new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>();
        for (var day = IsoDayOfWeek.Monday; day <= IsoDayOfWeek.Friday; day++)
            hours[day] = [new OpenSpan(9 * 60, 12 * 60), new OpenSpan(13 * 60, 17 * 60)];

        var office = new BusinessCalendar(
            "office",
            DateTimeZoneProviders.Tzdb["Europe/Berlin"],
            hours,
            new Dictionary<LocalDate, Holiday>());
        var staff = people.Select((p, i) => new Person(Id(i), p) { Manager = i == 0 ? null : Id(i / 5) }).ToArray();
        staff[7] = staff[7] with { Left = new LocalDate(2026, 9, 1), Successor = Id(8) };
        var segments = Enumerable
            .Range(0, 8)
            .ToDictionary(
                i => string.Create(CultureInfo.InvariantCulture, $"s{i}"),
                i => new Segment(string.Create(CultureInfo.InvariantCulture, $"s{i}"), Here)
                {
                    Domains = [.. Enumerable.Range(0, 400).Select(d => Domain((d * 8) + i))],
                });
        segments["others"] = new Segment("others", Here) { NotIn = [.. segments.Keys] };
        return new CompanyPolicy
        {
            Version = "bench",
            Start = new LocalDate(2026, 1, 1),
            Us = new OurSide(["us.example"], []),
            DefaultCalendar = office,
            DefaultOwner = staff[0],
            Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = office },
            People = staff,
            Segments = segments,
            Markers = new Dictionary<string, Marker>
            {
                ["complaint"] = new Marker("complaint", ["complaint"], Here),
                ["offer"] = new Marker("offer", ["offer"], Here),
            },
            Cases = new Dictionary<string, CaseDefinition>
            {
                ["complaint"] = new CaseDefinition("complaint", new Condition.HasMarker(["complaint"]), Here)
                {
                    QuietFor = new LengthOfTime(10, TimeUnit.Day),
                    ClosesOnResolved = true,
                },
            },
            Assign = [new AssignEntry(1, null, new OwnerChoice.FirstContact(), true, Here)],
            Rules = [.. Rules(office)],
            Limits = [.. Limits()],
        };
    }

    /// <summary>The log in the order in which it came in.</summary>
    public IEnumerable<Interaction> Log()
    {
        for (var i = 0; i < contacts; i++)
        {
            // A few firms have very many people, most have two or three; one contact in ten writes from a public mail domain.
            var firm = (int)Math.Pow(random.NextDouble() * Math.Sqrt(contacts / 2.0), 2);
            outside.Add(
                EmailAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"c{i}@{(i % 10 == 0 ? "gmail.com" : Domain(firm))}")));
        }

        var start = End - Duration.FromDays(365 * Years);
        var minutes = (int)(End - start).TotalMinutes;
        var number = 0;
        while (number < interactions)
        {
            var at = start + Duration.FromMinutes((long)minutes * number / interactions);
            foreach (var line in Conversation(number, at))
            {
                yield return line;
                number++;
            }
        }
    }

    private IEnumerable<Interaction> Conversation(int number, Instant at)
    {
        var contact = outside[random.Next(outside.Count)];
        var colleague = people[random.Next(Staff)];
        var thread = string.Create(CultureInfo.InvariantCulture, $"t{number:x7}");
        var kind = random.Next(100);
        if (kind < 3)
        {
            yield return Meeting(number, at, colleague, contact);
            yield break;
        }

        if (kind < 4)
        {
            yield return Command(number, at, colleague, contact);
            yield break;
        }

        var length = random.Next(1, 8);
        var inbound = random.Next(2) == 0;
        string? before = null;
        for (var i = 0; i < length && at < End; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{number + i:x7}");
            yield return Mail(id, at, inbound, colleague, contact, thread, before, i);
            before = id;
            inbound = random.Next(5) == 0 ? inbound : !inbound;
            at += Duration.FromMinutes(random.Next(5, 60 * 50));
        }
    }

    private Interaction Mail(
        string id,
        Instant at,
        bool inbound,
        EmailAddress colleague,
        EmailAddress contact,
        string thread,
        string? before,
        int place)
    {
        var automatic = random.Next(20) == 0;
        return new Interaction
        {
            Id = id,
            Kind = InteractionKind.Mail,
            At = at,
            Seen = at + Duration.FromMinutes(random.Next(5)),
            Class = !automatic ? InteractionClass.Human : inbound ? InteractionClass.Bulk : InteractionClass.Auto,
            Direction = inbound ? Direction.Inbound : Direction.Outbound,
            Author = inbound ? contact : colleague,
            Subject = place == 0 ? $"About {thread}" : $"Re: About {thread}",
            Thread = thread,
            MessageId = id,
            InReplyTo = before,
            Participants =
            [
                new Participant(inbound ? contact : colleague, null, ParticipantRole.From, !inbound),
                new Participant(inbound ? colleague : contact, null, ParticipantRole.To, inbound),
                .. random.Next(4) == 0
                    ? [new Participant(people[random.Next(Staff)], null, ParticipantRole.Cc, true)]
                    : Array.Empty<Participant>(),
            ],
            Question = random.Next(2) == 0,
            Acknowledgement = inbound && random.Next(6) == 0,
            Markers = inbound && random.Next(30) == 0 ? ["complaint"] : !inbound && random.Next(20) == 0 ? ["offer"] : [],
        };
    }

    private static Interaction Meeting(int number, Instant at, EmailAddress colleague, EmailAddress contact) =>
        new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"m{number:x7}"),
            Kind = InteractionKind.Meeting,
            At = at,
            Seen = at - Duration.FromDays(5),
            Subject = "Meeting",
            Participants =
            [
                new Participant(colleague, null, ParticipantRole.Organizer, true),
                new Participant(contact, null, ParticipantRole.Attendee, false, MeetingResponse.Accepted),
            ],
            Meeting = new MeetingFacts
            {
                Uid = "m",
                Start = at,
                End = at + Duration.FromHours(1),
            },
        };

    private Interaction Command(int number, Instant at, EmailAddress colleague, EmailAddress contact) =>
        new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"k{number:x7}"),
            Kind = InteractionKind.Command,
            At = at,
            Seen = at,
            Command = new CommandFacts(colleague, random.Next(2) == 0 ? CommandVerb.Called : CommandVerb.Snooze)
            {
                Contact = contact,
                Until = at + Duration.FromDays(5),
            },
        };

    private static IEnumerable<Rule> Rules(BusinessCalendar office)
    {
        LengthOfTime hours = new(4, TimeUnit.BusinessHour), days = new(2, TimeUnit.BusinessDay), month = new(30, TimeUnit.Day);
        EscalationStep[] steps = [new(new LengthOfTime(0, TimeUnit.Minute), "owner", Via.Email), new(hours, "manager", Via.Email)];
        for (var i = 0; i < 8; i++)
        {
            var when = new Condition.InSegment([string.Create(CultureInfo.InvariantCulture, $"s{i}")]);
            yield return new RespondRule(Name("reply", i), Here)
            {
                Calendar = office,
                Within = hours,
                NextWithin = hours,
                When = i == 7 ? null : new Condition.All([when, new Condition.Not(new Condition.InCase(["complaint"]))]),
                ExpireAfter = new LengthOfTime(90, TimeUnit.Day),
                Escalate = steps,
            };
            yield return new ChaseRule(Name("chase", i), Here)
            {
                Calendar = office,
                After = days,
                Within = days,
                When = i == 7 ? null : when,
                ExpireAfter = month,
                Priority = 50,
            };
            yield return new StayInTouchRule(Name("stay", i), Here)
            {
                Calendar = office,
                Every = new LengthOfTime(6 + i, TimeUnit.Week),
                Within = days,
                When = i == 7 ? null : when,
                ExpireAfter = new LengthOfTime(365, TimeUnit.Day),
                Priority = 30,
                Per = i % 4 == 3 ? Per.Organisation : Per.Contact,
            };
        }

        for (var i = 0; i < 4; i++)
        {
            yield return new FollowUpRule(Name("recap", i), Here)
            {
                Calendar = office,
                Within = days,
                AfterEvent = (FollowUpEvent)(i % 3),
                Case = "complaint",
                When = new Condition.InSegment([string.Create(CultureInfo.InvariantCulture, $"s{i}")]),
                ExpireAfter = new LengthOfTime(14, TimeUnit.Day),
                Priority = 60,
            };
            yield return new WatchRule(Name("watch", i), Here)
            {
                Calendar = office,
                Metric = (WatchMetric)(i % 3),
                Of = "complaint",
                Window = month,
                AtLeast = 3,
                Per = (Per)(i % 2),
            };
            yield return new ResolveRule(Name("resolve", i), Here)
            {
                Calendar = office,
                Case = "complaint",
                Within = new LengthOfTime(16, TimeUnit.BusinessHour),
                When = new Condition.InSegment([string.Create(CultureInfo.InvariantCulture, $"s{i}")]),
            };
        }

        yield return new HandoverRule("handover", Here)
        {
            Calendar = office,
            Within = new LengthOfTime(10, TimeUnit.BusinessDay),
            ExpireAfter = new LengthOfTime(90, TimeUnit.Day),
            Priority = 65,
        };
        yield return new DateRule("birthdays", Here)
        {
            Calendar = office,
            Field = "birthday",
            Priority = 40,
        };
        yield return new NoticeRule("prices", Here)
        {
            Calendar = office,
            From = new LocalDate(2026, 10, 1),
            Effective = new LocalDate(2027, 1, 1),
            NotifyBy = month,
            ToldBy = "offer",
            ExpireAfter = month,
            Priority = 70,
            When = new Condition.InSegment(["s0", "s1"]),
        };
        yield return new RespondRule("observed", Here)
        {
            Calendar = office,
            Within = hours,
            NextWithin = hours,
            Mode = Mode.Observe,
            ExpireAfter = new LengthOfTime(90, TimeUnit.Day),
        };
    }

    private static IEnumerable<Limit> Limits()
    {
        yield return new DoNotContactLimit("dnc", Here) { Tags = ["dnc"], Domains = [Domain(5), Domain(77)] };
        yield return new BlackoutLimit("christmas", Here) { From = new LocalDate(2026, 12, 24), To = new LocalDate(2027, 1, 2) };
        yield return new CooldownLimit("cool", Here)
        {
            Cases = ["complaint"],
            For = new LengthOfTime(14, TimeUnit.Day),
            Per = Per.Organisation,
        };
        yield return new CooldownLimit("cool-person", Here) { Cases = ["complaint"], For = new LengthOfTime(21, TimeUnit.Day) };
        for (var i = 0; i < 3; i++)
        {
            yield return new CapLimit(Name("cap", i), Here) { Max = 2 + i, Window = new LengthOfTime(7 * (i + 1), TimeUnit.Day) };
            yield return new CapLimit(Name("cap-firm", i), Here)
            {
                Max = 4 + (2 * i),
                Window = new LengthOfTime(7 * (i + 1), TimeUnit.Day),
                Per = Per.Organisation,
            };
        }
    }

    private static string Id(int person) => string.Create(CultureInfo.InvariantCulture, $"person{person}");

    private static string Domain(int firm) => string.Create(CultureInfo.InvariantCulture, $"firm{firm}.example");

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{number}");
}

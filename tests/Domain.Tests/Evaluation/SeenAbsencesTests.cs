using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>Who covers whom by what calendars and automatic replies say, and where the policy goes before them.</summary>
public sealed class SeenAbsencesTests
{
    private static readonly Instant Later = Instant.FromUtc(2026, 12, 1, 0, 0);

    [Fact]
    public void The_manager_covers_where_the_policy_names_nobody() =>
        Assert.Equal("ana 0504-0508 dana", Days(Company(), Entry("ana", 4, 8)));

    [Fact]
    public void Whom_the_policy_names_for_it_goes_first() =>
        Assert.Equal("ana 0504-0508 bob", Days(Company(ana => ana with { Cover = "bob" }), Entry("ana", 4, 8)));

    [Fact]
    public void Else_whom_it_named_the_last_time() => Assert.Equal(
        "ana 0504-0508 bob",
        Days(
            Company(ana => ana with
            {
                Away =
                [
                    new Absence(Day(1, 1), Day(1, 2), "dana"),
                    new Absence(Day(3, 1), Day(3, 2), "bob"),
                    new Absence(Day(4, 1), Day(4, 2), null),
                ],
            }),
            Entry("ana", 4, 8)));

    [Fact]
    public void Without_a_manager_the_default_owner_does() => Assert.Equal("dana 0504-0508 bob", Days(Company(), Entry("dana", 4, 8)));

    [Fact]
    public void Where_nobody_else_is_left_nothing_changes() => Assert.Equal("", Days(Company(), Entry("bob", 4, 8)));

    [Fact]
    public void Days_the_policy_names_are_the_policys() => Assert.Equal(
        "ana 0504-0505 dana, ana 0508-0508 dana",
        Days(Company(ana => ana with { Away = [new Absence(Day(5, 6), Day(5, 7), null)] }), Entry("ana", 4, 8)));

    [Fact]
    public void A_calendar_goes_before_a_reply_and_a_reply_fills_its_gaps()
    {
        var policy = Apply(Company(), [Entry("ana", 4, 6), Reply("ana", "2026-05-05T10:00", 8)]);
        Assert.Equal(
            [(Day(5, 4), Day(5, 6), AbsenceSource.Calendar), (Day(5, 7), Day(5, 8), AbsenceSource.Reply)],
            policy.People[0].Away.Select(away => (away.From, away.To, away.Source)));
    }

    [Fact]
    public void Entries_that_touch_are_one_absence() =>
        Assert.Equal("ana 0504-0508 dana", Days(Company(), Entry("ana", 4, 6), Entry("ana", 7, 8), Entry("ana", 5, 5)));

    [Fact]
    public void What_is_learned_of_later_does_not_exist() =>
        Assert.Empty(SeenAbsences.Apply(Company(), [Entry("ana", 4, 8)], Instant.FromUtc(2026, 1, 1, 0, 0)).People[0].Away);

    [Fact]
    public void Applied_again_it_says_what_the_log_says_now()
    {
        var once = Apply(Company(), [Entry("ana", 4, 8)]);
        Assert.Equal("ana 0505-0506 dana", Days(once, Entry("ana", 5, 6)));
        Assert.Equal("", Days(once));
    }

    [Fact]
    public void The_order_in_which_lines_come_changes_nothing()
    {
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Some(random)).ToArray();
            var company = Company(ana => random.Next(2) == 0 ? ana : ana with { Away = [new Absence(Day(5, 10), Day(5, 12), "bob")] });
            var expected = Days(company, lines);
            random.Shuffle(lines);
            Assert.Equal(expected, Days(company, lines));

            // Nobody is away twice on a day, and the policy's own days stay as they are.
            foreach (var person in Apply(company, lines).People)
            {
                var days = person.Away
                    .SelectMany(away => Enumerable.Range(0, Period.DaysBetween(away.From, away.To) + 1).Select(away.From.PlusDays))
                    .ToList();
                Assert.Equal(days.Count, days.Distinct().Count());
            }
        }

        static Interaction Some(Random random)
        {
            var (who, first) = (random.Next(2) == 0 ? "ana" : "dana", random.Next(1, 25));
            return random.Next(2) == 0
                ? Entry(who, first, first + random.Next(5))
                : Reply(who, $"2026-05-{first:00}T{random.Next(8, 20):00}:00", first + random.Next(1, 6));
        }
    }

    [Fact]
    public void Items_move_to_the_cover_and_back_by_themselves()
    {
        var log = new ContactLogSnapshot([Asked(), Entry("ana", 4, 8) with { Seen = Instant.FromUtc(2026, 5, 4, 12, 0) }]);
        var policy = Company() with { Rules = [Reply4h] };
        Assert.Equal("ana", Owner(Instant.FromUtc(2026, 5, 4, 11, 0)));
        Assert.Equal("dana", Owner(Instant.FromUtc(2026, 5, 4, 13, 0)));
        Assert.Equal("ana", Owner(Instant.FromUtc(2026, 5, 9, 8, 0)));

        string Owner(Instant now) => Assert.Single(new Evaluator(policy).Evaluate(log, now).Items).Owner;
    }

    [Fact]
    public void Explain_says_what_says_so()
    {
        var log = new ContactLogSnapshot([Asked(), Entry("ana", 4, 8)]);
        Assert.Contains(
            "owner dana for ana (assign #1: ana; away until Fri 8 May 2026 by their calendar)",
            new Evaluator(Company()).Explain(log, EmailAddress.Parse("jane@acme.example"), Instant.FromUtc(2026, 5, 5, 8, 0))!.Header,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_policy_takes_in_who_is_away_without_the_log_being_read_again()
    {
        var policy = Company() with { Rules = [Reply4h] };
        var running = new RunningPolicy(policy);
        running.Put([Asked()]);
        var now = Instant.FromUtc(2026, 5, 5, 9, 0);
        Assert.Equal("ana", Assert.Single(running.Evaluate(now).Items).Owner);
        running.Replace(Apply(policy, [Entry("ana", 4, 8)]).People);
        Assert.Equal("dana", Assert.Single(running.Evaluate(now).Items).Owner);
        running.Replace(policy.People);
        Assert.Equal("ana", Assert.Single(running.Evaluate(now).Items).Owner);
    }

    [Fact]
    public void The_digest_of_somebody_who_is_away_goes_to_the_cover()
    {
        var policy = Apply(Company(), [Entry("ana", 4, 8)]);
        Assert.Equal("dana", new Presence(policy).StandIn(policy.People[0], Day(5, 5))!.Id);
        Assert.Equal("ana", new Presence(policy).StandIn(policy.People[0], Day(5, 9))!.Id);
    }

    private static BusinessCalendar Week { get; } = new(
        "office",
        DateTimeZone.Utc,
        Enum.GetValues<IsoDayOfWeek>()
            .Where(day => day is > IsoDayOfWeek.None and < IsoDayOfWeek.Saturday)
            .ToDictionary(day => day, IReadOnlyList<OpenSpan> (_) => [new OpenSpan(540, 1020)]),
        new Dictionary<LocalDate, Holiday>());

    private static RespondRule Reply4h { get; } = new("reply", Tests.Log.Some.Here)
    {
        Calendar = Week,
        Within = new LengthOfTime(4, TimeUnit.BusinessHour),
        NextWithin = new LengthOfTime(4, TimeUnit.BusinessHour),
    };

    private static CompanyPolicy Company(Func<Person, Person>? ana = null)
    {
        var bob = new Person("bob", EmailAddress.Parse("bob@us.example")) { Name = "Bob" };
        var first = new Person("ana", EmailAddress.Parse("ana@us.example")) { Name = "Ana", Manager = "dana" };
        return Tests.Log.Some.Policy with
        {
            People = [ana?.Invoke(first) ?? first, bob, new Person("dana", EmailAddress.Parse("dana@us.example")) { Name = "Dana" }],
            DefaultOwner = bob,
            DefaultCalendar = Week,
            Assign = [new AssignEntry(1, null, new OwnerChoice.ThePerson("ana"), false, Tests.Log.Some.Here)],
            Rules = [],
        };
    }

    private static LocalDate Day(int month, int day) => new(2026, month, day);

    private static Interaction Asked() => new()
    {
        Id = "asked",
        Kind = InteractionKind.Mail,
        At = Instant.FromUtc(2026, 5, 4, 9, 0),
        Seen = Instant.FromUtc(2026, 5, 4, 9, 0),
        Class = InteractionClass.Human,
        Direction = Direction.Inbound,
        Author = EmailAddress.Parse("jane@acme.example"),
        Subject = "Hinges",
        Thread = "asked",
        Participants =
        [
            new Participant(EmailAddress.Parse("jane@acme.example"), "Jane", ParticipantRole.From, false),
            new Participant(EmailAddress.Parse("ana@us.example"), null, ParticipantRole.To, true),
        ],
    };

    private static Interaction Entry(string person, int first, int last) =>
        Line(
            $"{person} {first} {last}",
            Instant.FromUtc(2026, 5, 1, 9, 0),
            new OwnAbsence(EmailAddress.Parse($"{person}@us.example"), AbsenceSource.Calendar)
            {
                First = Day(5, first),
                Last = Day(5, last),
            });

    private static Interaction Reply(string person, string at, int last) => Line(
        $"{person} {at} {last}",
        NodaTime.Text.LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm").Parse(at).Value.InUtc().ToInstant(),
        new OwnAbsence(EmailAddress.Parse($"{person}@us.example"), AbsenceSource.Reply) { Last = Day(5, last) });

    private static Interaction Line(string id, Instant at, OwnAbsence away) => new()
    {
        Id = id,
        Kind = InteractionKind.Meeting,
        At = at,
        Seen = at,
        Away = [away],
    };

    private static CompanyPolicy Apply(CompanyPolicy policy, IEnumerable<Interaction> lines) => SeenAbsences.Apply(policy, lines, Later);

    private static string Days(CompanyPolicy policy, params Interaction[] lines) => string.Join(
        ", ",
        Apply(policy, lines).People.SelectMany(person => person.Away
            .Where(away => away.Source != AbsenceSource.Policy)
            .Select(away => $"{person.Id} {away.From:MMdd}-{away.To:MMdd} {away.Cover}")));
}

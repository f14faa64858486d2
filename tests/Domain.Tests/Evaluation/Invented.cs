using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Worked;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Evaluation;

/// <summary>
/// Random policies, logs and clocks from one number, with everything that makes evaluation hard: equal times, late mail, wrong clocks,
/// bounces, merges.
/// </summary>
internal sealed class Invented
{
    private static readonly string[] Outside =
    [
        Jane,
        "jane.private@mail.example",
        John,
        Li,
        "zoe@gmail.com",
        "sam@sub.acme.example",
        "kim@new.example",
    ];
    private static readonly string[] Verbs =
        ["done", "snooze", "give", "called", "retire", "follow-up", "chase", "tag", "same", "undo"];
    private static readonly string[] Inside = [Ana, Bob, "dana@us.example", "support@us.example"];
    private static readonly string[] ThreadIds = ["t1", "t2", "t3", "t4", "t5"];
    public static readonly EmailAddress CommandMailbox = Address("crmsync@us.example");

    private readonly Random random;

    public Invented(int seed)
    {
        random = new Random(seed);
        Policy = SomePolicy();
        Log = SomeLog();
        AddCalls(new Random(seed ^ 0x7e1));
        Clocks = [.. Enumerable.Range(0, 12).Select(_ => Moment(0, 120)).Order()];
    }

    public CompanyPolicy Policy { get; private set; }

    public List<Interaction> Log { get; }

    /// <summary>Moments in ascending order, from the beginning of the log to long after its end.</summary>
    public Instant[] Clocks { get; }

    public Instant Moment(int fromDay, int toDay) =>
        Day("2026-02-16").AtStartOfDayInZone(Office.Zone).ToInstant() + Duration.FromMinutes(random.Next(fromDay * 48, toDay * 48) * 30L);

    public T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    public bool Chance(double of) => random.NextDouble() < of;

    /// <summary>Everything an evaluation says, in text.</summary>
    public static string Tell(EvaluationResult evaluation) =>
        string.Join('\n', evaluation.Items.Concat(evaluation.Observed).Select(Tell))
        + "\n--\n"
        + string.Join(
            '\n',
            evaluation
                .Closed.Concat(evaluation.ObservedClosed)
                .Select(c => $"{c.Id} {c.Rule.Name} {c.About} {c.As} {c.At} {c.Opened} {c.Due} {c.Owner} {c.KnownAt} {c.ClosedBy} {c.Why}")
        );

    public static string Tell(Item i) =>
        $"{i.Id} {i.Rule.Name} {i.About} {i.Contact} {i.State} {i.Opened} {i.Due} {i.Owner} L{i.Level} {i.By} {i.Until} {i.KnownSince} "
            + $"{i.WarnAt} {i.HiddenUntil} {i.Trigger} "
        + $"{string.Join(',', i.Steps)} {string.Join(',', i.Unsure)} {string.Join(',', i.Unread)} {i.Held} {i.Why}";

    /// <summary>How far the mailboxes have been read by a moment, some never; some calendars, too.</summary>
    public IReadOnlyList<AccountCoverage> Coverage(Instant now) =>
        [
            .. Inside.Append(CommandMailbox.Value).Select(address => new AccountCoverage(address, Address(address), ReadBy(now))),
            .. Inside
                .Where(_ => Chance(0.2))
                .Select(address => new AccountCoverage($"ics:{address}", Address(address), now) { IsCalendar = true }),
            new AccountCoverage("calls:pbx", Address(Ana), now - Duration.FromHours(now.ToUnixTimeSeconds() % 97)) { IsCalls = true },
        ];

    /// <summary>The same accounts, some of them read on.</summary>
    public IReadOnlyList<AccountCoverage> ReadOn(IReadOnlyList<AccountCoverage> accounts, Instant now) =>
        [
            .. accounts.Select(account =>
                Chance(0.5) ? account with { ReadUpTo = Instant.Max(account.ReadUpTo ?? Instant.MinValue, ReadBy(now) ?? now) } : account),
        ];

    /// <summary>More of what ties organisations together; and a mail is in the thread of the mail it answers, as in the log.</summary>
    public List<Interaction> EntangledLog()
    {
        var story = new Story(Policy);
        for (var i = 0; i < 8; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"x{i}");
            var start = Moment(0, 60);
            if (Chance(0.5))
                story.Meeting(
                    id,
                    Told(start),
                    Told(start + Duration.FromHours(1)),
                    $"{Any(new[] { Ana, Bob })} {Any(Outside)} {Any(Outside)}",
                    seen: Told(Moment(0, 60)));
            else
                story.Mail(
                    id,
                    Told(start),
                    Ana,
                    Bob,
                    $"f{i}",
                    learned: new Learned
                    {
                        Forwarded = new ForwardedRequest(Address(Any(Outside))) { Subject = "Hello", To = [Address(Ana)] },
                    });
        }

        for (var i = 0; i < 6; i++)
        {
            var verb = Any(Verbs);
            story.Command(
                Told(Moment(0, 60)),
                verb,
                about: Any(["acme.example", "beta.example", "i1", "i2", "x1", "t1", "t2", Li, null]),
                contact: Chance(0.5) ? Any(Outside) : null,
                until: verb == "snooze" ? Told(Moment(0, 80)) : null,
                tag: "vip",
                to: "bob",
                other: verb is "same" or "follow-up" ? Any(Outside) : null,
                undoes: verb == "undo" ? Any(["command-1", "command-2", "ccommand-3", "ci4", "ci7"]) : null);
        }

        return InTheirThreads([.. Log, .. story.Log]);

        static string Told(Instant moment) =>
            moment.InZone(Office.Zone).LocalDateTime.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static List<Interaction> InTheirThreads(List<Interaction> log)
    {
        var threads = Threads.Resolve(
            [
                .. log
                    .Where(line => line.Kind == InteractionKind.Mail)
                    .Select(line => new CrmSync.Domain.Log.ThreadMail(
                        line.Id,
                        line.At,
                        [line.MessageId!],
                        line.InReplyTo is null ? [line.Thread!] : [line.Thread!, line.InReplyTo],
                        null,
                        [])),
            ]);
        return log.ConvertAll(line => threads.TryGetValue(line.Id, out var thread) ? line with { Thread = thread } : line);
    }

    private Instant? ReadBy(Instant now) =>
        Any([now, now - Duration.FromMinutes(4), now - Duration.FromHours(random.Next(1, 200)), (Instant?)null]);

    private CompanyPolicy SomePolicy()
    {
        Rule[] rules =
        [
            Respond("strict", "2bh", when: new Condition.Any([Tagged("vip"), InCase("complaint")])) with
            {
                Warn = Length("30bm"),
                Escalate = [Step("0m", "owner"), Step("1bd", "manager")],
            },
            Respond("reply", Any(["4bh", "24h", "1bd", "1d"]), "8bh", Chance(0.3) ? Segment("customer") : null) with
            {
                Cc = Chance(0.5),
                SatisfiedByContact = Chance(0.3),
                MeetingsAnswer = Chance(0.7),
                ExpireAfter = Length(Any(["20d", "90d"])),
                Escalate = [Step("0m", "owner"), Step("4bh", "lead")],
            },
            Respond("watched-reply", "1bh") with
            {
                Mode = Mode.Observe,
            },
            Resolve("fix", "complaint", Any(["16bh", "48h"])) with
            {
                Mode = Any([Mode.Enforce, Mode.Observe]),
            },
            Chase("offers", "2bd", HasMarker("offer")) with
            {
                ExpectsAny = true,
                MaxChasers = 1,
            },
            Chase("waiting", Any(["3bd", "36h", "2d"])) with
            {
                SatisfiedByContact = Chance(0.3),
                ExpireAfter = Length("15d"),
            },
            StayInTouch("firms", "2w", Segment("customer")) with
            {
                Per = Any([Per.Contact, Per.Organisation]),
                Counts = Any([Counts.Any, Counts.Ours, Counts.TwoWay]),
            },
            StayInTouch("others", Any(["10d", "30d", "5bd"])) with
            {
                ExpireAfter = Length("25d"),
            },
            FollowUp("recap", FollowUpEvent.MeetingHeld, "1bd"),
            FollowUp("welcome", FollowUpEvent.FirstInbound, wait: "2bd"),
            FollowUp("still-fine", FollowUpEvent.CaseClosed, ofCase: "complaint", wait: "5d"),
            Date("birthdays", "birthday", Any(["0d", "3d", "1bd"])),
            Notice("prices", "2026-03-10", "2026-04-20", Any(["5bd", "2w"]), "offer", Segment("customer")),
            Handover("introduce"),
            Watch("complaints", WatchMetric.Marker, "complaint", "14d", 2, Any([Per.Contact, Per.Organisation])),
            Watch("cases", WatchMetric.Case, "complaint", "30d", 1, Per.Organisation),
            Watch("slow", WatchMetric.LateResponses, null, "10bd", 1) with { Mode = Any([Mode.Enforce, Mode.Observe]) },
        ];
        Limit[] limits =
        [
            DoNotContact("never", tags: ["dnc"], domains: Chance(0.1) ? ["beta.example"] : []),
            Blackout("closed", "2026-03-20", "2026-03-24"),
            Cooldown("cool", "complaint", Any(["3d", "5bd"]), Any([Per.Contact, Per.Organisation])),
            Cap("gentle", random.Next(1, 3), Any(["7d", "3bd", "48h"])) with { CountsMeetings = Chance(0.3), CountsAll = Chance(0.3) },
            Cap("firm", 2, "10d", Per.Organisation) with { Except = ["birthdays"] },
        ];
        var people = new[]
        {
            Person("ana", "dana", away: Away("2026-03-09", "2026-03-11", "bob")),
            Person("bob", "dana", left: Chance(0.5) ? "2026-03-23" : null, successor: "ana"),
            Person("dana"),
        };
        AssignEntry[] assign =
        [
            new AssignEntry(1, Tagged("vip"), new OwnerChoice.TeamLead("support"), false, Here),
            new AssignEntry(2, null, Chance(0.5) ? new OwnerChoice.FirstContact() : new OwnerChoice.LastContact(), Chance(0.5), Here),
        ];

        return (
            Bare with
            {
                Assign = Chance(0.7) ? assign : [],
                Markers = new Dictionary<string, Marker>(Bare.Markers)
                {
                    ["offer"] = new Marker("offer", ["offer"], Here) { Direction = Direction.Outbound },
                },
                Cases = new Dictionary<string, CaseDefinition>
                {
                    ["complaint"] = Case("complaint", HasMarker("complaint"), Chance(0.7) ? "5d" : null, resolved: Chance(0.7)),
                },
                EpisodeGap = Length("12d"),
                Us = Bare.Us with { CommandMailbox = CommandMailbox },
            }).WithPeople(people).WithRules([.. rules.Where(_ => Chance(0.7))]).WithLimits([.. limits.Where(_ => Chance(0.6))]);
    }

    /// <summary>
    /// Calls of every kind, from people, from a telephone one of them has, from one two of them share and from one nobody has; drawn by
    /// themselves, so that the rest stays as it was.
    /// </summary>
    private void AddCalls(Random calls)
    {
        string[] callers = [.. Outside, "tel:+35311111111", "tel:+35312222222", "tel:+35313333333"];
        var story = new Story(Policy);
        for (var i = 0; i < 6; i++)
        {
            var at = Day("2026-02-16").AtStartOfDayInZone(Office.Zone).ToInstant() + Duration.FromMinutes(calls.Next(0, 60 * 48) * 30L);
            var (outside, inside) = (callers[calls.Next(callers.Length)], Inside[calls.Next(3)]);
            var isOutbound = calls.Next(3) == 0;
            story.Call(
                string.Create(CultureInfo.InvariantCulture, $"k{i}"),
                at.InZone(Office.Zone).LocalDateTime.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture),
                isOutbound ? inside : outside,
                isOutbound ? outside : inside,
                calls.Next(3) switch { 0 => 0, 1 => 29, _ => 1200 });
        }

        Log.AddRange(story.Log.Select(call =>
            calls.Next(4) == 0 ? call with { Seen = call.At + Duration.FromHours(calls.Next(1, 60)) } : call));
        Policy = Policy with
        {
            Rules =
            [
                .. Policy.Rules.Select(rule => rule is RespondRule respond
                    ? respond with { MissedCalls = calls.Next(2) == 0, CallsAnswer = calls.Next(4) > 0 } : rule),
            ],
            Limits =
            [
                .. Policy.Limits.Select(limit => limit is CapLimit cap ? cap with { CountsCalls = calls.Next(2) == 0 } : limit),
            ],
            Contacts =
            [
                .. Policy.Contacts.Select(contact => contact with
                {
                    Telephones = [new CardTelephone("+35311111111", "one"), new CardTelephone("+35312222222", "two")],
                }),
                new ContactEntry(Address(John), Here) { Telephones = [new CardTelephone("+35312222222", "two")] },
            ],
        };
    }

    private List<Interaction> SomeLog()
    {
        var story = new Story(Policy);
        var count = random.Next(5, 40);
        for (var i = 0; i < count; i++)
            Add(story, string.Create(CultureInfo.InvariantCulture, $"i{i}"));

        // Late mail, and answers that name what they answer whether or not it came first.
        return [.. story.Log.Select(i => i with
        {
            Id = i.Kind == InteractionKind.Command ? $"c{i.Id}" : i.Id,
            Seen = Chance(0.2) ? i.Seen + Duration.FromHours(random.Next(1, 60)) : i.Seen,
            MessageId = Chance(0.1) ? "i3" : i.MessageId,
            InReplyTo = i.Kind == InteractionKind.Mail && Chance(0.5) ? $"i{random.Next(count)}" : null,
        })];
    }

    private void Add(Story story, string id)
    {
        var at = Told(Moment(0, 60));
        switch (random.Next(10))
        {
            case < 4:
                var form = Chance(0.2);
                story.Mail(
                    id,
                    at,
                    form ? Any(Inside) : Any(Outside),
                    form || Chance(0.8) ? Any(Inside) : Any(Outside),
                    Any(ThreadIds),
                    Any(["It is broken.", "A complaint!", "Why?"]),
                    ack: Chance(0.2),
                    cc: Chance(0.2) ? Any(Inside) : null,
                    replyTo: form ? Any(Outside) : null,
                    form: form,
                    type: Chance(0.1) ? InteractionClass.Auto : InteractionClass.Human);
                break;
            case < 8:
                story.Mail(
                    id,
                    at,
                    Any(Inside),
                    Any(Outside),
                    Any(ThreadIds),
                    Any(["Here.", "Could you?", "Our offer?"]),
                    cc: Chance(0.3) ? Any(Outside) : null,
                    type: Chance(0.1) ? InteractionClass.Mass : InteractionClass.Human);
                if (Chance(0.1))
                    story.Bounce(id, Told(Moment(0, 60)));
                break;
            case 8:
                var start = Moment(0, 70);
                story.Meeting(
                    id,
                    Told(start),
                    Told(start + Duration.FromHours(1)),
                    $"{Any(Inside)} {(Chance(0.2) ? "-" : "")}{Any(Outside)}",
                    seen: at,
                    cancelled: Chance(0.2) ? at : null);
                break;
            default:
                var verb = Any(["done", "snooze", "called", "resolved", "tag", "untag", "note"]);
                story.Command(
                    at,
                    verb,
                    Chance(0.5) ? Any(ThreadIds) : null,
                    Any(Outside),
                    verb == "snooze" ? Told(Moment(0, 80)) : null,
                    Any(["vip", "dnc"]),
                    text: "birthday: 20 March");
                break;
        }

        string Told(Instant moment) => moment.InZone(Office.Zone).LocalDateTime.ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}

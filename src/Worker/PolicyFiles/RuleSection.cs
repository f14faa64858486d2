using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>rules</c> (policy-language.md section 8): one map a rule, whose first key names its kind and itself.</summary>
internal static class RuleSection
{
    private static readonly Key<MapValues> WhenMail = new("when", ConditionShape.OfMail, "Which mails and contacts; without it all.");

    private static readonly Key<MapValues> WhenContact = new("when", ConditionShape.OfContact, "Which contacts; without it all.");

    private static readonly Key<Word> Calendar = new(
        "calendar",
        Forms.Reference,
        "The calendar its times are counted in; otherwise defaults.calendar.");

    private static readonly Key<Mode> ModeKey = new(
        "mode",
        PolicyForms.Mode,
        "`observe`: evaluated and shown, but never notifies; `disabled`: not evaluated.",
        shown: "enforce");

    private static readonly Key<LengthOfTime> Warn = new("warn", LengthShape.Any, "Mails the owner that long before the due time.");

    private static readonly Key<LengthOfTime> After = new(
        "after",
        LengthShape.Any,
        "Counted from the due time; 0m is at once.",
        required: true);

    private static readonly Key<Word> To = new(
        "to",
        new TextShape<string>("owner, manager, lead or the id of a person", "^[a-z][a-z0-9-]*$", Forms.Same, max: 64).As(
            (text, node) => new Word(text, node)),
        "owner, manager, lead, or the id of a person.",
        required: true);

    private static readonly Key<Via> ViaKey = new(
        "via",
        new ChoiceShape<Via>([("email", Via.Email), ("digest", Via.Digest)]),
        "`digest`: not at once, but in their next digest.",
        shown: "email");

    private static readonly Key<IReadOnlyList<MapValues>> Escalate = new(
        "escalate",
        new ListShape<MapValues>(new MapShape("a step {after, to, via}", After, To, ViaKey) { Definition = "escalation" }),
        "Who hears of it when it is late, step by step.");

    private static readonly Key<string> Say = new("say", Forms.Line("one line of text", 300), "One line shown in the digest.");

    private static readonly Key<bool> Urgent = new("urgent", Forms.Truth, "Its mails do not wait for the notification hours.");

    private static readonly Key<LengthOfTime> WithinRequired = new("within", LengthShape.Any, "The time allowed.", required: true);

    private static readonly Key<LengthOfTime> NextWithin = new(
        "next_within",
        LengthShape.Any,
        "The time allowed when one of us has written in the thread already; otherwise the same as within.");

    private static readonly Key<bool> Cc = new("cc", Forms.Truth, "Mail that has us only in Cc asks for an answer, too.");

    private static readonly Key<bool> SatisfiedByContact = new(
        "satisfied_by",
        new ChoiceShape<bool>([("thread", false), ("contact", true)]),
        "`contact`: writing to them in any thread will do.",
        shown: "thread");

    private static readonly Key<bool> Meetings = new("meetings", Forms.Truth, "`false`: a meeting does not answer a mail.", fallback: true);

    private static readonly Key<bool> Calls = new(
        "calls", Forms.Truth, "`false`: a call that the telephone system tells of does not answer a mail.", fallback: true);

    private static readonly Key<bool> MissedCalls = new(
        "missed_calls", Forms.Truth, "`true`: a call from outside that nobody answered is to be returned within this time, too.");

    private static readonly Key<Word> CaseOf = new("case", Forms.Reference, "The case to resolve.", required: true);

    private static readonly Key<LengthOfTime> WithinClock = new(
        "within",
        LengthShape.Clock,
        "The time allowed while the ball is ours, in m, h, bm or bh.",
        required: true);

    private static readonly Key<LengthOfTime> ChaseAfter = new("after", LengthShape.Any, "So long after our last mail.", required: true);

    private static readonly Key<bool> Expects = new(
        "expects",
        new ChoiceShape<bool>([("question", false), ("any", true)]),
        "`any`: every mail of ours waits for an answer, not only a question.",
        shown: "question");

    private static readonly Key<int> MaxChasers = new(
        "max_chasers",
        new WholeShape(0, 100),
        "After so many reminders it is given up.",
        fallback: ChaseRule.DefaultMaxChasers);

    private static readonly Key<LengthOfTime> Every = new("every", LengthShape.Some, "At least so often.", required: true);

    private static readonly Key<Per> PerWhat = new("per", PolicyForms.Per, "`organisation`: one of its people will do.", shown: "contact");

    private static readonly Key<Counts> CountsKey = new(
        "counts",
        new ChoiceShape<Counts>([("any", Counts.Any), ("two_way", Counts.TwoWay), ("ours", Counts.Ours)]),
        "`two_way`: their mails, meetings and calls; `ours`: our mails, meetings and calls.",
        shown: "any");

    private static readonly Key<Word> CaseClosed = new("case_closed", Forms.Reference, "The closing of that case.", required: true);

    private static readonly Key<WrittenEvent> AfterEvent = new(
        "after_event",
        new EitherShape<WrittenEvent>(
            "meeting_held, first_inbound or {case_closed: name}",
            new MapShape("the closing of a case", CaseClosed).As(
                (map, _) => new WrittenEvent(FollowUpEvent.CaseClosed, map.Value(CaseClosed))),
            new ChoiceShape<WrittenEvent>([
                ("meeting_held", new(FollowUpEvent.MeetingHeld, null)),
                ("first_inbound", new(FollowUpEvent.FirstInbound, null)),
            ])),
        "meeting_held, first_inbound (their first mail to us), or {case_closed: name}.",
        required: true);

    private static readonly Key<LengthOfTime> FollowUpAfter = new("after", LengthShape.Any, "Not before so long after the event.");

    private static readonly Key<string> FieldKey = new(
        "field",
        PolicyForms.Field,
        "The name of the date in contacts and notes: birthday.",
        required: true);

    private static readonly Key<LengthOfTime> Before = new(
        "before",
        LengthShape.Days,
        "Shown so long before the date.",
        fallback: DateRule.DefaultBefore);

    private static readonly Key<LocalDate> From = new("from", Forms.Date, "From this date on they are to be told.", required: true);

    private static readonly Key<LocalDate> Effective = new("effective", Forms.Date, "The date it takes effect.", required: true);

    private static readonly Key<LengthOfTime> NotifyBy = new(
        "notify_by",
        LengthShape.Days,
        "They must know so long before it takes effect.",
        required: true);

    private static readonly Key<Word> ToldBy = new("told_by", Forms.Reference, "The marker of the mail that tells them.", required: true);

    private static readonly Key<LengthOfTime> ActiveWithin = new(
        "active_within",
        LengthShape.Days,
        "Only contacts heard of so long before the leaving day.",
        fallback: HandoverRule.DefaultActiveWithin);

    private static readonly Key<Word> MetricMarker = new("marker", Forms.Reference, "Inbound mails with that marker.");

    private static readonly Key<Word> MetricCase = new("case", Forms.Reference, "Openings of that case.");

    private static readonly Key<WrittenMetric> Metric = new(
        "metric",
        new EitherShape<WrittenMetric>(
            "{marker: name}, {case: name} or late_responses",
            new MapShape("a marker or a case", MetricMarker, MetricCase)
            {
                OneOf = [MetricMarker, MetricCase],
                OnlyOneOf = [MetricMarker, MetricCase],
            }.As(
                (map, _) =>
                    map.Value(MetricMarker) is { } marker
                        ? new WrittenMetric(WatchMetric.Marker, marker)
                        : new WrittenMetric(WatchMetric.Case, map.Value(MetricCase))),
            new ChoiceShape<WrittenMetric>([("late_responses", new(WatchMetric.LateResponses, null))])),
        "What is counted: {marker: name}, {case: name} or late_responses.",
        required: true);

    private static readonly Key<LengthOfTime> Window = new(
        "window",
        LengthShape.Some,
        "Counted over so long back from now.",
        required: true);

    private static readonly Key<int> AtLeast = new(
        "at_least",
        new WholeShape(1, 1_000_000),
        "From so many on it is shown.",
        required: true);

    private static readonly Key<bool> Good = new(
        "good",
        Forms.Truth,
        "`true`: good news such as a referral; told under news, to whoever looks after them too, and never as a risk.");

    private static readonly IReadOnlyList<RuleForm> Written =
    [
        new(RuleKind.Respond, WhenMail, [WithinRequired, NextWithin, Cc, SatisfiedByContact, Meetings, Calls, MissedCalls], BuildRespond),
        new(RuleKind.Resolve, WhenContact, [CaseOf, WithinClock], BuildResolve),
        new(RuleKind.Chase, WhenMail, [ChaseAfter, Expects, MaxChasers, SatisfiedByContact], BuildChase),
        new(RuleKind.StayInTouch, WhenContact, [Every, PerWhat, CountsKey], BuildStayInTouch),
        new(RuleKind.FollowUp, WhenContact, [AfterEvent, FollowUpAfter], BuildFollowUp),
        new(RuleKind.Date, WhenContact, [FieldKey, Before], BuildDate),
        new(RuleKind.Notice, WhenContact, [From, Effective, NotifyBy, ToldBy], BuildNotice),
        new(RuleKind.Handover, WhenContact, [ActiveWithin], BuildHandover),
        new(RuleKind.Watch, WhenContact, [Metric, Window, AtLeast, PerWhat, Good], BuildWatch),
    ];

    public static Shape<IReadOnlyList<MapValues>> Shape { get; } =
        new ListShape<MapValues>(new KindedShape("rule", [.. Written.Select(form => (form.Shape, form.Kind.Summary))]));

    /// <summary>The rules in file order.</summary>
    public static IReadOnlyList<WrittenRule> Build(IReadOnlyList<MapValues> written, Scope scope)
    {
        var rules = new List<WrittenRule>();
        foreach (var map in written)
        {
            var form = Written.First(one => map.Node.Find(one.Kind.Name) is not null);
            if (map.Value(form.NameKey) is { } name)
                rules.Add(new WrittenRule(form.Build(new Draft(map, form, name, scope)), name.Node));
        }

        return rules;
    }

    private static RespondRule BuildRespond(Draft draft) => draft.Common(new RespondRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        NextWithin = draft.Map.Value(NextWithin) ?? draft.Map.ValueOr(WithinRequired, Day(1)),
        Cc = draft.Map.Value(Cc),
        SatisfiedByContact = draft.Map.Value(SatisfiedByContact),
        MeetingsAnswer = draft.Map.Value(Meetings),
        CallsAnswer = draft.Map.Value(Calls),
        MissedCalls = draft.Map.Value(MissedCalls),
    });

    private static ResolveRule BuildResolve(Draft draft) => draft.Common(new ResolveRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        Case = draft.Known("case", CaseOf),
    });

    private static ChaseRule BuildChase(Draft draft) => draft.Common(new ChaseRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        After = draft.Map.ValueOr(ChaseAfter, Day(1)),
        ExpectsAny = draft.Map.Value(Expects),
        MaxChasers = draft.Map.Value(MaxChasers),
        SatisfiedByContact = draft.Map.Value(SatisfiedByContact),
    });

    private static StayInTouchRule BuildStayInTouch(Draft draft) => draft.Common(new StayInTouchRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        Every = draft.Map.ValueOr(Every, Day(1)),
        Per = draft.Map.Value(PerWhat),
        Counts = draft.Map.Value(CountsKey),
    });

    private static FollowUpRule BuildFollowUp(Draft draft)
    {
        var happened = draft.Map.Value(AfterEvent);
        return draft.Common(new FollowUpRule(draft.Name, draft.Place)
        {
            Calendar = draft.Calendar,
            AfterEvent = happened?.Event ?? FollowUpEvent.MeetingHeld,
            Case = happened?.Case is { } name ? draft.Scope.Known("case", name) : null,
            After = draft.Map.Value(FollowUpAfter),
        });
    }

    private static DateRule BuildDate(Draft draft) => draft.Common(new DateRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        Field = draft.Map.ValueOr(FieldKey, ""),
        Before = draft.Map.ValueOr(Before, Day(0)),
    });

    private static NoticeRule BuildNotice(Draft draft)
    {
        var from = draft.Map.Value(From);
        var effective = draft.Map.Value(Effective);
        if (draft.Map.FindNode(From) is not null && draft.Map.FindNode(Effective) is { } node && effective < from)
            draft.Scope.Problems.Error(node, "024", $"'effective' lies before 'from' in notice '{draft.Name}'");

        return draft.Common(new NoticeRule(draft.Name, draft.Place)
        {
            Calendar = draft.Calendar,
            From = from,
            Effective = effective,
            NotifyBy = draft.Map.ValueOr(NotifyBy, Day(1)),
            ToldBy = draft.Known("marker", ToldBy),
        });
    }

    private static HandoverRule BuildHandover(Draft draft) => draft.Common(new HandoverRule(draft.Name, draft.Place)
    {
        Calendar = draft.Calendar,
        ActiveWithin = draft.Map.ValueOr(ActiveWithin, new LengthOfTime(12, TimeUnit.Month)),
    });

    private static WatchRule BuildWatch(Draft draft)
    {
        var metric = draft.Map.Value(Metric);
        return draft.Common(new WatchRule(draft.Name, draft.Place)
        {
            Calendar = draft.Calendar,
            Metric = metric?.Metric ?? WatchMetric.LateResponses,
            Of = metric?.Of is { } of ? draft.Scope.Known(metric.Metric == WatchMetric.Case ? "case" : "marker", of) : null,
            Window = draft.Map.ValueOr(Window, Day(1)),
            AtLeast = draft.Map.ValueOr(AtLeast, 1),
            Per = draft.Map.Value(PerWhat),
            IsGood = draft.Map.Value(Good),
        });
    }

    private static LengthOfTime Day(int days) => new(days, TimeUnit.Day);

    private sealed record WrittenEvent(FollowUpEvent Event, Word? Case);

    private sealed record WrittenMetric(WatchMetric Metric, Word? Of);

    /// <summary>How the file writes a kind of rule: its keys besides the common ones, and how it is built.</summary>
    private sealed class RuleForm
    {
        public RuleForm(RuleKind kind, Key<MapValues> when, IReadOnlyList<Key> own, Func<Draft, Rule> build)
        {
            Kind = kind;
            When = when;
            Build = build;
            NameKey = new Key<Word>(kind.Name, Forms.Reference, $"{kind.Summary} The name of the rule.", required: true);
            Within = own.OfType<Key<LengthOfTime>>().FirstOrDefault(key => key.Name == "within")
                ?? new Key<LengthOfTime>("within", LengthShape.Any, "The time allowed.", fallback: kind.Within);
            Priority = new Key<int>(
                "priority",
                new WholeShape(0, 1000),
                "Who goes first when a cap leaves room for one; higher first.",
                fallback: kind.Priority);
            ExpireAfter = new Key<LengthOfTime>(
                "expire_after",
                LengthShape.Any,
                "After so long, counted from the first opening, an item is given up and shown once to the manager.",
                fallback: kind.ExpireAfter);

            var misplaced = Misplaced(kind.Due);
            Key[] common = [when, Calendar, ModeKey, Priority, ExpireAfter, Warn, Escalate, Say, Urgent];
            Key[] all = [NameKey, Within, .. own.Except([Within]), .. common];
            Shape = new MapShape("a rule", [.. all.Where(key => !misplaced.ContainsKey(key.Name))])
            {
                Kind = NameKey,
                Definition = kind.Name,
                Misplaced = misplaced,
            };
        }

        public RuleKind Kind { get; }

        public Key<Word> NameKey { get; }

        public Key<MapValues> When { get; }

        public Key<LengthOfTime> Within { get; }

        public Key<int> Priority { get; }

        public Key<LengthOfTime> ExpireAfter { get; }

        public MapShape Shape { get; }

        public Func<Draft, Rule> Build { get; }

        /// <summary>Keys of other kinds that mean nothing where the due time is fixed, or there is none.</summary>
        private static Dictionary<string, (string Number, string Why)> Misplaced(DueTime due) => due switch
        {
            DueTime.Fixed => new() { ["within"] = ("010", "its due time is fixed by the date") },
            DueTime.None => new()
            {
                ["within"] = ("010", "it has no due time"),
                ["warn"] = ("010", "it has no due time"),
                ["escalate"] = ("010", "it has no due time; managers see it in their digest"),
            },
            _ => [],
        };
    }

    /// <summary>A rule being built.</summary>
    private sealed class Draft(MapValues map, RuleForm form, Word name, Scope scope)
    {
        public MapValues Map { get; } = map;

        public Scope Scope { get; } = scope;

        public string Name { get; } = name.Text;

        public Place Place { get; } = PolicyForms.Place(name.Node);

        public BusinessCalendar Calendar { get; } = scope.Calendar(map.Value(RuleSection.Calendar)) ?? scope.DefaultCalendar;

        public string Known(string noun, Key<Word> key) => Scope.Known(noun, Map.Value(key)) ?? "";

        /// <summary>The rule with what every rule has.</summary>
        public T Common<T>(T rule)
            where T : Rule =>
            rule with
            {
                When = (form.When == WhenMail ? ConditionShape.OfMail : ConditionShape.OfContact).Build(Map.Value(form.When), Scope),
                Within = Map.Value(form.Within),
                Mode = Map.Value(ModeKey),
                Priority = Map.Value(form.Priority),
                ExpireAfter = Map.Value(form.ExpireAfter),
                Warn = Map.Value(Warn),
                Escalate = [.. Map.ValueOr(Escalate, []).Select(Step).OfType<EscalationStep>()],
                Say = Map.Value(Say),
                Urgent = Map.Value(Urgent),
            };

        private EscalationStep? Step(MapValues step)
        {
            if (step.Value(To) is not { } to || step.Value(After) is not { } after)
                return null;

            if (to.Text is not ("owner" or "manager" or "lead") && !Scope.Names.Known("person").Contains(to.Text))
            {
                Scope.Problems.Error(
                    to.Node,
                    "030",
                    $"no person '{to.Text}'",
                    Spelling.Closest(to.Text, Scope.Names.Known("person").Concat(["owner", "manager", "lead"])));
            }

            return new EscalationStep(after, to.Text, step.Value(ViaKey));
        }
    }
}

/// <summary>A rule with the place of its name.</summary>
internal sealed record WrittenRule(Rule Rule, YamlNode Node);

using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>How one test went.</summary>
/// <param name="Name">The sentence.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Differences">Empty when it passed.</param>
/// <param name="Exercised">The names of rules and limits that did something in it.</param>
internal sealed record TestResult(string Name, YamlNode Place, IReadOnlyList<TestDifference> Differences, IReadOnlySet<string> Exercised)
{
    public bool Passed => Differences.Count == 0;
}

/// <summary>Something a test expected and did not get.</summary>
/// <param name="At">The moment looked at, local to the default calendar; null when the test could not run.</param>
/// <param name="Item">Rule and subject, or null.</param>
/// <param name="Field">The differing field, or what differs.</param>
/// <param name="Expected">As written.</param>
/// <param name="Got">What there is.</param>
/// <param name="Explanation">Why it is as it is.</param>
internal sealed record TestDifference(
    string? At,
    string? Item,
    string Field,
    string? Expected,
    string? Got,
    IReadOnlyList<string> Explanation)
{
    public override string ToString()
    {
        var where = (At is null ? "" : $"at {At}") + (Item is null ? "" : $"{(At is null ? "" : ", ")}{Item}");
        var what = Expected is null && Got is null ? Field : $"{Field} expected {Expected ?? "nothing"}, got {Got ?? "nothing"}";
        return where.Length == 0 ? what : $"{where}: {what}";
    }
}

/// <summary>Runs one test on a policy (policy-language.md section 12).</summary>
internal sealed class TestRun(ReadingOptions options, ProblemList problems)
{
    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly LocalDateTimePattern LocalSeconds = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss");

    public TestResult Run(MapValues test, CompanyPolicy policy)
    {
        var log = TestLog.From(policy, test.ValueOr(TestSection.Events, []), problems);
        var evaluator = new Evaluator(policy);
        var coverage = new TestCoverage(policy, options, problems);
        var differences = new List<TestDifference>();
        var exercised = new HashSet<string>(StringComparer.Ordinal);
        foreach (var check in Checks(test))
        {
            if (check.Now is { } now)
                Check(
                    check,
                    evaluator,
                    log.At(now.In(policy.DefaultCalendar.Zone)) with { Coverage = coverage.Read(check.Coverage) },
                    coverage,
                    now.In(policy.DefaultCalendar.Zone),
                    differences,
                    exercised);
        }

        return new TestResult(test.Value(TestSection.Name) ?? "", test.Place(TestSection.Name), differences, exercised);
    }

    private static IEnumerable<WrittenCheck> Checks(MapValues test) =>
        test.Value(TestSection.Checks) is { } checks
            ? checks.Select(c => new WrittenCheck(
                c.Value(TestSection.Now),
                c.Value(TestSection.Expect),
                c.Value(TestSection.Closed),
                c.Value(TestSection.Coverage)))
            :
            [
                new WrittenCheck(
                    test.Value(TestSection.SingleNow),
                    test.Value(TestSection.Expect),
                    test.Value(TestSection.Closed),
                    test.Value(TestSection.Coverage)),
            ];

    private void Check(
        WrittenCheck check,
        Evaluator evaluator,
        ContactLogSnapshot log,
        TestCoverage coverage,
        Instant now,
        List<TestDifference> differences,
        HashSet<string> exercised)
    {
        var policy = evaluator.Policy;
        var zone = policy.DefaultCalendar.Zone;
        var result = evaluator.Evaluate(log, now);
        exercised.UnionWith(result.Items.Concat(result.Observed).SelectMany(i => i.WouldBeHeldBy.Append(i.Rule.Name).Append(i.By ?? "")));
        exercised.UnionWith(result.Closed.Concat(result.ObservedClosed).Select(c => c.Rule.Name));

        void Differs(string? item, string field, string? expected, string? got, string? rule = null, string? about = null) =>
            differences.Add(
                new TestDifference(
                    Print(now, zone),
                    item,
                    field,
                    expected,
                    got,
                    rule is null || about is null ? [] : Explain(evaluator, log, result, rule, about)));

        if (check.Expect is { } expected)
        {
            var left = result.Items.ToList();
            foreach (var wanted in expected)
            {
                if (Names(wanted, policy) is not var (rule, about))
                    continue;

                var found = left.Where(i => i.Rule.Name == rule && Same(i.About, about))
                    .OrderBy(i => Fields(wanted, i, now, coverage, zone).Count())
                    .FirstOrDefault();
                if (found is null)
                {
                    var closed = result.Closed.LastOrDefault(c => c.Rule.Name == rule && Same(c.About, about));
                    Differs(
                        $"{rule} {about}",
                        "item",
                        wanted.Value(TestSection.State) ?? "one",
                        closed is null ? null : $"closed as {Word(closed.As)} at {Print(closed.At, zone)}",
                        rule,
                        about);
                    continue;
                }

                left.Remove(found);
                foreach (var (field, want, got) in Fields(wanted, found, now, coverage, zone))
                    Differs($"{rule} {about}", field, want, got, rule, found.About);
            }

            foreach (var extra in left)
                Differs($"{extra.Rule.Name} {extra.About}", "item", null, Describe(extra, zone), extra.Rule.Name, extra.About);
        }

        foreach (var wanted in check.Closed ?? [])
        {
            if (Names(wanted, policy) is not var (rule, about))
                continue;

            var candidates = result.Closed.Where(c => c.Rule.Name == rule && Same(c.About, about)).ToList();
            if (candidates.Exists(c => !Fields(wanted, c, zone).Any()))
                continue;

            if (candidates.Count == 0)
            {
                var open = result.Items.FirstOrDefault(i => i.Rule.Name == rule && Same(i.About, about));
                Differs(
                    $"{rule} {about}",
                    "closed item",
                    wanted.Value(TestSection.As) ?? "one",
                    open is null ? null : Describe(open, zone),
                    rule,
                    about);
                continue;
            }

            var nearest = candidates.OrderBy(c => Fields(wanted, c, zone).Count()).ThenByDescending(c => c.At).First();
            foreach (var (field, want, got) in Fields(wanted, nearest, zone))
                Differs($"{rule} {about}", field, want, got, rule, about);
        }
    }

    /// <summary>The rule and subject an expectation is about; a rule that is not there is reported.</summary>
    private (string Rule, string About)? Names(MapValues wanted, CompanyPolicy policy)
    {
        if (wanted.Value(TestSection.ExpectedRule) is not { } rule || wanted.Value(TestSection.ExpectedAbout) is not { } about)
            return null;

        if (rule.Text != Retirement.Rule && !policy.Rules.Any(r => r.Name == rule.Text))
            problems.Error(rule.Node, "030", $"no rule '{rule}'", Spelling.Closest(rule.Text, policy.Rules.Select(r => r.Name)));
        return (rule.Text, about);
    }

    private static IEnumerable<(string Field, string? Want, string? Got)> Fields(
        MapValues wanted,
        Item item,
        Instant now,
        TestCoverage coverage,
        DateTimeZone zone)
    {
        if (wanted.Value(TestSection.State) is { } state && state != Word(item.State))
            yield return ("state", state, Word(item.State));
        foreach (var field in Fields(wanted, item.Owner, item.Opened, item.Due, zone))
            yield return field;
        if (wanted.Optional(TestSection.Level) is { } level && level != item.Level)
            yield return ("level", $"{level}", $"{item.Level}");
        if (wanted.Value(TestSection.ByLimit) is { } by && by.Value != item.By)
            yield return ("by", by.Value, item.By);
        if (Moment(wanted, TestSection.HeldUntil, item.Until, zone) is { } until)
            yield return until;
        if (wanted.Value(TestSection.Unsure) is { } unsure && !AreSame(unsure, item.Unsure, coverage))
            yield return ("unsure", List(unsure.Select(account => account.Text)), List(item.Unsure));
        if (wanted.FindNode(TestSection.Held) is not null && wanted.Value(TestSection.Held) is var held && held != item.Held)
            yield return ("held", Word(held), Word(item.Held));
        if (wanted.Value(TestSection.Notified) is { } notified && List(notified.Select(Print)) is var steps
            && List(NotifiedStep.At(item, now).Select(Print)) is var told && steps != told)
            yield return ("notified", steps, told);
    }

    private static IEnumerable<(string Field, string? Want, string? Got)> Fields(MapValues wanted, ClosedItem item, DateTimeZone zone)
    {
        if (wanted.Value(TestSection.As) is { } closing && closing != Word(item.As))
            yield return ("as", closing, Word(item.As));
        if (wanted.Value(TestSection.ClosedAt) is { } at && at.In(zone) != item.At)
            yield return ("at", Print(at.In(zone), zone), Print(item.At, zone));
        foreach (var field in Fields(wanted, item.Owner, item.Opened, item.Due, zone))
            yield return field;
    }

    /// <summary>What open and closed items share.</summary>
    private static IEnumerable<(string Field, string? Want, string? Got)> Fields(
        MapValues wanted, string by, Instant openedAt, Instant? dueAt, DateTimeZone zone)
    {
        if (wanted.Value(TestSection.Owner) is { } owner && owner != by)
            yield return ("owner", owner, by);
        if (Moment(wanted, TestSection.Opened, openedAt, zone) is { } opened)
            yield return opened;
        if (Moment(wanted, TestSection.Due, dueAt, zone) is { } due)
            yield return due;
    }

    private static bool AreSame(IReadOnlyList<Word> wanted, IReadOnlyList<string> got, TestCoverage coverage) =>
        wanted.Count == got.Count && wanted.All(one => got.Any(account => coverage.IsSame(one.Text, account)));

    private static string List(IEnumerable<string> entries) => $"[{string.Join(", ", entries)}]";

    private static string Print(MapValues step) =>
        Print(new NotifiedStep(step.Value(TestSection.NotifiedTo) ?? "", step.Value(TestSection.NotifiedStep) ?? ""));

    private static string Print(NotifiedStep step) => $"{step.To} {step.Step}";

    private static string Word(bool truth) => truth ? "true" : "false";

    private static (string Field, string? Want, string? Got)? Moment(
        MapValues wanted,
        Key<Answer<WrittenMoment>> key,
        Instant? got,
        DateTimeZone zone)
    {
        if (wanted.Value(key) is not { } answer)
            return null;

        Instant? want = answer.Value is { } moment ? moment.In(zone) : null;
        return want == got ? null : (key.Name, want is { } w ? Print(w, zone) : "null", got is { } g ? Print(g, zone) : "null");
    }

    /// <summary>What explain says of the rule for whoever the item is about.</summary>
    private static string[] Explain(Evaluator evaluator, ContactLogSnapshot log, EvaluationResult result, string rule, string about)
    {
        var contact = result.Items.FirstOrDefault(i => i.Rule.Name == rule && Same(i.About, about))?.Contact
            ?? result.Closed.LastOrDefault(c => c.Rule.Name == rule && Same(c.About, about))?.Contact
            ?? FindContact(log, about);
        if (contact is null || evaluator.Explain(log, contact, result.Now, rule) is not { } explanation)
            return [$"nobody is known whom '{about}' could be about"];

        return explanation.ToString().TrimEnd('\n').Split('\n');
    }

    /// <summary>The contact meant by an address, a thread or a meeting.</summary>
    private static EmailAddress? FindContact(ContactLogSnapshot log, string about) =>
        EmailAddress.TryParseContact(about, out var address)
            ? address
            : log
                .Interactions.Where(i => Same(i.Thread ?? i.Id, about) || Same(i.Id, about))
                .SelectMany(i => i.Participants)
                .FirstOrDefault(p => !p.Internal)
                ?.Address;

    private static string Describe(Item item, DateTimeZone zone) =>
        $"{Word(item.State)}, opened {Print(item.Opened, zone)}, due {(item.Due is { } due ? Print(due, zone) : "null")}, owner "
            + $"{item.Owner}{(item.By is null ? "" : $", by {item.By}")}";

    private static string Print(Instant moment, DateTimeZone zone)
    {
        var local = moment.InZone(zone).LocalDateTime;
        return local.Second == 0 ? Local.Format(local) : LocalSeconds.Format(local);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static bool Same(string about, string written) => about.Equals(written, StringComparison.OrdinalIgnoreCase);

    private sealed record WrittenCheck(
        WrittenMoment? Now,
        IReadOnlyList<MapValues>? Expect,
        IReadOnlyList<MapValues>? Closed,
        IReadOnlyList<Named<string, Answer<WrittenMoment>>>? Coverage);
}

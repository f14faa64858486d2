using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// What can only be seen when all sections are read: names used twice, cycles, rules that are never reached, and likely slips.
/// </summary>
internal static partial class PolicyChecks
{
    private const int DaysAhead = 365;

    public static void Check(WrittenPolicy written, ReadingOptions options, ProblemList problems)
    {
        NamesUsedTwice(written, problems);
        SegmentCycles(written, problems);
        OwnerCycles(written, problems);
        OpeningCycles(written, problems);
        NeverReached(written, problems);
        Slips(written, problems);
        LikelyMisspelt(written, problems);
        OutsideOurDomains(written, problems);
        Patterns(written.Map.Node, problems);
        NoHolidayAhead(written, options, problems);
    }

    private static void NamesUsedTwice(WrittenPolicy written, ProblemList problems)
    {
        var first = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (
            var (name, node) in written.Rules.Select(r => (r.Rule.Name, r.Node)).Concat(written.Limits.Select(l => (l.Limit.Name, l.Node))))
        {
            if (!first.TryAdd(name, node))
                problems.Error(
                    node,
                    "031",
                    $"the name '{name}' is used twice, and rules and limits share one space; first at {first[name].Spot}");
        }
    }

    private static void SegmentCycles(WrittenPolicy written, ProblemList problems)
    {
        var segments = written.Policy.Segments;
        foreach (var segment in written.Segments)
        {
            if (Cycle(segment.Segment.Name, name => segments.GetValueOrDefault(name)?.NotIn ?? []) is { } cycle)
                problems.Error(segment.Node, "033", $"segment '{segment.Segment.Name}' is defined by itself: {cycle}");
        }
    }

    /// <summary>
    /// On each day on which it could change: from the leaving date on the successor, else the manager; on a day away the cover. Two people
    /// who cover each other in different weeks are no cycle.
    /// </summary>
    private static void OwnerCycles(WrittenPolicy written, ProblemList problems)
    {
        var people = written.Policy.People.ToDictionary(p => p.Id, StringComparer.Ordinal);
        var days = people.Values.SelectMany(p => p.Away.Select(a => a.From).Concat(p.Left is { } left ? [left] : [])).Distinct().Order();
        var reported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var day in days)
        {
            foreach (var person in people.Values)
            {
                if (Cycle(person.Id, id => Next(people.GetValueOrDefault(id), day)) is { } cycle && reported.Add(person.Id))
                {
                    problems.Error(
                        written.Map.FindNode(PolicyShape.People) is YamlMap map && map.Find(person.Id) is { } entry
                            ? entry.Key
                            : written.Map.Node,
                        "033",
                        $"nobody would be left to look after the items of '{person.Id}' on {day:uuuu-MM-dd}: {cycle}");
                }
            }
        }
    }

    private static IReadOnlyList<string> Next(Person? person, LocalDate day)
    {
        if (person?.Left <= day)
            return (person.Successor ?? person.Manager) is { } next ? [next] : [];

        return person?.Away.FirstOrDefault(a => a.From <= day && day <= a.To)?.Cover is { } cover ? [cover] : [];
    }

    /// <summary>Assigning by a case that opens by owner would need the owner to find the owner.</summary>
    private static void OpeningCycles(WrittenPolicy written, ProblemList problems)
    {
        var byOwner = written
            .Policy.Cases.Values.Where(c => Parts(c.OpensOn).Any(p => p is Condition.OwnedBy or Condition.OwnedByTeam))
            .Select(c => c.Name)
            .ToHashSet(StringComparer.Ordinal);
        var entries = written.Map.FindNode(PolicyShape.Assign) is YamlList list ? list.Items : [];
        foreach (var entry in written.Policy.Assign)
        {
            var node = entries.FirstOrDefault(e => PolicyForms.Place(e) == entry.Place);
            if (
                entry.When is not null
                && node is not null
                && Parts(entry.When).OfType<Condition.InCase>().SelectMany(c => c.Cases).FirstOrDefault(byOwner.Contains) is { } name)
                problems.Error(node, "033", $"this entry needs case '{name}' to find the owner, and that case needs the owner to open");
        }
    }

    private static string? Cycle(string start, Func<string, IEnumerable<string>> next)
    {
        var path = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Reaches(start) ? string.Join(" -> ", path.Prepend(start)) : null;

        bool Reaches(string from)
        {
            foreach (var name in next(from))
            {
                path.Add(name);
                if (name == start || (seen.Add(name) && Reaches(name)))
                    return true;
                path.RemoveAt(path.Count - 1);
            }

            return false;
        }
    }

    private static void NeverReached(WrittenPolicy written, ProblemList problems)
    {
        foreach (
            var kind in written
                .Rules.Where(r => r.Rule is RespondRule or ChaseRule or StayInTouchRule && r.Rule.Mode == Mode.Enforce)
                .GroupBy(r => r.Rule.Kind))
        {
            var earlier = new List<WrittenRule>();
            foreach (var rule in kind)
            {
                if (earlier.Find(e => Implication.Holds(rule.Rule.When, e.Rule.When)) is { } first)
                {
                    problems.Warn(
                        rule.Node,
                        "032",
                        $"rule '{rule.Rule.Name}' is never reached: '{first.Rule.Name}' at {first.Node.Spot} matches first whenever it "
                            + $"would; put the strict rule above"
                    );
                    continue;
                }

                earlier.Add(rule);
            }
        }
    }

    private static void Slips(WrittenPolicy written, ProblemList problems)
    {
        var policy = written.Policy;
        var ours = new InternalAddresses(policy);
        var organisations = new Organisations(policy.Classify.PublicDomains);
        foreach (var segment in written.Segments)
        {
            foreach (var address in segment.Addresses.Where(a => ours.Contains(a.Value)))
                problems.Warn(
                    address.Node,
                    "040",
                    $"{address.Value} is one of us; segment '{segment.Segment.Name}' is for contacts outside");
            foreach (var domain in segment.Domains.Where(d => ours.ContainsDomain(d.Value)))
                problems.Warn(
                    domain.Node,
                    "040",
                    $"{domain.Value} is our own domain; segment '{segment.Segment.Name}' is for contacts outside");
            foreach (var domain in segment.Domains)
                PublicDomain(domain, problems);
        }

        foreach (var domain in written.OwnDomains)
            PublicDomain(domain, problems);

        void PublicDomain(Listed<string> domain, ProblemList to)
        {
            if (organisations.IsPublic(domain.Value))
                to.Warn(
                    domain.Node,
                    "041",
                    $"{domain.Value} is a public mail service, not a company: everybody there would be meant; list the addresses instead");
        }
    }

    /// <summary>Addresses of people and teams outside of our domains that are nearly in one.</summary>
    private static void LikelyMisspelt(WrittenPolicy written, ProblemList problems)
    {
        var domains = written.OwnDomains.Select(domain => domain.Value).ToList();
        var ours = new InternalAddresses(written.Policy with { People = [], Teams = [], Us = written.Policy.Us with { Addresses = [] } });
        foreach (var section in new[] { PolicyShape.People.Name, PolicyShape.Teams.Name })
        {
            foreach (var scalar in Scalars(written.Map.Node.Find(section)?.Value))
            {
                if (!EmailAddress.TryParse(scalar.Text, out var address) || ours.Contains(address))
                    continue;

                if (Spelling.Closest(address.Domain, domains) is { Count: > 0 } meant)
                    problems.Warn(
                        scalar.Spot,
                        "034",
                        $"{address} is not under us.domains: mail from there counts as mail from outside",
                        [.. meant.Select(domain => $"{address.LocalPart}@{domain}")]
                    );
            }
        }
    }

    /// <summary>People whose digests leave the house; whoever means that says so in <c>us.addresses</c>.</summary>
    private static void OutsideOurDomains(WrittenPolicy written, ProblemList problems)
    {
        var ours = new InternalAddresses(written.Policy with { People = [], Teams = [] });
        var domains = written.OwnDomains.Select(domain => domain.Value).ToList();
        foreach (var scalar in Under(written.Map.Node.Find(PolicyShape.People.Name)?.Value, "email").OfType<YamlScalar>())
        {
            if (EmailAddress.TryParse(scalar.Text, out var address) && !ours.Contains(address)
                && Spelling.Closest(address.Domain, domains).Count == 0)
                problems.Warn(
                    scalar, "034", $"{address} is not under us.domains, and gets digests; add it to us.addresses if that is intended");
        }
    }

    /// <summary>Phrases that look like patterns: they are plain words, and a pattern is found in no mail.</summary>
    private static void Patterns(YamlNode? node, ProblemList problems)
    {
        foreach (var key in new[] { "any_of", "text_has", "subject_has" })
        {
            foreach (var scalar in Under(node, key).SelectMany(Scalars).Where(scalar => LooksLikePattern(scalar.Text)))
                problems.Warn(
                    scalar,
                    "033",
                    $"'{scalar.Text}' looks like a pattern, but phrases are plain words; write the words themselves"
                );
        }
    }

    private static bool LooksLikePattern(string phrase) =>
        phrase.Contains(".*", StringComparison.Ordinal)
        || phrase.Contains(".+", StringComparison.Ordinal)
        || phrase.Contains("\\b", StringComparison.Ordinal)
        || phrase.Contains("\\w", StringComparison.Ordinal)
        || phrase.Contains("\\d", StringComparison.Ordinal)
        || phrase.Contains("\\s", StringComparison.Ordinal)
        || phrase.Contains("(?", StringComparison.Ordinal)
        || MiddleOfPattern().IsMatch(phrase)
        || phrase.StartsWith('^')
        || phrase.Contains("]*", StringComparison.Ordinal)
        || phrase.Contains("]+", StringComparison.Ordinal)
        || (phrase.StartsWith('/') && phrase.LastIndexOf('/') > 1)
        || (phrase.EndsWith('*') && phrase.Length > 1);

    /// <summary>Alternatives in brackets or between words, a letter that may be left out, a set of letters.</summary>
    [GeneratedRegex(@"\([^()]*\|[^()]*\)|\w\|\w|\w\?\w|\[[^\[\]\s]-[^\[\]\s]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MiddleOfPattern();

    /// <summary>Everything that stands behind a key, however deep.</summary>
    private static IEnumerable<YamlNode> Under(YamlNode? node, string key) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => entry.Key.Text == key ? [entry.Value] : Under(entry.Value, key)),
        YamlList list => list.Items.SelectMany(item => Under(item, key)),
        _ => [],
    };

    private static IEnumerable<YamlScalar> Scalars(YamlNode? node) => node switch
    {
        YamlMap map => map.Entries.SelectMany(entry => Scalars(entry.Value)),
        YamlList list => list.Items.SelectMany(Scalars),
        YamlScalar scalar => [scalar],
        _ => [],
    };

    private static void NoHolidayAhead(WrittenPolicy written, ReadingOptions options, ProblemList problems)
    {
        foreach (var entry in written.Map.ValueOr(PolicyShape.Calendars, []))
        {
            // A calendar that never closes has no holidays on purpose.
            if (!written.Policy.Calendars.TryGetValue(entry.Key, out var calendar) || NeverCloses(calendar))
                continue;

            if (!calendar.Holidays.Keys.Any(d => d >= options.Today && d <= options.Today.PlusDays(DaysAhead)))
                problems.Warn(
                    CalendarSection.ReadHolidays(entry.Value) is YamlMap { Entries.Count: 0 } empty ? empty : entry.KeyNode,
                    "060",
                    $"calendar '{entry.Key}' has no holiday in the {DaysAhead} days from {options.Today:uuuu-MM-dd}; add next year's");
        }
    }

    private static bool NeverCloses(BusinessCalendar calendar) =>
        calendar.Hours.Count == 7 && calendar.Hours.Values.All(spans => spans is [{ Start: 0, End: 1440 }]);

    private static IEnumerable<Condition> Parts(Condition condition) => condition switch
    {
        Condition.All all => all.Of.SelectMany(Parts),
        Condition.Any any => any.Of.SelectMany(Parts),
        Condition.Not not => Parts(not.Of),
        _ => [condition],
    };
}

using System.Globalization;
using System.Text;
using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>Says in words what differs between two versions of a policy.</summary>
internal static class PolicyChanges
{
    /// <summary>
    /// One sentence a rule, limit or other part that is new, gone or different. Comments and the order of keys change nothing.
    /// </summary>
    public static IReadOnlyList<string> Between(YamlMap before, YamlMap after)
    {
        var changes = new List<string>();
        foreach (var (section, noun) in new[] { ("rules", "rule"), ("limits", "limit"), ("digests", "digest") })
            CompareNamed(Entries(before, section), Entries(after, section), noun, changes);
        if (changes.Count == 0 && Orders(before) != Orders(after))
            changes.Add("the order of the rules changed");

        foreach (var name in PolicyShape.SectionNames.Except(["rules", "limits", "digests", "tests", "version"], StringComparer.Ordinal))
        {
            var (old, fresh) = (before.Find(name)?.Value, after.Find(name)?.Value);
            if (Canonical(old) == Canonical(fresh))
                continue;

            var entries =
                old is YamlMap a && fresh is YamlMap b
                    ? a
                        .Entries.Concat(b.Entries)
                        .Select(e => e.Key.Text)
                        .Distinct(StringComparer.Ordinal)
                        .Where(k => Canonical(a.Find(k)?.Value) != Canonical(b.Find(k)?.Value))
                        .ToList()
                    : [];
            changes.Add(entries.Count == 0 ? $"'{name}' changed" : $"'{name}' changed: {string.Join(", ", entries)}");
        }

        return changes;
    }

    /// <summary>How many items a new policy opens that the one before did not have.</summary>
    /// <param name="before">What the policy before makes of the log.</param>
    /// <param name="after">What the new one makes of the same log at the same moment.</param>
    public static int NewlyOpened(EvaluationResult before, EvaluationResult after)
    {
        var known = before.Items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        return after.Items.Count(i => i.State is ItemState.Open or ItemState.Overdue && !known.Contains(i.Id));
    }

    /// <summary>
    /// The sentence for the log and the manager digest when a new policy opens so many items that somebody should look first; else null.
    /// </summary>
    public static string? Warning(string version, int newlyOpened) =>
        newlyOpened <= 50
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"policy {version} newly opens {newlyOpened} items; look at them with `crmsync policy backtest --against last-good` "
                    + $"before the first mail goes out"
            );

    private static void CompareNamed(
        Dictionary<string, YamlMap> before, Dictionary<string, YamlMap> after, string noun, List<string> changes)
    {
        foreach (var (name, map) in after)
        {
            if (!before.TryGetValue(name, out var old))
                changes.Add($"{noun} '{name}' is new");
            else if (Canonical(old) != Canonical(map))
                changes.Add($"{noun} '{name}' changed: {string.Join(", ", Details(old, map))}");
        }

        foreach (var name in before.Keys.Where(n => !after.ContainsKey(n)))
            changes.Add($"{noun} '{name}' is gone");
    }

    private static IEnumerable<string> Details(YamlMap old, YamlMap fresh)
    {
        foreach (var key in old.Entries.Concat(fresh.Entries).Select(e => e.Key.Text).Distinct(StringComparer.Ordinal))
        {
            var (was, now) = (old.Find(key)?.Value, fresh.Find(key)?.Value);
            if (Canonical(was) == Canonical(now))
                continue;

            yield return (was, now) switch
            {
                (YamlScalar a, YamlScalar b) => $"{key} {a.Text} is now {b.Text}",
                (null, YamlScalar b) => $"{key} {b.Text} is new",
                (YamlScalar a, null) => $"{key} {a.Text} is gone",
                _ => key,
            };
        }
    }

    private static Dictionary<string, YamlMap> Entries(YamlMap root, string section) =>
        root.Find(section)?.Value is YamlList list
            ? list.Items.OfType<YamlMap>().Where(m => Names.Name(m) is not null)
                .GroupBy(m => Names.Name(m)!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal)
            : [];

    private static string Orders(YamlMap root) => string.Join(' ', Entries(root, "rules").Keys);

    private static string Canonical(YamlNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(YamlNode? node, StringBuilder text)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries.OrderBy(e => e.Key.Text, StringComparer.Ordinal))
                {
                    text.Append('{').Append(entry.Key.Text).Append('\0');
                    Write(entry.Value, text);
                    text.Append('}');
                }

                break;
            case YamlList list:
                foreach (var item in list.Items)
                {
                    text.Append('[');
                    Write(item, text);
                    text.Append(']');
                }

                break;
            case YamlScalar scalar:
                text.Append((int)scalar.Kind).Append(scalar.Text);
                break;
        }
    }
}

using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The names a policy declares, by what they name. Taken from the tree before anything is read, so that a broken definition does not make
/// every mention of it a second problem.
/// </summary>
internal sealed class Names
{
    private static readonly HashSet<string> Kinds =
    [
        .. RuleKind.All.Select(kind => kind.Name),
        .. LimitKind.All.Where(kind => !kind.IsBuiltIn).Select(kind => kind.Name),
        DigestSection.Kind,
    ];

    private readonly Dictionary<string, HashSet<string>> declared = new(StringComparer.Ordinal);

    public Names(YamlMap root)
    {
        foreach (
            var (noun, section) in new[]
            {
                ("calendar", "calendars"),
                ("person", "people"),
                ("team", "teams"),
                ("segment", "segments"),
                ("marker", "markers"),
                ("case", "cases"),
            })
            declared[noun] = root.Find(section)?.Value is YamlMap map ? [.. map.Entries.Select(e => e.Key.Text)] : [];

        declared["rule"] = FirstValues(root, "rules");
        declared["limit"] = FirstValues(root, "limits");
    }

    /// <summary>All names of one sort: calendar, person, team, segment, marker, case, rule or limit.</summary>
    public IReadOnlySet<string> Known(string noun) => declared[noun];

    /// <summary>Whether the word is a declared name; if not, that is reported.</summary>
    /// <param name="noun">The sort.</param>
    /// <param name="word">The word.</param>
    /// <param name="problems">Where it is reported.</param>
    /// <param name="also">What else may have been meant.</param>
    public bool Knows(string noun, Word word, ProblemList problems, params IReadOnlyList<string> also)
    {
        if (declared[noun].Contains(word.Text))
            return true;

        problems.Error(word.Node, "030", $"no {noun} '{word.Text}'", Spelling.Closest(word.Text, declared[noun].Concat(also)));
        return false;
    }

    /// <summary>The texts of the words that are declared; the others are reported.</summary>
    public IReadOnlyList<string> Known(string noun, IReadOnlyList<Word>? words, ProblemList problems, params IReadOnlyList<string> also) =>
        words is null ? [] : [.. words.Where(w => Knows(noun, w, problems, also)).Select(w => w.Text)];

    /// <summary>The name of a rule, limit or digest: what stands behind the key that names its kind.</summary>
    public static string? Name(YamlMap entry) =>
        entry.Entries.FirstOrDefault(e => Kinds.Contains(e.Key.Text))?.Value is YamlScalar scalar ? scalar.Text : null;

    private static HashSet<string> FirstValues(YamlMap root, string section) =>
        root.Find(section)?.Value is YamlList list
            ? [.. list.Items.OfType<YamlMap>().Select(Name).OfType<string>()]
            : [];
}

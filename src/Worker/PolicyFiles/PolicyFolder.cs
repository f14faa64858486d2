using System.Security.Cryptography;
using System.Text;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The files of a policy: <c>policy.yaml</c>, or every <c>*.yaml</c> of the folder <c>policy</c> in the order of their names
/// (policy-language.md section 2).
/// </summary>
internal static class PolicyFolder
{
    public const string FileName = "policy.yaml";

    /// <summary>The folder of several files, in the place of the one.</summary>
    public const string FolderName = "policy";

    /// <summary>
    /// Reads the policy in a configuration folder. All problems come back at once; the policy is null when one of them is an error.
    /// </summary>
    public static PolicyReading Read(string folder, ReadingOptions options)
    {
        var problems = ProblemList.ForPolicy();
        var files = new List<SourceFile>();
        foreach (var (name, path) in Find(folder, problems))
        {
            if (SourceFile.Read(name, path, problems) is { } file)
                files.Add(file);
        }

        return Read(files, new ListFiles(problems, File.Exists, (name, path) => SourceFile.Read(name, path, problems)), options, problems);
    }

    /// <summary>Reads a policy from files that have been loaded already.</summary>
    public static PolicyReading Read(IReadOnlyList<SourceFile> files, ListFiles lists, ReadingOptions options, ProblemList problems)
    {
        var trees = files.Select(file => Tree(file, problems)).OfType<YamlMap>().ToList();
        if (trees.Count == 0 || trees.Count < files.Count)
            return new PolicyReading(null, null, files, lists, problems);

        var root = Merge(trees, problems);
        var written = PolicyReader.Read(root, lists, options, problems);
        var all = files.Concat(lists.Files).ToList();
        return new PolicyReading(
            written is null ? null : written with { Policy = written.Policy with { Version = Version(all) } },
            root,
            all,
            lists,
            problems);
    }

    /// <summary>A tree with some of its sections replaced or added.</summary>
    public static YamlMap Replace(YamlMap root, IReadOnlyList<Named<string, YamlNode>> sections)
    {
        var replaced = sections.ToDictionary(s => s.Key, s => new YamlEntry(s.KeyNode, s.Value), StringComparer.Ordinal);
        var kept = root.Entries.Select(e => replaced.Remove(e.Key.Text, out var other) ? other : e).ToList();
        return new YamlMap(root.Spot, [.. kept, .. replaced.Values]);
    }

    /// <summary>The short hash shown as the version: over the names and texts of all files and the lists they name.</summary>
    private static string Version(IEnumerable<SourceFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name}\0{file.Text}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }

    private static IReadOnlyList<(string Name, string Path)> Find(string folder, ProblemList problems)
    {
        var single = Path.Combine(folder, FileName);
        var several = Path.Combine(folder, FolderName);
        var parts = Directory.Exists(several)
            ? Directory
                .EnumerateFiles(several, "*.yaml")
                .Where(p => !Path.GetFileName(p).StartsWith('.'))
                .Order(StringComparer.Ordinal)
                .ToList()
            : [];
        var nothing = new SourceFile(FileName, Path.GetFullPath(single), "");
        if (File.Exists(single) && parts.Count > 0)
        {
            problems.Error(nothing, "001", "there are both policy.yaml and the folder policy; keep one of them");
            return [];
        }

        if (File.Exists(single))
            return [("policy.yaml", Path.GetFullPath(single))];

        if (parts.Count == 0)
            problems.Error(
                nothing,
                "001",
                $"there is no policy: neither policy.yaml nor policy/*.yaml in {Path.GetFullPath(folder)}; {ConfigurationFile.InitHint}");
        return [.. parts.Select(p => ($"policy/{Path.GetFileName(p)}", Path.GetFullPath(p)))];
    }

    private static YamlMap? Tree(SourceFile file, ProblemList problems)
    {
        var node = YamlTree.Read(file, problems);
        if (node is YamlMap map)
            return map;

        if (node is not null)
            problems.Error(node, "012", $"a policy is a map of sections such as `rules:`, not {node.Noun}");
        return null;
    }

    /// <summary>Lists are concatenated and maps merged; the same name twice is an error that shows both places.</summary>
    private static YamlMap Merge(List<YamlMap> trees, ProblemList problems)
    {
        if (trees.Count == 1)
            return trees[0];

        var sections = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var entry in trees.SelectMany(t => t.Entries))
        {
            if (!sections.TryGetValue(entry.Key.Text, out var first))
            {
                sections.Add(entry.Key.Text, entry);
                order.Add(entry.Key.Text);
                continue;
            }

            sections[entry.Key.Text] = first with { Value = Merge(entry.Key, first.Value, entry.Value, problems) };
        }

        return new YamlMap(trees[0].Spot, [.. order.Select(name => sections[name])]);
    }

    private static YamlNode Merge(YamlScalar key, YamlNode first, YamlNode second, ProblemList problems)
    {
        switch (first, second)
        {
            case (YamlList a, YamlList b):
                return new YamlList(a.Spot, [.. a.Items, .. b.Items]);
            case (YamlMap a, YamlMap b):
                var fresh = new List<YamlEntry>();
                foreach (var entry in b.Entries)
                {
                    if (a.Find(entry.Key.Text) is { } known)
                        problems.Error(
                            entry.Key,
                            "031",
                            $"'{entry.Key.Text}' in '{key.Text}' stands in two files; first at {known.Key.Spot}");
                    else
                        fresh.Add(entry);
                }

                return new YamlMap(a.Spot, [.. a.Entries, .. fresh]);
            case (YamlScalar a, YamlScalar b) when key.Text == "version" && a.Text == b.Text:
                // Every file may say which version of the language it is written in.
                return a;
            default:
                problems.Error(key, "031", $"'{key.Text}' stands in two files; first at {first.Spot}");
                return first;
        }
    }
}

/// <summary>What came of reading a policy.</summary>
/// <param name="Written">The policy; null when there are errors.</param>
/// <param name="Root">The merged tree; null when a file is no YAML.</param>
/// <param name="Files">Every file read, lists included.</param>
/// <param name="Lists">The lists, which tests that replace sections may read again.</param>
/// <param name="Problems">Everything found so far; running the tests may add to it.</param>
internal sealed record PolicyReading(
    WrittenPolicy? Written,
    YamlMap? Root,
    IReadOnlyList<SourceFile> Files,
    ListFiles Lists,
    ProblemList Problems);

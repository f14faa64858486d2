using CrmSync.Domain.Company;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// The plain text lists a policy names with <c>file:</c>: one address or domain a line, <c>#</c> starts a comment. Each file is read once a
/// run.
/// </summary>
/// <param name="problems">Where problems go.</param>
/// <param name="exists">Whether there is a file at a full path.</param>
/// <param name="open">Opens the file of a name as written and a full path; null after reporting why not.</param>
internal sealed class ListFiles(ProblemList problems, Func<string, bool> exists, Func<string, string, SourceFile?> open)
{
    private readonly Dictionary<string, (IReadOnlyList<Listed<EmailAddress>>, IReadOnlyList<Listed<string>>)> lists = new(
        StringComparer.Ordinal);
    private readonly List<SourceFile> files = [];

    /// <summary>The files that were read, for the version of the policy.</summary>
    public IReadOnlyList<SourceFile> Files => files;

    /// <summary>The paths asked for, also of files that could not be read: what a watcher has to look at.</summary>
    public IEnumerable<string> Paths => lists.Keys;

    /// <summary>The same files, read again for other problems.</summary>
    public ListFiles ReportingTo(ProblemList others) => new(others, exists, open);

    /// <summary>The addresses and domains of a file; empty after reporting that it cannot be read.</summary>
    /// <param name="name">The path as written; relative to the folder of the file it stands in.</param>
    public (IReadOnlyList<Listed<EmailAddress>> Addresses, IReadOnlyList<Listed<string>> Domains) Read(Word name)
    {
        var path = Path.GetFullPath(Path.Combine(name.Node.Spot.File.Folder, name.Text));
        if (!lists.TryGetValue(path, out var list))
        {
            list = exists(path) ? Lines(path, name) : Missing(path, name);
            lists.Add(path, list);
        }

        return list;
    }

    private (IReadOnlyList<Listed<EmailAddress>>, IReadOnlyList<Listed<string>>) Missing(string path, Word name)
    {
        var siblings = Directory.Exists(Path.GetDirectoryName(path))
            ? Directory.EnumerateFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName)
            : [];
        problems.Error(
            name.Node,
            "030",
            $"no file '{name.Text}' in the folder of {name.Node.Spot.File.Name}",
            Spelling.Closest(Path.GetFileName(name.Text), siblings.OfType<string>()));
        return ([], []);
    }

    private (IReadOnlyList<Listed<EmailAddress>>, IReadOnlyList<Listed<string>>) Lines(string path, Word name)
    {
        if (open(name.Text, path) is not { } file)
            return ([], []);

        files.Add(file);
        problems.Knows(file);
        var addresses = new List<Listed<EmailAddress>>();
        var domains = new List<Listed<string>>();
        var number = 0;
        foreach (var line in file.Text.AsSpan().EnumerateLines())
        {
            number++;
            var comment = line.IndexOf('#');
            var entry = (comment < 0 ? line : line[..comment]).Trim();
            if (entry.IsEmpty)
                continue;

            // The forms of the YAML keys, so that a list may hold what a key may hold and nothing else.
            var spot = new Spot(file, number, line.IndexOf(entry) + 1, entry.Length);
            var text = new YamlScalar(spot, entry.ToString(), plain: false);
            if (entry.Contains('@') && Forms.Address.TryRead(text, "a line of the list", problems, out var address))
                addresses.Add(new Listed<EmailAddress>(address, text));
            else if (!entry.Contains('@') && Forms.Domain.TryRead(text, "a line of the list", problems, out var domain))
                domains.Add(new Listed<string>(domain, text));
        }

        return (addresses, domains);
    }
}

/// <summary>An address or a domain with its place.</summary>
internal sealed record Listed<T>(T Value, YamlNode Node);

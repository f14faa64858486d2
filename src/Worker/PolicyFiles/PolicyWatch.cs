using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// Notices that files have changed and have been quiet since. It compares what the file system says of them when asked, which also works
/// where files are replaced by links or lie on a network drive.
/// </summary>
/// <param name="folder">The configuration folder.</param>
internal sealed class PolicyWatch(string folder)
{
    private string? stamp;
    private Instant? changed;

    /// <summary>An editor that saves several files in a row is waited for.</summary>
    public static Duration Quiet { get; } = Duration.FromSeconds(2);

    /// <summary>
    /// Whether the files have changed since they were last taken and have been quiet for long enough; then they count as taken.
    /// </summary>
    /// <param name="lists">The full paths of the lists the policy names, also of those that are missing.</param>
    /// <param name="now">The moment of looking.</param>
    public bool HasChanged(IEnumerable<string> lists, Instant now)
    {
        var seen = Stamp(lists);
        if (seen != stamp)
        {
            changed = stamp is null ? null : now;
            stamp = seen;
            return false;
        }

        if (changed is not { } since || now - since < Quiet)
            return false;

        changed = null;
        return true;
    }

    private string Stamp(IEnumerable<string> lists)
    {
        var parts = Path.Combine(folder, "policy");
        var files = new[] { Path.Combine(folder, "policy.yaml") }
            .Concat(Directory.Exists(parts) ? Directory.EnumerateFiles(parts, "*.yaml").Order(StringComparer.Ordinal) : [])
            .Concat(lists.Order(StringComparer.Ordinal));
        return string.Join(
            '\n',
            files.Select(path =>
                new FileInfo(path) is { Exists: true } file
                    ? $"{path}|{file.LastWriteTimeUtc.Ticks}|{file.Length}|{file.LinkTarget}"
                    : $"{path}|-"));
    }
}

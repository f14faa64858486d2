namespace CrmSync.Worker.Sources;

/// <summary>Whether the configuration names a folder, by its path or by its name at any level; what lies below is named with it.</summary>
internal static class NamedFolders
{
    /// <param name="names">As configured.</param>
    /// <param name="path">The folder as people see it, from the top.</param>
    /// <param name="delimiter">Between levels; null where there are none.</param>
    public static bool Cover(IReadOnlyList<string> names, string path, char? delimiter) =>
        names.Any(name =>
            path.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (delimiter is { } separator && (path.StartsWith(name + separator, StringComparison.OrdinalIgnoreCase)
                || path.EndsWith(separator + name, StringComparison.OrdinalIgnoreCase)
                || path.Contains(separator + name + separator, StringComparison.OrdinalIgnoreCase))));
}

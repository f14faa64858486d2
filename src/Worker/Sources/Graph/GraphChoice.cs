namespace CrmSync.Worker.Sources.Graph;

/// <summary>
/// Which folders and calendars of a mailbox are read. A folder is named by its path, by its name at any level, or by what it is for in any
/// language: <c>Sent Items</c> means a mailbox's <c>Gesendete Elemente</c>, too.
/// </summary>
/// <param name="Include">Only these and what lies below them; empty: all.</param>
/// <param name="Exclude">Not these, and nothing below them.</param>
internal sealed record GraphChoice(IReadOnlyList<string> Include, IReadOnlyList<string> Exclude)
{
    private const char Level = '/';

    /// <summary>Everything.</summary>
    public static GraphChoice All { get; } = new([], []);

    /// <summary>Why a folder is not read with what lies below it; null when it is not excluded.</summary>
    /// <param name="path">From the top, with slashes.</param>
    /// <param name="role">What it is for, or null.</param>
    public string? Exclusion(string path, string? role) =>
        IsNamed(Exclude, path, role) ? $"in folder {path}, excluded by the configuration" : null;

    /// <summary>Whether a folder is read, when it is not excluded and nothing above it is included.</summary>
    /// <param name="path">From the top, with slashes.</param>
    /// <param name="role">What it is for, or null.</param>
    public bool Includes(string path, string? role) => Include.Count == 0 || IsNamed(Include, path, role);

    private static bool IsNamed(IReadOnlyList<string> names, string path, string? role) =>
        NamedFolders.Cover(names, path, Level) || (role is not null && names.Any(name => Role(name) == role));

    /// <summary>What a folder of that name is for; a name of Graph's own counts as well.</summary>
    private static string? Role(string name) => FolderNames.Fold(name) switch
    {
        "inbox" => "inbox",
        "sentitems" => "sent",
        _ => FolderNames.Word(FolderNames.Find([name])),
    };
}

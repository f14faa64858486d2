namespace CrmSync.Domain.Company;

/// <summary>Names of categories, labels and folders whose mails are private (<c>privacy.labels</c>, <c>privacy.folders</c>).</summary>
/// <param name="Labels">Categories of Outlook, labels of Gmail, keywords of IMAP and of files; without case, compared whole.</param>
/// <param name="Folders">As people see them: by the path from the top, or by name at any level; what lies below is covered.</param>
public sealed record PrivateLabels(IReadOnlyList<string> Labels, IReadOnlyList<string> Folders)
{
    public static PrivateLabels None { get; } = new([], []);

    public bool IsEmpty => Labels.Count + Folders.Count == 0;

    /// <summary>Tells one set of names from another.</summary>
    public string? Edition => IsEmpty ? null : string.Join('|', Labels.Concat(Folders.Select(folder => $"in {folder}")));

    /// <summary>Why a mail is private that bears labels; null when it is not. A keyword of IMAP writes a blank as an underscore.</summary>
    public string? WhyLabelled(IEnumerable<string> borne)
    {
        ArgumentNullException.ThrowIfNull(borne);
        return Labels.Count == 0 ? null
            : Labels.FirstOrDefault(label => borne.Any(one => Fold(one) == Fold(label))) is { } found ? $"labelled {found}"
            : null;
    }

    /// <summary>Why a mail in a folder is private; null when it is not.</summary>
    /// <param name="path">The folder from the top.</param>
    /// <param name="delimiter">Between its levels; null where there are none.</param>
    public string? WhyInFolder(string path, char? delimiter)
    {
        ArgumentNullException.ThrowIfNull(path);
        var levels = delimiter is { } separator ? path.Split(separator) : [path];
        return Folders.FirstOrDefault(name => Covers(delimiter is { } one ? name.Split(one, '/') : [name], levels)) is { } found
            ? $"in folder {found}"
            : null;
    }

    /// <summary>A name as it is compared.</summary>
    public static string Fold(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        return label.Trim().Normalize().ToLowerInvariant().Replace(' ', '_');
    }

    /// <summary>Whether the levels of a name follow each other among those of a path.</summary>
    private static bool Covers(string[] name, string[] path) =>
        Enumerable.Range(0, Math.Max(0, path.Length - name.Length + 1))
            .Any(start => name.Select(Fold).SequenceEqual(path.Skip(start).Take(name.Length).Select(Fold), StringComparer.Ordinal));
}

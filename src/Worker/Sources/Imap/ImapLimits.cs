namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The bounds of what a server may send; beyond them the connection is given up, so that no server can fill the memory or the line.
/// </summary>
internal sealed record ImapLimits
{
    /// <summary>The usual bounds.</summary>
    public static ImapLimits Default { get; } = new();

    /// <summary>Bytes of one line (128 kB).</summary>
    public int Line { get; init; } = 128 * 1024;

    /// <summary>Bytes of one SEARCH response, which lists every message number on a single line (16 MB: about two million).</summary>
    public int SearchLine { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of the whole answer to a command that asks for no mail (32 MB).</summary>
    public long Answer { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of one mail or section (2 GB); a larger announcement is a lie or cannot be used.</summary>
    public long Literal { get; init; } = int.MaxValue;

    /// <summary>Lines in a row that belong to no answer (5,000).</summary>
    public int StrayLines { get; init; } = 5000;

    /// <summary>Message numbers that one search may find (2^22).</summary>
    public int Numbers { get; init; } = 1 << 22;

    /// <summary>Folders of one account (20,000).</summary>
    public int Folders { get; init; } = 20_000;

    /// <summary>How long the line may get that begins like this.</summary>
    public int LongestLine(ReadOnlySpan<byte> beginning)
    {
        var word = beginning.TrimStart("\0* "u8);
        return word.Length >= 6
            && (System.Text.Ascii.EqualsIgnoreCase(word[..6], "SEARCH"u8) || System.Text.Ascii.EqualsIgnoreCase(word[..6], "ESEARC"u8))
                ? SearchLine : Line;
    }
}

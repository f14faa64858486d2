namespace CrmSync.Mail.Imap;

/// <summary>The bounds of what a server may send; beyond them an answer is given up, so that no server can fill the memory.</summary>
public sealed record ImapLimits
{
    /// <summary>The usual bounds.</summary>
    public static ImapLimits Default { get; } = new();

    /// <summary>Bytes of one response outside literals (128 kB); a longer line ends the connection.</summary>
    public int Line { get; init; } = 128 * 1024;

    /// <summary>Bytes of one SEARCH response, which lists every message number on a single line (16 MB: about two million).</summary>
    public int SearchLine { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of a literal that is part of a response rather than of a mail (64 kB); a longer one is skipped and counts as unreadable.
    /// </summary>
    public int InlineLiteral { get; init; } = 64 * 1024;

    /// <summary>Literals in one response (1,000).</summary>
    public int Literals { get; init; } = 1000;

    /// <summary>Bytes of one mail or section (2 GB); a larger announcement is a lie or cannot be used.</summary>
    public long Literal { get; init; } = int.MaxValue;

    /// <summary>Parentheses within each other (100).</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Lines in a row that belong to no response (5,000), such as the rest of a mail whose length the server got wrong.</summary>
    public int StrayLines { get; init; } = 5000;

    /// <summary>Message numbers that one search may find, and responses that bring nothing between two that do (2^22).</summary>
    public int Numbers { get; init; } = 1 << 22;

    /// <summary>Folders of one account (20,000).</summary>
    public int Folders { get; init; } = 20_000;
}

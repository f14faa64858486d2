namespace CrmSync.Worker.Sources.Imap;

/// <summary>The counters of a folder. Each may be missing, and a missing one means "unknown", never zero.</summary>
internal sealed record FolderStatus
{
    /// <summary>
    /// Changes when the UIDs of the folder begin anew. Kept in 64 bits, for some servers exceed the standard's 32. Null when absent, 0 or
    /// garbage.
    /// </summary>
    public ulong? UidValidity { get; init; }

    /// <summary>The UID the next message will get at least; null when absent, 0 or imprecise.</summary>
    public uint? UidNext { get; init; }

    /// <summary>How many messages there are.</summary>
    public long? Exists { get; init; }

    /// <summary>HIGHESTMODSEQ (RFC 7162); null when absent or when the server said NOMODSEQ.</summary>
    public ulong? HighestModSeq { get; init; }

    /// <summary>
    /// MAILBOXID (RFC 8474): stays when the folder is renamed. Known only of a folder that was opened: asked for it with STATUS, Cyrus 3.6
    /// answers with random bytes.
    /// </summary>
    public string? MailboxId { get; init; }

    /// <summary>This, with what is unknown taken from another answer about the same folder.</summary>
    public FolderStatus OrElse(FolderStatus other) => new()
    {
        UidValidity = UidValidity ?? other.UidValidity,
        UidNext = UidNext ?? other.UidNext,
        Exists = Exists ?? other.Exists,
        HighestModSeq = HighestModSeq ?? other.HighestModSeq,
        MailboxId = MailboxId ?? other.MailboxId,
    };

    /// <summary>This, with one counter set by the name servers give it; unknown names and impossible values change nothing.</summary>
    public FolderStatus With(ReadOnlySpan<char> name, string value)
    {
        var number = ImapText.Number(System.Text.Encoding.Latin1.GetBytes(value)) is > 0 and var positive ? positive : (ulong?)null;
        return name switch
        {
            _ when Is(name, "UIDVALIDITY") => this with { UidValidity = number },
            _ when Is(name, "UIDNEXT") => this with { UidNext = number <= uint.MaxValue ? (uint?)number : null },
            _ when Is(name, "MESSAGES") => this with { Exists = long.TryParse(value, out var count) && count >= 0 ? count : null },
            _ when Is(name, "HIGHESTMODSEQ") => this with { HighestModSeq = number },
            _ when Is(name, "NOMODSEQ") => this with { HighestModSeq = null },
            _ when Is(name, "MAILBOXID") =>
                this with { MailboxId = value.Trim('(', ')', ' ') is { Length: > 0 and <= 255 } id && id.All(IsObjectId) ? id : null },
            _ => this,
        };
    }

    private static bool IsObjectId(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private static bool Is(ReadOnlySpan<char> name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
}

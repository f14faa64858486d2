using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>A mail that stands in the text of one that forwards it, as it was read.</summary>
/// <param name="Author">Who wrote it.</param>
public sealed record PastedMail(NamedAddress Author)
{
    public IReadOnlyList<EmailAddress> To { get; init; } = [];

    public IReadOnlyList<EmailAddress> Cc { get; init; } = [];

    public string? Subject { get; init; }

    /// <summary>Its moment as written, in whatever language.</summary>
    public string? Date { get; init; }

    /// <summary>Whether it bears a link to leave a mailing list.</summary>
    public bool IsMailing { get; init; }

    /// <summary>Its author's own words; never stored.</summary>
    public string OwnText { get; init; } = "";
}

/// <summary>What is kept of a customer's mail that one of us forwards inside the firm by pasting it (policy.md section 6).</summary>
/// <param name="Author">The address of who wrote it.</param>
public sealed record ForwardedRequest(EmailAddress Author)
{
    /// <summary>The name in its header block, or null.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<EmailAddress> To { get; init; } = [];

    public IReadOnlyList<EmailAddress> Cc { get; init; } = [];

    public string? Subject { get; init; }

    /// <summary>Its moment as written, in whatever language: by it the mail itself is known when it turns up.</summary>
    public string? Date { get; init; }

    /// <summary>Whether it bears a link to leave a mailing list.</summary>
    public bool IsMailing { get; init; }

    /// <summary>Whether it only acknowledges.</summary>
    public bool Acknowledges { get; init; }

    /// <summary>The configured phrases found in its author's own words, as <see cref="PhraseBook"/> writes them.</summary>
    public IReadOnlyList<string> Phrases { get; init; } = [];

    /// <summary>The names of the configured markers it carries; derived, so empty among the facts of a mail.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Everybody it names.</summary>
    public IEnumerable<EmailAddress> Addresses => To.Concat(Cc).Prepend(Author);

    /// <summary>Equal for what is the same.</summary>
    internal string Key =>
        string.Join('\n', [.. Addresses.Select(one => one.Value), Name, Subject, Date, $"{Acknowledges} {IsMailing}", .. Phrases]);
}

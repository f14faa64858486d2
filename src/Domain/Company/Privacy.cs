using CrmSync.Domain.Time;

namespace CrmSync.Domain.Company;

public sealed record Privacy
{
    public PrivacyFilter NoCapture { get; init; } = new();

    public PrivacyFilter MetadataOnly { get; init; } = new();

    /// <summary>How long bodies are kept; null: as long as the line.</summary>
    public LengthOfTime? Retain { get; init; }
}

public sealed record PrivacyFilter
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    /// <summary>With subdomains.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>In lower case.</summary>
    public IReadOnlyList<string> SubjectHas { get; init; } = [];
}

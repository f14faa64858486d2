namespace CrmSync.Domain.Company;

public sealed record ClassifySettings
{
    public IReadOnlyList<string> AutoSubjects { get; init; } = [];

    public IReadOnlyList<string> PublicDomains { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementCore { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementMore { get; init; } = [];

    /// <summary>Who writes by hand, whatever their mail looks like.</summary>
    public NameList Human { get; init; } = new();

    /// <summary>Who is a robot.</summary>
    public NameList Auto { get; init; } = new();

    /// <summary>Who sends mailings.</summary>
    public NameList Bulk { get; init; } = new();

    /// <summary>Which invitees are programs that take notes of meetings, besides those that are known.</summary>
    public NameList Bots { get; init; } = new();

    /// <summary>Whether any of the three lists of senders names somebody.</summary>
    public bool Overrules => !Human.IsEmpty || !Auto.IsEmpty || !Bulk.IsEmpty;
}

/// <summary>Addresses and domains (with subdomains).</summary>
public sealed record NameList
{
    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    public IReadOnlyList<string> Domains { get; init; } = [];

    public bool IsEmpty => Addresses.Count == 0 && Domains.Count == 0;
}

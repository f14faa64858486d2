namespace CrmSync.Domain.Company;

public sealed record ClassifySettings
{
    public IReadOnlyList<string> AutoSubjects { get; init; } = [];

    public IReadOnlyList<string> PublicDomains { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementCore { get; init; } = [];

    public IReadOnlyList<string> AcknowledgementMore { get; init; } = [];
}

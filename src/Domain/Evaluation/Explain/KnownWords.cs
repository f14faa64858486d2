using CrmSync.Domain.Company;

namespace CrmSync.Domain.Evaluation;

/// <summary>Says in words what the policy and directories say of somebody, and where each says so.</summary>
internal static class KnownWords
{
    public static IEnumerable<ExplainedLine> Describe(Plan plan, EmailAddress contact) =>
        (plan.Book.FindEntry(contact)?.Facts ?? []).Select(fact =>
            new ExplainedLine(Label(fact.Kind), $"{Sentences.Quoted(fact.Value)}, {Named(fact.Source)}", fact.Place));

    private static string Label(FactKind kind) => kind.ToString().ToLowerInvariant();

    private static string Named(string source) => source.Replace("\n", " ", StringComparison.Ordinal);
}

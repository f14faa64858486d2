using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>Items by the person who is to act: a thousand readers must not each look through everybody's.</summary>
internal sealed class OwnerIndex(Evaluation evaluation)
{
    private readonly ILookup<string, Item> items = evaluation.Items.ToLookup(item => item.Owner, StringComparer.Ordinal);
    private readonly ILookup<string, ClosedItem> closed = evaluation.Closed.ToLookup(item => item.Owner, StringComparer.Ordinal);
    private readonly ILookup<string, Item> escalated =
        evaluation.Items.Where(item => item.Level > 0)
            .SelectMany(item => item.Steps.Take(item.Level).Where(step => step.To != item.Owner).Select(step => (step.To, Item: item)).Distinct())
            .ToLookup(step => step.To, step => step.Item, StringComparer.Ordinal);

    public IEnumerable<Item> ItemsOf(string owner) => items[owner];

    public IEnumerable<ClosedItem> ClosedOf(string owner) => closed[owner];

    /// <summary>What a step that has come told somebody, and not because it is theirs anyway.</summary>
    public IEnumerable<Item> EscalatedTo(string reader) => escalated[reader];
}

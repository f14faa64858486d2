using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>How lists of items are ordered: the most urgent first, and always the same way.</summary>
internal static class ItemOrder
{
    public static int Compare(Item one, Item other)
    {
        var order = (one.Due ?? Instant.MaxValue).CompareTo(other.Due ?? Instant.MaxValue);
        return order != 0 ? order : Compare((one.Opened, one.Rule, one.About, one.Id), (other.Opened, other.Rule, other.About, other.Id));
    }

    public static int Compare(ClosedItem one, ClosedItem other)
    {
        var order = one.At.CompareTo(other.At);
        return order != 0 ? order : Compare((one.Opened, one.Rule, one.About, one.Id), (other.Opened, other.Rule, other.About, other.Id));
    }

    private static int Compare(
        (Instant Opened, Rule Rule, string About, string Id) one,
        (Instant Opened, Rule Rule, string About, string Id) other)
    {
        var order = one.Opened.CompareTo(other.Opened);
        if (order == 0)
            order = string.CompareOrdinal(one.Rule.Name, other.Rule.Name);
        if (order == 0)
            order = string.CompareOrdinal(one.About, other.About);

        return order == 0 ? string.CompareOrdinal(one.Id, other.Id) : order;
    }
}

namespace CrmSync.Domain.Policy.Engine;

/// <summary>How lists of items are ordered: the most urgent first, and always the same way.</summary>
internal static class ItemOrder
{
    public static int Compare(Item one, Item other)
    {
        var order = (one.Due ?? NodaTime.Instant.MaxValue).CompareTo(other.Due ?? NodaTime.Instant.MaxValue);
        if (order == 0)
            order = one.Opened.CompareTo(other.Opened);
        if (order == 0)
            order = string.CompareOrdinal(one.Rule.Name, other.Rule.Name);
        if (order == 0)
            order = string.CompareOrdinal(one.About, other.About);

        return order == 0 ? string.CompareOrdinal(one.Id, other.Id) : order;
    }

    public static int Compare(ClosedItem one, ClosedItem other)
    {
        var order = one.At.CompareTo(other.At);
        if (order == 0)
            order = one.Opened.CompareTo(other.Opened);
        if (order == 0)
            order = string.CompareOrdinal(one.Rule.Name, other.Rule.Name);
        if (order == 0)
            order = string.CompareOrdinal(one.About, other.About);

        return order == 0 ? string.CompareOrdinal(one.Id, other.Id) : order;
    }
}

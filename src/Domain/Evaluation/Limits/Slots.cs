using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// With a cap, items of one contact (or organisation) that nothing else holds compete for what is left of it (policy-language.md section
/// 10). An item that loses one slot takes none elsewhere.
/// </summary>
internal static class Slots
{
    public static void Assign(List<HeldItem> items)
    {
        var free = items.Where(i => i.Holds.Count == 0 && i.Caps.Count > 0 && i.Draft.Rule.Mode == Mode.Enforce).ToList();
        if (free.Count == 0)
            return;

        free.Sort(Compare);
        var taken = new Dictionary<(int Cap, object Scope), int>();
        foreach (var item in free)
        {
            var lost = item.Caps.Find(c => c.Used + taken.GetValueOrDefault((c.Index, c.Scope)) >= c.Cap.Max);
            if (lost.Cap is not null)
            {
                item.Holds.Add(new Hold(lost.Cap, long.MaxValue));
                continue;
            }

            foreach (var cap in item.Caps)
                taken[(cap.Index, cap.Scope)] = taken.GetValueOrDefault((cap.Index, cap.Scope)) + 1;
        }
    }

    /// <summary>
    /// Priority (high first), natural opening, file order; then what the items are about, so that the result never depends on anything
    /// else.
    /// </summary>
    private static int Compare(HeldItem one, HeldItem other)
    {
        var (a, b) = (one.Draft, other.Draft);
        var order = b.Rule.Priority.CompareTo(a.Rule.Priority);
        if (order == 0)
            order = a.Opened.CompareTo(b.Opened);
        if (order == 0)
            order = a.Index.CompareTo(b.Index);
        if (order == 0)
            order = string.CompareOrdinal(a.About, b.About);

        return order == 0 ? string.CompareOrdinal(a.Key, b.Key) : order;
    }
}

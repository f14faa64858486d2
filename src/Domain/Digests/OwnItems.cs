using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What is a reader's own to act on: signals are for managers, and what they put off is hidden from them until then.</summary>
internal static class OwnItems
{
    public static bool Include(Item item, string reader, Instant now) =>
        item.Owner == reader && item.Rule is not WatchRule && !(item.HiddenUntil > now);
}

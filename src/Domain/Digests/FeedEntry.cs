using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// An open item as the calendar of its reader shows it. Calendars are shared and copied to telephones, so it bears nothing a customer
/// wrote, a subject neither; and nothing that reads differently tomorrow.
/// </summary>
/// <param name="Item">The id of the item.</param>
/// <param name="Due">When it is due.</param>
/// <param name="What">What to do: <c>Answer Jo Keane</c>.</param>
/// <param name="Say">The rule's own advice; null when it gives none.</param>
/// <param name="Contact">Whose page shows more; null when it is about no single contact.</param>
public sealed record FeedEntry(string Item, Instant Due, string What, string? Say, EmailAddress? Contact)
{
    /// <summary>Whether an item is shown: what is open and has a time.</summary>
    public static bool Shows(Item item, string reader, Instant now) =>
        item is { Due: not null, State: ItemState.Open or ItemState.Overdue } && OwnItems.Include(item, reader, now);

    /// <summary>The entry of an item that is shown.</summary>
    /// <param name="item">The item.</param>
    /// <param name="words">The words of its reader.</param>
    public static FeedEntry From(Item item, ItemWords words) =>
        new(
            item.Id,
            item.Due ?? throw new ArgumentException("An item without a time is not shown.", nameof(item)),
            words.What(item),
            item.Rule.Say is { } say ? PlainWords.Flatten(say, PlainWords.Excerpt) : null,
            item.Contact);
}

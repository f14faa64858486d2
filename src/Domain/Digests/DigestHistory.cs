using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What one mail told about an item; two equal ones mean that nothing changed in between.</summary>
/// <param name="Number">The number the item had in that mail.</param>
/// <param name="Item">The id of the item.</param>
/// <param name="State">Its state then.</param>
/// <param name="Due">When it was due, as told then.</param>
public sealed record ListedItem(int Number, string Item, ItemState State, Instant? Due);

/// <summary>One digest that went to one reader.</summary>
/// <param name="Date">Its local date.</param>
/// <param name="DueAt">When it was due.</param>
/// <param name="Items">What it listed.</param>
public sealed record SentDigest(LocalDate Date, Instant DueAt, IReadOnlyList<ListedItem> Items);

/// <summary>The digests of one name that already went to one reader, the newest first; a handful is enough.</summary>
public sealed record DigestHistory(IReadOnlyList<SentDigest> Sent)
{
    /// <summary>After so many equal listings an item folds into the "still open" line.</summary>
    public const int FoldAfter = 5;

    public static readonly DigestHistory None = new([]);

    /// <summary>The one before, or null.</summary>
    public SentDigest? Last => Sent.Count > 0 ? Sent[0] : null;

    public bool Listed(string item) => Sent.Any(digest => digest.Items.Any(listed => listed.Item == item));

    /// <summary>Whether the last <see cref="FoldAfter"/> digests all told the same about the item.</summary>
    public bool IsUnchanged(Item item) =>
        Sent.Count >= FoldAfter
        && Sent.Take(FoldAfter)
            .All(digest => digest.Items.Any(listed => listed.Item == item.Id && listed.State == item.ToldState && listed.Due == item.Due));
}

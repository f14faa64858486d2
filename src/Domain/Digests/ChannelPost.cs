using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>What is posted where a team talks.</summary>
/// <param name="Headline">How many things cannot wait; null for one, which stands for itself.</param>
/// <param name="Lines">What it is about.</param>
/// <param name="More">How many more there are.</param>
public sealed record ChannelPost(string? Headline, IReadOnlyList<ChannelLine> Lines, int More)
{
    /// <summary>What the ledger keeps of it.</summary>
    public required IReadOnlyList<ListedItem> Listed { get; init; }
}

/// <summary>An item as it is posted where a team talks.</summary>
/// <param name="Item">Its id.</param>
/// <param name="Rule">The name of its rule.</param>
/// <param name="Step">As <see cref="Notice.Step"/> has it.</param>
/// <param name="Status">Its state with its time, as a phrase.</param>
/// <param name="Owner">The id of its owner.</param>
/// <param name="OwnerName">Their name.</param>
public sealed record ChannelLine(string Item, string Rule, string Step, string Status, string Owner, string OwnerName)
{
    public Instant? Due { get; init; }

    /// <summary>What is not certain about it, or null.</summary>
    public string? Reservation { get; init; }

    /// <summary>What to do about whom; null where the customer is not named.</summary>
    public string? What { get; init; }

    /// <summary>The customer's name, or the organisation; null where it is not shown.</summary>
    public string? Customer { get; init; }

    /// <summary>The customer's address; null where it is not shown.</summary>
    public EmailAddress? Address { get; init; }

    /// <summary>Null where there is none or it is not shown.</summary>
    public string? Subject { get; init; }
}

using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What the policy makes of one organisation, to be kept beside the log until something of it can have changed.</summary>
/// <param name="Organisation">Its name.</param>
/// <param name="Items">Its items in the form of <see cref="UnitForm"/>; null when it has none.</param>
public sealed record Unit(string Organisation, string? Items)
{
    /// <summary>When anything in it can change though the log does not; null if never.</summary>
    public Instant? NextChange { get; init; }

    /// <summary>The other organisations it rests on: when one of these changes, it may as well.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Its items, where it was judged just now.</summary>
    public IReadOnlyList<Item> Open { get; init; } = [];

    /// <summary>Those of its items that came to their end, where it was judged just now.</summary>
    public IReadOnlyList<ClosedItem> Closed { get; init; } = [];

    /// <summary>Who of it we know.</summary>
    public IReadOnlyList<KnownContact> Contacts { get; init; } = [];

    /// <summary>
    /// The last moment that digests may still tell of beside its items: of a line, an ending, a promise that fell due, a full cap. For an
    /// open case the end of time; null where there is none.
    /// </summary>
    public Instant? ToldUntil { get; init; }

    /// <summary>What is to be kept of some organisations.</summary>
    /// <param name="running">The policy over all of their lines.</param>
    /// <param name="organisations">Which.</param>
    /// <param name="now">The moment.</param>
    internal static IReadOnlyList<Unit> From(RunningPolicy running, IReadOnlyCollection<string> organisations, Instant now)
    {
        running.Advance(now.ToUnixTimeTicks(), long.MinValue);
        var known = KnownContact.At(running, now).ToLookup(contact => contact.Organisation, StringComparer.Ordinal);
        var nodes = running.Log.Organisations.ToDictionary(one => one.Name, StringComparer.Ordinal);
        var telling = new Telling(running, now);
        return
        [
            .. organisations.Select(name => nodes.TryGetValue(name, out var node) && node.Result is { } result
                ? new Unit(name, UnitForm.Write(result))
                {
                    NextChange = result.NextChange == long.MaxValue ? null : Instant.FromUnixTimeTicks(result.NextChange),
                    Others = [.. result.Others.Select(other => other.Name)],
                    Contacts = [.. known[name]],
                    ToldUntil = telling.Until(node, result),
                    Open = [.. result.Items.Select(found => found.Item)],
                    Closed = result.Closed,
                }
                : new Unit(name, null)),
        ];
    }
}

using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Good news that the policy watches for (<c>watch</c> with <c>good: true</c>): a referral, say.</summary>
internal static class GoodNews
{
    /// <summary>What was noticed since a moment, by the owners a reader is told of; the oldest first.</summary>
    /// <param name="facts">What there is.</param>
    /// <param name="people">The people as the reader knows them.</param>
    /// <param name="clock">The reader's.</param>
    /// <param name="isTold">Whether the reader is told of what an owner looks after.</param>
    /// <param name="since">After this moment.</param>
    public static IEnumerable<NewsLine> From(
        DigestFacts facts,
        PeopleBook people,
        ReaderClock clock,
        Func<string, bool> isTold,
        Instant since)
    {
        var words = new ItemWords(people, clock);
        return facts.Evaluation.Items
            .Where(item => item is { Rule: WatchRule { IsGood: true }, State: ItemState.Open } && isTold(item.Owner))
            .Where(item => since < Instant.Max(item.Opened, item.KnownSince))
            .OrderBy(item => item.Opened)
            .ThenBy(item => item.Id, StringComparer.Ordinal)
            .Select(item => new NewsLine(
                item.Rule.Name.Replace('-', ' '),
                clock.Words.Digests.Labelled(words.Who(item), words.Why(item))));
    }
}

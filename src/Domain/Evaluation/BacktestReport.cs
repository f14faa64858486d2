using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What a policy would have made of a stretch of the past (policy.md section 14).</summary>
/// <param name="From">The beginning.</param>
/// <param name="To">The end, from whose knowledge the endings are counted.</param>
public sealed record BacktestReport(Instant From, Instant To)
{
    /// <summary>In file order, observed rules included.</summary>
    public required IReadOnlyList<BacktestRule> Rules { get; init; }

    /// <summary>In file order.</summary>
    public required IReadOnlyList<BacktestPerson> People { get; init; }

    /// <summary>The ten contacts with the most items.</summary>
    public required IReadOnlyList<BacktestContact> Contacts { get; init; }

    /// <summary>Every item there was, by id, for comparing.</summary>
    public required IReadOnlyDictionary<string, BacktestItem> Items { get; init; }

    /// <summary>
    /// Per rule, what one policy lists and the other does not, with an example each; rules without a difference are left out.
    /// </summary>
    public static IReadOnlyList<BacktestDifference> Compare(BacktestReport before, BacktestReport after)
    {
        var rules = after.Rules.Select(r => r.Name).Union(before.Rules.Select(r => r.Name), StringComparer.Ordinal);
        return
        [
            .. rules.Select(rule => new BacktestDifference(
                    rule,
                    Only(rule, after, before).Count(), Only(rule, after, before).FirstOrDefault(),
                    Only(rule, before, after).Count(), Only(rule, before, after).FirstOrDefault()))
                .Where(d => d.Added + d.Removed > 0),
        ];

        static IEnumerable<BacktestItem> Only(string rule, BacktestReport here, BacktestReport there) =>
            here
                .Items.Values.Where(i => i.Rule == rule && !there.Items.ContainsKey(i.Id))
                .OrderBy(i => i.Opened)
                .ThenBy(i => i.Id, StringComparer.Ordinal);
    }
}

/// <summary>What one rule did.</summary>
/// <param name="Opened">Items that were listed and not held, counted once each.</param>
/// <param name="SuppressedBy">Items that a limit held at some moment, by the limit reported.</param>
/// <param name="WouldSuppress">Items that limits with <c>mode: observe</c> would have held at some moment, by limit.</param>
/// <param name="MedianToAnswer">Half of the answers took no longer; null when nothing was answered.</param>
public sealed record BacktestRule(
    string Name,
    string Kind,
    bool Observed,
    int Opened,
    int Met,
    int Late,
    int Satisfied,
    int Expired,
    int Cancelled,
    IReadOnlyDictionary<string, int> SuppressedBy,
    IReadOnlyDictionary<string, int> WouldSuppress,
    Duration? MedianToAnswer);

/// <summary>What one person would have been sent: immediate mails and lines of their digest, a day.</summary>
public sealed record BacktestPerson(
    string Id,
    double MedianMails,
    int MostMails,
    LocalDate? MostMailsOn,
    double MedianLines,
    int MostLines,
    LocalDate? MostLinesOn);

/// <summary>How often one contact was the subject.</summary>
public sealed record BacktestContact(EmailAddress Contact, int Items, int Suppressed);

/// <summary>One item of a replay.</summary>
public sealed record BacktestItem(string Id, string Rule, string About, EmailAddress? Contact, Instant Opened, string Why);

/// <summary>How two policies differ in one rule.</summary>
public sealed record BacktestDifference(string Rule, int Added, BacktestItem? AddedExample, int Removed, BacktestItem? RemovedExample);

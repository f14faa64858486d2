using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>What a policy would have made of a stretch of the past (policy-language.md section 14).</summary>
/// <param name="From">The beginning.</param>
/// <param name="To">The end, from whose knowledge the endings are counted.</param>
public sealed record BacktestReport(Instant From, Instant To)
{
    /// <summary>In file order, observed rules included.</summary>
    public required IReadOnlyList<BacktestRule> Rules { get; init; }

    /// <summary>In file order, observed limits included.</summary>
    public required IReadOnlyList<BacktestLimit> Limits { get; init; }

    /// <summary>In file order.</summary>
    public required IReadOnlyList<BacktestPerson> People { get; init; }

    /// <summary>The ten contacts with the most items.</summary>
    public required IReadOnlyList<BacktestContact> Contacts { get; init; }

    /// <summary>Every item there was, by id, for comparing.</summary>
    public required IReadOnlyDictionary<string, BacktestItem> Items { get; init; }

    /// <summary>How two policies differ, rule by rule and limit by limit; those without a difference are left out.</summary>
    public static IReadOnlyList<BacktestDifference> Compare(BacktestReport before, BacktestReport after) =>
        new BacktestComparison(before, after).Differences();
}

/// <summary>What one rule did.</summary>
/// <param name="Opened">Items that were listed and not held, counted once each.</param>
/// <param name="SuppressedBy">Items that a limit held at some moment, by the limit reported.</param>
/// <param name="WouldSuppress">Items that limits with <c>mode: observe</c> would have held at some moment, by limit.</param>
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
    IReadOnlyDictionary<string, int> WouldSuppress)
{
    /// <summary>Items that any limit held at some moment.</summary>
    public int Suppressed { get; init; }

    /// <summary>Of the items that fell due in the time, as the <c>numbers</c> of digests count them.</summary>
    public Figures Figures { get; init; } = Figures.None;

    /// <summary>Half of these took no longer; null when none was due.</summary>
    public Duration? MedianToAnswer => Figures.Median;
}

/// <summary>What one limit did.</summary>
/// <param name="Suppressed">Items it held at some moment, as the first of the limits that did; of an observed one, items it would have
/// held.</param>
public sealed record BacktestLimit(string Name, string Kind, bool Observed, int Suppressed);

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
public sealed record BacktestItem(string Id, string Rule, string About, EmailAddress? Contact, Instant Opened, string Why)
{
    public Instant? Due { get; init; }

    /// <summary>Whether it was listed at some moment, and not only held.</summary>
    public bool Listed { get; init; }

    /// <summary>The limits that held it, or on trial would have, at some moment, in ordinal order.</summary>
    public IReadOnlyList<string> HeldBy { get; init; } = [];

    /// <summary>How it ended; null when it had not by the end.</summary>
    public ItemClosing? As { get; init; }

    /// <summary>When it ended.</summary>
    public Instant? EndedAt { get; init; }
}

/// <summary>How two policies differ in one rule or limit: its counts under each, and an example of each kind of difference.</summary>
/// <param name="Name">Of the rule or limit.</param>
/// <param name="IsLimit">Which of the two it is.</param>
public sealed record BacktestDifference(string Name, bool IsLimit)
{
    /// <summary>What the rule did under the policy before; null for a limit, or where it has no such rule.</summary>
    public BacktestRule? RuleBefore { get; init; }

    public BacktestRule? RuleAfter { get; init; }

    /// <summary>What the limit did under the policy before; null for a rule, or where it has no such limit.</summary>
    public BacktestLimit? LimitBefore { get; init; }

    public BacktestLimit? LimitAfter { get; init; }

    /// <summary>Items that are listed (by a limit: held) after and not before.</summary>
    public int Added { get; init; }

    public BacktestItem? AddedExample { get; init; }

    /// <summary>Items that are listed (by a limit: held) before and not after.</summary>
    public int Removed { get; init; }

    public BacktestItem? RemovedExample { get; init; }

    /// <summary>The same items that end otherwise, are due at another time, or are held by other limits.</summary>
    public int Changed { get; init; }

    /// <summary>One of them as it was and as it is.</summary>
    public (BacktestItem Before, BacktestItem After)? ChangedExample { get; init; }
}

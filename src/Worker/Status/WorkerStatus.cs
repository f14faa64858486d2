using CrmSync.Domain.Digests;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Status;

/// <summary>
/// How the worker is doing, fit for a screen on the wall: nothing of what customers write, no address of theirs, no secret.
/// </summary>
/// <param name="Now">The moment.</param>
/// <param name="PolicyVersion">Of the policy in force.</param>
/// <param name="PolicyProblems">Why the files are not in force; empty when they are.</param>
/// <param name="Accounts">One an account.</param>
internal sealed record WorkerStatus(
    Instant Now,
    string PolicyVersion,
    IReadOnlyList<string> PolicyProblems,
    IReadOnlyList<AccountStatus> Accounts)
{
    /// <summary>Of the times people see: the default calendar's.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>How the folders of accounts are doing, by the account's name.</summary>
    public required IReadOnlyDictionary<string, FolderCount> Folders { get; init; }

    /// <summary>How many of our mails stand where: all that have to leave still, and those due in the last day.</summary>
    public required IReadOnlyDictionary<LedgerState, long> Deliveries { get; init; }

    /// <summary>When each digest leaves next, the soonest first.</summary>
    public required IReadOnlyList<NextDigest> Next { get; init; }

    /// <summary>What could not be read, grouped by why, the most frequent first.</summary>
    public required IReadOnlyList<CountedError> Errors { get; init; }

    /// <summary>What the last retention did, in words; null when there was none.</summary>
    public string? Retention { get; init; }

    /// <summary>What is to be known of our mails and the command mailbox.</summary>
    public required IReadOnlyList<MailTrouble> Mails { get; init; }

    /// <summary>Items that could not be read, of all accounts.</summary>
    public long Quarantined =>
        Accounts.SelectMany(account => account.Items).Where(count => count.State == "quarantined").Sum(count => count.Items);

    /// <summary>What is wrong with the jobs that are not about one account, in words.</summary>
    public required IReadOnlyList<string> Jobs { get; init; }

    /// <summary>Why somebody should look, each in words; empty when all is well.</summary>
    public IReadOnlyList<string> Reasons =>
    [
        .. PolicyProblems.Take(1).Select(first => $"the policy files have errors and are not taken; the first: {first}"),
        .. Jobs,
        .. Accounts.Select(account => account.WhyLookAt(Now)).OfType<string>(),
        .. Mails.Where(mail => mail.NeedsSomebody).Select(mail => mail.Words),
    ];

    /// <summary>Whether nobody need look.</summary>
    public bool IsWell => Reasons.Count == 0;

    /// <summary>Whether an account was ever read.</summary>
    public bool WasAnythingRead => Accounts.Any(account => account.State?.LastSuccess is not null);
}

/// <summary>Something that went wrong several times in the same words.</summary>
/// <param name="Count">How often.</param>
/// <param name="What">What of: <c>account</c> or <c>item</c>.</param>
/// <param name="Words">Why.</param>
internal sealed record CountedError(long Count, string What, string Words);

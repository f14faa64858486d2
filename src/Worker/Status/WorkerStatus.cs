using CrmSync.Worker.Digests;
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
    /// <summary>What is to be known of our mails and the command mailbox.</summary>
    public required IReadOnlyList<MailTrouble> Mails { get; init; }

    /// <summary>Items that could not be read, of all accounts.</summary>
    public long Quarantined =>
        Accounts.SelectMany(account => account.Items).Where(count => count.State == "quarantined").Sum(count => count.Items);

    /// <summary>Whether somebody should look.</summary>
    public bool IsWell =>
        PolicyProblems.Count == 0 && Accounts.All(account => account.State?.LastError is null) && !Mails.Any(mail => mail.NeedsSomebody);
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Whether a mail that was being handed over when the worker died has left: then its copy has arrived in the command mailbox, which is
/// harvested like any other.
/// </summary>
internal sealed class SentCopies(Accounts accounts, DigestLedger ledger, EmailAddress? commandMailbox)
{
    /// <summary>How long a copy may be under way, in the queue of a server, before its absence means something.</summary>
    private static readonly Duration UnderWay = Duration.FromMinutes(10);

    /// <summary>Whether an account reads the command mailbox, so that copies are seen.</summary>
    public async Task<bool> AreSeen(CancellationToken ct) => (await Readers(ct)).Count > 0;

    /// <summary>What became of a mail whose worker is gone.</summary>
    /// <param name="mail">A mail in state <see cref="LedgerState.Sending"/>.</param>
    /// <param name="repetition">What comes of sending it again.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<Fate> FindFate(LedgerMail mail, Repetition repetition, Instant now, CancellationToken ct)
    {
        if (repetition == Repetition.IsRemembered)
            return Fate.NotSent;

        if (await ledger.HasArrived(mail.Plan, ct))
            return Fate.Sent;

        // A way that recognises what it sent may need a while for it, too.
        var enough = (mail.RenewedAt ?? mail.ClaimedAt ?? mail.Plan.DueAt) + UnderWay;
        if (repetition == Repetition.IsRecognised)
            return now > enough ? Fate.NotSent : Fate.NotYetKnown;

        return mail.Copy switch
        {
            LedgerCopy.Unwatched => Fate.NotSent,
            LedgerCopy.Missing => Fate.NeverKnown,
            _ => (await Readers(ct)).Select(account => account.ReadUntil).Max() > enough ? Fate.NotSent : Fate.NotYetKnown,
        };
    }

    private async Task<IReadOnlyList<AccountState>> Readers(CancellationToken ct) =>
        commandMailbox is null
            ? []
            :
            [
                .. (await accounts.All(ct)).Where(account =>
                    EmailAddress.TryParse(account.Address, out var address) && address == commandMailbox),
            ];
}

/// <summary>What became of a mail that was being handed over.</summary>
internal enum Fate
{
    /// <summary>It has left.</summary>
    Sent,

    /// <summary>It has not.</summary>
    NotSent,

    /// <summary>The command mailbox has to be read first.</summary>
    NotYetKnown,

    /// <summary>Nothing will ever tell.</summary>
    NeverKnown,
}

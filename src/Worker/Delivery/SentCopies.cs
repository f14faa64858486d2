using CrmSync.Domain.Contacts;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Whether a mail that was being handed over when the worker died has left: then its copy has arrived in the command mailbox, which is harvested like any other.
/// </summary>
internal sealed class SentCopies(Accounts accounts, DigestLedger ledger, EmailAddress? commandMailbox)
{
    /// <summary>How long a copy may be under way before its absence means something.</summary>
    private static readonly Duration UnderWay = Duration.FromMinutes(2);

    /// <summary>True when the copy is there, false when it would be there by now, null as long as that cannot be said.</summary>
    /// <param name="mail">A mail in state <see cref="LedgerState.Sending"/>.</param>
    /// <param name="ct">Ends the search.</param>
    public async Task<bool?> Arrived(LedgerMail mail, CancellationToken ct)
    {
        if (await ledger.HasArrived(mail.Plan.MessageId, ct))
            return true;

        if (commandMailbox is null)
            return false;

        var readers = (await accounts.All(ct)).Where(account => EmailAddress.TryParse(account.Address, out var address) && address == commandMailbox).ToList();
        if (readers.Count == 0)
            return false;

        return readers.Select(account => account.ReadUntil).Max() > (mail.ClaimedAt ?? mail.Plan.DueAt) + UnderWay ? false : null;
    }
}

using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// What somebody should know about our mails and about what was sent to the command mailbox, in words: for <c>status</c> and for managers.
/// </summary>
internal sealed class MailTroubles(DigestLedger ledger, DeliveryHealth delivery, StoppedDigests stopped, CommandInbox inbox)
{
    /// <summary>What passes by itself is left to itself for so long.</summary>
    private static readonly Duration Patience = Duration.FromHours(1);

    /// <summary>The way mails leave, mails that did not, digests that were stopped.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="recent">Mails refused longer ago are history.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<MailTrouble>> Troubles(Instant now, Duration recent, CancellationToken ct)
    {
        var troubles = new List<MailTrouble>();
        if (await delivery.Trouble(ct) is { } trouble)
            troubles.Add(new MailTrouble(
                $"mails do not leave since {Print(trouble.Since)}: {trouble.Words}",
                trouble.NeedsSomebody || now - trouble.Since > Patience));

        if (await delivery.CopyTrouble(ct) is { } copies)
            troubles.Add(
                new MailTrouble(
                    $"mails leave without a copy for the command mailbox, so after a crash nobody can tell whether one left: {copies}",
                    NeedsSomebody: true));

        foreach (var mail in await ledger.Waiting(ct))
            troubles.Add(new MailTrouble($"{Name(mail.Plan)} has not left yet: {mail.Problem}", NeedsSomebody: false));

        foreach (var mail in await ledger.Refused(now - recent, ct))
            troubles.Add(new MailTrouble($"{Name(mail.Plan)} did not reach its reader: {mail.Problem}", NeedsSomebody: true));

        foreach (var (digest, reader) in await stopped.All(ct))
            troubles.Add(new MailTrouble($"{reader} has stopped the digest {digest}", NeedsSomebody: false));

        return troubles;
    }

    /// <summary>Mails to the command mailbox that nobody could be held to: not proven, from strangers, from who has left.</summary>
    /// <param name="since">Those that arrived before are history.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<MailTrouble>> Commands(Instant since, CancellationToken ct) =>
        [
            .. (await inbox.RefusedSince(since, ct)).Select(one => new MailTrouble(
                $"{(one.Mails == 1 ? "1 mail" : $"{one.Mails} mails")} to the command mailbox changed nothing: {one.Words}",
                NeedsSomebody: false)),
        ];

    private static string Name(PlannedMail mail) => $"{mail.Digest} for {mail.Reader} of {mail.Occasion}";

    private static string Print(Instant at) => InstantPattern.General.Format(at);
}

/// <summary>Something about mails, in words.</summary>
/// <param name="Words">One line.</param>
/// <param name="NeedsSomebody">Whether somebody should look.</param>
internal sealed record MailTrouble(string Words, bool NeedsSomebody);

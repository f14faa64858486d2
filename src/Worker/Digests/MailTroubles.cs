using CrmSync.Domain.Languages;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>
/// What somebody should know about our mails and about what was sent to the command mailbox, in words: for <c>status</c> and for managers.
/// </summary>
internal sealed class MailTroubles(
    DigestLedger ledger, DeliveryHealth delivery, StoppedDigests stopped, CommandInbox inbox, CrmSyncConfiguration configuration)
{
    /// <summary>What passes by itself is left to itself for so long.</summary>
    private static readonly Duration Patience = Duration.FromHours(1);

    /// <summary>The way mails leave, mails that did not, digests that were stopped.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="recent">Mails refused longer ago are history.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<OwnTrouble>> Troubles(Instant now, Duration recent, CancellationToken ct)
    {
        var troubles = new List<OwnTrouble>();
        if (await delivery.Trouble(ct) is { } trouble)
            troubles.Add(new OwnTrouble(
                (words, since) => words.MailsDoNotLeave(since(trouble.Since), trouble.Words),
                trouble.NeedsSomebody || now - trouble.Since > Patience));

        if (await delivery.CopyTrouble(ct) is { } copies)
            troubles.Add(new OwnTrouble((words, _) => words.NoCopies(copies), NeedsSomebody: true));

        foreach (var webhook in configuration.Webhooks)
        {
            if (await delivery.For(webhook.Name).Trouble(ct) is { } standing)
                troubles.Add(new OwnTrouble(
                    (words, since) => words.NothingIsPosted(webhook.Name, since(standing.Since), standing.Words),
                    standing.NeedsSomebody || now - standing.Since > Patience));
        }

        if (configuration.Events is not null && await delivery.For(EventOutbox.Name).Trouble(ct) is { } untold)
            troubles.Add(new OwnTrouble(
                (words, since) => words.NothingIsPosted(EventOutbox.Name, since(untold.Since), untold.Words),
                untold.NeedsSomebody || now - untold.Since > Patience));

        foreach (var mail in await ledger.Waiting(ct))
            troubles.Add(new OwnTrouble((words, _) => words.NotLeftYet(Name(mail.Plan, words), mail.Problem ?? ""), NeedsSomebody: false));

        foreach (var mail in await ledger.Refused(now - recent, ct))
            troubles.Add(new OwnTrouble((words, _) => words.NotDelivered(Name(mail.Plan, words), mail.Problem ?? ""), NeedsSomebody: true));

        foreach (var (digest, reader) in await stopped.All(ct))
            troubles.Add(new OwnTrouble((words, _) => words.HasStopped(reader, digest), NeedsSomebody: false));

        return troubles;
    }

    /// <summary>Mails to the command mailbox that nobody could be held to: not proven, from strangers, from who has left.</summary>
    /// <param name="since">Those that arrived before are history.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<OwnTrouble>> Commands(Instant since, CancellationToken ct) =>
        [
            .. (await inbox.RefusedSince(since, ct)).Select(one => new OwnTrouble(
                (words, _) => words.CommandsChangedNothing((int)one.Mails, one.Words),
                NeedsSomebody: false)),
        ];

    private static string Name(PlannedMail mail, IOperationPhrases words) => words.Mail(mail.Digest, mail.Reader, mail.Occasion);
}

using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;

namespace CrmSync.Worker.Commands;

/// <summary>What commands are read from and written to.</summary>
/// <param name="Database">Where all of it is kept.</param>
/// <param name="Inbox">The mails that wait, and what proves them.</param>
/// <param name="Commands">Where what a mail says becomes lines of the log.</param>
/// <param name="Log">What a command may be about.</param>
/// <param name="Accounts">How far the mailboxes of an author have been read.</param>
/// <param name="Ledger">The mails of ours that are answered, or came back.</param>
/// <param name="Told">What the numbers in an answer mean.</param>
/// <param name="Stopped">Which digests somebody wants no more.</param>
/// <param name="Private">Takes the words of threads out of the log.</param>
internal sealed record CommandStores(
    ContactDatabase Database,
    CommandInbox Inbox,
    CommandLog Commands,
    ContactLog Log,
    Accounts Accounts,
    DigestLedger Ledger,
    ToldItems Told,
    StoppedDigests Stopped,
    PrivateThreads Private);

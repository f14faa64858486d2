using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Fixtures.Digests;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>The command mailbox as an account that is harvested between two lives of the worker.</summary>
internal sealed class CommandMailbox
{
    private readonly HarvestLedger ledger;
    private readonly Accounts accounts;
    private readonly AccountState account;
    private readonly FolderState inbox;
    private int read;

    private CommandMailbox(HarvestLedger ledger, Accounts accounts, AccountState account, FolderState inbox) =>
        (this.ledger, this.accounts, this.account, this.inbox) = (ledger, accounts, account, inbox);

    public static async Task<CommandMailbox> From(ContactDatabase database)
    {
        var (ledger, accounts) = (new HarvestLedger(database), new Accounts(database));
        var registered = await accounts.Register("commands", "maildir", "crmsync@bright.example", default);
        return new CommandMailbox(ledger, accounts, registered, await ledger.Folder(registered, "INBOX", "Inbox", "inbox", default));
    }

    /// <summary>Reads what arrived since the last time.</summary>
    /// <param name="delivered">Everything that arrived so far.</param>
    /// <param name="now">The moment.</param>
    public async Task Harvest(IReadOnlyList<ReadOnlyMemory<byte>> delivered, Instant now)
    {
        var arrived = delivered.Skip(read).ToList();
        read = delivered.Count;
        if (arrived.Count > 0)
        {
            await ledger.Discover(inbox, [.. arrived.Select((_, i) => new Locator($"{read}-{i}"))], new FolderCursor(), default);
            var items = await ledger.Take(account, HarvestLedger.LargestBatch, now, default);
            await ledger.Store(
                account,
                [.. arrived.Select((mail, i) => new ItemResult.Mail(items[i].Number, ReadLine(mail, now)))],
                new Classifier(Some.Policy),
                default);
        }

        await accounts.NoteSuccess(account, now, now, default);
    }

    private static MailLine ReadLine(ReadOnlyMemory<byte> mail, Instant now)
    {
        var message = MimeReader.Read(mail);
        var facts = new MailFacts
        {
            MessageId = message.MessageId,
            From = new NamedAddress(Some.Address(message.From[0].Address), "CrmSync"),
            To = [.. message.To.Select(to => new NamedAddress(Some.Address(to.Address), null))],
            Subject = message.Subject,
            Date = now,
            BodyDigest = message.BodyDigest,
            Headers = new Dictionary<string, string> { ["x-crmsync"] = "digest" },
        };
        return MailLine.FromObservation(
            new MailObservation("commands", facts, null),
            new Capture(Some.Policy, Capture.DefaultTextLimit),
            now
        );
    }
}

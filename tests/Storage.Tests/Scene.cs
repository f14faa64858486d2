using System.Globalization;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;

namespace CrmSync.Storage.Tests;

/// <summary>A database with accounts, to which mail is delivered the way a harvest does it.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly Dictionary<string, (AccountState Account, FolderState Folder)> boxes = [];
    private int delivered;

    private Scene(ContactDatabase database)
    {
        Database = database;
        Ledger = new HarvestLedger(database);
        Figures = new LedgerCounts(database);
        Accounts = new Accounts(database);
    }

    public ContactDatabase Database { get; }

    public HarvestLedger Ledger { get; }

    public LedgerCounts Figures { get; }

    public Accounts Accounts { get; }

    /// <summary>What a mail that is kept as bytes says: those of these tests are plain text.</summary>
    public static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    public static async Task<Scene> On(ContactDatabase database, params string[] accounts)
    {
        var scene = new Scene(database);
        foreach (var name in accounts.Length == 0 ? ["ana"] : accounts)
        {
            var account = await scene.Accounts.Register(name, "maildir", name + "@bright.example", default);
            scene.boxes[name] = (account, await scene.Ledger.Folder(account, "INBOX", "Inbox", "inbox", default));
        }

        return scene;
    }

    public AccountState Account(string name = "ana") => boxes[name].Account;

    public FolderState Inbox(string name = "ana") => boxes[name].Folder;

    /// <summary>Discovers so many new items and takes them all up for reading.</summary>
    public async Task<IReadOnlyList<HarvestItem>> Discover(int items, string account = "ana")
    {
        await Ledger.Discover(
            Inbox(account),
            [.. Enumerable.Range(0, items).Select(_ => new Locator($"{++delivered}"))],
            new FolderCursor(),
            default);
        return await Ledger.Take(Account(account), HarvestLedger.LargestBatch, Some.Noon, default);
    }

    /// <summary>Stores copies of one account's mail as one batch.</summary>
    public async Task<StoreCounts> Deliver(string account, params IReadOnlyList<MailLine> copies)
    {
        var items = await Discover(copies.Count, account);
        return await Ledger.Store(
            Account(account),
            [.. copies.Select((copy, i) => new ItemResult.Mail(items[i].Number, copy) { WebLink = $"https://mail.example/{account}/{i}" })],
            Some.Classifier,
            default);
    }

    public Task<StoreCounts> Deliver(params IReadOnlyList<MailLine> copies) => Deliver("ana", copies);

    public async Task<List<Interaction>> Log(LogFilter? filter = null)
    {
        var lines = new List<Interaction>();
        await foreach (var line in new ContactLog(Database).Read(filter ?? new LogFilter(), default))
            lines.Add(line);

        return lines;
    }

    /// <summary>The facts of every mail, as the next copy would find them.</summary>
    public Task<IReadOnlyCollection<MailLine>> Facts() => Database.Write<IReadOnlyCollection<MailLine>>(
        async scope => (await new StoredLines(scope).Load([.. await scope.Query<long>("select number from interaction")])).Values, default);

    /// <summary>Every field of every line as text, to compare whole logs.</summary>
    public async Task<string> Text(LogFilter? filter = null) => string.Join('\n', (await Log(filter)).Select(Print));

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static string Print(Interaction line) =>
        string.Join(
            " | ",
            line.Id,
            line.Kind,
            line.At,
            line.Seen,
            line.Class,
            line.Direction,
            line.Author,
            line.Subject,
            line.Thread,
            line.MessageId,
            line.InReplyTo,
            line.Text,
            line.Question,
            line.Acknowledgement,
            line.Attachments.ToString(CultureInfo.InvariantCulture),
            string.Join(',', line.Reasons),
            string.Join(',', line.Markers),
            string.Join(',', line.Phrases),
            string.Join(',', line.Accounts),
            string.Join(';', line.Participants.Select(p => $"{p.Role} {p.Name} <{p.Address}> {p.Internal} {p.Response} {p.Bounced}")),
            LineFacts.WriteLearned(line.Learned),
            line.Meeting,
            line.Command);
}

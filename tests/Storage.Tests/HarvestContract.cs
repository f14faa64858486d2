using CrmSync.Domain.Log;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Tests;

public abstract class HarvestContract : IAsyncLifetime
{
    private ContactDatabase database = null!;
    private HarvestLedger ledger = null!;
    private Accounts accounts = null!;
    private AccountState ana = null!;
    private FolderState inbox = null!;

    private protected abstract Task<ContactDatabase> Open();

    public async Task InitializeAsync()
    {
        database = await Open();
        ledger = new HarvestLedger(database);
        accounts = new Accounts(database);
        ana = await accounts.Register("ana", "maildir", "ana@bright.example", default);
        inbox = await ledger.Folder(ana, "INBOX", "Inbox", "inbox", default);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task What_was_discovered_is_read_newest_first_and_becomes_lines()
    {
        Assert.Equal(2, await ledger.Discover(inbox, [new Locator("1", 10, Some.Noon), new Locator("2", 20, Some.Noon + Some.Hours(1))], new FolderCursor { Frontier = 2 }, default));
        await ledger.Recover(ana, default);
        var items = await ledger.Take(ana, 500, Some.Noon, default);
        Assert.Equal(["2", "1"], items.Select(i => i.Key));

        var counts = await ledger.Store(
            ana,
            [
                new ItemResult.Mail(items[0].Number, Some.Line(Some.Mail(id: "b@acme.example", subject: "Re: The offer", at: Some.Noon + Some.Hours(1)))),
                new ItemResult.Mail(items[1].Number, Some.Line(Some.Mail(id: "a@acme.example"))),
            ],
            Some.Classifier,
            default);

        Assert.Equal(new StoreCounts(2, 0, 0, 0, 0, 0), counts);
        var lines = await Log();
        Assert.Equal(["The offer", "Re: The offer"], lines.Select(l => l.Subject));
        Assert.Single(lines.Select(l => l.Thread).Distinct());
        Assert.Equal(["ana"], lines[0].Accounts);
        Assert.Equal(2, lines[0].Participants.Count);
        Assert.Empty(await ledger.Take(ana, 500, Some.Noon, default));
        Assert.Equal(2, (await ledger.KnownKeys(inbox, default)).Count);
        Assert.Equal(2, (await ledger.Folders(ana, default)).Single().Cursor.Frontier);
    }

    private async Task<List<Interaction>> Log(LogFilter? filter = null)
    {
        var lines = new List<Interaction>();
        await foreach (var line in new ContactLog(database).Read(filter ?? new LogFilter(), default))
            lines.Add(line);

        return lines;
    }
}

public sealed class SqliteHarvestTests : HarvestContract, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-").FullName;

    private protected override Task<ContactDatabase> Open() => ContactDatabase.OpenSqlite(Path.Combine(folder, "crmsync.db"), default);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

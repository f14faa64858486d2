using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A company whose one mailbox lies on a server that does odd things.</summary>
public abstract class OddServerCompany : IAsyncLifetime
{
    private ImapSources? sources;

    /// <summary>Mails of more than 16 kB are large here, so that the tests need no larger ones.</summary>
    private protected static ImapOptions Options { get; } = new() { WholeUpTo = 16 * 1024 };

    private protected FakeImapServer Server { get; private set; } = new();

    private protected TestClock Clock { get; } = new(TestCompany.Monday);

    private protected TestCompany Company { get; private set; } = null!;

    private protected OddMailbox Inbox { get; private set; } = null!;

    private protected ImapAccount Account =>
        new(
            "ana",
            default,
            EmailAddress.Parse("ana@us.example"),
            new Server("localhost", Server.Port, Encryption.None, null),
            "ana",
            new Login.Password(new Secret("secret")));

    public async Task InitializeAsync()
    {
        Company = await TestCompany.Open();
        Inbox = new OddMailbox(Server, "INBOX", 1, 2, 3);
    }

    public async Task DisposeAsync()
    {
        await Restart();
        await Company.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Another server with other abilities in place of the usual one.</summary>
    private protected async Task Offers(string capabilities)
    {
        await Server.DisposeAsync();
        Server = new FakeImapServer(capabilities);
        Inbox = new OddMailbox(Server, "INBOX", 1, 2, 3);
    }

    /// <summary>Ends the program; the next harvest is another one's.</summary>
    private protected async Task Restart()
    {
        if (sources is not null)
            await sources.DisposeAsync();

        sources = null;
    }

    /// <summary>Harvests once, forty minutes after the last time.</summary>
    private protected async Task<HarvestSummary> Harvest(int minutesLater = 40)
    {
        Clock.AdvanceMinutes(minutesLater);
        sources ??= ImapCompany.Sources(Clock, Company.Database, Options);
        return await Company.Harvest("ana", sources.CreateSource(Account, Company.Since), Clock.GetCurrentInstant());
    }

    /// <summary>Harvests once without any trouble.</summary>
    private protected async Task<(int New, int Known)> Counts()
    {
        var summary = await Harvest();
        Assert.Null(summary.Problem);
        Assert.Equal((0, 0), (summary.Quarantined, summary.Failed));
        return (summary.New, summary.Known);
    }

    private protected async Task<FolderState> Folder(string path) =>
        (await Company.Ledger.Folders(await Company.Accounts.Register("ana", "test", "ana@us.example", default), default)).Single(folder =>
            folder.Path == path);

    /// <summary>The log must hold just these mails, each once.</summary>
    private protected async Task HoldsOnly(params uint[] numbers) =>
        Assert.Equal(
            numbers.Select(uid => $"number {uid}").Order(StringComparer.Ordinal),
            (await Company.Log()).Select(line => line.Subject!).Order(StringComparer.Ordinal));

    private protected async Task<Interaction> FindLine(string subject) => (await Company.Log()).Single(line => line.Subject == subject);
}

using System.Text;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures;
using CrmSync.Fixtures.Digests;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Imap;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>
/// The small company, whose mails leave by SMTP to a server that does what a test wants; a new connection for every run, as in the worker.
/// </summary>
internal sealed class SendingCompany : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-sending-").FullName;
    private readonly SettableTime time = new(Some.Now.ToDateTimeOffset());
    private CommandMailbox? commands;

    private SendingCompany(FakeSmtpServer server) => Server = server;

    public FakeSmtpServer Server { get; }

    public ContactDatabase Database { get; private set; } = null!;

    public DigestLedger Ledger { get; private set; } = null!;

    public DeliveryHealth Standing => new(new Settings(Database));

    public MailSender Sender { get; init; } = Written.Sender;

    /// <summary>Asked for at each connection, when set.</summary>
    public string? Password { get; set; }

    /// <param name="server">Where mails go.</param>
    /// <param name="reads">Whether an account reads the command mailbox.</param>
    /// <param name="sender">Who sends; default: with a command mailbox.</param>
    public static async Task<SendingCompany> Open(FakeSmtpServer server, bool reads = true, MailSender? sender = null)
    {
        var company = new SendingCompany(server) { Sender = sender ?? Written.Sender };
        company.Database = await ContactDatabase.OpenSqlite(Path.Combine(company.folder, "test.db"), company.time, default);
        company.Ledger = new DigestLedger(company.Database);
        if (reads)
            company.commands = await CommandMailbox.From(company.Database);

        return company;
    }

    /// <summary>Lays a finished mail into the ledger.</summary>
    /// <returns>Its Message-ID.</returns>
    public async Task<string> Keep(
        string reader = "ana",
        string digest = "my-day",
        string occasion = "2026-03-04",
        Instant? due = null,
        string text = "Hello")
    {
        var id = $"{digest}-{occasion}-{reader}@bright.example";
        var bytes = Encoding.ASCII.GetBytes(
            $"From: crmsync@bright.example\r\nTo: {reader}@bright.example\r\nMessage-ID: <{id}>\r\nX-CrmSync: digest\r\nSubject: "
                + $"{digest}\r\n\r\n{text}\r\n"
        );
        await Ledger.Plan(new PlannedMail(id, digest, reader, occasion, due ?? Some.Now), Some.Now, default);
        await Ledger.KeepBytes(id, bytes, [], Some.Now, default);
        return id;
    }

    /// <summary>A run of the outbox, some minutes after the digests were written.</summary>
    public async Task<OutboxReport> Send(int minutes = 0, CompanyPolicy? policy = null, CancellationToken ct = default)
    {
        var now = Some.Now + Duration.FromMinutes(minutes);
        time.Now = now.ToDateTimeOffset();
        using var logins = ImapCompany.Logins(new TestClock(now), Database);
        await using var delivery = WayTo(Server, logins, Password);
        return await Over(delivery, policy).SendAll(now, null, ct);
    }

    /// <summary>The way by SMTP to a server of the tests; with a password, there is a login.</summary>
    public static SmtpDelivery WayTo(FakeSmtpServer server, MailLogins logins, string? password = null) =>
        new(
            logins.Login(
                DeliveryWays.Login(
                    new DeliveryChoice.Smtp(
                        new Server("127.0.0.1", server.Port, Encryption.None, null),
                        password is null ? null : "crmsync",
                        password is null ? null : new Login.Password(new Secret(password))))));

    public Outbox Over(IMailDelivery delivery, CompanyPolicy? policy = null) =>
        new(
            Ledger,
            Standing,
            delivery,
            new SentCopies(new Accounts(Database), Ledger, Sender.CommandMailbox),
            policy ?? Some.Policy,
            Sender,
            MachineTime.Instance);

    /// <summary>The command mailbox is read; it holds the copies the server took for it.</summary>
    public Task ReadCopies(int minutes) =>
        commands!.Harvest(
            [
                .. Server
                    .Taken.Where(mail => mail.Recipients.Contains("crmsync@bright.example"))
                    .Select(mail => (ReadOnlyMemory<byte>)mail.Content),
            ],
            Some.Now + Duration.FromMinutes(minutes));

    public async Task<LedgerMail> Mail(string id) => (await Ledger.Find(id, default))!;

    /// <summary>How many mails the server took for a reader, by the name before the <c>@</c>.</summary>
    public int CountFor(string reader) => Server.Taken.Count(mail => mail.Recipients.Contains($"{reader}@bright.example"));

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using MailKit.Net.Smtp;
using MimeKit;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Hands mails over one connection to a server in this process that answers at once and throws everything away; no TLS, so that the client
/// is measured: first by MailKit alone, then by the outbox, which claims every mail in the database and notes what became of it.
/// </summary>
internal static class SmtpSending
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 8, 45);
    private static readonly EmailAddress Commands = EmailAddress.Parse("crmsync@bright.example");

    public static void Run(Options options) => Measure(options).GetAwaiter().GetResult();

    private static async Task Measure(Options options)
    {
        var content = string.Concat(
            Enumerable.Repeat("A line of text that a digest might hold, give or take.\r\n", options.Number("size", 4_000) / 56));
        var messages = options.Number("messages", 5_000);
        for (var round = 0; round < 3; round++)
        {
            using var server = new DiscardingServer();
            var bare = await Bare(server, messages, content);
            var ours = await Ours(server, messages, content);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round + 1}  MailKit alone {bare,8:N0} mails/s  with claims {ours,8:N0} mails/s  {ours / bare,6:P0}"));
        }
    }

    private static async Task<double> Bare(DiscardingServer server, int messages, string content)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", server.Port);
        using var client = new SmtpClient();
        await client.ConnectAsync(new NetworkStream(socket), "127.0.0.1", server.Port, MailKit.Security.SecureSocketOptions.None);
        var (from, to) = (new MailboxAddress("", Commands.Value), new MailboxAddress("", "ana@bright.example"));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < messages; i++)
        {
            using var source = new MemoryStream(Mail($"{i}@bright.example", "ana@bright.example", content));
            using var message = await MimeMessage.LoadAsync(source);
            await client.SendAsync(message, from, [to, from]);
        }

        var speed = messages / watch.Elapsed.TotalSeconds;
        await client.DisconnectAsync(quit: true);
        return speed;
    }

    private static async Task<double> Ours(DiscardingServer server, int messages, string content)
    {
        var folder = Directory.CreateTempSubdirectory("crmsync-bench-").FullName;
        await using var database = await ContactDatabase.OpenSqlite(
            Path.Combine(folder, "bench.db"), TimeProvider.System, CancellationToken.None);
        var (ledger, accounts) = (new DigestLedger(database), new Accounts(database));
        await accounts.Register("commands", "bench", Commands.Value, CancellationToken.None);
        var people = Enumerable.Range(0, 1000).Select(i => new Person($"p{i}", EmailAddress.Parse($"p{i}@bright.example"))).ToArray();
        for (var batch = 0; batch < messages; batch += people.Length)
        {
            var some = people
                .Take(messages - batch)
                .Select(person => (Plan: Plan(person, batch), Person: person))
                .ToList();
            await ledger.Plan([.. some.Select(one => one.Plan)], Now, CancellationToken.None);
            await ledger.Keep(
                [.. some.Select(one => new WrittenMail(one.Plan.MessageId, Mail(one.Plan.MessageId, one.Person.Email.Value, content), []))],
                Now,
                CancellationToken.None);
        }

        using var logins = new MailLogins(SystemClock.Instance, TimeProvider.System, Storing.CreateLoginStores(database));
        var place = new Server("127.0.0.1", server.Port, Encryption.None, null);
        await using var way = new SmtpDelivery(logins.Login(DeliveryWays.Login(new DeliveryChoice.Smtp(place, null, null))));
        var sender = new MailSender("bench", Commands, "CrmSync", "bright.example") { CommandMailbox = Commands };
        var copies = new SentCopies(accounts, ledger, Commands);
        var health = new DeliveryHealth(new Settings(database));
        var outbox = new Outbox(ledger, health, way, copies, Company(people), sender, MachineTime.Instance);
        var watch = Stopwatch.StartNew();
        var report = await outbox.SendAll(Now, null, CancellationToken.None);
        var speed = messages / watch.Elapsed.TotalSeconds;
        if (report.Sent.Count != messages)
            throw new InvalidOperationException($"{report.Sent.Count} of {messages} left: {report.Problems.FirstOrDefault()}");

        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        return speed;
    }

    private static PlannedMail Plan(Person person, int batch) =>
        new($"{batch}-{person.Id}@bright.example", $"digest-{batch}", person.Id, "2026-03-04", Now);

    private static CompanyPolicy Company(Person[] people)
    {
        var hours = new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> { [IsoDayOfWeek.Monday] = [new OpenSpan(9 * 60, 17 * 60)] };
        var office = new BusinessCalendar("office", DateTimeZone.Utc, hours, new Dictionary<LocalDate, Holiday>());
        return new CompanyPolicy
        {
            Version = "bench",
            Us = new OurSide(["bright.example"], []),
            DefaultCalendar = office,
            DefaultOwner = people[0],
            Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = office },
            People = people,
        };
    }

    private static byte[] Mail(string id, string to, string content) => Encoding.ASCII.GetBytes(
        $"Date: Wed, 04 Mar 2026 08:45:00 +0000\r\nFrom: CrmSync <{Commands}>\r\nTo: {to}\r\nSubject: digest\r\nMessage-ID: <{id}>\r\n"
            + $"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{content}");
}

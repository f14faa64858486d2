using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Worker;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Bench;

/// <summary>
/// Writes the digests of a company in which every owner has a number of mails to answer, and hands them to a server that throws them away,
/// as the running worker does: the policy holds the log already. Each round is the morning of another day. With more lines than that, the
/// rest are conversations of earlier years.
/// </summary>
internal static class DigestSending
{
    private static readonly Place Here = new("policy.yaml", 1, 1);
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 4, 8, 45);

    public static void Run(Options options) => Measure(
        options.At(0, "the SQLite file or PostgreSQL connection string"),
        options.Number("owners", 1000),
        options.Number("items", 15),
        options.Number("lines", 15_000),
        options.Number("rounds", 3)).GetAwaiter().GetResult();

    private static async Task Measure(string place, int owners, int items, int lines, int rounds)
    {
        await using var server = place == "postgres" ? await PostgresServer.Start() : null;
        await MeasureIn(server is null ? place : await server.NewDatabase(), owners, items, lines, rounds);
    }

    private static async Task MeasureIn(string place, int owners, int items, int lines, int rounds)
    {
        var policy = Company(owners, items);
        await using var database = await Storing.Open(place);
        await Fill(database, policy, owners, items, lines);

        var count = await database.CountRows("interaction", CancellationToken.None);
        for (var round = 0; round < rounds; round++)
        {
            using var server = new DiscardingServer();
            var settings = new DeliverySettings
            {
                From = EmailAddress.Parse("crmsync@bright.example"),
                Way = new DeliveryChoice.Smtp(new Server("127.0.0.1", server.Port, Encryption.None, null), null, null),
                Commands = new CommandSettings(EmailAddress.Parse("crmsync@bright.example"), new Secret("a secret for the benchmark"), []),
            };
            var now = Morning + Duration.FromDays(round);
            var configuration = new CrmSyncConfiguration { Storage = new StorageChoice.Sqlite("open already"), Delivery = settings };
            var services = new ServiceCollection().AddCrmSync(
                new LoadedConfiguration("bench", configuration, policy),
                database,
                TimeProvider.System);
            await using var parts = services.BuildServiceProvider();
            var watch = Watch.Start();
            var judged = await parts.GetRequiredService<UnitLook>().Complete(now, CancellationToken.None);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round + 1}  log of {count:N0} lines judged in {watch.Elapsed:N2} s ({watch.Processor:N2} s of processor): "
                        + $"{judged.Evaluation.Items.Count:N0} items"));
            watch = Watch.Start();
            var look = PolicyMoment.From(judged);
            var report = await parts.GetRequiredService<DigestDispatch>().Send(look, lease: null, CancellationToken.None);
            if (report.Problems.Count > 0)
                throw new InvalidOperationException(report.Problems[0].ToString());

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round + 1}  {server.Mails:N0} digests in {watch.Elapsed:N2} s ({watch.Processor:N2} s of processor): "
                        + $"{server.Mails / watch.Elapsed:N0} mails/s; {server.Bytes / Math.Max(1, server.Mails) / 1e3:N1} kB each, at "
                        + $"most {server.Largest / 1e3:N1} kB"
                ));
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB"));
    }

    private static CompanyPolicy Company(int owners, int items)
    {
        var hours = new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>();
        for (var day = IsoDayOfWeek.Monday; day <= IsoDayOfWeek.Friday; day++)
            hours[day] = [new OpenSpan(9 * 60, 17 * 60)];

        var office = new BusinessCalendar(
            "office",
            DateTimeZoneProviders.Tzdb["Europe/Dublin"],
            hours,
            new Dictionary<LocalDate, Holiday>());
        var people = Enumerable
            .Range(0, owners)
            .Select(i => new Person($"p{i}", EmailAddress.Parse($"p{i}@bright.example"))
            {
                Name = $"Person Number {i}",
                Manager = i == 0 ? null : "p0",
            })
            .ToArray();
        return new CompanyPolicy
        {
            Version = "bench",
            Us = new OurSide(["bright.example"], []),
            DefaultCalendar = office,
            DefaultOwner = people[0],
            Calendars = new Dictionary<string, BusinessCalendar> { ["office"] = office },
            People = people,
            Assign =
            [
                .. people.Select(
                    (person, i) =>
                        new AssignEntry(i, new Condition.InDomain([$"c{i}.example"]), new OwnerChoice.ThePerson(person.Id), false, Here)),
            ],
            Rules =
            [
                new RespondRule("answer", Here)
                {
                    Calendar = office,
                    Within = new LengthOfTime(4, TimeUnit.BusinessHour),
                    NextWithin = new LengthOfTime(4, TimeUnit.BusinessHour),
                    ExpireAfter = new LengthOfTime(90, TimeUnit.Day),
                },
            ],
            Digests = [new DigestDefinition("my-day", Here) { At = new LocalTime(8, 30), MaxItems = items }],
        };
    }

    private static async Task Fill(ContactDatabase database, CompanyPolicy policy, int owners, int items, int lines)
    {
        if (await database.CountRows("interaction", CancellationToken.None) > 0)
            return;

        var (classifier, capture, ledger) = (
            new Classifier(policy),
            new Capture(policy, Capture.DefaultTextLimit),
            new HarvestLedger(database));
        var account = await new Accounts(database).Register("hello", "bench", "hello@bright.example", CancellationToken.None);
        await new Accounts(database).Register("commands", "bench", "crmsync@bright.example", CancellationToken.None);
        var inbox = await ledger.Folder(account, "INBOX", "Inbox", "inbox", CancellationToken.None);
        await ledger.Discover(
            inbox,
            [.. Enumerable.Range(0, lines).Select(i => new Locator(i.ToString(CultureInfo.InvariantCulture)))],
            new FolderCursor(),
            CancellationToken.None);
        while (await ledger.Take(account, HarvestLedger.LargestBatch, Morning, CancellationToken.None) is { Count: > 0 } batch)
        {
            await ledger.Store(
                account,
                [
                    .. batch.Select(item => new ItemResult.Mail(
                        item.Number,
                        MailLine.FromObservation(
                            new MailObservation(
                                "hello",
                                Mail(int.Parse(item.Key, CultureInfo.InvariantCulture), owners, items, lines),
                                null),
                            capture,
                            Morning - Duration.FromHours(12)))),
                ],
                classifier,
                CancellationToken.None);
        }
    }

    /// <summary>
    /// The first mails are those to be answered, of the last two days; the others, question and answer by turns, lie before.
    /// </summary>
    private static MailFacts Mail(int i, int owners, int items, int lines)
    {
        var open = i < owners * items;
        var pair = open ? i : i - ((i - (owners * items)) % 2);
        var outbound = !open && i != pair;
        var owner = pair % owners;
        var person = open ? i / owners : 1000 + ((pair / 2) % 40);
        var them = new NamedAddress(EmailAddress.Parse($"person{person}@c{owner}.example"), $"Customer {person} of {owner}");
        var us = new NamedAddress(EmailAddress.Parse($"p{owner}@bright.example"), $"Person Number {owner}");
        var at = open
            ? Morning - Duration.FromHours(20 + (i % 30))
            : Morning - Duration.FromDays(30) - Duration.FromSeconds((long)(lines - i) * 60) + Duration.FromMinutes(outbound ? 90 : 0);
        return new MailFacts
        {
            MessageId = $"{i}@mail.example",
            InReplyTo = outbound ? $"{pair}@mail.example" : null,
            References = outbound ? [$"{pair}@mail.example"] : [],
            From = outbound ? us : them,
            To = [outbound ? them : us],
            Subject = $"{(outbound ? "Re: " : "")}The order {pair} and when it will be delivered to our second site",
            Date = at,
            Received = at + Duration.FromSeconds(3),
            BodyDigest = SHA256.HashData(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture))),
            OwnText = Words,
            Excerpt = Words,
            Question = !outbound,
        };
    }

    private static string Words { get; } =
        string.Join(
            ' ',
            Enumerable.Repeat("We would like to know how far our order has come, and whether it can be delivered on Friday.", 4));
}

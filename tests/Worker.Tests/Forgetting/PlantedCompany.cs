using System.Data.Common;
using System.Globalization;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Harvest;
using Microsoft.Data.Sqlite;
using NodaTime;
using Npgsql;

namespace CrmSync.Worker.Tests.Forgetting;

/// <summary>
/// A company whose mailboxes, calendars and command mailbox are full of people who will ask to be forgotten. Whatever is about them holds
/// one of three words that stand nowhere else: <see cref="InAddress"/>, <see cref="InName"/> and <see cref="InText"/>.
/// </summary>
internal sealed class PlantedCompany : IAsyncDisposable
{
    public const string InAddress = "erna.weg";
    public const string InName = "Wegmann";
    public const string InText = "Zimtstern";

    /// <summary>Tuesday morning, when the digests have been due for hours.</summary>
    public static readonly Instant Tuesday = Instant.FromUtc(2026, 3, 3, 11, 0);

    private const string Signed = "Authentication-Results: mx.us.example; dkim=pass header.d=us.example";

    private readonly TestCompany company;
    private int mails;

    /// <summary>A connection string of PostgreSQL; null: an SQLite file.</summary>
    private readonly string? server;

    private PlantedCompany(TestCompany company, string? server) => (this.company, this.server) = (company, server);

    public string Folder => company.Folder;

    public string Config => company.PathTo("config", "x")[..^2];

    public static async Task<PlantedCompany> Open(string? server = null, string policy = "")
    {
        var planted = new PlantedCompany(await TestCompany.Open(), server);
        planted.Configure(["ana", "ben"], policy);
        return planted;
    }

    /// <summary>Writes the configuration.</summary>
    /// <param name="accounts">The folders of mail; each also under names of its own, so that all of it is read anew.</param>
    /// <param name="policy">More of the policy.</param>
    /// <param name="out">Where mails of ours are left.</param>
    public void Configure(IEnumerable<string> accounts, string policy = "", string @out = "out")
    {
        var written = accounts
            .Select(name => $"  - {{ eml: ../mail/{name.Split('-')[0]}, address: {name.Split('-')[0]}@us.example, name: {name} }}\n")
            .Concat(
                accounts.Select(name =>
                    $"  - {{ ics: ../calendars/{name.Split('-')[0]}.ics, address: {name.Split('-')[0]}@us.example, name: {name}-calendar "
                        + $"}}\n"
                ));
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $"""
            version: 1
            storage: {(server is null ? "{ sqlite: ../data/planted.db }" : $"{{ postgres: \"{server}\" }}")}
            capture: {"{ since: 1990-01-01 }"}
            accounts:
            {string.Concat(written)}  - {"{ eml: ../mail/commands, address: crmsync@us.example, name: commands }"}
            delivery:
              from: CrmSync <crmsync@us.example>
              folder: ../{@out}
              commands: {"{ address: crmsync@us.example, secret: a-long-secret-of-these-tests, trusted_servers: [mx.us.example] }"}

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example, manager: ben }, ben: { email: ben@us.example } }
            rules:
              - { respond: reply, within: 4bh, escalate: [ { after: 0m, to: owner } ] }
              - { stay_in_touch: customers, every: 30d }
            digests:
              - { digest: my-day, to: owners, at: "08:00", max_items: 200 }
              - { digest: the-firm, to: managers, at: "08:00", max_items: 200 }

            """
                + policy);
        foreach (var name in accounts.Select(name => name.Split('-')[0]).Append("commands"))
            Directory.CreateDirectory(company.PathTo("mail", name, "x")[..^2]);

        Directory.CreateDirectory(company.PathTo("calendars", "x")[..^2]);
    }

    public Task<TestProgram> Begin(Instant now) => TestProgram.Open(Config, now);

    public static string Address(int person) => string.Create(CultureInfo.InvariantCulture, $"{InAddress}{person}@kunde{person}.example");

    public static string Name(int person) => string.Create(CultureInfo.InvariantCulture, $"Erna {InName}{person}");

    /// <summary>Every kind of trace a person can leave with us before they ask to be forgotten.</summary>
    public void Plant(int person)
    {
        var (them, name) = (Address(person), Name(person));
        var local = them.Split('@')[0];
        var other = string.Create(CultureInfo.InvariantCulture, $"dora{person}@andere.example");
        var n = person.ToString(CultureInfo.InvariantCulture);

        // They write, are answered with somebody else in copy, and are in somebody else's copy.
        Mail(
            "ana",
            $"{name} <{them}>",
            "Ana <ana@us.example>",
            $"{InText} offer {n}",
            $"When can {InText} {n} be here? {name}",
            id: $"{local}.first@kunde{n}.example");
        Mail(
            "ana",
            "Ana <ana@us.example>",
            $"{name} <{them}>, Dora <{other}>",
            $"Re: {InText} offer {n}",
            $"{InText} comes on Friday {n}. How many do you need?",
            id: $"answer{n}@us.example",
            more: $"In-Reply-To: <{local}.first@kunde{n}.example>\r\nReferences: <{local}.first@kunde{n}.example>\r\n",
            hour: 10);
        Mail(
            "ben",
            $"Dora <{other}>",
            "Ben <ben@us.example>",
            $"{InText} together {n}",
            $"{name} says {InText} {n}, do you agree?",
            more: $"Cc: {name} <{them}>\r\n",
            hour: 9,
            id: $"dora{n}@andere.example");
        Mail("ben", $"{name} <{them}>", "ben@us.example", $"{InText} again {n}", $"{InText} {n}, please?", hour: 11);

        // A list they lead, and a mail of Dora's that answers something of theirs we never saw.
        Mail(
            "ben",
            "List <liste@listen.example>",
            "ben@us.example",
            $"{InText} list {n}",
            $"{InText} {n}",
            hour: 12,
            more: $"Return-Path: <bounce+{local}=kunde{n}.example@listen.example>\r\nList-Id: "
                + $"<liste.listen.example>\r\nList-Unsubscribe: <mailto:leave-{local}=kunde{n}.example@listen.example>\r\n"
        );
        Mail(
            "ben",
            $"Dora <{other}>",
            "ben@us.example",
            $"Plain {n}",
            "Is that right?",
            hour: 13,
            more: $"References: <x.{local}.7@kunde{n}.example>\r\nIn-Reply-To: <x.{local}.7@kunde{n}.example>\r\n");

        // A mail to them comes back.
        Mail(
            "ana",
            "Ana <ana@us.example>",
            $"{name} <{them}>",
            $"{InText} price {n}",
            $"The price of {InText} {n}",
            id: $"price{n}@us.example",
            hour: 12);
        Bounce("ana", them, $"price{n}@us.example", $"{InText} price {n}");

        // They invite us; our calendars know meetings with them, alone and with others.
        Mail(
            "ana",
            $"{name} <{them}>",
            "ana@us.example",
            $"Invitation: {InText} {n}",
            Calendar("REQUEST", Event($"{local}-invites-{n}@kunde{n}.example", 20, them, name, "ana@us.example", $"{InText} visit {n}")),
            type: "text/calendar; charset=utf-8; method=REQUEST",
            hour: 13);
        events.Add(Event($"{local}-alone-1234567@us.example", 10, "ana@us.example", "Ana", them, $"{InText} alone {n}", name));
        events.Add(
            Event(
                $"{local}-with-dora-123@us.example",
                11,
                "ana@us.example",
                "Ana",
                them,
                $"{InText} with Dora {n}",
                name,
                $"ATTENDEE;CN=Dora:mailto:{other}"));
        events.Add(Event($"k:{n}", 12, them, name, "ana@us.example", $"{InText} short {n}"));
        File.WriteAllText(company.PathTo("calendars", "ana.ics"), Calendar(null, [.. events]));
        File.WriteAllText(
            company.PathTo("calendars", "ben.ics"),
            Calendar(null, Event("ours-only-1234567890@us.example", 9, "ben@us.example", "Ben", "ana@us.example", "Ours")));

        // Something with their address in its name that cannot be read.
        File.WriteAllText(company.PathTo("mail", "ben", $"{them} {InText}.eml"), $"this is {InText} and no mail\r\n");

        // We noted something, tagged them, called, and asked who they are; all of it by mail.
        Command(
            $"crmsync+note@us.example",
            $"Fwd: {name}",
            $"{InText} note {n}\nbirthday: 12 March\ntelephone: +49 30 99{person:00}1234\n\nFrom: {name} <{them}>\nTo: "
                + $"ana@us.example\n\n{InText} quoted"
        );
        Command("crmsync+called@us.example", $"Fwd: {InText}", $"spoke to {them}", hour: 14);
        Command("crmsync+tag-vip@us.example", them, $"{InText}", hour: 15);
        Command("crmsync@us.example", $"who {them}", "", hour: 16);
        Command("crmsync@us.example", $"flurb {them}", $"{InText} what is this", hour: 16);
        Command("crmsync@us.example", $"{InText}", $"let me in, says {name}", from: them, proof: "X-None: 1");
    }

    /// <summary>What is said about somebody who was erased, and what they write, afterwards.</summary>
    public void SayMore(int person)
    {
        var (them, name) = (Address(person), Name(person));
        var n = person.ToString(CultureInfo.InvariantCulture);
        Mail(
            "ana",
            $"{name} <{them}>",
            "ana@us.example",
            $"{InText} once more {n}",
            $"It is me, {InText} {n}. Why no answer?",
            day: 3,
            hour: 8);
        Bounce("ana", them, $"later{n}@us.example", $"{InText} later {n}");
        Command("crmsync+note@us.example", $"Fwd: {name}", $"{InText} second note {n}\n\nFrom: {name} <{them}>\n\n{InText}", day: 3);
        Command("crmsync+called@us.example", $"about {InText}", $"called {them}", day: 3);
        Command("crmsync@us.example", $"who {them}", $"{InText}", day: 3);
    }

    public string PathTo(params string[] parts) => company.PathTo(parts);

    public static async Task HarvestAll(TestProgram program, Instant now)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
            Assert.Null(done.Problem);
    }

    /// <summary>Every value of every row of every table, and the files of SQLite, as text.</summary>
    public async Task<string> Everything()
    {
        var all = new StringBuilder();
        await using DbConnection connection = server is null
            ? new SqliteConnection($"Data Source={company.PathTo("data", "planted.db")};Pooling=false")
            : new NpgsqlConnection(server);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = server is null
                ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
                : "select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'";
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
                tables.Add(row.GetString(0));
        }

        if (server is not null)
            tables.Add("(select tablename, attname, most_common_vals::text as common, histogram_bounds::text as bounds from pg_stats) s");

        foreach (var table in tables)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"select * from {table}";
            await using var row = await command.ExecuteReaderAsync();
            while (await row.ReadAsync())
            {
                all.Append(table);
                for (var i = 0; i < row.FieldCount; i++)
                {
                    all.Append(" | ").Append(row.GetName(i)).Append('=').Append(row.GetValue(i) switch
                    {
                        byte[] bytes => OwnMailText.Read(bytes) + Encoding.UTF8.GetString(bytes),
                        Array values => string.Join(',', values.Cast<object?>()),
                        var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                    });
                }

                all.Append('\n');
            }
        }

        return all.ToString();
    }

    /// <summary>What the files of SQLite hold, byte by byte.</summary>
    public string Files() =>
        string.Concat(
            Directory
                .EnumerateFiles(Path.GetDirectoryName(company.PathTo("data", "x"))!, "planted.db*")
                .Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));

    /// <summary>Fails, with its surroundings, where one of the three words stands.</summary>
    public static void HoldsNothing(string text)
    {
        foreach (var word in new[] { InAddress, InName, InText })
        {
            var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            Assert.True(at < 0, $"\"{word}\" stands in: …{text[Math.Max(0, at - 300)..Math.Min(text.Length, Math.Max(0, at) + 200)]}…");
        }
    }

    /// <summary>The person as the verb finds them.</summary>
    public static async Task<SomePerson> FindPerson(TestProgram program, int person, Instant now)
    {
        var address = EmailAddress.Parse(Address(person));
        var evaluation = new Evaluator(program.Policy).Evaluate(await program.Snapshot(now), now);
        return new SomePerson([address])
        {
            Items =
            [
                .. evaluation.Items.Where(item => item.Contact == address).Select(item => item.Id),
                .. evaluation.Closed.Where(item => item.Contact == address).Select(item => item.Id),
            ],
        };
    }

    public static Erasure Erasure(TestProgram program) => program.Part<Erasure>();

    public static async Task<ErasureCounts> Forget(TestProgram program, int person, Instant now, TimeSpan patience = default) =>
        await Erasure(program)
            .Forget(
                await FindPerson(program, person, now),
                new Classifier(program.Policy),
                MeetingHarvest.MergeFor(ReadingRules.From(program.Policy)),
                now,
                patience,
                default);

    public async ValueTask DisposeAsync() => await company.DisposeAsync();

    public void Mail(
        string mailbox,
        string from,
        string to,
        string subject,
        string body,
        string? id = null,
        string more = "",
        int day = 2,
        int hour = 8,
        string type = "text/plain; charset=utf-8")
    {
        var number = ++mails;
        File.WriteAllText(
            company.PathTo("mail", mailbox, $"{number:0000}.eml"),
            $"From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: Mon, {day:00} Mar 2026 {hour:00}:{number % 60:00}:00 "
                + $"+0000\r\nMessage-ID: <{id ?? $"m{number}@mail.example"}>\r\n"
                + $"MIME-Version: 1.0\r\nContent-Type: {type}\r\n{more}\r\n{body}\r\n");
    }

    public void Bounce(string mailbox, string them, string id, string subject) => Mail(
        mailbox, "Mail Delivery System <mailer-daemon@mx.kunde.example>", "ana@us.example", "Undelivered Mail Returned to Sender",
        $"""
        --b
        Content-Type: text/plain

        I could not deliver to {them}: {InText} does not live here.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.kunde.example

        Final-Recipient: rfc822; {them}
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 no {them} here

        --b
        Content-Type: message/rfc822

        From: ana@us.example
        To: {them}
        Subject: {subject}
        Message-ID: <{id}>

        {InText}
        --b--
        """.ReplaceLineEndings("\r\n"),
        type: "multipart/report; report-type=delivery-status; boundary=b", more: "Return-Path: <>\r\n", hour: 13);

    public void Command(
        string to,
        string subject,
        string text,
        string from = "ana@us.example",
        string proof = Signed,
        int day = 2,
        int hour = 13) => Mail("commands", from, to, subject, text.ReplaceLineEndings("\r\n"), more: proof + "\r\n", day: day, hour: hour);

    private readonly List<string> events = [];

    public static string Calendar(string? method, params IEnumerable<string> events) =>
        $"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n"
            + $"{(method is null ? "" : $"METHOD:{method}\r\n")}{string.Concat(events)}END:VCALENDAR\r\n";

    public static string Event(
        string uid,
        int day,
        string organizer,
        string organizerName,
        string attendee,
        string title,
        string attendeeName = "A",
        params IEnumerable<string> more) =>
        $"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202603{day:00}T090000Z\r\nDTEND:202603{day:00}T100000Z\r\n"
            + $"SUMMARY:{title}\r\n"
        + $"ORGANIZER;CN={organizerName}:mailto:{organizer}\r\nATTENDEE;CN={attendeeName};PARTSTAT=ACCEPTED:mailto:{attendee}\r\n"
        + $"{string.Concat(more.Select(line => line + "\r\n"))}END:VEVENT\r\n";
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>
/// One company whose people keep their mail on an IMAP server, in Microsoft 365, in a Google Workspace and in files, their meetings in all
/// of these, on a CalDAV server and in a file, their calls in the table of a telephone system, and their address book in vCards: one log.
/// Each source is cut off in turn.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class OneCompanyWithAllSources : IAsyncLifetime
{
    private const string Imap = "imap:ana@us.example";
    private const string Graph = "graph:ben@us.example";
    private const string Google = "google:cleo@us.example";
    private const string GoogleCalendar = "google-calendar:cleo@us.example";
    private const string CalDav = "dav";
    private const string Feed = "ics";
    private const string Files = "files";
    private const string Calls = "calls";
    private const string Cards = "cards";

    /// <summary>Each mail source, and whose mailbox it is.</summary>
    private static readonly (string Account, string Person)[] Mailboxes = [(Imap, "ana"), (Graph, "ben"), (Google, "cleo"), (Files, "dan")];

    private readonly GoogleServer google = new();
    private readonly HashSet<string> away = [];
    private TestCompany company = null!;
    private GraphTestService graph = null!;
    private GraphTestMailbox ben = null!;
    private RadicaleServer radicale = null!;
    private DovecotServer dovecot = null!;
    private DovecotServer workspace = null!;
    private string ana = "";
    private Instant now = TestCompany.Monday;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        google.WriteKey(company.Folder);
        google.Users.Add("cleo@us.example");
        graph = await GraphTestService.Start();
        ben = graph.AddMailbox("ben@us.example");
        radicale = new RadicaleServer();
        google.Calendars = (radicale.Home, CalDavServer.User, CalDavServer.Password);
        dovecot = new DovecotServer();
        ana = dovecot.NewUser();
        workspace = StartWorkspace();
        company.PathTo("mail", "x");
    }

    public async Task DisposeAsync()
    {
        await google.DisposeAsync();
        await graph.DisposeAsync();
        workspace.Dispose();
        dovecot.Dispose();
        radicale.Dispose();
        await company.DisposeAsync();
    }

    [Fact]
    public async Task There_is_one_log_and_nothing_twice_and_what_is_cut_off_stops_no_other_and_accuses_nobody()
    {
        // The same mail in four mailboxes, one of its own in each, and the same meeting in five calendars.
        var shared = Mail("shared", "jane@acme.example", "Hinges", "ana@us.example, ben@us.example, cleo@us.example, dan@us.example");
        foreach (var (account, person) in Mailboxes)
        {
            Deliver(account, shared, "shared");
            var own = Mail($"own-{person}", $"{person}s@customer-of-{person}.example", $"For {person}", $"{person}@us.example");
            Deliver(account, own, person);
        }

        var work = await radicale.NewCalendar("work");
        await radicale.Put(work, "review", Meeting);
        await File.WriteAllTextAsync(company.PathTo("meetings.ics"), Meeting);
        ben.Put("E1", GraphCalendarTests.Event(Instant.FromUtc(2026, 2, 24, 10, 0), "review@us.example", "Review"));
        await File.WriteAllTextAsync(
            company.PathTo("config", "people.vcf"),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:jane\r\nFN:Jane Doe\r\nN:Doe;Jane;;;\r\nEMAIL:jane@acme.example\r\n"
                + "TEL;TYPE=CELL:+353 86 123 4567\r\nEND:VCARD\r\n");
        var rang = now.Minus(Duration.FromHours(1)).ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(
            company.PathTo("calls.csv"),
            $"time,from,to,direction,seconds\n{rang},+353861234567,101,inbound,0\n");

        Assert.Empty(await Troubled(await Sync()));
        Assert.Equal(
            [
                $": {Calls}",
                $"For ana: {Imap}",
                $"For ben: {Graph}",
                $"For cleo: {Google}",
                $"For dan: {Files}",
                $"Hinges: {Files} {Google} {Graph} {Imap}",
                $"Review: {CalDav} {GoogleCalendar} {Graph} {Feed}",
            ],
            await Log());
        Assert.Equal(
            [
                .. Mailboxes.Select(one => $"reply to {one.Person}s@customer-of-{one.Person}.example"),
                "call-back to jane@acme.example",
                "reply to jane@acme.example",
            ],
            await Promises());
        Assert.Contains("Jane Doe", (await Run("contacts", "--format", "json")).Output, StringComparison.Ordinal);
        Assert.Empty(await Troubled(await Sync()));
        Assert.Equal(7, (await Log()).Count);

        // Each is away for one round; the mail that came meanwhile is read from all others, and its own afterwards.
        var expected = (await Log()).ToList();
        string[][] cuts = [[Imap], [Graph], [Google], [Files], [GoogleCalendar, CalDav], [Feed], [Calls], [Cards]];
        foreach (var (round, cut) in cuts.Index())
        {
            now += Duration.FromHours(24);
            foreach (var (account, person) in Mailboxes)
            {
                var subject = string.Create(CultureInfo.InvariantCulture, $"Round {round} for {person}");
                var id = string.Create(CultureInfo.InvariantCulture, $"round-{round}-{person}");
                Deliver(account, Mail(id, $"{id}@customer.example", subject, $"{person}@us.example"), id);
                expected.Add($"{subject}: {account}");
            }

            away.UnionWith(cut);
            var troubled = await Troubled(await Sync());
            Assert.Equal(cut.Order(StringComparer.Ordinal), troubled);
            var missing = Mailboxes.Where(one => cut.Contains(one.Account)).Select(one => one.Account).ToList();
            Assert.Equal(
                expected.Where(line => !(line.StartsWith($"Round {round}", StringComparison.Ordinal) && missing.Exists(line.EndsWith)))
                    .Order(StringComparer.Ordinal),
                await Log());

            // Whoever has a mailbox that was not read is not accused of what may have been answered in it.
            foreach (var account in missing)
            {
                var person = Mailboxes.Single(one => one.Account == account).Person;
                var asked = round == 0
                    ? $"{person}s@customer-of-{person}.example"
                    : string.Create(CultureInfo.InvariantCulture, $"round-{round - 1}-{person}@customer.example");
                Assert.Contains(account, await Unsure(asked));
            }

            // A call answers a mail as well.
            if (cut.Contains(Calls))
            {
                var asked = string.Create(CultureInfo.InvariantCulture, $"round-{round - 1}-ana@customer.example");
                Assert.Contains(Calls, await Unsure(asked));
            }

            away.Clear();
            Assert.DoesNotContain(await Sync(), HasTrouble);
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), await Log());
    }

    private DovecotServer StartWorkspace()
    {
        var tokens = company.PathTo("dovecot-oauth2.conf");
        File.WriteAllText(tokens, $"tokeninfo_url = {google.Root}tokeninfo?access_token=\nusername_attribute = email\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.GetDirectoryName(tokens)!, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(tokens, (UnixFileMode)0b110_100_100);
        }

        return new DovecotServer($$"""
            auth_mechanisms = xoauth2 oauthbearer
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = {{tokens}}
            }
            """);
    }

    private void Deliver(string account, string mail, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(mail);
        switch (account)
        {
            case Imap:
                dovecot.Deliver(ana, bytes, at: now.ToDateTimeOffset());
                break;
            case Google:
                workspace.Deliver("cleo@us.example", bytes, at: now.ToDateTimeOffset());
                break;
            case Graph:
                ben.Add("inbox", mail);
                break;
            default:
                File.WriteAllBytes(company.PathTo("mail", $"{name}.eml"), bytes);
                break;
        }
    }

    private string Mail(string id, string from, string subject, string to) => TestCompany.MailText(
        subject,
        from,
        to,
        now.Minus(Duration.FromHours(1)).ToDateTimeOffset().ToString("ddd, d MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture),
        $"Could you tell me more about {subject}?",
        $"{id}@mail.example");

    private static string Meeting => """
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Test//EN
        BEGIN:VEVENT
        UID:review@us.example
        DTSTAMP:20260201T000000Z
        DTSTART:20260224T100000Z
        DTEND:20260224T110000Z
        SUMMARY:Review
        ORGANIZER:mailto:ana@us.example
        ATTENDEE:mailto:ben@us.example
        ATTENDEE:mailto:jane@acme.example
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n");

    /// <summary>The configuration; what is away is named by a place where nothing is.</summary>
    private void Configure()
    {
        const string Nowhere = "http://127.0.0.1:9/";
        string Reached(string account, string place, string other) => away.Contains(account) ? other : place;
        TheProgram.Configuration(company, string.Create(CultureInfo.InvariantCulture, $"""
              - imap: ana@us.example
                host: localhost
                port: {Reached(Imap, dovecot.TlsPort.ToString(CultureInfo.InvariantCulture), "9")}
                ca: {dovecot.CaFile}
                user: {ana}
                password: {MailboxServer.Password}
              - graph: contoso
                tenant: {GraphTestService.Tenant}
                client_id: 22222222-2222-3333-4444-555555555555
                client_secret: {GraphTestService.Secret}
                endpoint: {Reached(Graph, graph.Address, Nowhere)}
                authority: {Reached(Graph, graph.Address, Nowhere)}
                mailboxes: [ben@us.example]
              - google: us.example
                service_account: {"{ file: ../google-key.json }"}
                endpoint:
                  imap: "imap://127.0.0.1:{Reached(Google, workspace.PlainPort.ToString(CultureInfo.InvariantCulture), "9")}"
                  caldav: "{Reached(GoogleCalendar, $"{google.Root}caldav/v2", $"{Nowhere}caldav/v2")}"
                  token: "{google.TokenUrl}"
                  directory: "{google.Root}"
                mailboxes: [cleo@us.example]
              - caldav: {Reached(CalDav, radicale.Home.ToString(), Nowhere)}
                user: {CalDavServer.User}
                password: {CalDavServer.Password}
                address: ana@us.example
                name: {CalDav}
              - ics: ../{Reached(Feed, "meetings.ics", "nowhere.ics")}
                address: dan@us.example
                name: {Feed}
              - eml: ../{Reached(Files, "mail", "nowhere")}
                address: dan@us.example
                name: {Files}
              - calls: ../{Reached(Calls, "calls.csv", "nowhere.csv")}
                name: {Calls}
            directories:
              - vcard: {Reached(Cards, "people.vcf", "nowhere.vcf")}
                name: {Cards}
            """));
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            """
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-sun: "09:00-17:00" } } }
            people:
              ana: { email: ana@us.example, telephones: ["101"] }
              ben: { email: ben@us.example }
              cleo: { email: cleo@us.example }
              dan: { email: dan@us.example }
            rules: [ { respond: reply, within: 4bh }, { respond: call-back, within: 4bh, missed_calls: true } ]

            """);
    }

    private async Task<IReadOnlyList<JsonElement>> Sync()
    {
        Configure();
        now += Duration.FromMinutes(5);
        return (await Run("sync", "--format", "json")).Json;
    }

    /// <summary>Whatever could not be read, by the summary and by <c>status</c> alike.</summary>
    private async Task<IReadOnlyList<string>> Troubled(IReadOnlyList<JsonElement> summaries)
    {
        var failed = summaries.Where(one => one.GetProperty("failed").GetInt32() > 0 || HasTrouble(one))
            .Select(one => one.GetProperty("account").GetString()!).Order(StringComparer.Ordinal).ToList();
        var standing = (await Run("status", "--format", "json")).Json
            .Where(one => one.TryGetProperty("account", out _) && HasTrouble(one))
            .Select(one => one.GetProperty("account").GetString()!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(standing, failed);
        return failed;
    }

    private static bool HasTrouble(JsonElement one) =>
        (one.TryGetProperty("problem", out var told) || one.TryGetProperty("error", out told)) && told.ValueKind == JsonValueKind.String;

    /// <summary>The mails and meetings, each with the accounts it was seen in.</summary>
    private async Task<IReadOnlyList<string>> Log() =>
        [
            .. (await Run("log", "--format", "json")).Json
                .Select(line =>
                    $"{(line.TryGetProperty("subject", out var subject) ? subject.GetString() : "")}: "
                        + string.Join(
                            ' ',
                            line.GetProperty("accounts").EnumerateArray().Select(one => one.GetString()).Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];

    private async Task<IReadOnlyList<JsonElement>> Items() => (await Run("items", "--format", "json")).Json;

    /// <summary>Who waits for what.</summary>
    private async Task<IReadOnlyList<string>> Promises() =>
        [
            .. (await Items())
                .OrderBy(item => item.GetProperty("contact").GetString(), StringComparer.Ordinal)
                .ThenBy(item => item.GetProperty("rule").GetString(), StringComparer.Ordinal)
                .Select(item => $"{item.GetProperty("rule").GetString()} to {item.GetProperty("contact").GetString()}"),
        ];

    /// <summary>The accounts in which the answer to somebody may lie that was not read.</summary>
    private async Task<IReadOnlyList<string?>> Unsure(string contact) =>
        [
            .. (await Items()).Single(item => item.GetProperty("contact").GetString() == contact)
                .GetProperty("unsure").EnumerateArray().Select(one => one.GetString()),
        ];

    private Task<ProgramRun> Run(params string[] words) => TheProgram.Run(
        ["--config", company.PathTo("config"), .. words, "--now", now.ToString("uuuu-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)]);
}

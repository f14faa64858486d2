using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tests.PolicyFiles;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.Configuration;

public sealed class ReadingTheConfiguration : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-config").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_shipped_configuration_is_read_without_a_problem()
    {
        var reading = ConfigurationFile.Read(Path.Combine(Fixture.Repository, "config"), _ => null);

        Assert.Empty(reading.Problems.InOrder().Select(p => p.ToString()));
        Assert.Equal(
            ["ana", "tim", "olga", "conor", "hello", "commands", "ana-calendar", "tim-calendar"],
            reading.Configuration!.Accounts.Select(a => a.Name));
        Assert.Equal("crmsync@bright.example", reading.Configuration.Delivery!.Commands!.Address.Value);
    }

    [Theory]
    [InlineData("webcal://us.example/ana.ics")]
    [InlineData("WEBCALS://us.example/ana.ics")]
    public void The_address_of_a_published_calendar_is_taken_as_calendar_programs_write_it(string written)
    {
        var configuration = Read($$"""
            version: 1
            accounts:
              - {ics: "{{written}}", address: ana@us.example}
            """);

        Assert.Equal(new Uri("https://us.example/ana.ics"), Assert.IsType<IcsAccount>(Assert.Single(configuration.Accounts)).Url);
    }

    [Fact]
    public void A_proxy_leads_to_every_mail_server_that_is_elsewhere_and_an_account_may_have_its_own()
    {
        var configuration = Read(
            """
            version: 1
            accounts:
              - {imap: ana@us.example, name: common, host: imap.us.example, password: "${A}"}
              - {imap: ben@us.example, name: own, host: imap.us.example, password: "${A}", proxy: "http://proxy.us.example:8080"}
              - {imap: cy@us.example, name: here, host: localhost, password: "${A}"}
            delivery:
              from: crmsync@us.example
              smtp: {host: smtp.us.example}
              proxy: socks5://proxy.us.example:1080
            """,
            ("A", "x"));

        Assert.Equal(
            ["socks5://proxy.us.example:1080", "http://proxy.us.example:8080", null],
            configuration.Accounts.Cast<ImapAccount>().Select(account => account.Server.Proxy?.Reveal())
        );
        Assert.Equal(
            "socks5://proxy.us.example:1080",
            Assert.IsType<DeliveryChoice.Smtp>(configuration.Delivery!.Way).Server.Proxy?.Reveal()
        );
    }

    [Fact]
    public void Every_kind_of_account_is_read()
    {
        Write("people.csv", "address,user,password\nbo@us.example,bo,\"se,cret\"\ncy@us.example,,${CY}\n", secret: true);
        Write("pw.txt", "from-a-file\nsecond line\n");
        var configuration = Read(
            """
            version: 1
            storage: {postgres: "Host=db;Password=${PG}"}
            capture: {since: 2026-01-01, text: 1kB}
            accounts:
              - maildir: mail/ana
                address: ana@us.example
              - {mbox: old.mbox, address: ana@us.example}
              - {eml: export, address: ana@us.example}
              - imap: ana@us.example
                host: imap.us.example
                tls: starttls
                password: {file: pw.txt}
                folders: {exclude: [Private]}
              - {imap: zoe@us.example, host: "127.0.0.1", port: "${PORT}", tls: none, oauth: {access_token_file: zoe.token}}
              - {imap_many: people.csv, host: imap.us.example}
              - {graph: contoso, tenant: t, client_id: c, client_secret: "${GS}", mailboxes: [ana@contoso.example, bo@contoso.example]}
              - {caldav: "https://dav.us.example/ana/", address: ana@us.example, user: ana, password: "${DAV}"}
              - {ics: "https://us.example/ana.ics", address: ana@us.example}
              - {ics: ana.ics, address: ana@us.example, name: ana-file}
            delivery:
              from: "CrmSync <crm@us.example>"
              graph: {account: contoso}
            schedule: {mail: 1m}
            status: {listen: "[::1]:8025"}
            """,
            ("PG", "pg!"), ("PORT", "1143"), ("GS", "gs"), ("DAV", "dav"), ("CY", "cy-pw"));

        Assert.Equal("Host=db;Password=pg!", Assert.IsType<StorageChoice.Postgres>(configuration.Storage).ConnectionString.Reveal());
        Assert.Equal(new LocalDate(2026, 1, 1), configuration.Capture.SinceDate);
        Assert.Equal(1024, configuration.Capture.TextBytes);
        Assert.Equal(
            [
                "maildir:ana@us.example",
                "mbox:ana@us.example",
                "eml:ana@us.example",
                "imap:ana@us.example",
                "imap:zoe@us.example",
                "imap:bo@us.example",
                "imap:cy@us.example",
                "contoso",
                "caldav:ana@us.example",
                "ics:ana@us.example",
                "ana-file",
            ],
            configuration.Accounts.Select(a => a.Name));
        var imap = configuration.Accounts.OfType<ImapAccount>().ToList();
        Assert.Equal(143, imap[0].Server.Port);
        Assert.Equal("from-a-file", Assert.IsType<Login.Password>(imap[0].Login).Value.Reveal());
        Assert.Equal(1143, imap[1].Server.Port);
        Assert.Equal(Path.Combine(folder, "zoe.token"), Assert.IsType<Login.TokenFile>(imap[1].Login).Path);
        Assert.Equal("se,cret", Assert.IsType<Login.Password>(imap[2].Login).Value.Reveal());
        Assert.Equal(("cy@us.example", "cy-pw"), (imap[3].User, Assert.IsType<Login.Password>(imap[3].Login).Value.Reveal()));
        Assert.Equal(
            "graph:bo@contoso.example",
            configuration.Accounts.OfType<GraphAccount>().Single().MailboxAccountName(EmailAddress.Parse("bo@contoso.example")));
        Assert.IsType<DeliveryChoice.Graph>(configuration.Delivery!.Way);
        Assert.Equal(("::1", 8025), (configuration.Status!.Host, configuration.Status.Port));
        Assert.Equal(Duration.FromMinutes(1), configuration.Schedule.Mail);
        Assert.Equal(Duration.FromMinutes(15), configuration.Schedule.Calendar);
    }

    [Fact]
    public void An_empty_configuration_has_sensible_defaults()
    {
        var configuration = Read("version: 1\n");

        Assert.Equal(Path.Combine(folder, "data", "crmsync.db"), Assert.IsType<StorageChoice.Sqlite>(configuration.Storage).File);
        Assert.Equal(new LengthOfTime(365, TimeUnit.Day), configuration.Capture.Since);
        Assert.Equal(Instant.FromUtc(2025, 3, 3, 9, 0), configuration.Capture.From(Instant.FromUtc(2026, 3, 3, 9, 0)));
    }

    [Theory]
    [InlineData("version: 1\nacounts: []\n", "crmsync.yaml:2:1: error C010: unknown key 'acounts' in the configuration")]
    [InlineData(
        "version: 1\naccounts: [{imap: a@us.example, host: mx.example, tls: none, password: '${P}'}]\n",
        "crmsync.yaml:2:56: error C051: tls: none would send")]
    [InlineData(
        "version: 1\naccounts: [{maildir: a, address: a@us.example}, {maildir: b, address: a@us.example}]\n",
        "crmsync.yaml:2:49: error C031: two accounts are called 'maildir:a@us.example'; the first is at crmsync.yaml:2:12")]
    [InlineData(
        "version: 1\naccounts: [{imap: a@us.example, host: '${NOPE}', password: '${P}'}]\n",
        "crmsync.yaml:2:39: error C070: the environment variable NOPE is not set")]
    [InlineData(
        "version: 1\naccounts: [{imap: a@us.example, host: h}]\n",
        "crmsync.yaml:2:12: error C011: account 'a@us.example' needs one of 'password', 'oauth'")]
    [InlineData("version: 1\nstatus: {listen: '0.0.0.0:80'}\n", "crmsync.yaml:2:18: error C052: 'listen' reaches beyond this machine")]
    [InlineData(
        "version: 1\nstatus: {listen: '[::1]:80', url: 'https://crm.us.example'}\n",
        "crmsync.yaml:2:35: error C055: 'url' offers pages, and the links to them are signed")]
    [InlineData(
        "version: 1\nstatus: {listen: '[::1]:80', url: 'https://crm.us.example/?x=1'}\n",
        "crmsync.yaml:2:35: error C055: 'url' has a query")]
    [InlineData("version: 1\ncapture: {since: 1 year}\n", "crmsync.yaml:2:18: error C020: \"1 year\" is not a length of time; write 1y")]
    [InlineData(
        "version: 1\nschedule: {mail: 0m}\n",
        "crmsync.yaml:2:18: error C020: 'mail' in 'schedule' in the configuration must be longer than nothing; write 5m or 1h")]
    [InlineData(
        "version: 1\ndelivery: {from: crm@us.example, graph: {account: contoso}}\n",
        "crmsync.yaml:2:51: error C030: no graph account 'contoso'")]
    [InlineData(
        "version: 1\naccounts: [{caldav: 'http://dav.example/', address: a@us.example, user: a, password: '${P}'}]\n",
        "crmsync.yaml:2:21: error C051")]
    [InlineData("version: 1\naccounts: [{imap_many: none.csv, host: h}]\n", "crmsync.yaml:2:24: error C060: there is no file")]
    [InlineData("version: 1\naccounts: [{mailbox: x}]\n", "crmsync.yaml:2:13: error C010: unknown kind of account 'mailbox'")]
    [InlineData("version: 1\naccounts: [\n", "crmsync.yaml:2:11: error C001: not YAML: this '[' is not closed")]
    [InlineData("", "crmsync.yaml:1:1: error C001: the file is empty")]
    public void A_mistake_is_reported_with_its_place(string text, string expected)
    {
        Write("crmsync.yaml", text);
        var reading = ConfigurationFile.Read(folder, name => name == "P" ? "p" : null);

        Assert.Null(reading.Configuration);
        Assert.Contains(reading.Problems.InOrder(), p => p.Headline.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("version: 1\naccounts: [{imap: a@us.example, host: h, password: hunter2}]\n")]
    [InlineData("version: 1\naccounts: [{imap: a@us.example, host: h, passwrod: hunter2}]\n")]
    [InlineData("version: 1\naccounts:\n- imap: a@us.example\n  password: [hunter2\n")]
    [InlineData("version: 1\naccounts:\n- imap: a@us.example\n  password: [hunter2]\n")]
    [InlineData("version: 1\naccounts: [{imap: a@us.example, host: h, port: '${SECRET}', user: '${SECRET}', password: '${SECRET}'}]\n")]
    [InlineData("version: 1\ncapture: {since: '${SECRET}', text: '${SECRET}'}\n")]
    [InlineData("version: 1\nstorage: {postgres: Host=db;Password=hunter2, sqlite: x}\n")]
    [InlineData(
        "version: 1\naccounts: [{caldav: 'https://ana:hunter2@dav.example/', address: a@us.example, user: a, password: '${SECRET}'}]\n"
    )]
    [InlineData("version: 1\ndelivery: {from: a@us.example, folder: x, commands: {address: c@us.example, secret: hunter2}}\n")]
    public void No_problem_shows_a_secret(string text)
    {
        Write("crmsync.yaml", text);
        var reading = ConfigurationFile.Read(folder, _ => "hunter2");

        var shown = string.Join("\n", reading.Problems.InOrder());
        Assert.NotEmpty(shown);
        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_in_clear_text_is_a_warning_and_prints_as_stars()
    {
        Write("crmsync.yaml", "version: 1\naccounts: [{imap: a@us.example, host: h, password: hunter2}]\n");
        var reading = ConfigurationFile.Read(folder, _ => null);

        Assert.NotNull(reading.Configuration);
        var warning = Assert.Single(reading.Problems.InOrder());
        Assert.Equal((Severity.Warning, "C050"), (warning.Severity, warning.Code));
        Assert.DoesNotContain("hunter2", reading.Configuration.ToString() + reading.Configuration.Accounts[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_missing_is_a_problem_for_whoever_needs_it()
    {
        Write("people.csv", "address,password\nbo@us.example,${BO}\n", secret: true);
        var text =
            """
            version: 1
            storage: {postgres: "${PG}"}
            accounts:
              - {imap: ana@us.example, host: h, password: {file: none.txt}, proxy: "${PROXY}"}
              - {imap_many: people.csv, host: h}
            delivery: {from: a@us.example, folder: x, commands: {address: ana@us.example, secret: "${KEY}"}}
            """;
        Write("crmsync.yaml", text);
        var reading = ConfigurationFile.Read(folder, _ => null);

        Assert.NotNull(reading.Configuration);
        Assert.Empty(reading.Problems.InOrder());
        Assert.Equal(
            [
                "crmsync.yaml:2:21: error C070: the environment variable PG is not set",
                $"crmsync.yaml:4:54: error C071: there is no file {Path.Combine(folder, "none.txt")}",
                "crmsync.yaml:4:72: error C070: the environment variable PROXY is not set",
                "crmsync.yaml:6:87: error C070: the environment variable KEY is not set",
                "people.csv:2:1: error C070: the environment variable BO is not set",
            ],
            reading.Problems.MissingSecrets.Select(problem => problem.Headline).Order(StringComparer.Ordinal));
        Assert.Throws<ConfigurationUnusableException>(() => reading.Configuration.Delivery!.Commands!.CreateTokens());
    }

    [Fact]
    public void Twelve_mistakes_are_reported_in_one_run_and_in_order()
    {
        Write(
            "crmsync.yaml",
            """
            version: 2
            storage: {sqlite: a, postgres: "${X}"}
            capture: {since: long, text: 4 parsecs}
            accounts:
              - {maildir: a, adress: a@us.example}
              - {imap: nobody, host: h, password: "${X}"}
              - {graph: g, tenant: t, client_id: c, managed_identity: yes}
              - {ics: a.ics}
            delivery: {folder: out}
            schedule: {mail: 5d}
            status: {listen: everywhere}
            """);
        var reading = ConfigurationFile.Read(folder, _ => "x");

        var problems = reading.Problems.InOrder();
        Assert.True(problems.Count >= 12, string.Join("\n", problems));
        Assert.Equal(problems.OrderBy(p => (p.Spot.Line, p.Spot.Column)).Select(p => p.Spot), problems.Select(p => p.Spot));
    }

    private CrmSyncConfiguration Read(string text, params (string Name, string Value)[] environment)
    {
        Write("crmsync.yaml", text);
        var reading = ConfigurationFile.Read(folder, name => Array.Find(environment, e => e.Name == name).Value);
        Assert.Empty(reading.Problems.InOrder().Select(p => p.ToString()));
        return reading.Configuration!;
    }

    private void Write(string name, string text, bool secret = false)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        if (secret && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}

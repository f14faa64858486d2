using System.CommandLine;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>From nothing to the first digest of one's own mailbox: <c>init</c>, one file to edit, <c>sync</c>, <c>digest</c>.</summary>
public sealed class TheFirstHour : IAsyncLifetime
{
    private static readonly string[] Files =
        ["crmsync-policy.schema.json", "crmsync.schema.json", "crmsync.yaml", "mailbox-password.txt", "policy.yaml"];

    private TestCompany company = null!;

    private string Config => company.PathTo("config", "mine");

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public Task DisposeAsync() => company.DisposeAsync().AsTask();

    [Fact]
    public async Task One_command_and_one_file_to_edit_lead_to_the_first_digest_of_a_mailbox()
    {
        using var server = new DovecotServer();
        var ana = server.NewUser("ana");
        server.Deliver(ana, Encoding.UTF8.GetBytes(Question(ana)), at: DateTimeOffset.UtcNow.AddDays(-3));
        var init = await TheProgram.Run(
            "init", "--config", Config, "--mailbox", ana, "--host", $"127.0.0.1:{server.PlainPort}", "--zone", "Europe/Dublin");
        await File.WriteAllTextAsync(Path.Combine(Config, "mailbox-password.txt"), MailboxServer.Password + "\n");

        var sync = await TheProgram.Run("sync", "--config", Config, "--format", "json");
        var digest = await TheProgram.Run("digest", "--config", Config, "--now", $"{NextBusinessDay()} 10:00");

        Assert.Equal((0, ""), (init.Status, init.Error));
        Assert.Equal(1, sync.Json.Single().GetProperty("new").GetInt32());
        Assert.Equal((0, ""), (sync.Status, sync.Error));
        Assert.Contains($"To: {ana}", digest.Output, StringComparison.Ordinal);
        Assert.Contains("When do they come?", digest.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_writes_files_that_pass_check_with_their_schemas_and_overwrites_nothing()
    {
        var init = await TheProgram.Run(
            "init", "--config", Config, "--mailbox", "ana@us.example", "--manager", "olga@us.example", "--zone", "Europe/Dublin");
        var written = Files.ToDictionary(name => name, name => File.ReadAllText(Path.Combine(Config, name)));
        var check = await TheProgram.Run("check", "--strict", "--config", Config);
        var schema = await TheProgram.Run("policy", "schema", "--config", Config);
        File.Delete(Path.Combine(Config, "policy.yaml"));
        var again = await TheProgram.Run("init", "--config", Config, "--mailbox", "bob@us.example");

        Assert.Equal((0, ""), (init.Status, init.Error));
        Assert.Equal((0, "no problems\n", ""), (check.Status, check.Output, check.Error));
        Assert.Equal(schema.Output, written["crmsync-policy.schema.json"]);
        Assert.StartsWith(SchemaIn("crmsync.schema.json"), written["crmsync.yaml"], StringComparison.Ordinal);
        Assert.StartsWith(SchemaIn("crmsync-policy.schema.json"), written["policy.yaml"], StringComparison.Ordinal);
        Assert.Equal(2, again.Status);
        Assert.Contains("crmsync.yaml is there already and is kept", again.Error, StringComparison.Ordinal);
        Assert.Equal(
            Files.Except(["policy.yaml"]),
            Directory.EnumerateFiles(Config).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(written["crmsync.yaml"], File.ReadAllText(Path.Combine(Config, "crmsync.yaml")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(Config, "mailbox-password.txt")));
    }

    [Theory]
    [InlineData("ana@us.example", "ana@us.example", "2026-03-02")]
    [InlineData("ana@us.example", "ana@sub.us.example", "2026-12-28")]
    [InlineData("3m@us.example", "owner@us.example", "2026-12-20")]
    [InlineData("ána.duarte+crm@us.example", "manager@us.example", "2028-02-29")]
    [InlineData("_@us.example", "olga@us.example", "2027-01-01")]
    public void Whoever_they_are_and_whenever_it_is_the_files_have_no_problem(string mailbox, string manager, string date)
    {
        if (mailbox.StartsWith('_'))
            mailbox = "ö" + mailbox;
        var answers = new StarterAnswers(
            "us.example",
            EmailAddress.Parse(mailbox),
            EmailAddress.Parse(manager),
            DateTimeZoneProviders.Tzdb["Asia/Kolkata"],
            "imap.us.example:1993");
        var today = LocalDatePattern.Iso.Parse(date).Value;
        Directory.CreateDirectory(Config);
        foreach (var (name, text) in StarterFiles.For(answers, today))
            File.WriteAllText(Path.Combine(Config, name), text);

        var configuration = ConfigurationFile.Read(Config);
        var policy = PolicyCheck.Run(Config, new ReadingOptions(today, configuration.Configuration?.Addresses ?? []));

        Assert.Empty(configuration.Problems.InOrder().Select(problem => problem.ToString()));
        Assert.Empty(policy.Reading.Problems.InOrder().Select(problem => problem.ToString()));
        Assert.DoesNotContain("{{", string.Concat(StarterFiles.For(answers, today).Select(file => file.Text)), StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_terminal_what_was_not_given_is_asked_for_until_it_can_be_used()
    {
        using var questions = new StringWriter { NewLine = "\n" };
        using var terminal = new StringReader("gmail.com\nus\n\nus.example\nana\nana@us.example\n\nEurope/Dublni\nEurope/Dublin\n");

        var answers = StarterQuestions.Ask(Parse("init"), terminal, questions);

        Assert.Equal(
            ("us.example", "ana@us.example", "ana@us.example", "Europe/Dublin", "imap.us.example"),
            (answers.Domain, answers.Mailbox.Value, answers.Manager.Value, answers.Zone.Id, answers.Host));
        Assert.Contains("gmail.com is a mail service, where anybody can have a mailbox", questions.ToString(), StringComparison.Ordinal);
        Assert.Contains("did you mean Europe/Dublin?", questions.ToString(), StringComparison.Ordinal);
        Assert.Contains("The manager's address (ana@us.example): ", questions.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init", "init needs --domain, such as bright.example")]
    [InlineData("init --domain us.example", "init needs --mailbox, such as ana@bright.example")]
    [InlineData("init --mailbox ana@gmail.com", "init needs --domain, such as bright.example")]
    [InlineData(
        "init --mailbox ana@us.example --zone Dublin/Europe",
        "there is no time zone \"Dublin/Europe\"; write it as in Europe/Dublin")]
    [InlineData(
        "init --mailbox ana@us.example --host imap:mail:1",
        "\"imap:mail:1\" is no name of a server such as imap.bright.example or imap.bright.example:993")]
    public void Where_nobody_can_be_asked_what_is_missing_is_said(string arguments, string words) =>
        Assert.Equal(words, Assert.Throws<UsageException>(() => StarterQuestions.Ask(Parse(arguments), null, TextWriter.Null)).Message);

    [Fact]
    public async Task From_demo_copies_the_sample_company_which_can_be_used_at_once()
    {
        var init = await TheProgram.Run("init", "--from", "demo", "--config", Config);
        var check = await TheProgram.Run("check", "--config", Config, "--now", "2026-03-04 08:45");
        var again = await TheProgram.Run("init", "--from", "demo", "--config", Config);

        Assert.Equal((0, ""), (init.Status, init.Error));
        Assert.Equal(0, check.Status);
        Assert.Equal(2, again.Status);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("policy check")]
    [InlineData("policy test")]
    [InlineData("check")]
    [InlineData("items --now yesterday")]
    public async Task In_an_empty_folder_every_verb_says_that_init_makes_the_files(string verb)
    {
        var run = await TheProgram.Run([.. verb.Split(' '), "--config", company.PathTo("config", "empty")]);

        Assert.NotEqual(0, run.Status);
        Assert.Contains("`crmsync init` makes a first one", run.Error, StringComparison.Ordinal);
    }

    private static string SchemaIn(string name) => $"# yaml-language-server: $schema=./{name}\n";

    private static ParseResult Parse(string arguments) => CommandLine.Build().Parse(arguments);

    private static string NextBusinessDay()
    {
        var date = SystemClock.Instance.InZone(DateTimeZoneProviders.Tzdb["Europe/Dublin"]).GetCurrentDate().PlusDays(1);
        while (date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday || date is { Month: 1, Day: 1 })
            date = date.PlusDays(1);

        return LocalDatePattern.Iso.Format(date);
    }

    private static string Question(string to) => string.Join(
        "\r\n",
        "From: Jane Roe <jane@acme.example>",
        $"To: {to}",
        "Subject: Hinges",
        $"Date: {DateTimeOffset.UtcNow.AddDays(-3):ddd, dd MMM yyyy HH:mm:ss} +0000",
        "Message-ID: <hinges-1@acme.example>",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "When do they come?",
        "");
}

using System.Globalization;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Google;

/// <summary>
/// A Google Workspace from its configuration to the log: mail from a Dovecot that takes tokens alone, calendars from a Radicale that is
/// asked through a gateway that checks them, people from a directory.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class GoogleWorkspaceTests : IAsyncLifetime
{
    private readonly GoogleServer google = new();
    private RadicaleServer? radicale;
    private DovecotServer? dovecot;
    private TestCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        google.WriteKey(company.Folder);
    }

    /// <summary>What holds the mail and the calendars: not needed where only the directory is asked.</summary>
    private async Task StartServers()
    {
        radicale = new RadicaleServer();
        google.Calendars = (radicale.Home, CalDavServer.User, CalDavServer.Password);
        var tokens = company.PathTo("dovecot-oauth2.conf");
        await File.WriteAllTextAsync(tokens, $"""
            tokeninfo_url = {google.Root}tokeninfo?access_token=
            username_attribute = email
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.GetDirectoryName(tokens)!, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(tokens, (UnixFileMode)0b110_100_100);
        }

        dovecot = new DovecotServer($$"""
            auth_mechanisms = xoauth2 oauthbearer
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = {{tokens}}
            }
            """);
        foreach (var name in new[] { "ana", "bob" })
        {
            dovecot.Deliver(
                $"{name}@us.example",
                Encoding.UTF8.GetBytes(TestCompany.MailText($"for {name}", to: $"{name}@us.example", id: $"{name}@acme.example")),
                at: new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));
        }

        var work = await radicale.NewCalendar("work");
        await radicale.Put(work, "e1", """
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Test//EN
            BEGIN:VEVENT
            UID:e1@us.example
            DTSTAMP:20260101T000000Z
            DTSTART:20260227T100000Z
            DTEND:20260227T110000Z
            SUMMARY:Walk through
            ORGANIZER:mailto:ana@us.example
            ATTENDEE;PARTSTAT=ACCEPTED:mailto:jo@acme.example
            END:VEVENT
            END:VCALENDAR
            """.ReplaceLineEndings("\r\n"));
    }

    public async Task DisposeAsync()
    {
        await google.DisposeAsync();
        dovecot?.Dispose();
        radicale?.Dispose();
        await company.DisposeAsync();
    }

    [Fact]
    public async Task Mail_and_calendars_of_listed_mailboxes_are_in_the_log()
    {
        await StartServers();
        var summaries = await Sync("mailboxes: [ana@us.example]");
        Assert.All(summaries, summary => Assert.Null(summary.Problem));
        Assert.Equal(
            [("google-calendar:ana@us.example", 1), ("google:ana@us.example", 1)],
            summaries.Select(summary => (summary.Account, summary.New)).Order());
        Assert.All(google.Asked, asked => Assert.DoesNotMatch("^(PUT|DELETE|MKCALENDAR|PROPPATCH|POST /caldav)", asked));
        Assert.Equal(
            ["https://mail.google.com/", "https://www.googleapis.com/auth/calendar.readonly"],
            google.Issued.Select(one => one.Scope).Order());
    }

    [Fact]
    public async Task The_members_of_a_group_are_read_each_as_themselves_and_nobody_who_is_suspended()
    {
        await StartServers();
        google.Members.Add([Member("ana"), Member("left", status: "SUSPENDED")]);
        google.Members.Add([Member("bob"), Member("team", type: "GROUP")]);
        var summaries = await Sync("group: sales@us.example\n    admin: admin@us.example");
        Assert.All(summaries, summary => Assert.Null(summary.Problem));
        Assert.Equal(
            ["google-calendar:ana@us.example", "google-calendar:bob@us.example", "google:ana@us.example", "google:bob@us.example"],
            summaries.Select(summary => summary.Account).Where(name => name.StartsWith("google", StringComparison.Ordinal)).Order());
        Assert.Equal(2, google.Asked.Count(asked => asked.StartsWith("GET /admin", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_user_who_is_gone_does_not_stop_the_others()
    {
        await StartServers();
        google.Users.Remove("bob@us.example");
        var summaries = await Sync("mailboxes: [ana@us.example, bob@us.example]");
        Assert.Equal(1, summaries.Single(summary => summary.Account == "google:ana@us.example").New);
        var bob = summaries.Single(summary => summary.Account == "google:bob@us.example");
        Assert.True(bob.IsPermanent);
        Assert.Contains("bob@us.example is no user of the Google Workspace", bob.Problem, StringComparison.Ordinal);
        Assert.True(summaries.Single(summary => summary.Account == "google-calendar:bob@us.example").IsPermanent);
    }

    [Fact]
    public async Task A_scope_that_is_missing_stops_what_needs_it_and_nothing_else()
    {
        await StartServers();
        google.Granted.Remove("https://www.googleapis.com/auth/calendar.readonly");
        var summaries = await Sync("mailboxes: [ana@us.example]");
        Assert.Null(summaries.Single(summary => summary.Account == "google:ana@us.example").Problem);
        var calendar = summaries.Single(summary => summary.Account == "google-calendar:ana@us.example");
        Assert.Contains("calendar.readonly", calendar.Problem, StringComparison.Ordinal);
        Assert.Contains("Domain-wide delegation", calendar.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("correct crmsync.yaml", calendar.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_remedy_is_named_also_when_the_failure_is_told_again_in_place_of_a_try()
    {
        await StartServers();
        google.Granted.Remove("https://mail.google.com/");
        await using var program = await TestProgram.Open(Configuration("mailboxes: [ana@us.example]"), TestCompany.Monday);
        var first = (await Sync(program, 0)).Single(summary => summary.Account == "google:ana@us.example").Problem;
        var again = (await Sync(program, 1)).Single(summary => summary.Account == "google:ana@us.example").Problem;

        Assert.Contains("tried again after", again, StringComparison.Ordinal);
        foreach (var problem in new[] { first, again })
        {
            Assert.EndsWith($"give client {GoogleServer.ClientId} that scope", problem, StringComparison.Ordinal);
            Assert.DoesNotContain("correct crmsync.yaml", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tokens_that_are_withdrawn_between_two_harvests_are_fetched_anew()
    {
        await StartServers();
        await using var program = await TestProgram.Open(Configuration("mailboxes: [ana@us.example]"), TestCompany.Monday);
        await Sync(program, 0);
        google.Revoke();
        Assert.All(await Sync(program, 10), summary => Assert.Null(summary.Problem));
        await radicale!.Put(new Uri(radicale.Home, "work/"), "e2", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VEVENT\r\n"
            + "UID:e2@us.example\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260228T100000Z\r\nDTEND:20260228T110000Z\r\nSUMMARY:Second\r\n"
            + "ORGANIZER:mailto:ana@us.example\r\nATTENDEE:mailto:jo@acme.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        Assert.Equal(1, (await Sync(program, 90)).Sum(summary => summary.New));
    }

    [Theory]
    [InlineData(403, "forbidden", "Not Authorized to access this resource/api", true, "may not see who is in")]
    [InlineData(403, "accessNotConfigured", "Admin SDK API has not been used", true, "enable it in the Google Cloud console")]
    [InlineData(403, "rateLimitExceeded", "Rate Limit Exceeded", false, "fewer requests")]
    [InlineData(403, "quotaExceeded", "Quota exceeded", false, "fewer requests")]
    [InlineData(429, "rateLimitExceeded", "Too many", false, "fewer requests")]
    [InlineData(404, "notFound", "Resource Not Found: groupKey", true, "there is no group sales@us.example")]
    [InlineData(500, "backendError", "Backend Error", false, "is in trouble")]
    [InlineData(503, "backendError", "Unavailable", false, "is in trouble")]
    [InlineData(400, "invalid", "Invalid Input", true, "does not answer who is in")]
    [InlineData(401, "authError", "Invalid Credentials", true, "does not let admin@us.example in")]
    public async Task What_the_directory_says_instead_is_told_in_words(
        int status,
        string reason,
        string message,
        bool permanent,
        string words)
    {
        google.Instead = path =>
            path.StartsWith("/admin/", StringComparison.Ordinal) ? (status, GoogleServer.Error(status, reason, message), null) : null;
        var group = Assert.Single(await Sync("group: sales@us.example\n    admin: admin@us.example"));
        Assert.Equal(permanent, group.IsPermanent);
        Assert.Contains(words, group.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"members": []}""", "has no member with a mailbox")]
    [InlineData("""{"kind": "admin#directory#members"}""", "has no member with a mailbox")]
    [InlineData("""{"members": [{"type": "USER"}, 7, null, {"email": 3}]}""", "has no member with a mailbox")]
    [InlineData("<html>captive portal</html>", "is not JSON")]
    [InlineData("[]", "something else than members")]
    public async Task Odd_answers_of_the_directory_are_no_members(string body, string words)
    {
        google.Instead = path => path.StartsWith("/admin/", StringComparison.Ordinal) ? (200, body, null) : null;
        var group = Assert.Single(await Sync("group: sales@us.example\n    admin: admin@us.example"));
        Assert.Contains(words, group.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mailboxes: [ana@us.example]\n    service_account: { file: nowhere.json }", "there is no file")]
    [InlineData("group: sales@us.example", "'admin' is missing")]
    [InlineData("", "needs 'mailboxes' or 'group'")]
    [InlineData("mailboxes: [ana@us.example]\n    endpoint: { imap: \"imap://mail.us.example\" }", "imaps://server:port")]
    public async Task Mistakes_in_the_file_are_told_with_their_place(string lines, string words)
    {
        var file = lines.Contains("service_account", StringComparison.Ordinal) ? "" : "    service_account: { file: ../google-key.json }\n";
        var folder = TheProgram.Configuration(company, $"  - google: us.example\n{file}    {lines}");
        var run = await TheProgram.Run("check", "--config", folder);
        Assert.NotEqual(0, run.Status);
        Assert.Contains(words, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Contains("crmsync.yaml:", run.Output + run.Error, StringComparison.Ordinal);
    }

    private static string Member(string name, string status = "ACTIVE", string type = "USER") =>
        $$"""{"email": "{{name}}@us.example", "role": "MEMBER", "type": "{{type}}", "status": "{{status}}"}""";

    private string Configuration(string lines) => TheProgram.Configuration(company, string.Create(CultureInfo.InvariantCulture, $$"""
          - google: us.example
            service_account: { file: ../google-key.json }
            endpoint:
              imap: "imap://127.0.0.1:{{dovecot?.PlainPort ?? 1}}"
              caldav: "{{google.Root}}caldav/v2"
              token: "{{google.TokenUrl}}"
              directory: "{{google.Root}}"
            {{lines}}
        """));

    private async Task<List<HarvestSummary>> Sync(string lines)
    {
        await using var program = await TestProgram.Open(Configuration(lines), TestCompany.Monday);
        return await Sync(program, 0);
    }

    private static async Task<List<HarvestSummary>> Sync(TestProgram program, int minutes)
    {
        var summaries = new List<HarvestSummary>();
        var now = TestCompany.Monday + NodaTime.Duration.FromMinutes(minutes);
        await foreach (var summary in program.Harvest.Run(program.Readable, now, null, default))
            summaries.Add(summary);

        return summaries;
    }
}

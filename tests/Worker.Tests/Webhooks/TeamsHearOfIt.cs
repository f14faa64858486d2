using System.Text.Json;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Tests.Harvest;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>Immediate mails are posted where a team talks as well: what, to whom, when, and never twice.</summary>
public sealed class TeamsHearOfIt : IAsyncLifetime, IAsyncDisposable
{
    /// <summary>Monday, after the customer should have been answered and the manager is to know.</summary>
    private static readonly Instant Afternoon = Instant.FromUtc(2026, 3, 2, 14, 30);

    private readonly PostServer desk = new();
    private readonly PostServer office = new();
    private TestCompany company = null!;

    public async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        File.WriteAllText(
            company.PathTo("mail", "ana", "first.eml"),
            TestCompany.MailText("Hinges <b>", "Jane Roe <jane@acme.example>", body: "When do they come?", id: "1@acme.example"));
        Configure("desk: { url: \"URL\" }");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await desk.DisposeAsync();
        await office.DisposeAsync();
        await company.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_wait_is_posted_once_with_rule_due_owner_and_id_and_nothing_of_the_customer()
    {
        await using var program = await Open();
        await Send(program, Afternoon);
        await Send(program, Afternoon + Duration.FromMinutes(5));

        var item = Item(Assert.Single(desk.Taken));
        Assert.Equal("reply", item.GetProperty("rule").GetString());
        Assert.Equal("escalate-1", item.GetProperty("step").GetString());
        Assert.Equal("2026-03-02T12:00:00Z", item.GetProperty("due").GetString());
        Assert.Equal("ana", item.GetProperty("owner").GetString());
        Assert.Matches("^[0-9A-Z]{5,}$", item.GetProperty("id").GetString());
        Assert.DoesNotContain("jane", desk.Taken[0].Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("acme", desk.Taken[0].Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Hinges", desk.Taken[0].Body, StringComparison.Ordinal);
        Assert.Equal("application/json", desk.Taken[0].Headers["content-type"]);

        // The mail leaves all the same.
        Assert.Single(Mails(), mail => mail.Subject.StartsWith("Escalated", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("slack", "\"text\":\"Answer Jane Roe (reply) · \\\"Hinges &lt;b&gt;\\\" · Overdue since today 13:00 · ana · ")]
    [InlineData("teams", "\"text\":\"Answer Jane Roe (reply) · \\\"Hinges <b>\\\" · Overdue since today 13:00 · ana · ")]
    [InlineData("json", "\"customer\":\"Jane Roe\",\"address\":\"jane@acme.example\",\"subject\":\"Hinges <b>\"")]
    public async Task Where_everybody_may_see_the_contact_customer_and_subject_are_shown_if_asked_for(string format, string text)
    {
        Configure($"desk: {{ url: \"URL\", format: {format}, members: [ana, olga], include: [customer, subject] }}");
        await using var program = await Open();
        await Send(program, Afternoon);
        var body = Assert.Single(desk.Taken).Body;
        Assert.True(body.Contains(text, StringComparison.Ordinal), body);
    }

    [Theory]
    [InlineData("[ana, olga]", "", true)]
    [InlineData("[sales]", "", true)]
    [InlineData("[ana, olga, ben]", "", false)]
    [InlineData("[ana, olga, gone]", "", false)]
    [InlineData("[ana, olga]", "privacy: { metadata_only: { domains: [acme.example] } }", false)]
    [InlineData("[ana, olga]", "privacy: { metadata_only: { addresses: [jane@acme.example] } }", false)]
    [InlineData("[ana, olga]", "privacy: { metadata_only: { subject_has: [hinges] } }", false)]
    [InlineData(
        "[ana, olga]",
        "privacy: { metadata_only: { domains: [home.example] } }\n"
            + "contacts: [ { primary: jane@acme.example, aliases: [jane@home.example] } ]",
        false)]
    public async Task A_customer_is_named_only_where_every_member_may_see_them_and_their_words_are_kept(
        string members, string more, bool isNamed)
    {
        Configure($"desk: {{ url: \"URL\", members: {members}, include: [customer, subject] }}", more);
        await using var program = await Open();
        await Send(program, Afternoon);
        var item = Item(Assert.Single(desk.Taken));
        Assert.Equal(isNamed, item.TryGetProperty("customer", out _));
        Assert.Equal(isNamed, item.TryGetProperty("subject", out _));
        Assert.Equal(isNamed, desk.Taken[0].Body.Contains("acme", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Only_what_its_members_are_told_is_posted()
    {
        Configure("desk: { url: \"URL\", members: [ben] }");
        await using var program = await Open();
        await Send(program, Afternoon);
        Assert.Empty(desk.Taken);
    }

    [Fact]
    public async Task Outside_of_the_hours_it_waits_as_the_mails_do()
    {
        await using var program = await Open();
        var evening = Instant.FromUtc(2026, 3, 2, 20, 0);
        await Read(program, Instant.FromUtc(2026, 3, 2, 9, 0));
        await program.Digests.Send(evening, null, default);
        Assert.Empty(desk.Taken);
        Assert.DoesNotContain(Mails(), mail => mail.Subject.StartsWith("Escalated", StringComparison.Ordinal));

        await Send(program, Instant.FromUtc(2026, 3, 3, 8, 30));
        Assert.Single(desk.Taken);
    }

    [Fact]
    public async Task Posts_are_signed_where_there_is_a_secret()
    {
        Configure("desk: { url: \"URL\", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }");
        await using var program = await Open();
        await Send(program, Afternoon);
        var headers = Assert.Single(desk.Taken).Headers;
        Assert.StartsWith("v1,", headers["webhook-signature"], StringComparison.Ordinal);
        Assert.True(headers.ContainsKey("webhook-id"));
        Assert.True(headers.ContainsKey("webhook-timestamp"));
    }

    [Fact]
    public async Task One_that_does_not_work_stops_neither_the_other_nor_the_mails_and_status_says_so_in_words()
    {
        Configure("desk: { url: \"URL\" }\n  office: { url: \"OTHER\", format: slack }");
        desk.Answer = _ => "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
        await using var program = await Open();
        await Read(program, Afternoon);
        var report = await program.Digests.Send(Afternoon, null, default);

        Assert.Contains("there is no such webhook any more", Assert.Single(report.Problems).Reason, StringComparison.Ordinal);
        Assert.Single(office.Taken);
        Assert.Single(Mails(), mail => mail.Subject.StartsWith("Escalated", StringComparison.Ordinal));
        var told = (await program.Status.Read(Afternoon + Duration.FromHours(2), default)).Mails;
        Assert.Contains(
            told, one => one.NeedsSomebody && one.Words.StartsWith("nothing is posted to webhook desk", StringComparison.Ordinal));

        // It is left alone for a while, and once it works again what waited is posted.
        await program.Digests.Post(Afternoon + Duration.FromSeconds(30), null, default);
        Assert.Single(desk.Taken);
        desk.Answer = _ => PostServer.Ok;
        await program.Digests.Post(Afternoon + Duration.FromHours(1), null, default);
        Assert.Equal(2, desk.Taken.Count);
        Assert.Equal(desk.Taken[0].Headers["webhook-id"], desk.Taken[1].Headers["webhook-id"]);
        Assert.False(await program.Digests.HasUnposted(default));
        Assert.DoesNotContain(
            (await program.Status.Read(Afternoon, default)).Mails, one => one.Words.Contains("webhook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wait_that_is_asked_for_is_kept()
    {
        desk.Answer = _ => "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n";
        await using var program = await Open();
        await Read(program, Afternoon);
        await program.Digests.Send(Afternoon, null, default);
        desk.Answer = _ => PostServer.Ok;
        await program.Digests.Post(Afternoon + Duration.FromMinutes(9), null, default);
        Assert.Single(desk.Taken);
        await program.Digests.Post(Afternoon + Duration.FromMinutes(11), null, default);
        Assert.Equal(2, desk.Taken.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")]
    public async Task What_is_in_doubt_is_not_posted_a_second_time_and_the_next_thing_is(string? answer)
    {
        desk.Answer = _ => answer;
        await using var program = await Open();
        await Read(program, Afternoon);
        var report = await program.Digests.Send(Afternoon, null, default);
        Assert.Contains("it is not posted a second time", Assert.Single(report.Problems).Reason, StringComparison.Ordinal);

        desk.Answer = _ => PostServer.Ok;
        await Send(program, Afternoon + Duration.FromHours(1));
        Assert.Single(desk.Taken);

        File.WriteAllText(
            company.PathTo("mail", "ana", "second.eml"),
            TestCompany.MailText(
                "Nails", "li@gamma.example", date: "Mon, 2 Mar 2026 09:00:00 +0000", body: "And when those?", id: "2@gamma.example"));
        await Send(program, Afternoon + Duration.FromHours(1.4));
        Assert.Equal(2, desk.Taken.Count);
    }

    [Fact]
    public async Task A_trial_posts_nothing_and_afterwards_nothing_old_is_posted()
    {
        await using (var trial = await Open(isTrial: true))
            await Send(trial, Afternoon);

        await using var real = await Open();
        await Send(real, Afternoon + Duration.FromMinutes(30));
        Assert.Empty(desk.Taken);
        Assert.False(await real.Digests.HasUnposted(default));
    }

    [Fact]
    public async Task Nothing_of_a_post_is_kept_once_it_has_left_and_what_waits_goes_with_who_is_erased()
    {
        Configure("desk: { url: \"URL\", members: [ana, olga], include: [customer, subject] }");
        desk.Answer = _ => "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        await using (var program = await Open())
        {
            await Read(program, Afternoon);
            await program.Digests.Send(Afternoon, null, default);
            Assert.Contains("Jane Roe", await Bodies(), StringComparison.Ordinal);
        }

        var status = await Cli.TheProgram.Run("forget", "jane@acme.example", "--config", company.PathTo("config"));
        Assert.True(status.Status == 0, status.Error);
        Assert.DoesNotContain("Jane", await Bodies() ?? "", StringComparison.Ordinal);

        desk.Answer = _ => PostServer.Ok;
        await using var later = await Open();
        await later.Digests.Send(Afternoon + Duration.FromHours(1), null, default);
        Assert.DoesNotContain(desk.Taken.Skip(1), post => post.Body.Contains("Jane", StringComparison.Ordinal));
        Assert.Null(await Bodies());
    }

    private async Task<string?> Bodies()
    {
        await using var connection = new SqliteConnection($"Data Source={company.PathTo("config", "data", "crmsync.db")};Pooling=False");
        return await connection.ExecuteScalarAsync<string?>(
            "select group_concat(cast(bytes as text)) from digest where reader like 'webhook/%' and bytes is not null");
    }

    private static JsonElement Item(Posted post) =>
        Assert.Single(JsonDocument.Parse(post.Body).RootElement.GetProperty("items").EnumerateArray().ToList());

    private async Task<TestProgram> Open(bool isTrial = false)
    {
        var program = await TestProgram.Open(
            LoadedConfiguration.Read(company.PathTo("config"), Afternoon) with { IsTrial = isTrial });
        await program.Digests.Begin(default);
        return program;
    }

    private static async Task Read(TestProgram program, Instant now)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
            Assert.Null(done.Problem);
    }

    private static async Task Send(TestProgram program, Instant now)
    {
        await Read(program, now);
        var report = await program.Digests.Send(now, null, default);
        Assert.Empty(report.Problems);
        Assert.Empty(report.Unwritten);
    }

    private List<MimeMessage> Mails() =>
    [
        .. Directory.CreateDirectory(company.PathTo("out")).EnumerateFiles("*.eml")
            .Select(file => MimeReader.Read(File.ReadAllBytes(file.FullName))),
    ];

    private void Configure(string webhooks, string more = "")
    {
        var names = webhooks.Contains("office:", StringComparison.Ordinal) ? "[desk, office]" : "desk";
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            capture: { since: 2026-01-01 }
            accounts: [ { eml: ../mail/ana, address: ana@us.example, name: ana } ]
            delivery: { from: crmsync@us.example, folder: ../out }
            webhooks:
              {{webhooks.Replace("URL", desk.Url, StringComparison.Ordinal).Replace("OTHER", office.Url, StringComparison.Ordinal)}}

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: it }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people:
              it: { email: it@us.example }
              ana: { email: ana@us.example, manager: olga }
              ben: { email: ben@us.example }
              olga: { email: olga@us.example }
              gone: { email: gone@us.example, manager: olga, left: 2026-01-01, successor: ana }
            teams: { sales: { lead: olga, members: [ana] } }
            assign: [ { owner: ana } ]
            rules: [ { respond: reply, within: 4bh, escalate: [ { after: 2bh, to: manager } ] } ]
            notifications: { hours: office, webhook: {{names}} }
            {{more}}

            """);
    }
}

using System.Net;
using CrmSync.Storage;
using CrmSync.Worker.Pages;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Digests;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>Who comes in, and who does not. Olga manages Ana and Tim; Conor has left.</summary>
public sealed class OpeningPages(HarvestedSample sample) : IAsyncLifetime, IAsyncDisposable, IClassFixture<HarvestedSample>
{
    private const string Jo = "/people/jo%40acme.example";

    private readonly PagesCompany company = new(sample);

    public Task InitializeAsync() => company.InitializeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => company.DisposeAsync();

    [Fact]
    public async Task A_link_of_a_digest_opens_the_page_with_the_code_that_is_mailed_to_its_reader()
    {
        var digest = (await company.Program.Digests.Show(SampleCompany.Story, default))
            .Single(one => one.Digest.Run is { Definition.Name: "my-day", Reader.Id: "ana" });
        var link = Link(digest.Mail.Html, "/people/");
        Assert.StartsWith(PagesCompany.Address + "/people/", link, StringComparison.Ordinal);
        var path = link[PagesCompany.Address.Length..];

        var closed = await company.Get(path);
        Assert.Equal(HttpStatusCode.Unauthorized, closed.Status);
        Assert.Contains("a link alone opens nothing", closed.Body, StringComparison.Ordinal);
        Assert.Empty(company.Codes("ana"));

        var asked = await company.Post(path, "step=mail");
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        var code = Assert.Single(company.Codes("ana"));
        Assert.DoesNotContain(code, asked.Body, StringComparison.Ordinal);

        var entered = await company.Post(path, $"step=enter&code={code[..3]}+{code[3..]}", asked.Cookie(ReaderPages.CodeCookie));
        Assert.Equal(HttpStatusCode.SeeOther, entered.Status);
        Assert.Equal("/crmsync" + path.Split('?')[0], entered.Header("Location"));
        Assert.Contains(
            "max-age=2592000; path=/; secure; samesite=lax; httponly",
            entered.Header("Set-Cookie"),
            StringComparison.OrdinalIgnoreCase);

        var open = await company.Get(path.Split('?')[0], entered.Cookie(ReaderPages.SessionCookie));
        Assert.Equal(HttpStatusCode.OK, open.Status);
        Assert.Contains("Contacts by month", open.Body, StringComparison.Ordinal);
        Assert.Contains(Uri.UnescapeDataString(path.Split('?')[0]["/people/".Length..]), open.Body, StringComparison.Ordinal);
        var about = Uri.UnescapeDataString(path.Split('?')[0]["/people/".Length..]);
        Assert.Equal(
            [$"ana page asked for a code {about}", $"ana page signed in {about}", $"ana page looked at {about}"],
            await company.Kept());
    }

    [Fact]
    public async Task A_page_that_meets_what_nobody_expected_says_so_and_keeps_no_other_from_being_opened()
    {
        var path = $"/team?t={company.Token("olga")}";
        company.Failure = new InvalidTimeZoneException("secret words");
        var failed = await company.Post(path, "step=mail");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.Status);
        Assert.Contains("That did not work", failed.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", failed.Body, StringComparison.Ordinal);

        company.Failure = null;
        Assert.Equal(HttpStatusCode.OK, (await company.Post(path, "step=mail")).Status);
    }

    [Fact]
    public async Task Digests_have_links_to_pages_in_both_forms_where_there_are_pages_and_none_where_there_are_none()
    {
        var sent = await company.Program.Digests.Show(SampleCompany.Story, default);
        var firm = sent.Single(one => one.Digest.Run.Definition.Name == "the-firm");
        Assert.StartsWith($"{PagesCompany.Address}/team?t=olga.", Link(firm.Mail.Html, "/team"), StringComparison.Ordinal);
        var text = Mail.Mime.MimeReader.Read(firm.Mail.Bytes).Text;
        Assert.Contains($"Figures of 52 weeks: {PagesCompany.Address}/team?t=olga.", text, StringComparison.Ordinal);
        var ana = sent.Single(one => one.Digest.Run is { Definition.Name: "my-day", Reader.Id: "ana" });
        Assert.Contains(
            $"History: {PagesCompany.Address}/people/",
            Mail.Mime.MimeReader.Read(ana.Mail.Bytes).Text,
            StringComparison.Ordinal);
        Assert.DoesNotContain("/team", ana.Mail.Html, StringComparison.Ordinal);

        await using var without = TestProgram.Over(
            LoadedConfiguration.Read(SampleCompany.Config, SampleCompany.Story),
            await ContactDatabase.OpenSqlite(sample.File, TimeProvider.System, default));
        Assert.All(
            await without.Digests.Show(SampleCompany.Story, default),
            one => Assert.DoesNotContain("/people/", one.Mail.Html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Links_that_were_forged_expired_or_written_for_who_has_left_open_nothing()
    {
        var ana = company.Token("ana");
        string[] refused =
        [
            ana[..^1] + (ana[^1] == 'A' ? 'B' : 'A'),
            "tim" + ana[3..],
            company.Token("ana", daysAgo: 61),
            company.Token("conor"),
            company.Token("nobody"),
            "ana.1",
            "x",
        ];
        foreach (var token in refused)
        {
            foreach (var step in new[] { null, "step=mail", "step=enter&code=123456" })
            {
                var path = $"{Jo}?t={token}";
                var got = step is null ? await company.Get(path) : await company.Post(path, step);
                Assert.Equal(HttpStatusCode.Forbidden, got.Status);
                Assert.Contains("This link opens nothing", got.Body, StringComparison.Ordinal);
                Assert.DoesNotContain("Set-Cookie", got.Headers.Keys);
            }
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo, $"{ReaderPages.SessionCookie}={new string('0', 64)}")).Status);
        Assert.Empty(await company.Kept());
    }

    [Fact]
    public async Task A_browser_of_one_reader_is_not_opened_further_by_the_link_of_another()
    {
        var tim = await company.SignIn("tim");
        var other = await company.Get($"{Jo}?t={company.Token("ana")}", tim);
        Assert.Equal(HttpStatusCode.Forbidden, other.Status);
        Assert.Contains("written for somebody else", other.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await company.Get($"{Jo}?t={company.Token("tim")}", tim)).Status);
        Assert.Contains("tim page was refused jo@acme.example", await company.Kept());
    }

    [Fact]
    public async Task Whoever_leaves_sees_nothing_from_that_day_on_and_not_even_after_coming_back()
    {
        var ana = await company.SignIn("ana");
        Assert.Equal(HttpStatusCode.OK, (await company.Get(Jo, ana)).Status);

        company.Leaves("ana", new LocalDate(2026, 3, 5));
        Assert.Equal(HttpStatusCode.OK, (await company.Get(Jo, ana)).Status);
        company.Leaves("ana", new LocalDate(2026, 3, 4));
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo, ana)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await company.Get($"{Jo}?t={company.Token("ana")}", ana)).Status);
        company.Leaves("ana", null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo, ana)).Status);
    }

    [Fact]
    public async Task A_browser_is_let_in_for_thirty_days_or_until_it_signs_out()
    {
        var ana = await company.SignIn("ana");
        company.Now += Duration.FromDays(30) - Duration.FromMinutes(1);
        Assert.Equal(HttpStatusCode.OK, (await company.Get(Jo, ana)).Status);
        company.Now += Duration.FromMinutes(1);
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo, ana)).Status);

        company.Now = SampleCompany.Story;
        Assert.Equal(HttpStatusCode.Forbidden, (await company.Post(Jo, "step=leave", ana, site: "cross-site")).Status);
        Assert.Equal(HttpStatusCode.OK, (await company.Get(Jo, ana)).Status);
        Assert.Contains("signed out", (await company.Post(Jo, "step=leave", ana)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get(Jo, ana)).Status);
    }

    [Fact]
    public async Task A_code_counts_in_the_browser_that_asked_for_it_once_and_not_after_many_wrong_ones()
    {
        var path = $"{Jo}?t={company.Token("ana")}";
        var asked = await company.Post(path, "step=mail");
        var browser = asked.Cookie(ReaderPages.CodeCookie);
        var code = company.Codes("ana")[^1];
        Assert.Equal(HttpStatusCode.Forbidden, (await company.Post(path, $"step=enter&code={code}")).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await company.Post($"{Jo}?t={company.Token("tim")}", $"step=enter&code={code}", browser)).Status);
        var wrong = code == "000000" ? "000001" : "000000";
        Assert.Contains(
            "That is not the code",
            (await company.Post(path, $"step=enter&code={wrong}", browser)).Body,
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await company.Post(path, $"step=enter&code={code}", browser)).Status);
        Assert.Contains(
            "This code opens nothing",
            (await company.Post(path, $"step=enter&code={code}", browser)).Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_go_to_the_reader_alone_and_not_without_end()
    {
        var path = $"{Jo}?t={company.Token("ana")}";
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.OK, (await company.Post(path, "step=mail")).Status);

        var fifth = await company.Post(path, "step=mail");
        Assert.Equal(HttpStatusCode.TooManyRequests, fifth.Status);
        Assert.Contains("Try again in an hour", fifth.Body, StringComparison.Ordinal);
        Assert.Equal(4, company.Codes("ana").Count);
        Assert.Empty(company.Codes("tim"));
        company.Now += Duration.FromMinutes(61);
        Assert.Equal(HttpStatusCode.OK, (await company.Post(path, "step=mail")).Status);
    }

    [Fact]
    public async Task Figures_are_for_managers_and_strangers_are_nobody()
    {
        var (ana, olga) = (await company.SignIn("ana"), await company.SignIn("olga"));
        Assert.Equal(HttpStatusCode.NotFound, (await company.Get("/team", ana)).Status);
        var figures = await company.Get("/team", olga);
        Assert.Equal(HttpStatusCode.OK, figures.Status);
        Assert.Contains("52 weeks", figures.Body, StringComparison.Ordinal);
        Assert.Contains("Ana Duarte", figures.Body, StringComparison.Ordinal);

        var nobody = await company.Get("/people/nobody%40elsewhere.example", ana);
        Assert.Equal(HttpStatusCode.NotFound, nobody.Status);
        Assert.Contains("is nobody you or your team look after", nobody.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await company.Get("/people/nonsense", ana)).Status);
        Assert.Equal("ana page was refused nobody@elsewhere.example", (await company.Kept())[^1]);
    }

    [Fact]
    public async Task Every_answer_forbids_scripts_frames_and_copies_and_tells_no_other_site_where_it_was_opened()
    {
        var ana = await company.SignIn("ana");
        Got[] answers =
        [
            await company.Get(Jo),
            await company.Get(Jo, ana),
            await company.Get($"{Jo}?t=forged"),
            await company.Get("/team", ana),
            await company.Post($"{Jo}?t={company.Token("tim")}", "step=mail"),
        ];
        foreach (var answer in answers)
        {
            Assert.Equal(
                $"default-src 'none'; style-src {PageStyles.Source}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
                answer.Header("Content-Security-Policy"));
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            Assert.Equal("no-referrer", answer.Header("Referrer-Policy"));
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.Equal("same-origin", answer.Header("Cross-Origin-Opener-Policy"));
            Assert.Equal("same-origin", answer.Header("Cross-Origin-Resource-Policy"));
            Assert.Equal("noindex", answer.Header("X-Robots-Tag"));
            Assert.Equal("max-age=31536000", answer.Header("Strict-Transport-Security"));
            Assert.DoesNotContain("<script", answer.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", answer.Body, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("samesite=strict", answers[^1].Header("Set-Cookie"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_token_of_the_status_page_opens_no_page_of_a_reader_and_the_other_way_round()
    {
        var ana = await company.SignIn("ana");
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get("/", ana)).Status);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await company.Get(Jo, ana, host: "evil.example")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await company.Get("/people/", ana)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await company.Get("/teams", ana)).Status);
    }

    [Fact]
    public async Task The_running_worker_opens_pages_and_sends_the_code_at_once()
    {
        await using var other = await TestCompany.Open();
        File.WriteAllText(
            other.PathTo("mail", "ana", "1.eml"),
            TestCompany.MailText("Hinges", body: "When do they come?", id: "one@acme.example"));
        var config = TheProgram.Configuration(other, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        const string Secret = "a long secret for links";
        File.AppendAllText(
            Path.Combine(config, "crmsync.yaml"),
            $$"""
            delivery:
              from: crmsync@us.example
              folder: ../out
              commands: { address: crm@us.example, secret: {{Secret}}, verify_dkim: true }
            status: { listen: "127.0.0.1:0", url: "http://127.0.0.1/" }

            """);
        using var worker = TheProgram.Start(["run", "--config", config]);
        string? at = null;
        var harvested = false;
        var said = new List<string>();
        while ((at is null || !harvested) && await worker.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            harvested |= line.Contains("account ana: 1 new", StringComparison.Ordinal);
            at ??= line.Split("the status page is at ") is [_, var url] ? url.Split(' ')[0] : null;
        }

        Assert.True(at is not null, string.Join('\n', said));
        using var client = new HttpClient();
        var today = SystemClock.Instance.GetCurrentInstant().InUtc().Date;
        var token = new Domain.Commands.CommandTokens(Secret).ForPages("ana", today);
        using var asked = await client.PostAsync(
            new Uri($"{at}{Jo}?t={token}"),
            new FormUrlEncodedContent([new KeyValuePair<string, string>("step", "mail")]));
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        var left = other.PathTo("out", "x")[..^2];
        for (var i = 0; i < 100 && (!Directory.Exists(left) || Directory.GetFiles(left, "*.eml").Length == 0); i++)
            await Task.Delay(100);

        var mail = Mail.Mime.MimeReader.Read(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(left, "*.eml"))));
        Assert.Equal("ana@us.example", Assert.Single(mail.To).Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{at}/people/jane%40acme.example?t={token}");
        request.Headers.Add("Cookie", asked.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        request.Content = new StringContent($"step=enter&code={mail.Text[..6]}", null, "application/x-www-form-urlencoded");
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var entered = await plain.SendAsync(request);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        using var open = new HttpRequestMessage(HttpMethod.Get, $"{at}/people/jane%40acme.example");
        open.Headers.Add(
            "Cookie",
            entered.Headers.GetValues("Set-Cookie").Single(one => one.StartsWith(ReaderPages.SessionCookie + "=", StringComparison.Ordinal))
                .Split(';')[0]);
        using var page = await plain.SendAsync(open);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Hinges", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        worker.Kill();
    }

    private static string Link(string html, string part)
    {
        var at = html.IndexOf(PagesCompany.Address + part, StringComparison.Ordinal);
        Assert.True(at > 0, $"there is no link to {part}");
        return WebUtility.HtmlDecode(html[at..html.IndexOf('"', at)]);
    }
}

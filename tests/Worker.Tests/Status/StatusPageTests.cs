using System.Net;
using System.Text.Json;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using CrmSync.Worker.Tests.Jobs;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Status;

public sealed class StatusPageTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly HttpClient browser = new();
    private readonly SimulatedTime time = new(Monday);
    private Loops loops = null!;
    private RunningCompany company = null!;

    public async Task InitializeAsync()
    {
        loops = new Loops(time);
        company = await RunningCompany.Open(
            """
              - { eml: ../mail/ana, address: ana@us.example, name: ana }
              - { eml: ../mail/nobody, address: nobody@us.example, name: lost }
            """);
        await foreach (var done in company.Program.Harvest.Run(company.Program.Readable, Monday, null, default))
            _ = done;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await company.DisposeAsync();
    }

    [Fact]
    public async Task The_page_shows_every_account_and_what_is_wrong_and_nothing_of_customers()
    {
        await company.Program.Part<PolicyNews>().NoteRefused(["policy.yaml:4:2: error P012: \"jane@acme.example\" is no segment"], default);
        await using var server = await Started();
        var page = await browser.GetStringAsync(server.Url);

        Assert.Contains("Somebody should look", page, StringComparison.Ordinal);
        Assert.Contains("there is no folder here", page, StringComparison.Ordinal);
        Assert.Contains("error P012", page, StringComparison.Ordinal);
        Assert.Contains(company.Program.Policy.Version, page, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Hinges", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Before_anything_was_read_it_says_so_and_not_that_all_is_well()
    {
        await using var fresh = await RunningCompany.Open();
        await using var server = Serve(fresh, port: 0, token: null);
        await server.StartAsync(default);
        var page = await browser.GetStringAsync(server.Url);

        Assert.Contains("<h1><bdi>Nothing read yet</bdi></h1>", page, StringComparison.Ordinal);
        Assert.Contains("Not read yet", page, StringComparison.Ordinal);
        Assert.DoesNotContain("All is well", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_those_of_the_company_and_say_how_long_ago_they_were()
    {
        await using var server = await Started();
        var page = await browser.GetStringAsync(server.Url);
        Assert.Contains("Mon 2 March, 10:00 (Europe/Berlin)", page, StringComparison.Ordinal);
        Assert.Contains("read today 10:00, just now", page, StringComparison.Ordinal);
        Assert.Contains("my day: tomorrow 08:00, in 22 hours, for 1 person", page, StringComparison.Ordinal);
        Assert.DoesNotContain("T09:00:00Z", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv=\"refresh\"", page, StringComparison.Ordinal);
        Assert.Contains(
            "<meta http-equiv=\"refresh\" content=\"60\"",
            await browser.GetStringAsync(server.Url + "/?refresh=60"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_headers_allow_no_style_but_its_own_and_no_script()
    {
        await using var server = await Started();
        using var answer = await browser.GetAsync(new Uri(server.Url!));
        Assert.Equal(
            $"default-src 'none'; style-src {CrmSync.Worker.Pages.PageStyles.Source}; frame-ancestors 'none'; base-uri 'none'; "
                + "form-action 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain(" style=", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_the_same_as_JSON()
    {
        await using var server = await Started();
        using var answer = await browser.GetAsync(server.Url + "/health");
        var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("trouble", health.GetProperty("status").GetString());
        Assert.Contains(
            "account lost: ",
            Assert.Single(health.GetProperty("reasons").EnumerateArray()).GetString(),
            StringComparison.Ordinal);
        Assert.Equal(company.Program.Policy.Version, health.GetProperty("policy").GetString());
        Assert.Equal(0, health.GetProperty("quarantined").GetInt32());
        var accounts = health.GetProperty("accounts").EnumerateArray().ToList();
        Assert.Equal(1, accounts[0].GetProperty("items").GetProperty("done").GetInt32());
        Assert.Contains("there is no folder here", accounts[1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Digest", "s3cret:token", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "not base64", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", "s3cret:token", HttpStatusCode.OK)]
    [InlineData("Basic", "YW55Ym9keTpzM2NyZXQ6dG9rZW4=", HttpStatusCode.OK)]
    public async Task With_a_token_only_who_knows_it_sees_anything(string? scheme, string? value, HttpStatusCode answer)
    {
        await using var server = await Started(token: "s3cret:token");
        foreach (var path in new[] { "/", "/health", "/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, server.Url + path);
            if (scheme is not null)
                request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {value}");

            using var response = await browser.SendAsync(request);
            var expected = (path, answer) switch
            {
                ("/nowhere", HttpStatusCode.OK) => HttpStatusCode.NotFound,
                ("/health", HttpStatusCode.OK) => HttpStatusCode.ServiceUnavailable,
                _ => answer,
            };
            Assert.Equal(expected, response.StatusCode);
            Assert.DoesNotContain("s3cret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Health_is_200_when_nobody_need_look_and_503_with_words_when_a_job_should_have_ended()
    {
        await using var sound = await RunningCompany.Open();
        await sound.Harvest(Monday);
        await using var server = Serve(sound, port: 0, token: null);
        await server.StartAsync(default);
        using (var well = await browser.GetAsync(server.Url + "/health"))
            Assert.Equal(HttpStatusCode.OK, well.StatusCode);

        var begun = sound.Program.Part<JobBook>().TryBegin("account ana", TimeSpan.FromMinutes(15));
        Assert.NotNull(begun);
        var late = (await sound.Program.Status.Read(begun.Until + Duration.FromSeconds(1), default)).Jobs;
        Assert.Contains("account ana: it began at", Assert.Single(late), StringComparison.Ordinal);

        await sound.Program.Part<JobTroubles>().Note(JobTroubles.Sending, "it was given up", Monday, default);
        using var trouble = await browser.GetAsync(server.Url + "/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, trouble.StatusCode);
        Assert.Contains("it was given up", await trouble.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await sound.Program.Part<JobTroubles>().Note(JobTroubles.Sending, null, Monday, default);
        Assert.True((await sound.Program.Status.Read(Monday, default)).IsWell);
    }

    [Fact]
    public async Task An_account_that_was_not_read_for_long_after_its_time_needs_somebody()
    {
        await using var sound = await RunningCompany.Open();
        await sound.Harvest(Monday);
        Assert.True((await sound.Program.Status.Read(Monday + Duration.FromMinutes(64), default)).IsWell);
        var reason = Assert.Single((await sound.Program.Status.Read(Monday + Duration.FromMinutes(66), default)).Reasons);
        Assert.Contains("account ana: it should have been read at", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_needs_no_token_and_is_200_while_the_loops_turn()
    {
        await using var server = await Started(token: "s3cret:token");
        loops.NoteRound("policy files", TimeSpan.FromMinutes(1));
        Assert.Equal("alive\n", await browser.GetStringAsync(server.Url + "/live"));

        time.Pass(TimeSpan.FromMinutes(2));
        using var standing = await browser.GetAsync(server.Url + "/live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, standing.StatusCode);
        Assert.Contains(
            "\"policy files\" has not turned for 2 minutes",
            await standing.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_site_that_points_its_own_name_at_this_machine_sees_nothing()
    {
        await using var server = await Started();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url + "/health");
        request.Headers.Host = "evil.example";
        using var response = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_what_to_do()
    {
        await using var first = await Started();
        var port = new Uri(first.Url!).Port;
        var failure = await Assert.ThrowsAsync<StatusPageUnusableException>(() => Started(port));

        Assert.Contains($"port {port} on 127.0.0.1 is in use", failure.Message, StringComparison.Ordinal);
    }

    private async Task<StatusServer> Started(int port = 0, string? token = null)
    {
        var server = Serve(company, port, token);
        await server.StartAsync(default);
        return server;
    }

    private StatusServer Serve(RunningCompany of, int port, string? token) =>
        new(
            new StatusSettings("127.0.0.1", port, token is null ? null : new Secret(token)),
            of.Program.Status,
            of.Program.Part<HtmlPages>(),
            loops,
            of.Program.Database,
            new Clock(),
            NullLogger<StatusServer>.Instance);

    private sealed class Clock : IClock
    {
        public Instant GetCurrentInstant() => Monday;
    }
}

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
    private RunningCompany company = null!;

    public async Task InitializeAsync()
    {
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
        await company.Program.Part<PolicyStanding>().Refused(["policy.yaml:4:2: error P012: \"jane@acme.example\" is no segment"], default);
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
    public async Task Health_is_the_same_as_JSON()
    {
        await using var server = await Started();
        var health = JsonDocument.Parse(await browser.GetStringAsync(server.Url + "/health")).RootElement;

        Assert.Equal("trouble", health.GetProperty("status").GetString());
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
            Assert.Equal(path == "/nowhere" && answer == HttpStatusCode.OK ? HttpStatusCode.NotFound : answer, response.StatusCode);
            Assert.DoesNotContain("s3cret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
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
        var server = new StatusServer(
            new StatusSettings("127.0.0.1", port, token is null ? null : new Secret(token)),
            company.Program.Status,
            company.Program.Part<HtmlPages>(),
            new Clock(),
            NullLogger<StatusServer>.Instance);
        await server.StartAsync(default);
        return server;
    }

    private sealed class Clock : IClock
    {
        public Instant GetCurrentInstant() => Monday;
    }
}

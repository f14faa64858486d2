using System.Security.Cryptography;
using CrmSync.Domain.Company;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Tests.Imap;
using NodaTime;

namespace CrmSync.Worker.Tests.Google;

/// <summary>Tokens that a service account is given on behalf of a user, and what is said when there are none to be had.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class DelegatedTokensTests : IAsyncLifetime
{
    private const string MailScope = "https://mail.google.com/";

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-google-").FullName;
    private readonly TestClock clock = new(TestCompany.Monday);
    private readonly GoogleServer google = new();

    public Task InitializeAsync()
    {
        google.Now = () => clock.GetCurrentInstant().ToDateTimeOffset();
        google.WriteKey(folder);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await google.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_token_is_asked_for_the_user_and_the_scope_and_kept_until_shortly_before_it_ends()
    {
        using var tokens = Tokens();
        var first = await tokens.Get(null, default);
        clock.AdvanceMinutes(58);
        Assert.Equal(first, await tokens.Get(null, default));
        clock.AdvanceMinutes(1);
        Assert.NotEqual(first, await tokens.Get(null, default));
        Assert.Equal([("ana@us.example", MailScope), ("ana@us.example", MailScope)], google.Issued);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_fetched_anew_once_for_all_who_had_it()
    {
        using var tokens = Tokens();
        var first = await tokens.Get(null, default);
        var next = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => tokens.Get(first, default)));
        Assert.Single(next.Distinct());
        Assert.Equal(2, google.Issued.Count);
    }

    [Fact]
    public async Task A_key_that_is_replaced_while_the_program_runs_is_used_at_once()
    {
        using var old = RSA.Create(2048);
        google.WriteKey(folder, old);
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Contains("the key of the service account", refused.Message, StringComparison.Ordinal);
        google.WriteKey(folder);
        Assert.NotEmpty(await tokens.Get(null, default));
    }

    [Fact]
    public async Task A_scope_that_was_not_granted_is_named_with_the_client_and_the_place_to_grant_it()
    {
        google.Granted.Remove(MailScope);
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(MailFailure.Config, refused.Failure);
        string[] told = [GoogleServer.ServiceAccount, GoogleServer.ClientId, MailScope, "Domain-wide delegation", "ana@us.example"];
        foreach (var part in told)
            Assert.Contains(part, $"{refused.Message}; {refused.Remedy}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_who_is_no_user_is_named()
    {
        using var tokens = Tokens("stranger@us.example");
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(MailFailure.Config, refused.Failure);
        Assert.Contains("stranger@us.example is no user", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-90)]
    [InlineData(90)]
    public async Task A_wrong_clock_is_named_as_such(int minutes)
    {
        google.Now = () => clock.GetCurrentInstant().ToDateTimeOffset().AddMinutes(minutes);
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Contains("the clock of this machine is wrong", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error": "invalid_grant", "error_description": "Account has been deleted"}""", "Config", "suspended or deleted")]
    [InlineData(400, """{"error": "invalid_grant", "error_description": "User account is disabled."}""", "Config", "suspended")]
    [InlineData(400, """{"error": "invalid_grant", "error_description": "Not a valid email or user ID."}""", "Config", "is no user")]
    [InlineData(400, """{"error": "invalid_grant", "error_description": "Bad Request"}""", "Auth", "takes the key")]
    [InlineData(400, """{"error": "invalid_grant"}""", "Auth", "takes the key")]
    [InlineData(401, """{"error": "invalid_client", "error_description": "The OAuth client was not found."}""", "Auth", "make one")]
    [InlineData(401, """{"error": "deleted_client", "error_description": "The OAuth client was deleted."}""", "Config", "gave no token")]
    [InlineData(403, """{"error": "access_denied", "error_description": "Requested client not authorized."}""", "Config", "may not act")]
    [InlineData(400, """{"error": "invalid_scope", "error_description": "Bad scope."}""", "Config", "may not act for")]
    [InlineData(400, """{"error": "admin_policy_enforced"}""", "Config", "gave no token")]
    [InlineData(429, """{"error": "rate_limit_exceeded"}""", "Throttled", "fewer requests")]
    [InlineData(429, "", "Throttled", "fewer requests")]
    [InlineData(500, """{"error": "internal_failure"}""", "Network", "gave no token")]
    [InlineData(503, "<html>Service Unavailable</html>", "Network", "gave no token")]
    [InlineData(502, "", "Network", "gave no token")]
    [InlineData(404, "<html>Not Found</html>", "Config", "gave no token")]
    [InlineData(200, "<html>Sign in</html>", "Protocol", "not what RFC 6749 says")]
    [InlineData(200, "{}", "Protocol", "not what RFC 6749 says")]
    [InlineData(200, "[]", "Protocol", "not what RFC 6749 says")]
    [InlineData(200, """{"access_token": ""}""", "Protocol", "not what RFC 6749 says")]
    public async Task What_the_token_server_says_instead_is_told_in_words(int status, string body, string failure, string words)
    {
        google.Instead = path => path == "/token" ? (status, body, null) : null;
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(failure, refused.Failure.ToString());
        Assert.Contains(words, $"{refused.Message}; {refused.Remedy}", StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_says_for_how_long()
    {
        google.Instead = _ => (429, "{}", "120");
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(Duration.FromMinutes(2), refused.RetryAfter);
    }

    [Fact]
    public async Task A_token_server_that_cannot_be_reached_is_no_refusal()
    {
        await google.DisposeAsync();
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(MailFailure.Network, refused.Failure);
    }

    [Theory]
    [InlineData(null, "there is no file")]
    [InlineData("", "is not JSON")]
    [InlineData("[]", "not the key of a service account")]
    [InlineData("""{"type": "authorized_user", "client_id": "1"}""", "not the key of a service account")]
    [InlineData("""{"type": "service_account", "client_id": "1"}""", "client_email is missing")]
    [InlineData("""{"type": "service_account", "client_email": "a@b.example", "client_id": "1"}""", "private_key is missing")]
    [InlineData("""{"type": "service_account", "client_email": "a@b.example", "client_id": "1", "private_key": "x"}""", "is damaged")]
    public async Task A_file_that_is_no_key_is_told_in_words(string? content, string words)
    {
        var path = Path.Combine(folder, "google-key.json");
        File.Delete(path);
        if (content is not null)
            await File.WriteAllTextAsync(path, content);
        using var tokens = Tokens();
        var refused = await Assert.ThrowsAsync<MailServerException>(() => tokens.Get(null, default));
        Assert.Equal(MailFailure.Config, refused.Failure);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    private DelegatedTokens Tokens(string user = "ana@us.example") => new(
        new Login.Delegation(Path.Combine(folder, "google-key.json"), google.TokenUrl, EmailAddress.Parse(user), MailScope),
        () => WebConnections.Create(TimeProvider.System),
        clock);
}

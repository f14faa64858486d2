using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>What <c>check</c> says about webhooks in both files.</summary>
public sealed class WebhooksInTheFiles : IAsyncLifetime
{
    private TestCompany company = null!;

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public async Task DisposeAsync() => await company.DisposeAsync();

    [Theory]
    [InlineData("desk: { url: \"${PATH}\" }", "desk", "error C012: 'url' in webhook 'desk' must be an https address")]
    [InlineData("desk: { url: \"http://hooks.example/1\" }", "desk", "error C051")]
    [InlineData("desk: { url: \"https://hooks.example/1\" }", "desk", "warning C050: 'url' in webhook 'desk' is in clear text here")]
    [InlineData("desk: { url: \"${NO_SUCH_HOOK}\" }", "desk", "error C070: the environment variable NO_SUCH_HOOK is not set")]
    [InlineData("desk: { format: slack }", "desk", "'url' is missing")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", format: irc }", "desk", "'format' in webhook 'desk' must be json, slack or teams")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", secret: short }", "desk", "has fewer than 16 characters")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", secret: \"whsec_this is not base64\" }", "desk", "what follows is not base64")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", include: [customer] }", "desk", "needs 'members'")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", include: [text], members: [ana] }", "desk", "must be customer or subject")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", ca: nowhere.pem }", "desk", "error C062")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", members: [anna] }", "desk", "the member 'anna', who is in neither people nor teams")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\" }", "deks", "error P030: no webhook 'deks' in crmsync.yaml")]
    [InlineData("desk: { url: \"http://127.0.0.1:1/\", members: [ana, sales], include: [customer] }", "[desk]", "")]
    public async Task What_is_wrong_is_told(string webhook, string named, string words)
    {
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            accounts: [ { eml: ../mail, address: ana@us.example } ]
            webhooks: { {{webhook}} }

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" }, holidays: { 2026-12-25: Christmas } } }
            people: { ana: { email: ana@us.example } }
            teams: { sales: { lead: ana, members: [ana] } }
            rules: [ { respond: reply, within: 4bh } ]
            notifications: { hours: office, webhook: {{named}} }

            """);
        var check = await TheProgram.Run("check", "--config", company.PathTo("config"), "--now", "2026-03-02T09:00:00Z");

        Assert.Contains(words, check.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hooks.example", check.Error, StringComparison.Ordinal);
        Assert.Equal(words.Contains("warning", StringComparison.Ordinal) || words.Length == 0 ? 0 : 1, check.Status);
    }
}

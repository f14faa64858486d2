using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>The program as an administrator runs it, against a Graph of ours.</summary>
public sealed class GraphProgramTests
{
    [Fact]
    public async Task One_entry_reads_a_whole_group_and_what_is_wrong_with_one_mailbox_is_told_and_stops_no_other()
    {
        await using var company = await TestCompany.Open();
        await using var service = await GraphTestService.Start();
        foreach (var name in new[] { "ana", "ben", "old" })
            service
                .AddMailbox($"{name}@us.example")
                .Add("inbox", TestCompany.MailText(id: $"{name}@acme.example", subject: $"For {name}", to: $"{name}@us.example"));

        service.Find("old@us.example")!.State = MailboxState.NotInTheCloud;
        service.Groups["sales@us.example"] = ["ana@us.example", "ben@us.example", "old@us.example"];
        var config = TheProgram.Configuration(company, $"""
              - graph: contoso
                tenant: {GraphTestService.Tenant}
                client_id: 22222222-2222-3333-4444-555555555555
                client_secret: {GraphTestService.Secret}
                endpoint: {service.Address}
                authority: {service.Address}
                group: sales@us.example
            """);

        var sync = await TheProgram.Run("--config", config, "sync", "--format", "json", "--now", "2026-03-02T09:00:00Z");
        Assert.True(sync.Status == 1, sync.Output + sync.Error);
        Assert.Contains("graph:old@us.example", sync.Error, StringComparison.Ordinal);
        Assert.Contains("no Exchange licence", sync.Error, StringComparison.Ordinal);
        var log = await TheProgram.Run("--config", config, "log", "--format", "json");
        Assert.Equal(["For ana", "For ben"], log.Json.Select(l => l.GetProperty("subject").GetString()).Order(StringComparer.Ordinal));

        var status = await TheProgram.Run("--config", config, "status", "--format", "json", "--now", "2026-03-02T09:01:00Z");
        var old = Assert.Single(status.Json, a => a.GetProperty("account").GetString() == "graph:old@us.example");
        Assert.True(old.GetProperty("permanent").GetBoolean());
        Assert.Contains("assign a licence", old.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("null", old.GetProperty("next_run").ToString());

        var check = await TheProgram.Run("--config", config, "check", "--connect", "--now", "2026-03-02T09:01:00Z");
        Assert.Equal(1, check.Status);
        Assert.Contains("1 of its 3 mailboxes cannot be read", check.Error, StringComparison.Ordinal);

        // A member is an account like any other.
        service.Forget();
        var one = await TheProgram.Run(
            "--config",
            config,
            "sync",
            "--account",
            "graph:ben@us.example",
            "--format",
            "json",
            "--now",
            "2026-03-02T09:02:00Z");
        Assert.Equal((0, "graph:ben@us.example"), (one.Status, Assert.Single(one.Json).GetProperty("account").GetString()));
        Assert.DoesNotContain(service.Seen, r => r.Mailbox is "ana@us.example" or "old@us.example");

        // Who left the group is not read any more.
        service.Groups["sales@us.example"] = ["ana@us.example"];
        service.Forget();
        Assert.Equal(0, (await TheProgram.Run("--config", config, "sync", "--now", "2026-03-02T09:02:00Z")).Status);
        Assert.DoesNotContain(service.Seen, r => r.Mailbox is "ben@us.example" or "old@us.example");
    }
}

using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>One part of a $batch answer is not what was asked for: the other parts are taken, and it alone is asked for again.</summary>
public sealed class SpoiltBatchTests
{
    public static TheoryData<string> Spoilt { get; } =
    [
        "\"{\\\"value\\\": [ { \\\"id\\\": \\\"cut of\"",
        "\"<html><body>Please log in to the proxy</body></html>\"",
        "{ \"error\": { \"code\": \"UnknownError\", \"message\": \"\" } }",
        "{ \"value\": { \"id\": 1 } }",
        "{ \"value\": [ null, 5, \"six\" ] }",
        "[ 1, 2, 3 ]",
        "17",
        "null",
    ];

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task A_part_that_is_spoilt_in_the_batch_alone_costs_a_request_and_nothing_else(string body)
    {
        await using var graph = await GraphCompany.Open();
        var ana = Mailbox(graph);
        graph.Service.SpoilPart = (path, inBatch) => inBatch && IsInbox(path, ana) ? body : null;

        var summary = await graph.Harvest(ana);

        Assert.Equal((4, null), (summary.New, summary.Problem));
    }

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task A_folder_whose_answer_is_spoilt_whatever_way_it_is_asked_for_says_so_and_the_others_are_read(string body)
    {
        await using var graph = await GraphCompany.Open();
        var ana = Mailbox(graph);
        graph.Service.SpoilPart = (path, _) => IsInbox(path, ana) ? body : null;

        var summary = await graph.Harvest(ana);

        Assert.Equal(2, summary.New);
        Assert.False(summary.IsClean);
        Assert.Contains($"folder {ana.Folder("inbox").Name}", summary.Problem, StringComparison.Ordinal);
        Assert.Contains(
            $"folder {ana.Folder("inbox").Name}", (await graph.Company.Accounts.All(default)).Single().LastError, StringComparison.Ordinal);

        graph.Service.SpoilPart = null;
        Assert.Equal((2, null), await graph.Harvest(ana) is var then ? (then.New, then.Problem) : default);
    }

    private static bool IsInbox(string path, GraphTestMailbox mailbox) =>
        path.Contains($"/{mailbox.Folder("inbox").Id}/messages/delta", StringComparison.Ordinal);

    private static GraphTestMailbox Mailbox(GraphCompany graph)
    {
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var number = 1; number <= 4; number++)
        {
            ana.Add(
                number % 2 == 0 ? "inbox" : "sentitems",
                TestCompany.MailText($"Hinges {number}", id: $"m{number}@acme.example", body: $"Number {number}"));
        }

        return ana;
    }
}

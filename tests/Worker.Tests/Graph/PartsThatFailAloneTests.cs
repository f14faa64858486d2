using System.Collections.Concurrent;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>Parts of one $batch that fail each in its own way: the others are taken, and no mailbox waits for another.</summary>
public sealed class PartsThatFailAloneTests
{
    [Theory]
    [InlineData((int)Fault.Throttled, (int)Fault.Unavailable)]
    [InlineData((int)Fault.Throttled, (int)Fault.ThrottledUntil)]
    [InlineData((int)Fault.Unavailable, (int)Fault.GatewayTimeout)]
    [InlineData((int)Fault.GatewayTimeout, (int)Fault.Cut)]
    public async Task Two_parts_that_fail_for_now_cost_a_wait_and_nothing_else(int first, int second)
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.RetryAfter = 1;
        var ana = Mailbox(graph, "ana@us.example");
        var failed = new ConcurrentDictionary<string, bool>();
        graph.Service.Faults = (_, path) =>
            IsDelta(path, ana, "inbox") && failed.TryAdd("inbox", true)
                ? (Fault)first
            : IsDelta(path, ana, "sentitems") && failed.TryAdd("sent", true)
                ? (Fault)second
            : Fault.None;

        var summary = await graph.Harvest(ana);

        Assert.Equal(2, failed.Count);
        Assert.Equal((6, null), (summary.New, summary.Problem));
        Assert.Equal(0, graph.Service.TooEarly);
    }

    [Fact]
    public async Task A_folder_that_is_gone_and_one_that_is_throttled_in_one_batch_are_told_apart()
    {
        await using var graph = await GraphCompany.Open();
        var ana = Mailbox(graph, "ana@us.example");
        await graph.Harvest(ana);
        ana.Add("sentitems", Mail(ana, 90));
        var gone = ana.Folders.Find(folder => folder.Name == "Kunden")!;
        var throttled = false;

        // It goes between the listing of the folders and the batch.
        graph.Service.Faults = (_, path) =>
        {
            if (path.EndsWith("/$batch", StringComparison.Ordinal))
                ana.Folders.Remove(gone);

            var isSent = IsDelta(path, ana, "sentitems");
            return isSent && !throttled && (throttled = true) ? Fault.Throttled : Fault.None;
        };
        var summary = await graph.Harvest(ana, now: TestCompany.Monday + Duration.FromHours(1));

        Assert.True(throttled);
        Assert.Equal((1, null), (summary.New, summary.Problem));
    }

    [Fact]
    public async Task One_mailbox_waits_as_long_as_it_is_told_and_the_others_do_not()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.RetryAfter = 4;
        var (ana, ben) = (Mailbox(graph, "ana@us.example"), Mailbox(graph, "ben@us.example"));
        var told = false;
        graph.Service.Faults = (_, path) =>
            IsDelta(path, ana, "inbox") && path.Contains("ana", StringComparison.Ordinal) && !told && (told = true)
                ? Fault.Throttled
                : Fault.None;
        var began = System.Diagnostics.Stopwatch.StartNew();
        var slow = graph.Harvest(ana);
        while (!told)
            await Task.Delay(10);

        var since = began.Elapsed;
        var other = await graph.Harvest(ben);
        var quick = began.Elapsed - since;
        var waited = await slow;

        Assert.Equal((6, 6), (waited.New, other.New));
        Assert.True(quick < TimeSpan.FromSeconds(3), $"the other mailbox took {quick}");
        Assert.True(began.Elapsed - since > TimeSpan.FromSeconds(3), $"it waited {began.Elapsed - since}");
        Assert.Equal(0, graph.Service.TooEarly);
    }

    private static bool IsDelta(string path, GraphTestMailbox mailbox, string folder) =>
        path.Contains(mailbox.Folder(folder).Id, StringComparison.Ordinal) && path.EndsWith("/messages/delta", StringComparison.Ordinal);

    private static GraphTestMailbox Mailbox(GraphCompany graph, string address)
    {
        var mailbox = graph.Service.AddMailbox(address);
        var customers = mailbox.AddFolder("Kunden");
        for (var number = 0; number < 2; number++)
        {
            mailbox.Add("inbox", Mail(mailbox, number));
            mailbox.Add("sentitems", Mail(mailbox, 10 + number));
            mailbox.Add(customers, System.Text.Encoding.UTF8.GetBytes(Mail(mailbox, 20 + number)));
        }

        return mailbox;
    }

    private static string Mail(GraphTestMailbox mailbox, int number) =>
        TestCompany.MailText(
            $"Hinges {number}",
            to: mailbox.Address,
            id: $"m{number}-{mailbox.Address[..3]}@acme.example",
            body: $"No. {number}");
}

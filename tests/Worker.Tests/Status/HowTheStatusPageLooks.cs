using AngleSharp.Html.Parser;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Harvest;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Status;
using CrmSync.Worker.Tests.Digests.Pictures;
using CrmSync.Worker.Tests.Pages;
using NodaTime;

namespace CrmSync.Worker.Tests.Status;

/// <summary>The status page on a phone and on a desk, by day and by night, before anything was read and in trouble.</summary>
[Collection(ChromiumTests.Name)]
public sealed class HowTheStatusPageLooks(Chromium chromium) : IAsyncDisposable
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 4, 8, 45);

    private readonly HtmlPages pages = new();

    public ValueTask DisposeAsync() => pages.DisposeAsync();

    [Theory]
    [InlineData("trouble")]
    [InlineData("fresh")]
    public async Task It_looks_as_approved_and_axe_finds_nothing(string name)
    {
        var html = await Html(name == "fresh" ? Fresh() : Trouble());
        new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);
        await ApprovedPicture.CheckAll(chromium, name, html);
        await Accessible.Check(chromium, html, 375, dark: false);
        await Accessible.Check(chromium, html, 1100, dark: true);
    }

    [Fact]
    public async Task Every_link_of_it_is_reached_by_the_keyboard()
    {
        var page = await chromium.Open(await Html(Trouble()), 375);
        try
        {
            var reached = new List<string>();
            for (var i = 0; i < 4; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                reached.Add(await page.EvaluateAsync<string>("document.activeElement.textContent"));
            }

            Assert.Equal(["To the content", "Load again every minute", "The same as JSON", "Figures for Prometheus"], reached);
        }
        finally
        {
            await page.CloseAsync();
        }
    }

    private Task<string> Html(WorkerStatus worker) => pages.Render<StatusPage>(new StatusView(worker, null));

    private static WorkerStatus Fresh() =>
        Worker([Account("imap:ana@bright.example", null), Account("caldav:ana@bright.example", null)]) with { Next = [] };

    private static WorkerStatus Trouble() =>
        Worker(
            [
                Account("imap:ana@bright.example", State("imap:ana@bright.example"), 1204, 0),
                Account(
                    "imap:tim@bright.example",
                    State("imap:tim@bright.example") with
                    {
                        LastSuccess = Ago(26 * 60),
                        LastError = "imap.bright.example refused the password; write the new one into crmsync.yaml",
                        LastErrorPermanent = true,
                        ErrorSince = Ago(26 * 60),
                    },
                    877,
                    12),
                Account(
                    "graph:contoso",
                    State("graph:contoso") with
                    {
                        FirstListedAt = Ago(70),
                        ReadUntil = null,
                        LastError = "graph.microsoft.com asks to wait",
                        ErrorSince = Ago(9),
                    },
                    5210,
                    1890),
                Account("ics:holidays", null),
            ]) with
        {
            Folders = new Dictionary<string, FolderCount>(StringComparer.Ordinal)
            {
                ["imap:ana@bright.example"] = new("imap:ana@bright.example", 14, 0, null),
                ["graph:contoso"] = new("graph:contoso", 31, 2, Ago(300)),
            },
            Deliveries = new Dictionary<LedgerState, long>
            {
                [LedgerState.Sent] = 11,
                [LedgerState.Rendered] = 1,
                [LedgerState.Refused] = 1,
            },
            Mails = [new MailTrouble("my-day for tim of 2026-03-03 did not reach its reader: no such mailbox", NeedsSomebody: true)],
            Errors =
            [
                new CountedError(12, "item", "the message has no end: a boundary is missing"),
                new CountedError(1, "account", "imap.bright.example refused the password; write the new one into crmsync.yaml"),
            ],
            Retention = "texts older than 2023-03-04 00:00 were dropped on 2026-03-04 03:00: 17 texts of lines, 2 notes",
        };

    private static WorkerStatus Worker(IReadOnlyList<AccountStatus> accounts) =>
        new(Now, "4f1c2a9", accounts.Count > 2 ? ["policy.yaml:42:14: error P020: \"30 dayz\" is not a length of time"] : [], accounts)
        {
            Zone = DateTimeZoneProviders.Tzdb["Europe/Dublin"],
            Folders = new Dictionary<string, FolderCount>(StringComparer.Ordinal),
            Deliveries = new Dictionary<LedgerState, long>(),
            Next =
            [
                new NextDigest("my-day", Instant.FromUtc(2026, 3, 5, 8, 30), 3),
                new NextDigest("the-firm", Instant.FromUtc(2026, 3, 5, 8, 45), 1),
            ],
            Errors = [],
            Jobs = [],
            Mails = [],
        };

    private static AccountStatus Account(string name, AccountState? state, long done = 0, long waiting = 0) =>
        new(
            name,
            name.Split(':')[0],
            state,
            done + waiting == 0 ? [] : [new ItemCount(name, "done", null, done), new ItemCount(name, "pending", null, waiting)],
            state is null ? null : Now + Duration.FromMinutes(2))
        {
            Every = Duration.FromMinutes(5),
        };

    private static AccountState State(string name) => new()
    {
        Number = 1,
        Name = name,
        Kind = name.Split(':')[0],
        FirstReadDone = true,
        LastAttempt = Ago(3),
        LastSuccess = Ago(3),
        ReadUntil = Ago(3),
    };

    private static Instant Ago(int minutes) => Now - Duration.FromMinutes(minutes);
}

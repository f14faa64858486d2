using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>Several accounts at once: who waits for whom, and what a harvest of several turns counts.</summary>
public sealed class TurnsTests
{
    private const int Years = 5200;

    [Fact]
    public async Task A_mailbox_of_years_does_not_hold_up_the_others_and_is_read_to_its_end()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(TimeSpan.Zero, atOnce: 1);

        var done = await Run(
            harvest,
            Account("years", new CannedMailbox(Years)),
            Account("one", new CannedMailbox(10)),
            Account("two", new CannedMailbox(10)));

        Assert.Equal(["one", "two", "years"], done.Select(summary => summary.Account));
        Assert.Equal((Years, 0, null), (done[^1].New, done[^1].Known, done[^1].Problem));
        Assert.Equal(Years + 20, (await company.Log()).Count);
    }

    [Fact]
    public async Task What_arrives_during_a_long_backlog_is_found_between_two_turns_and_read_first()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(TimeSpan.Zero, atOnce: 1);
        var mailbox = new CannedMailbox(Years);
        mailbox.AfterTurn = () => mailbox.Count = Years + 3;

        var done = await Run(harvest, Account("years", mailbox));

        Assert.Equal((Years + 3, 0), (done[0].New, done[0].Known));
        var news = Enumerable
            .Range(Years + 1, 3)
            .Select(number => number.ToString(CultureInfo.InvariantCulture))
            .ToHashSet(StringComparer.Ordinal);
        Assert.InRange(mailbox.Asked.FindIndex(news.Contains), 1, 2500);
    }

    [Fact]
    public async Task A_turn_of_a_job_says_whether_there_is_more()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(TimeSpan.Zero, atOnce: 1);
        var account = Account("years", new CannedMailbox(2100));

        var first = await harvest.Once(account, TestCompany.Monday, news: null, default);
        var second = await harvest.Once(account, TestCompany.Monday, news: null, default);
        var last = await harvest.Once(account, TestCompany.Monday, news: null, default);

        Assert.Equal((false, 2000), (first.IsDone, first.Summary.New));
        Assert.Equal(100, second.Summary.New + last.Summary.New);
        Assert.True(last.IsDone);
        Assert.NotNull((await company.Accounts.All(default)).Single().ReadUntil);
    }

    [Fact]
    public async Task An_account_that_two_ask_for_at_once_is_read_by_one_after_the_other_and_fails_for_neither()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var (isListing, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = new CannedMailbox(5) { BeforeListing = () => { isListing.TrySetResult(); return mayGoOn.Task; } };

        var first = harvest.Once(Account("ana", slow), TestCompany.Monday, news: null, default);
        await isListing.Task;
        var second = harvest.Once(Account("ana", new CannedMailbox(7)), TestCompany.Monday, news: null, default);
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        Assert.False(second.IsCompleted);
        mayGoOn.SetResult();

        var (one, _) = await first;
        var (other, _) = await second;
        Assert.Equal((5, null), (one.New, one.Problem));
        Assert.Equal((2, null), (other.New, other.Problem));
        Assert.Equal(7, (await company.Log()).Count);
    }

    [Fact]
    public async Task An_account_that_somebody_else_harvests_for_longer_than_anybody_waits_says_so()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(patience: TimeSpan.Zero);
        var (isListing, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = new CannedMailbox(5) { BeforeListing = () => { isListing.TrySetResult(); return mayGoOn.Task; } };

        var first = harvest.Once(Account("ana", slow), TestCompany.Monday, news: null, default);
        await isListing.Task;
        var other = (await Run(harvest, Account("ana", new CannedMailbox(7))))[0];
        mayGoOn.SetResult();
        var (one, _) = await first;

        Assert.Contains("is harvesting this account right now", other.Problem, StringComparison.Ordinal);
        Assert.Null(one.Problem);
    }

    [Fact]
    public async Task A_server_is_asked_for_news_after_every_harvest_while_nobody_else_can_use_the_connection()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(patience: TimeSpan.Zero);
        var (isAsked, mayGoOn, told) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        var asked = new List<Func<Task>>();
        var account = Account("ana", new CannedMailbox(5)) with
        {
            Watch = tell =>
            {
                asked.Add(tell);
                isAsked.TrySetResult();
                mayGoOn.Task.Wait();
            },
        };

        var first = Task.Run(() => harvest.Once(account, TestCompany.Monday, () => { told++; return Task.CompletedTask; }, default));
        await isAsked.Task;
        var other = (await Run(harvest, account))[0];
        mayGoOn.SetResult();
        var (one, _) = await first;
        Assert.Contains("is harvesting this account right now", other.Problem, StringComparison.Ordinal);
        Assert.Null(one.Problem);

        await Run(harvest, account);
        Assert.Equal(2, asked.Count);
        foreach (var tell in asked)
            await tell();

        Assert.Equal(2, told);
    }

    [Fact]
    public async Task An_account_whose_server_cannot_be_asked_for_news_says_so_and_is_read()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest();
        var account = Account("ana", new CannedMailbox(5)) with { Watch = _ => throw new InvalidTimeZoneException("odd") };
        var (done, isDone) = await harvest.Once(account, TestCompany.Monday, () => Task.CompletedTask, default);
        Assert.True(isDone);
        Assert.Contains("InvalidTimeZoneException", done.Problem, StringComparison.Ordinal);
        Assert.Equal(5, (await company.Log()).Count);
    }

    [Fact]
    public async Task Accounts_wait_for_their_servers_side_by_side_and_a_slow_one_holds_up_nobody()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(TimeSpan.FromSeconds(20), atOnce: 16);
        var others = new CountdownEvent(9);
        var slow = new CannedMailbox(5) { BeforeListing = () => Task.Run(() => others.Wait(TimeSpan.FromSeconds(60))) };
        var quick = Enumerable.Range(0, 9).Select(i => Account($"quick{i}", new CannedMailbox(5)));
        var done = new List<HarvestSummary>();

        await foreach (var summary in harvest.Run([Account("slow", slow), .. quick], TestCompany.Monday, null, default))
        {
            done.Add(summary);
            if (others.CurrentCount > 0)
                others.Signal();
        }

        Assert.Equal("slow", done[^1].Account);
        Assert.Equal(10, done.Count);
        Assert.All(done, summary => Assert.Equal(5, summary.New + summary.Known));
    }

    [Fact]
    public async Task A_poll_that_finds_nothing_writes_nothing()
    {
        await using var company = await TestCompany.Open();
        using var harvest = company.CreateHarvest(TimeSpan.FromSeconds(20), atOnce: 1);
        var account = Account("ana", new CannedMailbox(5));
        await Run(harvest, account);
        var before = company.Changes();

        for (var second = 1; second <= 20; second++)
            await harvest.Once(account, TestCompany.Monday + Duration.FromSeconds(second), news: null, default);

        Assert.Equal(before, company.Changes());

        await harvest.Once(account, TestCompany.Monday + Duration.FromSeconds(40), news: null, default);
        Assert.Equal(TestCompany.Monday + Duration.FromSeconds(40), (await company.Accounts.All(default)).Single().ReadUntil);
    }

    private static async Task<List<HarvestSummary>> Run(HarvestAll harvest, params ReadableAccount[] accounts)
    {
        var done = new List<HarvestSummary>();
        await foreach (var summary in harvest.Run(accounts, TestCompany.Monday, null, default))
            done.Add(summary);

        return done;
    }

    private static ReadableAccount Account(string name, CannedMailbox mailbox) =>
        new(name, "test", EmailAddress.Parse($"{name}@us.example"), _ => mailbox);

    /// <summary>A folder of small mails, numbered from one, which a listing gives by number.</summary>
    private sealed class CannedMailbox(int count) : ISource
    {
        public int Count { get; set; } = count;

        public Func<Task>? BeforeListing { get; init; }

        public Action? AfterTurn { get; set; }

        public List<string> Asked { get; } = [];

        public Task Connect(CancellationToken ct) => Task.CompletedTask;

        public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
        {
            if (BeforeListing is not null)
                await BeforeListing();

            var folder = known.Folder("INBOX", "INBOX", "inbox");
            var from = (int)folder.Cursor.Frontier;
            var found = Enumerable
                .Range(from + 1, Count - from)
                .Select(number => new Locator(number.ToString(CultureInfo.InvariantCulture)))
                .ToList();
            yield return new ListedPage(folder, found, from, folder.Cursor with { Frontier = Count });
        }

        public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Yield();
            foreach (var item in items)
            {
                Asked.Add(item.Key);
                var mail = Encoding.UTF8.GetBytes(
                    TestCompany.MailText($"number {item.Key} of {GetHashCode()}", id: $"{item.Key}.{GetHashCode()}@acme.example"));
                yield return MailTranslation.CreateReading(item, "here", MimeReader.Read(mail), TestCompany.Monday);
            }

            AfterTurn?.Invoke();
        }
    }
}

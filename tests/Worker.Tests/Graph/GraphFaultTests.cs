using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>A service in trouble, deaths of the program, and many mailboxes.</summary>
public sealed class GraphFaultTests
{
    private static readonly Fault[] All =
    [
        Fault.Throttled,
        Fault.Unavailable,
        Fault.Cut,
        Fault.Truncated,
        Fault.TokenExpired,
        Fault.LinkExpired,
        Fault.GatewayTimeout,
        Fault.ThrottledUntil,
    ];

    [Fact]
    public async Task Throttled_cut_off_and_expired_at_random_while_mails_come_and_go_the_log_ends_right()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.DeltaIsOdd = true;
        var ana = graph.Service.AddMailbox("ana@us.example");
        var random = new Random(6);
        var archive = ana.AddFolder("Archiv", null, "archive");
        var mails = Enumerable.Range(0, 150).Select(i => ana.Add(i % 3 == 0 ? "sentitems" : "inbox", Mail(i))).ToList();
        var expected = mails.Count;
        graph.Service.Faults = (number, _) => number % 10 == 0 ? All[number / 10 % All.Length] : Fault.None;

        await graph.Harvest(ana);
        for (var round = 0; round < 4; round++)
        {
            foreach (var mail in mails.Where(m => m.Folder is not null).OrderBy(_ => random.Next()).Take(8).ToList())
                ana.Move(mail, random.Next(2) == 0 ? archive : ana.Folder("inbox"));

            ana.Delete(mails.Where(m => m.Folder is not null).OrderBy(_ => random.Next()).First());
            for (var i = 0; i < 5; i++)
                mails.Add(ana.Add("inbox", Mail(expected++)));

            await graph.Harvest(ana);
        }

        graph.Service.Faults = null;
        var last = await graph.Harvest(ana);

        Assert.Equal((0, null), (last.Failed, last.Problem));
        var log = await graph.Company.Log();
        Assert.Equal(expected, log.Count);
        Assert.Equal(expected, log.Select(l => l.Subject).Distinct().Count());
        Assert.Equal(0, graph.Service.TooEarly);
        Assert.InRange(graph.Service.MostAtOnce, 1, 4);
    }

    [Fact]
    public async Task Whoever_is_told_to_wait_waits_with_every_request_of_the_mailbox()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.RetryAfter = 2;
        graph.Service.Latency = TimeSpan.FromMilliseconds(20);
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var i = 0; i < 12; i++)
        {
            var folder = ana.AddFolder($"Ordner {i}");
            for (var m = 0; m < 60; m++)
                ana.Add(folder, System.Text.Encoding.UTF8.GetBytes(Mail((i * 100) + m)));
        }

        graph.Service.Faults = (number, path) =>
            path.Contains("delta", StringComparison.Ordinal) && number % 15 == 0
                ? number % 2 == 0
                    ? Fault.Throttled
                    : Fault.ThrottledUntil
                : Fault.None;
        var summary = await graph.Harvest(ana);

        Assert.Equal((720, null), (summary.New, summary.Problem));
        Assert.Equal(0, graph.Service.TooEarly);
        Assert.InRange(graph.Service.MostAtOnce, 2, 4);
    }

    [Fact]
    public async Task Tokens_are_renewed_before_they_expire_and_once_when_they_are_refused()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add("inbox", Mail(1));
        await graph.Harvest(ana);
        await graph.Harvest(ana);
        Assert.Equal(1, graph.Service.TokensGiven);

        var refused = 0;
        graph.Service.Faults = (_, _) => refused++ == 0 ? Fault.TokenExpired : Fault.None;
        Assert.Null((await graph.Harvest(ana)).Problem);
        Assert.Equal(2, graph.Service.TokensGiven);
    }

    [Fact]
    public async Task Killed_at_twenty_moments_the_log_is_the_same()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        for (var i = 0; i < 230; i++)
            ana.Add(i % 4 == 0 ? "sentitems" : "inbox", Mail(i));

        var deaths = 0;
        for (var death = 1; death <= 20; death++)
        {
            var left = 1 + (death % 7);
            using var end = new CancellationTokenSource();

            // As a death does, this stops everything where it is, and the next start knows nothing but the database.
            graph.Service.Faults = (_, _) =>
            {
                if (--left == 0)
                    end.Cancel();

                return Fault.None;
            };
            try
            {
                await HarvestUntil(graph, ana, end.Token);
            }
            catch (OperationCanceledException)
            {
                deaths++;
            }

            graph.Restart();
        }

        Assert.True(deaths > 8, $"only {deaths} deaths");
        graph.Service.Faults = null;
        Assert.Null((await graph.Harvest(ana)).Problem);
        var log = await graph.Company.Log();
        Assert.Equal(230, log.Count);
        Assert.Equal(230, log.Select(l => l.Subject).Distinct().Count());
    }

    [Fact]
    public async Task Many_mailboxes_of_fifty_mails_cost_at_most_one_round_trip_for_twenty_mails()
    {
        await using var graph = await GraphCompany.Open();
        for (var m = 0; m < 12; m++)
        {
            var mailbox = graph.Service.AddMailbox($"person{m}@us.example");
            for (var i = 0; i < 50; i++)
                mailbox.Add("inbox", Mail((m * 50) + i));
        }

        foreach (var mailbox in graph.Service.Mailboxes)
            Assert.Equal(50, (await graph.Harvest(mailbox)).New);

        var trips = graph.Service.Seen.Count(r => !r.InBatch);
        Assert.True(trips <= 12 * 50 / 20, $"{trips} round trips for {12 * 50} mails");
        graph.Service.Forget();
        foreach (var mailbox in graph.Service.Mailboxes)
            await graph.Harvest(mailbox);

        Assert.True(graph.Service.Seen.Count(r => !r.InBatch) <= 12 * 2, "an unchanged poll");
    }

    [Fact]
    public async Task The_members_of_a_group_are_accounts_of_their_own_and_who_is_new_or_leaves_needs_no_edit()
    {
        await using var graph = await GraphCompany.Open();
        foreach (var name in new[] { "ana", "ben", "eve" })
            graph.Service.AddMailbox($"{name}@us.example").Add("inbox", Mail(name[0]));

        // group-list-transitivemembers: "a flat list of all nested members", devices and groups among them.
        graph.Service.Groups["sales@us.example"] = ["ana@us.example", "north@us.example"];
        graph.Service.Groups["north@us.example"] = ["ben@us.example", "sales@us.example"];
        graph.Service.Groups["empty@us.example"] = [];

        Assert.Equal(["graph:ana@us.example", "graph:ben@us.example"], await Names("sales@us.example"));
        graph.Service.Groups["sales@us.example"] = ["eve@us.example", "north@us.example"];
        Assert.Equal(["graph:ben@us.example", "graph:eve@us.example"], await Names("sales@us.example"));
        Assert.Contains(
            "no member",
            (await Assert.ThrowsAsync<SourceException>(() => Names("empty@us.example"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no group",
            (await Assert.ThrowsAsync<SourceException>(() => Names("nobody@us.example"))).Message,
            StringComparison.Ordinal);

        async Task<IEnumerable<string>> Names(string group)
        {
            using var tenants = new CrmSync.Worker.Sources.Graph.GraphTenants(
                SystemClock.Instance,
                TimeProvider.System,
                GraphCompany.Impatient);
            var account = graph.Account with { Group = GraphCompany.Address(group) };
            var readable = Assert.Single(
                CrmSync.Worker.Sources.Graph.GraphAccounts.Accounts(account, tenants, new CrmSync.Worker.Configuration.CaptureSettings()));
            var members = await readable.Members!(CancellationToken.None);
            foreach (var member in members)
                await member.Open(TestCompany.Monday).Connect(CancellationToken.None);

            return members.Select(m => m.Name).Order(StringComparer.Ordinal);
        }
    }

    [Theory]
    [InlineData((int)MailboxState.NotInTheCloud, "no Exchange licence")]
    [InlineData((int)MailboxState.NoUser, "no such user in the tenant")]
    [InlineData((int)MailboxState.Forbidden, "Mail.Read")]
    public async Task A_mailbox_that_cannot_be_read_is_told_in_words_an_admin_can_act_on(int state, string words)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.State = (MailboxState)state;

        var summary = await graph.Harvest(ana);

        Assert.True(summary.IsPermanent);
        Assert.Contains(words, summary.Problem, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<SourceException>(() => graph.Source(ana).Connect(CancellationToken.None));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_permission_for_calendars_is_named_and_leaves_the_mail_readable()
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.State = MailboxState.NoCalendars;
        ana.Add("inbox", Mail(1));

        var summary = await graph.Harvest(ana);

        Assert.Equal(1, summary.New);
        Assert.Contains("Calendars.Read", summary.Problem, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<SourceException>(() => graph.Source(ana).Connect(CancellationToken.None));
        Assert.Contains("Calendars.Read", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_too_long_to_sit_out_ends_the_harvest_and_is_kept_by_the_next()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.RetryAfter = 3600;
        var ana = graph.Service.AddMailbox("ana@us.example");
        graph.Service.Faults = (number, _) => number == 1 ? Fault.Throttled : Fault.None;

        Assert.NotNull((await graph.Harvest(ana)).Problem);
        Assert.Contains("minutes", (await graph.Harvest(ana)).Problem, StringComparison.Ordinal);
        Assert.Single(graph.Service.Seen);
    }

    [Theory]
    [InlineData("AADSTS7000215: Invalid client secret provided.", "the client secret is wrong")]
    [InlineData("AADSTS7000222: The provided client secret keys are expired.", "the client secret has expired")]
    [InlineData("AADSTS700016: Application was not found in the directory.", "knows no app with this client_id")]
    [InlineData("AADSTS700024: Client assertion is not within its valid time range.", "clock")]
    public async Task A_refused_login_says_what_to_correct(string said, string words)
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.LoginError = said;

        var summary = await graph.Harvest(graph.Service.AddMailbox("ana@us.example"));

        Assert.True(summary.IsPermanent);
        Assert.Contains(words, summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_off_is_named_when_tokens_are_refused()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.ClockAhead = TimeSpan.FromHours(1);
        graph.Service.Faults = (_, _) => Fault.TokenExpired;

        var summary = await graph.Harvest(graph.Service.AddMailbox("ana@us.example"));

        Assert.Contains("clock", summary.Problem, StringComparison.Ordinal);
        Assert.Contains("behind", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_answers_with_a_web_page_is_no_empty_mailbox()
    {
        await using var graph = await GraphCompany.Open();
        graph.Service.Faults = (_, _) => Fault.WebPage;

        var summary = await graph.Harvest(graph.Service.AddMailbox("ana@us.example"));

        Assert.Contains("web page", summary.Problem, StringComparison.Ordinal);
        Assert.Contains("endpoint", summary.Problem, StringComparison.Ordinal);
    }

    private static Task<CrmSync.Worker.Harvest.HarvestSummary> HarvestUntil(
        GraphCompany graph,
        GraphTestMailbox mailbox,
        CancellationToken end) => graph.Company.Harvest($"graph:{mailbox.Address}", new DyingSource(graph.Source(mailbox), end), ct: end);

    private static string Mail(int number) =>
        TestCompany.MailText(
            subject: $"Hinges {number}",
            id: $"m{number}@acme.example",
            date: (TestCompany.Monday - Duration.FromMinutes(number))
                .ToDateTimeUtc()
                .ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            body: $"Number {number}");

    /// <summary>Ends with the program: what it was doing is neither finished nor undone.</summary>
    private sealed class DyingSource(ISource source, CancellationToken end) : ISource
    {
        public Task Connect(CancellationToken ct) => source.Connect(ct);

        public async IAsyncEnumerable<Listing> Discover(
            KnownItems known,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var listing in source.Discover(known, end))
            {
                end.ThrowIfCancellationRequested();
                yield return listing;
            }
        }

        public async IAsyncEnumerable<Reading> Read(
            IReadOnlyList<RemoteItem> items,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var reading in source.Read(items, end))
            {
                end.ThrowIfCancellationRequested();
                yield return reading;
            }
        }
    }
}

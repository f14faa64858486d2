using System.Text.Json;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Webhooks;

/// <summary>Another program is told of new lines and of items that open and close: in order, at least once.</summary>
public abstract class EventsAreTold : IAsyncLifetime, IAsyncDisposable
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 2, 9, 0);

    private readonly PostServer other = new();
    private TestCompany company = null!;
    private TestProgram program = null!;

    /// <summary>The database as the configuration names it.</summary>
    protected abstract Task<string> NewStorage();

    public virtual async Task InitializeAsync()
    {
        company = await TestCompany.Open();
        Mail(1, "jane@acme.example", "When do they come?");
        await Configure(await NewStorage());
        program = await Open();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public virtual async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        await other.DisposeAsync();
        await company.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_there_before_is_no_news_and_what_comes_is_told_in_order_once()
    {
        await Start();
        await Send();
        Assert.Empty(other.Taken);

        Mail(2, "li@gamma.example", "And when those?");
        await Look(Morning + Duration.FromHours(1));
        Mail(3, "ana@us.example", "Tomorrow.", to: "li@gamma.example", more: "In-Reply-To: <2@mail.example>\r\n");
        await Look(Morning + Duration.FromHours(2));
        await Send();
        await Send();

        Assert.Equal(["line.added", "item.opened", "line.added", "item.closed"], Told("type"));
        Assert.Equal(["1", "2", "3", "4"], Told("position"));
        var (opened, closed) = (Data(1), Data(3));
        Assert.Equal(opened.GetProperty("id").GetString(), closed.GetProperty("id").GetString());
        Assert.Equal(
            ("reply", "li@gamma.example", "gamma.example", "ana", "open"),
            (Text(opened, "rule"), Text(opened, "contact"), Text(opened, "organisation"), Text(opened, "owner"), Text(opened, "state")));
        Assert.Equal(("met", "reply"), (Text(closed, "as"), Text(closed, "rule")));
        Assert.Equal("li@gamma.example", Text(Data(0).GetProperty("participants")[0], "address"));

        // Nothing anybody wrote.
        Assert.All(other.Taken, post => Assert.DoesNotContain("And when", post.Body, StringComparison.Ordinal));
        Assert.All(other.Taken, post => Assert.DoesNotContain("Hinges", post.Body, StringComparison.Ordinal));
        Assert.All(other.Taken, post => Assert.StartsWith("v1,", post.Headers["webhook-signature"], StringComparison.Ordinal));
        Assert.Equal(4, other.Taken.Select(post => post.Headers["webhook-id"]).Distinct().Count());
    }

    [Fact]
    public async Task A_line_that_is_written_again_is_no_news()
    {
        await Look(Morning);
        await Begin();
        Mail(2, "li@gamma.example", "And when those?");
        await Look(Morning + Duration.FromHours(1));
        await Send();
        var before = other.Taken.Count;

        // Another copy, of another file name, and another policy.
        File.Copy(company.PathTo("mail", "ana", "2.eml"), company.PathTo("mail", "ana", "2-copy.eml"));
        await Look(Morning + Duration.FromHours(1.1));
        await program.DisposeAsync();
        File.AppendAllText(company.PathTo("config", "policy.yaml"), "markers: { tomorrow: { any_of: [tomorrow] } }\n");
        program = await Open();
        await Look(Morning + Duration.FromHours(1.2));
        await Send();
        Assert.Equal(before, other.Taken.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_event_is_sent_until_it_has_arrived_under_one_id_and_none_overtakes_it(string? answer)
    {
        await Start();
        for (var i = 2; i < 5; i++)
            Mail(i, $"li@c{i}.example", "And when those?");

        await Look(Morning);
        var tries = 0;
        other.Answer = posted => JsonDocument.Parse(posted.Body).RootElement.GetProperty("position").GetInt64() == 2 && tries++ < 2
            ? answer
            : PostServer.Ok;
        for (var hour = 0; hour < 6; hour++)
            await Send(Morning + Duration.FromHours(hour));

        var arrived = Told("position").Select(long.Parse).ToList();
        Assert.Equal([1L, 2, 2, 2, .. Enumerable.Range(3, arrived.Count - 4).Select(i => (long)i)], arrived);
        Assert.Single(other.Taken.Where(post => post.Body.Contains("\"position\":2,", StringComparison.Ordinal))
            .Select(post => post.Headers["webhook-id"]).Distinct());
        Assert.Empty((await program.Status.Read(Morning + Duration.FromHours(6), default)).Mails);
    }

    [Fact]
    public async Task Status_says_in_words_that_nothing_arrives()
    {
        await Begin();
        await Look(Morning);
        other.Answer = _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        await Send();
        var told = (await program.Status.Read(Morning + Duration.FromHours(2), default)).Mails;
        Assert.Contains(
            told, one => one.NeedsSomebody && one.Words.Contains("there is no such webhook any more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_is_told_where_it_is_asked_for_and_never_what_is_not_kept()
    {
        await program.DisposeAsync();
        await Configure(null, "include: [text]", "privacy: { metadata_only: { domains: [gamma.example] } }");
        program = await Open();
        await Begin();
        Mail(2, "li@gamma.example", "Only we know this.");
        await Look(Morning);
        await Send();
        Assert.Contains(other.Taken, post => post.Body.Contains("When do they come?", StringComparison.Ordinal));
        Assert.DoesNotContain(other.Taken, post => post.Body.Contains("Only we know", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_was_erased_is_not_told_of_any_more()
    {
        await Start();
        Mail(2, "li@gamma.example", "And when those?");
        Mail(3, "jane@acme.example", "And these?");
        await Look(Morning);
        await program.DisposeAsync();
        var forgot = await TheProgram.Run("forget", "jane@acme.example", "--config", company.PathTo("config"));
        Assert.True(forgot.Status == 0, forgot.Error);

        program = await Open();
        await Look(Morning + Duration.FromMinutes(1));
        await Send();
        Assert.Equal(["line.added", "item.opened"], Told("type"));
        Assert.DoesNotContain(other.Taken, post => post.Body.Contains("acme", StringComparison.Ordinal));
    }

    [Fact]
    public async Task From_a_position_on_everything_is_sent_again_under_the_same_ids()
    {
        await Begin();
        Mail(2, "li@gamma.example", "And when those?");
        await Look(Morning);
        await Send();
        var first = other.Taken.Select(post => (post.Headers["webhook-id"], post.Body)).ToList();
        var replay = await TheProgram.Run("events", "replay", "--from", "2", "--config", company.PathTo("config"));
        Assert.Equal((0, $"crmsync: events 2 to {first.Count} are sent again by the running worker\n"), (replay.Status, replay.Error));
        await Send();
        Assert.Equal([.. first, .. first.Skip(1)], other.Taken.Select(post => (post.Headers["webhook-id"], post.Body)));

        var shown = await TheProgram.Run("events", "--format", "json", "--config", company.PathTo("config"));
        Assert.Equal($"{{\"sent\":{first.Count},\"newest\":{first.Count},\"oldest\":1}}\n", shown.Output);
        Assert.Equal(2, (await TheProgram.Run("events", "replay", "--from", "0", "--config", company.PathTo("config"))).Status);
    }

    [Fact]
    public async Task Without_anybody_to_tell_nothing_is_noted()
    {
        await Look(Morning);
        Assert.Null(await program.Part<EventBook>().State(default));
        Assert.Empty(await program.Part<EventBook>().Next(10, default));

        await Begin();
        Mail(2, "li@gamma.example", "And when those?");
        await Look(Morning + Duration.FromHours(1));
        await program.Part<EventBook>().End(default);
        Assert.Empty(await program.Part<EventBook>().Next(10, default));
    }

    [Fact]
    public async Task What_was_told_long_ago_is_let_go_of_and_what_was_not_is_kept()
    {
        await Begin();
        await Look(Morning);
        var book = program.Part<EventBook>();

        // What counts is when it was noted: the mails themselves may be years old.
        var noted = await new DatabaseClock(program.Part<ContactDatabase>()).Read(default);
        Assert.Equal(0, await book.Prune(noted + Duration.FromDays(60), default));
        await Send();
        Assert.Equal(0, await book.Prune(noted + Duration.FromDays(29), default));
        Assert.NotEqual(0, await book.Prune(noted + Duration.FromDays(60), default));
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("HEAD")]
    [InlineData("BODY")]
    [InlineData("ANSWERED")]
    public async Task Stopped_at_any_step_nothing_is_lost_and_only_the_one_under_way_may_come_twice(string step)
    {
        await Start();
        for (var i = 2; i < 6; i++)
            Mail(i, $"li@c{i}.example", "And when those?");

        await Look(Morning);
        var left = 3;
        using var stop = new CancellationTokenSource();
        other.OnStep = async reached =>
        {
            if (reached == step && --left == 0)
                await stop.CancelAsync();
        };
        try
        {
            await Send(ct: stop.Token);
        }
        catch (OperationCanceledException)
        {
            // As when the worker ends.
        }

        other.OnStep = _ => Task.CompletedTask;
        await Send(Morning + Duration.FromHours(1));
        var positions = Told("position").Select(long.Parse).ToList();
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (long)i), positions.Distinct());
        Assert.Equal(positions.Order(), positions);
        Assert.InRange(positions.Count, 8, 9);
    }

    [Fact]
    public async Task Two_senders_take_turns()
    {
        await Start();
        for (var i = 2; i < 8; i++)
            Mail(i, $"li@c{i}.example", "And when those?");

        await Look(Morning);
        await Task.WhenAll(Send(), Send(), Send());
        await Send();
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i}"), Told("position"));
    }

    private IEnumerable<string> Told(string what) =>
        other.Taken.Select(post => JsonDocument.Parse(post.Body).RootElement.GetProperty(what).ToString());

    private JsonElement Data(int at) => JsonDocument.Parse(other.Taken[at].Body).RootElement.GetProperty("data");

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private Task<TestProgram> Open() => TestProgram.Open(LoadedConfiguration.Read(company.PathTo("config"), Morning));

    /// <summary>What is in the log and open by now is no news.</summary>
    private async Task Start()
    {
        await Look(Morning);
        await Begin();
        await Look(Morning);
    }

    private Task Begin() => program.Part<EventBook>().Begin(default);

    private async Task Look(Instant now)
    {
        await foreach (var done in program.Harvest.Run(program.Readable, now, null, default))
            Assert.Null(done.Problem);

        while (await program.Part<UnitLook>().CatchUp(now, default) is null)
        {
        }
    }

    private async Task Send(Instant? now = null, CancellationToken ct = default) =>
        await program.Part<EventOutbox>().SendAll(program.Part<CrmSyncConfiguration>().Events!, now ?? Morning, ct);

    private void Mail(int number, string from, string text, string to = "ana@us.example", string more = "") => File.WriteAllText(
        company.PathTo("mail", "ana", $"{number}.eml"),
        TestCompany.MailText("Hinges", from, to, "Mon, 2 Mar 2026 08:00:00 +0000", text, $"{number}@mail.example", more));

    private string storage = "";

    private Task Configure(string? place, string include = "", string more = "")
    {
        storage = place ?? storage;
        File.WriteAllText(
            company.PathTo("config", "crmsync.yaml"),
            $$"""
            version: 1
            storage: {{storage}}
            capture: { since: 2026-01-01 }
            accounts: [ { eml: ../mail/ana, address: ana@us.example, name: ana } ]
            events: { url: "{{other.Url}}", secret: {{Secret}}{{(include.Length > 0 ? ", " + include : "")}} }

            """);
        File.WriteAllText(
            company.PathTo("config", "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [us.example] }
            defaults: { calendar: office, owner: ana }
            calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
            people: { ana: { email: ana@us.example } }
            rules: [ { respond: reply, within: 4bh } ]
            {{more}}

            """);
        return Task.CompletedTask;
    }
}

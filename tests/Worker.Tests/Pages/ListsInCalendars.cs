using System.Globalization;
using System.Net;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Calendar;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>What a calendar program gets that subscribes to the list of a reader. Ana has items; Olga manages her.</summary>
public sealed class ListsInCalendars(HarvestedSample sample) : IAsyncLifetime, IAsyncDisposable, IClassFixture<HarvestedSample>
{
    private const string Anas = "anas-own-token";

    private readonly PagesCompany company = new(sample);

    public async Task InitializeAsync()
    {
        await company.InitializeAsync();
        await company.Program.Part<ReaderFeeds>().Give("ana", Anas, company.Now, default);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => company.DisposeAsync();

    [Fact]
    public async Task It_has_an_entry_for_each_open_item_of_the_reader_at_its_due_time_and_for_no_other()
    {
        var items = (await Open()).Where(item => item.Owner == "ana").ToList();
        Assert.NotEmpty(items);
        var got = await company.GetFeed(Anas);
        Assert.Equal(HttpStatusCode.OK, got.Status);
        Assert.Equal("text/calendar; charset=utf-8", got.Header("Content-Type"));
        Assert.Equal("no-cache, private", got.Header("Cache-Control"));
        Assert.Equal(
            items.Select(item => (item.Id, item.Due!.Value)).Order(),
            Entries(got.Body).Select(entry => (entry["UID"].Split('.')[0], Moment(entry["DTSTART"]))).Order());
        Assert.All(Entries(got.Body), entry =>
        {
            Assert.Equal(Duration.FromMinutes(15), Moment(entry["DTEND"]) - Moment(entry["DTSTART"]));
            Assert.EndsWith("@bright.example", entry["UID"], StringComparison.Ordinal);
            Assert.Equal("TRANSPARENT", entry["TRANSP"]);
            Assert.Equal("FREE", entry["X-MICROSOFT-CDO-BUSYSTATUS"]);
            Assert.Equal(entry["DTSTAMP"], entry["LAST-MODIFIED"]);
        });
        Assert.Contains("METHOD:PUBLISH\r\n", got.Body, StringComparison.Ordinal);
        Assert.Contains("X-PUBLISHED-TTL:PT15M\r\n", got.Body, StringComparison.Ordinal);
        Assert.Contains("REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n", got.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("CLASS:", got.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_a_customer_wrote_stands_in_it()
    {
        var body = Unfold((await company.GetFeed(Anas)).Body);
        var triggers = (await Open()).Select(item => item.Trigger).OfType<string>().ToList();
        var lines = await company.Program.Log.Read(new LogFilter { Ids = triggers }, default).ToListAsync();
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(line.Subject!, body, StringComparison.OrdinalIgnoreCase);
            if (line.Text is { Length: > 20 } text)
                Assert.DoesNotContain(text[..20], body, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task A_program_that_knows_it_is_told_so_until_something_changes()
    {
        var first = await company.GetFeed(Anas);
        var tag = first.Header("ETag");
        Assert.Matches("^\"[0-9a-f]{32}\"$", tag);
        foreach (var known in new[] { tag, "W/" + tag, "\"other\", " + tag, "*" })
        {
            var same = await company.GetFeed(Anas, known);
            Assert.Equal(HttpStatusCode.NotModified, same.Status);
            Assert.Equal(tag, same.Header("ETag"));
            Assert.Equal("no-cache, private", same.Header("Cache-Control"));
            Assert.Empty(same.Body);
        }

        Assert.Equal(HttpStatusCode.OK, (await company.GetFeed(Anas, "\"other\"")).Status);
        Assert.Equal(HttpStatusCode.OK, (await company.GetFeed(Anas, "no tag at all")).Status);
        var head = await company.GetFeed(Anas, method: HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Empty(head.Body);
        Assert.Equal(tag, head.Header("ETag"));
        Assert.Equal($"{Encoding.UTF8.GetByteCount(first.Body)}", head.Header("Content-Length"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await company.GetFeed(Anas, method: HttpMethod.Delete)).Status);
    }

    [Fact]
    public async Task What_is_done_is_gone_and_everything_else_stays_as_it_was()
    {
        var before = await company.GetFeed(Anas);
        var gone = (await Open()).First(item => item.Owner == "ana");
        await Say(CommandVerb.Done, gone);
        Assert.Equal(HttpStatusCode.NotModified, (await company.GetFeed(Anas, before.Header("ETag"))).Status);

        company.Now += Duration.FromMinutes(1);
        var after = await company.GetFeed(Anas, before.Header("ETag"));
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.DoesNotContain(gone.Id + ".", after.Body, StringComparison.Ordinal);
        Assert.Equal(
            Entries(before.Body).Where(entry => !entry["UID"].StartsWith(gone.Id, StringComparison.Ordinal)).Select(Print),
            Entries(after.Body).Select(Print));
    }

    [Fact]
    public async Task An_entry_that_changes_keeps_its_id_and_has_a_higher_version()
    {
        var before = Entries((await company.GetFeed(Anas)).Body).First();
        var id = before["UID"].Split('.')[0];
        company.Now += Duration.FromHours(1);
        company.Change(policy => policy with
        {
            Rules = [.. policy.Rules.Select(rule => rule with { Say = "Ring first; then write, please" })],
        });
        var after = Entries((await company.GetFeed(Anas)).Body).Single(entry => entry["UID"] == before["UID"]);
        Assert.Equal($@"Ring first\; then write\, please\n{id}", after["DESCRIPTION"]);
        Assert.Equal(company.Now, Moment(after["LAST-MODIFIED"]));
        Assert.True(
            int.Parse(after["SEQUENCE"], CultureInfo.InvariantCulture) > int.Parse(before["SEQUENCE"], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_program_that_is_started_again_writes_the_same()
    {
        var before = await company.GetFeed(Anas);
        company.Now += Duration.FromHours(1);
        var later = await company.GetFeed(Anas);
        await company.Restart();
        var again = await company.GetFeed(Anas);
        Assert.Equal(Entries(before.Body).Select(entry => entry["UID"]), Entries(again.Body).Select(entry => entry["UID"]));
        Assert.Equal(later.Body, again.Body);
        Assert.Equal(later.Header("ETag"), again.Header("ETag"));
    }

    [Fact]
    public async Task However_many_ask_the_policy_is_asked_once_a_minute()
    {
        foreach (var reader in new[] { "tim", "olga" })
            await company.Program.Part<ReaderFeeds>().Give(reader, reader + "-token", company.Now, default);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => company.GetFeed(new[] { Anas, "tim-token", "olga-token" }[i % 3])));
        Assert.Equal(1, company.Asked);
        company.Now += Duration.FromSeconds(59);
        await company.GetFeed(Anas);
        Assert.Equal(1, company.Asked);
        company.Now += Duration.FromSeconds(1);
        await company.GetFeed(Anas);
        Assert.Equal(2, company.Asked);
    }

    [Fact]
    public async Task A_calendar_of_nobody_and_of_somebody_who_left_are_answered_alike_and_no_key_fits_two_doors()
    {
        var unknown = await company.GetFeed("nobodys-token");
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        company.Leaves("ana", new LocalDate(2026, 3, 4));
        var left = await company.GetFeed(Anas);
        Assert.Equal((unknown.Status, unknown.Body), (left.Status, left.Body));
        Assert.Equal(Names(unknown), Names(left));
        company.Leaves("ana", null);
        Assert.Equal(HttpStatusCode.OK, (await company.GetFeed(Anas)).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await company.GetFeed(company.Token("ana"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await company.Get("/feed/" + Anas)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await company.Get("/people/jo%40acme.example?t=" + Anas)).Status);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await company.Get($"/feed/{Anas}.ics", host: "evil.example")).Status);
    }

    [Theory]
    [InlineData(Language.English, "Answer ")]
    [InlineData(Language.German, " antworten")]
    [InlineData(Language.French, "Répondre à ")]
    public async Task It_speaks_the_language_of_its_reader(Language language, string words)
    {
        company.Reads("ana", language);
        Assert.Contains(Entries((await company.GetFeed(Anas)).Body), entry => entry["SUMMARY"].Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_is_erased_is_gone_at_once()
    {
        Assert.Contains("Declan", Unfold((await company.GetFeed(Anas)).Body), StringComparison.Ordinal);
        var policy = company.Program.Policy;
        await company.Program.Part<Erasure>().Forget(
            new SomePerson([EmailAddress.Parse("declan@murphymotors.example")]),
            new Classifier(policy),
            MeetingHarvest.MergeFor(ReadingRules.From(policy)),
            company.Now,
            TimeSpan.Zero,
            default);
        var after = Unfold((await company.GetFeed(Anas)).Body);
        Assert.DoesNotContain("Declan", after, StringComparison.Ordinal);
        Assert.DoesNotContain("murphymotors", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Libraries_that_others_wrote_read_it_and_find_nothing_wrong()
    {
        // Long and odd names: every line is folded between characters, and nothing in a name ends a value.
        company.Change(policy => policy with
        {
            Contacts =
            [
                .. policy.Contacts,
                new ContactEntry(EmailAddress.Parse("declan@murphymotors.example"), policy.Rules[0].Place)
                {
                    Name = "Déclan \"Ó\" Murphy; Söhne, Kraftfahrzeuge \\ мотор 自動車 🚗🚗🚗🚗🚗🚗",
                },
            ],
        });
        foreach (var language in Enum.GetValues<Language>())
        {
            company.Reads("ana", language);
            company.Now += Duration.FromMinutes(2);
            var body = (await company.GetFeed(Anas)).Body;
            Assert.All(body.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
            Assert.DoesNotContain('\n', body.Replace("\r\n", "", StringComparison.Ordinal));
            Assert.Equal(Entries(body).Count, CalendarReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(body))).Events.Count);
            Assert.Equal($"{Entries(body).Count} entries, well formed", await OtherReaders.Check(body));
        }
    }

    [Fact]
    public async Task Subscribed_to_in_a_calendar_that_is_read_it_makes_no_meetings()
    {
        await using var other = await TestCompany.Open("bright.example");
        var file = other.PathTo("calendars", "ana.ics");
        await File.WriteAllTextAsync(file, (await company.GetFeed(Anas)).Body);
        var config = TheProgram.Configuration(other, $"  - {{ ics: {file}, address: ana@us.example, name: ana }}");
        Assert.Equal(0, (await TheProgram.Run("sync", "--config", config)).Status);
        Assert.Empty((await TheProgram.Run("log", "--config", config, "--class", "all", "--format", "json")).Output);
    }

    [Fact]
    public async Task An_empty_list_is_a_calendar_all_the_same()
    {
        company.Change(policy => policy with { Rules = [] });
        var body = (await company.GetFeed(Anas)).Body;
        Assert.Empty(Entries(body));
        Assert.Equal("0 entries, well formed", await OtherReaders.Check(body));
    }

    private async Task<IReadOnlyList<Item>> Open() =>
        [
            .. new Evaluator(company.Program.Policy).Evaluate(await company.Program.Snapshot(company.Now), company.Now).Items
                .Where(item => item is { Due: not null, State: ItemState.Open or ItemState.Overdue }),
        ];

    private Task<int> Say(CommandVerb verb, Item item)
    {
        var ana = EmailAddress.Parse("ana@bright.example");
        return company.Program.Part<CommandLog>().Add(
            [
                new Interaction
                {
                    Id = "said-" + item.Id,
                    Kind = InteractionKind.Command,
                    At = company.Now,
                    Seen = company.Now,
                    Author = ana,
                    Participants = [new Participant(ana, "Ana", ParticipantRole.From, Internal: true)],
                    Accounts = ["commands"],
                    Command = new CommandFacts(ana, verb) { About = item.About, Contact = item.Contact, Rule = item.Rule.Name },
                },
            ],
            default);
    }

    private static string Names(Got got) =>
        string.Join(' ', got.Headers.Keys.Where(name => name is not "Date").Order(StringComparer.OrdinalIgnoreCase));

    private static string Print(Dictionary<string, string> entry) => string.Join('\n', entry.Select(one => $"{one.Key}:{one.Value}"));

    private static string Unfold(string body) => body.Replace("\r\n ", "", StringComparison.Ordinal);

    private static List<Dictionary<string, string>> Entries(string body) =>
        [
            .. Unfold(body).Split("BEGIN:VEVENT\r\n").Skip(1)
                .Select(part => part.Split("END:VEVENT")[0].Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => line.Split(':', 2))
                    .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal)),
        ];

    private static Instant Moment(string utc) =>
        NodaTime.Text.InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'").Parse(utc).Value;
}

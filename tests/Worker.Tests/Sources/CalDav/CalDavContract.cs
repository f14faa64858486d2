using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.CalDav;

namespace CrmSync.Worker.Tests.Sources.CalDav;

/// <summary>What the client must be able to do with every real server.</summary>
public abstract class CalDavContract : IDisposable
{
    private static readonly Dictionary<string, string?> Nothing = [];

    private readonly CountingHandler counting = new(WebConnections.Create(TimeProvider.System));
    private readonly HttpClient http;

    protected CalDavContract() => http = new HttpClient(counting);

    protected abstract CalDavServer Server { get; }

    [Fact]
    public async Task Calendars_are_found_from_the_bare_address()
    {
        await Server.NewCalendar("work");
        await Server.NewCalendar("home");
        var client = Client();
        var calendars = await client.Calendars(await client.Discover(CancellationToken.None), CancellationToken.None);
        Assert.Contains(
            calendars,
            calendar => calendar.Address.AbsolutePath.EndsWith("/work/", StringComparison.Ordinal) && calendar.SkipReason is null);
        Assert.Contains(
            calendars,
            calendar => calendar.Address.AbsolutePath.EndsWith("/home/", StringComparison.Ordinal) && calendar.SkipReason is null);
    }

    [Fact]
    public async Task The_address_of_one_calendar_means_that_calendar()
    {
        var address = await Server.NewCalendar("only");
        await Server.NewCalendar("other");
        var client = Client(address);
        Assert.Equal(
            address,
            Assert.Single(await client.Calendars(await client.Discover(CancellationToken.None), CancellationToken.None)).Address);
    }

    [Fact]
    public async Task New_changed_and_deleted_events_are_told_and_an_unchanged_poll_takes_one_request()
    {
        var address = await Server.NewCalendar("step");
        await Server.Put(address, "a", Event("a", "First"));
        await Server.Put(address, "b", Event("b", "Second"));
        var (client, calendar) = await Open(address);
        var poll = new CalDavPoll(client);

        var first = await poll.Changes(calendar, null, Nothing, audit: false, CancellationToken.None);
        var objects = await Fetch(client, calendar, first);
        Assert.Equal(2, objects.Count);
        Assert.All(objects, item => Assert.Contains("BEGIN:VEVENT", item.Content, StringComparison.Ordinal));
        var known = objects.ToDictionary(item => item.Path, item => item.ETag);

        counting.Take();
        var same = await poll.Changes(Remembered(calendar), first.Cursor, known, audit: false, CancellationToken.None);
        Assert.Equal(1, counting.Take());
        Assert.Empty(same.Changed);
        Assert.Empty(same.Gone);

        await Server.Put(address, "a", Event("a", "Changed"));
        counting.Take();
        var changed = await poll.Changes(Remembered(calendar), same.Cursor, known, audit: false, CancellationToken.None);
        var item = Assert.Single(await Fetch(client, calendar, changed));
        Assert.Equal(2, counting.Take());
        Assert.Contains("Changed", item.Content, StringComparison.Ordinal);
        known[item.Path] = item.ETag;

        await Server.Delete(new Uri(address, "b.ics"));
        var deleted = await poll.Changes(Remembered(calendar), changed.Cursor, known, audit: false, CancellationToken.None);
        Assert.EndsWith("b.ics", Assert.Single(deleted.Gone), StringComparison.Ordinal);
        Assert.Empty(deleted.Changed);
    }

    [Fact]
    public async Task A_token_the_server_has_forgotten_leads_to_a_comparison_of_all_tags()
    {
        var address = await Server.NewCalendar("forgotten");
        await Server.Put(address, "a", Event("a", "First"));
        await Server.Put(address, "b", Event("b", "Second"));
        var (client, calendar) = await Open(address);
        var poll = new CalDavPoll(client);
        var first = await poll.Changes(calendar, null, Nothing, audit: false, CancellationToken.None);
        var known = first.Changed.ToDictionary(tag => tag.Path, tag => tag.ETag);
        known[address.AbsolutePath + "gone.ics"] = "\"1\"";

        var answer = await poll.Changes(
            Remembered(calendar),
            new CalDavCursor("http://radicale.org/ns/sync/0000", null),
            known,
            audit: false,
            CancellationToken.None);
        Assert.Empty(answer.Changed);
        Assert.EndsWith("gone.ics", Assert.Single(answer.Gone), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_audit_compares_all_tags()
    {
        var address = await Server.NewCalendar("audit");
        await Server.Put(address, "a", Event("a", "First"));
        var (client, calendar) = await Open(address);
        var changes = await new CalDavPoll(client).Changes(
            calendar,
            new CalDavCursor(calendar.SyncToken, calendar.ChangeTag),
            Nothing,
            audit: true,
            CancellationToken.None);
        Assert.Single(changes.Changed);
    }

    [Fact]
    public async Task What_is_gone_when_it_is_fetched_comes_back_without_content()
    {
        var address = await Server.NewCalendar("late");
        await Server.Put(address, "a", Event("a", "First"));
        var (client, calendar) = await Open(address);
        var objects = new Dictionary<string, CalDavObject>();
        await foreach (
            var item in client.Fetch(
                calendar,
                [new CalDavTag(address.AbsolutePath + "a.ics", null), new CalDavTag(address.AbsolutePath + "never.ics", null)],
                CancellationToken.None
            )
        )
            objects.Add(item.Path, item);
        Assert.NotNull(objects[address.AbsolutePath + "a.ics"].Content);
        Assert.Null(objects[address.AbsolutePath + "never.ics"].Content);
    }

    [Fact]
    public async Task A_calendar_that_is_not_there_is_said_not_to_be()
    {
        var error = await Assert.ThrowsAsync<MailServerException>(async () =>
        {
            var client = Client();
            await client.List(new CalDavCalendar { Address = new Uri(Server.Home, "nowhere/"), Name = "nowhere" }, CancellationToken.None);
        });
        Assert.Equal(MailFailure.Permanent, error.Failure);
        Assert.Contains("check the address", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        http.Dispose();
        counting.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An event; its UID is of this test alone, for some servers take one only once a user.</summary>
    protected static string Event(string uid, string summary, [System.Runtime.CompilerServices.CallerMemberName] string test = "") => $"""
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Test//EN
        BEGIN:VEVENT
        UID:{uid}-{test}@bright.example
        DTSTAMP:20260101T000000Z
        DTSTART:20260302T090000Z
        DTEND:20260302T100000Z
        SUMMARY:{summary}
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n");

    protected CountingHandler Counting => counting;

    private protected CalDavClient Client(Uri? address = null, string? password = null) =>
        new(new DavClient(http, address ?? Server.Root, DavCredentials.Basic(CalDavServer.User, password ?? CalDavServer.Password)));

    private protected async Task<(CalDavClient Client, CalDavCalendar Calendar)> Open(Uri address)
    {
        var client = Client(address);
        return (client, Assert.Single(await client.Calendars([address], CancellationToken.None), calendar => calendar.Address == address));
    }

    private protected static async Task<List<CalDavObject>> Fetch(CalDavClient client, CalDavCalendar calendar, CalDavChanges changes)
    {
        var objects = new List<CalDavObject>();
        await foreach (var item in client.Fetch(calendar, changes.Changed, CancellationToken.None))
            objects.Add(item);
        return objects;
    }

    /// <summary>A calendar as it is kept between polls: without the state it was in when it was listed.</summary>
    private protected static CalDavCalendar Remembered(CalDavCalendar calendar) => calendar with { SyncToken = null, ChangeTag = null };
}

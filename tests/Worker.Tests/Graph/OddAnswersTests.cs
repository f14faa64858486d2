using System.Text;
using System.Text.Json.Nodes;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>
/// What the service has answered although its documentation says otherwise, or says so only there: an odd message, event, folder or
/// calendar spoils no other, and costs a trouble in words at most.
/// </summary>
public sealed class OddAnswersTests
{
    private const string Odd = "Odd";
    private static readonly Instant Tuesday = Instant.FromUtc(2026, 3, 3, 10, 0);

    /// <summary>What is odd about a message, as properties that replace those of a sound one, and whether it makes a line.</summary>
    public static TheoryData<string, string, bool> Messages { get; } = new()
    {
        { "no subject", """{ "subject": null }""", true },
        { "controls in the subject", """{ "subject": "Odd \u0000\u202e\u0007" }""", true },
        { "no Message-ID", """{ "internetMessageId": null }""", true },
        { "an empty Message-ID", """{ "internetMessageId": "" }""", true },
        { "no headers although it was received", """{ "internetMessageHeaders": null }""", true },
        {
            "headers without name or value",
            """{ "internetMessageHeaders": [ { "name": "", "value": "x" }, { "name": "X-One" }, {} ] }""",
            true
        },
        { "nobody as author", """{ "from": null, "sender": null }""", true },
        {
            "an author of the old directory",
            """{ "from": { "emailAddress": { "name": "Jo", "address": "/o=ExchangeLabs/ou=Exchange (FYDIBO)/cn=Recipients/cn=jo" } } }""",
            true
        },
        {
            "recipients without address",
            """{ "toRecipients": [ {}, { "emailAddress": null }, { "emailAddress": { "name": "Ana" } } ] }""",
            true
        },
        { "recipients of nothing", """{ "toRecipients": null, "ccRecipients": null, "bccRecipients": null, "replyTo": null }""", true },
        { "a body of nothing", """{ "body": { "contentType": "text", "content": "" } }""", true },
        { "HTML although text was asked for", """{ "body": { "contentType": "html", "content": "<p>Odd<br>text</p>" } }""", true },
        { "a kind of body nobody knows", """{ "body": { "contentType": "markdown", "content": "Odd" } }""", true },
        { "sent in the year 1", """{ "sentDateTime": "0001-01-01T00:00:00Z" }""", true },
        { "nobody knows whether it has attachments", """{ "hasAttachments": null }""", true },
        { "a link that is none", """{ "webLink": "outlook:item?x=\u0000" }""", true },
        { "a type of a later version", """{ "@odata.type": "#microsoft.graph.hologramMessage", "hologram": { "depth": 3 } }""", true },
        { "an id alone, as of what was only touched", """{ "!": "id", "isRead": true }""", true },
        { "removed before it was ever told", """{ "!": "id", "@removed": { "reason": "deleted" } }""", false },
        { "a draft nobody sent", """{ "isDraft": true }""", false },
    };

    /// <summary>What is odd about an event, and whether it makes a line.</summary>
    public static TheoryData<string, string, bool> Events { get; } = new()
    {
        { "no organiser", """{ "organizer": null }""", true },
        { "an organiser without address", """{ "organizer": { "emailAddress": { "name": "Nobody" } } }""", true },
        { "no UID", """{ "iCalUId": null }""", true },
        { "an empty UID", """{ "iCalUId": "" }""", true },
        { "no type", """{ "type": null }""", true },
        {
            "attendees of the old directory",
            """{ "attendees": [ { "emailAddress": { "address": "/o=ExchangeLabs/cn=jo", "name": "Jo" } } ] }""",
            true
        },
        { "attendees without address", """{ "attendees": [ { "status": { "response": "none" } }, { "emailAddress": null } ] }""", true },
        { "a response nobody knows", """{ "responseStatus": { "response": "perhaps", "time": "0001-01-01T00:00:00Z" } }""", true },
        { "a sensitivity nobody knows", """{ "sensitivity": "topSecret" }""", true },
        { "an end before the start", """{ "end": { "dateTime": "2026-03-03T09:00:00.0000000", "timeZone": "UTC" } }""", false },
        { "no end", """{ "end": null }""", false },
        {
            "a zone that is a name of somebody's own",
            """{ "start": { "dateTime": "2026-03-03T10:00:00.0000000", "timeZone": "" } }""",
            true
        },
        { "the end of time", """{ "end": { "dateTime": "9999-12-31T23:59:59.9999999", "timeZone": "UTC" } }""", false },
        { "a series that is not there", """{ "type": "occurrence", "seriesMasterId": "Gone" }""", false },
        { "last changed in the year 1", """{ "lastModifiedDateTime": "0001-01-01T00:00:00Z" }""", true },
        { "a subject that is a number", """{ "subject": 17 }""", true },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task An_odd_message_is_read_or_left_and_the_sound_one_beside_it_is_read(string what, string odd, bool isLine)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add("inbox", TestCompany.MailText("Sound", id: "sound@acme.example"));
        ana.Add("inbox", TestCompany.MailText(Odd, id: "odd@acme.example", date: "Mon, 2 Mar 2026 07:00:00 +0000", body: "Hm"));
        graph.Service.TwistMessage = json => Twisted(json, odd, json["subject"]?.GetValue<string>() == Odd);

        var summary = await graph.Harvest(ana);

        Assert.True(summary.Problem is null, $"{what}: {summary.Problem}");
        var log = await graph.Company.Log();
        Assert.Contains(log, line => line.Subject == "Sound");
        Assert.Equal(isLine ? 2 : 1, log.Count);
        Assert.Equal((0, null), await graph.Harvest(ana) is var again ? (again.New, again.Problem) : default);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public async Task An_odd_event_is_read_or_left_and_the_sound_one_beside_it_is_read(string what, string odd, bool isLine)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var event1 = GraphCalendarTests.Event(Tuesday, "uid-1-of-a-long-meeting", Odd);
        Twisted(event1, odd, isMeant: true);
        ana.Put("O", event1);
        ana.Put("S", GraphCalendarTests.Event(Tuesday, "uid-2-of-a-long-meeting", "Sound"));

        var summary = await graph.Harvest(ana);

        Assert.True(summary.Problem is null, $"{what}: {summary.Problem}");
        var log = await graph.Company.Log();
        Assert.Contains(log, line => line.Subject == "Sound");
        Assert.True(log.Count == (isLine ? 2 : 1), $"{what}: {string.Join(", ", log.Select(line => line.Subject))}");
        Assert.Equal(0, (await graph.Harvest(ana)).New);
    }

    [Theory]
    [InlineData("""{ "displayName": null }""")]
    [InlineData("""{ "displayName": "a/b\u0000\u202e" }""")]
    [InlineData("""{ "childFolderCount": null, "totalItemCount": null, "parentFolderId": null }""")]
    [InlineData("""{ "@odata.type": "#microsoft.graph.hologramFolder" }""")]
    public async Task An_odd_folder_is_read(string odd)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        ana.Add(ana.AddFolder("Kunden"), Encoding.UTF8.GetBytes(TestCompany.MailText("Deep", id: "deep@acme.example")));
        ana.Add("inbox", TestCompany.MailText("Sound", id: "sound@acme.example"));
        graph.Service.TwistFolder = json => Twisted(json, odd, json["displayName"]?.GetValue<string>() == "Kunden");

        var summary = await graph.Harvest(ana);

        Assert.Equal((2, null), (summary.New, summary.Problem));
    }

    [Theory]
    [InlineData("""{ "name": null, "owner": null }""")]
    [InlineData("""{ "owner": { "name": "x", "address": "/o=ExchangeLabs/cn=ana" }, "isDefaultCalendar": null }""")]
    [InlineData("""{ "name": " \u202e ", "color": "ultraviolet" }""")]
    public async Task An_odd_calendar_is_read(string odd)
    {
        await using var graph = await GraphCompany.Open();
        var ana = graph.Service.AddMailbox("ana@us.example");
        var projects = new GraphTestCalendar("C1", "Projekte");
        ana.Calendars.Add(projects);
        ana.Put("P", GraphCalendarTests.Event(Tuesday, "uid-2-of-a-long-meeting", "Review"), projects);
        graph.Service.TwistFolder = json => Twisted(json, odd, json["name"]?.GetValue<string>() == "Projekte");

        var summary = await graph.Harvest(ana);

        Assert.Equal((1, null), (summary.New, summary.Problem));
    }

    [Fact]
    public async Task A_list_of_calendars_that_names_none_or_everyone_as_the_own_changes_nothing()
    {
        foreach (var isOwn in new[] { "true", "false" })
        {
            await using var graph = await GraphCompany.Open();
            var ana = graph.Service.AddMailbox("ana@us.example");
            ana.Put("P", GraphCalendarTests.Event(Tuesday, "uid-2-of-a-long-meeting", "Review"));
            graph.Service.TwistFolder = json => Twisted(json, $$"""{ "isDefaultCalendar": {{isOwn}} }""", json["name"] is not null);

            Assert.Equal((1, null), await graph.Harvest(ana) is var summary ? (summary.New, summary.Problem) : default);
        }
    }

    /// <summary>Replaces properties; with <c>!</c> only what is named stays.</summary>
    private static void Twisted(JsonObject json, string odd, bool isMeant)
    {
        if (!isMeant)
            return;

        var twist = JsonNode.Parse(odd)!.AsObject();
        if (twist["!"] is { } only)
        {
            foreach (var name in json.Select(pair => pair.Key).Where(name => name != only.GetValue<string>()).ToList())
                json.Remove(name);

            twist.Remove("!");
        }

        foreach (var (name, value) in twist.ToList())
            json[name] = value?.DeepClone();
    }
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;

namespace CrmSync.Storage.Tests;

/// <summary>Lines are found by what an organisation has to do with them.</summary>
public abstract class FindingContract(IDatabases databases)
{
    private static readonly EmailAddress Ana = Some.Address("ana@bright.example");

    [Fact]
    public async Task Lines_of_a_domain_are_those_of_everybody_at_it_and_below_and_of_nobody_else()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(
            Some.Line(Some.Mail("bob@acme.example", "at it")),
            Some.Line(Some.Mail("eve@mail.acme.example", "below it")),
            Some.Line(Some.Mail("dan@notacme.example", "another")),
            Some.Line(Some.Mail("dan@acme.example.shop", "longer")),
            Some.Line(Some.Mail("dan@acme-two.example", "with a hyphen")),
            Some.Line(
                Some.Mail("zoe@beta.example", "in copy") with
                {
                    Cc = [Some.Named("bob@acme.example")],
                }));

        Assert.Equal(["at it", "below it", "in copy"], await Subjects(scene, new LinesWanted { Domains = ["acme.example"] }));
        Assert.Equal(
            ["another"],
            await Subjects(scene, new LinesWanted { Addresses = [Some.Address("dan@notacme.example"), Some.Address("no@body.example")] }));
    }

    [Fact]
    public async Task Commands_are_found_by_whom_and_what_they_are_about_and_by_what_they_take_back()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Some.Mail("bob@acme.example", "The offer", id: "1@acme.example")));
        var mail = Assert.Single(await scene.Log());
        await new CommandLog(scene.Database).Add(
            [
                Said("about-thread", new(Ana, CommandVerb.Done) { About = mail.Thread }),
                Said("about-firm", new(Ana, CommandVerb.Done) { About = "acme.example" }),
                Said("about-stranger", new(Ana, CommandVerb.Tag) { Contact = Some.Address("new@sub.acme.example"), Tag = "vip" }),
                Said("about-other", new(Ana, CommandVerb.Called) { Contact = Some.Address("zoe@beta.example") }),
                Said("undo", new(Ana, CommandVerb.Undo) { Undoes = ["about-thread"] }),
                Said("same", new(Ana, CommandVerb.Same)
                {
                    Contact = Some.Address("zoe@beta.example"),
                    Other = Some.Address("zoe@gmail.example"),
                }),
            ],
            default);

        Assert.Equal([mail.Id, "about-stranger"], await Ids(scene, new LinesWanted { Domains = ["acme.example"] }));
        Assert.Equal([mail.Id], await Ids(scene, new LinesWanted { Threads = [mail.Thread!] }));
        Assert.Equal(["about-firm", "about-thread"], await Ids(scene, new LinesWanted { Targets = [mail.Thread!, "acme.example"] }));
        Assert.Equal(["undo"], await Ids(scene, new LinesWanted { Targets = ["about-thread"] }));
        Assert.Equal(["same"], await Ids(scene, JoinedPeople.Joins));
        Assert.Equal(["same"], await Ids(scene, new LinesWanted { Addresses = [Some.Address("zoe@gmail.example")] }));
        Assert.Equal(
            ["about-other", "same"],
            (await scene.Log(new LogFilter { About = [Some.Address("zoe@beta.example")] })).Select(line => line.Id).Order());
    }

    [Fact]
    public async Task A_forwarded_mail_is_found_by_its_author()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward()));
        Assert.Equal(["FW: The offer"], await Subjects(scene, new LinesWanted { Domains = ["acme.example"] }));
    }

    [Fact]
    public async Task Nobody_who_was_erased_can_be_found()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward()), Some.Line(Some.Mail("bob@acme.example")), Some.Line(Some.Mail("zoe@beta.example")));
        await new CommandLog(scene.Database).Add(
            [Said("noted", new(Ana, CommandVerb.Called) { Contact = Some.Address("bob@acme.example") })],
            default);
        var erasure = new Erasure(scene.Database, Scene.Text);
        var person = new SomePerson([Some.Address("bob@acme.example")]);
        await erasure.Forget(
            person,
            Some.Classifier,
            new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers),
            Some.Noon,
            TimeSpan.Zero,
            default);

        Assert.Empty(await Ids(scene, new LinesWanted { Domains = ["acme.example"] }));
        Assert.Single(await Ids(scene, new LinesWanted { Domains = ["beta.example"] }));
        Assert.Equal(1, await scene.Database.CountRows("outsider", default));
        Assert.Equal(0, await scene.Database.CountRows("line_target", default));
        Assert.Empty(await erasure.Search(person, new KnownAs([], []), default));
    }

    [Fact]
    public async Task A_line_that_was_not_known_yet_is_not_found()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Some.Mail("bob@acme.example"), seen: Some.Noon + Some.Hours(5)));
        var wanted = new LinesWanted { Domains = ["acme.example"] };
        Assert.Empty(await new ContactLog(scene.Database).Read(wanted, Some.Noon + Some.Hours(4), default));
        Assert.Single(await new ContactLog(scene.Database).Read(wanted, Some.Noon + Some.Hours(6), default));
    }

    private static MailFacts Forward() => Some.Mail("ben@bright.example", "FW: The offer", id: "f@bright.example") with
    {
        Pasted = new PastedMail(Some.Named("bob@acme.example")) { Subject = "The offer", OwnText = "When?" },
    };

    private static Interaction Said(string id, CommandFacts facts) => new()
    {
        Id = id,
        Kind = InteractionKind.Command,
        At = Some.Noon,
        Seen = Some.Noon,
        Author = facts.By,
        Participants = [new Participant(facts.By, null, ParticipantRole.From, Internal: true)],
        Command = facts,
    };

    private static async Task<List<string>> Ids(Scene scene, LinesWanted wanted) =>
        [.. (await Found(scene, wanted)).Select(line => line.Id).Order(StringComparer.Ordinal)];

    private static async Task<List<string>> Subjects(Scene scene, LinesWanted wanted) =>
        [.. (await Found(scene, wanted)).Select(line => line.Subject!).Order(StringComparer.Ordinal)];

    private static Task<IReadOnlyList<Interaction>> Found(Scene scene, LinesWanted wanted) =>
        new ContactLog(scene.Database).Read(wanted, Some.Noon + Some.Hours(1000), default);
}

public sealed class SqliteFinding(SqliteFiles files) : FindingContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresFinding(PostgresDatabases databases) : FindingContract(databases);

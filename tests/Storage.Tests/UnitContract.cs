using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;

namespace CrmSync.Storage.Tests;

/// <summary>What was made of organisations is kept, and what changes of the log is noted for those it concerns.</summary>
public abstract class UnitContract(IDatabases databases)
{
    private static readonly EmailAddress Ana = Some.Address("ana@bright.example");

    [Fact]
    public async Task Nothing_is_noted_before_anybody_keeps_anything()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Some.Mail()));
        Assert.Null(await new Units(scene.Database).State(default));
        Assert.Equal(0, await scene.Database.CountRows("line_touch", default));
    }

    [Fact]
    public async Task Where_nobody_has_looked_for_long_nothing_is_noted_any_more()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await units.Begin("some policy", Some.Noon, default);
        await scene.Deliver(Some.Line(Some.Mail("zoe@beta.example", id: "1@beta.example")));
        Assert.False(await units.DropUnused(Some.Noon, default));
        Assert.NotEqual(0, await scene.Database.CountRows("line_touch", default));

        Assert.True(await units.DropUnused(Some.Noon + Some.Hours(1), default));
        await scene.Deliver(Some.Line(Some.Mail("li@gamma.example", id: "2@gamma.example")));
        Assert.Equal(0, await scene.Database.CountRows("line_touch", default));
        Assert.Null(await units.State(default));
    }

    [Fact]
    public async Task A_mail_concerns_its_people_and_all_who_are_in_its_thread()
    {
        await using var scene = await Scene.On(await databases.New(), "ana", "ben");
        var units = new Units(scene.Database);
        await scene.Deliver(Some.Line(Some.Mail("zoe@beta.example", id: "1@beta.example") with { Cc = [Some.Named("bob@acme.example")] }));
        await Look(units);
        await scene.Deliver(Some.Line(Answer("li@gamma.example", "2@gamma.example", "1@beta.example")));
        Assert.Equal(["bob@acme.example", "li@gamma.example", "zoe@beta.example"], await Touched(units));

        await Look(units);
        Assert.Empty(await Touched(units));

        // A copy of the same mail that names one more takes the place of the first.
        await scene.Deliver("ben", Some.Line(Some.Mail("zoe@beta.example", id: "1@beta.example"), "ben"));
        Assert.Equal(["bob@acme.example", "li@gamma.example", "zoe@beta.example"], await Touched(units));
    }

    [Fact]
    public async Task Threads_that_become_one_concern_everybody_in_either()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(
            Some.Line(Some.Mail("zoe@beta.example", "Hinges", id: "1@beta.example")),
            Some.Line(Answer("li@gamma.example", "3@gamma.example", "2@bright.example")));
        await Look(units);
        await scene.Deliver(Some.Line(Answer("kim@delta.example", "2@bright.example", "1@beta.example")));
        Assert.Equal(["kim@delta.example", "li@gamma.example", "zoe@beta.example"], await Touched(units));
    }

    [Fact]
    public async Task A_command_concerns_whom_and_what_it_is_about_and_what_takes_it_back_the_same()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(Some.Line(Some.Mail("bob@acme.example", id: "1@acme.example")));
        var mail = Assert.Single(await scene.Log());
        await Look(units);
        await Say(scene, "done", new(Ana, CommandVerb.Done) { About = mail.Id });
        Assert.Equal(["bob@acme.example"], await Touched(units));

        await Look(units);
        await Say(scene, "undo", new(Ana, CommandVerb.Undo) { Undoes = ["done"] });
        Assert.Equal(["bob@acme.example"], await Touched(units));

        await Look(units);
        await Say(scene, "firm", new(Ana, CommandVerb.Done) { About = "beta.example" });
        await Say(scene, "tag", new(Ana, CommandVerb.Tag) { Contact = Some.Address("li@gamma.example"), Tag = "vip" });
        Assert.Equal(["beta.example", "li@gamma.example"], await Touched(units));
    }

    [Fact]
    public async Task A_report_concerns_whom_the_mail_it_is_about_went_to()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(Some.Line(Some.Mail("ana@bright.example", id: "out@bright.example") with
        {
            To = [Some.Named("bob@acme.example"), Some.Named("dora@beta.example")],
        }));
        await Look(units);
        await scene.Deliver(Some.Line(Some.Mail("mailer-daemon@acme.example", "Undeliverable", at: Some.Noon + Some.Hours(1)) with
        {
            Report = new ReportFacts("out@bright.example", [Some.Address("dora@beta.example")]),
        }));
        Assert.Superset(
            new HashSet<string>(["bob@acme.example", "dora@beta.example"], StringComparer.Ordinal),
            (await Touched(units)).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_line_that_goes_concerns_whom_it_was_about()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(
            Some.Line(Some.Mail("zoe@beta.example", id: "1@beta.example")),
            Some.Line(Answer("li@gamma.example", "2@gamma.example", "1@beta.example")));
        await Look(units);
        await scene.Database.Write(
            async scope => await new PlainLines(scope).Remove(
                [.. await scope.Query<long>("select number from interaction where message_id = '1@beta.example'")]),
            default);
        Assert.Superset(
            new HashSet<string>(["li@gamma.example", "zoe@beta.example"], StringComparer.Ordinal),
            (await Touched(units)).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_kept_is_read_back_and_replaced_with_the_cards_of_its_people()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        var look = await units.Begin("policy", Some.Noon, default);
        Unit[] first =
        [
            new("acme.example", "[[],[]]")
            {
                NextChange = Some.Noon + Some.Hours(1),
                Others = ["beta.example"],
                Contacts = [Known("bob@acme.example", "ana"), Known("eve@acme.example", "ana")],
            },
            new("beta.example", "[[],[]]"),
        ];
        Assert.True(await units.Keep(look, first, "example.beta zoe@beta.example", Some.Noon, default));
        Assert.Equal(["acme.example", "beta.example"], (await units.All(default)).Select(unit => unit.Organisation).Order());
        Assert.Empty(await units.Due(Some.Noon, default));
        Assert.Equal(["acme.example"], await units.Due(Some.Noon + Some.Hours(1), default));
        Assert.Equal(["acme.example"], await units.RestingOn(["beta.example"], default));
        Assert.Equal("example.beta zoe@beta.example", (await units.State(default))!.Place);
        Assert.Equal(2, await scene.Database.CountRows("contact_alias", default));

        first = [new("acme.example", null) { Contacts = [Known("bob@acme.example", "ben")] }];
        Assert.True(await units.Keep(look, first, null, Some.Noon, default));
        Assert.Equal(["beta.example"], (await units.All(default)).Select(unit => unit.Organisation));
        Assert.Empty(await units.RestingOn(["beta.example"], default));
        Assert.Equal(1, await scene.Database.CountRows("contact_alias", default));
    }

    [Fact]
    public async Task A_look_that_another_overtook_keeps_nothing()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        var slow = await units.Begin("policy", Some.Noon, default);
        await units.Begin("policy", Some.Noon, default);
        Assert.False(await units.Keep(slow, [new("acme.example", "[[],[]]")], null, Some.Noon, default));
        Assert.False(await units.Complete(slow, Some.Noon, default));
        Assert.False(await units.End(slow, Some.Noon, default));
        Assert.Empty(await units.All(default));
    }

    [Fact]
    public async Task Under_another_policy_the_old_items_stand_until_everybody_was_judged()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        var look = await units.Begin("one", Some.Noon, default);
        await units.Keep(look, [new("acme.example", "[[],[]]"), new("gone.example", "[[],[]]")], null, Some.Noon, default);
        await units.Complete(look, Some.Noon, default);
        Assert.True((await units.State(default))!.IsComplete);

        look = await units.Begin("other", Some.Noon, default);
        Assert.False(look.IsComplete);
        await units.Keep(look, [new("acme.example", "[[],[]]")], null, Some.Noon, default);
        Assert.Equal(2, (await units.All(default)).Count);
        await units.Complete(look, Some.Noon, default);
        Assert.Equal(["acme.example"], (await units.All(default)).Select(unit => unit.Organisation));
    }

    [Fact]
    public async Task Nothing_is_kept_when_somebody_was_erased()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(Some.Line(Some.Mail("bob@acme.example")));
        var look = await units.Begin("policy", Some.Noon, default);
        Unit unit = new("acme.example", "[[\"bob@acme.example\"],[]]") { Contacts = [Known("bob@acme.example", "ana")] };
        await units.Keep(look, [unit], "example.acme bob@acme.example", Some.Noon, default);
        var (erasure, person) = (new Erasure(scene.Database, Scene.Text), new SomePerson([Some.Address("bob@acme.example")]));
        await erasure.Forget(
            person,
            Some.Classifier,
            new MeetingMerge(new InvitationTrust(_ => false), MeetingPeople.Strangers),
            Some.Noon,
            TimeSpan.Zero,
            default);
        Assert.Null(await units.State(default));
        Assert.Empty(await erasure.Search(person, new KnownAs([], []), default));
        Assert.False(await units.Keep(look, [unit], null, Some.Noon, default));
    }

    [Fact]
    public async Task People_come_in_the_order_of_their_domains()
    {
        await using var scene = await Scene.On(await databases.New());
        var units = new Units(scene.Database);
        await scene.Deliver(
            Some.Line(Some.Mail("zoe@beta.example", "one")),
            Some.Line(Some.Mail("li@acme.example", "two")),
            Some.Line(Some.Mail("bob@mail.acme.example", "three")));
        var (people, place) = await units.People(null, 2, default);
        Assert.Equal(["li@acme.example", "bob@mail.acme.example"], people.Select(one => one.Value));
        (people, place) = await units.People(place, 2, default);
        Assert.Equal(["zoe@beta.example"], people.Select(one => one.Value));
        Assert.Null((await units.People(place, 2, default)).Place);
    }

    private static async Task<IReadOnlyList<string>> Touched(Units units) =>
        [.. (await units.Touched(null, default)).Where(name => name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task Look(Units units)
    {
        var look = await units.Begin("policy", Some.Noon, default);
        Assert.True(await units.End(look, Some.Noon, default));
    }

    private static MailFacts Answer(string from, string id, string answered) =>
        Some.Mail(from, "Re: Hinges", "Soon?", id, Some.Noon + Some.Hours(1)) with { InReplyTo = answered, References = [answered] };

    private static KnownContact Known(string address, string owner) => new(Some.Address(address))
    {
        Addresses = [Some.Address(address)],
        Organisation = "acme.example",
        Owner = owner,
        AssignedTo = owner,
        Segments = [],
    };

    private static Task<int> Say(Scene scene, string id, CommandFacts facts) => new CommandLog(scene.Database).Add(
        [
            new Interaction
            {
                Id = id,
                Kind = InteractionKind.Command,
                At = Some.Noon,
                Seen = Some.Noon,
                Author = facts.By,
                Participants = [new Participant(facts.By, null, ParticipantRole.From, Internal: true)],
                Command = facts,
            },
        ],
        default);
}

/// <summary>What is kept in an SQLite file.</summary>
public sealed class SqliteUnits(SqliteFiles files) : UnitContract(files), IClassFixture<SqliteFiles>;

/// <summary>What is kept in PostgreSQL.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresUnits(PostgresDatabases databases) : UnitContract(databases);

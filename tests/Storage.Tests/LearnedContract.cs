using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;

namespace CrmSync.Storage.Tests;

/// <summary>What the text of mails told about people is kept beside the mails, and goes with the people.</summary>
public abstract class LearnedContract(IDatabases databases)
{
    private static readonly MeetingMerge Merge = new(new InvitationTrust(_ => false));

    [Fact]
    public async Task What_a_text_told_comes_back_as_it_was_kept()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var forwarded = Assert.Single(await scene.Log()).Learned.Forwarded!;
        Assert.Equal(
            ("dora@acme.example", "Dora", "Hinges", "Mon, 2 Mar 2026 at 09:15", "ana@bright.example"),
            (forwarded.Author.Value, forwarded.Name, forwarded.Subject, forwarded.Date, Assert.Single(forwarded.To).Value));
        Assert.Equal("Dora", Assert.Single(await scene.Facts()).Learned.Forwarded!.Name);
    }

    [Fact]
    public async Task An_answer_to_whom_a_pasted_mail_is_from_joins_the_forward_whichever_comes_first()
    {
        var answer = Some.Mail("ana@bright.example", "Re: Hinges", "Ten euros.", at: Some.Noon + Some.Hours(2)) with
        {
            To = [Some.Named("dora@acme.example")],
        };
        foreach (var order in new[] { new[] { Forward, answer }, [answer, Forward] })
        {
            await using var scene = await Scene.On(await databases.New());
            foreach (var facts in order)
                await scene.Deliver(Some.Line(facts));

            Assert.Single((await scene.Log()).Select(line => line.Thread).Distinct());
        }
    }

    [Fact]
    public async Task It_is_derived_again_with_the_configuration()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var theirs = Some.Policy with { Classify = new ClassifySettings { Bulk = new NameList { Domains = ["acme.example"] } } };
        await new Derivation(scene.Database).Run(new Classifier(theirs), "other", progress: null, default);
        Assert.Equal(Learned.Nothing, Assert.Single(await scene.Log()).Learned);
        await new Derivation(scene.Database).Run(Some.Classifier, "first", progress: null, default);
        Assert.NotNull(Assert.Single(await scene.Log()).Learned.Forwarded);
    }

    [Fact]
    public async Task Whoever_is_forgotten_is_forgotten_in_it_and_does_not_come_back()
    {
        await using var scene = await Scene.On(await databases.New());
        await scene.Deliver(Some.Line(Forward));
        var dora = new SomePerson([Some.Address("dora@acme.example")]);
        Assert.Equal("Fwd: Hinges", Assert.Single((await new PersonExport(scene.Database, Scene.Text).Read(dora, default)).Lines).Subject);
        var erasure = new Erasure(scene.Database, Scene.Text);
        Assert.Equal(1, (await erasure.Forget(dora, Some.Classifier, Merge, Some.Noon, TimeSpan.Zero, default)).Reduced);
        await scene.Deliver(Some.Line(Forward));
        Assert.Equal(Learned.Nothing, Assert.Single(await scene.Log()).Learned);
        Assert.Empty(await erasure.Search(dora, new KnownAs([], []), default));
    }

    /// <summary>Ana forwards to herself what Dora wrote to her.</summary>
    private static MailFacts Forward =>
        Some.Mail("ana@bright.example", "Fwd: Hinges", "") with
        {
            Excerpt = "From: Dora <dora@acme.example>",
            Pasted = new PastedMail(Some.Named("dora@acme.example", "Dora"))
            {
                To = [Some.Address("ana@bright.example")],
                Subject = "Hinges",
                Date = "Mon, 2 Mar 2026 at 09:15",
                OwnText = "How much is one?",
            },
        };
}

public sealed class SqliteLearnedTests(SqliteFiles files) : LearnedContract(files), IClassFixture<SqliteFiles>;

[Collection(PostgresTests.Name)]
public sealed class PostgresLearnedTests(PostgresDatabases server) : LearnedContract(server);

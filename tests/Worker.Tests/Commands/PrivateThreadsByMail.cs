using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Tests.Digests;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// <c>private</c> from the reply to what is left in the database and stands in the next digest. In Ana's digest 1 is Declan Murphy's
/// "Letter on the pavement".
/// </summary>
public sealed class PrivateThreadsByMail(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Item = "35SFN1HD";

    private static readonly string[] Words = ["Letter on the pavement", "came down last night", "could have been hurt"];

    [Theory, InlineData("private 1"), InlineData("1 privat"), InlineData("Privé 1, merci")]
    public async Task The_words_go_from_the_log_and_all_that_shows_them_and_the_promise_stays(string said)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var before = (await company.Evaluate()).Items.Single(item => item.Id == Item);
        Assert.True(await IsAnywhere(company));
        company.Deliver(sent.Reply(said));
        await company.Harvest();

        Assert.Equal(CommandVerb.Private, Assert.Single(await company.Commands()).Verb);
        var after = (await company.Evaluate()).Items.Single(item => item.Id == Item);
        Assert.Equal(
            (before.State, before.Owner, before.Opened, before.Due, before.Contact, before.Level),
            (after.State, after.Owner, after.Opened, after.Due, after.Contact, after.Level));
        var thread = await Thread(company, before.Trigger!);
        Assert.NotEmpty(thread);
        Assert.All(thread, line => Assert.Equal((null, null), (line.Subject, line.Text)));
        Assert.False(await IsAnywhere(company));

        var digest = await company.Digest("ana", SampleCompany.Story + Duration.FromDays(1));
        Assert.Contains("Declan Murphy", digest, StringComparison.Ordinal);
        Assert.All(Words, word => Assert.DoesNotContain(word, digest, StringComparison.Ordinal));
        foreach (var answer in await company.Answers())
            Assert.All(Words, word => Assert.DoesNotContain(word, answer.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_comes_later_and_the_copy_in_a_colleagues_mailbox_have_no_words_either()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var trigger = (await company.Evaluate()).Items.Single(item => item.Id == Item).Trigger!;
        company.Deliver(sent.Reply("private 1"));
        await company.Harvest();
        var mail = (await Thread(company, trigger)).Single(line => line.Id == trigger);
        foreach (var person in new[] { "ana", "tim" })
        {
            company.DeliverTo(
                person,
                $"From: Declan Murphy <declan@murphymotors.example>\nTo: Ana Duarte <ana@bright.example>\n"
                    + "Subject: Re: Letter on the pavement\n"
                    + $"Date: Wed, 04 Mar 2026 10:20:00 +0000\nMessage-ID: <more@murphymotors.example>\nIn-Reply-To: <{mail.MessageId}>\n\n"
                    + "It came down last night once more.\n");
        }

        await company.HarvestAll(AnsweringCompany.Answered + Duration.FromHours(1));
        var later = Assert.Single(await Thread(company, trigger), line => line.MessageId == "more@murphymotors.example");
        Assert.Equal((null, null, 2), (later.Subject, later.Text, later.Accounts.Count));
        Assert.False(await IsAnywhere(company));
    }

    [Fact]
    public async Task It_cannot_be_taken_back_and_what_was_said_beside_it_can()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("private 1"));
        await company.Harvest();
        company.Deliver(sent.Reply("undo", date: "Wed, 4 Mar 2026 10:50:00 +0000"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(1));
        Assert.DoesNotContain(await company.Commands(), command => command.Undoes.Count > 0);
        Assert.Contains("was made private is not kept any more", (await company.Answer()).Words, StringComparison.Ordinal);
        Assert.False(await IsAnywhere(company));
    }

    [Theory]
    [InlineData("private 99")]
    [InlineData("private ZZZZZZZZ")]
    [InlineData("private 1?")]
    [InlineData("not private 1")]
    [InlineData("This is private")]
    [InlineData("Private")]
    [InlineData("Vertraulich")]
    [InlineData("Confidential")]
    [InlineData("Privat: +49 89 1234567")]
    [InlineData("private thoughts of mine")]
    [InlineData("done 1 in private")]
    [InlineData("private 1, 99")]
    [InlineData("private 1 without 2")]
    [InlineData("The private matter of 1")]
    [InlineData("> private 1")]
    [InlineData("private lives")]
    [InlineData("nicht privat 1")]
    [InlineData("pas privé 1")]
    [InlineData("privé 1 ?")]
    public async Task What_is_not_said_plainly_of_a_thread_one_sees_does_nothing(string said)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(said));
        await company.Harvest();
        Assert.DoesNotContain(await company.Commands(), command => command.Verb == CommandVerb.Private);
        Assert.True(await IsAnywhere(company));
    }

    private static async Task<IReadOnlyList<Interaction>> Thread(AnsweringCompany company, string mail)
    {
        var log = new ContactLog(company.Program.Database);
        var thread = (await log.Threads([mail], default))[mail];
        return await log.Read(new LogFilter { Threads = [thread] }, default).ToListAsync();
    }

    /// <summary>Whether any of the words stands in a column of the database.</summary>
    private static async Task<bool> IsAnywhere(AnsweringCompany company)
    {
        await using var connection = new SqliteConnection($"Data Source={company.DatabaseFile};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        var columns = (
            await connection.QueryAsync<(string Table, string Column)>(
                """
                select m.name, c.name
                  from sqlite_master m, pragma_table_info(m.name) c
                 where m.type = 'table' and m.name not like 'sqlite%'
                """))
            .AsList();
        foreach (var (table, column) in columns)
        {
            foreach (var value in await connection.QueryAsync<object?>($"select {column} from {table} where {column} is not null"))
            {
                var text = value is byte[] bytes ? OwnMailText.Read(bytes) : $"{value}";
                var line = string.Join(' ', text.Split((char[]?)null));
                if (Array.Exists(Words, word => line.Contains(word, StringComparison.OrdinalIgnoreCase)))
                    return true;
            }
        }

        return false;
    }
}

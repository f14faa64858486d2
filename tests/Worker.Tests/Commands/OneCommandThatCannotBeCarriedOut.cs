using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>Whatever one command throws that nobody expected: the others are carried out, and the account says so in words.</summary>
public sealed class OneCommandThatCannotBeCarriedOut(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Spoil =
        "create trigger spoilt before insert on interaction when new.command like '%spoilt%' "
            + "begin select raise(abort, 'about jane@acme.example'); end";

    [Fact]
    public async Task It_waits_and_is_carried_out_when_it_can_be()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        await Do(company, Spoil);
        company.Deliver(sent.Reply("note 3 spoilt words"));
        company.Deliver(sent.Reply("done 1"));

        var problem = await Harvest(company, AnsweringCompany.Answered);
        Assert.Contains(
            "a mail to the command mailbox: the program met something it does not know (SqliteException",
            problem,
            StringComparison.Ordinal);
        Assert.DoesNotContain("jane", problem, StringComparison.Ordinal);
        Assert.Equal([CommandVerb.Done], (await company.Commands()).Select(command => command.Verb));

        await Do(company, "drop trigger spoilt");
        Assert.Null(await Harvest(company, AnsweringCompany.Answered + Duration.FromHours(1)));
        Assert.Equal([CommandVerb.Done, CommandVerb.Note], (await company.Commands()).Select(command => command.Verb).Order());
    }

    [Fact]
    public async Task After_a_day_it_is_given_up_and_its_author_told()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        await Do(company, Spoil);
        company.Deliver(sent.Reply("note 3 spoilt words"));
        await Harvest(company, AnsweringCompany.Answered);
        Assert.Equal(CommandMailState.Waiting, (await company.Answer()).State);

        var later = AnsweringCompany.Answered + Duration.FromHours(25);
        Assert.Null(await Harvest(company, later));
        Assert.Equal(CommandMailState.Refused, (await company.Answer()).State);
        var answer = Assert.Single(await company.Answers(later));
        Assert.Contains("could not be understood (SqliteException", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<string?> Harvest(AnsweringCompany company, Instant now)
    {
        var commands = company.Program.Readable.Where(account => account.Name == "commands").ToList();
        return (await company.Program.Harvest.Run(commands, now, null, default).SingleAsync()).Problem;
    }

    private static async Task Do(AnsweringCompany company, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={company.DatabaseFile};Pooling=False");
        await connection.ExecuteAsync(sql);
    }
}

using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Fixtures.Digests;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>Whatever writes a mail, it reaches nobody who is not among the people of the policy when it leaves.</summary>
public sealed class StrangersTests
{
    private static readonly Person Jane = new("jane", Some.Address("jane@acme.example")) { Name = "Jane of Acme" };

    /// <summary>A policy somebody got wrong: a customer stands among our people.</summary>
    private static readonly CompanyPolicy Wrong = Some.Policy with { People = [.. Some.Policy.People, Jane], DefaultOwner = Jane };

    /// <summary>What writes mails.</summary>
    public enum Writer
    {
        Digest,
        Notice,
        Note,
        Answer,
    }

    [Theory]
    [InlineData(Writer.Digest)]
    [InlineData(Writer.Notice)]
    [InlineData(Writer.Note)]
    [InlineData(Writer.Answer)]
    public async Task Nothing_leaves_for_a_stranger_whoever_wrote_it(Writer writer)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer());
        await using var pages = new HtmlPages();
        await Write(writer, company, new DigestMails(company.Sender, pages));
        Assert.Equal(1, await company.Ledger.CountUnsent(default));

        // The reader is no longer among our people, or bears the id of one of them.
        var report = await company.Send();
        Assert.Empty(report.Sent);
        Assert.True(report.Problems.Single().IsFinal);
        Assert.Empty(company.Server.Taken);
        Assert.DoesNotContain(company.Server.Received, line => line.Contains("acme.example", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Writer.Digest)]
    [InlineData(Writer.Notice)]
    [InlineData(Writer.Note)]
    [InlineData(Writer.Answer)]
    public async Task Nor_for_the_old_address_of_somebody_whose_address_was_corrected(Writer writer)
    {
        await using var company = await SendingCompany.Open(new FakeSmtpServer());
        await using var pages = new HtmlPages();
        await Write(writer, company, new DigestMails(company.Sender, pages));
        var corrected = Some.Policy with { People = [.. Some.Policy.People, Jane with { Email = Some.Address("jane@bright.example") }] };
        Assert.Contains(
            "jane@acme.example is neither in people",
            (await company.Send(policy: corrected)).Problems.Single().Reason,
            StringComparison.Ordinal);
        Assert.Empty(company.Server.Taken);
    }

    private static async Task Write(Writer writer, SendingCompany company, DigestMails mails)
    {
        var late = Some.Item("F7K2Q", owner: "jane", state: ItemState.Overdue) with
        {
            Level = 1,
            Steps = [new ItemStep(Some.Now - Duration.FromHours(1), "jane", Via.Email)],
        };
        var facts = Some.Facts([late], policy: Wrong);
        var inbox = new CommandInbox(company.Database);
        switch (writer)
        {
            case Writer.Digest:
                Assert.Single(await new DigestRun(company.Ledger, new ToldItems(company.Database), inbox, mails, []).Write(facts, default));
                break;
            case Writer.Notice:
                Assert.Single(await new NoticeRun(company.Ledger, new Notifications(company.Database), mails).Write(facts, default));
                break;
            case Writer.Note:
                var configuration = new CrmSyncConfiguration
                {
                    Storage = new StorageChoice.Sqlite("open already"),
                    Delivery = new DeliverySettings { From = company.Sender.From, Way = new DeliveryChoice.Folder("nowhere") },
                };
                var loaded = new LoadedConfiguration("nowhere", configuration, Wrong);
                await using (
                    var parts = new ServiceCollection().AddCrmSync(loaded, company.Database, TimeProvider.System).BuildServiceProvider())
                    await parts.GetRequiredService<DigestDispatch>().TellAdmin(_ => ("A note", "Something is wrong."), Some.Now, default);

                break;
            default:
                var mail = mails.AnswerId("jane", "command-1");
                await company.Ledger.Plan(
                    new PlannedMail(mail, AnswerComposer.Name, "jane", "2026-03-04-AAAAAAAA", Some.Now),
                    Some.Now,
                    default);
                var answer = await mails.WriteAnswer(
                    new AnswerComposer(facts).Compose(
                        Jane,
                        new MailAnswer([Confirmation.NotDone("done 9", "names no line", Wording.In(Language.English))], [])),
                    mail,
                    null,
                    Some.Now,
                    default);
                await company.Ledger.KeepBytes(mail, answer.Bytes, [], Some.Now, default);
                break;
        }
    }
}

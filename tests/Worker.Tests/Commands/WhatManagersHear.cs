using CrmSync.Storage.Digests;
using CrmSync.Worker.Digests;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// What went wrong with mails and commands: in the manager's digest, in <c>status</c>, and on the page without anybody's address.
/// </summary>
public sealed class WhatManagersHear(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly Instant Tomorrow = Instant.FromUtc(2026, 3, 5, 8, 45);

    [Fact]
    public async Task A_digest_that_came_back_one_that_was_stopped_and_a_mail_nobody_can_be_held_to_are_told()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(WildMail.In("Refusals").Single(mail => mail.Name == "bounce-of-the-digest").Bytes(sent));
        company.Deliver(Letter("crmsync@bright.example", sent.Link("unsubscribe", "my-day"), ""));
        company.Deliver(sent.Reply("done 1", proof: "X-None: 1", date: "Wed, 4 Mar 2026 09:00:00 +0000"));
        company.Deliver(sent.Reply("done 1", from: "declan@murphymotors.example", date: "Wed, 4 Mar 2026 09:01:00 +0000"));
        company.Deliver(sent.Reply("flurb 1"));
        company.Deliver(sent.Reply("done 1", proof: Signed + "\nAuto-Submitted: auto-replied"));
        await company.Harvest(now: Tomorrow - Duration.FromMinutes(1));

        var firm = Flat(
            (await company.Program.Digests.Show(Tomorrow, default))
                .Single(one => one.Digest.Run.Definition.Name == "the-firm")
                .Digest.Sections.OfType<Domain.Digests.NewsSection>()
                .Single(section => section.Name == "health")
                .Lines.Aggregate("", (all, line) => $"{all} {line.Kind}: {line.Text};"));
        string[] told =
        [
            "my-day for ana of 2026-03-04 did not reach its reader: it came back",
            "ana has stopped the digest my-day",
            "1 mail to the command mailbox changed nothing: declan@murphymotors.example is none of the people of the policy",
        ];
        Assert.All(told, words => Assert.Contains(words, firm, StringComparison.Ordinal));
        Assert.DoesNotContain("flurb", firm, StringComparison.Ordinal);
        Assert.DoesNotContain("by hand", firm, StringComparison.Ordinal);

        var page = await company.Program.Status.Read(Tomorrow, default);
        Assert.False(page.IsWell);
        Assert.Contains(
            page.Mails,
            mail => mail.Words.Contains("did not reach its reader", StringComparison.Ordinal) && mail.NeedsSomebody);
        Assert.DoesNotContain(page.Mails, mail => mail.Words.Contains('@', StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_came_back_has_told_its_reader_nothing()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var told = company.Program.Part<ToldItems>();
        Assert.Single((await told.Histories("my-day", ["ana"], new LocalDate(2026, 3, 5), default))["ana"].Sent);
        company.Deliver(WildMail.In("Refusals").Single(mail => mail.Name == "bounce-of-the-digest").Bytes(sent));
        await company.Harvest();
        Assert.Empty(await told.Histories("my-day", ["ana"], new LocalDate(2026, 3, 5), default));
    }

    [Fact]
    public async Task Equal_refusals_are_counted_and_old_ones_are_history()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1", from: "declan@murphymotors.example"));
        company.Deliver(sent.Reply("done 2", from: "declan@murphymotors.example"));
        await company.Harvest();
        var mails = company.Program.Part<MailTroubles>();
        Assert.Equal(
            "2 mails to the command mailbox changed nothing: declan@murphymotors.example is none of the people of the policy",
            Assert.Single(await mails.Commands(AnsweringCompany.Answered - Duration.FromDays(7), default)).InEnglish);
        Assert.Empty(await mails.Commands(AnsweringCompany.Answered + Duration.FromHours(1), default));
    }
}

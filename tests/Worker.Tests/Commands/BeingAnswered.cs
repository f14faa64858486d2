using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>What comes back to whoever writes to the command mailbox.</summary>
public sealed class BeingAnswered(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly Instant Tomorrow = Instant.FromUtc(2026, 3, 5, 8, 45);

    [Fact]
    public async Task What_was_done_is_confirmed_once_with_the_next_digest_that_leaves()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1\nsnooze 2 friday\ntag 3 vip\nnote 3 has a new dog"));
        await company.Harvest();
        Assert.Empty(await company.Answers());

        var next = Flat(await company.Digest("ana", Tomorrow));
        Assert.Contains("AS YOU SAID", next, StringComparison.Ordinal);
        Assert.Contains("* Done: Answer Declan Murphy “", next, StringComparison.Ordinal);
        Assert.Contains("* Snoozed: Get in touch with Siobhán Walsh, until Fri 6 March, 09:00", next, StringComparison.Ordinal);
        Assert.Contains("* Tagged: Peter Nagle: vip", next, StringComparison.Ordinal);
        Assert.Contains("* Noted: Peter Nagle: has a new dog", next, StringComparison.Ordinal);

        Assert.Empty(await company.Answers(Tomorrow));
        Assert.DoesNotContain("AS YOU SAID", await company.Digest("ana", Tomorrow + Duration.FromDays(1)), StringComparison.Ordinal);
        Assert.DoesNotContain("AS YOU SAID", await company.Digest("tim", Tomorrow), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_ten_commands_three_that_make_no_sense_are_told_at_once_with_the_reason_and_what_would_work()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(
            sent.Reply(
                "done 1\ntag 2 vip\nflurb 5\ncalled 3\nsnooze 2\nnote 1 likes larch\ndone 99\ntag 3 new\nnot useful 2\nuntag 3 new",
                id: "ten@bright.example"));
        await company.Harvest();
        Assert.Equal(7, (await company.Commands()).Count);

        var answer = Assert.Single(await company.Answers());
        Assert.Equal("3 of 10 could not be done", answer.Subject);
        var text = Flat(answer.Text);
        Assert.Contains("“flurb 5” is no command; write done", text, StringComparison.Ordinal);
        Assert.Contains("“snooze 2” does not say until when; write for example", text, StringComparison.Ordinal);
        Assert.Contains("“done 99”: line 99 is not in the mail this answers; it has the lines 1 to", text, StringComparison.Ordinal);
        Assert.Contains("Called: Peter Nagle", text, StringComparison.Ordinal);
        Assert.Equal(
            ("ana@bright.example", "ten@bright.example", "auto-replied", "All", "answer"),
            (
                answer.To[0].Address,
                answer.InReplyTo[0],
                answer.Headers.First("Auto-Submitted"),
                answer.Headers.First("X-Auto-Response-Suppress"),
                answer.Headers.First("X-CrmSync")));
        Assert.DoesNotContain("AS YOU SAID", await company.Digest("ana", Tomorrow), StringComparison.Ordinal);
        Assert.Single(await company.Answers(AnsweringCompany.Answered + Duration.FromHours(2)));
    }

    [Theory]
    [InlineData("please mark number two as finished", "holds no command; write for example \"done 2\"")]
    [InlineData("", "holds no command")]
    public async Task A_reply_nobody_understands_is_told_what_would_work(string text, string reason)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(text));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        Assert.Equal("This could not be done", answer.Subject);
        Assert.Contains(reason, Flat(answer.Text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Thanks, great!")]
    [InlineData("Many thanks, all done, perfect")]
    public async Task Thanks_are_thanks(string text)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(text));
        await company.Harvest();
        Assert.Empty(await company.Answers());
    }

    [Fact]
    public async Task Who_keeps_us_in_copy_of_what_they_write_to_others_hears_nothing()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("gerry@paper.example, crmsync@bright.example", "Blue film", "Please send the price of the blue film."));
        await company.Harvest();
        Assert.Empty(await company.Answers());
    }

    public static TheoryData<string, string, string> Unanswered =>
        new()
        {
            { "a stranger", "jane@customer.example", "Authentication-Results: mx.bright.example; dkim=pass header.d=customer.example" },
            {
                "a customer",
                "declan@murphymotors.example",
                "Authentication-Results: mx.bright.example; dkim=pass header.d=murphymotors.example"
            },
            { "somebody who writes our name", "ana@bright.example", "X-None: 1" },
            { "an address of ours that is no person's", "hello@bright.example", Signed },
            { "somebody who left", "conor@bright.example", Signed },
            { "an absence", "ana@bright.example", Signed + "\nAuto-Submitted: auto-replied (vacation)" },
            { "an absence that says so in its subject only", "ana@bright.example", Signed },
            { "a bounce", "ana@bright.example", Signed + "\nReturn-Path: <>" },
            { "a mailing", "ana@bright.example", Signed + "\nList-Id: <news.elsewhere.example>" },
        };

    [Theory]
    [MemberData(nameof(Unanswered))]
    public async Task Strangers_and_machines_are_never_answered(string form, string from, string headers)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(
            Letter(
                sent.ReplyTo,
                form.Contains("subject", StringComparison.Ordinal) ? "Automatic reply: My day" : "Re: My day",
                "flurb 2\nwho declan@murphymotors.example",
                from: from,
                proof: headers));
        await company.Harvest();
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(25));
        Assert.NotEqual(CommandMailState.CarriedOut, (await company.Answer()).State);
        Assert.Empty(await company.Answers(AnsweringCompany.Answered + Duration.FromHours(25)));
    }

    [Fact]
    public async Task An_answer_that_comes_back_is_not_answered()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("flurb 2"));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());

        // The copy every mail of ours leaves in the command mailbox, and what Ana's mail program says by itself while she is away.
        company.Deliver(
            $"{Signed}\nX-CrmSync: answer\nAuto-Submitted: auto-replied\nFrom: CrmSync <crmsync@bright.example>\nTo: "
                + $"ana@bright.example\nMessage-ID: <{answer.MessageId}>\nSubject: {answer.Subject}\n\n{answer.Text}"
        );
        company.Deliver(
            Letter(
                answer.ReplyTo[0].Address,
                "Out of office: This could not be done",
                "I am away.",
                $"In-Reply-To: <{answer.MessageId}>\nX-Autoreply: yes"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(10));
        Assert.Single(await company.Answers(AnsweringCompany.Answered + Duration.FromMinutes(10)));
    }

    [Fact]
    public async Task Twenty_answers_an_hour_are_enough_and_the_rest_waits()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        for (var i = 0; i < 25; i++)
            company.Deliver(sent.Reply($"flurb {i}"));
        await company.Harvest();
        Assert.Equal(20, (await company.Answers()).Count);
        Assert.Equal(20, (await company.Answers(AnsweringCompany.Answered + Duration.FromMinutes(30))).Count);
        Assert.Equal(25, (await company.Answers(AnsweringCompany.Answered + Duration.FromMinutes(61))).Count);
    }

    [Fact]
    public async Task A_run_that_dies_before_the_answer_is_written_leaves_one_answer_and_two_workers_too()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("flurb 2"));
        await company.Harvest();
        var owed = Assert.Single(await new CommandInbox(company.Program.Database).OwedAtOnce(default));
        var ledger = new DigestLedger(company.Program.Database);
        var id = Assert.Single(await company.Answers()).MessageId!;

        // As if the worker had been killed between planning and keeping, and as if another one had been faster.
        Assert.False(await ledger.KeepBytes(id, [1], [], [owed.Id], AnsweringCompany.Answered, default));
        Assert.True(await ledger.Plan(new PlannedMail("other@bright.example", "my-day", "ana", "2026-03-06", Tomorrow), Tomorrow, default));
        Assert.False(await ledger.KeepBytes("other@bright.example", [1], [], [owed.Id], Tomorrow, default));
        Assert.Equal(LedgerState.Planned, (await ledger.Find("other@bright.example", default))!.State);
        Assert.Single(await company.Answers());
    }

    [Fact]
    public async Task What_was_said_about_an_erased_person_goes_with_them()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync+note@bright.example", "Declan", "declan@murphymotors.example likes larch"));
        company.Deliver(Letter("crmsync@bright.example", "who declan@murphymotors.example", ""));
        await company.Harvest();
        Assert.Contains("declan", (await company.Answer()).Words!, StringComparison.OrdinalIgnoreCase);
        var program = company.Program;
        await new Erasure(program.Database, Worker.Digests.OwnMailText.Read).Forget(
            new SomePerson([Domain.Company.EmailAddress.Parse("declan@murphymotors.example")]),
            new Classifier(program.Policy),
            Worker.Harvest.MeetingHarvest.MergeFor(ReadingRules.From(program.Policy)),
            AnsweringCompany.Answered,
            TimeSpan.Zero,
            default);
        Assert.All(
            (await new CommandInbox(program.Database).Since(AnsweringCompany.Answered - Duration.FromHours(1), default)),
            answer => Assert.DoesNotContain("declan", answer.Words!, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(await company.Answers());
    }

    [Theory]
    [InlineData("snooze 2 friday", "snooze 2 monday", "snooze 2 thursday", "2026-03-05T09:00:00Z")]
    [InlineData("snooze 2 thursday", "snooze 2 friday", "snooze 2 monday", "2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 monday", "snooze 2 friday", "snooze 2 monday", "2026-03-09T09:00:00Z")]
    public async Task Of_three_snoozes_the_last_counts_whether_in_one_mail_or_three(string first, string second, string third, string until)
    {
        await using var one = await AnsweringCompany.CreateCopy(sent);
        one.Deliver(sent.Reply($"{first}\n{second}\n{third}"));
        await one.Harvest();
        await using var three = await AnsweringCompany.CreateCopy(sent);

        // They came within a second, the last one first, as when a telephone is back on the net.
        three.Deliver(
            sent.Reply(third, date: "Wed, 4 Mar 2026 09:55:03 +0000")
                .Replace("LMTP; Wed, 4 Mar 2026 09:55:03", "LMTP; Wed, 4 Mar 2026 09:56:00", StringComparison.Ordinal));
        three.Deliver(
            sent.Reply(first, date: "Wed, 4 Mar 2026 09:55:01 +0000")
                .Replace("LMTP; Wed, 4 Mar 2026 09:55:01", "LMTP; Wed, 4 Mar 2026 09:56:00", StringComparison.Ordinal));
        three.Deliver(
            sent.Reply(second, date: "Wed, 4 Mar 2026 09:55:02 +0000")
                .Replace("LMTP; Wed, 4 Mar 2026 09:55:02", "LMTP; Wed, 4 Mar 2026 09:56:00", StringComparison.Ordinal));
        await three.Harvest();
        foreach (var company in new[] { one, three })
        {
            // A promise keeps its clock while it is hidden.
            var item = (await company.Evaluate()).Items.Single(item => item.Id == "YW0Y835A");
            Assert.Equal(until, (item.HiddenUntil ?? item.Until)?.ToString());
            await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(5));
            Assert.Equal(3, (await company.Commands()).Count);
        }
    }

    [Fact]
    public async Task A_tag_given_and_taken_and_given_again_is_given()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("tag 2 vip\nuntag 2 vip"));
        company.Deliver(sent.Reply("tag 2 vip", date: "Wed, 4 Mar 2026 09:58:00 +0000"));
        await company.Harvest();
        company.Deliver(Letter("crmsync@bright.example", "who s.walsh@oakfield.example", ""));
        await company.Harvest();
        Assert.Contains("vip", Assert.Single(await company.Answers()).Text, StringComparison.Ordinal);
    }
}

using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>What proves a command besides what servers say, how long it waits for that, who may act on whom, and what is history.</summary>
public sealed class CommandProofs(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string NoProof = "X-None: 1";
    private static readonly Duration Day = Duration.FromHours(25);

    [Theory]
    [InlineData("Presentations")]
    [InlineData("Sent to print")]
    [InlineData("Consents")]
    [InlineData("Projects.Sent")]
    public async Task A_folder_whose_name_contains_sent_proves_nothing(string folder)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = sent.Reply("done 1", proof: NoProof, id: "copy@bright.example");
        company.Deliver(mail);
        company.DeliverTo("ana", mail, folder);
        await company.HarvestAll(AnsweringCompany.Answered);
        await company.HarvestAll(AnsweringCompany.Answered + Day);
        Assert.Empty(await company.Commands());
        Assert.Equal(CommandMailState.Refused, (await company.Answer()).State);
    }

    [Fact]
    public async Task A_sent_copy_proves_only_the_address_it_names()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = Letter("gerry@paper.example", "Blue film", "Please send the price.", proof: NoProof, id: "film@bright.example");
        company.DeliverSent("Bcc: crmsync+chase@bright.example\n" + mail);
        company.Deliver("Delivered-To: crmsync+tag-vip@bright.example\n" + mail);
        await company.HarvestAll(AnsweringCompany.Answered);
        await company.HarvestAll(AnsweringCompany.Answered + Day);
        Assert.Empty(await company.Commands());
    }

    [Fact]
    public async Task A_sent_copy_of_a_colleague_proves_nothing()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = sent.Reply("done 1", proof: NoProof, id: "copy@bright.example");
        company.Deliver(mail);
        company.DeliverTo("tim", mail, "Sent");
        await company.HarvestAll(AnsweringCompany.Answered);
        await company.HarvestAll(AnsweringCompany.Answered + Day);
        Assert.Empty(await company.Commands());
    }

    [Fact]
    public async Task Another_mail_under_the_message_id_of_a_sent_copy_is_not_that_mail()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.DeliverSent(sent.Reply("called 1", proof: NoProof, id: "copy@bright.example"));
        var forged = sent.Reply("done 1\ndone 2", proof: NoProof, id: "copy@bright.example");
        company.Deliver(forged);
        company.DeliverTo("ana", forged);
        await company.HarvestAll(AnsweringCompany.Answered);
        await company.HarvestAll(AnsweringCompany.Answered + Day);
        Assert.Empty(await company.Commands());
    }

    [Fact]
    public async Task The_day_counts_from_first_sight_and_does_not_end_before_the_authors_mailbox_was_read()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = sent.Reply("done 1", proof: NoProof, id: "copy@bright.example");
        company.Deliver(mail);

        // First seen two days late; the author's mailbox was last read before it arrived.
        var seen = AnsweringCompany.Answered + Duration.FromDays(2);
        await company.Harvest(now: seen);
        await company.Harvest(now: seen + Day);
        Assert.Equal(CommandMailState.Waiting, (await company.Answer()).State);

        company.DeliverSent(mail);
        await company.Harvest("ana", seen + Day);
        await company.Harvest(now: seen + Day);
        var done = Assert.Single(await company.Commands());
        Assert.Equal(CommandVerb.Done, done.Verb);
    }

    [Fact]
    public async Task A_mail_sent_once_more_under_another_id_does_nothing_again()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("tag 1 vip", id: "one@bright.example"));
        await company.Harvest();
        company.Deliver(sent.Reply("untag 1 vip", date: "Wed, 4 Mar 2026 09:56:00 +0000"));
        await company.Harvest();
        company.Deliver(sent.Reply("tag 1 vip", id: "two@bright.example"));
        await company.Harvest();
        Assert.Equal([CommandVerb.Tag, CommandVerb.Untag], (await company.Commands()).Select(command => command.Verb));
    }

    [Theory]
    [InlineData("done")]
    [InlineData("note")]
    [InlineData("tag-vip")]
    [InlineData("called")]
    public async Task Whoever_may_not_see_a_contact_may_not_act_on_them(string verb)
    {
        // In a team everybody sees what the others look after.
        await using var company = await AnsweringCompany.CreateCopy(
            sent,
            policy: text => text.Replace("lead: olga, members: [ana, tim]", "lead: olga, members: [olga]", StringComparison.Ordinal));
        company.Deliver(
            Letter(
                $"crmsync+{verb}@bright.example",
                "Fwd: A question",
                "Nosy.\n\n---------- Forwarded message ---------\nFrom: Declan Murphy <declan@murphymotors.example>\nDate: Tue, 3 Mar "
                    + "2026\n"
                    + "Subject: A question\nTo: Ana Duarte <ana@bright.example>\n\nHello\n",
                from: "tim@bright.example"));
        await company.Harvest();
        Assert.Empty(await company.Commands());
        Assert.Contains("nobody you or your team look after", (await company.Answer()).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_old_when_the_mailbox_was_first_listed_is_history_and_all_else_is_not()
    {
        await using var company = await AnsweringCompany.Fresh();
        company.Deliver(Letter("crmsync+tag-old@bright.example", "Declan declan@murphymotors.example", "", date: "Mon, 2 Mar 2026 "
            + "09:00:00 +0000"));
        company.Deliver(Letter("crmsync+tag-young@bright.example", "Declan declan@murphymotors.example", "", date: "Wed, 4 Mar 2026 "
            + "09:00:00 +0000"));
        await company.Harvest(now: AnsweringCompany.Answered);

        // A weekend's outage: read three days late, obeyed as of its arrival.
        company.Deliver(Letter("crmsync+tag-late@bright.example", "Declan declan@murphymotors.example", "", date: "Fri, 6 Mar 2026 "
            + "15:00:00 +0000"));
        await company.Harvest(now: Instant.FromUtc(2026, 3, 9, 8, 0));
        var tags = await company.Lines();
        Assert.Equal(
            [("young", Instant.FromUtc(2026, 3, 4, 9, 0)), ("late", Instant.FromUtc(2026, 3, 6, 15, 0))],
            tags.Where(line => line.Command!.Verb == CommandVerb.Tag).Select(line => (line.Command!.Tag!, line.At)));
        var inbox = new CommandInbox(company.Program.Database);
        Assert.DoesNotContain(await inbox.OwedWithDigests(default), owed => owed.ArrivedAt < Instant.FromUtc(2026, 3, 3, 10, 0));
        Assert.DoesNotContain(await inbox.OwedAtOnce(default), owed => owed.Answer.Reader == "ana");
    }

    [Fact]
    public async Task Undo_takes_back_the_whole_last_mail_and_what_was_done_can_be_done_again()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1\ntag 2 vip"));
        await company.Harvest();
        Assert.DoesNotContain((await company.Evaluate()).Items, item => item.Id == "35SFN1HD");

        company.Deliver(sent.Reply("undo", date: "Wed, 4 Mar 2026 09:57:00 +0000"));
        await company.Harvest();
        Assert.Contains((await company.Evaluate()).Items, item => item.Id == "35SFN1HD");
        Assert.Equal(2, (await company.Commands()).Single(command => command.Verb == CommandVerb.Undo).Undoes.Count);

        company.Deliver(sent.Reply("undo", date: "Wed, 4 Mar 2026 09:58:00 +0000"));
        await company.Harvest();
        Assert.Contains("taken back already", (await company.Answer()).Words, StringComparison.Ordinal);

        company.Deliver(sent.Reply("done 1", date: "Wed, 4 Mar 2026 09:59:00 +0000"));
        await company.Harvest();
        Assert.DoesNotContain((await company.Evaluate()).Items, item => item.Id == "35SFN1HD");
    }

    [Fact]
    public async Task Undo_takes_back_a_link_and_nothing_older_than_a_day()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync@bright.example", sent.Link("done", "35SFN1HD"), ""));
        await company.Harvest();
        company.Deliver(Letter("crmsync+undo@bright.example", "undo", "", date: "Wed, 4 Mar 2026 09:57:00 +0000"));
        await company.Harvest();
        Assert.Contains((await company.Evaluate()).Items, item => item.Id == "35SFN1HD");

        company.Deliver(sent.Reply("done 2", date: "Wed, 4 Mar 2026 10:05:00 +0000"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(1));
        company.Deliver(sent.Reply("undo", date: "Thu, 5 Mar 2026 11:00:00 +0000"));
        await company.Harvest(now: Instant.FromUtc(2026, 3, 5, 12, 0));
        Assert.Contains("nothing was taken back", (await company.Answer()).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_is_given_by_whoever_looks_after_it_and_the_other_sees_it()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("give 1 to tim"));
        company.Deliver(sent.Reply("give 2 to nobody", date: "Wed, 4 Mar 2026 09:56:00 +0000"));
        company.Deliver(sent.Reply("give 3 to conor", date: "Wed, 4 Mar 2026 09:57:00 +0000"));
        await company.Harvest();
        var item = (await company.Evaluate()).Items.Single(one => one.Id == "35SFN1HD");
        Assert.Equal("tim", item.Owner);
        Assert.Single(await company.Commands());

        company.Deliver(Letter("crmsync@bright.example", "who declan@murphymotors.example", "", from: "tim@bright.example"));
        await company.Harvest();
        Assert.Contains(
            (await company.Answers()),
            mail => mail.Text.Contains("Declan Murphy", StringComparison.Ordinal) && mail.To[0].Address == "tim@bright.example");
    }

    [Fact]
    public async Task Help_says_what_can_be_said_and_today_lists_what_can_be_answered()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("help"));
        await company.Harvest();
        Assert.Contains("all but 2", Flat(Assert.Single(await company.Answers()).Text), StringComparison.Ordinal);

        company.Deliver(sent.Reply("done 1", date: "Wed, 4 Mar 2026 09:56:00 +0000"));
        company.Deliver(sent.Reply("today", date: "Wed, 4 Mar 2026 09:57:00 +0000"));
        await company.Harvest();
        var list = (await company.Answers()).Single(mail => mail.Text.Contains("Siobhán", StringComparison.Ordinal));
        Assert.DoesNotContain("1. Answer Declan Murphy", list.Text, StringComparison.Ordinal);

        // Its numbers can be answered like those of a digest.
        company.Deliver(Letter(list.ReplyTo[0].Address, "Re: " + list.Subject, "done 1", date: "Wed, 4 Mar 2026 09:58:00 +0000"));
        await company.Harvest();
        Assert.Equal(2, (await company.Commands()).Count);
    }

    [Fact]
    public async Task A_line_is_carried_out_whole_or_not_at_all_and_told_in_its_words()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1, done 99\ncalled 2: she rings back\ndone all but 1, 2, 3\nsnooze 3 friday, give 3 to nobody"));
        await company.Harvest();
        var commands = await company.Commands();
        Assert.DoesNotContain(commands, command => command.Contact?.Value == "declan@murphymotors.example");
        Assert.Contains(
            commands,
            command => command is { Verb: CommandVerb.Note, Text: "she rings back", Contact.Value: "s.walsh@oakfield.example" });
        Assert.DoesNotContain(commands, command => command.Verb == CommandVerb.Snooze);
        var words = (await company.Answer()).Words!;
        Assert.Contains("“done 1, done 99”", words, StringComparison.Ordinal);
        Assert.Contains("“snooze 3 friday, give 3 to nobody”", words, StringComparison.Ordinal);
        Assert.Contains((await company.Evaluate()).Items, item => item.Id == "35SFN1HD" && item.State is not ItemState.Snoozed);
    }
}

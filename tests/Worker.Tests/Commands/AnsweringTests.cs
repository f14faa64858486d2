using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Digests;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// From the bytes in the command mailbox to the items that change. In Ana's digest 1 is Declan Murphy, 2 Siobhán Walsh, 3 Peter Nagle.
/// </summary>
public sealed class AnsweringTests(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Declan = "done declan@murphymotors.example";
    private const string Siobhan = "done s.walsh@oakfield.example";
    private const string Peter = "done peter@oldmill.example";

    public static TheoryData<string, string, string[]> Replies => new()
    {
        { "one line", "done 1", [Declan] },
        { "several lines", "done 1\ndone 2\n", [Declan, Siobhan] },
        { "several numbers", "Done 1, 3", [Declan, Peter] },
        { "a range and a full stop", "done 1-3.", [Declan, Siobhan, Peter] },
        { "a greeting and a signature", "Good morning,\n\ndone 2\n\nthanks, Ana\n-- \ndone 3\n", [Siobhan] },
        { "an id", "done 35SFN1HD", [Declan] },
        { "capitals and a hash", "DONE #3", [Peter] },
        { "two on a line", "done 1; done 2", [Declan, Siobhan] },
        { "one that makes no sense", "done 1\nfrobnicate 2\ndone 99\n", [Declan] },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task A_reply_is_understood_as_meant(string form, string text, string[] meant)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(text));
        await company.Harvest();
        Assert.True(meant.Order().SequenceEqual((await company.Commands()).Select(Words).Order()), $"{form}: {await company.Answer()}");
    }

    [Fact]
    public async Task The_sample_company_shows_its_two_commands()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var commands = await new ContactLog(company.Program.Database)
            .Read(new LogFilter { Kinds = [InteractionKind.Command] }, default)
            .Select(line => CommandVerbs.Name(line.Command!.Verb) + " " + line.Command.Contact)
            .ToListAsync();
        Assert.Equal(["note weber@lindenhof.example", "chase gerry@paper.example"], commands);
    }

    [Fact]
    public async Task What_is_done_leaves_the_list_and_the_rest_stays()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        Assert.Contains((await company.Evaluate()).Items, item => item.Id == "35SFN1HD");
        company.Deliver(sent.Reply("done 1"));
        await company.Harvest();
        var after = await company.Evaluate();
        Assert.DoesNotContain(after.Items, item => item.Id == "35SFN1HD");
        Assert.Contains(after.Items, item => item.Id == "YW0Y835A");
    }

    [Fact]
    public async Task What_was_said_on_friday_evening_and_read_on_monday_counts_as_of_friday_and_is_confirmed()
    {
        var monday = Instant.FromUtc(2026, 3, 9, 9, 0);
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1\ntag 2 vip", date: "Fri, 6 Mar 2026 18:30:00 +0000"));
        company.Deliver(
            Letter("crmsync+tag-late@bright.example", "Peter peter@oldmill.example", "", date: "Sat, 7 Mar 2026 22:00:00 +0000"));
        await company.HarvestAll(monday);

        var said = (await company.Lines()).Where(line => line.At > SampleCompany.Story).ToList();
        var (friday, saturday) = (Instant.FromUtc(2026, 3, 6, 18, 30), Instant.FromUtc(2026, 3, 7, 22, 0));
        // What one mail says about two people is said at one instant, in no order.
        Assert.Equal(
            [(friday, CommandVerb.Done), (friday, CommandVerb.Tag), (saturday, CommandVerb.Tag)],
            said.Select(line => (line.At, line.Command!.Verb)).Order());
        Assert.DoesNotContain((await company.Evaluate(monday)).Items, item => item.Id == "35SFN1HD");

        var digest = (await company.Program.Digests.Show(monday, default))
            .Single(shown => shown.Digest.Run is { Definition.Name: "my-day", Reader.Id: "ana" });
        var confirmed = MimeReader.Read(digest.Mail.Bytes).Text.Split("AS YOU SAID")[1];
        Assert.Contains("Done: Answer Declan Murphy", confirmed, StringComparison.Ordinal);
        Assert.Contains("Tagged: Siobhán Walsh: vip; Peter Nagle: late", confirmed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snooze_until_friday_ends_on_friday_morning()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("snooze 2 friday"));
        await company.Harvest();
        var snooze = Assert.Single(await company.Commands());
        Assert.Equal((CommandVerb.Snooze, Instant.FromUtc(2026, 3, 6, 9, 0)), (snooze.Verb, snooze.Until));
        Assert.Contains(
            (await company.Evaluate()).Items,
            item => item.Id == "YW0Y835A" && (item.State == ItemState.Snoozed || item.HiddenUntil is not null));
    }

    [Fact]
    public async Task A_reply_to_the_plain_address_is_found_by_what_it_refers_to()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync@bright.example", "Re: My day", "done 1", $"In-Reply-To: <{sent.MessageId}>"));
        await company.Harvest();
        Assert.Equal([Declan], (await company.Commands()).Select(Words));
    }

    [Fact]
    public async Task Every_link_of_an_item_does_what_it_says()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        foreach (var verb in new[] { "snooze-3d", "not-useful", "called", "done" })
        {
            // One after the other: what is done cannot be snoozed, and mails of one second are in no order.
            company.Deliver(Letter("crmsync@bright.example", sent.Link(verb, "35SFN1HD"), ""));
            await company.Harvest();
        }

        Assert.Equal(
            [CommandVerb.Done, CommandVerb.Snooze, CommandVerb.Called, CommandVerb.NotUseful],
            (await company.Commands()).Select(command => command.Verb).Order());
    }

    [Fact]
    public async Task The_same_mail_and_the_same_link_twice_are_one_command()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = Letter("crmsync@bright.example", sent.Link("done", "35SFN1HD"), "");
        company.Deliver(mail);
        company.Deliver(mail);
        company.Deliver(Letter("crmsync@bright.example", sent.Link("done", "35SFN1HD"), "", "X-Second: 1"));
        await company.Harvest();
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(1));
        Assert.Single(await company.Commands());
    }

    [Theory]
    [InlineData("done", "done jane.new@customer.example")]
    [InlineData("called", "called jane.new@customer.example")]
    [InlineData("resolved", "resolved jane.new@customer.example")]
    [InlineData("snooze-3d", "snooze jane.new@customer.example")]
    [InlineData("snooze-2026-06-01", "snooze jane.new@customer.example")]
    [InlineData("tag-vip", "tag jane.new@customer.example")]
    [InlineData("untag-vip", "untag jane.new@customer.example")]
    [InlineData("note", "note jane.new@customer.example")]
    public async Task A_forwarded_mail_to_an_address_with_a_verb_is_about_who_wrote_it(string verb, string meant)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(
            Letter(
                $"crmsync+{verb}@bright.example",
                "Fwd: A question",
                "She has a dog.\nbirthday: 12 March\n\n---------- Forwarded message ---------\nFrom: Jane New "
                    + "<jane.new@customer.example>\nDate: Tue, 3 Mar 2026\nSubject: A question\nTo: Ana Duarte "
                    + "<ana@bright.example>\n\nHello Ana\n"
            ));
        await company.Harvest();
        var command = Assert.Single(await company.Commands());
        Assert.Equal(meant, Words(command));
        Assert.Equal(verb == "note" ? "She has a dog.\nbirthday: 12 March" : null, command.Text?.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_blind_copy_to_chase_means_the_mail_it_goes_with()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = Letter(
            "gerry@paper.example",
            "Blue film",
            "Please send the price of the blue film.",
            "X-Form: copy",
            id: "film@bright.example");
        company.Deliver("Delivered-To: crmsync+chase@bright.example\n" + mail);
        await company.Harvest();
        Assert.Empty(await company.Commands());

        // What Ana kept names the address in Bcc.
        company.DeliverSent("Bcc: crmsync+chase@bright.example\n" + mail);
        await company.Harvest("ana");
        await company.Harvest();
        var chase = Assert.Single(await company.Commands());
        var line = await new ContactLog(company.Program.Database)
            .Read(new LogFilter(), default)
            .SingleAsync(one => one.Subject == "Blue film");
        Assert.Equal((CommandVerb.Chase, line.Id), (chase.Verb, chase.About));
    }

    [Fact]
    public async Task The_copy_among_what_was_sent_proves_a_mail_no_server_signed()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = sent.Reply("done 1", proof: "X-None: 1", id: "sent-copy@bright.example");
        company.Deliver(mail);
        await company.Harvest();
        Assert.Empty(await company.Commands());
        Assert.Equal(CommandMailState.Waiting, (await company.Answer()).State);

        company.DeliverSent(mail);
        await company.Harvest("ana");
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(10));
        Assert.Equal([Declan], (await company.Commands()).Select(Words));
    }

    [Fact]
    public async Task Who_unsubscribes_gets_that_digest_no_more_until_they_subscribe_again()
    {
        var tomorrow = Instant.FromUtc(2026, 3, 5, 8, 45);
        await using var company = await AnsweringCompany.CreateCopy(sent);
        Assert.Contains("my-day ana", await Digests());
        company.Deliver(Letter("crmsync@bright.example", sent.Link("unsubscribe", "my-day"), ""));
        await company.Harvest();
        Assert.Equal(CommandMailState.CarriedOut, (await company.Answer()).State);
        Assert.DoesNotContain("my-day ana", await Digests());
        Assert.Contains("my-day tim", await Digests());

        company.Deliver(Letter("crmsync@bright.example", "subscribe my-day", "", date: "Wed, 4 Mar 2026 10:30:00 +0000"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(1));
        Assert.Contains("my-day ana", await Digests());

        async Task<IEnumerable<string>> Digests() =>
            (await company.Program.Digests.Show(tomorrow, default)).Select(one =>
                $"{one.Digest.Run.Definition.Name} {one.Digest.Run.Reader.Id}");
    }

    [Theory]
    [InlineData("Thanks, very useful!")]
    [InlineData("snooze 2 never")]
    [InlineData("done 99")]
    public async Task A_reply_that_asks_for_nothing_possible_changes_nothing(string text)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(text));
        await company.Harvest();
        Assert.Empty(await company.Commands());
        Assert.Equal(CommandMailState.Refused, (await company.Answer()).State);
    }

    private static string Words(CommandFacts command) => $"{CommandVerbs.Name(command.Verb)} {command.Contact}";
}

using CrmSync.Domain.Log;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>
/// Servers that answer a fetch with something else than was asked for; nothing may be lost by it and nothing may come twice.
/// </summary>
public sealed class OddFetchHarvestTests : OddServerCompany
{
    [Fact]
    public async Task Messages_that_come_in_descending_order_are_all_read()
    {
        Inbox.Answer = (_, answer) =>
            string.Join('\n', answer.Split("\n* ").Select((part, i) => i == 0 ? part : "* " + part).Reverse().Select(Untagged))
            + "\nTAG OK done";

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_message_that_comes_without_its_UID_is_asked_for_alone()
    {
        Inbox.Line = (uid, _, line) => uid == 2 ? line.Replace("UID 2 ", "", StringComparison.Ordinal) : line;

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task Messages_nobody_asked_for_are_not_stored()
    {
        var stranger = TestCompany.MailText("a stranger", id: "99@acme.example");
        Inbox.Answer = (_, answer) =>
            $"* 9 FETCH (UID 99 BODY[]<0> {{{stranger.Length}}}\n{stranger})\n* 8 FETCH (FLAGS (\\Seen))\n" + answer;

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_message_that_is_listed_but_not_sent_waits_and_comes_later()
    {
        Inbox.Line = (uid, _, line) => uid == 2 ? "" : line;
        var first = await Harvest();
        Assert.Equal((2, 1, 0), (first.New, first.Failed, first.Quarantined));
        Assert.Contains("UID 2", first.Problem, StringComparison.Ordinal);

        Inbox.Line = (_, _, line) => line;
        Assert.Equal(1, (await Counts()).New);
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_message_expunged_between_listing_and_reading_is_gone_and_no_failure()
    {
        Inbox.Answer = (_, answer) => Inbox.Mails.Remove(2) ? "* 2 EXPUNGE\n" + Inbox.Mails.Keys.Aggregate(answer, Without) : answer;

        var summary = await Harvest();
        Assert.Equal((null, 2, 0), (summary.Problem, summary.New, summary.Failed));
        await HoldsOnly(1, 3);

        string Without(string answer, uint _) =>
            answer.Contains("UID 2 ", StringComparison.Ordinal)
                ? answer[..answer.IndexOf("* 2 FETCH", StringComparison.Ordinal)]
                    + answer[answer.IndexOf("* 3 FETCH", StringComparison.Ordinal)..]
                : answer;
    }

    [Fact]
    public async Task Nothing_in_place_of_a_message_that_was_just_deleted_is_no_empty_mail()
    {
        Inbox.Answer = (items, answer) =>
        {
            if (!items.Contains("PEEK[]", StringComparison.Ordinal) || !Inbox.Mails.TryGetValue(2, out var mail))
                return answer;

            Inbox.Mails.Remove(2);
            var literal = $"{{{mail.Length}}}\n{mail}";
            var at = answer.IndexOf(literal, answer.IndexOf("UID 2 ", StringComparison.Ordinal), StringComparison.Ordinal);
            return answer[..at]
                + "NIL"
                + answer[(at + literal.Length)..].Replace("TAG OK done", "* BYE some are gone\nCUT", StringComparison.Ordinal);
        };

        var summary = await Harvest();

        Assert.Equal((2, 0, 0), (summary.New, summary.Failed, summary.Quarantined));
        await HoldsOnly(1, 3);
    }

    [Fact]
    public async Task A_message_a_replica_shows_loses_and_shows_again_is_read()
    {
        Inbox.Answer = (_, answer) =>
            Inbox.Mails.Remove(3) ? answer[..answer.IndexOf("* 3 FETCH", StringComparison.Ordinal)] + "TAG OK done" : answer;
        Assert.Equal(2, (await Counts()).New);

        Inbox.Answer = (_, answer) => answer;
        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal((2, 2), await Counts());
    }

    [Fact]
    public async Task A_connection_that_ends_after_any_number_of_bytes_of_a_mail_loses_nothing_and_repeats_nothing()
    {
        var length = Inbox.Mails[2].Length;
        var added = 3u;
        foreach (var bytes in new[] { 0, 1, 2, 50, length / 2, length - 1, length })
        {
            var cut = true;
            var number = ++added;
            Inbox.Mails[number] = TestCompany.MailText($"number {number}", id: $"{number}@acme.example");
            Inbox.Answer = (items, answer) =>
            {
                if (!cut || !items.Contains("BODY", StringComparison.Ordinal)
                    || answer.IndexOf($"UID {number} ", StringComparison.Ordinal) is not (> 0 and var at))
                    return answer;

                cut = false;
                return answer[..(answer.IndexOf("}\n", at, StringComparison.Ordinal) + 2 + bytes)] + "NOEOLCUT";
            };

            Assert.Null((await Harvest()).Problem);
            Assert.False(cut);
        }

        await HoldsOnly([.. Enumerable.Range(1, (int)added).Select(uid => (uint)uid)]);
    }

    [Fact]
    public async Task A_subject_of_five_kilobytes_in_an_ENVELOPE_nobody_asked_for_does_no_harm()
    {
        Inbox.Line = (_, _, line) =>
            line.Replace("FETCH (", $"FETCH (ENVELOPE (\"d\" {{5000}}\n{new string('s', 5000)} NIL NIL) ", StringComparison.Ordinal);

        Assert.Equal((3, 0), await Counts());
    }

    [Theory]
    [InlineData("BODYSTRUCTURE (\"mixed\" (\"boundary\" \"x\") NIL NIL)")]
    [InlineData("BODYSTRUCTURE (NIL \"mixed\")")]
    [InlineData("BODYSTRUCTURE NIL")]
    [InlineData("BODYSTRUCTURE (((")]
    [InlineData("")]
    public async Task A_structure_that_makes_no_sense_makes_the_mail_be_read_whole(string structure)
    {
        Inbox.Holds();
        Inbox.Mails[1] = LongMail("number 1");
        Inbox.Line = (_, items, line) =>
            items.Contains("BODYSTRUCTURE", StringComparison.Ordinal) ? $"* 1 FETCH (UID 1 {structure})" : line;

        Assert.Equal((1, 0), await Counts());
        Assert.Equal(2, (await FindLine("number 1")).Attachments);
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(-1)]
    [InlineData(5)]
    public async Task A_mail_whose_length_is_told_wrong_by_the_size_is_read_whole(int wrong)
    {
        Inbox.Line = (uid, _, line) =>
            line.Replace(
                $"RFC822.SIZE {Inbox.Mails[uid].Length}",
                $"RFC822.SIZE {Inbox.Mails[uid].Length + wrong}",
                StringComparison.Ordinal);
        Inbox.Mails[4] = LongMail("number 4");

        Assert.Equal((4, 0), await Counts());
        Assert.Equal(2, (await FindLine("number 4")).Attachments);
    }

    [Fact]
    public async Task A_literal_that_lies_about_its_length_costs_that_message_only()
    {
        Inbox.Line = (uid, _, line) =>
            uid == 2 ? line.Replace($"{{{Inbox.Mails[2].Length}}}", $"{{{Inbox.Mails[2].Length - 20}}}", StringComparison.Ordinal) : line;
        for (var turn = 0; turn < 4; turn++)
            Assert.Equal(1, (await Harvest()).Failed);

        var last = await Harvest();
        Assert.Equal((1, 0), (last.Quarantined, last.Failed));
        Assert.Null((await Harvest()).Problem);
        Assert.Equal(2, (await Company.Log()).Count(line => line.Text == "Hello"));
    }

    [Fact]
    public async Task A_message_that_breaks_the_connection_every_time_is_a_line_of_its_headers_until_it_can_be_read()
    {
        Inbox.Mails[2] = TestCompany.MailText("number 2", id: "2@acme.example", body: "When do you come?");
        Inbox.Line = (uid, items, line) =>
            uid == 2 && !items.Contains("[HEADER]", StringComparison.Ordinal) ? line[..^60] + "NOEOLCUT" : line;
        Inbox.Answer = (_, answer) =>
            answer.Contains("NOEOLCUT", StringComparison.Ordinal)
                ? answer[..(answer.IndexOf("NOEOLCUT", StringComparison.Ordinal) + 8)]
                : answer;
        var first = await Harvest();
        Assert.Equal((2, 1, 0), (first.New, first.Failed, first.Quarantined));
        for (var turn = 0; turn < 3; turn++)
            Assert.Equal(1, (await Harvest()).Failed);

        Assert.Equal((0, 1), ((await Harvest()).Failed, (await Company.Ledger.Quarantine(null, default)).Count));
        Assert.Contains("by its headers", (await Company.Ledger.Quarantine(null, default))[0].Remedy, StringComparison.Ordinal);
        Assert.Null((await Harvest()).Problem);
        await HoldsOnly(1, 2, 3);
        Assert.Null((await FindLine("number 2")).Text);
        Assert.Contains(
            (await FindLine("number 2")).Participants,
            person => person.Role == ParticipantRole.From && person.Address.Value == "jane@acme.example");

        Inbox.Line = (_, _, line) => line;
        Inbox.Answer = (_, answer) => answer;
        await Company.Ledger.RetryQuarantine(null, default);
        Assert.Equal(1, (await Counts()).New);
        await HoldsOnly(1, 2, 3);
        Assert.True((await FindLine("number 2")).Question);
        Assert.Empty(await Company.Ledger.Quarantine(null, default));
    }

    [Fact]
    public async Task A_message_of_which_not_even_the_headers_come_is_set_aside_without_a_line()
    {
        Inbox.Line = (uid, _, line) => uid == 2 ? "" : line;
        for (var turn = 0; turn < 5; turn++)
            await Harvest();

        Assert.Single(await Company.Ledger.Quarantine(null, default));
        await HoldsOnly(1, 3);
    }

    [Fact]
    public async Task A_server_that_cannot_fetch_in_part_is_asked_for_whole_mails_once_that_is_known_and_after_a_restart_too()
    {
        Inbox.Answer = (items, answer) => items.Contains("<0.", StringComparison.Ordinal) ? "TAG BAD no such thing as a part" : answer;
        Inbox.Holds();
        Inbox.Mails[1] = LongMail("number 1");
        Inbox.Mails[2] = LongMail("number 2");
        Assert.Equal((2, 0), await Counts());

        await Restart();
        var before = Server.Received.Count;
        Inbox.Mails[3] = LongMail("number 3");
        Assert.Equal((1, 2), await Counts());
        Assert.DoesNotContain(Server.Received.Skip(before), command => command.Contains("<0.", StringComparison.Ordinal));
        Assert.Equal(2, (await FindLine("number 3")).Attachments);
    }

    [Fact]
    public async Task A_server_that_stumbles_over_flags_and_dates_gives_the_mail_without_them()
    {
        Inbox.Answer = (items, answer) =>
            items.Contains("INTERNALDATE", StringComparison.Ordinal) ? "TAG BAD internal error while reading the date" : answer;

        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task A_section_that_is_left_out_is_asked_for_in_other_ways()
    {
        var left = 1;
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("BODY", StringComparison.Ordinal) && left-- > 0 ? "* 2 FETCH (UID 2 FLAGS ())" : line;

        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task One_bad_message_that_makes_the_server_refuse_the_whole_fetch_costs_itself_only()
    {
        Inbox.Holds([.. Enumerable.Range(1, 40).Select(uid => (uint)uid)]);
        Inbox.Answer = (_, answer) =>
            answer.Contains("UID 17 ", StringComparison.Ordinal) ? "TAG NO [UNAVAILABLE] UID FETCH Server error" : answer;

        var summary = await Harvest();
        Assert.Equal((39, 1), (summary.New, summary.Failed));
        Assert.Contains("UID 17", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Some_that_no_longer_exist_are_a_partial_success()
    {
        Inbox.Line = (uid, _, line) => uid == 2 && Inbox.Mails.Count == 3 ? "" : line;
        Inbox.Answer = (_, answer) =>
        {
            if (!Inbox.Mails.Remove(2))
                return answer;

            return answer.Replace("TAG OK done", "TAG NO Some of the requested messages no longer exist.", StringComparison.Ordinal);
        };

        Assert.Equal((2, 0), await Counts());
    }

    [Fact]
    public async Task A_draft_of_Gmail_is_read_once_it_is_sent_under_the_same_number()
    {
        await Offers("IMAP4rev1 X-GM-EXT-1");
        Inbox.Line = (uid, _, line) =>
            line.Replace(
                "FLAGS ()",
                uid == 2 ? "FLAGS () X-GM-LABELS (\"\\\\Draft\")" : "FLAGS () X-GM-LABELS (\"\\\\Inbox\")",
                StringComparison.Ordinal);
        Assert.Equal(2, (await Counts()).New);

        Inbox.Line = (_, _, line) => line;
        Inbox.Mails[4] = TestCompany.MailText("number 4", id: "4@acme.example");
        Assert.Equal(2, (await Counts()).New);
        await HoldsOnly(1, 2, 3, 4);
    }

    private static string Untagged(string part) => part.Replace("\nTAG OK done", "", StringComparison.Ordinal);

    /// <summary>A mail with two attachments, the first of which is longer than what is fetched at first.</summary>
    private static string LongMail(string subject) =>
        TestCompany.MailText(
            subject,
            id: $"{subject.Replace(' ', '-')}@acme.example",
            more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
            body: "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
                + $"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; "
                + $"filename=a.pdf\r\nContent-Transfer-Encoding: "
                + $"base64\r\n\r\n{string.Concat(Enumerable.Repeat(new string('A', 76) + "\r\n", 1000))}"
                + "--b\r\nContent-Type: application/pdf; name=b.pdf\r\nContent-Disposition: attachment; "
                + "filename=b.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
        );
}

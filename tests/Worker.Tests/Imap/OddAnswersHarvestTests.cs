using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Lines as servers have been seen to write them, and lists and searches that do not do what was announced.</summary>
public sealed class OddAnswersHarvestTests : OddServerCompany
{
    [Theory]
    [InlineData("FETCH (UID 2MODSEQ (7) ")]
    [InlineData(" FETCH (UID 2 MODSEQ (7) ")]
    [InlineData("FETCH (UID 2 MODSEQ (-1) FLAGS NIL ")]
    [InlineData("FETCH (UID 2 FLAGS (\"\\\\Seen\" 17) ")]
    [InlineData("FETCH (FLAGS () UID 2 INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" ")]
    [InlineData("FETCH (UID 2 X-GM-LABELS (NIL \"\\\\Sent\" Fr&APw-h) ")]
    public async Task Lines_as_odd_servers_write_them_are_read(string beginning)
    {
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("PEEK[]", StringComparison.Ordinal)
                ? line.Replace("FETCH (UID 2 ", beginning, StringComparison.Ordinal)
                : line;

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_line_that_nobody_can_read_costs_its_message_only()
    {
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("PEEK[]", StringComparison.Ordinal)
                ? line.Replace("UID 2 ", "UID 2 ENVELOPE (\"not closed ", StringComparison.Ordinal)
                : line;

        var summary = await Harvest();

        Assert.Equal((2, 1), (summary.New, summary.Failed));
        Assert.Contains("UID 2", summary.Problem, StringComparison.Ordinal);
        await HoldsOnly(1, 3);
    }

    [Fact]
    public async Task What_stands_behind_a_literal_that_is_too_short_is_taken_for_no_answer_to_us()
    {
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("PEEK[]", StringComparison.Ordinal)
                ? "* 2 FETCH (UID 2 BODY[] {3}\nabc and more\nA00000001 OK you are done\nABCDE5 OK really\n)"
                : line;

        var summary = await Harvest();

        Assert.Equal((2, 1), (summary.New, summary.Failed));
        await HoldsOnly(1, 3);
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("3000000000")]
    public async Task A_literal_longer_than_any_mail_is_not_waited_for(string length)
    {
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("PEEK[", StringComparison.Ordinal) ? $"* 2 FETCH (UID 2 BODY[] {{{length}}}\nabc" : line;

        Assert.Equal(2, (await Harvest()).New);
        await HoldsOnly(1, 3);
    }

    [Fact]
    public async Task A_literal_of_a_megabyte_where_none_belongs_is_stepped_over()
    {
        Inbox.Line = (uid, _, line) =>
            uid == 2
                ? line.Replace("FETCH (", $"FETCH (ENVELOPE ({{1000000}}\n{new string('s', 1_000_000)} NIL) ", StringComparison.Ordinal)
                : line;

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_structure_of_a_hundred_thousand_parentheses_makes_the_mail_be_read_whole()
    {
        Inbox.Mails[2] = TestCompany.MailText("number 2", id: "2@acme.example", body: new string('x', 40_000));
        Inbox.Line = (uid, items, line) =>
            uid == 2 && items.Contains("BODYSTRUCTURE", StringComparison.Ordinal)
                ? $"* 2 FETCH (UID 2 BODYSTRUCTURE {new string('(', 100_000)}{new string(')', 100_000)})"
                : line;

        Assert.Equal((3, 0), await Counts());
        await HoldsOnly(1, 2, 3);
    }

    [Theory]
    [InlineData("* ESEARCH (TAG \"TAG\") UID ALL 1:3")]
    [InlineData("* ESEARCH (TAG \"TAG\") UID ALL 3,2:1,1:4000000000")]
    [InlineData("* SEARCH 3 1 (MODSEQ 17)\n* SEARCH 2")]
    public async Task A_search_is_understood_in_every_form_it_is_answered_in(string answer)
    {
        await Offers("IMAP4rev1 ESEARCH");
        Server.On("UID SEARCH", answer + "\nTAG OK done");

        Assert.Equal(3, (await Counts()).New);
        await HoldsOnly(1, 2, 3);
    }

    [Fact]
    public async Task A_search_that_finds_nothing_in_the_new_form_is_an_empty_folder()
    {
        await Offers("IMAP4rev1 ESEARCH");
        Server.On("UID SEARCH", "* ESEARCH (TAG \"TAG\") UID\nTAG OK done");

        Assert.Equal(0, (await Counts()).New);
    }

    [Fact]
    public async Task A_server_that_announces_ESEARCH_and_does_not_know_it_is_asked_plainly()
    {
        await Offers("IMAP4rev1 ESEARCH");
        Server.On("UID SEARCH RETURN", "TAG BAD what?");

        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task UIDNEXT_that_only_STATUS_tells_is_asked_for_there()
    {
        Inbox.Opened = new Queue<string>(["* 3 EXISTS\n* OK [UIDVALIDITY 7] .\nTAG OK [READ-ONLY] done"]);
        await Counts();
        var searched = Searches();

        Assert.Equal((0, 3), await Counts());
        Assert.Equal(searched, Searches());

        int Searches() => Server.Received.Count(command => command.StartsWith("UID SEARCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_of_LIST_are_dropped_one_by_one_when_the_server_says_BAD()
    {
        await Offers("IMAP4rev1 SPECIAL-USE LIST-EXTENDED LIST-STATUS");
        Server.On("LIST", command => command.Contains("RETURN", StringComparison.Ordinal)
            ? "TAG BAD no"
            : "* LIST () \"/\" INBOX\n* LIST (\\Sent) \"/\" Raus\nTAG OK done");
        _ = new OddMailbox(Server, "Raus", 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal([("INBOX", "inbox"), ("Raus", "sent")], await Roles());
    }

    [Fact]
    public async Task A_list_that_loses_INBOX_because_of_its_options_is_asked_for_plainly()
    {
        await Offers("IMAP4rev1 SPECIAL-USE LIST-EXTENDED");
        Server.On("LIST", command => command.Contains("RETURN", StringComparison.Ordinal)
            ? "* LIST (\\Sent) \"/\" Sent\nTAG OK done"
            : "* LIST () \"/\" INBOX\n* LIST (\\Sent) \"/\" Sent\nTAG OK done");
        _ = new OddMailbox(Server, "Sent", 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal([("INBOX", "inbox"), ("Sent", "sent")], await Roles());
    }

    [Fact]
    public async Task A_list_of_branches_only_is_a_fault_and_no_empty_mailbox()
    {
        Server.On("LIST", "* LIST (\\Noselect) \"/\" \"\"\n* LIST (\\Noselect) \"/\" Root\nTAG OK done");
        Assert.Contains("no folder", (await Harvest()).Problem, StringComparison.Ordinal);

        Server.On("LIST", "* LIST () \"/\" INBOX\nTAG OK done");
        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task Roles_that_only_XLIST_tells_are_heard()
    {
        await Offers("IMAP4rev1 XLIST");
        Server
            .On("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" \"[Gmail]/Gesendet\"\n* LIST () \"/\" Weg\nTAG OK done")
            .On("XLIST",
                "* XLIST (\\HasNoChildren \\Inbox) \"/\" \"Posteingang\"\n* XLIST (\\Sent) \"/\" \"[Gmail]/Gesendet\"\n"
                    + "* XLIST (\\Trash) \"/\" Weg\nTAG OK done");
        _ = new OddMailbox(Server, "[Gmail]/Gesendet", 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal([("INBOX", "inbox"), ("[Gmail]/Gesendet", "sent")], await Roles());
    }

    [Fact]
    public async Task Folders_are_known_by_their_lines_however_these_are_written()
    {
        await Offers("IMAP4rev1 NAMESPACE ID");
        Server
            .On("NAMESPACE", "* NAMESPACE ((\"\" \"/\")) ((\"Other Users/\" \"/\")) ((\"Public/\" \"/\"))\nTAG OK done")
            .On("LIST", """
                * LIST () "/" INBOX
                * LIST (\) NIL Flat
                * LIST (\NonExistent) "/" Gone
                * LIST () "/" Sync Issues
                * LIST () "/" "say \"hi\""
                * LIST () "/" Gel&APY-scht
                * LIST () "/" Trash/Old
                * LIST () "/" Projects/Sent
                * LIST () "/" "Other Users/ben/INBOX"
                * LIST () "/" Public
                * LIST () "/" {9}
                Entw&APw-
                * LIST () "/" Archiv ("CHILDINFO" ("SUBSCRIBED"))
                TAG OK done
                """);
        foreach (var name in new[] { "Flat", "say \\\"hi\\\"", "Projects/Sent", "Entw&APw-", "Archiv" })
            _ = new OddMailbox(Server, name, 1, 2, 3);

        Assert.Null((await Harvest()).Problem);
        Assert.Equal(
            [("Archiv", "archive"), ("Entwü", null), ("Flat", null), ("INBOX", "inbox"), ("Projects/Sent", null), ("say \"hi\"", null)],
            await Roles());
    }

    [Fact]
    public async Task The_reason_a_server_gives_outside_the_protocol_before_it_hangs_up_is_told()
    {
        Server.On("UID SEARCH", "Server Unavailable. 15\nCUT");

        Assert.Contains("Server Unavailable. 15", (await Harvest()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_goodbye_without_end_is_left_at_the_first()
    {
        Server.On("UID SEARCH", string.Concat(Enumerable.Repeat("* BYE come again\n", 1000)));

        Assert.Contains("come again", (await Harvest()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_damaged_anywhere_does_worse_than_fail_in_words_or_be_made_up_for()
    {
        var random = new Random(7);
        var spice = "(){}\"\\[] *+<>~\0".ToCharArray();
        var damages = 0;
        Inbox.Line = (_, _, line) => Damaged(line);
        Inbox.Found = uids => [Damaged(string.Join(' ', uids))];
        Server.On("STATUS \"INBOX\"", _ => Damaged(Inbox.StatusLine) + "TAG OK done");

        for (var turn = 0; turn < 40; turn++)
        {
            damages = random.Next(1, 4);
            await Harvest();
        }

        Inbox.Line = (_, _, line) => line;
        Inbox.Found = uids => uids.Select(uid => $"{uid}");
        Server.On("STATUS \"INBOX\"", _ => Inbox.StatusLine + "TAG OK done");
        await Harvest();
        await Company.Ledger.RetryQuarantine(null, default);
        await Harvest(minutesLater: 24 * 60 + 1);
        var log = await Company.Log();
        Assert.All(new[] { 1, 2, 3 }, uid => Assert.Contains(log, line => line.Subject == $"number {uid}"));

        string Damaged(string text)
        {
            if (damages == 0 || text.Length == 0)
                return text;

            // Line ends stay: a literal that is longer than the mail ends only with the patience of the client.
            damages--;
            var letters = text.ToCharArray();
            var at = random.Next(letters.Length);
            letters[at] = letters[at] is '\r' or '\n' ? letters[at] : spice[random.Next(spice.Length)];
            return new string(letters);
        }
    }

    private async Task<IReadOnlyList<(string, string?)>> Roles() =>
    [
        .. (await Company.Ledger.Folders(await Company.Accounts.Register("ana", "test", "ana@us.example", default), default))
            .OrderBy(folder => folder.Path, StringComparer.Ordinal)
            .Select(folder => (folder.Path, folder.Role)),
    ];
}

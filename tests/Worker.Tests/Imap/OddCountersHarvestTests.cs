namespace CrmSync.Worker.Tests.Imap;

/// <summary>Servers whose counters cannot be relied on; the log must be the same.</summary>
public sealed class OddCountersHarvestTests : OddServerCompany
{
    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.86931e+06")]
    [InlineData("4294967296")]
    [InlineData("NIL")]
    public async Task UIDNEXT_that_is_absent_or_no_use_loses_nothing_and_repeats_nothing(string next)
    {
        Inbox.Next = next;
        Assert.Equal((3, 0), await Counts());
        Assert.Equal((0, 3), await Counts());

        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal((1, 3), await Counts());
        await HoldsOnly(1, 2, 3, 4);
    }

    [Fact]
    public async Task UIDNEXT_that_never_moves_is_caught_by_the_count()
    {
        Inbox.Next = "4";
        await Counts();
        Inbox.Holds(1, 2, 3, 4);

        Assert.Equal((1, 3), await Counts());
    }

    [Fact]
    public async Task One_in_and_one_out_is_noticed_though_the_count_stays()
    {
        await Counts();
        Inbox.Holds(2, 3, 4);

        Assert.Equal((1, 2), await Counts());
        await HoldsOnly(1, 2, 3, 4);
    }

    [Fact]
    public async Task A_folder_that_was_emptied_is_not_fetched_from_and_keeps_its_lines()
    {
        await Counts();
        Inbox.Holds();
        var fetches = Fetches();

        Assert.Equal((0, 0), await Counts());
        Assert.Equal(fetches, Fetches());
        await HoldsOnly(1, 2, 3);

        Inbox.Holds(4);
        Assert.Equal((1, 0), await Counts());
    }

    [Fact]
    public async Task A_folder_that_was_always_empty_is_not_even_opened()
    {
        Inbox.Holds();
        Assert.Equal((0, 0), await Counts());

        Assert.DoesNotContain(Server.Received, command => command.StartsWith("EXAMINE", StringComparison.Ordinal));
        Assert.Equal(0, Fetches());
    }

    [Theory]
    [InlineData("* OK [NOMODSEQ] .\n", "* OK [NOMODSEQ] .\n")]
    [InlineData("* OK [HIGHESTMODSEQ 900] .\n", "* OK [HIGHESTMODSEQ 12] .\n")]
    [InlineData("* OK [HIGHESTMODSEQ -1] .\n", "* OK [HIGHESTMODSEQ 0] .\n")]
    public async Task Modification_counters_that_are_missing_or_go_down_hide_nothing(string before, string after)
    {
        Inbox.More = before;
        Assert.Equal((3, 0), await Counts());
        Inbox.More = after;
        Inbox.Holds(1, 2, 3, 4);

        Assert.Equal((1, 3), await Counts());
        await HoldsOnly(1, 2, 3, 4);
    }

    [Fact]
    public async Task A_UIDVALIDITY_that_is_back_at_the_second_look_has_not_changed()
    {
        await Counts();
        Inbox.Holds(1, 2, 3, 4);
        Inbox.Opened = new Queue<string>([Inbox.Open(validity: 8), Inbox.Open()]);

        Assert.Equal((1, 3), await Counts());
        Assert.Equal(1, (await Folder("INBOX")).Epoch);
    }

    [Fact]
    public async Task A_UIDVALIDITY_that_changed_while_every_message_kept_its_number_costs_nothing()
    {
        Inbox.Holds([.. Enumerable.Range(1, 30).Select(uid => (uint)uid)]);
        await Counts();
        Inbox.Mails[31] = Inbox
            .Mails[30]
            .Replace("number 30", "number 31", StringComparison.Ordinal)
            .Replace("<30@", "<31@", StringComparison.Ordinal);
        await Counts();
        Inbox.Validity = 8;

        Assert.Equal((0, 31), await Counts());
        Assert.Equal((1, 8L), ((await Folder("INBOX")).Epoch, (await Folder("INBOX")).Cursor.UidValidity));
    }

    [Fact]
    public async Task A_UIDVALIDITY_that_changed_with_the_numbers_makes_no_second_lines()
    {
        await Counts();
        Inbox.Holds(1, 2, 3, 4);
        await Counts();
        var mails = Inbox.Mails.Values.Reverse().ToList();
        for (var uid = 1u; uid <= 4; uid++)
            Inbox.Mails[uid] = mails[(int)uid - 1];

        Inbox.Validity = 8;

        Assert.Equal((0, 4), await Counts());
        Assert.Equal(2, (await Folder("INBOX")).Epoch);
        await HoldsOnly(1, 2, 3, 4);
    }

    [Fact]
    public async Task A_folder_whose_UIDVALIDITY_changes_every_time_is_left_alone_for_a_day_and_the_others_are_read()
    {
        Server.On("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" Flip\nTAG OK done");
        var flip = new OddMailbox(Server, "Flip", 1, 2, 3);
        for (var turn = 0; turn < 6; turn++)
        {
            flip.Validity++;
            Assert.Null((await Harvest()).Problem);
        }

        flip.Validity++;
        Assert.Contains("numbered its mails anew", (await Harvest()).Problem, StringComparison.Ordinal);
        Inbox.Holds(1, 2, 3, 4);
        flip.Validity++;
        Assert.Equal(1, (await Counts()).New);
        Assert.Equal(5, (await Folder("Flip")).ValidityResets);

        await Harvest(minutesLater: 25 * 60);
        Assert.Null((await Folder("Flip")).ParkedReason);
        await HoldsOnly(1, 2, 3, 4);
    }

    [Fact]
    public async Task The_inbox_is_read_on_however_often_its_UIDVALIDITY_changes()
    {
        for (var turn = 0u; turn < 9; turn++)
        {
            Inbox.Validity++;
            Inbox.Mails[10 + turn] = Inbox
                .Mails[1]
                .Replace("number 1", $"number {10 + turn}", StringComparison.Ordinal)
                .Replace("<1@", $"<{10 + turn}@", StringComparison.Ordinal);
            Assert.Equal(turn == 0 ? 4 : 1, (await Counts()).New);
        }

        await HoldsOnly([1, 2, 3, .. Enumerable.Range(10, 9).Select(uid => (uint)uid)]);
    }

    [Theory]
    [InlineData(99999999999UL)]
    [InlineData(ulong.MaxValue)]
    public async Task A_UIDVALIDITY_beyond_32_bits_is_as_good_as_any(ulong validity)
    {
        Inbox.Validity = validity;

        Assert.Equal((3, 0), await Counts());
        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal((1, 3), await Counts());
    }

    [Fact]
    public async Task Without_UIDVALIDITY_recent_mail_is_found_and_nothing_is_concluded()
    {
        await Counts();
        Inbox.Validity = 0;
        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal(1, (await Counts()).New);
        Assert.Equal(7, (await Folder("INBOX")).Cursor.UidValidity);

        Inbox.Validity = 7;
        Assert.Equal((0, 4), await Counts());
    }

    [Fact]
    public async Task A_folder_that_never_had_a_UIDVALIDITY_is_read_all_the_same()
    {
        Inbox.Validity = 0;
        Assert.Equal((3, 0), await Counts());
        Inbox.Holds(1, 2, 3, 4);
        Assert.Equal((1, 3), await Counts());
    }

    [Fact]
    public async Task A_message_that_shows_up_below_the_frontier_is_found_by_the_overlap()
    {
        Inbox.Holds(1, 3);
        await Counts();
        Inbox.Holds(1, 2, 3);

        Assert.Equal((1, 2), await Counts());
    }

    [Fact]
    public async Task A_message_far_below_the_frontier_is_found_within_a_day()
    {
        Inbox.Holds(1, 5000);
        await Counts();
        Inbox.Holds(1, 2, 5000, 5001);
        Assert.Equal(1, (await Counts()).New);

        Assert.Equal(1, (await Harvest(minutesLater: 25 * 60)).New);
        await HoldsOnly(1, 2, 5000, 5001);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.86931e+06")]
    [InlineData("99999999999")]
    public async Task Nonsense_among_the_numbers_found_is_dropped(string nonsense)
    {
        Inbox.Found = uids => uids.Select(uid => $"{uid}").Prepend(nonsense).Append(nonsense);

        Assert.Equal((3, 0), await Counts());
        Assert.Equal((0, 3), await Counts());
    }

    private int Fetches() => Server.Received.Count(command => command.StartsWith("UID FETCH", StringComparison.Ordinal));
}

using CrmSync.Domain.Harvest;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>
/// Whose fault it is when connections break while mails are read. The line is to blame before a mail is; a mail that is to blame is set
/// aside, harms no other, and is tried again by itself.
/// </summary>
public sealed class TroubleOnTheLineTests : OddServerCompany
{
    /// <summary>What is given up in one harvest at most, with what the operating system holds for the connections.</summary>
    private const long MostSent = 60_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Connections_cut_at_random_set_no_mail_aside(int seed)
    {
        var random = new Random(seed);
        uint[] all = [.. Enumerable.Range(1, 40).Select(uid => (uint)uid)];
        Inbox.Holds(all);
        Inbox.Answer = (_, answer) => random.NextDouble() < 0.85 ? answer[..random.Next(answer.Length)] + "NOEOLCUT" : answer;
        for (var harvest = 0; harvest < 10; harvest++)
        {
            await Harvest();
            Assert.Empty(await Aside());
        }

        Inbox.Answer = (_, answer) => answer;
        Assert.Null((await Harvest()).Problem);
        await HoldsOnly(all);
    }

    [Fact]
    public async Task The_only_new_mail_is_not_to_blame_where_known_ones_break_the_connection_too()
    {
        Assert.Equal((3, 0), await Counts());
        Inbox.Holds(1, 2, 3, 4);
        Inbox.Answer = (items, answer) =>
            items.Contains("PEEK[]", StringComparison.Ordinal) ? answer[..(answer.Length / 2)] + "NOEOLCUT" : answer;
        for (var harvest = 0; harvest < 8; harvest++)
        {
            var summary = await Harvest();
            Assert.Equal((0, 0, false), (summary.Failed, summary.Quarantined, summary.IsPermanent));
            Assert.Contains("the connection", summary.Problem, StringComparison.Ordinal);
        }

        Assert.Empty(await Aside());
        Inbox.Answer = (_, answer) => answer;
        Assert.Equal((1, 3), await Counts());
    }

    [Fact]
    public async Task The_only_new_mail_is_to_blame_where_known_ones_come_through()
    {
        Assert.Equal((3, 0), await Counts());
        Inbox.Holds(1, 2, 3, 4);
        Breaks(4);
        for (var harvest = 0; harvest < 4; harvest++)
            Assert.Equal((1, 0), await FailedAndAside());

        Assert.Equal((0, 1), await FailedAndAside());
        Assert.Contains("UID 4", Assert.Single(await Aside()).Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_mail_among_the_known_ones_is_no_witness_against_the_line()
    {
        Inbox.Holds(1, 2, 3);
        Breaks(1);
        for (var harvest = 0; harvest < 5; harvest++)
            await Harvest();

        Inbox.Holds(1, 2, 3, 4);
        Breaks(1, 4);
        for (var harvest = 0; harvest < 5; harvest++)
            Assert.Contains("UID 4", (await Harvest(minutesLater: 5)).Problem ?? "UID 4", StringComparison.Ordinal);

        Assert.Equal(["1", "4"], (await Aside()).Select(item => item.Key));
    }

    [Fact]
    public async Task A_mail_alone_in_its_folder_is_never_set_aside_until_another_one_shows_that_the_line_is_good()
    {
        Inbox.Holds(1);
        Breaks(1);
        for (var harvest = 0; harvest < 8; harvest++)
            Assert.Equal((1, 0), await FailedAndAside());

        Inbox.Holds(1, 2);
        Assert.Equal((0, 1), await FailedAndAside());
        await HoldsOnly(1, 2);
    }

    [Fact]
    public async Task A_mail_that_was_set_aside_is_tried_again_by_itself_less_and_less_often_over_restarts_too()
    {
        Breaks(2);
        for (var harvest = 0; harvest < 5; harvest++)
            await Harvest(minutesLater: 5);

        Assert.Single(await Aside());
        var tries = new List<int>();
        for (var minute = 20; minute <= 36 * 60; minute += 20)
        {
            var before = Asked();
            var summary = await Harvest(minutesLater: 20);
            if (Asked() > before)
                tries.Add(minute);

            Assert.Equal((null, 0), (summary.Problem, summary.Failed));
            if (minute % 300 == 0)
                await Restart();
        }

        Assert.Equal([60, 180, 420, 900, 1860], tries);
        Assert.Equal(
            Clock.GetCurrentInstant() + NodaTime.Duration.FromMinutes(1860 + (32 * 60) - (36 * 60)),
            (await Aside()).Single().RetryAt
        );
        Assert.Null((await FindLine("number 2")).Text);

        Breaks();
        await Harvest(minutesLater: 32 * 60);
        Assert.Empty(await Aside());
        await HoldsOnly(1, 2, 3);
        Assert.Equal("Hello", (await FindLine("number 2")).Text);

        int Asked() => Server.Received.Count(command =>
            command.StartsWith("UID FETCH 2 ", StringComparison.Ordinal) && command.Contains("PEEK[]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INTERNALDATE", "AGAIN* 1 FETCH (UID 1 FLAGS ())\n")]
    [InlineData("INTERNALDATE", "* 1 FETCH (FLAGS (AGAINx)")]
    [InlineData("BODY", "* 1 FETCH (UID 1 BODY[] {2000000000}\nAGAINDear Ana, please read on.\n")]
    [InlineData("BODY", "AGAIN* 9 FETCH (UID 9 BODY[] {5}\nhello)\n")]
    [InlineData("BODY", "AGAIN* OK still here\n")]
    [InlineData("BODY", "AGAINnothing of the kind\n")]
    public async Task An_endless_answer_is_given_up_by_its_bytes_and_blamed_on_no_mail(string command, string answer)
    {
        var isEndless = true;
        Inbox.Answer = (items, right) => isEndless && items.Contains(command, StringComparison.Ordinal) ? answer + "FOREVER" : right;

        var before = Server.Sent;
        var summary = await Harvest();

        Assert.InRange(Server.Sent - before, 0, MostSent);
        Assert.NotNull(summary.Problem);
        Assert.False(summary.IsPermanent);
        for (var harvest = 0; harvest < 4; harvest++)
            await Harvest();

        Assert.Empty(await Aside());
        isEndless = false;
        Assert.Equal((3, 0), await Counts());
    }

    [Fact]
    public async Task Mails_whose_sizes_are_not_told_or_told_wrong_are_read_whatever_their_size()
    {
        for (var uid = 1u; uid <= 6; uid++)
            Inbox.Mails[uid] = TestCompany.MailText($"number {uid}", id: $"{uid}@acme.example", body: new string('x', 5_000_000));

        Inbox.Line = (uid, _, line) =>
            line.Replace($"RFC822.SIZE {Inbox.Mails[uid].Length}", uid % 2 == 0 ? "" : "RFC822.SIZE 100", StringComparison.Ordinal);

        Assert.Equal((6, 0), await Counts());
        await HoldsOnly(1, 2, 3, 4, 5, 6);
    }

    /// <summary>Lets the connection break in the middle of these mails whenever one of them is sent, but for its headers.</summary>
    private void Breaks(params uint[] uids)
    {
        Inbox.Line = (uid, items, line) =>
            uids.Contains(uid) && items.Contains("PEEK[]", StringComparison.Ordinal) ? line[..^40] + "NOEOLCUT" : line;
        Inbox.Answer = (_, answer) =>
            answer.IndexOf("NOEOLCUT", StringComparison.Ordinal) is >= 0 and var at ? answer[..(at + "NOEOLCUT".Length)] : answer;
    }

    private async Task<(int Failed, int Aside)> FailedAndAside()
    {
        var summary = await Harvest();
        return (summary.Failed, summary.Quarantined);
    }

    private Task<IReadOnlyList<QuarantinedItem>> Aside() => Company.Ledger.Quarantine(null, default);
}

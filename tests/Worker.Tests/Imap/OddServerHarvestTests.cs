using System.Text;
using CrmSync.Domain.Contacts;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Harvests from a server that does one thing wrong; nothing may be lost by it and nothing may come twice.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of them")]
public sealed class OddServerHarvestTests : IAsyncLifetime
{
    private readonly FakeImapServer server = new();
    private readonly TestClock clock = new(TestCompany.Monday);
    private readonly ImapSources sources;
    private TestCompany company = null!;

    public OddServerHarvestTests() => sources = ImapCompany.Sources(clock);

    public async Task InitializeAsync() => company = await TestCompany.Open();

    public async Task DisposeAsync()
    {
        await sources.DisposeAsync();
        await company.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Answers_in_descending_order_with_strangers_in_between_are_sorted_out()
    {
        Holds("INBOX", 7, 1, 2, 3);
        server.On("UID FETCH", Fetched(3) + Fetched(99) + "* 7 FETCH (FLAGS (\\Seen))\n" + Fetched(1) + Fetched(2) + "TAG OK done");

        Assert.Equal((3, 0), Counts(await Harvest()));
        Assert.Equal((0, 3), Counts(await Harvest()));
    }

    [Fact]
    public async Task A_message_that_breaks_the_connection_every_time_is_quarantined_after_five_tries_and_holds_up_nobody()
    {
        Holds("INBOX", 7, 1, 2, 3);
        server.On("UID FETCH 1:3", Fetched(1) + "* 2 FETCH (UID 2 BODY[]<0> {500}\nNOEOLCUT").On("UID FETCH 2 ", "* 2 FETCH (UID 2 BODY[]<0> {500}\nNOEOLCUT").On("UID FETCH 3 ", Fetched(3) + "TAG OK done");

        var first = await Harvest();
        Assert.Equal((2, 1, 0), (first.New, first.Failed, first.Quarantined));
        for (var i = 0; i < 3; i++)
            Assert.Equal(1, (await Harvest()).Failed);

        Assert.Equal((0, 1), ((await Harvest()).Failed, (await company.Ledger.Quarantine(null, default)).Count));
        Assert.Null((await Harvest()).Problem);
    }

    [Fact]
    public async Task A_message_listed_but_not_sent_is_asked_for_again_and_one_that_vanished_is_gone()
    {
        Holds("INBOX", 7, 1, 2, 3);
        server.On("UID FETCH", Fetched(1) + "TAG OK done").On("UID FETCH 2 ", "TAG OK done").On("UID SEARCH UID 2:3", "* SEARCH 2\nTAG OK done");

        var first = await Harvest();
        Assert.Equal((1, 1, 0), (first.New, first.Failed, first.Quarantined));

        server.On("UID FETCH 2 ", Fetched(2) + "TAG OK done");
        Assert.Equal(1, (await Harvest()).New);
        Assert.Equal(2, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_search_that_fails_moves_nothing_and_is_made_up_for()
    {
        Holds("INBOX", 7, 1, 2);
        server.On("UID SEARCH", "TAG NO [UNAVAILABLE] later");

        var failed = await Harvest();
        Assert.NotNull(failed.Problem);
        Assert.Equal(0, failed.New);

        Holds("INBOX", 7, 1, 2);
        Assert.Equal((2, 0), Counts(await Harvest()));
    }

    [Fact]
    public async Task An_empty_list_of_folders_is_a_fault_and_forgets_nothing()
    {
        Holds("INBOX", 7, 1, 2);
        Assert.Equal((2, 0), Counts(await Harvest()));

        server.On("LIST", "TAG OK done");
        var empty = await Harvest();
        Assert.Contains("no folder", empty.Problem, StringComparison.Ordinal);

        server.On("LIST", "* LIST () \"/\" INBOX\nTAG OK done");
        Assert.Equal((0, 2), Counts(await Harvest()));
    }

    [Fact]
    public async Task A_UIDVALIDITY_that_is_back_at_the_second_look_has_not_changed()
    {
        Holds("INBOX", 7, 1, 2);
        await Harvest();
        Holds("INBOX", 7, 1, 2, 3);
        server.On("EXAMINE \"INBOX\"", Opened(8, 3), Opened(7, 3));

        Assert.Equal((1, 2), Counts(await Harvest()));
        Assert.Equal(1, (await Folder("INBOX")).Epoch);
    }

    [Fact]
    public async Task A_UIDVALIDITY_that_changed_makes_no_second_lines()
    {
        Holds("INBOX", 7, 1, 2);
        await Harvest();
        Holds("INBOX", 8, 1, 2, 3);

        Assert.Equal((1, 2), Counts(await Harvest()));
        Assert.Equal(2, (await Folder("INBOX")).Epoch);
        Assert.Equal(3, (await company.Log()).Count);
    }

    [Fact]
    public async Task A_folder_whose_UIDVALIDITY_changes_every_time_is_left_alone_for_a_day_and_the_others_are_read()
    {
        server.On("LIST", "* LIST () \"/\" INBOX\n* LIST () \"/\" Flip\nTAG OK done");
        var summaries = new List<HarvestSummary>();
        for (var turn = 0UL; turn < 8; turn++)
        {
            Holds("INBOX", 7, 1);
            Holds("Flip", 100 + turn, 1);
            summaries.Add(await Harvest());
        }

        Assert.Equal(5, (await Folder("Flip")).ValidityResets);
        Assert.Contains("numbered its mails anew", summaries[6].Problem, StringComparison.Ordinal);
        Assert.Null(summaries[7].Problem);
        Assert.Single(await company.Log());
    }

    [Theory]
    [InlineData(99999999999UL)]
    [InlineData(ulong.MaxValue)]
    public async Task A_UIDVALIDITY_beyond_32_bits_is_as_good_as_any(ulong validity)
    {
        Holds("INBOX", validity, 1, 2);

        Assert.Equal((2, 0), Counts(await Harvest()));
        Assert.Equal((0, 2), Counts(await Harvest()));
    }

    [Fact]
    public async Task Without_UIDVALIDITY_recent_mail_is_found_and_nothing_is_concluded()
    {
        Holds("INBOX", 7, 1, 2);
        await Harvest();
        Holds("INBOX", 0, 1, 2, 3);
        Assert.Equal(1, (await Harvest()).New);
        Assert.Equal(7, (await Folder("INBOX")).Cursor.UidValidity);

        Holds("INBOX", 7, 1, 2, 3);
        Assert.Equal((0, 3), Counts(await Harvest()));
    }

    [Fact]
    public async Task A_message_that_shows_up_below_the_frontier_is_found_by_the_overlap()
    {
        Holds("INBOX", 7, 1, 3);
        await Harvest();
        Holds("INBOX", 7, 1, 2, 3);

        Assert.Equal((1, 2), Counts(await Harvest()));
    }

    [Fact]
    public async Task Throttling_with_a_hint_keeps_what_was_read_and_waits_as_long_as_asked()
    {
        Holds("INBOX", 7, 1, 2);
        server.On("UID FETCH", Fetched(1) + "TAG NO Request is throttled. Suggested Backoff Time: 1800000 milliseconds");

        var throttled = await Harvest();
        Assert.Equal(1, throttled.New);
        Assert.Contains("throttled", throttled.Problem, StringComparison.Ordinal);
        Assert.False(throttled.IsPermanent);

        server.On("UID FETCH", Fetched(2) + "TAG OK done");
        Assert.Equal(1, (await Harvest()).New);
    }

    private async Task<HarvestSummary> Harvest()
    {
        clock.AdvanceMinutes(40);
        var account = new ImapAccount(
            "ana", default, EmailAddress.Parse("ana@us.example"), new Server("localhost", server.Port, Encryption.None, null), "ana", new Login.Password(new Secret("secret")));
        return await company.Harvest("ana", sources.SourceOf(account, company.Since), clock.GetCurrentInstant());
    }

    private async Task<FolderState> Folder(string path) =>
        (await company.Ledger.Folders(await company.Accounts.Register("ana", "test", "ana@us.example", default), default)).Single(folder => folder.Path == path);

    /// <summary>Makes a folder hold these messages.</summary>
    private void Holds(string folder, ulong validity, params uint[] uids) => server
        .On($"STATUS \"{folder}\"", $"* STATUS {folder} (MESSAGES {uids.Length} UIDNEXT {uids[^1] + 1} UIDVALIDITY {validity})\nTAG OK done")
        .On($"EXAMINE \"{folder}\"", Opened(validity, uids.Length))
        .On("UID SEARCH", $"* SEARCH {string.Join(' ', uids)}\nTAG OK done")
        .On("UID FETCH", string.Concat(uids.Select(Fetched)) + "TAG OK done");

    private static string Opened(ulong validity, int exists) => $"* {exists} EXISTS\n* OK [UIDVALIDITY {validity}] .\n* OK [UIDNEXT {exists + 1}] .\nTAG OK [READ-ONLY] done";

    private static string Fetched(uint uid)
    {
        var mail = TestCompany.MailText($"number {uid}", id: $"{uid}@acme.example");
        return $"* {uid} FETCH (UID {uid} FLAGS () INTERNALDATE \"02-Mar-2026 08:00:00 +0000\" RFC822.SIZE {mail.Length} BODY[]<0> {{{Encoding.ASCII.GetByteCount(mail)}}}\n{mail})\n";
    }

    private static (int New, int Known) Counts(HarvestSummary summary)
    {
        Assert.Null(summary.Problem);
        return (summary.New, summary.Known);
    }
}

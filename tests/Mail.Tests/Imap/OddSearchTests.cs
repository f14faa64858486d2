using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using static CrmSync.Mail.Tests.Imap.FakeSession;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>Answers to a search as servers have been seen to give them.</summary>
public sealed class OddSearchTests
{
    [Theory]
    [InlineData("* SEARCH 5 3 0 -7 junk 3 4294967296", new uint[] { 3, 5 })]
    [InlineData("* SEARCH 5 3 (MODSEQ 17)", new uint[] { 3, 5 })]
    [InlineData("* SEARCH 1\n* SEARCH 2 3", new uint[] { 1, 2, 3 })]
    [InlineData("* SEARCH", new uint[0])]
    [InlineData("* ESEARCH (TAG \"TAG\") UID ALL 3:5,9", new uint[] { 3, 4, 5, 9 })]
    [InlineData("* ESEARCH (TAG \"TAG\") UID ALL 9,5:3,1:4000000000", new uint[] { 3, 4, 5, 9 })]
    [InlineData("* ESEARCH (TAG \"TAG\") UID", new uint[0])]
    public async Task Search_results_are_put_in_order_and_nonsense_is_dropped(string line, uint[] expected)
    {
        await using var server = new FakeImapServer("IMAP4rev1 ESEARCH").On("EXAMINE", Opened).On("UID SEARCH", line + "\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal(expected, await client.Search("UID 1:*", None));
    }

    [Fact]
    public async Task A_search_with_success_and_no_result_is_a_failure_and_not_an_empty_folder()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID SEARCH", "TAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal(MailFailure.Protocol, (await Assert.ThrowsAsync<MailServerException>(() => client.Search("UID 1:*", None))).Failure);
    }

    [Fact]
    public async Task A_server_that_announces_ESEARCH_and_does_not_know_it_is_asked_plainly()
    {
        await using var server = new FakeImapServer("IMAP4rev1 ESEARCH")
            .On("EXAMINE", Opened)
            .On("UID SEARCH RETURN", "TAG BAD what?")
            .On("UID SEARCH UID", "* SEARCH 4\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal([4u], await client.Search("UID 1:*", None));
    }
}

using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using static CrmSync.Mail.Tests.Imap.FakeSession;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>Answers to a fetch as servers have been seen to give them.</summary>
public sealed class OddFetchTests
{
    [Fact]
    public async Task FETCH_results_in_any_order_without_UID_and_with_others_in_between_are_told_as_they_are()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On(
                "UID FETCH",
                "* 3 FETCH (UID 3 BODY[]<0> {3}\nccc)\n* 9 FETCH (FLAGS (\\Seen))\n* 1 FETCH (BODY[]<0> \"aaa\")\n* 5 EXISTS\n* 2 "
                    + "EXPUNGE\n* 77 FETCH (UID 77 BODY[]<0> NIL)\nTAG OK done"
            );
        await using var client = await Login(server);
        await Open(client);

        var messages = await All(client, FetchRequest.FirstBytes(100));

        Assert.Equal([3u, null, null, 77u], messages.Select(message => message.Uid));
        Assert.Equal(["ccc", "", "aaa", ""], messages.Select(message => BodyOf(message)));
        Assert.Equal([BodySection.Message, null, BodySection.Message, null], messages.Select(message => message.Section));
    }

    [Fact]
    public async Task A_FETCH_that_cannot_be_read_costs_that_message_and_says_which()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On(
                "UID FETCH",
                "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa)\n* 2 FETCH (UID 2 ENVELOPE (\"not closed BODY[]<0> {3}\nbbb)\n* 3 FETCH (UID 3 "
                    + "BODY[]<0> {3}\nccc)\nTAG OK done"
            );
        await using var client = await Login(server);
        await Open(client);
        var fetch = client.Fetch([UidSet.Between(1, 3)], FetchRequest.FirstBytes(100));

        var uids = new List<(uint?, bool)>();
        await foreach (var message in fetch.Messages(None))
            uids.Add((message.Uid, message.Problem is null));

        Assert.Equal([(1u, true), (2u, false), (3u, true)], uids);
        Assert.Contains("UID 2", Assert.Single(fetch.Unreadable), StringComparison.Ordinal);
        Assert.False(client.IsBroken);
    }

    [Fact]
    public async Task A_mail_longer_than_announced_costs_that_mail_and_cannot_forge_an_answer()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On(
                "UID FETCH",
                "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa and more\nA1 OK you are done\nABCDE5 OK really\n)\n* 3 FETCH (UID 3 BODY[]<0> "
                    + "{3}\nccc)\nTAG OK done"
            );
        await using var client = await Login(server);
        await Open(client);

        var messages = await All(client, FetchRequest.FirstBytes(100));

        Assert.Equal([(1u, false), (3u, true)], messages.Select(message => (message.Uid!.Value, message.Problem is null)));
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_mail_is_not_a_mail()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On("UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3000}\nthe first bytes NOEOLCUT");
        await using var client = await Login(server);
        await Open(client);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => All(client, FetchRequest.FirstBytes(100)));

        Assert.Equal(MailFailure.Network, failure.Failure);
        Assert.True(failure.ConnectionLost);
        Assert.Contains("literal of 3000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subject_of_five_kilobytes_as_a_literal_in_ENVELOPE_and_structures_of_any_shape_do_no_harm()
    {
        var subject = new string('s', 5000);
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On(
                "UID FETCH",
                $"* 1 FETCH (UID 1 ENVELOPE (\"d\" {{5000}}\n{subject} NIL NIL) BODY[]<0> {{3}}\naaa)\n"
                    + "* 2 FETCH (UID 2 BODYSTRUCTURE (\"mixed\" (\"boundary\" \"x\") NIL NIL) BODY[]<0> {3}\nbbb)\n"
                    + "* 3 FETCH (UID 3 BODY ((((\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 -1)) NIL) \"mixed\") BODY[]<0> "
                    + "{3}\nccc)\nTAG OK done"
            );
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal(["aaa", "bbb", "ccc"], (await All(client, FetchRequest.FirstBytes(100))).Select(BodyOf));
    }

    [Fact]
    public async Task A_deep_structure_is_given_up_without_harm()
    {
        var deep = new string('(', 100_000) + new string(')', 100_000);
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On("UID FETCH", $"* 1 FETCH (UID 1 BODYSTRUCTURE {deep[..120_000]})\n* 2 FETCH (UID 2 BODY[]<0> {{1}}\nb)\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal([1u, 2u], (await All(client, FetchRequest.FirstBytes(100))).Select(message => message.Uid!.Value));
    }

    [Theory]
    [InlineData("* 1 FETCH (UID 5MODSEQ (7) BODY[]<0> {1}\na)")]
    [InlineData("*  1 FETCH (UID 5 MODSEQ (7) BODY[]<0> {1}\na)")]
    [InlineData("\0\0* 1 FETCH (UID 5 MODSEQ (-1) FLAGS NIL BODY[]<0> {1}\na)\0\0")]
    [InlineData("* 0 FETCH (UID 5 FLAGS (\"\\\\Seen\" 17) BODY[]<0> {1}\na)")]
    [InlineData("* 1 FETCH (FLAGS () UID 5 INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" BODY[] {1}\na)")]
    [InlineData("* 1 FETCH (UID 5 X-GM-LABELS (NIL \"\\\\Sent\" Fr&APw-h) RFC822 {1}\na)")]
    public async Task Lines_as_odd_servers_write_them_are_read(string line)
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID FETCH", line + "\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        var message = Assert.Single(await All(client, FetchRequest.FirstBytes(100)));
        Assert.Equal((5u, "a"), (message.Uid!.Value, BodyOf(message)));
        Assert.Null(message.InternalDate);
    }

    [Fact]
    public async Task Some_messages_that_no_longer_exist_are_a_refusal_with_results()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On("UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa)\nTAG NO Some of the requested messages no longer exist.");
        await using var client = await Login(server);
        await Open(client);
        var fetch = client.Fetch([UidSet.Between(1, 3)], FetchRequest.FirstBytes(100));

        var count = 0;
        await foreach (var _ in fetch.Messages(None))
            count++;

        Assert.Equal(1, count);
        Assert.Contains("no longer exist", Assert.Single(fetch.Refusals).Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("3000000000")]
    public async Task A_literal_larger_than_any_mail_is_refused(string length)
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On("UID FETCH", $"* 1 FETCH (UID 1 BODY[]<0> {{{length}}}\nabc");
        await using var client = await Login(server);
        await Open(client);

        Assert.True((await Assert.ThrowsAsync<MailServerException>(() => All(client, FetchRequest.FirstBytes(100)))).ConnectionLost);
    }

    [Fact]
    public async Task A_literal_of_a_hundred_megabytes_is_counted_and_not_held()
    {
        const long Length = 100_000_000;
        var piece = new byte[100_000];
        await using var server = new RawServer(
            async (stream, ct) =>
            {
                using var reader = new StreamReader(stream);
                await stream.WriteAsync("* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n"u8.ToArray(), ct);
                while (await reader.ReadLineAsync(ct) is { } line)
                {
                    var tag = line.Split(' ')[0];
                    if (line.Contains("UID FETCH", StringComparison.Ordinal))
                    {
                        await stream.WriteAsync(Encoding.ASCII.GetBytes($"* 1 FETCH (UID 1 BODY[]<0> {{{Length}}}\r\n"), ct);
                        for (var sent = 0; sent < Length; sent += piece.Length)
                            await stream.WriteAsync(piece, ct);

                        await stream.WriteAsync(")\r\n"u8.ToArray(), ct);
                    }

                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes(
                            $"{Opened.Replace("TAG", tag, StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n"),
                        ct);
                }
            });
        await using var client = await ImapClient.Connect(
            MailEndpoint.For("localhost", server.Port, TlsMode.None),
            new ImapOptions(),
            None);
        await Open(client);
        var before = GC.GetTotalAllocatedBytes();

        var message = Assert.Single(await All(client, FetchRequest.FirstBytes(16 * 1024)));

        Assert.Equal((Length, 16 * 1024, false), (message.Received, message.Body.Length, message.IsWhole));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 30_000_000);
    }

    [Fact]
    public async Task A_literal_of_a_megabyte_where_none_belongs_is_stepped_over()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", Opened)
            .On(
                "UID FETCH",
                $"* 1 FETCH (UID 1 ENVELOPE ({{1000000}}\n{new string('s', 1_000_000)} NIL) BODY[]<0> {{3}}\naaa)\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal("aaa", BodyOf(Assert.Single(await All(client, FetchRequest.FirstBytes(100)))));
    }
}

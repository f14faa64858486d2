using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>What servers have been seen to do, each played by a server that does just that.</summary>
public sealed class FakeServerTests
{
    private const string Opened = "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 4] .\nTAG OK [READ-ONLY] done";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly WireTimeouts Short = new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(400));

    [Theory]
    [InlineData("", null)]
    [InlineData("* OK [UIDNEXT 0] .\n", null)]
    [InlineData("* OK [UIDNEXT 1.86931e+06] .\n", null)]
    [InlineData("* OK [UIDNEXT -1] .\n", null)]
    [InlineData("* OK [UIDNEXT 4294967296] .\n", null)]
    [InlineData("* OK [UIDNEXT 4294967295] .\n", uint.MaxValue)]
    public async Task UIDNEXT_that_is_absent_or_no_use_is_unknown_and_never_zero(string line, uint? expected)
    {
        await using var server = new FakeImapServer().On("EXAMINE", $"* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n{line}TAG OK done").On("STATUS", "TAG OK done");
        await using var client = await Login(server);

        Assert.Equal(expected, (await Open(client)).UidNext);
    }

    [Fact]
    public async Task UIDNEXT_only_in_STATUS_is_found_there()
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\nTAG OK done")
            .On("STATUS", "* STATUS INBOX (UIDNEXT 44)\nTAG OK done");
        await using var client = await Login(server);

        Assert.Equal(44u, (await Open(client)).UidNext);
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("99999999999", 99999999999UL)]
    [InlineData("-4", null)]
    public async Task UIDVALIDITY_of_zero_is_unknown_and_one_beyond_32_bits_is_kept(string value, ulong? expected)
    {
        await using var server = new FakeImapServer().On("EXAMINE", $"* 0 EXISTS\n* OK [UIDVALIDITY {value}] .\n* OK [UIDNEXT 1] .\nTAG OK done").On("STATUS", "TAG OK done");
        await using var client = await Login(server);

        Assert.Equal(expected, (await Open(client)).UidValidity);
    }

    [Fact]
    public async Task FETCH_results_in_any_order_without_UID_and_with_others_in_between_are_told_as_they_are()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On(
            "UID FETCH",
            "* 3 FETCH (UID 3 BODY[]<0> {3}\nccc)\n* 9 FETCH (FLAGS (\\Seen))\n* 1 FETCH (BODY[]<0> \"aaa\")\n* 5 EXISTS\n* 2 EXPUNGE\n* 77 FETCH (UID 77 BODY[]<0> NIL)\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        var messages = await All(client, FetchRequest.FirstBytes(100));

        Assert.Equal([3u, null, null, 77u], messages.Select(message => message.Uid));
        Assert.Equal(["ccc", "", "aaa", ""], messages.Select(message => Text(message)));
        Assert.Equal([BodySection.Message, null, BodySection.Message, null], messages.Select(message => message.Section));
    }

    [Fact]
    public async Task A_FETCH_that_cannot_be_read_costs_that_message_and_says_which()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On(
            "UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa)\n* 2 FETCH (UID 2 ENVELOPE (\"not closed BODY[]<0> {3}\nbbb)\n* 3 FETCH (UID 3 BODY[]<0> {3}\nccc)\nTAG OK done");
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
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On(
            "UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa and more\nA1 OK you are done\nABCDE5 OK really\n)\n* 3 FETCH (UID 3 BODY[]<0> {3}\nccc)\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        var messages = await All(client, FetchRequest.FirstBytes(100));

        Assert.Equal([(1u, false), (3u, true)], messages.Select(message => (message.Uid!.Value, message.Problem is null)));
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_mail_is_not_a_mail()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3000}\nthe first bytes NOEOLCUT");
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
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On(
            "UID FETCH",
            $"* 1 FETCH (UID 1 ENVELOPE (\"d\" {{5000}}\n{subject} NIL NIL) BODY[]<0> {{3}}\naaa)\n"
            + "* 2 FETCH (UID 2 BODYSTRUCTURE (\"mixed\" (\"boundary\" \"x\") NIL NIL) BODY[]<0> {3}\nbbb)\n"
            + "* 3 FETCH (UID 3 BODY ((((\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 -1)) NIL) \"mixed\") BODY[]<0> {3}\nccc)\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal(["aaa", "bbb", "ccc"], (await All(client, FetchRequest.FirstBytes(100))).Select(Text));
    }

    [Fact]
    public async Task A_deep_structure_is_given_up_without_harm()
    {
        var deep = new string('(', 100_000) + new string(')', 100_000);
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID FETCH", $"* 1 FETCH (UID 1 BODYSTRUCTURE {deep[..120_000]})\n* 2 FETCH (UID 2 BODY[]<0> {{1}}\nb)\nTAG OK done");
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
        Assert.Equal((5u, "a"), (message.Uid!.Value, Text(message)));
        Assert.Null(message.InternalDate);
    }

    [Fact]
    public async Task Some_messages_that_no_longer_exist_are_a_refusal_with_results()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID FETCH", "* 1 FETCH (UID 1 BODY[]<0> {3}\naaa)\nTAG NO Some of the requested messages no longer exist.");
        await using var client = await Login(server);
        await Open(client);
        var fetch = client.Fetch([UidSet.Between(1, 3)], FetchRequest.FirstBytes(100));

        var count = 0;
        await foreach (var _ in fetch.Messages(None))
            count++;

        Assert.Equal(1, count);
        Assert.Contains("no longer exist", Assert.Single(fetch.Refusals).Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_modification_counter_that_goes_missing_is_unknown()
    {
        await using var server = new FakeImapServer().On(
            "EXAMINE",
            "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 4] .\n* OK [HIGHESTMODSEQ 12] .\nTAG OK done",
            "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 4] .\n* OK [NOMODSEQ] .\nTAG OK done",
            "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 4] .\n* OK [HIGHESTMODSEQ 3] .\nTAG OK done");
        await using var client = await Login(server);

        Assert.Equal(12UL, (await Open(client)).HighestModSeq);
        Assert.Null((await Open(client)).HighestModSeq);
        Assert.Equal(3UL, (await Open(client)).HighestModSeq);
    }

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
        await using var server = new FakeImapServer("IMAP4rev1 ESEARCH").On("EXAMINE", Opened).On("UID SEARCH RETURN", "TAG BAD what?").On("UID SEARCH UID", "* SEARCH 4\nTAG OK done");
        await using var client = await Login(server);
        await Open(client);

        Assert.Equal([4u], await client.Search("UID 1:*", None));
    }

    [Fact]
    public async Task Endless_goodbyes_end_the_session_at_the_first()
    {
        await using var server = new FakeImapServer().On("NOOP", string.Concat(Enumerable.Repeat("* BYE come again\n", 1000)));
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Network, true), (failure.Failure, failure.ConnectionLost));
        Assert.Equal("come again", failure.Answer);
    }

    [Fact]
    public async Task A_line_outside_the_protocol_before_the_end_gives_the_reason()
    {
        await using var server = new FakeImapServer().On("NOOP", "Server Unavailable. 15\nCUT");
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Throttled, "Server Unavailable. 15"), (failure.Failure, failure.Answer));
    }

    [Theory]
    [InlineData("* BYE too many connections from your IP", MailFailure.Throttled)]
    [InlineData("NO LOGOUT Intrusion prevention active for [1.2.3.4]", MailFailure.Throttled)]
    [InlineData("* BYE go away", MailFailure.Network)]
    [InlineData("+OK POP3 ready", MailFailure.Config)]
    [InlineData("220 mx.bright.example ESMTP", MailFailure.Config)]
    [InlineData("HTTP/1.1 400 Bad Request", MailFailure.Config)]
    [InlineData("SSH-2.0-OpenSSH_9.2", MailFailure.Config)]
    public async Task A_greeting_that_is_none_is_named(string greeting, MailFailure expected)
    {
        await using var server = new FakeImapServer().Greet(greeting);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server));

        Assert.Equal((expected, true), (failure.Failure, failure.ConnectionLost));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        await using var server = new FakeImapServer().Greet("");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => ImapClient.Connect(At(server), new ImapOptions { Timeouts = Short }, None));

        Assert.Equal(MailFailure.Network, failure.Failure);
        Assert.Contains("did not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_given_up_and_fills_no_memory()
    {
        await using var server = new FakeImapServer().On("NOOP", "* OK " + new string('x', 3_000_000));
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.Equal((MailFailure.Protocol, true), (failure.Failure, failure.ConnectionLost));
        Assert.Contains("does not end", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("3000000000")]
    public async Task A_literal_larger_than_any_mail_is_refused(string length)
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened).On("UID FETCH", $"* 1 FETCH (UID 1 BODY[]<0> {{{length}}}\nabc");
        await using var client = await Login(server);
        await Open(client);

        Assert.True((await Assert.ThrowsAsync<MailServerException>(() => All(client, FetchRequest.FirstBytes(100)))).ConnectionLost);
    }

    [Fact]
    public async Task Throttling_with_a_hint_names_the_time()
    {
        await using var server = new FakeImapServer().On("EXAMINE", "TAG NO Request is throttled. Suggested Backoff Time: 90000 milliseconds");
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Open(client));

        Assert.Equal((MailFailure.Throttled, 90d), (failure.Failure, failure.RetryAfter!.Value.TotalSeconds));
    }

    [Fact]
    public async Task Authenticated_but_not_connected_is_no_wrong_password()
    {
        await using var server = new FakeImapServer().On("EXAMINE", "TAG BAD User is authenticated but not connected.");
        await using var client = await Login(server);

        Assert.Equal(MailFailure.Throttled, (await Assert.ThrowsAsync<MailServerException>(() => Open(client))).Failure);
    }

    [Theory]
    [InlineData("TAG OK done")]
    [InlineData("* LIST (\\Noselect) \"/\" \"\"\n* LIST (\\Noselect) \"/\" Root\nTAG OK done")]
    public async Task A_list_without_folders_is_a_fault_of_the_server(string answer)
    {
        await using var server = new FakeImapServer().On("LIST", answer);
        await using var client = await Login(server);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Folders(false, None));

        Assert.Equal(MailFailure.Protocol, failure.Failure);
    }

    [Fact]
    public async Task Options_of_LIST_are_dropped_one_by_one_when_the_server_says_BAD()
    {
        await using var server = new FakeImapServer("IMAP4rev1 SPECIAL-USE LIST-EXTENDED LIST-STATUS")
            .On("LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS", "TAG BAD no")
            .On("LIST \"\" \"*\" RETURN (SPECIAL-USE)", "TAG BAD no")
            .On("LIST \"\" \"*\"", "* LIST () \"/\" INBOX\n* LIST (\\sent) \"/\" Raus\nTAG OK done");
        await using var client = await Login(server);

        var folders = await client.Folders(withStatus: true, None);

        Assert.Equal([FolderRole.Inbox, FolderRole.Sent], folders.Select(folder => folder.Role));
    }

    [Fact]
    public async Task A_list_that_loses_INBOX_because_of_its_options_is_asked_for_plainly()
    {
        await using var server = new FakeImapServer("IMAP4rev1 SPECIAL-USE LIST-EXTENDED")
            .On("LIST \"\" \"*\" RETURN", "* LIST (\\Sent) \"/\" Sent\nTAG OK done")
            .On("LIST \"\" \"*\"", "* LIST () \"/\" INBOX\n* LIST (\\Sent) \"/\" Sent\nTAG OK done");
        await using var client = await Login(server);

        Assert.Equal(["INBOX", "Sent"], (await client.Folders(false, None)).Select(folder => folder.Name));
    }

    [Fact]
    public async Task XLIST_translates_the_inbox_but_only_INBOX_can_be_opened()
    {
        await using var server = new FakeImapServer("IMAP4rev1 XLIST")
            .On("XLIST", "* XLIST (\\HasNoChildren \\Inbox) \"/\" \"Posteingang\"\n* XLIST (\\Sent) \"/\" \"[Gmail]/Gesendet\"\n* XLIST (\\AllMail) \"/\" \"[Gmail]/Alle Nachrichten\"\nTAG OK done");
        await using var client = await Login(server);

        Assert.Equal([("INBOX", FolderRole.Inbox), ("[Gmail]/Gesendet", FolderRole.Sent), ("[Gmail]/Alle Nachrichten", FolderRole.All)],
            (await client.Folders(false, None)).Select(folder => (folder.Name, folder.Role)));
    }

    [Fact]
    public async Task Folder_lines_as_odd_servers_write_them_are_read()
    {
        await using var server = new FakeImapServer("IMAP4rev1 NAMESPACE ID")
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
        await using var client = await Login(server);

        var folders = (await client.Folders(false, None)).ToDictionary(folder => folder.Name);

        Assert.Null(folders["Flat"].Delimiter);
        Assert.False(folders["Gone"].CanOpen);
        Assert.Equal(FolderRole.NoMail, folders["Sync Issues"].Role);
        Assert.Equal(FolderRole.Ordinary, folders["say \"hi\""].Role);
        Assert.Equal(FolderRole.Trash, folders["Gelöscht"].Role);
        Assert.Equal(FolderRole.Trash, folders["Trash/Old"].Role);
        Assert.Equal(FolderRole.Ordinary, folders["Projects/Sent"].Role);
        Assert.Equal(FolderRole.Foreign, folders["Other Users/ben/INBOX"].Role);
        Assert.Equal(FolderRole.Foreign, folders["Public"].Role);
        Assert.Equal(FolderRole.Archive, folders["Archiv"].Role);
        Assert.Contains("Entwü", folders.Keys);
    }

    [Fact]
    public async Task Who_does_not_introduce_himself_opens_no_folder_at_Coremail_and_we_do()
    {
        await using var server = new FakeImapServer().On("EXAMINE", Opened);
        await using var client = await Login(server);
        await Open(client);

        var commands = server.Received.ToList();
        var id = commands.FindIndex(command => command.StartsWith("ID (\"name\" \"CrmSync\"", StringComparison.Ordinal));
        Assert.InRange(id, 1, commands.FindIndex(command => command.StartsWith("EXAMINE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unsafe_Login_is_a_matter_of_settings_and_not_of_the_password()
    {
        await using var server = new FakeImapServer("IMAP4rev1").On("EXAMINE", "TAG NO EXAMINE Unsafe Login. Please contact kefu@188.com for help");
        await using var client = await Login(server);

        Assert.Equal(MailFailure.Config, (await Assert.ThrowsAsync<MailServerException>(() => Open(client))).Failure);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_password()
    {
        await using var server = new FakeImapServer().On("STARTTLS", "TAG BAD unknown command");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.DoesNotContain(server.Received, command => command.StartsWith("LOGIN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_came_with_the_go_ahead_for_TLS_end_the_connection()
    {
        await using var server = new FakeImapServer().On("STARTTLS", "TAG OK begin\n* CAPABILITY IMAP4rev1 AUTH=PLAIN");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Equal(MailFailure.Protocol, failure.Failure);
        Assert.Contains("tampering", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_greeting_that_claims_a_login_cannot_prevent_STARTTLS()
    {
        await using var server = new FakeImapServer().Greet("* PREAUTH welcome");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => ImapClient.Connect(MailEndpoint.For("localhost", server.Port, TlsMode.StartTls), new ImapOptions(), None));

        Assert.Contains("STARTTLS", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_the_password_does_not_get_it_into_the_message()
    {
        await using var server = new FakeImapServer().On("LOGIN", "TAG BAD cannot parse LOGIN ada hunter-two");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithPassword("ada", "hunter-two")));

        Assert.Contains("cannot parse LOGIN ada ***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter-two", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+ eyJzdGF0dXMiOiI0MDEifQ==", "", "TAG NO SASL authentication failed")]
    [InlineData("TAG NO [AUTHENTICATIONFAILED] invalid credentials", "", "")]
    public async Task A_refused_token_is_acknowledged_where_the_server_waits_for_it(string first, string answer, string second)
    {
        await using var server = new FakeImapServer("IMAP4rev1 SASL-IR AUTH=XOAUTH2").On("AUTHENTICATE", first).On(answer, second.Replace("TAG", "*", StringComparison.Ordinal));
        if (second.Length > 0)
            server.On("", "* NO\nCUT");

        var failure = await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithToken("ada", "token-1")));

        Assert.NotEqual(MailFailure.Protocol, failure.Failure);
        Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_with_letters_beyond_ASCII_waits_for_the_go_ahead_of_a_literal()
    {
        await using var server = new FakeImapServer("IMAP4rev1").On("LOGIN \"ada\" {", "+ go on").On("größe", "* OK").On("", "* OK nothing");

        // The fake answers the literal's line without a tag, so the login ends by silence; what matters is what was sent.
        await Assert.ThrowsAsync<MailServerException>(() => Login(server, Credential.WithPassword("ada", "größe"), Short));

        Assert.Contains("LOGIN \"ada\" {7}", server.Received);
        Assert.Equal("größe", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(server.Received[^1])));
    }

    private static MailEndpoint At(FakeImapServer server) => MailEndpoint.For("localhost", server.Port, TlsMode.None);

    private static async Task<ImapClient> Login(FakeImapServer server, Credential? credential = null, WireTimeouts? timeouts = null)
    {
        var client = await ImapClient.Connect(At(server), new ImapOptions { Timeouts = timeouts ?? WireTimeouts.Default }, None);
        await client.Authenticate(credential ?? Credential.WithPassword("ada", "secret"), None);
        return client;
    }

    private static Task<FolderStatus> Open(ImapClient client) =>
        client.Examine(new ImapFolder("INBOX", '/', FolderRole.Inbox, FolderRoleSource.Server, true, null) { RawName = "INBOX" }, None);

    private static async Task<List<FetchedMessage>> All(ImapClient client, FetchRequest request)
    {
        var messages = new List<FetchedMessage>();
        await foreach (var message in client.Fetch([UidSet.Between(1, 100)], request).Messages(None))
        {
            message.Body = message.Body.ToArray();
            messages.Add(message);
        }

        return messages;
    }

    private static string Text(FetchedMessage message) => Encoding.Latin1.GetString(message.Body.Span);
}

using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using static CrmSync.Mail.Tests.Imap.FakeSession;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>Folders as servers have been seen to list and open them, each played by a server that does just that.</summary>
public sealed class OddFolderTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("* OK [UIDNEXT 0] .\n", null)]
    [InlineData("* OK [UIDNEXT 1.86931e+06] .\n", null)]
    [InlineData("* OK [UIDNEXT -1] .\n", null)]
    [InlineData("* OK [UIDNEXT 4294967296] .\n", null)]
    [InlineData("* OK [UIDNEXT 4294967295] .\n", uint.MaxValue)]
    public async Task UIDNEXT_that_is_absent_or_no_use_is_unknown_and_never_zero(string line, uint? expected)
    {
        await using var server = new FakeImapServer()
            .On("EXAMINE", $"* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n{line}TAG OK done")
            .On("STATUS", "TAG OK done");
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
        await using var server = new FakeImapServer()
            .On("EXAMINE", $"* 0 EXISTS\n* OK [UIDVALIDITY {value}] .\n* OK [UIDNEXT 1] .\nTAG OK done")
            .On("STATUS", "TAG OK done");
        await using var client = await Login(server);

        Assert.Equal(expected, (await Open(client)).UidValidity);
    }

    [Fact]
    public async Task Throttling_with_a_hint_names_the_time()
    {
        await using var server = new FakeImapServer().On(
            "EXAMINE",
            "TAG NO Request is throttled. Suggested Backoff Time: 90000 milliseconds");
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
        await using var server = new FakeImapServer("IMAP4rev1 XLIST").On(
            "XLIST",
            "* XLIST (\\HasNoChildren \\Inbox) \"/\" \"Posteingang\"\n* XLIST (\\Sent) \"/\" \"[Gmail]/Gesendet\"\n* XLIST (\\AllMail) "
                + "\"/\" \"[Gmail]/Alle Nachrichten\"\nTAG OK done"
        );
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
        await using var server = new FakeImapServer("IMAP4rev1").On(
            "EXAMINE",
            "TAG NO EXAMINE Unsafe Login. Please contact kefu@188.com for help");
        await using var client = await Login(server);

        Assert.Equal(MailFailure.Config, (await Assert.ThrowsAsync<MailServerException>(() => Open(client))).Failure);
    }
}

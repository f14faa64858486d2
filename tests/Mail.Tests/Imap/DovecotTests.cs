using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>The client against a real Dovecot.</summary>
public sealed class DovecotTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(TlsMode.Required)]
    [InlineData(TlsMode.StartTls)]
    [InlineData(TlsMode.None)]
    public async Task Every_way_to_protect_the_connection_leads_to_the_mailbox(TlsMode tls)
    {
        var user = server.NewUser();
        server.Deliver(user, Some("first"));
        await using var client = await Login(user, tls);

        var status = await client.Examine(await Inbox(client), None);

        Assert.Equal(1, status.Exists);
        Assert.NotNull(status.UidValidity);
        Assert.Equal(2u, status.UidNext);
        await client.Logout();
        Assert.True(client.IsBroken);
    }

    [Fact]
    public async Task A_wrong_password_is_a_failure_of_authentication_that_does_not_repeat_the_password()
    {
        await using var client = await ImapClient.Connect(Endpoint(TlsMode.Required), new ImapOptions(), None);

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            client.Authenticate(Credential.WithPassword("ada", "wrong battery"), None));

        Assert.Equal(MailFailure.Auth, failure.Failure);
        Assert.Contains("Authentication failed", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong battery", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused_with_its_name()
    {
        var endpoint = MailEndpoint.For("localhost", server.TlsPort, TlsMode.Required);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => ImapClient.Connect(endpoint, new ImapOptions(), None));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.Contains("Bright Test Authority", failure.Message, StringComparison.Ordinal);
        Assert.Contains("`ca`", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_on_a_port_that_begins_in_clear_text_says_which_setting_is_wrong()
    {
        var endpoint = MailEndpoint.For("localhost", server.PlainPort, TlsMode.Required, server.Authority.Pem);

        var failure = await Assert.ThrowsAsync<MailServerException>(() => ImapClient.Connect(endpoint, new ImapOptions(), None));

        Assert.Equal(MailFailure.Config, failure.Failure);
        Assert.Contains("starttls", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_come_with_their_roles_and_counters_in_one_turn()
    {
        var user = server.NewUser();
        server.Deliver(user, Some("one"));
        server.Deliver(user, Some("two"), FolderName.Encode("Kunden & Größen"));
        await using var client = await Login(user);
        var before = client.Turns;

        var folders = await client.Folders(withStatus: true, None);

        Assert.Equal(before + 1, client.Turns);
        Assert.Equal("INBOX", folders[0].Name);
        Assert.Equal(FolderRole.Sent, folders[1].Role);
        Assert.Equal(FolderRole.Trash, folders.Single(folder => folder.Name == "Trash").Role);
        var own = folders.Single(folder => folder.Name == "Kunden & Größen");
        Assert.Equal((FolderRole.Ordinary, 1L), (own.Role, own.Status!.Exists!.Value));
        Assert.Equal("Dovecot", client.ServerId["name"]);
        Assert.Equal(1, (await client.Examine(own, None)).Exists);
    }

    [Fact]
    public async Task Reading_leaves_the_mailbox_as_it_was()
    {
        var user = server.NewUser();
        server.Deliver(user, Some("unread"));
        server.Deliver(user, Some("read"), flags: "S");
        await using var client = await Login(user);
        var status = await client.Examine(await Inbox(client), None);

        var messages = await All(client, FetchRequest.Whole(10_000));

        Assert.Equal(2, status.Exists);
        Assert.All(messages, message => Assert.True(message.IsWhole));
        Assert.Single(Directory.GetFiles(Path.Combine(server.Maildir(user), "new")));
        Assert.EndsWith(":2,S", Assert.Single(Directory.GetFiles(Path.Combine(server.Maildir(user), "cur"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_bytes_of_each_message_come_in_one_turn_with_date_size_and_flags(bool compress)
    {
        var user = server.NewUser();
        var sent = new List<byte[]>();
        for (var i = 0; i < 300; i++)
        {
            sent.Add(Some($"number {i}", new string('x', i * 20)));
            server.Deliver(user, sent[i], at: new DateTimeOffset(2026, 3, 2, 9, 0, i % 60, TimeSpan.Zero), flags: i % 2 == 0 ? "S" : "");
        }

        await using var client = await Login(user, compress: compress);
        Assert.Equal(compress, client.IsCompressed);
        await client.Examine(await Inbox(client), None);
        var uids = await client.Search("UID 1:*", None);
        var before = client.Turns;

        var messages = await All(client, FetchRequest.FirstBytes(2048), UidSet.Of(uids, most: 100));

        Assert.Equal(before + 1, client.Turns);
        Assert.Equal(300, messages.Count);
        foreach (
            var (message, index) in messages.OrderBy(message => message.Uid).Select((message, index) => (message, Order(sent, message))))
        {
            Assert.Equal(sent[index].Length, message.Size);
            Assert.Equal(sent[index].Length <= 2048, message.IsWhole);
            Assert.Equal(sent[index].Take(2048), message.Body.ToArray());
            Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 0, index % 60, TimeSpan.Zero), message.InternalDate!.Value.ToDateTimeOffset());
            Assert.Equal(index % 2 == 0, message.Flags.Contains(@"\Seen"));
        }
    }

    [Fact]
    public async Task Two_thousand_messages_cost_six_turns_from_the_login_on()
    {
        var user = server.NewUser();
        for (var i = 0; i < 2000; i++)
            server.Deliver(user, Some($"number {i}"), flags: "S");

        await using var client = await ImapClient.Connect(Endpoint(TlsMode.Required), new ImapOptions(), None);
        await client.Authenticate(Credential.WithPassword(user, DovecotServer.Password), None);
        await client.Examine(await Inbox(client), None);
        var messages = await All(client, FetchRequest.FirstBytes(16 * 1024), UidSet.Of(await client.Search("UID 1:*", None)));

        Assert.Equal(2000, messages.Count);
        Assert.InRange(client.Turns, 1, 6);
    }

    [Fact]
    public async Task A_folder_that_is_gone_costs_the_folder_and_not_the_session()
    {
        await using var client = await Login(server.NewUser());
        var inbox = await Inbox(client);

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            client.Examine(inbox with { Name = "Gone", RawName = "Gone" }, None));

        Assert.Equal(MailFailure.Permanent, failure.Failure);
        Assert.False(failure.ConnectionLost);
        Assert.Equal(0, (await client.Examine(inbox, None)).Exists);
    }

    [Fact]
    public async Task A_folder_that_is_gone_does_not_spoil_the_counters_of_the_others()
    {
        await using var client = await Login(server.NewUser());
        var inbox = await Inbox(client);

        var results = await client.Statuses([inbox, inbox with { Name = "Gone", RawName = "Gone" }, inbox], None);

        Assert.Equal([false, true, false], results.Select(result => result.Failure is not null));
        Assert.Equal(0, results[2].Status!.Exists);
    }

    [Fact]
    public async Task An_empty_folder_has_no_messages_and_no_complaint()
    {
        await using var client = await Login(server.NewUser());
        await client.Examine(await Inbox(client), None);

        Assert.Empty(await client.Search("UID 1:*", None));
    }

    [Fact]
    public async Task IDLE_ends_when_a_mail_arrives()
    {
        var user = server.NewUser();
        await using var client = await Login(user);
        await client.Examine(await Inbox(client), None);

        Assert.False(await client.Idle(TimeSpan.FromMilliseconds(50), None));
        var idle = client.Idle(TimeSpan.FromSeconds(20), None);
        server.Deliver(user, Some("new"));
        Assert.True(await idle);
        Assert.Single(await client.Search("UID 1:*", None));
    }

    [Fact]
    public async Task SCRAM_proves_both_sides_in_clear_text_and_a_wrong_password_fails()
    {
        await using var client = await ImapClient.Connect(Endpoint(TlsMode.None), new ImapOptions(), None);
        Assert.Contains("SCRAM-SHA-256", client.Capabilities.Mechanisms);
        await client.Authenticate(Credential.WithPassword(server.NewUser(), DovecotServer.Password), None);
        Assert.True(client.IsAuthenticated);

        await using var other = await ImapClient.Connect(Endpoint(TlsMode.None), new ImapOptions(), None);
        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            other.Authenticate(Credential.WithPassword("ada", "wrong"), None));
        Assert.Equal(MailFailure.Auth, failure.Failure);
    }

    [Fact]
    public async Task A_server_that_restarts_is_a_network_failure()
    {
        using var own = new DovecotServer();
        await using var client = await ImapClient.Connect(
            MailEndpoint.For("localhost", own.TlsPort, TlsMode.Required, own.Authority.Pem),
            new ImapOptions(),
            None);
        await client.Authenticate(Credential.WithPassword(own.NewUser(), DovecotServer.Password), None);
        own.Restart();

        var failure = await Assert.ThrowsAsync<MailServerException>(() => client.Noop(None));

        Assert.True(failure.ConnectionLost);
        Assert.Contains(failure.Failure, new[] { MailFailure.Network, MailFailure.Throttled });
    }

    private MailEndpoint Endpoint(TlsMode tls) =>
        MailEndpoint.For("localhost", tls == TlsMode.Required ? server.TlsPort : server.PlainPort, tls, server.Authority.Pem);

    private async Task<ImapClient> Login(string user, TlsMode tls = TlsMode.Required, bool? compress = null)
    {
        var client = await ImapClient.Connect(Endpoint(tls), new ImapOptions { Compress = compress }, None);
        await client.Authenticate(Credential.WithPassword(user, DovecotServer.Password), None);
        return client;
    }

    private static async Task<ImapFolder> Inbox(ImapClient client) => (await client.Folders(withStatus: false, None))[0];

    private static async Task<List<FetchedMessage>> All(ImapClient client, FetchRequest request, IReadOnlyList<UidSet>? sets = null)
    {
        var messages = new List<FetchedMessage>();
        var fetch = client.Fetch(sets ?? [UidSet.Between(1, uint.MaxValue)], request);
        await foreach (var message in fetch.Messages(None))
        {
            message.Body = message.Body.ToArray();
            messages.Add(message);
        }

        Assert.Empty(fetch.Refusals);
        Assert.Empty(fetch.Unreadable);
        return messages;
    }

    private static int Order(List<byte[]> sent, FetchedMessage message) =>
        sent.FindIndex(bytes => bytes.AsSpan(0, Math.Min(60, bytes.Length)).SequenceEqual(message.Body.Span[..Math.Min(60, bytes.Length)]));

    private static byte[] Some(string subject, string text = "Hello") =>
        Encoding.UTF8.GetBytes($"Subject: {subject}\r\nFrom: ada@bright.example\r\nTo: ben@bright.example\r\n\r\n{text}\r\n");
}

using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>A session with a server that is played.</summary>
internal static class FakeSession
{
    /// <summary>What opening a folder of three mails is answered with.</summary>
    public const string Opened = "* 3 EXISTS\n* OK [UIDVALIDITY 7] .\n* OK [UIDNEXT 4] .\nTAG OK [READ-ONLY] done";

    public static readonly CancellationToken None = CancellationToken.None;

    public static readonly WireTimeouts Short = new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(400));

    public static MailEndpoint At(FakeImapServer server) => MailEndpoint.For("localhost", server.Port, TlsMode.None);

    public static async Task<ImapClient> Login(FakeImapServer server, Credential? credential = null, WireTimeouts? timeouts = null)
    {
        var client = await ImapClient.Connect(At(server), new ImapOptions { Timeouts = timeouts ?? WireTimeouts.Default }, None);
        await client.Authenticate(credential ?? Credential.WithPassword("ada", "secret"), None);
        return client;
    }

    public static Task<FolderStatus> Open(ImapClient client) =>
        client.Examine(new ImapFolder("INBOX", '/', FolderRole.Inbox, FolderRoleSource.Server, true, null) { RawName = "INBOX" }, None);

    public static async Task<List<FetchedMessage>> All(ImapClient client, FetchRequest request)
    {
        var messages = new List<FetchedMessage>();
        await foreach (var message in client.Fetch([UidSet.Between(1, 100)], request).Messages(None))
        {
            message.Body = message.Body.ToArray();
            messages.Add(message);
        }

        return messages;
    }

    public static string BodyOf(FetchedMessage message) => Encoding.Latin1.GetString(message.Body.Span);
}

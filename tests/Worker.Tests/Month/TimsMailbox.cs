using System.Globalization;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Digests.Story;

namespace CrmSync.Worker.Tests.Month;

/// <summary>Tim's mailbox on a real IMAP server, behind a line that can be cut and a login that can be refused.</summary>
internal sealed class TimsMailbox : IAsyncDisposable
{
    private const string Address = "tim@bright.example";

    private readonly DovecotServer server = new();
    private readonly FakeImapServer refusing = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] not today");
    private readonly TcpProxy line;

    public TimsMailbox(Random random) => line = new TcpProxy(server.PlainPort)
    {
        CutAfter = () => IsCut ? random.Next(2000) : long.MaxValue,
    };

    /// <summary>Whether connections are cut after a few bytes.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether logins are refused.</summary>
    public bool IsRefused
    {
        set => line.Target = value ? refusing.Port : server.PlainPort;
    }

    /// <summary>Takes the place of the files of the sample company.</summary>
    /// <param name="company">The company.</param>
    /// <param name="now">The time of the story.</param>
    public void Move(StoryCompany company, Func<DateTimeOffset> now)
    {
        server.Maildir(Address);
        company.Elsewhere["tim"] = bytes => server.Deliver(Address, bytes, at: now());
        company.Configure(
            "  - maildir: sample/mail/tim\n    address: tim@bright.example\n",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                  - imap: {Address}
                    host: 127.0.0.1
                    port: {line.Port}
                    tls: none
                    password: {MailboxServer.Password}

                """));
    }

    public async ValueTask DisposeAsync()
    {
        await line.DisposeAsync();
        await refusing.DisposeAsync();
        server.Dispose();
    }
}

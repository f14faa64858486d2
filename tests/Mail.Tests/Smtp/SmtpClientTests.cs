using System.Net;
using System.Net.Sockets;
using System.Text;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;
using CrmSync.Mail.Smtp;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Mail.Tests.Smtp;

/// <summary>The client against servers that behave oddly.</summary>
public sealed class SmtpClientTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Without_pipelining_each_command_waits_for_its_answer()
    {
        await using var server = new OddSmtpServer("250-mx\n250 SIZE 1000", "250 ok", "250 ok", "354 go", "250 taken");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        Assert.True((await client.Send(Mail("a@bright.example"), None)).IsAccepted);
        Assert.Equal(["EHLO [127.0.0.1]", "MAIL FROM:<ada@bright.example> SIZE=25", "RCPT TO:<a@bright.example>", "DATA"], server.Commands);
    }

    [Fact]
    public async Task Each_recipient_gets_the_answer_meant_for_it()
    {
        await using var server = new OddSmtpServer(
            "250-mx\n250 PIPELINING",
            "250 ok",
            "550 5.1.1 unknown",
            "450 4.2.1 later",
            "250 ok",
            "354 go",
            "250 2.0.0 taken");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        var result = await client.Send(Mail("a@x.example", "b@x.example", "c@x.example"), None);

        Assert.Equal(
            [SmtpOutcome.Permanent, SmtpOutcome.Temporary, SmtpOutcome.Accepted],
            result.Recipients.Select(recipient => recipient.Outcome));
        Assert.Equal(["5.1.1 unknown", "4.2.1 later", "2.0.0 taken"], result.Recipients.Select(recipient => recipient.Answer));
    }

    [Fact]
    public async Task A_refusal_after_the_last_byte_concerns_those_who_were_accepted()
    {
        await using var server = new OddSmtpServer("250-mx\n250 PIPELINING", "250 ok", "250 ok", "550 no", "354 go", "554 5.7.1 spam");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        var result = await client.Send(Mail("a@x.example", "b@x.example"), None);

        Assert.Equal(
            [(SmtpOutcome.Permanent, 554), (SmtpOutcome.Permanent, 550)],
            result.Recipients.Select(recipient => (recipient.Outcome, recipient.Code)));
    }

    [Fact]
    public async Task A_connection_that_ends_after_the_last_byte_leaves_it_open_whether_the_mail_was_taken()
    {
        await using var server = new OddSmtpServer("250-mx\n250 PIPELINING", "250 ok", "250 ok", "550 no", "354 go", "CUT");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        var result = await client.Send(Mail("a@x.example", "b@x.example"), None);

        Assert.Equal([SmtpOutcome.Unknown, SmtpOutcome.Permanent], result.Recipients.Select(recipient => recipient.Outcome));
    }

    [Fact]
    public async Task A_go_ahead_for_nobody_is_ended_without_a_mail()
    {
        await using var server = new OddSmtpServer("250-mx\n250 PIPELINING", "250 ok", "550 no", "354 go", "554 no valid recipients");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        Assert.Equal(SmtpOutcome.Permanent, (await client.Send(Mail("a@x.example"), None)).Recipients[0].Outcome);
        Assert.Equal(0, server.ContentLines);
    }

    [Theory]
    [InlineData("421 too many connections", MailFailure.Throttled)]
    [InlineData("554 go away", MailFailure.Permanent)]
    [InlineData("* OK IMAP4rev1 ready", MailFailure.Config)]
    [InlineData("SSH-2.0-OpenSSH_9.2", MailFailure.Config)]
    public async Task A_greeting_that_is_none_is_named(string greeting, MailFailure expected)
    {
        await using var server = new OddSmtpServer { Greeting = greeting };

        Assert.Equal(
            expected,
            (await Assert.ThrowsAsync<MailServerException>(() => SmtpClient.Connect(At(server), WireTimeouts.Default, None))).Failure);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_nothing()
    {
        await using var server = new OddSmtpServer("250 mx", "502 not here");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => SmtpClient.Connect(MailEndpoint.For("127.0.0.1", server.Port, TlsMode.StartTls), WireTimeouts.Default, None));

        Assert.Equal(MailFailure.Config, failure.Failure);
    }

    [Fact]
    public async Task Bytes_that_came_with_the_go_ahead_for_TLS_end_the_connection()
    {
        await using var server = new OddSmtpServer("250-mx\n250 STARTTLS", "220 go\n250 AUTH PLAIN");

        var failure = await Assert.ThrowsAsync<MailServerException>(
            () => SmtpClient.Connect(MailEndpoint.For("127.0.0.1", server.Port, TlsMode.StartTls), WireTimeouts.Default, None));

        Assert.Contains("tampering", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_the_password_does_not_get_it_into_the_message()
    {
        await using var server = new OddSmtpServer("250-mx\n250 AUTH PLAIN", "535 no AGFkYQBodW50ZXItdHdv hunter-two");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            client.Authenticate(Credential.WithPassword("ada", "hunter-two"), None));

        Assert.Contains("535 no *** ***", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a>@x.example")]
    [InlineData("a@x.example\r\nRCPT TO:<b@x.example")]
    public async Task An_address_cannot_smuggle_a_command(string address)
    {
        await using var server = new OddSmtpServer("250-mx\n250 PIPELINING");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        await Assert.ThrowsAsync<MailServerException>(() => client.Send(Mail(address), None));
        Assert.Single(server.Commands);
    }

    [Fact]
    public async Task A_domain_beyond_ASCII_is_written_in_ASCII_and_a_local_part_needs_SMTPUTF8()
    {
        await using var server = new OddSmtpServer("250-mx\n250 PIPELINING", "250 ok", "250 ok", "354 go", "250 taken");
        await using var client = await SmtpClient.Connect(At(server), WireTimeouts.Default, None);

        Assert.True((await client.Send(Mail("a@größe.example"), None)).IsAccepted);
        Assert.Contains("RCPT TO:<a@xn--gre-6ka8i.example>", server.Commands);
        Assert.Contains(
            "SMTPUTF8",
            (await Assert.ThrowsAsync<MailServerException>(() => client.Send(Mail("größe@x.example"), None))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_line_ends_no_content_ends_early_and_nothing_is_lost()
    {
        var pieces = Gen.Elements("\r", "\n", "\r\n", ".", "..", "a", "b c", "\r\n.\r\n", "\n.\n", "\r.\r");
        Prop.ForAll(Gen.ListOf(pieces).Select(list => string.Concat(list)).ToArbitrary(), text =>
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            SmtpContent.Write(Encoding.ASCII.GetBytes(text), output);
            var sent = Encoding.ASCII.GetString(output.WrittenSpan);
            var lines = sent.Split("\r\n")[..^1];
            var received = lines[..^1].Select(line => line.StartsWith('.') ? line[1..] : line);
            var expected = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
            return lines[^1] == "." && sent.EndsWith("\r\n", StringComparison.Ordinal) && Array.IndexOf(lines, ".") == lines.Length - 1
                && !sent.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n')
                && string.Join('\n', received) == (expected.EndsWith('\n') ? expected[..^1] : expected);
        }).QuickCheckThrowOnFailure();
    }

    private static MailEndpoint At(OddSmtpServer server) => MailEndpoint.For("127.0.0.1", server.Port, TlsMode.None);

    private static SmtpMail Mail(params string[] recipients) =>
        new("ada@bright.example", recipients, "Subject: x\r\n\r\nHello\r\n.\r\n"u8.ToArray());

    /// <summary>Gives its answers one after the other, whatever is asked.</summary>
    private sealed class OddSmtpServer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Queue<string> answers;
        private readonly List<string> commands = [];
        private readonly Task serving;

        public OddSmtpServer(params string[] answers)
        {
            this.answers = new Queue<string>(answers);
            listener.Start();
            serving = Serve();
        }

        public string Greeting { get; init; } = "220 mx ready";
        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;
        public IReadOnlyList<string> Commands => commands;
        public int ContentLines { get; private set; }

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
        }

        private async Task Serve()
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                await Say(stream, Greeting);
                using var reader = new StreamReader(stream, Encoding.UTF8);
                var inContent = false;
                while (await reader.ReadLineAsync() is { } line)
                {
                    if (inContent && line != ".")
                    {
                        ContentLines++;
                        continue;
                    }

                    if (!inContent)
                        commands.Add(line);

                    inContent = false;
                    var answer =
                        answers.TryDequeue(out var next) ? next
                        : line.StartsWith("RSET", StringComparison.Ordinal) ? "250 ok"
                        : "500 what?";
                    if (answer == "CUT")
                        return;

                    inContent = answer.StartsWith("354", StringComparison.Ordinal);
                    await Say(stream, answer);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // The client left, or the test is over.
            }
        }

        private static Task Say(NetworkStream stream, string answer) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(answer.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n")).AsTask();
    }
}

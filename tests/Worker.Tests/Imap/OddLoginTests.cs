using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.Imap;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Logins that take more than one step on the wire.</summary>
public sealed class OddLoginTests
{
    [Fact]
    public async Task A_password_with_letters_beyond_ASCII_waits_for_the_go_ahead_of_a_literal()
    {
        byte[]? password = null;
        await using var server = new RawServer(async (stream, ct) =>
        {
            await Say(stream, "* OK [CAPABILITY IMAP4rev1] ready", ct);
            while (await Line(stream, ct) is { Length: > 0 } line)
            {
                if (line.EndsWith("{7}", StringComparison.Ordinal))
                {
                    await Say(stream, "+ go on", ct);
                    password = new byte[7];
                    await stream.ReadExactlyAsync(password, ct);
                    await Line(stream, ct);
                }

                await Say(stream, Answer(line), ct);
            }
        });

        await using var mailbox = await ImapMailbox.Open(At(server), Credential.WithPassword("ada", "größe"), new ImapOptions(), default);

        Assert.Equal("größe", Encoding.UTF8.GetString(password!));
    }

    [Theory]
    [InlineData("+ eyJzdGF0dXMiOiI0MDEifQ==", true)]
    [InlineData("TAG NO [AUTHENTICATIONFAILED] invalid credentials", false)]
    public async Task A_refused_token_is_acknowledged_where_the_server_waits_for_it(string answer, bool isAcknowledged)
    {
        var heard = new List<string>();
        await using var server = new RawServer(async (stream, ct) =>
        {
            await Say(stream, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready", ct);
            while (await Line(stream, ct) is { } line)
            {
                heard.Add(line);
                var tag = heard.Find(one => one.Contains("AUTHENTICATE", StringComparison.Ordinal))?.Split(' ')[0];
                var said =
                    line.Contains("AUTHENTICATE", StringComparison.Ordinal) ? answer.Replace("TAG", tag, StringComparison.Ordinal)
                    : line.Length == 0 ? $"{tag} NO SASL authentication failed"
                    : Answer(line);
                await Say(stream, said, ct);
            }
        });

        var failure = await Assert.ThrowsAsync<MailServerException>(() =>
            ImapMailbox.Open(At(server), Credential.WithToken("ada", "token-1"), new ImapOptions(), default));

        Assert.Equal(MailFailure.Auth, failure.Failure);
        Assert.Equal(isAcknowledged, heard.Contains(""));
        Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
    }

    private static MailEndpoint At(RawServer server) => MailEndpoint.For("localhost", server.Port, TlsMode.None);

    private static string Answer(string line) =>
        line.Contains(" LIST ", StringComparison.Ordinal) ? $"* LIST () \"/\" INBOX\r\n{line.Split(' ')[0]} OK done"
        : line.Contains(" CAPABILITY", StringComparison.Ordinal) ? $"* CAPABILITY IMAP4rev1\r\n{line.Split(' ')[0]} OK done"
        : $"{line.Split(' ')[0]} OK done";

    private static Task Say(Stream stream, string words, CancellationToken ct) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(words + "\r\n"), ct).AsTask();

    /// <summary>A line, byte by byte, so that what follows it stays where it is; null at the end.</summary>
    private static async Task<string?> Line(Stream stream, CancellationToken ct)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, ct) > 0)
        {
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');

            line.Append((char)one[0]);
        }

        return null;
    }
}

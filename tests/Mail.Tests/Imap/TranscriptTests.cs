using System.Text;
using CrmSync.Fixtures;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Tests.Imap;

/// <summary>What real servers have said, read to the end.</summary>
public sealed class TranscriptTests
{
    /// <summary>In this recording the announced length is two bytes short of the header's end.</summary>
    private const string WrongLength = "gmail/headers.1+unsolicited-info.txt";

    private static readonly byte[] Spice = [.. "(){}\"\\[] \r\n0*+<>~\0"u8];

    public static TheoryData<string> Transcripts()
    {
        var data = new TheoryData<string>();
        if (SharedData.Folder is { } folder)
        {
            foreach (
                var file in Directory
                    .EnumerateFiles(Path.Combine(folder, "imap", "mailkit"), "*.txt", SearchOption.AllDirectories)
                    .Order(StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(Path.Combine(folder, "imap", "mailkit"), file);
                if (name != WrongLength)
                    data.Add(name);
            }
        }
        else
            data.Add("absent");

        return data;
    }

    [CorpusTheory]
    [MemberData(nameof(Transcripts))]
    public async Task Every_response_of_a_real_server_is_understood(string file)
    {
        var bytes = AsSent(await File.ReadAllBytesAsync(Path.Combine(SharedData.Folder!, "imap", "mailkit", file)));
        var responses = await Read(bytes);

        Assert.NotEmpty(responses);
        Assert.Empty(responses.OfType<UnreadableResponse>().Select(bad => $"{bad.Kind}: {bad.Reason}: {bad.Excerpt}"));
        Assert.DoesNotContain(responses.OfType<StrayLine>().Select(stray => stray.Excerpt.Trim()), line => line is not ("" or "A########"));
    }

    [CorpusFact]
    public async Task A_literal_longer_than_announced_costs_that_message_and_not_the_connection()
    {
        var responses = await Read(AsSent(await File.ReadAllBytesAsync(Path.Combine(SharedData.Folder!, "imap", "mailkit", WrongLength))));

        var bad = Assert.Single(responses.OfType<UnreadableResponse>());
        Assert.Equal(1u, bad.Message!.Uid);
        Assert.Equal(ImapStatus.Ok, Assert.IsType<StatusResponse>(responses[^1]).Status);
    }

    [CorpusFact]
    public async Task No_transcript_cut_off_anywhere_does_worse_than_end_the_connection()
    {
        var random = new Random(7);
        foreach (
            var file in Directory
                .EnumerateFiles(Path.Combine(SharedData.Folder!, "imap", "mailkit"), "*.txt", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
        {
            var bytes = AsSent(await File.ReadAllBytesAsync(file));
            for (var i = 0; i < 20; i++)
            {
                var damaged = bytes[..random.Next(1, bytes.Length + 1)];
                for (var j = random.Next(0, 6); j > 0; j--)
                    damaged[random.Next(damaged.Length)] = Spice[random.Next(Spice.Length)];

                try
                {
                    await Read(damaged);
                }
                catch (MailServerException e)
                {
                    Assert.True(e.ConnectionLost);
                }
            }
        }
    }

    /// <summary>
    /// The transcripts were stored with the line ends of the machine they were recorded on; literals are counted with those of the wire.
    /// </summary>
    private static byte[] AsSent(byte[] stored) =>
        Encoding.Latin1.GetBytes(
            Encoding
                .Latin1.GetString(stored)
                .Replace("\r\n", "\n", StringComparison.Ordinal)
                .Replace("\n", "\r\n", StringComparison.Ordinal));

    private static async Task<List<ImapResponse>> Read(byte[] bytes)
    {
        var text = new List<ImapResponse>();
        using var stream = new MemoryStream(bytes);
        await using var wire = new Wire(MailEndpoint.For("localhost", 143, TlsMode.None), WireTimeouts.Default, stream);
        var reader = new ResponseReader(wire, ImapLimits.Default);
        var parser = new ResponseParser(ImapLimits.Default);
        var body = new BodyBuffer(1000);
        while (await reader.Read(body, CancellationToken.None))
            text.Add(parser.Parse(reader.Text, body));

        return text;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CrmSync.Mail.Net;
using CrmSync.Mail.Smtp;

namespace CrmSync.Bench;

/// <summary>Hands mails over one connection to a server in this process that answers at once and throws everything away; no TLS, so that the client is measured.</summary>
internal static class SmtpSending
{
    public static void Run(Options options) => Measure(options).GetAwaiter().GetResult();

    private static async Task Measure(Options options)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(() => Discard(listener));
        var endpoint = MailEndpoint.For("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, TlsMode.None);
        await using var client = await SmtpClient.Connect(endpoint, WireTimeouts.Default, CancellationToken.None);
        var content = Encoding.ASCII.GetBytes("Subject: digest\r\n\r\n" + string.Concat(Enumerable.Repeat("A line of text that a digest might hold, give or take.\r\n", options.Number("size", 4_000) / 56)));
        var messages = options.Number("messages", 20_000);
        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < messages; i++)
            {
                var result = await client.Send(new SmtpMail("crmsync@bright.example", ["ana@bright.example"], content), CancellationToken.None);
                if (!result.IsAccepted)
                    throw new InvalidOperationException(result.Recipients[0].Answer);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}  {messages / watch.Elapsed.TotalSeconds,8:N0} mails/s of {content.Length:N0} bytes"));
        }

        await client.Quit();
        await server;
    }

    private static async Task Discard(TcpListener listener)
    {
        using var tcp = await listener.AcceptTcpClientAsync();
        tcp.NoDelay = true;
        var stream = tcp.GetStream();
        await stream.WriteAsync("220 discard\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.Latin1, false, 64 * 1024);
        var answers = new StringBuilder();
        var inContent = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (inContent && line != ".")
                continue;

            answers.Append(inContent ? "250 taken\r\n" : line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-discard\r\n250-PIPELINING\r\n250 SIZE 0\r\n" : line == "DATA" ? "354 go\r\n" : "250 ok\r\n");
            var last = inContent || line == "DATA" || line == "QUIT" || line.StartsWith("EHLO", StringComparison.Ordinal);
            inContent = line == "DATA";
            if (!last)
                continue;

            await stream.WriteAsync(Encoding.ASCII.GetBytes(answers.ToString()));
            answers.Clear();
            if (line == "QUIT")
                return;
        }
    }
}

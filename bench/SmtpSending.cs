using System.Diagnostics;
using System.Globalization;
using System.Text;
using CrmSync.Mail.Net;
using CrmSync.Mail.Smtp;

namespace CrmSync.Bench;

/// <summary>
/// Hands mails over one connection to a server in this process that answers at once and throws everything away; no TLS, so that the client
/// is measured.
/// </summary>
internal static class SmtpSending
{
    public static void Run(Options options) => Measure(options).GetAwaiter().GetResult();

    private static async Task Measure(Options options)
    {
        using var server = new DiscardingServer();
        var endpoint = MailEndpoint.For("127.0.0.1", server.Port, TlsMode.None);
        await using var client = await SmtpClient.Connect(endpoint, WireTimeouts.Default, CancellationToken.None);
        var content = Encoding.ASCII.GetBytes(
            "Subject: digest\r\n\r\n"
                + string.Concat(
                    Enumerable.Repeat("A line of text that a digest might hold, give or take.\r\n", options.Number("size", 4_000) / 56)));
        var messages = options.Number("messages", 20_000);
        for (var round = 0; round < 3; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < messages; i++)
            {
                var result = await client.Send(
                    new SmtpMail("crmsync@bright.example", ["ana@bright.example"], content),
                    CancellationToken.None);
                if (!result.IsAccepted)
                    throw new InvalidOperationException(result.Recipients[0].Answer);
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round + 1}  {messages / watch.Elapsed.TotalSeconds,8:N0} mails/s of {content.Length:N0} bytes"));
        }

        await client.Quit();
    }
}

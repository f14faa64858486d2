using System.Diagnostics;
using System.Globalization;

namespace CrmSync.Bench;

/// <summary>Writes a maildir (received mail in <c>cur</c>, sent mail in <c>.Sent/cur</c>) of invented mail.</summary>
internal static class Generate
{
    public static void Run(Options options)
    {
        var messages = options.Number("messages", 50_000);
        var mailbox = new InventedMailbox(options.Number("seed", 1), options.Number("mean", 25_000));
        var folder = options.Text("out");
        foreach (var name in (string[])["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"])
            Directory.CreateDirectory(Path.Combine(folder, name));

        var watch = Stopwatch.StartNew();
        long bytes = 0;
        for (var i = 0; i < messages; i++)
        {
            var mail = mailbox.Next();
            var name = string.Create(CultureInfo.InvariantCulture, $"{mail.Sent.ToUnixTimeSeconds()}.M{i:D7}P1.bench:2,S");
            using var file = File.OpenHandle(
                Path.Combine(folder, mail.Outbound ? ".Sent/cur" : "cur", name),
                FileMode.Create,
                FileAccess.Write,
                FileShare.None,
                FileOptions.None,
                0);
            RandomAccess.Write(file, mail.Bytes.Span, 0);
            bytes += mail.Bytes.Length;
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{messages:N0} messages, {bytes / 1e6:N0} MB, mean {bytes / Math.Max(1, messages):N0} bytes, "
                    + $"{watch.Elapsed.TotalSeconds:N1} s"
            ));
    }
}

using System.Diagnostics;
using System.Globalization;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Reports;
using CrmSync.Mail.Text;

namespace CrmSync.Bench;

/// <summary>
/// Reads all files of a folder as mail on one thread: the bytes lie in memory, so that the reader is measured and not the disk. "structure"
/// is the parser alone; "harvest" also asks what a harvest asks of every mail (addresses, dates, ids, text, own text, digest, attachments,
/// report). "html" adds the own text of the HTML, by which a copy is known again that a gateway changed. "signs" is what only the class of
/// a mail rests on: receipts, reactions, and the link by which a mailing is left.
/// </summary>
internal static class MimeReading
{
    private const long MostBytes = 2L << 30;

    public static void Run(Options options)
    {
        var files = new List<byte[]>();
        long bytes = 0;
        foreach (
            var file in Directory
                .EnumerateFiles(options.At(0, "the folder"), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
        {
            var content = File.ReadAllBytes(file);
            files.Add(content);
            bytes += content.Length;
            if (bytes > MostBytes)
                break;
        }

        if (files.Count == 0)
            throw new OptionException("there are no files in that folder");

        var repeat = options.Number("repeat", 5);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{files.Count:N0} messages, {bytes / 1e6:N1} MB, mean {bytes / files.Count:N0} bytes; best and median of {repeat} after "
                    + $"one warm-up"
            ));
        Measure("structure", files, bytes, repeat, m => m.Problems.Count);
        Measure("harvest", files, bytes, repeat, Harvest);
        Measure("html", files, bytes, repeat, Html);
        Measure("signs", files, bytes, repeat, Signs);
    }

    private static long Harvest(MimeMessage message) => Harvest(message, OwnText.From(message).Own);

    private static long Harvest(MimeMessage message, string own)
    {
        long sum =
            message.From.Count + message.To.Count + message.Cc.Count + message.Bcc.Count + message.ReplyTo.Count + message.Subject.Length;
        sum += (message.MessageId?.Length ?? 0) + message.InReplyTo.Count + message.References.Count;
        sum += message.Date is null ? 0 : 1;
        sum += message.Received.Count > 0 ? 1 : 0;
        sum += message.AttachmentCount + message.Calendars.Count + message.BodyDigest.Span[0];
        sum += MailReport.Parse(message) is null ? 0 : 1;
        return sum + (QuestionMark.IsIn(own) ? 1 : 0);
    }

    private static long Html(MimeMessage message)
    {
        var own = OwnText.From(message).Own;
        var sum = Harvest(message, own);
        return message.Headers.First("List-Unsubscribe") is null ? sum + (OwnText.FindInHtml(message, own)?.Length ?? 0) : sum;
    }

    private static long Signs(MimeMessage message) =>
        (PlainReceipt.IsOne(message) ? 1 : 0) + (PlainReceipt.IsReaction(message) ? 1 : 0) + (UnsubscribeLink.IsIn(message) ? 1 : 0);

    private static void Measure(string name, List<byte[]> files, long bytes, int repeat, Func<MimeMessage, long> ask)
    {
        Once(files, ask);
        var times = new List<double>();
        var cpu = double.MaxValue;
        using var process = Process.GetCurrentProcess();
        long allocated = 0;
        for (var i = 0; i < repeat; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            process.Refresh();
            var cpuBefore = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            Once(files, ask);
            process.Refresh();
            cpu = Math.Min(cpu, (process.TotalProcessorTime - cpuBefore).TotalMicroseconds / files.Count);
            times.Add(watch.Elapsed.TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        times.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-10} best {bytes / 1e6 / times[0],7:N0} MB/s {files.Count / times[0],8:N0} messages/s   median "
                    + $"{bytes / 1e6 / times[repeat / 2],7:N0} MB/s {files.Count / times[repeat / 2],8:N0} messages/s   {cpu,6:N1} us "
                    + $"CPU   {allocated / files.Count,7:N0} bytes allocated a message"
            ));
    }

    private static long Once(List<byte[]> files, Func<MimeMessage, long> ask)
    {
        long sum = 0;
        foreach (var file in files)
            sum += ask(MimeReader.Read(file));
        return sum;
    }
}

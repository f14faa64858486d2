using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.PolicyFiles;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Install;

/// <summary>
/// The transcript of docs/operations/first-hour.md is what the published program says to the same commands, with a mailbox on a real
/// Dovecot. Moments, times taken and the policy's version are others every day and are not compared.
/// </summary>
[Collection(PublishedProgramTests.Name)]
public sealed partial class TheFirstHourAsWritten(PublishedProgram published) : IDisposable
{
    private const string Mailbox = "ana@bright.example";
    private const string Host = "imap.bright.example";
    private const string Home = "/home/ana";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string Page = Path.Combine(Fixture.Repository, "docs", "operations", "first-hour.md");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("crmsync-first-hour-");
    private readonly ConcurrentQueue<string> toldToSystemd = new();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_command_says_what_the_page_says()
    {
        using var server = new DovecotServer();
        var digestDay = NextBusinessDay();
        server.Deliver(Mailbox, Encoding.UTF8.GetBytes(Question(digestDay.PlusDays(-7))), at: At(digestDay.PlusDays(-7)));
        Directory.CreateSymbolicLink(Path.Combine(folder.CreateSubdirectory("bin").FullName, "crmsync"), published.File);
        var written = (await File.ReadAllTextAsync(Page)).ReplaceLineEndings("\n");
        var received = new StringBuilder();
        var end = 0;
        foreach (Match block in Block().Matches(written))
        {
            received.Append(written, end, block.Index - end).Append("```console\n");
            foreach (Match command in Command().Matches(block.Value))
            {
                var line = command.Groups["line"].Value;
                received.Append("$ ").Append(line).Append('\n');
                var said = await Say(line, server.PlainPort, digestDay);
                received.Append(AsWritten(said));
                if (line.StartsWith("crmsync run", StringComparison.Ordinal))
                    received.Append("^C\n");
            }

            received.Append("```");
            end = block.Index + block.Length;
        }

        received.Append(written, end, written.Length - end);
        if (Comparable(received.ToString()) != Comparable(written))
            await File.WriteAllTextAsync(Page + ".received", received.ToString());

        Assert.Equal(Comparable(written), Comparable(received.ToString()));
        Assert.Contains("READY=1", toldToSystemd);
        Assert.Contains("STOPPING=1", toldToSystemd);
    }

    private static string Comparable(string text) => Blank().Replace(Changing().Replace(text, "…"), " ");

    private string AsWritten(string said) => Place().Replace(said.Replace(folder.FullName, Home, StringComparison.Ordinal), Host);

    private async Task<string> Say(string line, int port, LocalDate digestDay)
    {
        var typed = line
            .Replace($"--host {Host}", $"--host 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            .Replace("2026-03-03", LocalDatePattern.Iso.Format(digestDay), StringComparison.Ordinal);
        var isWorker = line.StartsWith("crmsync run", StringComparison.Ordinal);

        // What is started in the background of a script ignores Ctrl-C, and so does whatever it starts.
        var start = new ProcessStartInfo("bash", ["-c", $"{(isWorker ? "exec env --default-signal=INT " : "")}{typed} 2>&1"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder.FullName,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = $"{folder.FullName}/bin:/usr/bin:/bin";
        start.Environment["HOME"] = folder.FullName;
        start.Environment["TZ"] = "Europe/Dublin";
        start.Environment["LANG"] = "C.UTF-8";
        if (!isWorker)
        {
            using var process = Process.Start(start)!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return said;
        }

        using var stop = new CancellationTokenSource();
        start.Environment["NOTIFY_SOCKET"] = Path.Combine(folder.FullName, "notify.socket");
        var listening = NotifySocket.Listen(start.Environment["NOTIFY_SOCKET"]!, toldToSystemd, stop.Token);
        var words = await Work(start);
        await stop.CancelAsync();
        await listening;
        return words;
    }

    /// <summary>Lets the worker read the mailbox, then presses Ctrl-C.</summary>
    private static async Task<string> Work(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var said = new StringBuilder();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await Read();
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"after {Patience} it still runs and said only: {said}");
        }

        Assert.True(process.ExitCode == 0, said.ToString());
        return said.ToString();

        async Task Read()
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                said.Append(line).Append('\n');
                if (!line.Contains($"account imap:{Mailbox}: ", StringComparison.Ordinal))
                    continue;

                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
            }
        }
    }

    private static LocalDate NextBusinessDay()
    {
        var date = SystemClock.Instance.InZone(DateTimeZoneProviders.Tzdb["Europe/Dublin"]).GetCurrentDate().PlusDays(1);
        while (date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday)
            date = date.PlusDays(1);

        return date;
    }

    private static DateTimeOffset At(LocalDate date) => (date + new LocalTime(10, 0)).WithOffset(Offset.Zero).ToDateTimeOffset();

    private static string Question(LocalDate date) => string.Join(
        "\r\n",
        "From: Jane Roe <jane@acme.example>",
        $"To: {Mailbox}",
        "Subject: Hinges",
        $"Date: {At(date).ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000",
        "Message-ID: <hinges-1@acme.example>",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "When do they come?",
        "");

    [GeneratedRegex("^```console\n.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (?<line>.*)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"127\.0\.0\.1(:\d+)?", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(
        @"\d{4}-\d\d-\d\d|\d\d:\d\d(:\d\d)?Z?|\b(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?\b|\b\d+ [A-Z][a-z]{2,8}\b"
            + @"|[\d.]+ (s|ms)\b|\b\d+ days\b|\bpolicy [0-9a-f]{8}\b|· [0-9A-Z]{8}$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Changing();

    [GeneratedRegex(@"[ ]+|-{3,}|─{3,}")]
    private static partial Regex Blank();
}

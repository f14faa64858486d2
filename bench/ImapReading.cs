using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.Sources.Imap;

namespace CrmSync.Bench;

/// <summary>
/// Reads an invented mailbox out of a real Dovecot over TLS on loopback, three ways in each round: a client that sends the same FETCH and
/// throws the bytes away (the floor), MailKit asked what it tells of each message, and whole messages through MailKit, read by our parser.
/// Processor time is that of this process; Dovecot's comes on top for all three. With <c>--program</c> (a crmsync.dll, or the file that
/// build/publish makes) the whole harvest into a new SQLite file follows, in a process of its own. <c>--latency</c> adds milliseconds to
/// each round trip, <c>--rate</c> limits the line to so many kB a second, <c>--compress</c> says whether our client compresses.
/// </summary>
internal static class ImapReading
{
    private const string User = "bench@bright.example";

    public static void Run(Options options) => Measure(options).GetAwaiter().GetResult();

    private static async Task Measure(Options options)
    {
        using var server = new DovecotServer();
        var messages = options.Number("messages", 50_000);
        var keep = options.Number("bytes", 16 * 1024);
        var mailbox = new InventedMailbox(1, options.Number("mean", 25_000));
        for (var i = 0; i < messages; i++)
        {
            var mail = mailbox.Next();
            server.Deliver(User, mail.Bytes.Span, at: mail.Sent, flags: "S");
        }

        var slow = options.Number("latency", 0) + options.Number("rate", 0) > 0;
        await using var proxy = new TcpProxy(server.TlsPort)
        {
            Delay = TimeSpan.FromMilliseconds(options.Number("latency", 0) / 2.0),
            BytesPerSecond = options.Has("rate") ? options.Number("rate", 0) * 1000 : null,
        };
        var line = new Line(
            server,
            slow ? proxy.Port : server.TlsPort,
            keep,
            options.Has("compress") ? options.Text("compress") == "yes" : null);
        await Ours(line with { Port = server.TlsPort }, parse: false);
        for (var round = 1; round <= options.Number("repeat", 3); round++)
        {
            var floor = await Timed(() => Floor(line));
            Print(round, "floor", floor, floor);
            Print(round, "attributes", await Timed(() => Ours(line, parse: false)), floor);
            Print(round, "whole messages", await Timed(() => Ours(line, parse: true)), floor);
            if (options.Has("program"))
                Harvest(line, options.Text("program"), round, floor.Seconds);
        }

        Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB");
    }

    /// <summary>The way to the server.</summary>
    private sealed record Line(DovecotServer Server, int Port, int Keep, bool? Compress);

    private static void Harvest(Line line, string program, int round, double floor)
    {
        var server = line.Server;
        var folder = Directory.CreateTempSubdirectory("crmsync-bench-").FullName;
        File.WriteAllText(Path.Combine(folder, "ca.pem"), server.Authority.Pem);
        File.WriteAllText(Path.Combine(folder, "crmsync.yaml"), $$"""
            version: 1
            storage: {sqlite: crmsync.db}
            capture: {since: 2000-01-01}
            accounts:
              - imap: {{User}}
                host: localhost
                port: {{line.Port}}
                ca: ca.pem
                password: {{DovecotServer.Password}}
            """);
        File.WriteAllText(Path.Combine(folder, "policy.yaml"), """
            version: 1
            us: {domains: [bright.example]}
            defaults: {calendar: office, owner: ana}
            calendars: {office: {zone: Europe/Dublin, hours: {mon-fri: ["09:00-17:00"]}}}
            people: {ana: {email: ana@bright.example}}
            """);
        var watch = Stopwatch.StartNew();
        string[] verb = ["sync", "--config", folder, "--format", "json"];
        using var run = Process.Start(
            Path.GetExtension(program) == ".dll"
                ? new ProcessStartInfo("dotnet", [program, .. verb]) { UseShellExecute = false }
                : new ProcessStartInfo(program, verb) { UseShellExecute = false })!;
        var (memory, cpu) = (0L, TimeSpan.Zero);
        while (!run.WaitForExit(20))
        {
            try
            {
                run.Refresh();
                (memory, cpu) = (Math.Max(memory, run.PeakWorkingSet64), run.TotalProcessorTime);
            }
            catch (InvalidOperationException)
            {
                // It ended between the wait and the question.
                break;
            }
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}  whole harvest      {watch.Elapsed.TotalSeconds,6:N2} s  {watch.Elapsed.TotalSeconds / floor,5:N2} x "
                    + $"floor  {cpu.TotalSeconds,6:N2} s CPU  {memory / 1e6:N0} MB of memory"
            ));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<Measured> Timed(Func<Task<(long Bytes, long Count, int Turns)>> work)
    {
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var (bytes, count, turns) = await work();
        watch.Stop();
        process.Refresh();
        return new Measured(watch.Elapsed.TotalSeconds, (process.TotalProcessorTime - cpu).TotalSeconds, bytes, count, turns);
    }

    private sealed record Measured(double Seconds, double Cpu, long Bytes, long Count, int Turns);

    private static void Print(int round, string what, Measured measured, Measured floor) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}  {what,-18} {measured.Seconds,6:N2} s  {measured.Seconds / floor.Seconds,5:N2} x floor  "
                    + $"{measured.Cpu,6:N2} s CPU  {measured.Bytes / 1e6,7:N0} MB  {measured.Count,7:N0} messages  {measured.Turns} "
                    + $"turns"
            ));

    private static async Task<(long Bytes, long Count, int Turns)> Ours(Line line, bool parse)
    {
        var endpoint = MailEndpoint.For("localhost", line.Port, TlsMode.Required, line.Server.Authority.Pem);
        var credential = Credential.WithPassword(User, DovecotServer.Password);
        await using var mailbox =
            await ImapMailbox.Open(endpoint, credential, new ImapOptions { Compress = line.Compress }, CancellationToken.None);
        await mailbox.Examine(MailboxFolder.Inbox, CancellationToken.None);
        var uids = await mailbox.Messages.Search("UID 1:*", CancellationToken.None);
        var count = 0L;
        foreach (var some in uids.Chunk(200))
        {
            var attributes = await mailbox.Messages.Attributes(some, CancellationToken.None);
            if (!parse)
            {
                count += attributes.Count;
                continue;
            }

            await mailbox.Messages.Fetch(some, attributes.Values.Sum(one => one.Size ?? 0), (_, _) =>
                { count++; return ValueTask.CompletedTask; }, CancellationToken.None);
        }

        return (mailbox.BytesReceived, count, mailbox.RoundTrips);
    }

    private static async Task<(long Bytes, long Count, int Turns)> Floor(Line line)
    {
        using var tcp = new TcpClient("127.0.0.1", line.Port) { NoDelay = true };
        // The certificate is the bench's own and the server on this machine; what is measured is the reading.
#pragma warning disable CA5359, MA0039
        await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359, MA0039
        await tls.AuthenticateAsClientAsync("localhost");
        var bytes = 0L;
        var buffer = new byte[64 * 1024];
        var (number, commands) = (
            0,
            new[]
            {
                $"LOGIN {User} {DovecotServer.Password}",
                "EXAMINE INBOX",
                $"UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{line.Keep}>)",
            });
        foreach (var command in commands)
        {
            var tag = $"FLOOR{++number}";
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"{tag} {command}\r\n"));
            var end = Encoding.ASCII.GetBytes($"{tag} OK");
            for (var kept = 0; ;)
            {
                var read = await tls.ReadAsync(buffer.AsMemory(kept));
                if (read == 0)
                    throw new IOException("the server left");

                bytes += read;
                var total = kept + read;
                if (buffer.AsSpan(0, total).IndexOf(end) >= 0 && buffer[total - 1] == '\n')
                    break;

                kept = Math.Min(total, 100);
                buffer.AsSpan(total - kept, kept).CopyTo(buffer);
            }
        }

        return (bytes, 0, commands.Length);
    }
}

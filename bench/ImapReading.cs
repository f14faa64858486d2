using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Bench;

/// <summary>
/// Reads an invented mailbox out of a real Dovecot over TLS on loopback, three ways in each round: a client that sends the same FETCH and throws the bytes away
/// (the floor), our client alone, and our client with every message parsed. Processor time is that of this process; Dovecot's comes on top for all three. With
/// <c>--program crmsync.dll</c> the whole harvest into a new SQLite file follows, in a process of its own.
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

        await Ours(server, keep, parse: false);
        for (var round = 1; round <= options.Number("repeat", 3); round++)
        {
            var floor = await Timed(() => Floor(server, keep));
            Print(round, "floor", floor, floor);
            Print(round, "client", await Timed(() => Ours(server, keep, parse: false)), floor);
            Print(round, "client and parser", await Timed(() => Ours(server, keep, parse: true)), floor);
            if (options.Has("program"))
                Harvest(server, options.Text("program"), round, floor.Seconds);
        }

        Console.WriteLine($"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} MB");
    }

    private static void Harvest(DovecotServer server, string program, int round, double floor)
    {
        var folder = Directory.CreateTempSubdirectory("crmsync-bench-").FullName;
        File.WriteAllText(Path.Combine(folder, "ca.pem"), server.Authority.Pem);
        File.WriteAllText(Path.Combine(folder, "crmsync.yaml"), $$"""
            version: 1
            storage: {sqlite: crmsync.db}
            capture: {since: 2000-01-01}
            accounts:
              - imap: {{User}}
                host: localhost
                port: {{server.TlsPort}}
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
        using var run = Process.Start(new ProcessStartInfo("dotnet", [program, "sync", "--config", folder, "--format", "json"]) { UseShellExecute = false })!;
        var (memory, cpu) = (0L, TimeSpan.Zero);
        while (!run.WaitForExit(50))
        {
            try
            {
                run.Refresh();
                (memory, cpu) = (Math.Max(memory, run.WorkingSet64), run.TotalProcessorTime);
            }
            catch (InvalidOperationException)
            {
                // It ended between the wait and the question.
                break;
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}  whole harvest      {watch.Elapsed.TotalSeconds,6:N2} s  {watch.Elapsed.TotalSeconds / floor,5:N2} x floor  {cpu.TotalSeconds,6:N2} s CPU  {memory / 1e6:N0} MB of memory"));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(double Seconds, double Cpu, long Bytes, long Count)> Timed(Func<Task<(long Bytes, long Count)>> work)
    {
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var (bytes, count) = await work();
        watch.Stop();
        process.Refresh();
        return (watch.Elapsed.TotalSeconds, (process.TotalProcessorTime - cpu).TotalSeconds, bytes, count);
    }

    private static void Print(int round, string what, (double Seconds, double Cpu, long Bytes, long Count) measured, (double Seconds, double Cpu, long Bytes, long Count) floor) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}  {what,-18} {measured.Seconds,6:N2} s  {measured.Seconds / floor.Seconds,5:N2} x floor  {measured.Cpu,6:N2} s CPU  {measured.Bytes / 1e6,7:N0} MB  {measured.Count,7:N0} messages"));

    private static async Task<(long Bytes, long Count)> Ours(DovecotServer server, int keep, bool parse)
    {
        await using var client = await ImapClient.Connect(MailEndpoint.For("localhost", server.TlsPort, TlsMode.Required, server.Authority.Pem), new ImapOptions(), CancellationToken.None);
        await client.Authenticate(Credential.WithPassword(User, DovecotServer.Password), CancellationToken.None);
        await client.Examine((await client.Folders(false, CancellationToken.None))[0], CancellationToken.None);
        var uids = await client.Search("UID 1:*", CancellationToken.None);
        var count = 0L;
        await foreach (var message in client.Fetch(UidSet.Of(uids), FetchRequest.FirstBytes(keep)).Messages(CancellationToken.None))
        {
            count++;
            if (parse)
                count += MimeReader.Read(message.Body).Problems.Count < 0 ? 1 : 0;
        }

        return (client.BytesReceived, count);
    }

    private static async Task<(long Bytes, long Count)> Floor(DovecotServer server, int keep)
    {
        using var tcp = new TcpClient("127.0.0.1", server.TlsPort) { NoDelay = true };
        // The certificate is the bench's own and the server on this machine; what is measured is the reading.
#pragma warning disable CA5359, MA0039
        await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359, MA0039
        await tls.AuthenticateAsClientAsync("localhost");
        var bytes = 0L;
        var buffer = new byte[64 * 1024];
        var (number, commands) = (0, new[]
        {
            $"LOGIN {User} {DovecotServer.Password}", "EXAMINE INBOX", $"UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{keep}>)",
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

        return (bytes, 0);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>What the real program needs at most, by the kernel's own count, whatever mailboxes and servers are like.</summary>
public sealed class MemoryTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    private const int AttachmentSize = 100_000_000;

    /// <summary>Of memory in MB. The program is measured as it is built for tests, which takes a little more than a release.</summary>
    private const double Most = 150;

    [Fact]
    public async Task Neither_an_attachment_of_100_MB_nor_a_server_that_sends_an_endless_line_takes_more_memory()
    {
        var (small, large) = (server.NewUser(), server.NewUser());
        foreach (var user in new[] { small, large })
        {
            for (var i = 0; i < 600; i++)
                server.Deliver(
                    user,
                    Encoding.UTF8.GetBytes(TestCompany.MailText($"number {i} of {user}", body: new string('x', 4000), id: $"{i}.{user}")));
        }

        server.Deliver(
            large,
            RealMailbox.Parts("large", RealMailbox.Attachment("a.iso", AttachmentSize), RealMailbox.Attachment("b.pdf", 1000)));
        await using var endless = new EndlessServer();

        var usual = await Harvest($"- imap: {small}\n  {At(server.TlsPort)}", status: 0);
        var peak = await Harvest(
            $"- imap: {large}\n  {At(server.TlsPort)}\n- imap: endless@us.example\n  host: localhost\n  port: {endless.Port}\n  tls: "
                + $"none\n  password: any",
            status: 1,
            Check);

        Assert.True(endless.Sent > 100_000, $"only {endless.Sent} bytes were sent");
        Assert.InRange(usual, 20, Most);
        Assert.InRange(peak, 20, Math.Min(Most, usual + 25));

        static async Task Check(ContactDatabase database, string said)
        {
            var log = await new ContactLog(database).Read(new LogFilter(), CancellationToken.None).ToListAsync();
            Assert.Equal(601, log.Count);
            Assert.Equal(2, log.Max(line => line.Attachments));
            Assert.Contains("does not end", said, StringComparison.Ordinal);
        }
    }

    /// <summary>Harvests with the real program; the most memory it had, in MB.</summary>
    private async Task<double> Harvest(string accounts, int status, Func<ContactDatabase, string, Task>? check = null)
    {
        await using var company = await TestCompany.Open();
        var folder = TheProgram.Configuration(company, accounts);
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), server.Authority.Pem);
        using var program = TheProgram.Start(["sync", "--config", folder, "--format", "json"]);
        var said = program.StandardError.ReadToEndAsync();
        var output = program.StandardOutput.ReadToEndAsync();
        var peak = 0.0;
        while (!program.HasExited)
        {
            peak = Math.Max(peak, Peak(program));
            await Task.Delay(10);
        }

        await output;
        Assert.True(status == program.ExitCode, await said);
        if (check is not null)
        {
            await using var database = await ContactDatabase.OpenSqlite(
                Path.Combine(folder, "data", "crmsync.db"), TimeProvider.System, CancellationToken.None);
            await check(database, await said);
        }

        return peak;
    }

    /// <summary>The kernel keeps the peak itself; it only has to be asked before the program is gone.</summary>
    private static double Peak(Process program)
    {
        try
        {
            var line = File.ReadLines($"/proc/{program.Id}/status")
                .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line["VmHWM:".Length..^"kB".Length], CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static string At(int port) => $"host: localhost\n  port: {port}\n  ca: ca.pem\n  password: {MailboxServer.Password}";

    /// <summary>A server whose greeting never ends.</summary>
    private sealed class EndlessServer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly Task serving;

        public EndlessServer()
        {
            listener.Start();
            serving = Serve();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public long Sent { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Stop();
            await serving;
            stop.Dispose();
        }

        private async Task Serve()
        {
            var piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var client = await listener.AcceptTcpClientAsync(stop.Token);
                    await client.GetStream().WriteAsync("* OK "u8.ToArray(), stop.Token);
                    while (true)
                    {
                        await client.GetStream().WriteAsync(piece, stop.Token);
                        Sent += piece.Length;
                    }
                }
                catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
                {
                    // The client has had enough, or the test is over.
                }
            }
        }
    }
}

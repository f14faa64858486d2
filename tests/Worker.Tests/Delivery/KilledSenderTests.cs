using System.Diagnostics;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Tests.Cli;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>
/// The real program is killed (SIGKILL) while it sends 200 digests, at every step of a mail; the next one goes on, and each reader has
/// exactly one in the end.
/// </summary>
public sealed class KilledSenderTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Readers = 200;
    private static readonly Instant Morning = Instant.FromUtc(2026, 3, 4, 8, 45);

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-killed-").FullName;
    private readonly FakeSmtpServer server = new();
    private int copies;

    public async Task InitializeAsync()
    {
        var mails = Directory.CreateDirectory(Path.Combine(folder, "mail"));
        for (var i = 0; i < Readers; i++)
        {
            File.WriteAllText(
                Path.Combine(mails.FullName, $"{i}.eml"),
                $"From: Jo <jo@c{i}.example>\r\nTo: hello@bright.example\r\nSubject: Sign {i}\r\nDate: Mon, 02 Mar 2026 10:00:00 "
                    + $"+0000\r\nMessage-ID: <{i}@c{i}.example>\r\n\r\nWhen will it be ready?\r\n"
            );
        }

        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(folder, "commands", part));

        var names = Enumerable.Range(0, Readers).Select(i => $"p{i}").ToList();
        File.WriteAllText(
            Path.Combine(folder, "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [bright.example] }
            defaults: { calendar: office, owner: p0 }
            calendars: { office: { zone: UTC, hours: { mon-fri: "09:00-17:00" } } }
            people:
            {{string.Concat(names.Select(name => $"  {name}: {{ email: {name}@bright.example }}\n"))}}
            assign:
            {{string.Concat(names.Select((name, i) => $"  - {{ when: {{ domain: c{i}.example }}, owner: {name} }}\n"))}}
            rules: [ { respond: answer, within: 4bh } ]
            digests: [ { digest: my-day, to: owners, at: "08:30" } ]

            """);
        Configure($"smtp: {{ host: 127.0.0.1, port: {server.Port}, tls: none }}");
        server.OnTaken = mail =>
        {
            var name = $"{1_770_000_000 + Interlocked.Increment(ref copies)}.M1P1.test";
            return File.WriteAllBytesAsync(Path.Combine(folder, "commands", "new", name), mail.Content);
        };

        await using var program = await TestProgram.Open(folder, Morning);
        await foreach (var done in program.Harvest.Run(program.Readable, Morning, null, default))
            Assert.Null(done.Problem);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Killed_at_every_step_of_SMTP_each_reader_has_exactly_one()
    {
        // The last one is killed a moment after the answer, while the ledger is written.
        string[] steps = ["MAIL", "RCPT", "DATA", "CONTENT", "CONTENT", "CONTENT+"];
        var random = new Random(11);
        var now = Morning;
        for (var life = 0; life < steps.Length; life++)
        {
            using var process = Start(now);
            KillAt(process, steps[life], random.Next(5, 30), random);
            await process.WaitForExitAsync();
            now += Duration.FromMinutes(20);
            await ReadCommands(now);
        }

        server.OnStep = null;
        using var last = Start(now);
        await last.WaitForExitAsync();
        Assert.Equal(0, last.ExitCode);
        AssertOneEach(server.Taken.Select(mail => mail.Recipients[0]));
    }

    [Fact]
    public async Task Killed_while_files_are_written_each_reader_has_exactly_one()
    {
        Configure("folder: out");
        var place = Path.Combine(folder, "out");
        var random = new Random(12);
        var now = Morning;
        for (var life = 0; life < 3; life++)
        {
            var goal = (life * 50) + random.Next(5, 40);
            using var process = Start(now);
            while (!process.HasExited && (!Directory.Exists(place) || Directory.GetFiles(place, "*.eml").Length < goal))
                await Task.Delay(1);

            process.Kill();
            await process.WaitForExitAsync();
            now += Duration.FromMinutes(20);
        }

        using var last = Start(now);
        await last.WaitForExitAsync();
        Assert.Equal(0, last.ExitCode);
        AssertOneEach(Directory.GetFiles(place, "*.eml").Select(file => MimeReader.Read(File.ReadAllBytes(file)).To[0].Address));
        Assert.Empty(Directory.GetFiles(place, "*.part"));
    }

    private void Configure(string way) => File.WriteAllText(
        Path.Combine(folder, "crmsync.yaml"),
        $$"""
        version: 1
        storage: { sqlite: crmsync.db }
        capture: { since: 2026-01-01 }
        accounts:
          - { eml: mail, address: hello@bright.example, name: hello }
          - { maildir: commands, address: crmsync@bright.example, name: commands }
        delivery:
          from: CrmSync <crmsync@bright.example>
          {{way}}
          commands: { address: crmsync@bright.example, secret: a-long-random-text-of-our-own }

        """);

    private Process Start(Instant now) =>
        TheProgram.Start(["digest", "--send", "--config", folder, "--now", InstantPattern.General.Format(now)]);

    /// <summary>Kills the program when a step has come for the n-th time.</summary>
    private void KillAt(Process process, string step, int times, Random random)
    {
        var left = times;
        var after = step.EndsWith('+') ? random.Next(0, 3) : -1;
        server.OnStep = async line =>
        {
            if (!line.StartsWith(step.TrimEnd('+'), StringComparison.Ordinal) || Interlocked.Decrement(ref left) != 0)
                return;

            if (after >= 0)
                _ = Task.Delay(after).ContinueWith(_ => process.Kill(), TaskScheduler.Default);
            else
                process.Kill();

            await Task.CompletedTask;
        };
    }

    private async Task ReadCommands(Instant now)
    {
        await using var program = await TestProgram.Open(folder, now);
        await foreach (var done in program.Harvest.Run([.. program.Readable.Where(a => a.Name == "commands")], now, null, default))
            Assert.Null(done.Problem);
    }

    private static void AssertOneEach(IEnumerable<string> got) =>
        Assert.Equal(
            Enumerable.Range(0, Readers).Select(i => $"p{i}@bright.example").Order(StringComparer.Ordinal),
            got.Order(StringComparer.Ordinal));
}

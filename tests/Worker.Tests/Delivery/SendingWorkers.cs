using System.Diagnostics;
using System.Globalization;
using System.Text;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Graph;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Delivery;

/// <summary>
/// Real programs that send the same mails from one PostgreSQL database: by SMTP, into a folder or through Microsoft 365. Every reader gets
/// one mail.
/// </summary>
internal sealed class SendingWorkers : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-workers-").FullName;
    private readonly string connectionString;
    private readonly List<Process> programs = [];
    private readonly List<string> fetched = [];
    private readonly int readers;
    private ContactDatabase database = null!;
    private CommandMailbox commands = null!;
    private TimeSpan passed;
    private FileSystemWatcher? watcher;

    private SendingWorkers(string connectionString, int readers) => (this.connectionString, this.readers) = (connectionString, readers);

    public FakeSmtpServer Smtp { get; } = new();

    public GraphTestService Graph { get; private set; } = null!;

    public DigestLedger Ledger => new(database);

    private string Out => Path.Combine(folder, "out");

    /// <param name="connectionString">Of an empty database.</param>
    /// <param name="way"><c>smtp</c>, <c>folder</c> or <c>graph</c>.</param>
    /// <param name="readers">How many have a mail waiting.</param>
    public static async Task<SendingWorkers> Open(string connectionString, string way, int readers)
    {
        var workers = new SendingWorkers(connectionString, readers) { Graph = await GraphTestService.Start() };
        workers.Graph.AddMailbox("crmsync@bright.example");
        workers.database = await ContactDatabase.OpenPostgres(connectionString, TimeProvider.System, default);
        workers.commands = await CommandMailbox.From(workers.database);
        workers.Configure(way);
        await workers.Keep(readers);
        return workers;
    }

    /// <summary>Starts a program that sends what is ready.</summary>
    /// <param name="clock">How wrong its clock is.</param>
    public Process Start(TimeSpan clock = default)
    {
        var now = Now + Duration.FromTimeSpan(clock);
        var program = TheProgram.Start(["digest", "--send", "--config", folder, "--now", InstantPattern.General.Format(now)]);
        programs.Add(program);
        program.OutputDataReceived += (_, _) => { };
        program.ErrorDataReceived += (_, _) => { };
        program.BeginOutputReadLine();
        program.BeginErrorReadLine();
        return program;
    }

    /// <summary>Starts one and waits until it is done.</summary>
    public async Task Send(TimeSpan clock = default)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        await Start(clock).WaitForExitAsync(patience.Token);
    }

    /// <summary>Stops a program as it stands (SIGSTOP), or lets it go on (SIGCONT).</summary>
    public static void Signal(Process program, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", program.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Time passes for the database and for programs started from now on; the command mailbox is read.</summary>
    public async Task Pass(TimeSpan time)
    {
        passed += time;
        await PostgresServer.ShiftTime(connectionString, passed);
        await commands.Harvest([.. Smtp.Taken.Where(IsCopied).Select(mail => (ReadOnlyMemory<byte>)mail.Content)], Now);
    }

    /// <summary>A system that fetches the files of the folder and removes them.</summary>
    public void Fetch()
    {
        if (!Directory.Exists(Out))
            return;

        foreach (var file in Directory.GetFiles(Out, "*.eml"))
        {
            fetched.Add(MimeReader.Read(File.ReadAllBytes(file)).To[0].Address);
            File.Delete(file);
        }
    }

    /// <summary>Tells when so many files of a name have appeared in the folder mails are put into, or beside it.</summary>
    public void Watch(string name, Action appeared, int times = 3)
    {
        var left = times;
        Directory.CreateDirectory(Path.Combine(Out, ".sent"));
        watcher = new FileSystemWatcher(Out, name) { IncludeSubdirectories = true };
        watcher.Created += (_, _) => Tell();
        watcher.Renamed += (_, _) => Tell();
        watcher.EnableRaisingEvents = true;

        void Tell()
        {
            if (Interlocked.Decrement(ref left) == 0)
                appeared();
        }
    }

    /// <summary>Whoever got mails, each as often as they got one.</summary>
    public IReadOnlyList<string> Delivered()
    {
        Fetch();
        var byGraph = Graph.Find("crmsync@bright.example")!.Messages.Select(message => message.Read.To[0].Address);
        return [.. fetched.Concat(Smtp.Taken.Select(mail => mail.Recipients[0])).Concat(byGraph).Order(StringComparer.Ordinal)];
    }

    /// <summary>Everybody who has a mail coming.</summary>
    public IReadOnlyList<string> Expected() =>
        [.. Enumerable.Range(0, readers).Select(i => $"p{i}@bright.example").Order(StringComparer.Ordinal)];

    /// <summary>How many programs have sent something.</summary>
    public async Task<int> CountSenders() =>
        int.Parse(
            await PostgresServer.Ask(connectionString, "select count(distinct claimed_by) from digest where state = 3"),
            CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var program in programs)
        {
            if (!program.HasExited)
                program.Kill();

            program.Dispose();
        }

        watcher?.Dispose();
        await database.DisposeAsync();
        await Smtp.DisposeAsync();
        await Graph.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Instant Now => SystemClock.Instance.GetCurrentInstant() + Duration.FromTimeSpan(passed);

    private static bool IsCopied(TakenMail mail) => mail.Recipients.Contains("crmsync@bright.example");

    private void Configure(string way)
    {
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(folder, "commands", part));

        var graph = $$"""
            { graph: contoso, tenant: {{GraphTestService.Tenant}}, client_id: 22222222-2222-3333-4444-555555555555,
                client_secret: {{GraphTestService.Secret}}, endpoint: "{{Graph.Address}}", authority: "{{Graph.Address}}",
                mailboxes: [nobody@bright.example] }
            """;
        var delivery = way switch
        {
            "smtp" => $"smtp: {{ host: 127.0.0.1, port: {Smtp.Port}, tls: none }}",
            "graph" => "graph: { account: contoso }",
            _ => "folder: out",
        };
        File.WriteAllText(
            Path.Combine(folder, "crmsync.yaml"),
            $$"""
            version: 1
            storage: { postgres: "{{connectionString}}" }
            accounts:
              - { maildir: commands, address: crmsync@bright.example, name: commands }
              - {{graph}}
            delivery:
              from: CrmSync <crmsync@bright.example>
              {{delivery}}
              commands: { address: crmsync@bright.example, secret: a-long-random-text-of-our-own }

            """);
        File.WriteAllText(
            Path.Combine(folder, "policy.yaml"),
            $$"""
            version: 1
            us: { domains: [bright.example] }
            defaults: { calendar: office, owner: p0 }
            calendars: { office: { zone: UTC, hours: { mon-fri: "09:00-17:00" } } }
            people:
            {{string.Concat(Enumerable.Range(0, readers).Select(i => $"  p{i}: {{ email: p{i}@bright.example }}\n"))}}
            rules: [ { respond: answer, within: 4bh } ]

            """);
    }

    private async Task Keep(int mails)
    {
        var due = Now - Duration.FromMinutes(1);
        var occasion = LocalDatePattern.Iso.Format(due.InUtc().Date);
        for (var i = 0; i < mails; i++)
        {
            var id = $"digest-{i:000}@bright.example";
            var date = due.InUtc().ToString("ddd, dd MMM uuuu HH:mm:ss", CultureInfo.InvariantCulture);
            var text = $"From: CrmSync <crmsync@bright.example>\r\nTo: p{i}@bright.example\r\nMessage-ID: <{id}>\r\nX-CrmSync: digest\r\n"
                + $"Date: {date} +0000\r\nSubject: My day {i}\r\n\r\nHello\r\n";
            await Ledger.Plan(new PlannedMail(id, "my-day", $"p{i}", occasion, due), due, default);
            await Ledger.KeepBytes(id, Encoding.ASCII.GetBytes(text), [], due, default);
        }
    }
}

using CrmSync.Worker.Configuration;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Tests.Harvest;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>A company with one mailbox of files, and what the running worker is made of, rung by hand.</summary>
internal sealed class RunningCompany : IAsyncDisposable
{
    public const string Policy =
        """
        version: 1
        us: { domains: [us.example] }
        defaults: { calendar: office, owner: ana }
        calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } } }
        people: { ana: { email: ana@us.example } }
        rules: [ { respond: reply, within: 4bh } ]
        digests: [ { digest: my-day, to: owners, at: "08:00" }, { digest: the-firm, to: [ana], at: "08:00", sections: [health] } ]

        """;

    private readonly TestCompany company;
    private int edits;

    private RunningCompany(TestCompany company) => this.company = company;

    public TestProgram Program { get; private set; } = null!;

    public PolicyStart Start { get; private set; } = null!;

    public PolicyAtWork AtWork { get; private set; } = null!;

    public PolicyFileWatch Watch { get; private set; } = null!;

    /// <summary>What the worker said.</summary>
    public List<string> Said { get; } = [];

    public static async Task<RunningCompany> Open(
        string accounts = "  - { eml: ../mail/ana, address: ana@us.example, name: ana }",
        string since = "1990-01-01")
    {
        var running = new RunningCompany(await TestCompany.Open());
        running.Mail("first", TestCompany.MailText("Hinges", body: "When do they come?", id: "first@acme.example"));
        running.Configure(accounts, since);
        running.Write(Policy);
        await running.Begin();
        return running;
    }

    public string PathTo(params string[] parts) => company.PathTo(parts);

    public void Configure(string accounts, string since) => File.WriteAllText(
        company.PathTo("config", "crmsync.yaml"),
        $"version: 1\ncapture: {{ since: {since} }}\naccounts:\n{accounts}\ndelivery: {{ from: crmsync@us.example, folder: ../out }}\n");

    /// <summary>Writes the policy file, always with another time of change.</summary>
    public void Write(string policy)
    {
        var path = company.PathTo("config", "policy.yaml");
        File.WriteAllText(path, policy);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(++edits));
    }

    public void Mail(string name, string text) => File.WriteAllText(company.PathTo("mail", "ana", name + ".eml"), text);

    /// <summary>Starts the program, or starts it again after the configuration changed.</summary>
    public async Task Begin()
    {
        if (Program is not null)
            await Program.DisposeAsync();

        var folder = company.PathTo("config");
        var settings = ConfigurationFile.Read(folder).Configuration!;
        var (reload, outcome) = PolicyReload.Start(
            folder, date => new ReadingOptions(date, settings.Addresses, null), LastGoodPolicy.For(folder, settings), TestCompany.Monday);
        Program = await TestProgram.Open(new LoadedConfiguration(folder, settings, reload!.Current));
        Start = new PolicyStart(reload, outcome);
        AtWork = Make<PolicyAtWork>();
        Watch = Make<PolicyFileWatch>(
            Start,
            AtWork,
            new JobFailures(Program.Database, new Notebook<JobFailures>(Said)),
            new Notebook<PolicyFileWatch>(Said));
    }

    public async Task Harvest(Instant now)
    {
        await foreach (var done in Program.Harvest.Run(Program.Readable, now, null, default))
            Assert.Null(done.Problem);
    }

    private T Make<T>(params object[] parts) => ActivatorUtilities.CreateInstance<T>(Program.Part<IServiceProvider>(), parts);

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        await company.DisposeAsync();
    }

    private sealed class Notebook<T>(List<string> said) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => said.Add($"{formatter(state, exception)}{exception}");
    }
}

using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>A company whose mailboxes lie in a Graph of ours.</summary>
internal sealed class GraphCompany : IAsyncDisposable
{
    private GraphTenant? tenant;

    private GraphCompany(TestCompany company, GraphTestService service)
    {
        Company = company;
        Service = service;
    }

    public TestCompany Company { get; }

    public GraphTestService Service { get; }

    public string ClientSecret { get; set; } = GraphTestService.Secret;

    public string? Endpoint { get; set; }

    /// <summary>The limit of a filtered round, as the client knows it.</summary>
    public int MostInRound { get; set; } = 5000;

    /// <summary>Which folders and calendars are read.</summary>
    public GraphChoice Choice { get; set; } = GraphChoice.All;

    public GraphTenant Tenant => tenant ??= new GraphTenant(Account, SystemClock.Instance, TimeProvider.System, Impatient);

    /// <summary>Waits only where it is told to.</summary>
    public static GraphPatience Impatient { get; } =
        new()
        {
            FirstWait = Duration.FromMilliseconds(5),
            WhenBusy = Duration.FromMilliseconds(50),
            OneAnswer = Duration.FromSeconds(20),
        };

    public GraphAccount Account =>
        new(
            "contoso",
            Spot,
            GraphTestService.Tenant,
            "22222222-2222-3333-4444-555555555555",
            new GraphLogin.ClientSecret(new Secret(ClientSecret)))
        {
            Endpoint = new Uri(Endpoint ?? Service.Address),
            Authority = new Uri(Service.Address),
        };

    private static Spot Spot => new(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1);

    public static async Task<GraphCompany> Open(string domain = "us.example", Domain.Company.Privacy? privacy = null) =>
        new(await TestCompany.Open(domain, privacy), await GraphTestService.Start());

    /// <summary>A program that starts anew knows nothing but the database.</summary>
    public void Restart()
    {
        tenant?.Dispose();
        tenant = null;
    }

    public ISource Source(GraphTestMailbox mailbox, Instant? now = null)
    {
        var name = $"graph:{mailbox.Address}";
        var line = Tenant.LineTo(mailbox.Address);
        var at = now ?? TestCompany.Monday;
        var calendars = new GraphCalendars(line, mailbox.Address, name, Address(mailbox.Address), Choice, Company.Since, at);
        return new GraphMailboxSource(name, mailbox.Address, line, Company.Since, SystemClock.Instance, Choice, calendars)
        {
            MostInRound = MostInRound,
        };
    }

    public Task<HarvestSummary> Harvest(GraphTestMailbox mailbox, string? name = null, Instant? now = null) =>
        Company.Harvest(name ?? $"graph:{mailbox.Address}", Source(mailbox, now), now);

    public async ValueTask DisposeAsync()
    {
        tenant?.Dispose();
        await Service.DisposeAsync();
        await Company.DisposeAsync();
    }

    public static EmailAddress Address(string text) => EmailAddress.Parse(text);
}

using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Status;
using CrmSync.Worker.Telemetry;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Tests.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace CrmSync.Worker.Tests.Status;

public sealed class RoundPingTests
{
    private readonly SimulatedTime time = new(TestCompany.Monday);

    [Fact]
    public async Task A_round_that_finished_is_told_unless_a_loop_stands_still()
    {
        await using var monitor = new RequestCollector();
        var loops = new Loops(time);
        loops.NoteRound("policy files", TimeSpan.FromMinutes(1));
        using var ping = Ping(monitor.Place + "/round", loops);
        await ping.Send(default);
        Assert.Equal("/round", Assert.Single(monitor.Requests).Path);

        time.Pass(TimeSpan.FromMinutes(2));
        await ping.Send(default);
        Assert.Single(monitor.Requests);
    }

    [Fact]
    public async Task A_monitor_that_is_away_or_refuses_stops_nothing()
    {
        await using var monitor = new RequestCollector { Status = 500 };
        using var ping = Ping(monitor.Place, new Loops(time));
        await ping.Send(default);
        await monitor.DisposeAsync();
        await ping.Send(default);
    }

    [Theory]
    [InlineData("ana", "ana")]
    [InlineData("imap:ana@us.example", "imap:ana.cae2")]
    [InlineData("imap:ana@them.example", "imap:ana.8410")]
    public void An_account_is_called_by_its_name_and_never_by_its_address(string name, string label) =>
        Assert.Equal(label, AccountLabel.From(name));

    private static RoundPing Ping(string address, Loops loops) => new(
        new CrmSyncConfiguration
        {
            Storage = new StorageChoice.Sqlite("unused"),
            Status = new StatusSettings("127.0.0.1", 0, null) { Ping = new Uri(address) },
        },
        loops,
        TimeProvider.System,
        NullLogger<RoundPing>.Instance);
}

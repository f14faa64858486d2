using System.Collections.Concurrent;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.Tests.Cli;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Install;

/// <summary>What the real program tells systemd over its socket.</summary>
public sealed class NotifyProtocol
{
    [Fact]
    public async Task The_worker_says_when_it_is_ready_that_it_lives_and_that_it_stops()
    {
        await using var company = await TestCompany.Open();
        File.WriteAllText(company.PathTo("mail", "ana", "one.eml"), TestCompany.MailText());
        var config = TheProgram.Configuration(company, "  - { eml: ../mail/ana, address: ana@us.example, name: ana }");
        var place = company.PathTo("notify.socket");
        var heard = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var listening = NotifySocket.Listen(place, heard, stop.Token);

        await using (var program = RunningProgram.Start(
            ["--config", config],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = place, ["WATCHDOG_USEC"] = "1000000" }))
        {
            await program.WaitFor(() => Task.FromResult(heard.Contains("READY=1") ? "" : null), "READY=1");
            await program.WaitFor(() => Task.FromResult(heard.Count(words => words == "WATCHDOG=1") > 2 ? "" : null), "WATCHDOG=1");
            Assert.DoesNotContain("STOPPING=1", heard);
            var (status, took) = await program.Stop();
            Assert.Equal(0, status);
            Assert.InRange(took.TotalSeconds, 0, 30);
        }

        Assert.Contains("STOPPING=1", heard);
        await stop.CancelAsync();
        await listening;
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("0", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("180000000", null, 90.0)]
    [InlineData("180000000", "1", null)]
    public void A_sign_of_life_is_given_twice_as_often_as_systemd_waits_for_it(string? longest, string? process, double? seconds) =>
        Assert.Equal(seconds, ServiceManager.Pause(longest, process)?.TotalSeconds);
}

using System.Diagnostics;
using System.Globalization;
using CrmSync.Worker.Tests.Delivery;
using NodaTime;
using Xunit.Abstractions;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// The real worker lives through four weeks of the sample company. Everybody is told what the story says they must be told, once, and
/// nobody is accused of what was done in time.
/// </summary>
public sealed class MonthTests(SharedDatabase shared, ITestOutputHelper output) : IClassFixture<SharedDatabase>
{
    /// <summary>With a shared database a month takes minutes; by default it ends after a few days.</summary>
    private static readonly LocalDate LastOnServer =
        Environment.GetEnvironmentVariable("CRMSYNC_TEST_ROUNDS") is null ? MonthStory.First.PlusDays(1) : MonthStory.Last;

    [Fact]
    public async Task One_worker_on_a_file()
    {
        await using var company = new MonthCompany(MonthStory.Start);
        company.Configure("sqlite: data/crmsync.db");
        await Live(company, workers: 1, MonthStory.Last);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Workers_on_a_server(int workers)
    {
        var place = await shared.Server.NewDatabase();
        await using var company = new MonthCompany(MonthStory.Start)
        {
            DatabaseTime = await SharedTime.TakeOver(place, MonthStory.Start),
        };
        company.Configure($"postgres: \"{place}\"");
        await Live(company, workers, LastOnServer);
    }

    private async Task Live(MonthCompany company, int workers, LocalDate last)
    {
        var clock = Stopwatch.StartNew();
        var log = new WorkerLog(company.Time);
        var end = last.PlusDays(1).AtMidnight().InUtc().ToInstant();
        var all = new List<MonthWorker>();
        company.CatchUp();
        try
        {
            for (var i = 0; i < workers; i++)
                all.Add(await MonthWorker.Start(company.Folder, company.Time, company.Jobs, log));

            await company.Settle(all[0]);
            while (company.Time.Now < end)
            {
                await company.PassTo(Instant.Min(await all[0].Next(), company.Next ?? end));
                await company.Settle(all[0]);
            }
        }
        finally
        {
            foreach (var worker in all)
                await worker.DisposeAsync();
        }

        var (faults, checks) = new TheCheck(company.Received, MonthStory.First, last, late: 0).Run();
        var invariant = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(invariant, $"{workers} workers, {clock.Elapsed.TotalSeconds:0} s, {company.Jobs.Count} jobs"));
        output.WriteLine(string.Create(invariant, $"{company.Story.Delivered} mails in mailboxes, {company.Received.Count} to readers"));
        output.WriteLine(string.Create(invariant, $"{checks} checks"));
        foreach (var line in faults.Concat(company.Received.Select(mail => mail.ToString())).Concat(log.Lines))
            output.WriteLine(line);

        Assert.Empty(faults);
        Assert.Equal(0, company.LeftOutsideOfJobs);
    }
}

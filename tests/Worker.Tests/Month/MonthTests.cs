using System.Diagnostics;
using System.Globalization;
using CrmSync.Worker.Tests.Delivery;
using CrmSync.Worker.Tests.Jobs;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using NodaTime;
using Xunit.Abstractions;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// The real worker lives through four weeks of the sample company. Everybody is told what the story says they must be told, once, and
/// nobody is accused of what was done in time.
/// </summary>
public sealed class MonthTests(SharedDatabase shared, ITestOutputHelper output) : IClassFixture<SharedDatabase>, IDisposable
{
    private const int LongWait = 200;
    private const int MostWaits = 60_000;

    /// <summary>How many whole months with faults there are on each database; by default a few days of some.</summary>
    private static readonly int? Months = FromEnvironment("CRMSYNC_MONTHS");

    /// <summary>The seed of the first of them.</summary>
    private static readonly int FirstSeed = FromEnvironment("CRMSYNC_SEED") ?? 1;

    private static readonly Days Lived = Months is null ? Some(3) : Days.All;

    /// <summary>What readers get in those days when nothing goes wrong.</summary>
    private static readonly Lazy<Task<IReadOnlyList<MonthMail>>> WithoutFaults = new(LiveWithoutFaults);

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-month-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task One_worker_on_a_file()
    {
        var days = Days.All;
        await using var company = new MonthCompany(folder, new SimulatedTime(days.Start));
        company.Configure("sqlite: data/crmsync.db");
        await Live(company, workers: 1, days);
        ACheckThatSees(company.Received, days);
    }

    [Fact]
    public async Task A_mail_that_leaves_while_no_job_is_sending_is_noticed()
    {
        await using var company = new MonthCompany(folder, new SimulatedTime(Days.All.Start));
        using var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", company.Server.Port, SecureSocketOptions.None);
        using var mail = new MimeMessage(
            [new MailboxAddress("", "crmsync@bright.example")], [new MailboxAddress("", "ana@bright.example")], "Out", new TextPart());
        await client.SendAsync(mail);
        Assert.Equal(1, company.LeftOutsideOfJobs);

        company.IsSending = () => true;
        await client.SendAsync(mail);
        Assert.Equal(1, company.LeftOutsideOfJobs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Workers_on_a_server(int workers)
    {
        var days = Months is null ? Some(1) : Days.All;
        var place = await shared.Server.NewDatabase();
        await using var company = new MonthCompany(folder, new SimulatedTime(days.Start))
        {
            DatabaseTime = await SharedTime.TakeOver(place, days.Start),
        };
        company.Configure($"postgres: \"{place}\"");
        await Live(company, workers, days);
    }

    [Fact]
    public async Task One_worker_on_a_file_with_faults()
    {
        for (var seed = FirstSeed; seed < FirstSeed + (Months ?? 1); seed++)
            await LiveWithFaults(seed, workers: 1, place: null);
    }

    [Fact]
    public async Task Three_workers_on_a_server_with_faults()
    {
        for (var seed = FirstSeed; seed < FirstSeed + (Months ?? 1); seed++)
            await LiveWithFaults(seed, workers: 3, await shared.Server.NewDatabase());
    }

    /// <summary>A few days of the second week, in which much happens.</summary>
    private static Days Some(int count)
    {
        var first = MonthStory.First.PlusWeeks(1);
        return new Days(first, first.PlusDays(count - 1));
    }

    private static int? FromEnvironment(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    private async Task Live(MonthCompany company, int workers, Days days)
    {
        var clock = Stopwatch.StartNew();
        using var said = new StringWriter();
        var jobs = await Live(company, workers, days, said);
        Write($"{workers} workers, {jobs} jobs");
        Check(company, new TheCheck(company.Received, days, []), clock.Elapsed, [said.ToString()]);
    }

    private static async Task<int> Live(MonthCompany company, int workers, Days days, TextWriter said)
    {
        var jobs = new SendingJobs(_ => { });
        company.IsSending = () => jobs.AtWork > 0;
        using var log = new WorkerLog(company.Time, said);
        var all = new List<MonthWorker>();
        company.CatchUp();
        try
        {
            for (var i = 0; i < workers; i++)
                all.Add(await MonthWorker.Start(company.Story.Folder, company.Time, jobs, log));

            await Settle(company, all[0]);
            while (company.Time.Now < days.End)
            {
                await company.PassTo(Instant.Min(await all[0].Next(), company.Next ?? days.End));
                await Settle(company, all[0]);
            }
        }
        finally
        {
            foreach (var worker in all)
                await worker.DisposeAsync();
        }

        return jobs.Count;
    }

    private static async Task<IReadOnlyList<MonthMail>> LiveWithoutFaults()
    {
        var place = Directory.CreateTempSubdirectory("crmsync-month-").FullName;
        try
        {
            await using var company = new MonthCompany(place, new SimulatedTime(Lived.Start));
            company.Configure("sqlite: data/crmsync.db");
            await Live(company, workers: 1, Lived, TextWriter.Null);
            return company.Received;
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private async Task LiveWithFaults(int seed, int workers, string? place)
    {
        var usual = await WithoutFaults.Value;
        var clock = Stopwatch.StartNew();
        var random = new Random(seed);
        var home = Path.Combine(folder, seed.ToString(CultureInfo.InvariantCulture));
        var timeFile = home + ".time";
        using var time = new TimeInFile(timeFile, Lived.Start);
        await using var tims = new TimsMailbox(random);
        await using var company = new MonthCompany(home, time)
        {
            DatabaseTime = place is null ? null : await SharedTime.TakeOver(place, Lived.Start),
        };
        company.Configure(place is null ? "sqlite: data/crmsync.db" : $"postgres: \"{place}\"");
        tims.Move(company.Story, time.GetUtcNow);
        List<Fault> faults = [.. Fault.Choose(random, place is null ? Fault.OnFile : Fault.OnServer, Lived)];
        await using var month = new FaultyMonth(Lived, time, timeFile, company, tims, workers)
        {
            Cluster = place is null ? null : new ClusterView(place),
            DatabaseServer = shared.Server,
        };
        try
        {
            await month.Live(faults);
        }
        catch (Exception failure)
        {
            output.WriteLine(string.Join('\n', month.Said));
            throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
        }

        var kinds = faults.GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key).Select(kind => $"{kind.Count()} {kind.Key}");
        var same = new SameMails(usual, company.Received, faults);
        Write($"seed {seed}: {workers} workers on {(place is null ? "a file" : "a server")}");
        Write($"{faults.Count} faults: {string.Join(", ", kinds)}");
        Write($"{same.Lost.Count} lost, {same.Doubled.Count} doubled, {same.Different.Count} different");
        string[] differences = [.. same.Lost, .. same.Doubled, .. same.Different];
        Check(company, new TheCheck(company.Received, Lived, faults), clock.Elapsed, [.. differences, .. month.Said]);
        Assert.Empty(month.Stuck);
        Assert.Empty(differences);
    }

    private void Write(FormattableString words) => output.WriteLine(words.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits until everything that is due by now has been done. A little time passes when that takes long.</summary>
    private static async Task Settle(MonthCompany company, MonthWorker worker)
    {
        for (var waits = 1; !await worker.IsQuiet(); waits++)
        {
            if (waits > MostWaits)
                throw new TimeoutException(await worker.Plan());

            await Task.Delay(1);
            if (waits % LongWait == 0)
                await company.PassTo(company.Time.Now + Duration.FromMilliseconds(200));
        }
    }

    /// <summary>Without one of the mails something would be missing, and with one twice that would be told.</summary>
    private static void ACheckThatSees(IReadOnlyList<MonthMail> received, Days days)
    {
        Assert.All(received, mail => Assert.NotEmpty(new TheCheck([.. received, mail], days, []).Run().Faults));
        Assert.InRange(received.Count(mail => new TheCheck([.. received.Except([mail])], days, []).Run().Faults.Count > 0), 40, 400);
    }

    private void Check(MonthCompany company, TheCheck check, TimeSpan took, IEnumerable<string> said)
    {
        var (faults, checks) = check.Run();
        Write($"until {company.Time.Now}, {took.TotalSeconds:0} s, {checks} checks");
        Write($"{company.Story.Delivered} mails, {company.Received.Count} of them to our readers");
        foreach (var line in faults.Concat(company.Received.Select(mail => mail.ToString())).Concat(said))
            output.WriteLine(line);

        Assert.Empty(faults);
        Assert.Equal(0, company.LeftOutsideOfJobs);
    }
}

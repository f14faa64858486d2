using System.Globalization;
using CrmSync.Fixtures.Servers;
using NodaTime;
using Npgsql;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// A month in which things go wrong: workers in processes of their own, which are killed, stopped and started again, on a file or on a
/// shared database.
/// </summary>
/// <param name="days">The days.</param>
/// <param name="time">The time, which the workers share.</param>
/// <param name="timeFile">Its file.</param>
/// <param name="company">The company.</param>
/// <param name="tims">Tim's mailbox.</param>
/// <param name="workers">How many workers there are.</param>
internal sealed class FaultyMonth(
    Days days, TimeInFile time, string timeFile, MonthCompany company, TimsMailbox tims, int workers) : IAsyncDisposable
{
    /// <summary>After so many questions work takes its time.</summary>
    private const int ManyQuestions = 50;

    private const int MostQuestions = 6000;

    /// <summary>How often workers are seen asleep before they are believed to wait.</summary>
    private const int LongSleep = 5;

    private const int MostLooks = 20;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly WorkerProcess?[] running = new WorkerProcess?[workers];
    private readonly List<string> said = [];
    private readonly Lock gate = new();
    private readonly List<Fault> active = [];
    private bool isDatabaseAway;

    /// <summary>The shared database; null with a file.</summary>
    public ClusterView? Cluster { get; init; }

    /// <summary>The server of the shared database.</summary>
    public PostgresServer? DatabaseServer { get; init; }

    /// <summary>What was said and done, in order.</summary>
    public IReadOnlyList<string> Said
    {
        get
        {
            lock (said)
                return [.. said];
        }
    }

    /// <summary>Jobs that will never run again by themselves.</summary>
    public IReadOnlyList<string> Stuck { get; private set; } = [];

    /// <summary>Lives through the days with their faults.</summary>
    public async Task Live(IReadOnlyList<Fault> faults)
    {
        company.IsSending = () => running.Any(worker => worker is not null && time.IsSending(worker.Number));
        company.CatchUp();
        for (var number = 0; number < workers; number++)
            await Start(number);

        var waiting = new Queue<Fault>(faults);
        var next = await Settle();
        while (time.Now < days.End)
        {
            var moments = new[] { company.Next, next, waiting.TryPeek(out var first) ? first.From : null, days.End }
                .Concat(active.Select(fault => (Instant?)fault.Until));
            await Pass(moments.OfType<Instant>().Min());
            foreach (var over in active.Where(fault => fault.Until <= time.Now).ToList())
            {
                // What has not struck by now no longer does.
                lock (gate)
                    active.Remove(over);

                await End(over);
            }

            if (waiting.TryPeek(out var fault) && fault.From <= time.Now)
            {
                lock (gate)
                    active.Add(waiting.Dequeue());

                await Begin(fault);
            }

            next = await Settle();
        }

        Stuck = Cluster is null ? [] : await Cluster.Stuck();
    }

    public async ValueTask DisposeAsync()
    {
        var all = running.OfType<WorkerProcess>().ToList();
        foreach (var worker in all)
            worker.AskToStop();

        // Whatever they wait for takes time.
        for (var waits = 0; waits < 600 && all.Exists(worker => !worker.HasEnded); waits++)
        {
            await Task.Delay(10 * Look);
            await Pass(time.Now + Duration.FromSeconds(1));
        }

        foreach (var worker in all)
            worker.Dispose();

        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }

    private async Task Start(int number)
    {
        running[number] = await WorkerProcess.Start(company.Story.Folder, timeFile, days.Start, number, Note);
        if (running[number] is null)
            Note($"{number}: could not be started");
    }

    private async Task Pass(Instant moment)
    {
        if (isDatabaseAway)
        {
            time.PassTo(Instant.Max(moment, time.Now + Duration.FromMilliseconds(1)));
            company.CatchUp();
        }
        else
        {
            await company.PassTo(moment);
        }

        foreach (var worker in running.OfType<WorkerProcess>())
            worker.Tell();
    }

    /// <summary>Waits until everything that is due has been done by the workers that can; gives when something is due next.</summary>
    private async Task<Instant?> Settle()
    {
        if (isDatabaseAway)
        {
            await Task.Delay(10 * Look);
            return time.Now + Duration.FromMinutes(1);
        }

        for (var asked = 1; asked < MostQuestions; asked++)
        {
            var able = running.OfType<WorkerProcess>().Where(worker => !worker.IsPaused && !worker.HasEnded).ToList();
            if (able.Count == 0)
                return null;

            var next = Cluster is null
                ? await able[0].AskIfQuiet()
                : await Cluster.NextIfQuiet(time.Now, [.. able.Select(worker => worker.Instance)]);
            if (next is not null)
                return next;

            if (asked < ManyQuestions)
                await Task.Delay(1);
            else
                await Pass(time.Now + Duration.FromSeconds(await DoNothing(able) ? 5 : 0.2));
        }

        throw new TimeoutException($"{time.Now}: {(Cluster is null ? "the worker" : await Cluster.Plan())} does not come to rest");
    }

    /// <summary>
    /// Whether workers, which are left alone for a while, wait for time to pass, for a server or for one that is not able: no thread of
    /// theirs works, or would if it could.
    /// </summary>
    private static async Task<bool> DoNothing(List<WorkerProcess> workers)
    {
        var asleep = 0;
        for (var looks = 0; looks < MostLooks && asleep < LongSleep; looks++)
        {
            await Task.Delay(Look);
            asleep = workers.TrueForAll(worker => worker.IsAsleep()) ? asleep + 1 : 0;
        }

        return asleep == LongSleep;
    }

    private async Task Begin(Fault fault)
    {
        var worker = running[fault.Draw % workers];
        Note(string.Create(CultureInfo.InvariantCulture, $"{time.Now} {fault.Kind} until {fault.Until}, {fault.Draw % workers}"));
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                AtSomePoint(fault, () => Kill(worker));
                break;
            case FaultKind.Pause:
                AtSomePoint(fault, () => worker?.Pause());
                break;
            case FaultKind.Clock:
                worker?.Step(ClockError(fault) - worker.ClockError);
                break;
            case FaultKind.SendingRefused:
                company.Server.On("AUTH", "535 5.7.8 not today");
                break;
            case FaultKind.SendingCut:
                var (command, answer) = SendingCut(fault);
                company.Server.On(command, answer);
                break;
            case FaultKind.ReadingRefused:
                tims.IsRefused = true;
                break;
            case FaultKind.ReadingCut:
                tims.IsCut = true;
                break;
            case FaultKind.FullDisk:
                worker?.LimitFiles(new FileInfo(Path.Combine(company.Story.Folder, "data", "crmsync.db")).Length);
                break;
            case FaultKind.DatabaseCut:
                await Cluster!.CutConnections();
                break;
            case FaultKind.DatabaseRestart:
                isDatabaseAway = true;
                NpgsqlConnection.ClearAllPools();
                await DatabaseServer!.Stop();
                break;
        }
    }

    private async Task End(Fault fault)
    {
        var number = fault.Draw % workers;
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                company.Server.OnStep = null;
                if (running[number] is { } killed)
                {
                    Kill(killed);
                    killed.Dispose();
                }

                await Start(number);
                break;
            case FaultKind.Pause:
                company.Server.OnStep = null;
                if (running[number] is { IsPaused: true } paused)
                    paused.GoOn();

                break;
            case FaultKind.Clock when Cluster is null:
                running[number]?.Step(-running[number]!.ClockError);
                break;
            case FaultKind.SendingRefused:
                company.Server.On("AUTH", "ok");
                break;
            case FaultKind.SendingCut:
                company.Server.On(SendingCut(fault).Command, "ok");
                break;
            case FaultKind.ReadingRefused:
                tims.IsRefused = false;
                break;
            case FaultKind.ReadingCut:
                tims.IsCut = false;
                break;
            case FaultKind.FullDisk:
                running[number]?.LimitFiles(null);
                break;
            case FaultKind.DatabaseCut:
                await Cluster!.CutConnections();
                break;
            case FaultKind.DatabaseRestart:
                await DatabaseServer!.StartAgain();
                isDatabaseAway = false;
                break;
        }

        // Whoever looks after the installation starts again what has ended.
        for (var i = 0; i < workers; i++)
        {
            if (running[i] is null or { HasEnded: true } && !active.Exists(one => one.Kind == FaultKind.Kill && one.Draw % workers == i))
                await Start(i);
        }
    }

    private void Kill(WorkerProcess? worker)
    {
        if (worker is null or { HasEnded: true })
            return;

        worker.Kill();
        time.SetSending(worker.Number, 0);
    }

    /// <summary>At a step of a mail, or a moment after what is due now has begun.</summary>
    private void AtSomePoint(Fault fault, Action act)
    {
        string[] steps = ["EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "", "", ""];
        var step = steps[fault.Draw / 16 % steps.Length];
        if (step.Length == 0)
        {
            _ = Task.Delay(fault.Draw / 256 % 60).ContinueWith(_ => Strike(), TaskScheduler.Default);
            return;
        }

        var left = 1 + (fault.Draw / 256 % 2);
        company.Server.OnStep = line =>
        {
            if (line.StartsWith(step, StringComparison.Ordinal) && Interlocked.Decrement(ref left) == 0)
                Strike();

            return Task.CompletedTask;
        };

        void Strike()
        {
            lock (gate)
            {
                if (active.Contains(fault))
                    act();
            }
        }
    }

    /// <summary>With a shared database its time counts, and clocks may be wrong by hours; otherwise the clock is all there is.</summary>
    private TimeSpan ClockError(Fault fault) =>
        Cluster is null ? TimeSpan.FromSeconds((fault.Draw % 240) - 120) : TimeSpan.FromMinutes((fault.Draw % 600) - 300);

    private static (string Command, string Answer) SendingCut(Fault fault) => (fault.Draw % 5) switch
    {
        0 => ("MAIL", "CUT"),
        1 => ("RCPT", "CUT"),
        2 => ("DATA", "CUT"),
        3 => ("CONTENT", "CUT"),
        _ => ("CONTENT", "TAKE CUT"),
    };

    private void Note(string words)
    {
        lock (said)
            said.Add(words);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using CrmSync.Worker.Tests.Delivery;
using CrmSync.Worker.Tests.Jobs;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Month;

/// <summary>A worker of the month in a process of its own (<see cref="MonthProgram"/>).</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly Channel<string> heard = Channel.CreateUnbounded<string>();
    private int questions;
    private volatile bool isPaused;

    private WorkerProcess(Process process, int number) => (this.process, Number) = (process, number);

    /// <summary>Its number among the workers.</summary>
    public int Number { get; }

    /// <summary>What Quartz calls it in the cluster.</summary>
    public string Instance { get; private set; } = "";

    public bool IsPaused => isPaused;

    public bool HasEnded => process.HasExited;

    /// <summary>How wrong its clock is.</summary>
    public TimeSpan ClockError { get; private set; }

    /// <summary>Starts one and waits until it is at work; null when it ended instead.</summary>
    /// <param name="folder">Its configuration.</param>
    /// <param name="timeFile">The time.</param>
    /// <param name="start">The beginning of the time.</param>
    /// <param name="number">Its number.</param>
    /// <param name="said">Told what it says on standard error.</param>
    public static async Task<WorkerProcess?> Start(string folder, string timeFile, Instant start, int number, Action<string> said)
    {
        // What is written beyond a limit on the size of files is to fail, and not to kill.
        var program = Path.Combine(AppContext.BaseDirectory, "CrmSync.Worker.Tests.dll");
        var info = new ProcessStartInfo("sh", ["-c", "trap '' XFSZ; exec dotnet \"$@\"", "sh", program, folder, timeFile])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        info.ArgumentList.Add(InstantPattern.ExtendedIso.Format(start));
        info.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        var worker = new WorkerProcess(Process.Start(info)!, number);
        worker.process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } words)
                said($"{number}: {words}");
        };
        worker.process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } words)
                worker.heard.Writer.TryWrite(words);
            else
                worker.heard.Writer.Complete();
        };
        worker.process.BeginErrorReadLine();
        worker.process.BeginOutputReadLine();
        using var patience = new CancellationTokenSource(Patience);
        if (!await worker.heard.Reader.WaitToReadAsync(patience.Token))
            return null;

        worker.Instance = (await worker.heard.Reader.ReadAsync(patience.Token)).Split(' ')[1];
        return worker;
    }

    /// <summary>Tells it that time has passed; one that is stopped or has ended does not notice.</summary>
    public void Tell() => Say("passed");

    /// <summary>Sets its clock.</summary>
    public void Step(TimeSpan by)
    {
        ClockError += by;
        Say(string.Create(CultureInfo.InvariantCulture, $"step {(long)by.TotalSeconds}"));
    }

    /// <summary>When its next job is due; null while something is to be done now, or when it cannot answer.</summary>
    public async Task<Instant?> AskIfQuiet()
    {
        var question = string.Create(CultureInfo.InvariantCulture, $"{++questions}");
        Say($"quiet {question}");
        while (!IsPaused && !HasEnded)
        {
            using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            try
            {
                // What it says late answers an earlier question: it was stopped in between.
                if ((await heard.Reader.ReadAsync(moment.Token)).Split(' ') is [var answered, var next] && answered == question)
                    return next == "busy" ? null : InstantPattern.ExtendedIso.Parse(next).Value;
            }
            catch (Exception nothing) when (nothing is OperationCanceledException or ChannelClosedException)
            {
                // It takes its time, or has ended.
            }
        }

        return null;
    }

    /// <summary>Whether nothing of it works or would if it could: it waits for a server, or for time to pass.</summary>
    public bool IsAsleep() => BusyThreads.Count(process.Id) == 0;

    public void Pause()
    {
        isPaused = true;
        SendingWorkers.Signal(process, "STOP");
    }

    public void GoOn()
    {
        isPaused = false;
        SendingWorkers.Signal(process, "CONT");
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Lets no file it writes grow beyond a size, as on a disk that is full; null: as before.</summary>
    public void LimitFiles(long? bytes)
    {
        var limit = bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
        using var set = Process.Start(
            "prlimit", ["--pid", process.Id.ToString(CultureInfo.InvariantCulture), $"--fsize={limit}:unlimited"]);
        set.WaitForExit();
    }

    /// <summary>Asks it to stop as on SIGTERM.</summary>
    public void AskToStop()
    {
        if (IsPaused)
            GoOn();

        Say("stop");
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();

        process.Dispose();
    }

    private void Say(string words)
    {
        try
        {
            process.StandardInput.WriteLine(words);
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended.
        }
    }
}

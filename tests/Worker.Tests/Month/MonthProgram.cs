using System.Globalization;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// A worker of the month as a process of its own, which can be killed and stopped. It is told on standard input that time has passed
/// (<c>passed</c>), that its clock is set (<c>step SECONDS</c>), to say when its next job is due if nothing is to be done now
/// (<c>quiet NUMBER</c>), and to stop (<c>stop</c>).
/// </summary>
internal static class MonthProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        var (folder, start, number) = (
            arguments[0], InstantPattern.ExtendedIso.Parse(arguments[2]).Value, int.Parse(arguments[3], CultureInfo.InvariantCulture));
        using var time = new TimeInFile(arguments[1], start);
        using var log = new WorkerLog(time, Console.Error);
        var worker = await MonthWorker.Start(folder, time, new SendingJobs(jobs => time.SetSending(number, jobs)), log);
        await Say($"ready {worker.Instance}");
        while (true)
        {
            switch ((await Console.In.ReadLineAsync())?.Split(' '))
            {
                case null:
                    // Whoever lets time pass has ended.
                    return 1;
                case ["stop"]:
                    return await Stop(worker, time);
                case ["passed"]:
                    time.Follow();
                    break;
                case ["step", var seconds]:
                    time.Step(TimeSpan.FromSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)));
                    break;
                case ["quiet", var question]:
                    var isQuiet = await worker.IsQuiet();
                    await Say($"{question} {(isQuiet ? InstantPattern.ExtendedIso.Format(await worker.Next()) : "busy")}");
                    break;
            }
        }
    }

    /// <summary>Time goes on until it has stopped.</summary>
    private static async Task<int> Stop(MonthWorker worker, TimeInFile time)
    {
        var stopping = worker.DisposeAsync().AsTask();
        while (await Task.WhenAny(stopping, Task.Delay(10)) != stopping)
            time.Follow();

        await stopping;
        return 0;
    }

    private static async Task Say(string words)
    {
        await Console.Out.WriteLineAsync(words);
        await Console.Out.FlushAsync();
    }
}

using CrmSync.Worker.Harvest;
using Spectre.Console;

namespace CrmSync.Worker.Cli;

/// <summary>Progress bars of a harvest, on standard error and only when that is a terminal.</summary>
internal sealed class HarvestBars : IProgress<HarvestProgress>, IDisposable
{
    private readonly Dictionary<string, ProgressTask> bars = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource finished = new();
    private readonly Task drawing;
    private ProgressContext? context;

    private HarvestBars()
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                // The terminal itself: what draws on it steers it on purpose.
                Out = new AnsiConsoleOutput(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }),
                Ansi = AnsiSupport.Yes,
                Interactive = InteractionSupport.Yes,
                ColorSystem = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
                    ? ColorSystemSupport.Detect
                    : ColorSystemSupport.NoColors,
            });
        var started = new TaskCompletionSource();
        drawing = console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .AutoClear(true)
            .StartAsync(async drawn =>
            {
                context = drawn;
                started.SetResult();
                await finished.Task;
            });
        started.Task.Wait();
    }

    /// <summary>The bars, or null where nobody would see them.</summary>
    public static HarvestBars? OnTerminal(int accounts) => Console.IsErrorRedirected || accounts == 0 ? null : new HarvestBars();

    public void Report(HarvestProgress value)
    {
        lock (bars)
        {
            if (!bars.TryGetValue(value.Account, out var bar))
                bars.Add(value.Account, bar = context!.AddTask(Markup.Escape(value.Account)));

            bar.MaxValue = Math.Max(1, value.Found);
            bar.Value = value.Done;
        }
    }

    public void Dispose()
    {
        foreach (var bar in bars.Values)
            bar.StopTask();

        finished.TrySetResult();
        drawing.Wait();
    }
}

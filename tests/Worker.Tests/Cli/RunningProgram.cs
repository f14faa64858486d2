using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace CrmSync.Worker.Tests.Cli;

/// <summary>The real program with <c>run</c>, and what it says meanwhile.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process process;
    private readonly ConcurrentQueue<string> said = new();

    private RunningProgram(Process process) => this.process = process;

    /// <summary>What it said on standard error so far, line by line.</summary>
    public IReadOnlyList<string> Said => [.. said];

    /// <summary>Its number.</summary>
    public int Id => process.Id;

    public static RunningProgram Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = new RunningProgram(TheProgram.Start(["run", .. arguments], environment: environment));
        program.process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } words)
                program.said.Enqueue(words);
        };
        program.process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Waits until it says something; gives the line.</summary>
    public Task<string> Hear(string words) => WaitFor(
        () => Task.FromResult(said.FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal))), words);

    /// <summary>Waits until something is there.</summary>
    public async Task<T> WaitFor<T>(Func<Task<T?>> look, string what)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            if (await look() is { } found)
                return found;

            Assert.False(process.HasExited, $"the program ended before: {what}\n{string.Join('\n', said)}");
            await Task.Delay(100);
        }

        throw new TimeoutException($"{what}\n{string.Join('\n', said)}");
    }

    /// <summary>Asks it to stop as an operator does; gives its exit status and how long it took.</summary>
    public async Task<(int Status, TimeSpan Took)> Stop()
    {
        var began = Stopwatch.GetTimestamp();
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return (process.ExitCode, Stopwatch.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);

        await process.WaitForExitAsync();
        process.Dispose();
    }
}

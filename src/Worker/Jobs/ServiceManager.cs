using System.Globalization;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Tells systemd how the worker is doing (sd_notify): that it is ready, that its loops turn, that it stops. A worker of which a loop stands
/// still gives no sign of life any more and is started again.
/// </summary>
internal sealed class ServiceManager(
    ISystemdNotifier notifier, Loops loops, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ServiceManager> log)
    : BackgroundService
{
    private static readonly ServiceState SignOfLife = new("WATCHDOG=1");

    /// <summary>Half of what systemd waits for a sign of life, as it advises; null where it waits for none.</summary>
    /// <param name="microseconds"><c>WATCHDOG_USEC</c>.</param>
    /// <param name="process"><c>WATCHDOG_PID</c>: of whom it is expected; null for whoever is there.</param>
    public static TimeSpan? Pause(string? microseconds, string? process) =>
        long.TryParse(microseconds, CultureInfo.InvariantCulture, out var longest)
        && longest > 0
        && (process is not { Length: > 0 } || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(longest) / 2
            : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var started = lifetime.ApplicationStarted.Register(() => notifier.Notify(ServiceState.Ready));
        await using var stopping = lifetime.ApplicationStopping.Register(() => notifier.Notify(ServiceState.Stopping));
        var pause = Pause(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"));
        try
        {
            if (pause is not { } each)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
                return;
            }

            using var timer = new PeriodicTimer(each, time);
            do
                TellOfLife();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends, and has told so.
        }
    }

    private void TellOfLife()
    {
        if (loops.Stalled() is { Count: > 0 } standing)
            log.LogError("no sign of life for systemd: {Problem}", string.Join("; ", standing));
        else
            notifier.Notify(SignOfLife);
    }
}

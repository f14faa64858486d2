using Microsoft.Extensions.Hosting;

namespace CrmSync.Worker.Status;

/// <summary>Asks for the figures of the database once a minute where they are sent by OTLP; whoever scrapes them asks by that.</summary>
internal sealed class FigureWatch(StateFigures figures, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            do
                await figures.Refresh(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }
}

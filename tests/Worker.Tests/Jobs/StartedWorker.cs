using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime.Extensions;

namespace CrmSync.Worker.Tests.Jobs;

/// <summary>The worker of a configuration folder, as <c>run</c> starts it, on a time of its own.</summary>
internal sealed class StartedWorker : IAsyncDisposable
{
    private readonly ContactDatabase database;
    private readonly IHost host;

    private StartedWorker(ContactDatabase database, IHost host) => (this.database, this.host) = (database, host);

    /// <summary>Whether it was asked to stop, or ended by itself.</summary>
    public bool IsStopping => Part<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

    public static async Task<StartedWorker> In(string folder, TimeProvider time, Action<IHostApplicationBuilder>? adjust = null)
    {
        var settings = ConfigurationFile.Read(folder).Configuration!;
        var (reload, outcome) = PolicyReload.Start(
            folder,
            date => new ReadingOptions(date, settings.Addresses, settings.Delivery?.Commands?.Address)
            {
                Accounts = settings.AccountsByName,
            },
            LastGoodPolicy.For(folder, settings),
            time.GetCurrentInstant());
        var opened = await CrmSyncProgram.OpenDatabase(settings.Storage, time, default);
        var agreed = await WorkerHost.AgreeOnTime(settings.Storage, opened, time, default);
        var loaded = new LoadedConfiguration(folder, settings, reload!.Current);
        var log = new LogSettings(LogStyle.Text, Verbose: false);
        var built = WorkerHost.Build(loaded, new PolicyStart(reload, outcome), opened, agreed, log, builder =>
        {
            builder.Logging.ClearProviders();
            adjust?.Invoke(builder);
        });
        await built.Services.GetRequiredService<LogDerivation>().DeriveWhatChanged(default);
        await built.Services.GetRequiredService<DeliveryHealth>().TryAtOnce(default);
        await built.StartAsync();
        return new StartedWorker(opened, built);
    }

    /// <summary>A part of the worker.</summary>
    public T Part<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Stops as on SIGTERM.</summary>
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        await database.DisposeAsync();
    }
}

using System.Data.Common;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NodaTime;
using Npgsql;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>The running worker: Quartz rings the jobs; on PostgreSQL several workers share the work through the same database.</summary>
internal static class WorkerHost
{
    private const int JobsAtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Runs until the process is asked to stop; work at hand ends at its next batch.</summary>
    public static async Task Run(
        LoadedConfiguration configuration,
        PolicyStart policy,
        ContactDatabase database,
        TimeProvider time,
        bool verbose,
        CancellationToken ct)
    {
        using var host = Build(configuration, policy, database, time, verbose);
        await host.Services.GetRequiredService<LogDerivation>().DeriveWhatChanged(ct);

        // Whoever starts the program may have put right why mails did not leave.
        await host.Services.GetRequiredService<DeliveryStanding>().TryAtOnce(ct);
        var atWork = host.Services.GetRequiredService<PolicyAtWork>();
        await host.RunAsync(ct);
        await atWork.Leave(CancellationToken.None);
    }

    private static IHost Build(
        LoadedConfiguration configuration,
        PolicyStart policy,
        ContactDatabase database,
        TimeProvider time,
        bool verbose)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "crmsync" });
        builder.Logging.SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information);
        builder.Logging.AddFilter("Quartz", verbose ? LogLevel.Information : LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        builder.Services.AddCrmSync(configuration, database, time);
        builder.Services.AddSingleton(policy);
        builder.Services.AddSingleton<PolicyAtWork>();
        builder.Services.AddSingleton<JobFailures>();
        builder.Services.AddTransient<HarvestJob>();
        builder.Services.AddTransient<PolicyJob>();
        builder.Services.AddTransient<RetainJob>();
        if (configuration.Settings.Status is { } status)
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<StatusServer>(services, status));

        builder.Services.AddHostedService<PolicyFileWatch>();
        builder.Services.AddQuartz(quartz => Store(quartz, configuration.Settings.Storage));
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        builder.Services.AddHostedService<Timetable>();

        return builder.Build();
    }

    /// <summary>In memory with SQLite, which one worker has to itself; in the database and clustered with PostgreSQL.</summary>
    private static void Store(IQuartzBuilder quartz, StorageChoice storage)
    {
        quartz.ConfigureScheduler(scheduler => scheduler.MaxBatchSize = 1);

        // Most jobs wait for a server.
        quartz.UseDefaultThreadPool(JobsAtOnce);
        if (storage is not StorageChoice.Postgres postgres)
            return;

        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres((DbProviderFactory)NpgsqlFactory.Instance, postgres.ConnectionString.Reveal());
            store.UseSystemTextJsonSerializer();
            store.UseClustering();
            store.ProvisionSchema();
        });
    }
}

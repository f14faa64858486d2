using System.Data.Common;
using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Pages;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Status;
using CrmSync.Worker.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using NodaTime;
using Npgsql;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>The running worker: Quartz rings the jobs; on PostgreSQL several workers share the work through the same database.</summary>
internal static class WorkerHost
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>Runs until the process is asked to stop; work at hand ends at its next batch.</summary>
    /// <exception cref="DatabaseUnusableException">The database went away under the worker.</exception>
    public static async Task Run(
        LoadedConfiguration configuration,
        PolicyStart policy,
        ContactDatabase database,
        TimeProvider time,
        LogSettings log,
        CancellationToken ct)
    {
        using var host = Build(configuration, policy, database, time, log);
        await host.Services.GetRequiredService<ErasedEntries>().LeaveOut(ct);
        await host.Services.GetRequiredService<ImportedPeople>().TakeOver(ct);
        await host.Services.GetRequiredService<LogDerivation>().DeriveWhatChanged(ct);
        await host.Services.GetRequiredService<KnownAbsences>().TakeIn(Instant.FromDateTimeOffset(time.GetUtcNow()), ct);

        var dispatch = host.Services.GetRequiredService<DigestDispatch>();
        await dispatch.Begin(ct);

        // Whoever starts the program may have put right why mails did not leave.
        await dispatch.TryAtOnce(ct);
        var end = host.Services.GetRequiredService<WorkerEnd>();
        await host.RunAsync(ct);
        if (end.Words is { } words)
            throw new DatabaseUnusableException(words);
    }

    /// <summary>The time a worker goes by: workers that share a database agree on it, whatever their own clocks say.</summary>
    /// <param name="storage">Where everything is kept.</param>
    /// <param name="database">The same, open.</param>
    /// <param name="machine">The time of the machine.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<TimeProvider> AgreeOnTime(
        StorageChoice storage, ContactDatabase database, TimeProvider machine, CancellationToken ct) =>
        storage is StorageChoice.Postgres ? await DatabaseTime.Ask(new DatabaseClock(database), machine, ct) : machine;

    /// <summary>The worker, not started yet.</summary>
    /// <param name="configuration">What the files say.</param>
    /// <param name="policy">How the worker came to its policy.</param>
    /// <param name="database">Open, and at the version of this program.</param>
    /// <param name="time">The time of everything in it, Quartz included.</param>
    /// <param name="log">How it is logged.</param>
    /// <param name="adjust">What is different for whoever does not run it as a program of its own.</param>
    public static IHost Build(
        LoadedConfiguration configuration,
        PolicyStart policy,
        ContactDatabase database,
        TimeProvider time,
        LogSettings log,
        Action<IHostApplicationBuilder>? adjust = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "crmsync" });
        Log(builder, log);

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        builder.Services.AddCrmSync(configuration, database, time);
        builder.Services.AddSingleton(policy);
        builder.Services.AddSingleton<PolicyAtWork>();
        builder.Services.AddSingleton<JobFailures>();
        builder.Services.AddSingleton<JobRunner>();
        builder.Services.AddSingleton<NotedWork>();
        builder.Services.AddSingleton<WorkerEnd>();
        builder.Services.AddTransient<HarvestJob>();
        builder.Services.AddTransient<PolicyJob>();
        builder.Services.AddTransient<RetainJob>();
        builder.Services.AddTransient<DirectoryJob>();
        builder.Services.AddTransient<SendJob>();
        builder.Services.AddSingleton<RoundPing>();
        builder.Services.AddSingleton<StateFigures>();
        builder.AddTelemetry(configuration.Settings.Status is not null, StateFigures.Name);
        if (TelemetryServices.IsSent)
            builder.Services.AddHostedService<FigureWatch>();

        if (configuration.Settings.Status is { PagesUrl: { } pages })
        {
            builder.Services.AddSingleton(parts => OpenPages(parts, pages));
            builder.Services.AddSingleton<FeedPages>();
            builder.Services.AddSingleton(parts => ActivatorUtilities.CreateInstance<FeedBook>(
                parts, pages, new ItemsReading(parts.GetRequiredService<UnitLook>().ReadAll)));
        }

        if (configuration.Settings.Status is { } status)
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<StatusServer>(services, status));

        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 })
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>().AddHostedService<ServiceManager>();

        builder.Services.AddHostedService<PolicyFileWatch>();
        if (configuration.Settings.Storage is StorageChoice.Sqlite)
            builder.Services.AddHostedService<DatabaseFileWatch>();

        builder.Services.AddQuartz(quartz => Store(quartz, configuration.Settings.Storage));
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        builder.Services.AddHostedService<Timetable>();
        if (time is DatabaseTime shared)
            builder.Services.AddHostedService(parts => ActivatorUtilities.CreateInstance<DatabaseTimeWatch>(parts, shared));

        adjust?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>The pages of readers, whose codes leave at once.</summary>
    private static ReaderPages OpenPages(IServiceProvider parts, Uri address) =>
        ActivatorUtilities.CreateInstance<ReaderPages>(
            parts,
            address,
            async (CancellationToken ct) =>
                await (await parts.GetRequiredService<ISchedulerFactory>().GetScheduler(ct)).TriggerJob(SendJob.Key, ct));

    private static void Log(HostApplicationBuilder builder, LogSettings log)
    {
        builder.Logging.SetMinimumLevel(log.Verbose ? LogLevel.Debug : LogLevel.Information);
        builder.Logging.AddFilter("Quartz", log.Verbose ? LogLevel.Information : LogLevel.Warning);

        // Of a database that is away it is told once it has given up, not at each attempt.
        builder.Logging.AddFilter("Quartz.Impl.AdoJobStore", log.Verbose ? LogLevel.Information : LogLevel.Error);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder
            .Logging.AddConsole(console =>
                console.FormatterName = log.Style == LogStyle.Json ? JsonLog.FormatterName : PlainLog.FormatterName)
            .AddConsoleFormatter<PlainLog, ConsoleFormatterOptions>()
            .AddConsoleFormatter<JsonLog, ConsoleFormatterOptions>();
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>In memory with SQLite, which one worker has to itself; in the database and clustered with PostgreSQL.</summary>
    private static void Store(IQuartzBuilder quartz, StorageChoice storage)
    {
        quartz.ConfigureScheduler(scheduler => scheduler.MaxBatchSize = 1);

        JobPlaces.Set(quartz);
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

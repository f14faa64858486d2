using System.Collections;
using System.Reflection;
using CrmSync.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CrmSync.Worker.Telemetry;

/// <summary>
/// Registers OpenTelemetry: metrics for whoever scrapes <c>/metrics</c>, and metrics and traces by OTLP where the environment names a
/// receiver. Without either nothing is measured.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>The variable of OpenTelemetry that names the receiver; the others of its kind are read as well.</summary>
    public const string Receiver = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>A receiver that does not answer must not keep the program from ending.</summary>
    private const int PatienceInMilliseconds = 3000;

    /// <summary>Whether the environment names a receiver.</summary>
    public static bool IsSent => Environment.GetEnvironmentVariable(Receiver) is { Length: > 0 };

    /// <summary>Adds it to a worker.</summary>
    /// <param name="builder">The worker.</param>
    /// <param name="isScraped">Whether metrics are served.</param>
    /// <param name="meters">The names of further meters.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, bool isScraped, params string[] meters)
    {
        if (!isScraped && !IsSent)
            return;

        // The worker takes nothing else from the environment by itself.
        builder.Configuration.AddInMemoryCollection(
            from variable in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            let name = (string)variable.Key
            where name.StartsWith("OTEL_", StringComparison.Ordinal)
            select new KeyValuePair<string, string?>(name, (string?)variable.Value));
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("crmsync", serviceVersion: Version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter([Meters.Name, StorageMeters.Name, "System.Runtime", .. meters]);
            if (isScraped)
                metrics.AddPrometheusExporter(prometheus =>
                {
                    prometheus.ScopeInfoEnabled = false;
                    prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
                });
            if (IsSent)
                metrics.AddOtlpExporter(Bound);
        });
        if (IsSent)
            telemetry.WithTracing(traces => traces.AddSource(Traces.Name).AddOtlpExporter(Bound));
    }

    private static string Version =>
        typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static void Bound(OtlpExporterOptions options)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TIMEOUT") is null)
            options.TimeoutMilliseconds = PatienceInMilliseconds;
    }
}

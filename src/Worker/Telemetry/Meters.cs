using System.Diagnostics.Metrics;
using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Telemetry;

/// <summary>What the program counts and measures while it works. Nothing here names a folder, a mail or an address.</summary>
internal static class Meters
{
    /// <summary>The meter of what happens; it belongs to the process, as its readers do.</summary>
    public const string Name = "CrmSync";

    private static readonly string[] Kinds = ["passing", "permanent"];

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Items =
        Meter.CreateCounter<long>("crmsync.items", null, "Items of mailboxes and calendars that were read, by what became of them.");

    private static readonly Counter<long> AccountFailures =
        Meter.CreateCounter<long>("crmsync.account.failures", null, "Readings of an account that failed, wholly or in part.");

    private static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("crmsync.failures", null, "Work of the program that failed as a whole.");

    private static readonly Histogram<double> HarvestTime = Seconds(
        "crmsync.harvest.duration", "How long one reading of an account took.");

    private static readonly Histogram<double> PolicyTime = Seconds(
        "crmsync.policy.duration", "How long one look at the policy took, with the writing of what was due.");

    private static readonly Gauge<long> PolicyItems =
        Meter.CreateGauge<long>("crmsync.policy.items", null, "Items of the policy at its last look, by state.");

    /// <summary>Counts what one reading of an account did.</summary>
    public static void CountHarvest(string account, HarvestFigures done)
    {
        var label = AccountLabel.From(account);
        Count(label, "new", done.New);
        Count(label, "known", done.Known);
        Count(label, "skipped", done.Skipped);
        Count(label, "quarantined", done.Quarantined);
        Count(label, "failed", done.Failed);
        foreach (var kind in Kinds)
            AccountFailures.Add(done.Failure == kind ? 1 : 0, Tag("account", label), Tag("kind", kind));

        HarvestTime.Record(done.Seconds, Tag("result", done.Failure ?? "done"));
    }

    /// <summary>Counts work that failed as a whole.</summary>
    /// <param name="work">Whose work it was, such as <c>policy</c> or <c>account ana</c>.</param>
    /// <param name="failure">What was thrown; null where the time was over.</param>
    /// <param name="isDatabase">Whether it is about the database as a whole.</param>
    public static void CountFailure(string work, Exception? failure, bool isDatabase) =>
        Failures.Add(1, Tag("work", work.StartsWith("account ", StringComparison.Ordinal) ? "harvest" : work), Tag("kind", failure switch
        {
            null or TimeoutException or OperationCanceledException => "timeout",
            _ when isDatabase => "database",
            SourceException => "source",
            _ => "unexpected",
        }));

    /// <summary>Notes a look at the policy.</summary>
    public static void NotePolicy(TimeSpan took) => PolicyTime.Record(took.TotalSeconds);

    /// <summary>Notes how many items the policy has in each state.</summary>
    public static void NoteItems(EvaluationResult evaluated)
    {
        var counts = evaluated.Items.CountBy(item => item.State).ToDictionary();
        foreach (var state in Enum.GetValues<ItemState>())
            PolicyItems.Record(counts.GetValueOrDefault(state), Tag("state", state.ToString().ToLowerInvariant()));
    }

    /// <summary>From a few milliseconds to the longest time a job may take.</summary>
    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name,
        "s",
        description,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900] });

    private static void Count(string account, string result, int items) =>
        Items.Add(items, Tag("account", account), Tag("result", result));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

using System.Diagnostics.Metrics;

namespace CrmSync.Storage;

/// <summary>What the database and the ledger of sent mail are measured by.</summary>
public static class StorageMeters
{
    /// <summary>The meter; it belongs to the process, as its readers do.</summary>
    public const string Name = "CrmSync.Storage";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Transactions = Meter.CreateHistogram(
        "crmsync.database.transaction.duration",
        "s",
        "How long writing transactions waited for their turn, and how long they then took.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30] });

    private static readonly Counter<long> Mails = Meter.CreateCounter<long>(
        "crmsync.digests", null, "Digests, notices and answers by what was done: planned, sent, failed for good, or postponed.");

    /// <summary>Counts what was done about one of our mails.</summary>
    /// <param name="digest">Its name, as the policy calls it.</param>
    /// <param name="step"><c>planned</c>, <c>sent</c>, <c>failed</c> or <c>postponed</c>.</param>
    public static void CountMail(string digest, string step) =>
        Mails.Add(1, new KeyValuePair<string, object?>("digest", digest), new KeyValuePair<string, object?>("step", step));

    internal static void NoteWait(TimeSpan took) => Note("wait", took);

    internal static void NoteWork(TimeSpan took) => Note("work", took);

    private static void Note(string step, TimeSpan took) =>
        Transactions.Record(took.TotalSeconds, new KeyValuePair<string, object?>("step", step));
}

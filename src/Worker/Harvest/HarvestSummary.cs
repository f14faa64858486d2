using CrmSync.Domain.Harvest;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Telemetry;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Harvest;

/// <summary>What one harvest of one account did (interface.md section 1): every remote item is counted once.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="New">Items that made a line.</param>
/// <param name="Known">Items already in the ledger, or another copy of a line.</param>
/// <param name="Skipped">Items left out, with reason.</param>
/// <param name="Quarantined">Items that cannot be read.</param>
/// <param name="Failed">Items that could not be read this time.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record HarvestSummary(string Account, int New, int Known, int Skipped, int Quarantined, int Failed, double Seconds)
{
    /// <summary>Why the account, or a part of it, could not be read; null when all of it could.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether a person must act.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>The account was not read at all.</summary>
    public static HarvestSummary Nothing(string account, string problem) => new(account, 0, 0, 0, 0, 0, 0) { Problem = problem };

    /// <summary>What is counted of it.</summary>
    public HarvestFigures Figures =>
        new(Stored.New, Stored.Known, Stored.Skipped, Stored.Quarantined, Stored.Failed, Seconds, Failure);

    /// <summary>What became of the items that were read; those that were listed once more are not among them.</summary>
    public StoreCounts Stored { get; init; } = StoreCounts.Zero;

    private string? Failure => Problem is null ? null : IsPermanent ? "permanent" : "passing";

    public bool IsClean => Problem is null && Quarantined == 0 && Failed == 0;
}

/// <summary>How far a harvest is.</summary>
/// <param name="Account">The name of the account.</param>
/// <param name="Found">New items found so far.</param>
/// <param name="Done">Items read so far.</param>
internal sealed record HarvestProgress(string Account, int Found, int Done);

/// <summary>Counts one harvest.</summary>
internal sealed class HarvestRun(string account, IProgress<HarvestProgress>? progress, TimeProvider time)
{
    /// <summary>More would not help whoever reads it.</summary>
    private const int MostProblems = 5;

    private readonly List<string> problems = [];
    private int discovered;
    private int known;
    private int skipped;
    private StoreCounts counts = StoreCounts.Zero;
    private int failures;
    private int turns;
    private long turnBegan;
    private TimeSpan spent;

    public bool IsPermanent { get; private set; }

    /// <summary>What went wrong, in words; null when nothing did.</summary>
    public string? Problem
    {
        get
        {
            lock (problems)
                return problems.Count == 0
                    ? null
                    : string.Join(" · ", problems) + (failures > problems.Count ? $" · and {failures - problems.Count} more" : "");
        }
    }

    public void Add(int quarantined) => counts += new StoreCounts(0, 0, 0, quarantined, 0, 0);

    /// <summary>The account is listed from now on, perhaps once more.</summary>
    public void BeginTurn()
    {
        turns++;
        turnBegan = time.GetTimestamp();
    }

    /// <summary>Others have their turn; that time does not count.</summary>
    public void EndTurn() => spent += time.GetElapsedTime(turnBegan);

    /// <summary>A page was stored. What a later turn lists once more was counted by the first.</summary>
    public void CountListed(ListedPage page, int added)
    {
        discovered += added;
        if (turns <= 1)
        {
            known += page.Known + page.New.Count - added;
            skipped += page.Skipped.Values.Sum();
        }

        progress?.Report(new HarvestProgress(account, discovered, Processed));
    }

    public void CountStored(StoreCounts batch)
    {
        counts += batch;
        progress?.Report(new HarvestProgress(account, Math.Max(discovered, Processed), Processed));
    }

    public void Fail(Trouble trouble, bool isPermanent = false) => Fail(trouble.ToString(), isPermanent);

    public void Fail(string problem, bool isPermanent = false)
    {
        // Names of folders and words of servers are stored and printed with it.
        problem = PrintableText.OneLine(problem);
        lock (problems)
        {
            IsPermanent |= isPermanent;
            if (problems.Contains(problem))
                return;

            failures++;
            if (problems.Count < MostProblems)
                problems.Add(problem);
        }
    }

    public HarvestSummary Summary()
    {
        // Items an earlier harvest found and left unread were listed as known; now they are what they turned out to be.
        var leftOver = Math.Max(0, Processed - counts.Gone - discovered);
        return new HarvestSummary(
            account,
            counts.New,
            Math.Max(0, known - leftOver) + counts.Known,
            skipped + counts.Skipped,
            counts.Quarantined,
            counts.Failed,
            Math.Round(spent.TotalSeconds, 2))
        {
            Problem = Problem,
            IsPermanent = IsPermanent,
            Stored = counts,
        };
    }

    private int Processed => counts.New + counts.Known + counts.Skipped + counts.Quarantined + counts.Failed + counts.Gone;
}

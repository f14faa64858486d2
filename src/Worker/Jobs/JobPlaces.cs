using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// How many jobs of a kind run at a time. The kinds have places of their own (Quartz's execution groups), so that harvests that wait for a
/// server that does not answer never hold up the policy or our mails.
/// </summary>
internal static class JobPlaces
{
    public const string Harvest = "harvest";
    public const string Policy = "policy";
    public const string Sending = "sending";
    public const string Events = "events";
    public const string Posting = "posting";
    public const string Retention = "retention";
    public const string Directories = "directories";

    /// <summary>Most harvests wait for a server.</summary>
    private const int Harvests = 16;

    /// <summary>Gives every kind its places.</summary>
    public static void Set(IQuartzBuilder quartz)
    {
        quartz.UseDefaultThreadPool(Harvests + 6);

        // A harvest may block its thread: a file on a network drive that is away. The others are not to wait until the pool has grown.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, 2 * Harvests), ports);
        quartz.UseExecutionLimits(limits =>
        {
            limits.ForGroup(Harvest, Harvests);
            limits.ForGroup(Policy, 1);
            limits.ForGroup(Sending, 1);
            limits.ForGroup(Posting, 1);
            limits.ForGroup(Events, 1);
            limits.ForGroup(Retention, 1);
            limits.ForGroup(Directories, 1);
        });
    }
}

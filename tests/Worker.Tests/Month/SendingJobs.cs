using CrmSync.Worker.Jobs;
using Quartz;

namespace CrmSync.Worker.Tests.Month;

/// <summary>Tells how many of the jobs of a worker that send mails are at work.</summary>
internal sealed class SendingJobs(Action<int> tell) : IJobListener
{
    private readonly Lock gate = new();
    private int atWork;

    public string Name => "sending";

    /// <summary>How many of them are at work.</summary>
    public int AtWork => Volatile.Read(ref atWork);

    /// <summary>How many jobs have begun.</summary>
    public int Count { get; private set; }

    public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        lock (gate)
            Count++;

        return Change(context, 1);
    }

    public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    public ValueTask JobWasExecuted(
        IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken = default) =>
        Change(context, -1);

    private ValueTask Change(IJobExecutionContext context, int by)
    {
        lock (gate)
        {
            if (context.JobDetail.Key.Equals(SendJob.Key))
                tell(atWork += by);
        }

        return ValueTask.CompletedTask;
    }
}

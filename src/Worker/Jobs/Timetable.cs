using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using Microsoft.Extensions.Hosting;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Puts the <c>schedule</c> of the configuration into Quartz: a job an account, started soon and apart from each other, and one for the
/// policy.
/// </summary>
internal sealed class Timetable(
    AccountSources accounts,
    CrmSyncConfiguration configuration,
    EventBook book,
    TimeProvider time,
    ISchedulerFactory schedulers,
    IHostApplicationLifetime lifetime) : IHostedService
{
    private static readonly TimeSpan LongestApart = TimeSpan.FromMilliseconds(200);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);

        // A shared database may remember accounts that are no longer configured.
        await scheduler.DeleteJobs(GroupMatcher<JobKey>.GroupEquals(JobPlaces.Harvest), cancellationToken);
        var start = time.GetUtcNow().AddSeconds(1);
        var apart = Apart(accounts.All.Count, configuration.Schedule.Mail);
        foreach (var account in accounts.All)
        {
            var every = account.IsCalendar ? configuration.Schedule.Calendar : configuration.Schedule.Mail;
            var job = JobBuilder
                .Create<HarvestJob>()
                .WithIdentity(account.Name, JobPlaces.Harvest)
                .UsingJobData(HarvestJob.Account, account.Name)
                .Build();
            await Schedule(scheduler, job, every, start, cancellationToken);

            start += apart;
        }

        var policy = JobBuilder.Create<PolicyJob>().WithIdentity(PolicyJob.Key).Build();
        await Schedule(scheduler, policy, configuration.Schedule.Policy, start, cancellationToken);

        var retention = JobBuilder.Create<RetainJob>().WithIdentity(RetainJob.Key).Build();
        await Schedule(scheduler, retention, Duration.FromDays(1), start, cancellationToken);

        if (configuration.Directories.Count > 0)
        {
            var directories = JobBuilder.Create<DirectoryJob>().WithIdentity(DirectoryJob.Key).Build();
            await Schedule(scheduler, directories, configuration.Schedule.Calendar, start, cancellationToken);
        }
        else
        {
            await scheduler.DeleteJob(DirectoryJob.Key, cancellationToken);
        }

        // What was written is sent at once; this is for what could not leave then.
        var sending = JobBuilder.Create<SendJob>().WithIdentity(SendJob.Key).Build();
        await Schedule(scheduler, sending, configuration.Schedule.Policy, start + apart, cancellationToken);
        if (configuration.Webhooks.Count > 0)
        {
            var posting = JobBuilder.Create<PostJob>().WithIdentity(PostJob.Key).Build();
            await Schedule(scheduler, posting, configuration.Schedule.Policy, start + apart, cancellationToken);
        }
        else
        {
            await scheduler.DeleteJob(PostJob.Key, cancellationToken);
        }

        if (configuration.Events is not null)
        {
            var telling = JobBuilder.Create<EventJob>().WithIdentity(EventJob.Key).Build();
            await Schedule(scheduler, telling, configuration.Schedule.Policy, start + apart, cancellationToken);
        }
        else
        {
            // Nothing is noted for nobody.
            await scheduler.DeleteJob(EventJob.Key, cancellationToken);
            await book.End(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication();
        return Task.CompletedTask;
    }

    /// <summary>
    /// One after the other, so that a hundred mailboxes do not knock at one server at once; spread over their whole interval when they are
    /// many.
    /// </summary>
    private static TimeSpan Apart(int accounts, Duration every)
    {
        var even = every.ToTimeSpan() / Math.Max(1, accounts);
        return even < LongestApart ? even : LongestApart;
    }

    /// <summary>
    /// A job rings again a while after it ended. One that finds no place waits with the time it was due at, before those that were due
    /// later; counted from the beginning instead, jobs that take longer than they pause would take every place again before those that
    /// wait.
    /// </summary>
    private static async Task Schedule(IScheduler scheduler, IJobDetail job, Duration every, DateTimeOffset start, CancellationToken ct)
    {
        var trigger = TriggerBuilder.Create()
            .WithIdentity(job.Key.Name, job.Key.Group)
            .StartAt(start)
            .WithExecutionGroup(job.Key.Group)
            .WithSimpleSchedule(schedule => schedule
                .WithInterval(every.ToTimeSpan())
                .RepeatForever()
                .MeasureIntervalFromCompletion()
                .WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires))
            .Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, ct);
    }
}

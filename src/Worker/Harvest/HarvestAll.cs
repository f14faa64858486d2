using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage;
using CrmSync.Storage.Calls;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Telemetry;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Harvests accounts side by side, each for a while at a time: a mailbox of years does not hold up the others, and its own new mail is
/// found between two turns. Files are read one after the other: nobody waits for a server there, and whose copy of a mail came first is the
/// same every time. What fails in one account never stops another. There is one of it in a program, however many jobs ask.
/// </summary>
/// <param name="database">Where everything is kept.</param>
/// <param name="accounts">Where successes and failures are written down.</param>
/// <param name="ledger">What is known and what is to be read.</param>
/// <param name="meetingLog">Where copies of meetings become lines.</param>
/// <param name="callLog">Where rows of telephone systems become lines.</param>
/// <param name="inbox">Where mails to the command mailbox wait, and what proves them is noted.</param>
/// <param name="commandExecutions">Carries out what mails to the command mailbox say.</param>
/// <param name="threads">Takes the words of private threads out of the log.</param>
/// <param name="settings">What was skipped under which configuration.</param>
/// <param name="configuration">The accounts and what is read of them.</param>
/// <param name="policy">The policy in force; it may change between two harvests.</param>
/// <param name="time">Measures turns.</param>
internal sealed class HarvestAll(
    ContactDatabase database,
    Accounts accounts,
    HarvestLedger ledger,
    MeetingLog meetingLog,
    CallLog callLog,
    CommandInbox inbox,
    CommandExecutions commandExecutions,
    PrivateThreads threads,
    Settings settings,
    CrmSyncConfiguration configuration,
    PolicyInForce policy,
    TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, (Instant Since, int Edition)> settled = new(StringComparer.Ordinal);

    /// <summary>Who wants to be told of news, by account.</summary>
    private readonly ConcurrentDictionary<string, Func<Task>> listeners = new(StringComparer.Ordinal);

    /// <summary>
    /// Backlogs that are read at a time: more would hold more mail in memory, and no core is left for them. What has just arrived does not
    /// wait for it.
    /// </summary>
    private readonly SemaphoreSlim backlogs = new(Environment.ProcessorCount + 1);

    private volatile PolicyParts? lastParts;

    /// <summary>Accounts under way at a time: most of them wait for a server.</summary>
    public int AtOnce { get; init; } = 16;

    /// <summary>How long an account reads before it goes to the end of the queue.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an account waits for another harvest of it to end: the schedule, and whoever is about to write mails, may want it at once.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Harvests to the end; a summary for each account, as soon as it is done.</summary>
    /// <param name="which">The accounts. The command mailbox comes last: what it says is about the mails of the others.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="progress">Told about every page and batch, or null.</param>
    /// <param name="ct">Stops after the batch at hand.</param>
    public async IAsyncEnumerable<HarvestSummary> Run(
        IReadOnlyList<ReadableAccount> which,
        Instant now,
        IProgress<HarvestProgress>? progress,
        [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var together in which.GroupBy(account => CommandSettings(account) is not null).OrderBy(group => group.Key))
        {
            await foreach (var summary in SideBySide([.. together], now, progress, ct))
                yield return summary;
        }
    }

    /// <summary>One turn of an account for a job, which is to ring again at once when there is more.</summary>
    /// <param name="account">The account; not a group.</param>
    /// <param name="now">The time of the harvest.</param>
    /// <param name="news">
    /// Called when the server of the account tells that there is something new, after this harvest or a later one, until the next begins;
    /// or null.
    /// </param>
    /// <param name="ct">Stops after the batch at hand.</param>
    public async Task<(HarvestSummary Summary, bool IsDone)> Once(
        ReadableAccount account, Instant now, Func<Task>? news, CancellationToken ct)
    {
        if (news is not null)
            listeners[account.Name] = news;

        var harvest = new Underway(account, new HarvestRun(account.Name, progress: null, time));
        var isDone = await Continue(harvest, now, ct);
        return (Counted(harvest.Run.Summary()), isDone);
    }

    public void Dispose() => backlogs.Dispose();

    /// <summary>Accounts take turns: whoever has used his up goes to the end of the queue.</summary>
    private async IAsyncEnumerable<HarvestSummary> SideBySide(
        IReadOnlyList<ReadableAccount> which,
        Instant now,
        IProgress<HarvestProgress>? progress,
        [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (
            var summary in ReadAhead.Run<HarvestSummary>(most: null, (done, stop) => TakeTurns(which, now, progress, done, stop), ct))
            yield return summary;
    }

    private async Task TakeTurns(
        IReadOnlyList<ReadableAccount> which,
        Instant now,
        IProgress<HarvestProgress>? progress,
        ChannelWriter<HarvestSummary> done,
        CancellationToken ct)
    {
        var all = new List<ReadableAccount>(which.Where(account => account.Members is null));
        foreach (var group in which.Where(account => account.Members is not null))
            all.AddRange(await HarvestMembers(group, now, done, ct));

        var queue = new ConcurrentQueue<Queue<Underway>>(
            all.DistinctBy(account => account.Name, StringComparer.Ordinal)
                .GroupBy(account => account.IsLocal ? "" : account.Name, StringComparer.Ordinal)
                .Select(lane => new Queue<Underway>(lane.Select(one => new Underway(one, new HarvestRun(one.Name, progress, time))))));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Math.Min(AtOnce, queue.Count)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (_, cancel) =>
            {
                while (queue.TryDequeue(out var lane))
                {
                    if (await Continue(lane.Peek(), now, cancel))
                        await done.WriteAsync(Counted(lane.Dequeue().Run.Summary()), CancellationToken.None);

                    if (lane.Count > 0)
                        queue.Enqueue(lane);
                }
            });
    }

    /// <summary>
    /// Who is in a group now. It is an account of its own only for saying whether that can be told; who left is simply not harvested any
    /// more.
    /// </summary>
    private async Task<IReadOnlyList<ReadableAccount>> HarvestMembers(
        ReadableAccount group,
        Instant now,
        ChannelWriter<HarvestSummary> done,
        CancellationToken ct)
    {
        AccountState? state = null;
        try
        {
            state = await accounts.Register(group.Name, group.Kind, group.Address.Value, ct);
            var members = await group.Members!(ct);
            await accounts.MoveCursor(state, string.Join('\n', members.Select(m => m.Name)), ct);
            await accounts.NoteSuccess(state, now, readUntil: now, ct);
            return members;
        }
        catch (SourceException failure)
        {
            await accounts.NoteFailure(state!, now, failure.Message, failure.IsPermanent, ct);
            var summary = HarvestSummary.Nothing(group.Name, failure.Message) with { IsPermanent = failure.IsPermanent };
            await done.WriteAsync(Counted(summary), ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            var words = Unexpected.TroubleFrom(group.Name, failure).ToString();
            await Note(state, now, words, ct);
            await done.WriteAsync(Counted(HarvestSummary.Nothing(group.Name, words)), ct);
        }

        return [];
    }

    private static HarvestSummary Counted(HarvestSummary summary)
    {
        Meters.CountHarvest(summary.Account, summary.Figures);
        return summary;
    }

    /// <summary>Writes down what an account failed with, where that is possible at all: what the summary says holds in any case.</summary>
    private async Task Note(AccountState? account, Instant now, string words, CancellationToken ct)
    {
        if (account is null)
            return;

        try
        {
            await accounts.NoteFailure(account, now, words, permanent: false, ct);
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            // Writing is what does not work. The account is told about by its summary, and by its age in `status`.
        }
    }

    /// <summary>A turn of one account; true when it has come to its end. Whatever is thrown that nobody expected stays with it.</summary>
    private async Task<bool> Continue(Underway harvest, Instant now, CancellationToken ct)
    {
        using var trace = Traces.Harvest(harvest.Account.Name);
        AccountState? state = null;
        try
        {
            state = await accounts.Register(harvest.Account.Name, harvest.Account.Kind, harvest.Account.Address.Value, ct);
            var isDone = await Continue(harvest, state, now, ct);
            if (harvest.Run.Problem is not null)
                trace.MarkFailed(harvest.Run.IsPermanent ? "permanent" : "passing");

            return isDone;
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            var trouble = Unexpected.TroubleFrom(harvest.Account.Name, failure);
            harvest.Run.Fail(trouble);
            trace.MarkFailed("unexpected");
            await Note(state, now, trouble.ToString(), ct);
            return true;
        }
    }

    private async Task<bool> Continue(Underway harvest, AccountState state, Instant now, CancellationToken ct)
    {
        var (account, run) = harvest;
        var parts = CreateParts(policy.Edition);
        var meetings = new MeetingHarvest(meetingLog, parts.Edition.Policy.Privacy, parts.Classifier);
        var calls = new CallHarvest(callLog, parts.Edition.Policy);
        var since = configuration.Capture.From(now);
        var commands = CommandSettings(account) is { } mailbox
            ? commandExecutions.Create(parts.Edition.Policy, mailbox, account.Name)
            : null;
        await using var alone = await AccountLock.Wait(database, state, Patience, ct);
        if (alone is null)
        {
            var holder = await AccountLock.Holder(database, state, ct) ?? "another crmsync";
            run.Fail($"{holder} is harvesting this account right now; try again when it is done");
            return true;
        }

        await TakeUpAgain(state, since, parts.Edition, ct);
        var scope = new HarvestScope(state, now, since, parts.Capture, parts.Classifier, run);
        var sentCommands = configuration.Delivery?.Commands is null ? null : inbox;
        var reading = new AccountHarvest(
            scope, accounts, ledger, meetings, calls, commands, sentCommands, threads, backlogs, time);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(ct, alone.Lost);
        try
        {
            var isDone = await reading.TakeTurn(() => account.Open(now), Turn, held.Token);

            // While the lock is held, for nobody else uses the connection until then.
            if (isDone && listeners.TryGetValue(account.Name, out var news))
                account.Watch?.Invoke(news);

            return isDone;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && alone.Lost.IsCancellationRequested)
        {
            run.Fail("this program stood still for so long that another one may go on with the account; what it has stored is kept");
            return true;
        }
    }

    /// <summary>Looks for what the configuration skipped before and no longer does, where that may have changed.</summary>
    private async Task TakeUpAgain(AccountState state, Instant since, PolicyEdition edition, CancellationToken ct)
    {
        // Counted from now, the horizon moves on with every harvest; noting that once an hour is enough.
        if (
            settled.TryGetValue(state.Name, out var before)
            && before.Edition == edition.Number
            && since >= before.Since
            && since - before.Since < Duration.FromHours(1))
            return;

        await new SkippedBefore(ledger, settings).Reconsider(state, since, edition.Policy.Privacy.NoCapture, ct);
        settled[state.Name] = (since, edition.Number);
    }

    private CommandSettings? CommandSettings(ReadableAccount account) =>
        configuration.Delivery?.Commands is { } mailbox && mailbox.Address == account.Address ? mailbox : null;

    /// <summary>What follows from a policy and takes a while to make.</summary>
    private PolicyParts CreateParts(PolicyEdition edition) => lastParts is { } made && made.Edition.Number == edition.Number
        ? made
        : lastParts = new PolicyParts(
            edition, new Classifier(edition.Reading), new Capture(edition.Policy, configuration.Capture.TextBytes));

    private sealed record PolicyParts(PolicyEdition Edition, Classifier Classifier, Capture Capture);

    /// <summary>An account and what its harvest has done so far.</summary>
    private sealed record Underway(ReadableAccount Account, HarvestRun Run);
}

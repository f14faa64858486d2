using CrmSync.Domain.Languages;
using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Status;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Worker.Jobs;

/// <summary>
/// Looks at the policy files every second: puts a changed policy in force, or says why not (policy-language.md section 13).
/// </summary>
internal sealed class PolicyFileWatch(
    PolicyInForce policy,
    PolicyStart start,
    PolicyAtWork atWork,
    PolicyNews news,
    DigestDispatch dispatch,
    TimeProvider time,
    Loops loops,
    JobFailures failures,
    ILogger<PolicyFileWatch> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A round that exchanges the policy waits for the evaluation under way, and derives the log anew.</summary>
    private static readonly TimeSpan LongestRound = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await failures.Guard("policy", () => Tell(start.Outcome, time.GetCurrentInstant(), isStart: true, stoppingToken), stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (!stoppingToken.IsCancellationRequested)
        {
            loops.NoteRound("policy files", LongestRound);
            await failures.Guard("policy", () => Check(time.GetCurrentInstant(), stoppingToken), stoppingToken);
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task Check(Instant now, CancellationToken ct)
    {
        var outcome = start.Reload.TakeOver(now);

        // Also after a swap that failed halfway: the files count as taken and would not be looked at again.
        if (outcome is not null || policy.Policy.Version != start.Reload.Current.Version)
            await Tell(outcome ?? new ReloadOutcome.Swapped(policy.Policy.Version, start.Reload.Current, []), now, isStart: false, ct);
    }

    private async Task Tell(ReloadOutcome outcome, Instant now, bool isStart, CancellationToken ct)
    {
        switch (outcome)
        {
            case ReloadOutcome.Swapped when isStart:
                log.LogInformation("policy {Version} is in force", policy.Policy.Version);
                await news.NoteTaken(now, [], null, ct);
                break;
            case ReloadOutcome.Swapped swapped:
                await Swap(swapped, now, ct);
                break;
            case ReloadOutcome.Refused refused:
                await Refuse(refused, now, ct);
                break;
        }
    }

    private Task Swap(ReloadOutcome.Swapped swapped, Instant now, CancellationToken ct) =>
        atWork.Swap(swapped.Policy, now, opened => TellOfSwap(swapped, opened, now, ct), ct);

    private async Task TellOfSwap(ReloadOutcome.Swapped swapped, int opened, Instant now, CancellationToken ct)
    {
        log.LogInformation(
            "policy {Version} is in force; it was {Before}: {Changes}",
            swapped.Policy.Version,
            swapped.Before,
            Changes(swapped.Changes));
        var warning = PolicyChanges.Warning(swapped.Policy.Version, opened);
        if (warning is not null)
            log.LogWarning("{Warning}", warning);

        await news.NoteTaken(now, swapped.Changes, warning, ct);
        if (warning is not null)
            await Mail(words => words.PolicyOpensMail(swapped.Policy.Version, opened, swapped.Changes), now, ct);
    }

    private async Task Refuse(ReloadOutcome.Refused refused, Instant now, CancellationToken ct)
    {
        await news.NoteRefused([.. refused.Problems.Select(problem => problem.Headline)], ct);
        if (!refused.IsNew)
            return;

        foreach (var problem in refused.Problems)
            log.LogError("the policy files are not taken: {Problem}", Addresses.Hidden(problem.Headline));

        log.LogWarning("policy {Version} stays in force until the files are corrected", policy.Policy.Version);
        await Mail(
            words => words.PolicyRefusedMail(policy.Policy.Version, string.Join("\n\n", refused.Problems)),
            now,
            ct);
    }

    /// <summary>It leaves with the next run of the policy, before anything that run writes.</summary>
    private Task Mail(Func<IOperationPhrases, (string Subject, string Text)> note, Instant now, CancellationToken ct) =>
        dispatch.CanSend ? dispatch.TellAdmin(note, now, ct) : Task.CompletedTask;

    private static string Changes(IReadOnlyList<string> changes) => changes.Count == 0 ? "no rule changed" : string.Join("; ", changes);
}

/// <summary>How the worker came to its policy.</summary>
/// <param name="Reload">Keeps the policy in force.</param>
/// <param name="Outcome">What came of the files at the start.</param>
internal sealed record PolicyStart(PolicyReload Reload, ReloadOutcome Outcome);

using CrmSync.Storage.Digests;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// The door through which posts to webhooks leave: each at most once. Before its first byte leaves, the ledger knows that nothing tells any
/// more whether it has arrived; what is in doubt is not posted a second time. Webhooks are served side by side, and one that does not work
/// holds up nobody.
/// </summary>
/// <param name="ledger">What is to leave and what has left.</param>
/// <param name="health">How each webhook is doing.</param>
/// <param name="posts">Posts.</param>
/// <param name="webhooks">Those of the configuration.</param>
/// <param name="bootClock">Tells how long this worker stood still.</param>
internal sealed class PostOutbox(
    DigestLedger ledger, DeliveryHealth health, WebPosts posts, IReadOnlyList<WebhookSettings> webhooks, TimeProvider bootClock)
{
    private const int Most = 500;

    /// <summary>What could not leave for so long tells nothing new any more.</summary>
    private static readonly Duration GiveUp = Duration.FromHours(24);

    /// <summary>When a run is asked to stop, the post under way may end.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    /// <summary>Posts everything that is ready.</summary>
    /// <param name="now">The moment of the run.</param>
    /// <param name="lease">As of <see cref="Outbox.SendAll"/>.</param>
    /// <param name="ct">Ends the run between two posts.</param>
    public async Task<OutboxReport> SendAll(Instant now, Duration? lease, CancellationToken ct)
    {
        var run = new Run(now, lease ?? Outbox.Lease);
        var ready = await ledger.ReadyPosts(now, run.Lease, Most, ct);
        var reports = await Task.WhenAll(
            ready
                .GroupBy(post => post.Plan.Reader, StringComparer.Ordinal)
                .Select(group => SendTo(LedgerReaders.FindWebhook(group.Key)!, [.. group], run, ct)));
        return new OutboxReport(
            [.. reports.SelectMany(report => report.Sent)], [.. reports.SelectMany(report => report.Problems)]);
    }

    private async Task<OutboxReport> SendTo(string name, IReadOnlyList<LedgerMail> ready, Run run, CancellationToken ct)
    {
        var report = new OutboxReport([], []);
        var standing = health.For(name);
        var trouble = await standing.Trouble(ct);
        if (trouble?.NextTry > run.Now)
            return report;

        var webhook = webhooks.FirstOrDefault(one => one.Name == name);
        if ((webhook?.Url.Missing ?? webhook?.Secret?.Missing) is { } missing)
        {
            report.Problems.Add(new OutboxProblem(ready[0].Plan, missing.Message));
            return report;
        }

        foreach (var post in ready)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                var answer = await Send(post, webhook, run, report, ct);
                if (answer is DeliveryAnswer.Unreachable unreachable)
                {
                    await standing.Set(Outbox.After(trouble, unreachable, run.Now), ct);
                    report.Problems.Add(new OutboxProblem(post.Plan, unreachable.Reason));
                    return report;
                }

                if (answer is DeliveryAnswer.Accepted && trouble is not null)
                {
                    await standing.Set(null, ct);
                    trouble = null;
                }
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                // It stays as it was noted last; the next run takes it up or, where it may have left, lets it be.
                report.Problems.Add(new OutboxProblem(post.Plan, Unexpected.TroubleFrom("what became of it", failure).ToString()));
            }
        }

        return report;
    }

    /// <returns>What came of it; null when it is not ours to post.</returns>
    private async Task<DeliveryAnswer?> Send(
        LedgerMail post, WebhookSettings? webhook, Run run, OutboxReport report, CancellationToken ct)
    {
        var id = post.Plan.MessageId;
        if (WhyNever(post, webhook, run.Now) is { } why)
            return await Note(post, post.Token, new DeliveryAnswer.Refused(why), run, report);

        var claim = await Claim.Take(ledger, bootClock, () => ledger.Settle([], [id], isWatched: false, run.Lease, ct));
        if (!claim.Holds(id))
            return null;

        var answer = claim.Bytes(id) is { } body
            ? await HandOver(webhook!, id, body, claim, ct)
            : new DeliveryAnswer.Refused("it is ready to leave and says nothing: the database was changed by hand");
        claim.Leave(id);
        return await Note(post, claim.Token, answer, run, report);
    }

    private async Task<DeliveryAnswer> HandOver(WebhookSettings webhook, string id, byte[] body, Claim claim, CancellationToken ct)
    {
        using var farewell = new CancellationTokenSource();
        await using var stop = ct.Register(() => farewell.CancelAfter(Farewell));
        var target = new PostTarget(new Uri(webhook.Url.Reveal()), webhook.Secret?.Reveal(), webhook.Ca);
        var answer = await posts.Post(target, id, body, token => MayLeave(id, claim, token), farewell.Token);
        return answer is DeliveryAnswer.InDoubt doubt
            ? new DeliveryAnswer.Refused($"{doubt.Reason}; it is not posted a second time")
            : answer;
    }

    private async Task<bool> MayLeave(string id, Claim claim, CancellationToken ct) =>
        await claim.IsOurs(id, ct) && await ledger.MarkWithoutCopy(id, claim.Token, null, ct) && !claim.HasLapsed;

    /// <summary>Why a post is not to leave any more, in words, or null.</summary>
    private static string? WhyNever(LedgerMail post, WebhookSettings? webhook, Instant now)
    {
        if (post is { State: LedgerState.Sending, Copy: LedgerCopy.Missing })
            return "it may have been posted when the program stopped, and nothing tells whether it was; it is not posted a second time";

        if (webhook is null)
            return $"there is no webhook '{LedgerReaders.FindWebhook(post.Plan.Reader)}' in crmsync.yaml any more";

        return now - post.Plan.DueAt > GiveUp
            ? $"it could not be posted within a day{(post.Problem is { } problem ? $": {problem}" : "")}"
            : null;
    }

    private async Task<DeliveryAnswer> Note(LedgerMail post, long token, DeliveryAnswer answer, Run run, OutboxReport report)
    {
        var id = post.Plan.MessageId;
        LedgerStep step = answer switch
        {
            DeliveryAnswer.Accepted => new LedgerStep.Sent(id, token, run.Now),
            DeliveryAnswer.Refused refused => new LedgerStep.Refused(id, token, refused.Reason),
            DeliveryAnswer.Unreachable unreachable => new LedgerStep.Postponed(id, token, unreachable.Reason, NextTry: null),
            _ => new LedgerStep.Postponed(id, token, null, null),
        };
        await ledger.Settle([step], [], isWatched: false, run.Lease, CancellationToken.None);
        if (answer is DeliveryAnswer.Accepted)
            report.Sent.Add(post.Plan);
        else if (answer is DeliveryAnswer.Refused why)
            report.Problems.Add(new OutboxProblem(post.Plan, why.Reason) { IsFinal = true });

        return answer;
    }

    /// <summary>What holds for all posts of a run.</summary>
    private sealed record Run(Instant Now, Duration Lease);
}

using CrmSync.Domain.Log;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using NodaTime;

namespace CrmSync.Worker.Delivery;

/// <summary>
/// Tells another program what happened, one event after the other in the order in which it was noted, each until it has arrived: after a
/// crash the last may arrive a second time, under the same id. What left the log before it was told is not told.
/// </summary>
/// <param name="book">What happened, and how far it was told.</param>
/// <param name="log">The lines.</param>
/// <param name="health">How the other program is doing.</param>
/// <param name="posts">Posts.</param>
/// <param name="settings">Names this installation.</param>
/// <param name="bootClock">Tells how long this worker stood still.</param>
internal sealed class EventOutbox(
    EventBook book, ContactLog log, DeliveryHealth health, WebPosts posts, Settings settings, TimeProvider bootClock)
{
    /// <summary>What the program that is told is called where its health is kept; no webhook has such a name.</summary>
    public const string Name = "(events)";

    private const int Batch = 100;

    /// <summary>A sender that has given no sign of life for so long is gone.</summary>
    private static readonly Duration Lease = Duration.FromMinutes(2);

    /// <summary>Well below the lease: who stood still for so long sends nothing any more.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>Sends what was noted.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="now">The moment of the run.</param>
    /// <param name="ct">Ends it between two events.</param>
    /// <returns>How many arrived, and why the next did not.</returns>
    public async Task<(int Sent, string? Problem)> SendAll(EventSettings target, Instant now, CancellationToken ct)
    {
        var standing = health.For(Name);
        var trouble = await standing.Trouble(ct);
        if (trouble?.NextTry > now || (await book.Next(1, ct)).Count == 0 || await book.Claim(Lease, ct) is not { } token)
            return (0, null);

        var sent = 0;
        try
        {
            while (await book.Next(Batch, ct) is { Count: > 0 } batch)
            {
                var lines = await Lines(batch, ct);
                foreach (var noted in batch)
                {
                    ct.ThrowIfCancellationRequested();
                    if (noted.Line is { } id && !lines.ContainsKey(id))
                    {
                        // It has left the log: nobody is told of it any more.
                        if (!await book.Advance(token, noted.Number, ct))
                            return (sent, null);

                        continue;
                    }

                    var body = EventText.Write(noted, noted.Line is { } line ? lines[line] : null, target.ShowsText, now);
                    var answer = await Post(target, noted, body, token, ct);
                    if (Failure(answer) is { } failure)
                    {
                        await standing.Set(Outbox.After(trouble, failure, now), ct);
                        return (sent, failure.Reason);
                    }

                    if (answer is not DeliveryAnswer.Accepted || !await book.Advance(token, noted.Number, CancellationToken.None))
                        return (sent, null);

                    sent++;
                    if (trouble is not null)
                    {
                        await standing.Set(null, ct);
                        trouble = null;
                    }
                }
            }
        }
        finally
        {
            await book.Release(token, CancellationToken.None);
        }

        return (sent, null);
    }

    private async Task<DeliveryAnswer> Post(EventSettings target, NotedEvent noted, byte[] body, long token, CancellationToken ct)
    {
        var id = FormattableString.Invariant($"evt_{await settings.Installation(ct)}_{noted.Number}");
        var asked = bootClock.GetTimestamp();
        return await posts.Post(
            new PostTarget(new Uri(target.Url.Reveal()), target.Secret.Reveal(), target.Ca),
            id,
            body,
            async asking => await book.Renew(token, asking) && bootClock.GetElapsedTime(asked) < LongestPause,
            ct);
    }

    /// <summary>Whatever is no success is tried again: that is what "at least once" means.</summary>
    private static DeliveryAnswer.Unreachable? Failure(DeliveryAnswer answer) => answer switch
    {
        DeliveryAnswer.Unreachable unreachable => unreachable,
        DeliveryAnswer.InDoubt doubt => new DeliveryAnswer.Unreachable($"{doubt.Reason}; it is sent again", MailFailure.Network),
        DeliveryAnswer.Refused refused => new DeliveryAnswer.Unreachable($"{refused.Reason}; it is sent again", MailFailure.Config),
        _ => null,
    };

    private async Task<Dictionary<string, Interaction>> Lines(IReadOnlyList<NotedEvent> batch, CancellationToken ct)
    {
        var ids = batch.Select(noted => noted.Line).OfType<string>().ToList();
        var lines = new Dictionary<string, Interaction>(StringComparer.Ordinal);
        if (ids.Count == 0)
            return lines;

        await foreach (var line in log.Read(new LogFilter { Ids = ids }, ct))
            lines[line.Id] = line;

        return lines;
    }
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Reads of the log what mails of ours can speak of, where the policy in the running worker knows which lines these are: a log of years is
/// not read every morning.
/// </summary>
internal sealed class DigestLog(ContactLog log)
{
    private const int Some = 1000;

    /// <summary>The facts of digests and answers at a moment, without texts.</summary>
    /// <param name="running">Holds the log.</param>
    /// <param name="now">The moment.</param>
    /// <param name="asked">Whom somebody asks about.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<DigestFacts> Facts(RunningPolicy running, Instant now, IReadOnlyCollection<EmailAddress> asked, CancellationToken ct)
    {
        var wanted = LinesToRead.From(running, now, asked);
        var lines = new Dictionary<string, Interaction>(StringComparer.Ordinal);
        await Read(new LogFilter { Now = now, Since = wanted.Since, WithoutText = true }, lines, ct);
        foreach (var threads in wanted.Threads.Chunk(Some))
            await Read(new LogFilter { Now = now, Until = wanted.Since, Threads = threads, WithoutText = true }, lines, ct);

        foreach (var ids in wanted.Ids.Where(id => !lines.ContainsKey(id)).ToList().Chunk(Some))
            await Read(new LogFilter { Now = now, Ids = ids, WithoutText = true }, lines, ct);

        // Every line since then is read: whoever signed one of them is known from it.
        var signed = lines
            .Values.Where(line => line.At >= wanted.Since)
            .SelectMany(line => line.Participants)
            .Where(one => !one.Internal && !string.IsNullOrWhiteSpace(one.Name))
            .Select(one => one.Address)
            .ToHashSet();
        return EvaluatedFacts.Evaluate(running, new ContactLogSnapshot([.. lines.Values]), now) with
        {
            Names = await log.Names([.. wanted.People.Where(one => !signed.Contains(one))], now, ct),
        };
    }

    private async Task Read(LogFilter filter, Dictionary<string, Interaction> into, CancellationToken ct)
    {
        await foreach (var line in log.Read(filter, ct))
            into[line.Id] = line;
    }
}

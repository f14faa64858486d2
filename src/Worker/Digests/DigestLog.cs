using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Reads of the log what mails of ours can speak of: the lines of the last weeks, those items rest on, and organisation by organisation
/// what is told beside the items. A log of years is not read every morning.
/// </summary>
internal sealed class DigestLog(ContactLog log, OrganisationLog organisations, Units units)
{
    private const int Some = 1000;

    /// <summary>So many organisations are read at once.</summary>
    private const int Batch = 200;

    /// <summary>The facts of digests and answers, without texts.</summary>
    /// <param name="judged">The items.</param>
    /// <param name="told">What is to be told.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<DigestFacts> Facts(JudgedLog judged, FactsWanted told, CancellationToken ct)
    {
        var parts = new DigestParts(judged.Policy, judged.Evaluation, told);
        var names = new HashSet<string>(parts.Needed(judged.Evaluator), StringComparer.Ordinal);
        if (parts.Since is { } since)
            names.UnionWith(await Told(judged, since, ct));

        await Read(judged, parts, names, ct);
        if (told.Everything)
            return await Facts(judged, parts, withAllSince: true, ct);

        // Who else was there may be somebody else's to know.
        var others = parts.Lines.Values.SelectMany(line => line.Participants).Select(one => one.Address).Distinct()
            .Select(judged.Evaluator.FindOrganisation).OfType<string>().Except(names, StringComparer.Ordinal).ToList();
        await Read(judged, parts, others, ct);
        return await Facts(judged, parts, withAllSince: false, ct);
    }

    private async Task Read(JudgedLog judged, DigestParts parts, IReadOnlyCollection<string> names, CancellationToken ct)
    {
        foreach (var some in names.Order(StringComparer.Ordinal).Chunk(Batch))
        {
            var reading = judged.Evaluator.Read(some);
            await organisations.Answer(reading, judged.Now, () => parts.TryAdd(reading, judged.Coverage), ct);
        }
    }

    private async Task<DigestFacts> Facts(JudgedLog judged, DigestParts parts, bool withAllSince, CancellationToken ct)
    {
        var now = judged.Now;
        var wanted = parts.Wanted;
        var lines = new Dictionary<string, Interaction>(parts.Lines, StringComparer.Ordinal);
        if (withAllSince)
            await Read(new LogFilter { Now = now, Since = wanted.Since, WithoutText = true }, lines, ct);

        Instant? until = withAllSince ? wanted.Since : null;
        foreach (var threads in wanted.Threads.Chunk(Some))
            await Read(new LogFilter { Now = now, Until = until, Threads = threads, WithoutText = true }, lines, ct);

        foreach (var ids in wanted.Ids.Where(id => !lines.ContainsKey(id)).ToList().Chunk(Some))
            await Read(new LogFilter { Now = now, Ids = ids, WithoutText = true }, lines, ct);

        // Where every line since then is read, whoever signed one of them is known from it.
        var signed = lines
            .Values.Where(line => withAllSince && line.At >= wanted.Since)
            .SelectMany(line => line.Participants)
            .Where(one => !one.Internal && !string.IsNullOrWhiteSpace(one.Name))
            .Select(one => one.Address)
            .ToHashSet();
        var names = await log.Names([.. wanted.People.Where(one => !signed.Contains(one))], now, ct);
        return parts.Create(new ContactLogSnapshot([.. lines.Values]) { Coverage = judged.Coverage }, names);
    }

    /// <summary>The organisations of which there may be something to tell beside their items.</summary>
    private async Task<IEnumerable<string>> Told(JudgedLog judged, Instant since, CancellationToken ct)
    {
        var fresh = judged.Told.Where(one => one.Value >= since).Select(one => one.Key);
        return judged.IsKept ? fresh.Concat(await units.ToldSince(since, ct)) : fresh;
    }

    private async Task Read(LogFilter filter, Dictionary<string, Interaction> into, CancellationToken ct)
    {
        await foreach (var line in log.Read(filter, ct))
            into[line.Id] = line;
    }
}

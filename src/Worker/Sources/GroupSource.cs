using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>A group as such: it can be asked who is in it and whether they can be read; it holds nothing itself.</summary>
internal sealed class GroupSource(string account, Func<CancellationToken, Task<IReadOnlyList<ReadableAccount>>> members, Instant now)
    : ISource
{
    /// <summary>More problems would not help whoever reads them.</summary>
    private const int MostProblems = 5;

    public async Task Connect(CancellationToken ct)
    {
        var problems = new ConcurrentQueue<SourceException>();
        var all = await members(ct);
        await Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct },
            async (member, cancel) =>
            {
                try
                {
                    await member.Open(now).Connect(cancel);
                }
                catch (SourceException failure)
                {
                    problems.Enqueue(failure);
                }
                catch (Exception failure) when (Unexpected.IsContained(failure, cancel))
                {
                    problems.Enqueue(new SourceException(Unexpected.TroubleFrom(member.Name, failure), isPermanent: false, failure));
                }
            });
        if (problems.IsEmpty)
            return;

        var told = string.Join(" · ", problems.Select(p => p.Message).Order(StringComparer.Ordinal).Take(MostProblems));
        throw new SourceException(
            new Trouble(account, $"{problems.Count} of its {all.Count} mailboxes cannot be read: {told}", "the others are read"),
            problems.Any(p => p.IsPermanent));
    }

    public async IAsyncEnumerable<Listing> Discover(
        KnownItems known,
        [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        yield break;
    }

    public async IAsyncEnumerable<Reading> Read(
        IReadOnlyList<RemoteItem> items,
        [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var item in items)
            yield return new GoneReading(item);
    }
}

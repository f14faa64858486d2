using System.Threading.Channels;

namespace CrmSync.Worker.Sources.Files;

/// <summary>Reads items on all cores, a bounded number ahead of whoever takes the results.</summary>
internal static class ReadAhead
{
    private const int Ahead = 64;

    /// <summary>One result an item, in the order they are done. What <paramref name="read"/> throws ends the reading.</summary>
    public static async IAsyncEnumerable<Reading> Of(
        IReadOnlyList<RemoteItem> items,
        Func<RemoteItem, Reading> read,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var results = Channel.CreateBounded<Reading>(new BoundedChannelOptions(Ahead) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop.Token };
        var work = Task.Run(
            async () =>
            {
                try
                {
                    await Parallel.ForEachAsync(
                        items,
                        options,
                        async (item, cancel) => await results.Writer.WriteAsync(read(item), cancel));
                    results.Writer.Complete();
                }
                catch (Exception failure)
                {
                    results.Writer.Complete(failure);
                }
            },
            CancellationToken.None);

        try
        {
            await foreach (var reading in results.Reader.ReadAllAsync(ct))
                yield return reading;
        }
        finally
        {
            await stop.CancelAsync();
            await work;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Lets one side read while the other one works on what was read: the only place where that is done, so that stopping, failing and waiting
/// are the same everywhere.
/// </summary>
internal static class ReadAhead
{
    private const int ItemsAhead = 64;

    /// <summary>
    /// What <paramref name="fill"/> writes, in its order. When it fails, what it wrote before is given first. Whoever takes no more, or is
    /// asked to stop, waits until it has stopped, too: nothing goes on behind their back.
    /// </summary>
    /// <param name="most">So much is read ahead; null: as much as there is, where the filling side holds itself back.</param>
    /// <param name="fill">Writes until there is no more. It need not complete the channel.</param>
    /// <param name="ct">Stops the filling.</param>
    public static async IAsyncEnumerable<T> Run<T>(
        int? most,
        Func<ChannelWriter<T>, CancellationToken, Task> fill,
        [EnumeratorCancellation] CancellationToken ct)
    {
        var channel = most is { } bound
            ? Channel.CreateBounded<T>(new BoundedChannelOptions(bound) { SingleReader = true })
            : Channel.CreateUnbounded<T>(new UnboundedChannelOptions { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var filling = Task.Run(() => Fill(channel.Writer, fill, stop.Token), CancellationToken.None);
        try
        {
            // Not to be cancelled: the filling side is, and what it has read until then counts.
            await foreach (var one in channel.Reader.ReadAllAsync(CancellationToken.None))
                yield return one;
        }
        finally
        {
            await stop.CancelAsync();
            await filling;
        }
    }

    /// <summary>
    /// Reads items on all cores: one result an item, in the order they are done. What <paramref name="read"/> throws ends the reading.
    /// </summary>
    public static IAsyncEnumerable<Reading> Items(IReadOnlyList<RemoteItem> items, Func<RemoteItem, Reading> read, CancellationToken ct) =>
        Run<Reading>(
            ItemsAhead,
            (results, stop) =>
                Parallel.ForEachAsync(
                    items,
                    new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop },
                    async (item, cancel) => await results.WriteAsync(read(item), cancel)),
            ct);

    private static async Task Fill<T>(ChannelWriter<T> writer, Func<ChannelWriter<T>, CancellationToken, Task> fill, CancellationToken ct)
    {
        try
        {
            await fill(writer, ct);
            writer.TryComplete();
        }
#pragma warning disable CA1031 // handed on to whoever takes the results
        catch (Exception failure)
#pragma warning restore CA1031
        {
            // Told to whoever takes the results.
            writer.TryComplete(failure);
        }
    }
}

using System.Runtime.CompilerServices;

namespace CrmSync.Worker.Sources;

/// <summary>
/// The folders of an account, each on its own: what is thrown about one of them that nobody expected is that folder's trouble, and the
/// others are listed.
/// </summary>
internal static class EachFolder
{
    /// <summary>Lists folders one after the other.</summary>
    /// <param name="folders">The folders; the next one is asked for when the one before it is done.</param>
    /// <param name="place">What a folder is called where trouble is told.</param>
    /// <param name="list">Lists one.</param>
    /// <param name="ct">Stops between two steps.</param>
    public static async IAsyncEnumerable<Listing> List<T>(
        IEnumerable<T> folders,
        Func<T, string> place,
        Func<T, IAsyncEnumerable<Listing>> list,
        [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var folder in folders)
        {
            ct.ThrowIfCancellationRequested();
            await using var steps = list(folder).GetAsyncEnumerator(ct);
            while (true)
            {
                var hasNext = false;
                var trouble = await Try(place(folder), async () => hasNext = await steps.MoveNextAsync(), ct);
                if (trouble is not null)
                    yield return trouble;

                if (trouble is not null || !hasNext)
                    break;

                yield return steps.Current;
            }
        }
    }

    /// <summary>Does something about one folder.</summary>
    /// <param name="place">What the folder is called where trouble is told.</param>
    /// <param name="work">What is done.</param>
    /// <param name="ct">What stops it is no trouble.</param>
    /// <returns>The trouble with the folder when something was thrown that nobody expected; null when it was done.</returns>
    public static async Task<FolderUnreadable?> Try(string place, Func<Task> work, CancellationToken ct)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception failure) when (Unexpected.IsContained(failure, ct))
        {
            return new FolderUnreadable(Unexpected.TroubleFrom(place, failure), IsPermanent: false) { IsUnexpected = true };
        }
    }
}

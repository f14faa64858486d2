using CrmSync.Worker.Sources;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A source beside which something happens at the worst moment: after all was listed, before anything is read.</summary>
internal sealed class InterruptedSource(ISource source, Action happens) : ISource
{
    private Action? happens = happens;

    public Task Connect(CancellationToken ct) => source.Connect(ct);

    public IAsyncEnumerable<Listing> Discover(KnownItems known, CancellationToken ct) => source.Discover(known, ct);

    public IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, CancellationToken ct)
    {
        happens?.Invoke();
        happens = null;
        return source.Read(items, ct);
    }
}

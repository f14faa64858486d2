using System.IO.MemoryMappedFiles;
using CrmSync.Worker.Tests.Jobs;
using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// A time that several processes share through a file in memory: it passes for all of them at once, also for one that is stopped, as real
/// time does. Beside it stands whether each worker is sending.
/// </summary>
internal sealed class TimeInFile : SimulatedTime, IDisposable
{
    private const int MostWorkers = 8;
    private const int Size = sizeof(long) * (1 + MostWorkers);

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    /// <param name="path">The file; it is made when it is not there.</param>
    /// <param name="start">The moment at which nothing has passed yet.</param>
    public TimeInFile(string path, Instant start)
        : base(start)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, Size);
        view = file.CreateViewAccessor();
    }

    protected override TimeSpan Passed
    {
        get => new(view.ReadInt64(0));
        set => view.Write(0, value.Ticks);
    }

    /// <summary>Fires what is due since another process let time pass.</summary>
    public void Follow() => FireDue();

    /// <summary>Whether a worker is sending mails.</summary>
    public bool IsSending(int worker) => view.ReadInt64(Place(worker)) > 0;

    /// <summary>Says how many jobs of a worker are sending mails.</summary>
    public void SetSending(int worker, int jobs) => view.Write(Place(worker), (long)jobs);

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }

    private static int Place(int worker) => sizeof(long) * (1 + worker);
}

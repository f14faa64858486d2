using System.Diagnostics;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Finds out whose fault it is that connections break while mails are read: the line's, or a mail's. A mail is to blame only when it broke
/// the connection alone, and again alone, others came through meanwhile, and no connection broke without it.
/// </summary>
internal sealed class LineTrouble
{
    /// <summary>Mails that may break the connection before the server is to blame.</summary>
    private const int MostCulprits = 3;

    private const int MostBreaks = 60;
    private const int MostBarrenBreaks = 8;
    private const long MostWasted = 16 * 1024 * 1024;
    private static readonly TimeSpan LongestBarren = TimeSpan.FromMinutes(3);

    private readonly List<HashSet<uint>> breaks = [];
    private readonly Dictionary<uint, int> alone = [];
    private int barren;
    private long wasted;
    private long useful;
    private long since = Stopwatch.GetTimestamp();

    /// <summary>How many messages to ask for at a time: the fewer, the fewer suffer with one that is bad.</summary>
    public int GroupSize => breaks.Count switch { 0 => int.MaxValue, 1 => 10, _ => 1 };

    /// <summary>Mails that broke the connection alone and wait until the others are read.</summary>
    public IReadOnlyCollection<uint> Suspects => alone.Keys;

    /// <summary>Mails that did so twice.</summary>
    public IEnumerable<uint> Culprits => alone.Where(pair => pair.Value > 1).Select(pair => pair.Key);

    /// <summary>Whether every break is the work of few mails.</summary>
    public bool IsExplained
    {
        get
        {
            var culprits = Culprits.ToHashSet();
            return culprits.Count <= MostCulprits && breaks.TrueForAll(one => one.Overlaps(culprits));
        }
    }

    /// <summary>Whether a mail came through since the first break.</summary>
    public bool HasMailPassed { get; private set; }

    /// <summary>Notes that a mail came through.</summary>
    /// <param name="received">How many bytes had come over the connection by then.</param>
    public void NotePassed(long received)
    {
        (barren, wasted, useful, since) = (0, 0, received, Stopwatch.GetTimestamp());
        HasMailPassed = breaks.Count > 0;
    }

    /// <summary>Notes that a connection broke.</summary>
    /// <param name="underWay">The mails that were asked for and had not come.</param>
    /// <param name="received">How many bytes had come over the connection.</param>
    /// <returns>False when nothing more is to be tried now.</returns>
    public bool NoteBreak(IReadOnlyCollection<uint> underWay, long received)
    {
        breaks.Add([.. underWay]);
        if (underWay.Count == 1)
            alone[underWay.First()] = alone.GetValueOrDefault(underWay.First()) + 1;

        wasted += received - useful;
        useful = 0;
        return ++barren <= MostBarrenBreaks && breaks.Count <= MostBreaks && wasted <= MostWasted
            && Stopwatch.GetElapsedTime(since) <= LongestBarren;
    }

    /// <summary>
    /// Whether a failure is one of the connection alone. Servers that stumble over one mail say goodbye with words of all kinds; those that
    /// name a time or refuse the login mean us.
    /// </summary>
    public static bool Is(MailServerException failure) =>
        failure is { ConnectionLost: true, RetryAfter: null, Failure.NeedsPerson: false };
}

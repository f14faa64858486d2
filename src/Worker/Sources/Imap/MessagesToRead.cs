using System.Globalization;
using System.Threading.Channels;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.MailServers;
using MailKit;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The messages of one folder that are to be read: what is known of each, and its one answer, handed on as soon as there is one.
/// </summary>
internal sealed class MessagesToRead(ImapAccount account, IReadOnlyList<RemoteItem> items, ChannelWriter<Reading> readings)
{
    /// <summary>What a message is taken for whose size the server does not tell (420 kB): twenty fit in a command.</summary>
    private const long UnknownSize = 8 * 1024 * 1024 / 20;

    /// <summary>A message that was asked for so often without an answer is set aside.</summary>
    private const int MostAttempts = 5;

    /// <summary>Commands that may be refused for reasons that pass before the whole account is left for later.</summary>
    private const int MostRefusals = 20;

    /// <summary>How long a message rests that was set aside; twice as long each time.</summary>
    private static readonly Duration FirstRest = Duration.FromHours(1);
    private static readonly Duration LongestRest = Duration.FromDays(7);

    private readonly SortedDictionary<uint, RemoteItem> open = [];
    private readonly Dictionary<uint, MailAttributes> attributes = [];
    private readonly Dictionary<uint, string> complaints = [];
    private readonly Dictionary<uint, string> hopeless = [];
    private int refusals;

    /// <summary>The folder they are in.</summary>
    public RemoteItem First => items[0];

    /// <summary>All that were asked for.</summary>
    public IEnumerable<uint> All => items.Select(Uid);

    /// <summary>What was neither read nor given up.</summary>
    public List<uint> Left => [.. open.Keys.Where(uid => !hopeless.ContainsKey(uid))];

    /// <summary>Whether any was neither read nor given up.</summary>
    public bool AnyLeft => open.Count > hopeless.Count;

    /// <summary>Those that are set aside if they cannot be read now, and why.</summary>
    public IReadOnlyCollection<KeyValuePair<uint, string>> Hopeless => hopeless;

    public bool IsOpen(uint uid) => open.ContainsKey(uid);

    public bool IsAskedAbout(uint uid) => attributes.ContainsKey(uid);

    public MailAttributes Attributes(uint uid) => attributes.GetValueOrDefault(uid, MailAttributes.None);

    public long Size(uint uid) => Attributes(uid).Size ?? UnknownSize;

    /// <summary>What was wrong with a message the last time it was asked for.</summary>
    public string Complaint(uint uid) => complaints.GetValueOrDefault(uid, "the server lists it but does not send it");

    /// <summary>Puts them in order; what is no message, or one a second time, has vanished.</summary>
    public async Task Sort(CancellationToken ct)
    {
        foreach (var item in items)
        {
            if (Uid(item) is > 0 and var uid && open.TryAdd(uid, item))
                continue;

            await readings.WriteAsync(new VanishedReading(item), ct);
        }
    }

    /// <summary>Notes what the server tells of a message.</summary>
    public void Note(uint uid, MailAttributes told) => attributes[uid] = told;

    /// <summary>Notes what is wrong with a message.</summary>
    public void Complain(uint uid, string reason) => complaints[uid] = reason;

    /// <summary>Notes that messages were refused; a refusal that is not about them is thrown.</summary>
    public void Complain(IReadOnlyList<uint> uids, MailServerException failure)
    {
        // Yahoo says UNAVAILABLE when one message is bad, and means that message; whoever names a time, or says it again and again, means
        // us.
        if (failure.RetryAfter is not null || failure.Failure.NeedsPerson || ++refusals > MostRefusals)
            throw failure;

        foreach (var uid in uids.Where(open.ContainsKey))
            complaints[uid] = failure.Message;
    }

    /// <summary>Hands on the mail a message is; messages nobody asked for are passed over.</summary>
    public ValueTask Take(uint uid, Func<RemoteItem, string, Reading> read, CancellationToken ct) =>
        open.TryGetValue(uid, out var item) ? Answer(uid, read(item, Place(item)), ct) : ValueTask.CompletedTask;

    /// <summary>Answers for those among some messages that are drafts or excluded.</summary>
    public async Task SkipUnwanted(IReadOnlyList<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids)
        {
            if (open.TryGetValue(uid, out var item) && Unwanted(item, Attributes(uid)) is { } unwanted)
                await Answer(uid, unwanted, ct);
        }
    }

    /// <summary>Answers for messages that are not there any more.</summary>
    public async Task AnswerVanished(IEnumerable<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids.Where(open.ContainsKey).ToList())
            await Answer(uid, new VanishedReading(open[uid]), ct);
    }

    /// <summary>Says so of what was read already, too: it may have been another folder's.</summary>
    public async Task AnswerAllVanished(CancellationToken ct)
    {
        foreach (var item in items)
            await readings.WriteAsync(new VanishedReading(item), ct);

        open.Clear();
        hopeless.Clear();
    }

    /// <summary>A message cannot be read now: it is tried again or, after many tries, set aside at the end.</summary>
    public ValueTask Fail(uint uid, string reason, CancellationToken ct, bool mayBeSetAside = true)
    {
        var item = open[uid];
        if (item.Item.Attempts < MostAttempts || !mayBeSetAside)
            return Answer(uid, new FailedReading(item, new Trouble(Place(item), reason, "it is tried again with the next harvest")), ct);

        hopeless[uid] = reason;
        return ValueTask.CompletedTask;
    }

    /// <summary>The last resort: the log at least knows that there is a mail, and it is tried again when it has rested.</summary>
    public ValueTask SetAside(uint uid, string reason, MailFacts? headers, CancellationToken ct)
    {
        var item = open[uid];
        var known = headers is null ? "" : "; until then the log knows it by its headers";
        var remedy = $"it is tried again by itself; to have it tried at once, run: crmsync quarantine retry{known}";
        var rest = Duration.Min(LongestRest, FirstRest * (1L << Math.Clamp(item.Item.Attempts - MostAttempts, 0, 20)));
        return Answer(
            uid, new UnreadableReading(item, new Trouble(Place(item), reason, remedy)) { Headers = headers, RetryAfter = rest }, ct);
    }

    private ValueTask Answer(uint uid, Reading reading, CancellationToken ct)
    {
        open.Remove(uid);
        return readings.WriteAsync(reading, ct);
    }

    private Reading? Unwanted(RemoteItem item, MailAttributes told)
    {
        if (told.Flags.HasFlag(MessageFlags.Draft))
            return new SkippedReading(item, "a draft");

        // On Gmail a draft and the mail it becomes are one message for a moment: it is looked for again when a listing names it without the
        // label.
        if (told.Labels.Any(label =>
            label.TrimStart('\\') is var name && (Is(name, "Draft") || Is(name, "Drafts")) && label.StartsWith('\\')))
            return new GoneReading(item);

        return told.Labels.FirstOrDefault(label => FolderPlan.IsExcluded(account, label, '/')) is { } excluded
            ? new SkippedReading(item, $"in folder {excluded}, excluded by the configuration")
            : null;

        static bool Is(string name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Zero where the key is none.</summary>
    private static uint Uid(RemoteItem item) =>
        uint.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : 0;

    private string Place(RemoteItem item) => $"{account.Name} {item.Folder.Path} UID {item.Key}";
}

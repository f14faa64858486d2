using System.Globalization;
using System.Threading.Channels;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Worker.MailServers;
using MailKit;
using NodaTime;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Reads some messages of one folder: what the server tells of them, then whole those that are not large, many at a time, then of large
/// ones what matters. What does not come is asked for in smaller groups, then alone; the fifth time it is set aside, with a line made of
/// its headers if these can be read, and tried again by itself, less and less often. The others are not held up by it, and where
/// connections break, the line is to blame before any mail is (<see cref="LineTrouble"/>).
/// </summary>
internal sealed class MessageReading(ImapSession session, IReadOnlyList<RemoteItem> items, ChannelWriter<Reading> readings)
{
    /// <summary>How much of a large message is fetched at first: enough for the header and all text of nearly every mail.</summary>
    private const int FirstBytes = 64 * 1024;

    private const int MostAskedAbout = 1000;
    private const int MessagesPerCommand = 200;
    private const long BytesPerCommand = 8 * 1024 * 1024;

    /// <summary>Messages whose size the server does not tell, in one command.</summary>
    private const int UnknownPerCommand = 20;
    private const long UnknownSize = BytesPerCommand / UnknownPerCommand;

    /// <summary>After a command failed: fewer messages suffer with the one that is bad.</summary>
    private const int FewerPerCommand = 10;

    /// <summary>A message that was asked for so often without an answer is set aside.</summary>
    private const int MostAttempts = 5;

    /// <summary>
    /// A message that is asked for alone may be so much larger than the server says: there is none behind it. No mail server takes in mails
    /// of this size.
    /// </summary>
    private const long AloneSize = 160 * 1024 * 1024;

    /// <summary>Known messages that are asked for when it is not clear whether a message or the line is bad.</summary>
    private const int MostWitnesses = 3;

    /// <summary>How long a message rests that was set aside; twice as long each time.</summary>
    private static readonly Duration FirstRest = Duration.FromHours(1);
    private static readonly Duration LongestRest = Duration.FromDays(7);

    /// <summary>Commands that may be refused for reasons that pass before the whole account is left for later.</summary>
    private const int MostRefusals = 20;

    private readonly SortedDictionary<uint, RemoteItem> open = [];
    private readonly Dictionary<uint, MailAttributes> attributes = [];
    private readonly Dictionary<uint, string> complaints = [];
    private readonly Dictionary<uint, string> hopeless = [];
    private readonly LineTrouble trouble = new();
    private HashSet<uint> underWay = [];
    private Queue<uint>? witnesses;
    private bool isAskingWitness;
    private bool isAskingStructure;
    private bool noStructures;
    private int refusals;

    private RemoteItem First => items[0];

    /// <summary>What was neither read nor given up.</summary>
    private List<uint> Left => [.. open.Keys.Where(uid => !hopeless.ContainsKey(uid))];

    /// <summary>Reads all of them.</summary>
    /// <exception cref="MailServerException">When the account is in trouble; what was read before has been handed on.</exception>
    public async Task Run(CancellationToken ct)
    {
        await Sort(ct);
        await ReadAll(ct);
        foreach (var (uid, reason) in hopeless)
            await SetAside(uid, reason, ct);
    }

    private async Task Sort(CancellationToken ct)
    {
        foreach (var item in items)
        {
            if (Uid(item) is > 0 and var uid && open.TryAdd(uid, item))
                continue;

            await readings.WriteAsync(new VanishedReading(item), ct);
        }
    }

    private async Task ReadAll(CancellationToken ct)
    {
        while (open.Count > hopeless.Count)
        {
            var mailbox = await session.Client(ct);
            try
            {
                underWay = [];
                if (!await Examine(mailbox, ct))
                {
                    await AllVanished(ct);
                    return;
                }

                await ReadOpen(mailbox, ct);
                if (MayHaveBeenExchanged(mailbox) && !await Examine(mailbox, ct))
                    await AllVanished(ct);

                return;
            }
            catch (MailServerException e) when (LineTrouble.Is(e))
            {
                var received = mailbox.BytesReceived;
                await session.Drop();
                if (isAskingWitness && witnesses?.Count > 0)
                {
                    // That one may be bad, too; another one tells more.
                    isAskingWitness = false;
                    continue;
                }

                if (isAskingStructure)
                {
                    // A structure nobody can read is no fault of the line: without one these are read whole.
                    (isAskingStructure, noStructures) = (false, true);
                    continue;
                }

                underWay.IntersectWith(Left);
                if (!trouble.Broke(underWay, received))
                    throw;

                foreach (var uid in trouble.Culprits)
                    complaints[uid] = e.Message;

                if (!Left.Except(trouble.Culprits).Any() && !trouble.IsExplained)
                    throw;
            }
            catch (MailServerException e) when (ServerTrouble.IsLocal(e))
            {
                if (MayHaveBeenExchanged(mailbox) && !await Examine(mailbox, ct))
                {
                    await AllVanished(ct);
                    return;
                }

                foreach (var uid in Left)
                    await Fail(uid, e.Message, ct);
            }
        }
    }

    /// <summary>Reads what is left: those that broke the connection after all others, and those that did so twice not at all.</summary>
    private async Task ReadOpen(Mailbox mailbox, CancellationToken ct)
    {
        await Read(mailbox, [.. Left.Except(trouble.Suspects)], ct);
        foreach (var uid in Left.Intersect(trouble.Suspects).Except(trouble.Culprits))
            await Read(mailbox, [uid], ct);

        var culprits = Left.Intersect(trouble.Culprits).ToList();
        if (culprits.Count == 0)
            return;

        // Connections broke without these, or for all alike: then nothing is their fault, and all is tried again later.
        var isProven = trouble.IsExplained && (trouble.HasMailPassed || await HasWitness(mailbox, ct));
        if (!isProven && (culprits.Count > 1 || !trouble.IsExplained))
            throw new MailServerException(MailFailure.Network,
                $"the connection broke again and again ({complaints[culprits[0]]})")
            { ConnectionLost = true };

        foreach (var uid in culprits)
            await Fail(uid, complaints[uid], ct, mayBeSetAside: isProven);
    }

    /// <summary>
    /// Whether a message that is known already comes through, where nothing but bad ones was to be read: else the line may be bad and they
    /// be in order. False when there is no other in the folder.
    /// </summary>
    private async Task<bool> HasWitness(Mailbox mailbox, CancellationToken ct)
    {
        if (witnesses is null)
        {
            // Far from each other: what is bad often lies side by side.
            var known = (await mailbox.Search("UID 1:*", ct)).Except(items.Select(Uid)).ToList();
            var most = Math.Min(MostWitnesses, known.Count);
            witnesses = new Queue<uint>(Enumerable.Range(0, most).Select(i => known[i * (known.Count - 1) / Math.Max(1, most - 1)]));
        }

        underWay = [];
        while (witnesses.TryDequeue(out var uid))
        {
            isAskingWitness = true;
            var hasCome = await mailbox.Section(uid, "", FirstBytes, size: null, ct) is { Length: > 0 };
            isAskingWitness = false;
            if (!hasCome)
                continue;

            trouble.Passed(mailbox.BytesReceived);
            return true;
        }

        return false;
    }

    private async Task Read(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        if (uids.Count == 0)
            return;

        await Ask(mailbox, [.. uids.Where(uid => !attributes.ContainsKey(uid))], ct);
        foreach (var uid in uids)
        {
            if (open.TryGetValue(uid, out var item) && Unwanted(item, Attributes(uid)) is { } unwanted)
                await Done(uid, unwanted, ct);
        }

        if (First.WithBytes)
            await WithBytes(mailbox, [.. uids.Where(uid => open.ContainsKey(uid) && Size(uid) < MailReading.MostBytes)], ct);

        await Whole(mailbox, [.. uids.Where(uid => open.ContainsKey(uid) && !IsLarge(uid))], MessagesPerCommand, ct);
        await Large(mailbox, [.. uids.Where(uid => open.ContainsKey(uid) && IsLarge(uid))], ct);
        var missing = uids.Where(open.ContainsKey).ToList();
        if (missing.Count == 0)
            return;

        // What did not come may be gone; what is still there is asked for in other ways.
        var there = (await mailbox.Search($"UID {string.Join(',', missing)}", ct)).ToHashSet();
        await Vanished(missing.Where(uid => !there.Contains(uid)), ct);
        missing.RemoveAll(uid => !there.Contains(uid));
        if (missing.Count > 1)
            await Whole(mailbox, missing, FewerPerCommand, ct);

        foreach (var uid in missing.Where(open.ContainsKey))
        {
            if (!attributes.ContainsKey(uid))
                await Ask(mailbox, [uid], ct);

            await Whole(mailbox, [uid], 1, ct);
        }

        foreach (var uid in missing.Where(open.ContainsKey))
            await Fail(uid, complaints.GetValueOrDefault(uid, "the server lists it but does not send it"), ct);
    }

    /// <summary>
    /// Asks what the server tells of messages, after a refusal in smaller groups; one that stumbles over its own flags or dates gives the
    /// mails without them.
    /// </summary>
    private async Task Ask(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        foreach (var group in uids.Chunk(Math.Min(trouble.GroupSize, MostAskedAbout)))
        {
            if (!await AskAbout(mailbox, group, ct) && group.Length > FewerPerCommand)
            {
                foreach (var few in group.Chunk(FewerPerCommand))
                    await AskAbout(mailbox, few, ct);
            }
        }
    }

    private async Task<bool> AskAbout(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        try
        {
            underWay = [.. uids];
            foreach (var (uid, told) in await mailbox.Attributes(uids, ct))
                attributes[uid] = told;

            return true;
        }
        catch (MailServerException e) when (!e.ConnectionLost)
        {
            Complain(uids, e);
            return false;
        }
    }

    private async Task Whole(Mailbox mailbox, IReadOnlyList<uint> uids, int most, CancellationToken ct)
    {
        foreach (var group in Groups(uids, Math.Min(most, trouble.GroupSize)))
        {
            underWay = [.. group];
            try
            {
                var size = group is [var only] ? Math.Max(Size(only), AloneSize) : group.Sum(Size);
                await mailbox.Fetch(group, size, (uid, mail) => Take(mailbox, uid, mail, ct), ct);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                Complain(group, e);
            }
        }
    }

    /// <summary>Messages whose bytes are wanted, one by one; what the server does not send so is read like any other.</summary>
    private async Task WithBytes(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids)
        {
            underWay = [uid];
            try
            {
                if (
                    await mailbox.Section(uid, "", MailReading.MostBytes, Size(uid), ct) is
                    { Length: > 0 and < MailReading.MostBytes } bytes
                )
                    await Take(mailbox, uid, MimeReader.Read(bytes), ct, bytes);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                // Without its bytes it can still be read.
                complaints[uid] = e.Message;
            }
        }
    }

    private async Task Large(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        if (uids.Count == 0)
            return;

        var structures = session.Profile.NoPartialFetch || noStructures || trouble.GroupSize == 1 ? null
            : await Structures(mailbox, uids, ct);
        foreach (var uid in uids)
        {
            underWay = [uid];
            try
            {
                var mail = structures?.GetValueOrDefault(uid) is { } structure ? await Outline(mailbox, uid, structure, ct) : null;
                mail ??= await mailbox.FetchOne(uid, Attributes(uid).Size, ct);
                if (mail is not null)
                    await Take(mailbox, uid, mail, ct);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                Complain([uid], e);
            }
        }
    }

    private async Task<IReadOnlyDictionary<uint, BodyPart>?> Structures(Mailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        try
        {
            isAskingStructure = true;
            var structures = await mailbox.Structures(uids, ct);
            isAskingStructure = false;
            return structures;
        }
        catch (MailServerException e) when (!e.ConnectionLost)
        {
            isAskingStructure = false;
            return null;
        }
    }

    /// <summary>A large message without the attachments nobody looks into; null when it is to be read whole.</summary>
    private async Task<MimeMessage?> Outline(Mailbox mailbox, uint uid, BodyPart structure, CancellationToken ct)
    {
        byte[]? beginning = null;
        try
        {
            beginning = await mailbox.Section(uid, "", FirstBytes, Size(uid), ct);
        }
        catch (MailServerException e) when (!e.ConnectionLost && e.Failure == MailFailure.Protocol)
        {
            // It cannot send a part of a mail, or not of this one.
        }

        // What the server cannot send in part, it may send whole; then it is asked that way from now on.
        if (beginning is not { Length: FirstBytes })
        {
            await session.Learn(ServerLesson.NoPartialFetch, ct);
            return null;
        }

        if (LargeMail.Plan(beginning, structure) is not { } large)
            return null;

        var headers = new List<byte[]>();
        foreach (var part in large.HeadersOf)
        {
            if (await mailbox.Section(uid, $"{part}.MIME", FirstBytes, Size(uid), ct) is not { Length: > 0 } header)
                return null;

            headers.Add(header);
        }

        return large.Read(headers);
    }

    private ValueTask Take(Mailbox mailbox, uint uid, MimeMessage mail, CancellationToken ct, byte[]? bytes = null)
    {
        if (!open.TryGetValue(uid, out var item))
            return ValueTask.CompletedTask;

        trouble.Passed(mailbox.BytesReceived);
        underWay.Remove(uid);
        var reading = MailTranslation.CreateReading(item, Place(item), mail, Attributes(uid).InternalDate);
        return Done(uid, reading is MailReading read && bytes is not null ? read with { Bytes = bytes } : reading, ct);
    }

    private IEnumerable<List<uint>> Groups(IReadOnlyList<uint> uids, int most)
    {
        var group = new List<uint>();
        var size = 0L;
        foreach (var uid in uids)
        {
            if (group.Count > 0 && (group.Count >= most || size + Size(uid) > BytesPerCommand))
            {
                yield return group;
                (group, size) = ([], 0);
            }

            group.Add(uid);
            size += Size(uid);
        }

        if (group.Count > 0)
            yield return group;
    }

    private MailAttributes Attributes(uint uid) => attributes.GetValueOrDefault(uid, MailAttributes.None);

    private long Size(uint uid) => Attributes(uid).Size ?? UnknownSize;

    private bool IsLarge(uint uid) => Attributes(uid).Size > session.Options.WholeUpTo;

    /// <summary>
    /// Opens the folder. False when there is none of that name any more, or another one: then the numbers mean other mails than when they
    /// were listed, and the next listing finds these wherever they are.
    /// </summary>
    private async Task<bool> Examine(Mailbox mailbox, CancellationToken ct)
    {
        var folder = First.Folder;
        if (mailbox.Examined?.Name != folder.Path || MayHaveBeenExchanged(mailbox))
        {
            if ((await mailbox.Folders(withStatus: false, ct)).FirstOrDefault(one => one.Name == folder.Path) is not { } listed)
                return false;

            await mailbox.Examine(listed, ct);
        }

        return FolderIdentity.IsSame(folder, mailbox.ExaminedStatus);
    }

    /// <summary>
    /// Cyrus keeps an open folder open by its name: when another one is given that name, the same command reads from there, and nothing
    /// tells. So where folders have an id it is looked at before some are read and after it.
    /// </summary>
    private static bool MayHaveBeenExchanged(Mailbox mailbox) => mailbox.ExaminedStatus.MailboxId is not null;

    /// <summary>Says so of what was read already, too: it may have been another folder's.</summary>
    private async Task AllVanished(CancellationToken ct)
    {
        foreach (var item in items)
            await readings.WriteAsync(new VanishedReading(item), ct);

        open.Clear();
        hopeless.Clear();
    }

    private async Task Vanished(IEnumerable<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids.Where(open.ContainsKey).ToList())
            await Done(uid, new VanishedReading(open[uid]), ct);
    }

    private void Complain(IReadOnlyList<uint> uids, MailServerException failure)
    {
        // Yahoo says UNAVAILABLE when one message is bad, and means that message; whoever names a time, or says it again and again, means
        // us.
        if (failure.RetryAfter is not null || failure.Failure.NeedsPerson || ++refusals > MostRefusals)
            throw failure;

        foreach (var uid in uids.Where(open.ContainsKey))
            complaints[uid] = failure.Message;
    }

    /// <summary>Zero where the key is none.</summary>
    private static uint Uid(RemoteItem item) =>
        uint.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : 0;

    private string Place(RemoteItem item) => $"{session.Account.Name} {item.Folder.Path} UID {item.Key}";

    private Reading? Unwanted(RemoteItem item, MailAttributes told)
    {
        if (told.Flags.HasFlag(MessageFlags.Draft))
            return new SkippedReading(item, "a draft");

        // On Gmail a draft and the mail it becomes are one message for a moment: it is looked for again when a listing names it without the
        // label.
        if (told.Labels.Any(label =>
            label.TrimStart('\\') is var name && (Is(name, "Draft") || Is(name, "Drafts")) && label.StartsWith('\\')))
            return new GoneReading(item);

        return told.Labels.FirstOrDefault(label => FolderPlan.IsExcluded(session.Account, label, '/')) is { } excluded
            ? new SkippedReading(item, $"in folder {excluded}, excluded by the configuration")
            : null;

        static bool Is(string name, string word) => name.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    private ValueTask Done(uint uid, Reading reading, CancellationToken ct)
    {
        open.Remove(uid);
        return readings.WriteAsync(reading, ct);
    }

    private ValueTask Fail(uint uid, string reason, CancellationToken ct, bool mayBeSetAside = true)
    {
        var item = open[uid];
        if (item.Item.Attempts < MostAttempts || !mayBeSetAside)
            return Done(uid, new FailedReading(item, new Trouble(Place(item), reason, "it is tried again with the next harvest")), ct);

        hopeless[uid] = reason;
        return ValueTask.CompletedTask;
    }

    /// <summary>The last resort: the log at least knows that there is a mail, and it is tried again when it has rested.</summary>
    private async Task SetAside(uint uid, string reason, CancellationToken ct)
    {
        if (!open.TryGetValue(uid, out var item))
            return;

        MailFacts? headers = null;
        try
        {
            var mailbox = await session.Client(ct);
            if (!await Examine(mailbox, ct))
            {
                await Vanished([uid], ct);
                return;
            }

            if (await mailbox.Section(uid, "HEADER", FirstBytes, Size(uid), ct) is { } header)
                headers = MailTranslation.FactsOfHeaders(MimeReader.Read(header), stored: null);
        }
        catch (MailServerException e) when (e.ConnectionLost || ServerTrouble.IsLocal(e))
        {
            // Not even its headers: what is wrong with it was said before.
            if (e.ConnectionLost)
                await session.Drop();
        }

        var known = headers is null ? "" : "; until then the log knows it by its headers";
        var remedy = $"it is tried again by itself; to have it tried at once, run: crmsync quarantine retry{known}";
        await Done(
            uid,
            new UnreadableReading(item, new Trouble(Place(item), reason, remedy)) { Headers = headers, RetryAfter = Rest(item) },
            ct);
    }

    private static Duration Rest(RemoteItem item) =>
        Duration.Min(LongestRest, FirstRest * (1L << Math.Clamp(item.Item.Attempts - MostAttempts, 0, 20)));
}

using System.Globalization;
using System.Threading.Channels;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Net;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Reads some messages of one folder in one pass over the wire: the first bytes of each, then whole those whose rest matters. What does not
/// come, or comes in a form that cannot be read, is asked for in smaller groups, then alone, without its attributes, whole instead of in
/// part; the fifth time it is quarantined, with a line made of its headers if these can be read. The others are not held up by it.
/// </summary>
internal sealed class MessageReading(ImapSession session, IReadOnlyList<RemoteItem> items, ChannelWriter<Reading> readings)
{
    /// <summary>
    /// How much of each message the first pass brings: enough for the header and all text of nearly every mail, little of attachments.
    /// </summary>
    public const int FirstBytes = 16 * 1024;

    private const int MessagesPerCommand = 100;

    /// <summary>After a command failed: fewer messages suffer with the one that is bad.</summary>
    private const int FewerPerCommand = 10;

    /// <summary>Commands under way at a time.</summary>
    private const int CommandsAhead = 4;

    /// <summary>A message that was asked for so often without an answer is a case for a person.</summary>
    private const int MostAttempts = 5;

    /// <summary>Messages that may break the connection before the server is to blame, and the account is left for later.</summary>
    private const int MostKillers = 3;

    /// <summary>Commands that may be refused for reasons that pass before the whole account is left for later.</summary>
    private const int MostRefusals = 20;

    private readonly Dictionary<uint, RemoteItem> open = [];
    private readonly Dictionary<uint, string> complaints = [];
    private readonly Dictionary<uint, CutMessage> cut = [];
    private readonly List<uint> unsure = [];
    private readonly List<uint> whole = [];
    private readonly List<(uint Uid, string Reason)> hopeless = [];
    private readonly ParsingConsumer parsing = new();
    private int refusals;
    private int misunderstandings;
    private int killers;

    /// <summary>A message of which the beginning was read, and which has nothing more to tell if it has no further parts.</summary>
    private sealed record CutMessage(int Parts, Reading Reading);

    private RemoteItem First => items[0];

    /// <summary>Reads all of them.</summary>
    /// <exception cref="MailServerException">When the account is in trouble; what was read before has been handed on.</exception>
    public async Task Run(CancellationToken ct)
    {
        await Sort(ct);
        await ReadWhole(ct);
        foreach (var (uid, reason) in hopeless)
            await SetAside(uid, reason, ct);
    }

    private async Task ReadWhole(CancellationToken ct)
    {
        for (var breaks = 0; open.Count > hopeless.Count;)
        {
            var before = Left.Count;
            var client = await session.Client(ct);
            try
            {
                if (!await Examine(client, ct))
                {
                    await AllVanished(ct);
                    return;
                }

                await Read(client, alone: breaks > 0, ct);
                if (MayHaveBeenExchanged(client) && !await Examine(client, ct))
                    await AllVanished(ct);

                return;
            }
            catch (MailServerException e) when (e.ConnectionLost)
            {
                await session.Drop();
                breaks = Left.Count < before ? 1 : breaks + 1;
                if (breaks < 2)
                    continue;

                // Asked for alone, the first of them broke the connection again: it is the one. Unless every message does so.
                if (++killers > MostKillers)
                    throw;

                await Fail(Left.Min(), e.Message, ct);
                breaks = 1;
            }
            catch (MailServerException e) when (ImapTrouble.IsLocal(e))
            {
                if (MayHaveBeenExchanged(client) && !await Examine(client, ct))
                {
                    await AllVanished(ct);
                    return;
                }

                foreach (var uid in Left)
                    await Fail(uid, e.Message, ct);
            }
        }
    }

    /// <summary>What was neither read nor given up.</summary>
    private List<uint> Left => [.. open.Keys.Except(hopeless.Select(one => one.Uid))];

    private async Task Sort(CancellationToken ct)
    {
        foreach (var item in items)
        {
            if (uint.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) && uid > 0 && open.TryAdd(uid, item))
                continue;

            await readings.WriteAsync(new VanishedReading(item), ct);
        }
    }

    /// <summary>
    /// Opens the folder. False when there is none of that name any more, or another one: then the numbers mean other mails than when they
    /// were listed, and the next listing finds these wherever they are.
    /// </summary>
    private async Task<bool> Examine(ImapClient client, CancellationToken ct)
    {
        var folder = First.Folder;
        if (client.Examined?.Name != folder.Path || MayHaveBeenExchanged(client))
        {
            if ((await client.Folders(withStatus: false, ct)).FirstOrDefault(one => one.Name == folder.Path) is not { } listed)
                return false;

            await client.Examine(listed, ct);
        }

        return FolderIdentity.IsSame(folder, client.ExaminedStatus);
    }

    /// <summary>
    /// Cyrus keeps an open folder open by its name: when another one is given that name, the same command reads from there, and nothing
    /// tells. So where folders have an id it is looked at before some are read and after it.
    /// </summary>
    private static bool MayHaveBeenExchanged(ImapClient client) => client.ExaminedStatus.MailboxId is not null;

    /// <summary>Says so of what was read already, too: it may have been another folder's.</summary>
    private async Task AllVanished(CancellationToken ct)
    {
        foreach (var item in items)
            await readings.WriteAsync(new VanishedReading(item), ct);

        open.Clear();
    }

    private async Task Vanished(IEnumerable<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids.ToList())
            await Done(uid, new VanishedReading(open[uid]), ct);
    }

    private async Task Read(ImapClient client, bool alone, CancellationToken ct)
    {
        if (alone)
            await Pass(client, UidSet.Of([Left.Min()]), FirstPass(), ct);

        var ahead = session.Profile.NoPipelining ? 1 : CommandsAhead;
        await Pass(client, UidSet.Of(Left, MessagesPerCommand), FirstPass() with { Ahead = ahead }, ct);
        if (Left.Count == 0)
            return;

        // What did not come may be gone; what is still there is asked for in other ways.
        var there = new HashSet<uint>();
        foreach (var set in UidSet.Of(Left))
            there.UnionWith(await client.Search($"UID {set}", ct));

        await Vanished(Left.Where(uid => !there.Contains(uid)), ct);
        await InSmallerGroups(client, ct);
        await Alone(client, FirstPass(), ct);
        await Alone(client, FirstPass() with { Attributes = false }, ct);
        if (!session.Profile.NoPartialFetch)
            await InOnePiece(client, ct);

        foreach (var uid in Left)
            await Fail(uid, complaints.GetValueOrDefault(uid, "the server lists it but does not send it"), ct);
    }

    /// <summary>
    /// A server that did not understand several commands at once, and understands them one after the other, is not sent several again.
    /// </summary>
    private async Task InSmallerGroups(ImapClient client, CancellationToken ct)
    {
        if (Left.Count <= 1)
            return;

        var wasMisunderstood = misunderstandings > 0;
        await Pass(client, UidSet.Of(Left, FewerPerCommand), FirstPass(), ct);
        if (wasMisunderstood && Left.Count == 0 && !session.Profile.NoPipelining)
            await session.Learn(ServerLesson.NoPipelining, ct);
    }

    private async Task Alone(ImapClient client, FetchRequest request, CancellationToken ct)
    {
        foreach (var uid in Left)
            await Pass(client, UidSet.Of([uid]), request, ct);
    }

    /// <summary>What the server cannot send in part, it may send whole; then it is asked that way from now on.</summary>
    private async Task InOnePiece(ImapClient client, CancellationToken ct)
    {
        foreach (var uid in Left)
        {
            await Pass(client, UidSet.Of([uid]), FetchRequest.Whole(FirstBytes) with { Attributes = false, Ahead = 1 }, ct);
            if (!open.ContainsKey(uid))
                await session.Learn(ServerLesson.NoPartialFetch, ct);
        }
    }

    private FetchRequest FirstPass() =>
        (session.Profile.NoPartialFetch ? FetchRequest.Whole(FirstBytes) : FetchRequest.FirstBytes(FirstBytes)) with
        {
            Ahead = 1,
        };

    /// <summary>
    /// One pass over some messages; they come in any order, with others in between. What the first bytes do not tell is asked for on the
    /// way, so that it costs no turns of its own but for the last.
    /// </summary>
    private async Task Pass(ImapClient client, IReadOnlyList<UidSet> sets, FetchRequest request, CancellationToken ct)
    {
        cut.Clear();
        unsure.Clear();
        whole.Clear();
        var index = 0;
        var asked = new Queue<UidSet>();
        do
        {
            // A cut message whose structure was asked for and did not come is asked for whole.
            whole.AddRange(cut.Keys);
            cut.Clear();
            var fetch = client.Fetch(Next, request.Ahead);
            await foreach (var message in fetch.Messages(ct))
            {
                // Some servers leave the UID out; where only one message was asked for, what brings a part of a mail is that one.
                var named = message.Uid ?? (sets is [{ Count: 1 } only] && message.Section is not null ? only.First : null);
                if (named is { } uid && open.TryGetValue(uid, out var item))
                    await Take(uid, item, message, ct);
            }

            Complain(fetch.Refusals);
        }
        while (cut.Count + whole.Count > 0);

        FetchOrder? Next()
        {
            var isLast = index == sets.Count;
            if (asked.Count == 0 && whole.Count >= (isLast ? 1 : MessagesPerCommand))
                Ask(whole);

            if (asked.TryDequeue(out var set))
                return new FetchOrder(set, FetchRequest.Whole(0) with { Consumer = parsing });

            if (unsure.Count >= (isLast ? 1 : MessagesPerCommand))
            {
                var some = UidSet.Of(unsure)[0];
                unsure.RemoveAll(uid => uid >= some.First && uid <= some.Last);
                return new FetchOrder(some, FetchRequest.Structure);
            }

            return isLast ? null : new FetchOrder(sets[index++], request);
        }

        void Ask(List<uint> uids)
        {
            foreach (var set in UidSet.Of(uids, MessagesPerCommand))
                asked.Enqueue(set);

            uids.Clear();
        }
    }

    private async Task Take(uint uid, RemoteItem item, FetchedMessage message, CancellationToken ct)
    {
        if (message.Problem is { } problem)
            complaints[uid] = problem;
        else if (message.Request.Parts)
            await TakeStructure(uid, message.Leaves, ct);
        else if (Unwanted(item, message) is { } unwanted)
            await Done(uid, unwanted, ct);
        else if (message.Section == BodySection.Message && message.Request.Consumer is not null)
            await Done(uid, ReadingOf(item, parsing.Finish(), message), ct);
        else if (message.Section == BodySection.Message)
            await TakeBeginning(uid, item, message, ct);
    }

    private async Task TakeBeginning(uint uid, RemoteItem item, FetchedMessage message, CancellationToken ct)
    {
        var mail = MimeReader.Read(message.Body);
        if (message.IsWhole)
        {
            await Done(uid, ReadingOf(item, mail, message), ct);
        }
        else if (PartsIfOnlyAttachmentMissing(mail) is { } parts)
        {
            cut[uid] = new CutMessage(parts, ReadingOf(item, mail, message));
            unsure.Add(uid);
        }
        else
        {
            whole.Add(uid);
        }
    }

    private async Task TakeStructure(uint uid, int? leaves, CancellationToken ct)
    {
        if (!cut.Remove(uid, out var beginning))
            return;

        if (leaves == beginning.Parts)
            await Done(uid, beginning.Reading, ct);
        else
            whole.Add(uid);
    }

    private void Complain(IReadOnlyList<(UidSet Set, MailServerException Failure)> failures)
    {
        foreach (var (set, failure) in failures)
        {
            // Yahoo says UNAVAILABLE when one message is bad, and means that message; whoever names a time, or says it again and again,
            // means us.
            if (failure.RetryAfter is not null || failure.Failure is MailFailure.Auth or MailFailure.Config || ++refusals > MostRefusals)
                throw failure;

            misunderstandings += failure.Failure == MailFailure.Protocol ? 1 : 0;
            foreach (var uid in open.Keys.Where(uid => uid >= set.First && uid <= set.Last))
                complaints[uid] = failure.Message;
        }
    }

    private Reading ReadingOf(RemoteItem item, MimeMessage mail, FetchedMessage message) =>
        MailTranslation.ReadingOf(item, PlaceOf(item), mail, message.InternalDate);

    private string PlaceOf(RemoteItem item) => $"{session.Account.Name} {item.Folder.Path} UID {item.Key}";

    private Reading? Unwanted(RemoteItem item, FetchedMessage message)
    {
        if (message.Flags.Contains(@"\Draft", StringComparer.OrdinalIgnoreCase))
            return new SkippedReading(item, "a draft");

        // On Gmail a draft and the mail it becomes are one message for a moment: it is looked for again when a listing names it without the
        // label.
        if (
            message.Labels.Contains(@"\Draft", StringComparer.OrdinalIgnoreCase)
            || message.Labels.Contains(@"\Drafts", StringComparer.OrdinalIgnoreCase))
            return new GoneReading(item);

        return message.Labels.FirstOrDefault(label => FolderPlan.IsExcluded(session.Account, label, '/')) is { } excluded
            ? new SkippedReading(item, $"in folder {excluded}, excluded by the configuration")
            : null;
    }

    private ValueTask Done(uint uid, Reading reading, CancellationToken ct)
    {
        open.Remove(uid);
        return readings.WriteAsync(reading, ct);
    }

    private ValueTask Fail(uint uid, string reason, CancellationToken ct)
    {
        var item = open[uid];
        if (item.Item.Attempts < MostAttempts)
            return Done(uid, new FailedReading(item, new Trouble(PlaceOf(item), reason, "it is tried again with the next harvest")), ct);

        hopeless.Add((uid, reason));
        return ValueTask.CompletedTask;
    }

    /// <summary>The last resort: a person must look at the mail, and the log at least knows that there is one.</summary>
    private async Task SetAside(uint uid, string reason, CancellationToken ct)
    {
        if (!open.TryGetValue(uid, out var item))
            return;

        MailFacts? headers = null;
        try
        {
            var client = await session.Client(ct);
            if (!await Examine(client, ct))
            {
                await Vanished([uid], ct);
                return;
            }

            headers = await HeadersOf(client, uid, ct);
        }
        catch (MailServerException e) when (e.ConnectionLost || ImapTrouble.IsLocal(e))
        {
            // Not even its headers: what is wrong with it was said before.
            if (e.ConnectionLost)
                await session.Drop();
        }

        var known = headers is null ? "" : "; until then the log knows it by its headers";
        var trouble = new Trouble(
            PlaceOf(item),
            reason,
            $"look at it with a mail program; move it to another folder, or run: crmsync quarantine retry{known}");
        await Done(uid, new UnreadableReading(item, trouble) { Headers = headers }, ct);
    }

    private static async Task<MailFacts?> HeadersOf(ImapClient client, uint uid, CancellationToken ct)
    {
        MailFacts? headers = null;
        await foreach (var message in client.Fetch(UidSet.Of([uid]), FetchRequest.HeaderOnly(64 * 1024)).Messages(ct))
        {
            if ((message.Uid ?? uid) == uid && message is { Section: BodySection.Header, Problem: null })
                headers = MailTranslation.FactsOfHeaders(MimeReader.Read(message.Body), stored: null);
        }

        return headers;
    }

    /// <summary>
    /// How many parts a message has as far as it was read, if all that is missing of it is the rest of an attachment: the cut lies in a
    /// base64 part that nobody looks into. Null when the rest may matter.
    /// </summary>
    private static int? PartsIfOnlyAttachmentMissing(MimeMessage mail)
    {
        if (mail.Root.ContentType is not ("multipart/mixed" or "multipart/related"))
            return null;

        var leaves = mail.Root.All().Where(part => !part.IsMultipart).ToList();
        var last = leaves.Count > 1 ? leaves[^1] : null;
        var isBlind =
            last is { TransferEncodingName: "base64" }
            && last.ContentType.Split('/')[0] is "application" or "image" or "audio" or "video" or "font"
            && last!.ContentType is not ("application/ics" or "application/ms-tnef" or "application/vnd.ms-tnef");
        return isBlind && leaves.TrueForAll(part => !part.ContentType.StartsWith("message/", StringComparison.Ordinal))
            ? leaves.Count
            : null;
    }

    /// <summary>Parses whole messages as they arrive, so that their size does not matter.</summary>
    private sealed class ParsingConsumer : BodyConsumer
    {
        private MimeParser parser = new();

        public MimeMessage Finish() => parser.Finish();

        protected override void Begin(long announced) => parser = new MimeParser();

        protected override void Write(ReadOnlySpan<byte> bytes) => parser.Append(bytes);
    }
}

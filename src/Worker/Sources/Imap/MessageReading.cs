using System.Globalization;
using CrmSync.Mail.Imap;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Net;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Reads some messages of one folder in one pass over the wire: the first bytes of each, then whole those whose rest matters. What does not come, or comes in a
/// form that cannot be read, is asked for alone, then without its attributes, and in the end quarantined; the others are not held up by it.
/// </summary>
internal sealed class MessageReading(ImapSession session, IReadOnlyList<RemoteItem> items)
{
    /// <summary>How much of each message the first pass brings: enough for the header and all text of nearly every mail, little of attachments.</summary>
    public const int FirstBytes = 16 * 1024;

    private const int MessagesPerCommand = 100;

    /// <summary>A message that was asked for so often without an answer is a case for a person.</summary>
    private const int MostAttempts = 5;

    /// <summary>Messages that may break the connection before the server is to blame, and the account is left for later.</summary>
    private const int MostKillers = 3;

    /// <summary>Commands that may be refused for reasons that pass before the whole account is left for later.</summary>
    private const int MostRefusals = 20;

    private readonly Dictionary<uint, RemoteItem> open = [];
    private readonly Dictionary<uint, string> complaints = [];
    private readonly List<uint> whole = [];
    private readonly List<CutMessage> cut = [];
    private readonly List<Reading> results = [];
    private int refusals;
    private int killers;

    /// <summary>A message of which the beginning was read, and which has nothing more to tell if it has no further parts.</summary>
    private sealed record CutMessage(uint Uid, int Parts, Reading Reading);

    /// <summary>What was read so far; one result an item.</summary>
    public IReadOnlyList<Reading> Results => results;

    /// <summary>Why the reading broke off.</summary>
    public SourceException? Broken { get; set; }

    private RemoteItem First => items[0];

    /// <summary>Reads all of them.</summary>
    /// <exception cref="MailServerException">When the account is in trouble; <see cref="Results"/> holds what was read before.</exception>
    public async Task Run(CancellationToken ct)
    {
        Sort();
        for (var breaks = 0; open.Count > 0;)
        {
            var before = open.Count;
            var client = await session.Client(ct);
            try
            {
                if (await Examine(client, ct))
                    await Read(client, alone: breaks > 0, ct);
                else
                    AllGone();

                return;
            }
            catch (MailServerException e) when (e.ConnectionLost)
            {
                await session.Drop();
                breaks = open.Count < before ? 1 : breaks + 1;
                if (breaks < 2)
                    continue;

                // Asked for alone, the first of them broke the connection again: it is the one. Unless every message does so.
                if (++killers > MostKillers)
                {
                    session.Failed(e);
                    throw;
                }

                Fail(open.Keys.Min(), e.Message);
                breaks = 1;
            }
            catch (MailServerException e) when (ImapTrouble.IsLocal(e))
            {
                foreach (var uid in open.Keys.ToList())
                    Fail(uid, e.Message);
            }
        }
    }

    private void Sort()
    {
        foreach (var item in items)
        {
            if (uint.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) && uid > 0 && open.TryAdd(uid, item))
                continue;

            results.Add(new GoneReading(item));
        }
    }

    /// <summary>Opens the folder unless it is open, and makes sure the numbers mean what they meant when they were listed. False when there is no such folder any more.</summary>
    private async Task<bool> Examine(ImapClient client, CancellationToken ct)
    {
        var folder = First.Folder;
        if (client.Examined?.Name == folder.Path)
            return true;

        if ((await client.Folders(withStatus: false, ct)).FirstOrDefault(one => one.Name == folder.Path) is not { } listed)
            return false;

        var status = await client.Examine(listed, ct);
        if (status.UidValidity is { } validity && folder.Cursor.UidValidity is { } expected && validity != (ulong)expected)
            throw new MailServerException(MailFailure.Protocol, $"the mails of the folder \"{folder.Path}\" were numbered anew since they were listed");

        return true;
    }

    private void AllGone()
    {
        foreach (var uid in open.Keys.ToList())
            Done(uid, new GoneReading(open[uid]));
    }

    private async Task Read(ImapClient client, bool alone, CancellationToken ct)
    {
        if (alone)
            await Pass(client, UidSet.Of([open.Keys.Min()]), FirstPass(), ct);

        await Pass(client, UidSet.Of(open.Keys.Except(whole).Except(cut.Select(one => one.Uid)), MessagesPerCommand), FirstPass(), ct);
        await Settle(client, ct);
        if (open.Count == 0)
            return;

        // What did not come may be gone; what is still there is asked for by itself, without what servers stumble over.
        var there = new HashSet<uint>();
        foreach (var set in UidSet.Of(open.Keys))
            there.UnionWith(await client.Search($"UID {set}", ct));

        foreach (var uid in open.Keys.Where(uid => !there.Contains(uid)).ToList())
            Done(uid, new GoneReading(open[uid]));

        await Pass(client, UidSet.Of(open.Keys, most: 1), FirstPass() with { Ahead = 1 }, ct);
        await Pass(client, UidSet.Of(open.Keys, most: 1), FirstPass() with { Ahead = 1, Attributes = false }, ct);
        await Settle(client, ct);
        foreach (var uid in open.Keys.ToList())
            Fail(uid, complaints.GetValueOrDefault(uid, "the server lists it but does not send it"));
    }

    private FetchRequest FirstPass() =>
        (session.Profile.NoPartialFetch ? FetchRequest.Whole(FirstBytes) : FetchRequest.FirstBytes(FirstBytes)) with { Ahead = session.Profile.NoPipelining ? 1 : 4 };

    /// <summary>One pass over some messages; they come in any order, with others in between.</summary>
    private async Task Pass(ImapClient client, IReadOnlyList<UidSet> sets, FetchRequest request, CancellationToken ct)
    {
        if (sets.Count == 0)
            return;

        var fetch = client.Fetch(sets, request);
        await foreach (var message in fetch.Messages(ct))
        {
            if (message.Uid is not { } uid || !open.TryGetValue(uid, out var item))
                continue;

            if (message.Problem is { } problem)
                complaints[uid] = problem;
            else if (Unwanted(message) is { } reason)
                Done(uid, new SkippedReading(item, reason));
            else if (message.Section == BodySection.Message)
                Take(uid, item, message);
        }

        foreach (var (set, failure) in fetch.Refusals)
        {
            // Yahoo says UNAVAILABLE when one message is bad, and means that message; whoever names a time, or says it again and again, means us.
            if (failure.RetryAfter is not null || failure.Failure is MailFailure.Auth or MailFailure.Config || ++refusals > MostRefusals)
                throw failure;

            foreach (var uid in open.Keys.Where(uid => uid >= set.First && uid <= set.Last))
                complaints[uid] = failure.Message;
        }
    }

    private void Take(uint uid, RemoteItem item, FetchedMessage message)
    {
        var mail = MimeReader.Read(message.Body);
        if (message.IsWhole)
            Done(uid, ReadingOf(item, mail, message));
        else if (PartsIfOnlyAttachmentMissing(mail) is { } parts)
            cut.Add(new CutMessage(uid, parts, ReadingOf(item, mail, message)));
        else
            whole.Add(uid);
    }

    /// <summary>Fetches what the first bytes did not tell.</summary>
    private async Task Settle(ImapClient client, CancellationToken ct)
    {
        if (cut.Count > 0)
        {
            var parts = new Dictionary<uint, int?>();
            await foreach (var message in client.Fetch(UidSet.Of(cut.Select(one => one.Uid)), FetchRequest.Structure).Messages(ct))
            {
                if (message.Uid is { } uid && message.Problem is null)
                    parts[uid] = message.Leaves;
            }

            foreach (var one in cut)
            {
                if (parts.GetValueOrDefault(one.Uid) == one.Parts)
                    Done(one.Uid, one.Reading);
                else
                    whole.Add(one.Uid);
            }

            cut.Clear();
        }

        if (whole.Count == 0)
            return;

        var sets = UidSet.Of(whole, MessagesPerCommand);
        whole.Clear();
        var consumer = new ParsingConsumer();
        await foreach (var message in client.Fetch(sets, FetchRequest.Whole(0) with { Consumer = consumer }).Messages(ct))
        {
            if (message.Uid is { } uid && open.TryGetValue(uid, out var item) && message.IsWhole)
                Done(uid, ReadingOf(item, consumer.Finish(), message));
            else if (message.Uid is { } unread && message.Problem is { } problem)
                complaints[unread] = problem;
        }
    }

    private Reading ReadingOf(RemoteItem item, MimeMessage mail, FetchedMessage message) => MailTranslation.ReadingOf(item, PlaceOf(item), mail, message.InternalDate);

    private string PlaceOf(RemoteItem item) => $"{session.Account.Name} {item.Folder.Path} UID {item.Key}";

    private string? Unwanted(FetchedMessage message)
    {
        if (message.Flags.Contains(@"\Draft", StringComparer.OrdinalIgnoreCase) || message.Labels.Contains(@"\Draft", StringComparer.OrdinalIgnoreCase)
            || message.Labels.Contains(@"\Drafts", StringComparer.OrdinalIgnoreCase))
            return "a draft";

        return message.Labels.FirstOrDefault(label => FolderPlan.IsExcluded(session.Account, label, '/')) is { } excluded ? $"in folder {excluded}, excluded by the configuration" : null;
    }

    private void Done(uint uid, Reading reading)
    {
        open.Remove(uid);
        results.Add(reading);
    }

    private void Fail(uint uid, string reason)
    {
        var item = open[uid];
        var trouble = new Trouble(PlaceOf(item), reason, item.Item.Attempts >= MostAttempts
            ? "look at it with a mail program; move it to another folder, or run: crmsync quarantine retry"
            : "it is tried again with the next harvest");
        Done(uid, item.Item.Attempts >= MostAttempts ? new UnreadableReading(item, trouble) : new FailedReading(item, trouble));
    }

    /// <summary>
    /// How many parts a message has as far as it was read, if all that is missing of it is the rest of an attachment: the cut lies in a base64 part that nobody
    /// looks into. Null when the rest may matter.
    /// </summary>
    private static int? PartsIfOnlyAttachmentMissing(MimeMessage mail)
    {
        if (mail.Root.ContentType is not ("multipart/mixed" or "multipart/related"))
            return null;

        var leaves = mail.Root.All().Where(part => !part.IsMultipart).ToList();
        var last = leaves.Count > 1 ? leaves[^1] : null;
        var isBlind = last is { TransferEncodingName: "base64" } && last.ContentType.Split('/')[0] is "application" or "image" or "audio" or "video" or "font"
            && last!.ContentType is not ("application/ics" or "application/ms-tnef" or "application/vnd.ms-tnef");
        return isBlind && leaves.TrueForAll(part => !part.ContentType.StartsWith("message/", StringComparison.Ordinal)) ? leaves.Count : null;
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

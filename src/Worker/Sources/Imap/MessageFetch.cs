using CrmSync.Mail.Mime;
using CrmSync.Worker.MailServers;
using MailKit;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Fetches messages in the way that suits their size: whole those that are not large, many at a time; of large ones what matters, by
/// header, structure and the parts that are read.
/// </summary>
internal sealed class MessageFetch(ImapSession session, MessagesToRead messages, LineTrouble trouble)
{
    /// <summary>How much of a large message is fetched at first: enough for the header and all text of nearly every mail.</summary>
    public const int FirstBytes = 64 * 1024;

    /// <summary>Whole messages in one command.</summary>
    public const int MessagesPerCommand = 200;

    /// <summary>After a command failed: fewer messages suffer with the one that is bad.</summary>
    public const int FewerPerCommand = 10;

    private const int MostAskedAbout = 1000;
    private const long BytesPerCommand = 8 * 1024 * 1024;

    /// <summary>
    /// A message that is asked for alone may be so much larger than the server says: there is none behind it. No mail server takes in mails
    /// of this size.
    /// </summary>
    private const long AloneSize = 160 * 1024 * 1024;

    private bool isAskingStructure;
    private bool noStructures;

    /// <summary>What was asked for last and has not come.</summary>
    public HashSet<uint> UnderWay { get; private set; } = [];

    public bool IsLarge(uint uid) => messages.Attributes(uid).Size > session.Options.WholeUpTo;

    /// <summary>Nothing is asked for now.</summary>
    public void Rest() => UnderWay = [];

    /// <summary>
    /// After the connection broke: true when a structure was asked for. One nobody can read is no fault of the line; without one messages
    /// are read whole from now on.
    /// </summary>
    public bool DropStructures()
    {
        if (!isAskingStructure)
            return false;

        (isAskingStructure, noStructures) = (false, true);
        return true;
    }

    /// <summary>
    /// Asks what the server tells of messages, after a refusal in smaller groups; one that stumbles over its own flags or dates gives the
    /// mails without them.
    /// </summary>
    public async Task Ask(ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
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

    /// <summary>Fetches messages whole.</summary>
    public async Task FetchWhole(ImapMailbox mailbox, IReadOnlyList<uint> uids, int most, CancellationToken ct)
    {
        foreach (var group in Groups(uids, Math.Min(most, trouble.GroupSize)))
        {
            UnderWay = [.. group];
            try
            {
                var size = group is [var only] ? Math.Max(messages.Size(only), AloneSize) : group.Sum(messages.Size);
                await mailbox.Messages.Fetch(group, size, (uid, mail) => Take(mailbox, uid, mail, ct), ct);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                messages.Complain(group, e);
            }
        }
    }

    /// <summary>Fetches messages whose bytes are wanted, one by one; what the server does not send so is fetched like any other.</summary>
    public async Task FetchWithBytes(ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        foreach (var uid in uids)
        {
            UnderWay = [uid];
            try
            {
                if (
                    await mailbox.Messages.Section(uid, "", MailReading.MostBytes, messages.Size(uid), ct) is
                    { Length: > 0 and < MailReading.MostBytes } bytes
                )
                    await Take(mailbox, uid, MimeReader.Read(bytes), ct, bytes);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                // Without its bytes it can still be read.
                messages.Complain(uid, e.Message);
            }
        }
    }

    /// <summary>Fetches what matters of large messages.</summary>
    public async Task FetchLarge(ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        if (uids.Count == 0)
            return;

        var structures = session.Profile.NoPartialFetch || noStructures || trouble.GroupSize == 1 ? null
            : await Structures(mailbox, uids, ct);
        foreach (var uid in uids)
        {
            UnderWay = [uid];
            try
            {
                var mail = structures?.GetValueOrDefault(uid) is { } structure ? await Outline(mailbox, uid, structure, ct) : null;
                mail ??= await mailbox.Messages.FetchOne(uid, messages.Attributes(uid).Size, ct);
                if (mail is not null)
                    await Take(mailbox, uid, mail, ct);
            }
            catch (MailServerException e) when (!e.ConnectionLost)
            {
                messages.Complain([uid], e);
            }
        }
    }

    private async Task<bool> AskAbout(ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        try
        {
            UnderWay = [.. uids];
            foreach (var (uid, told) in await mailbox.Messages.Attributes(uids, ct))
                messages.Note(uid, told);

            return true;
        }
        catch (MailServerException e) when (!e.ConnectionLost)
        {
            messages.Complain(uids, e);
            return false;
        }
    }

    private async Task<IReadOnlyDictionary<uint, BodyPart>?> Structures(
        ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        try
        {
            isAskingStructure = true;
            var structures = await mailbox.Messages.Structures(uids, ct);
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
    private async Task<MimeMessage?> Outline(ImapMailbox mailbox, uint uid, BodyPart structure, CancellationToken ct)
    {
        var size = messages.Size(uid);
        byte[]? beginning = null;
        try
        {
            beginning = await mailbox.Messages.Section(uid, "", FirstBytes, size, ct);
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
            if (await mailbox.Messages.Section(uid, $"{part}.MIME", FirstBytes, size, ct) is not { Length: > 0 } header)
                return null;

            headers.Add(header);
        }

        return large.Read(headers);
    }

    private ValueTask Take(ImapMailbox mailbox, uint uid, MimeMessage mail, CancellationToken ct, byte[]? bytes = null)
    {
        if (!messages.IsOpen(uid))
            return ValueTask.CompletedTask;

        trouble.NotePassed(mailbox.BytesReceived);
        UnderWay.Remove(uid);
        return messages.Take(
            uid,
            (item, place) => MailTranslation.CreateReading(item, place, mail, messages.Attributes(uid).InternalDate) is var reading
                && reading is MailReading read
                    ? read with
                    {
                        Bytes = bytes,
                        Labels = [.. messages.Attributes(uid).Labels, .. messages.Attributes(uid).Keywords],
                        FolderPath = item.Folder.Path,
                        Delimiter = mailbox.Examined?.Delimiter,
                    }
                    : reading,
            ct);
    }

    private IEnumerable<List<uint>> Groups(IReadOnlyList<uint> uids, int most)
    {
        var group = new List<uint>();
        var size = 0L;
        foreach (var uid in uids)
        {
            if (group.Count > 0 && (group.Count >= most || size + messages.Size(uid) > BytesPerCommand))
            {
                yield return group;
                (group, size) = ([], 0);
            }

            group.Add(uid);
            size += messages.Size(uid);
        }

        if (group.Count > 0)
            yield return group;
    }
}

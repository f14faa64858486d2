using System.Threading.Channels;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Reads some messages of one folder: what the server tells of them, then the messages themselves. What does not come is asked for in
/// smaller groups, then alone; the fifth time it is set aside, with a line made of its headers if these can be read, and tried again by
/// itself, less and less often. The others are not held up by it, and where connections break, the line is to blame before any mail is
/// (<see cref="LineTrouble"/>).
/// </summary>
internal sealed class MessageReading
{
    /// <summary>Known messages that are asked for when it is not clear whether a message or the line is bad.</summary>
    private const int MostWitnesses = 3;

    private readonly ImapSession session;
    private readonly MessagesToRead messages;
    private readonly MessageFetch fetch;
    private readonly LineTrouble trouble = new();
    private Queue<uint>? witnesses;
    private bool isAskingWitness;

    /// <param name="session">The connection.</param>
    /// <param name="items">Messages of one folder; at least one.</param>
    /// <param name="readings">Where readings go.</param>
    public MessageReading(ImapSession session, IReadOnlyList<RemoteItem> items, ChannelWriter<Reading> readings)
    {
        this.session = session;
        messages = new MessagesToRead(session.Account, items, readings);
        fetch = new MessageFetch(session, messages, trouble);
    }

    /// <summary>Reads all of them.</summary>
    /// <exception cref="MailServerException">When the account is in trouble; what was read before has been handed on.</exception>
    public async Task Run(CancellationToken ct)
    {
        await messages.Sort(ct);
        await ReadAll(ct);
        foreach (var (uid, reason) in messages.Hopeless.ToList())
            await SetAside(uid, reason, ct);
    }

    private async Task ReadAll(CancellationToken ct)
    {
        while (messages.AnyLeft)
        {
            var mailbox = await session.Client(ct);
            try
            {
                fetch.Rest();
                if (!await Examine(mailbox, ct))
                {
                    await messages.AnswerAllVanished(ct);
                    return;
                }

                await ReadOpen(mailbox, ct);
                if (MayHaveBeenExchanged(mailbox) && !await Examine(mailbox, ct))
                    await messages.AnswerAllVanished(ct);

                return;
            }
            catch (MailServerException e) when (LineTrouble.Is(e))
            {
                var received = mailbox.BytesReceived;
                await session.Drop();
                if (!MayGoOn(e, received))
                    throw;
            }
            catch (MailServerException e) when (ServerTrouble.IsLocal(e))
            {
                if (MayHaveBeenExchanged(mailbox) && !await Examine(mailbox, ct))
                {
                    await messages.AnswerAllVanished(ct);
                    return;
                }

                foreach (var uid in messages.Left)
                    await messages.Fail(uid, e.Message, ct);
            }
        }
    }

    /// <summary>Whether another connection may do better after one broke; notes which messages may be to blame.</summary>
    private bool MayGoOn(MailServerException failure, long received)
    {
        if (isAskingWitness && witnesses?.Count > 0)
        {
            // That one may be bad, too; another one tells more.
            isAskingWitness = false;
            return true;
        }

        if (fetch.DropStructures())
            return true;

        if (!trouble.NoteBreak([.. fetch.UnderWay.Intersect(messages.Left)], received))
            return false;

        foreach (var uid in trouble.Culprits)
            messages.Complain(uid, failure.Message);

        return trouble.IsExplained || messages.Left.Except(trouble.Culprits).Any();
    }

    /// <summary>Reads what is left: those that broke the connection after all others, and those that did so twice not at all.</summary>
    private async Task ReadOpen(ImapMailbox mailbox, CancellationToken ct)
    {
        await Read(mailbox, [.. messages.Left.Except(trouble.Suspects)], ct);
        foreach (var uid in messages.Left.Intersect(trouble.Suspects).Except(trouble.Culprits))
            await Read(mailbox, [uid], ct);

        var culprits = messages.Left.Intersect(trouble.Culprits).ToList();
        if (culprits.Count == 0)
            return;

        // Connections broke without these, or for all alike: then nothing is their fault, and all is tried again later.
        var isProven = trouble.IsExplained && (trouble.HasMailPassed || await HasWitness(mailbox, ct));
        if (!isProven && (culprits.Count > 1 || !trouble.IsExplained))
            throw new MailServerException(
                MailFailure.Network, $"the connection broke again and again ({messages.Complaint(culprits[0])})")
            { ConnectionLost = true };

        foreach (var uid in culprits)
            await messages.Fail(uid, messages.Complaint(uid), ct, mayBeSetAside: isProven);
    }

    /// <summary>
    /// Whether a message that is known already comes through, where nothing but bad ones was to be read: else the line may be bad and they
    /// be in order. False when there is no other in the folder.
    /// </summary>
    private async Task<bool> HasWitness(ImapMailbox mailbox, CancellationToken ct)
    {
        if (witnesses is null)
        {
            // Far from each other: what is bad often lies side by side.
            var known = (await mailbox.Messages.Search("UID 1:*", ct)).Except(messages.All).ToList();
            var most = Math.Min(MostWitnesses, known.Count);
            witnesses = new Queue<uint>(Enumerable.Range(0, most).Select(i => known[i * (known.Count - 1) / Math.Max(1, most - 1)]));
        }

        fetch.Rest();
        while (witnesses.TryDequeue(out var uid))
        {
            isAskingWitness = true;
            var hasCome = await mailbox.Messages.Section(uid, "", MessageFetch.FirstBytes, size: null, ct) is { Length: > 0 };
            isAskingWitness = false;
            if (!hasCome)
                continue;

            trouble.NotePassed(mailbox.BytesReceived);
            return true;
        }

        return false;
    }

    private async Task Read(ImapMailbox mailbox, IReadOnlyList<uint> uids, CancellationToken ct)
    {
        if (uids.Count == 0)
            return;

        await fetch.Ask(mailbox, [.. uids.Where(uid => !messages.IsAskedAbout(uid))], ct);
        await messages.SkipUnwanted(uids, ct);
        if (messages.First.WithBytes)
            await fetch.FetchWithBytes(
                mailbox, [.. uids.Where(uid => messages.IsOpen(uid) && messages.Size(uid) < MailReading.MostBytes)], ct);

        await fetch.FetchWhole(
            mailbox, [.. uids.Where(uid => messages.IsOpen(uid) && !fetch.IsLarge(uid))], MessageFetch.MessagesPerCommand, ct);
        await fetch.FetchLarge(mailbox, [.. uids.Where(uid => messages.IsOpen(uid) && fetch.IsLarge(uid))], ct);
        await ReadMissing(mailbox, [.. uids.Where(messages.IsOpen)], ct);
    }

    /// <summary>What did not come may be gone; what is still there is asked for in other ways.</summary>
    private async Task ReadMissing(ImapMailbox mailbox, List<uint> missing, CancellationToken ct)
    {
        if (missing.Count == 0)
            return;

        var there = (await mailbox.Messages.Search($"UID {string.Join(',', missing)}", ct)).ToHashSet();
        await messages.AnswerVanished(missing.Where(uid => !there.Contains(uid)), ct);
        missing.RemoveAll(uid => !there.Contains(uid));
        if (missing.Count > 1)
            await fetch.FetchWhole(mailbox, missing, MessageFetch.FewerPerCommand, ct);

        foreach (var uid in missing.Where(messages.IsOpen))
        {
            if (!messages.IsAskedAbout(uid))
                await fetch.Ask(mailbox, [uid], ct);

            await fetch.FetchWhole(mailbox, [uid], 1, ct);
        }

        foreach (var uid in missing.Where(messages.IsOpen))
            await messages.Fail(uid, messages.Complaint(uid), ct);
    }

    /// <summary>
    /// Opens the folder. False when there is none of that name any more, or another one: then the numbers mean other mails than when they
    /// were listed, and the next listing finds these wherever they are.
    /// </summary>
    private async Task<bool> Examine(ImapMailbox mailbox, CancellationToken ct)
    {
        var folder = messages.First.Folder;
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
    private static bool MayHaveBeenExchanged(ImapMailbox mailbox) => mailbox.ExaminedStatus.MailboxId is not null;

    /// <summary>Sets a message aside, with what its headers say if these can be read.</summary>
    private async Task SetAside(uint uid, string reason, CancellationToken ct)
    {
        if (!messages.IsOpen(uid))
            return;

        MailFacts? headers = null;
        try
        {
            var mailbox = await session.Client(ct);
            if (!await Examine(mailbox, ct))
            {
                await messages.AnswerVanished([uid], ct);
                return;
            }

            if (await mailbox.Messages.Section(uid, "HEADER", MessageFetch.FirstBytes, messages.Size(uid), ct) is { } header)
                headers = MailTranslation.FactsOfHeaders(MimeReader.Read(header), stored: null);
        }
        catch (MailServerException e) when (e.ConnectionLost || ServerTrouble.IsLocal(e))
        {
            // Not even its headers: what is wrong with it was said before.
            if (e.ConnectionLost)
                await session.Drop();
        }

        await messages.SetAside(uid, reason, headers, ct);
    }
}

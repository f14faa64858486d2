using CrmSync.Mail.Mime;
using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using NodaTime;
using MimeMessage = CrmSync.Mail.Mime.MimeMessage;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The messages of the folder that is open: finds them, asks about them, and fetches them whole or in part. Bodies are fetched with PEEK.
/// </summary>
internal sealed class MailboxMessages(
    StreamedFolder folder, MailKitClient client, ImapCommands commands, ImapAnswers answers, ImapLimits limits)
{
    /// <summary>What a mail is taken for whose size nobody tells (16 MB).</summary>
    private const long UsualMail = 16 * 1024 * 1024;

    /// <summary>What an answer may hold beside what was asked for (2 MB).</summary>
    private const long Unforeseen = 2 * 1024 * 1024;

    /// <summary>What the answer about one message may hold: labels of Gmail, a Message-ID of which the end is missing.</summary>
    private const int AboutOne = 8 * 1024;

    /// <summary>A structure may tell of hundreds of parts.</summary>
    private const int StructureOfOne = 256 * 1024;

    /// <summary>
    /// The UIDs of the open folder that match, ascending. Never silently empty: an answer that cannot be read, or none at all, is a
    /// failure.
    /// </summary>
    /// <param name="criteria">As in RFC 9051 section 6.4.4, for instance <c>UID 5:*</c>; ASCII only.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyList<uint>> Search(string criteria, CancellationToken ct)
    {
        if (client.Capabilities.HasFlag(ImapCapabilities.ESearch))
        {
            try
            {
                return await SearchWith($"RETURN (ALL) {criteria}", ct);
            }
            catch (MailServerException e) when (!e.ConnectionLost && e.Failure == MailFailure.Protocol)
            {
                // Announced, and not known: asked plainly.
            }
        }

        return await SearchWith(criteria, ct);
    }

    /// <summary>The UIDs of the open folder that bear a keyword, or on Gmail a label. A name that can be no keyword finds none.</summary>
    public async Task<IReadOnlyList<uint>> SearchLabel(string label, bool isGmail, CancellationToken ct)
    {
        if (isGmail)
            return await SearchWith(() => folder.SearchAsync(SearchQuery.HasGMailLabel(label), ct));

        var keyword = label.Trim().Replace(' ', '_');
        return keyword.All(c => char.IsAscii(c) && c > ' ' && !"(){%*\"\\]\u007f".Contains(c, StringComparison.Ordinal))
            ? await Search($"KEYWORD {keyword}", ct)
            : [];
    }

    /// <summary>What the server tells of messages of the open folder. Those it does not name are missing.</summary>
    /// <param name="uids">At most some hundreds.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyDictionary<uint, MailAttributes>> Attributes(IReadOnlyList<uint> uids, CancellationToken ct)
    {
        var items = MessageSummaryItems.UniqueId | MessageSummaryItems.Flags | MessageSummaryItems.InternalDate | MessageSummaryItems.Size;
        if (client.Capabilities.HasFlag(ImapCapabilities.GMailExt1))
            items |= MessageSummaryItems.GMailLabels;

        var summaries = await Summaries(uids, items, AboutOne, ct);
        return summaries.ToDictionary(pair => pair.Key, pair => Attributes(pair.Value));
    }

    /// <summary>The Message-IDs of messages of the open folder, as our reader understands them.</summary>
    public async Task<IReadOnlyDictionary<uint, string>> MessageIds(IReadOnlyList<uint> uids, CancellationToken ct)
    {
        var ids = new Dictionary<uint, string>();
        if (uids.Count == 0)
            return ids;

        ExpectAbout(uids.Count, AboutOne);
        var request = new FetchRequest(MessageSummaryItems.UniqueId, [MimeKit.HeaderId.MessageId]);
        var summaries = await commands.Run(AnswerStage.Command, "asking for Message-IDs", () => folder.FetchAsync(Ids(uids), request, ct));
        foreach (var summary in summaries.Where(one => one.Fields.HasFlag(MessageSummaryItems.UniqueId)))
        {
            var header = summary.Headers?.FirstOrDefault(field => field.Id == MimeKit.HeaderId.MessageId);
            if (header is not null && MimeReader.Read(Whole(header.RawValue)).MessageId is { } id)
                ids[summary.UniqueId.Id] = id;
        }

        return ids;
    }

    /// <summary>The structure of messages of the open folder. Those it does not tell are missing.</summary>
    public async Task<IReadOnlyDictionary<uint, BodyPart>> Structures(IReadOnlyList<uint> uids, CancellationToken ct)
    {
        var summaries = await Summaries(uids, MessageSummaryItems.UniqueId | MessageSummaryItems.BodyStructure, StructureOfOne, ct);
        return summaries.Where(pair => pair.Value.Body is not null).ToDictionary(pair => pair.Key, pair => pair.Value.Body!);
    }

    /// <summary>Fetches whole messages of the open folder, one after the other in whatever order the server sends them.</summary>
    /// <param name="uids">Which.</param>
    /// <param name="size">How many bytes they have together, as far as is known.</param>
    /// <param name="take">Takes a message once its answer has come to its end; messages nobody asked for among them.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task Fetch(IReadOnlyList<uint> uids, long size, Func<uint, MimeMessage, ValueTask> take, CancellationToken ct)
    {
        (uint Uid, MailStream Mail, int Before)? held = null;
        MailStream? nameless = null;
        folder.Receive = (uid, section) => section.Length == 0 ? nameless = new MailStream(uid) : Stream.Null;
        ExpectMail(size);
        try
        {
            await commands.Run(AnswerStage.Command, $"fetching {uids.Count} messages", () => folder.GetStreamsAsync(
                Ids(uids),
                async (_, _, uid, stream, _) =>
                {
                    // A mail whose answer does not end well was not that mail: it waits for the next one.
                    await Give();
                    if (stream is MailStream mail)
                        held = (uid.Id, mail, answers.Notes.Fetched);
                },
                ct));
            if (held is null && uids is [var only] && nameless is { Uid: null })
                held = (only, nameless, -1);
        }
        catch (MailServerException e) when (!e.ConnectionLost || held?.Before < answers.Notes.Fetched)
        {
            await Give();
            throw;
        }
        finally
        {
            folder.Receive = null;
        }

        await Give();

        async ValueTask Give()
        {
            if (held is not { } whole)
                return;

            // Dovecot sends nothing in place of a mail that somebody has just deleted, and hangs up.
            held = null;
            if (whole.Mail.Received > 0)
                await take(whole.Uid, whole.Mail.Finish());
        }
    }

    /// <summary>Fetches one message whole, whatever its size, reading it as it comes; null when the server does not send it.</summary>
    public async Task<MimeMessage?> FetchOne(uint uid, long? size, CancellationToken ct)
    {
        MimeMessage? message = null;
        await Fetch([uid], size ?? UsualMail, (named, mail) =>
        {
            message = named == uid ? mail : message;
            return ValueTask.CompletedTask;
        }, ct);
        return message;
    }

    /// <summary>Fetches a section of a message; null when the server does not send it.</summary>
    /// <param name="uid">Of which message.</param>
    /// <param name="section">As in RFC 9051, such as <c>HEADER</c> or <c>1.2.MIME</c>; empty for the whole message.</param>
    /// <param name="most">How many bytes of it; of the whole message no more are asked for.</param>
    /// <param name="size">How many bytes the message has, for servers that send all of it; null when that is not known.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<byte[]?> Section(uint uid, string section, int most, long? size, CancellationToken ct)
    {
        FirstBytes? nameless = null;
        folder.Receive = (named, name) =>
            nameless = name.Equals(section, StringComparison.OrdinalIgnoreCase) && (named is null || named == uid) ? new FirstBytes(most)
                : nameless ?? new FirstBytes(0);
        ExpectMail(Math.Max(most, size ?? UsualMail));
        try
        {
            await commands.Run(AnswerStage.Command, "fetching a message", async () =>
            {
                try
                {
                    _ = section.Length == 0
                        ? await folder.GetStreamAsync(new UniqueId(uid), section, 0, most, ct)
                        : await folder.GetStreamAsync(new UniqueId(uid), section, ct);
                }
                catch (MessageNotFoundException)
                {
                    // Not sent, or sent without its UID.
                }
            });
        }
        finally
        {
            folder.Receive = null;
        }

        return nameless?.Bytes;
    }

    private Task<IReadOnlyList<uint>> SearchWith(string query, CancellationToken ct) =>
        SearchWith(async () => (await folder.SearchAsync(query, ct)).UniqueIds);

    private async Task<IReadOnlyList<uint>> SearchWith(Func<Task<IList<UniqueId>>> search)
    {
        var results = await commands.Run(AnswerStage.Command, "searching", search);
        if (!answers.Notes.SearchAnswered)
            throw new MailServerException(MailFailure.Protocol, "the server answered a search with success, but without a result");

        if (answers.Notes.SearchOverflow)
            throw new MailServerException(MailFailure.Protocol,
                $"the result of a search cannot be read: it names more than {limits.Numbers} messages");

        var uids = results.Select(uid => uid.Id).Distinct().ToList();
        uids.Sort();
        return uids;
    }

    private void ExpectAbout(int messages, int bytesOfOne) =>
        answers.Expect(mail: 0, lines: Math.Min(limits.Answer, Unforeseen + ((long)messages * bytesOfOne)));

    private async Task<Dictionary<uint, IMessageSummary>> Summaries(
        IReadOnlyList<uint> uids, MessageSummaryItems items, int bytesOfOne, CancellationToken ct)
    {
        ExpectAbout(uids.Count, bytesOfOne);
        var what = $"asking about {uids.Count} messages";
        var summaries = await commands.Run(AnswerStage.Command, what, () => folder.FetchAsync(Ids(uids), new FetchRequest(items), ct));
        var found = new Dictionary<uint, IMessageSummary>();
        foreach (var summary in summaries)
        {
            // Some servers leave the UID out; where only one message was asked for, it is that one.
            var uid = summary.Fields.HasFlag(MessageSummaryItems.UniqueId) ? summary.UniqueId.Id : uids is [var only]
                && summary.Fields != MessageSummaryItems.None ? only : 0;
            if (uid > 0)
                found[uid] = summary;
        }

        return found;
    }

    /// <summary>Servers err about sizes, and tell of other things meanwhile.</summary>
    private void ExpectMail(long size) => answers.Expect(mail: size + (size / 4) + Unforeseen, lines: Unforeseen);

    private static byte[] Whole(byte[] messageId) => [.. "Message-ID:"u8, .. messageId, .. "\r\n\r\n"u8];

    private static MailAttributes Attributes(IMessageSummary summary) => new(
        summary.Flags ?? MessageFlags.None,
        summary.InternalDate is { } date && date.Year >= 1900 ? Instant.FromDateTimeOffset(date) : null,
        summary.Size is > 0 and var size ? size : null,
        [.. summary.GMailLabels ?? []],
        [.. summary.Keywords ?? new HashSet<string>()]);

    private static List<UniqueId> Ids(IEnumerable<uint> uids) => [.. uids.Select(uid => new UniqueId(uid))];

    /// <summary>
    /// Keeps the first bytes of a section; MailKit writes as many as the server sends, which may be more than were asked for.
    /// </summary>
    private sealed class FirstBytes(int most) : MemoryStream
    {
        public byte[] Bytes => ToArray();

        public override void Write(byte[] buffer, int offset, int count) => base.Write(buffer, offset, (int)Math.Min(count, most - Length));
    }
}

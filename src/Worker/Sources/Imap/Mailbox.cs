using System.Net.Sockets;
using CrmSync.Mail.Mime;
using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Imap;
using NodaTime;
using MimeMessage = CrmSync.Mail.Mime.MimeMessage;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// One mailbox over MailKit, read without changing anything: folders are opened with EXAMINE, bodies fetched with PEEK. Not for concurrent
/// use. Every failure is a <see cref="MailServerException"/> in words; after one that says so the connection is gone.
/// </summary>
internal sealed class Mailbox : IAsyncDisposable
{
    /// <summary>What a mail is taken for whose size nobody tells (16 MB).</summary>
    private const long UsualMail = 16 * 1024 * 1024;

    /// <summary>What an answer may hold beside what was asked for (2 MB).</summary>
    private const long Unforeseen = 2 * 1024 * 1024;

    /// <summary>What the answer about one message may hold: labels of Gmail, a Message-ID of which the end is missing.</summary>
    private const int AboutOne = 8 * 1024;

    /// <summary>A structure may tell of hundreds of parts.</summary>
    private const int StructureOfOne = 256 * 1024;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly MailKitClient client;
    private readonly ImapAnswers answers;
    private readonly ImapOptions options;
    private readonly Dictionary<string, HashSet<string>> roleMarks = new(StringComparer.Ordinal);
    private StreamedFolder? open;

    private Mailbox(MailKitClient client, ImapAnswers answers, ImapOptions options) =>
        (this.client, this.answers, this.options) = (client, answers, options);

    /// <summary>True when the connection is gone.</summary>
    public bool IsBroken => answers.Wire.IsBroken || !client.IsConnected;

    /// <summary>Bytes received so far, as they came over the wire.</summary>
    public long BytesReceived => answers.Wire.Received;

    /// <summary>How often something was sent and an answer awaited: the round trips.</summary>
    public int Turns => answers.Wire.Turns;

    /// <summary>The server's greeting in words.</summary>
    public string Greeting => answers.Greeting;

    /// <summary>What the server told of itself: name and vendor.</summary>
    public string ServerName { get; private set; } = "";

    /// <summary>Whether folders are labels of the one that holds everything.</summary>
    public bool IsGmail => client.Capabilities.HasFlag(ImapCapabilities.GMailExt1);

    /// <summary>Whether the server can tell of news by itself.</summary>
    public bool CanIdle => client.Capabilities.HasFlag(ImapCapabilities.Idle);

    /// <summary>The folder that is open.</summary>
    public MailboxFolder? Examined { get; private set; }

    /// <summary>What was said of the open folder as it was opened.</summary>
    public FolderStatus ExaminedStatus { get; private set; } = new();

    /// <summary>The counters of INBOX as they were told last.</summary>
    public FolderStatus? InboxStatus { get; private set; }

    /// <summary>Connects, logs in, and introduces us: some servers open no folder for those who did not.</summary>
    /// <exception cref="MailServerException">
    /// When there is no such server, it is not trusted, does not speak IMAP, or refuses the login.
    /// </exception>
    public static async Task<Mailbox> Open(MailEndpoint endpoint, Credential credential, ImapOptions options, CancellationToken ct)
    {
        var wire = await MailConnection.Open(endpoint, MailProtocol.Imap, options.Timeouts, ct);
        var stream = new ImapAnswers(wire, options.Limits) { Secrets = credential.Unspeakable };
        var mailbox = new Mailbox(new MailKitClient(), stream, options);
        try
        {
            await mailbox.LogIn(credential, ct);
            return mailbox;
        }
        catch
        {
            await mailbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>All folders with their roles, INBOX first, then sent mail. See <see cref="FolderListing"/> for what is tried.</summary>
    /// <param name="withStatus">Bring the counters along where the server can (LIST-STATUS), in the same round trip.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    /// <exception cref="MailServerException">
    /// With <see cref="MailFailure.Protocol"/> when no folder can be found: a fault of the server, not an empty account.
    /// </exception>
    public async Task<IReadOnlyList<MailboxFolder>> Folders(bool withStatus, CancellationToken ct)
    {
        // Of the open folder servers tell the counters as this session has seen them, not as they are.
        if (withStatus)
            await Leave(ct);

        var folders = await new FolderListing(this).Run(withStatus, ct);
        InboxStatus = folders.FirstOrDefault(folder => folder is { Role: FolderRole.Inbox, Status: not null })?.Status ?? InboxStatus;
        return folders;
    }

    /// <summary>Closes the open folder without changing anything, so that its counters are told as they are.</summary>
    public async Task Leave(CancellationToken ct)
    {
        if (open is not { IsOpen: true } folder)
            return;

        // Where only CLOSE is known, which other programs use to expunge, a NOOP has to do.
        if (client.Capabilities.HasFlag(ImapCapabilities.Unselect))
        {
            await Run(AnswerStage.Command, "closing a folder", () => folder.CloseAsync(expunge: false, ct));
            (open, Examined) = (null, null);
        }
        else
        {
            await Run(AnswerStage.Command, "NOOP", () => client.NoOpAsync(ct));
        }
    }

    /// <summary>Opens a folder for reading only.</summary>
    /// <returns>Its counters; those the server left out were asked for with STATUS.</returns>
    /// <exception cref="MailServerException">
    /// With <see cref="MailFailure.Permanent"/> when this folder cannot be opened; the account may be in order.
    /// </exception>
    public async Task<FolderStatus> Examine(MailboxFolder folder, CancellationToken ct)
    {
        (open, Examined) = (null, null);
        var found = await Find(folder, ct);
        await Run(AnswerStage.Folder, $"opening the folder \"{folder.Name}\"", () => found.OpenAsync(FolderAccess.ReadOnly, ct));
        var status = answers.Notes.Opened;
        (open, Examined) = (found, folder);
        if (status.UidNext is null || status.UidValidity is null || status.Exists is null)
            status = status.OrElse((await Status(folder, ct)).Status ?? new FolderStatus());

        if (folder.Role == FolderRole.Inbox)
            InboxStatus = status;

        return ExaminedStatus = status;
    }

    /// <summary>The counters of a folder without opening it; a failure instead where it cannot be asked.</summary>
    public async Task<(FolderStatus? Status, MailServerException? Failure)> Status(MailboxFolder folder, CancellationToken ct)
    {
        try
        {
            var found = await Find(folder, ct);
            await Run(AnswerStage.Folder, $"asking about the folder \"{folder.Name}\"", () => found.StatusAsync(CounterItems, ct));
            return (answers.Notes.Statuses.GetValueOrDefault(folder.Name) ?? new FolderStatus(), null);
        }
        catch (MailServerException e) when (!e.ConnectionLost)
        {
            return (null, e);
        }
    }

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

    /// <summary>What the server tells of messages of the open folder. Those it does not name are missing.</summary>
    /// <param name="uids">At most some hundreds.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyDictionary<uint, MailAttributes>> Attributes(IReadOnlyList<uint> uids, CancellationToken ct)
    {
        var items = MessageSummaryItems.UniqueId | MessageSummaryItems.Flags | MessageSummaryItems.InternalDate | MessageSummaryItems.Size;
        var summaries = await Summaries(uids, IsGmail ? items | MessageSummaryItems.GMailLabels : items, AboutOne, ct);
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
        var summaries = await Run(AnswerStage.Command, "asking for Message-IDs", () => open!.FetchAsync(Ids(uids), request, ct));
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
        open!.Receive = (uid, section) => section.Length == 0 ? nameless = new MailStream(uid) : Stream.Null;
        ExpectMail(size);
        try
        {
            await Run(AnswerStage.Command, $"fetching {uids.Count} messages", () => open.GetStreamsAsync(
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
            open!.Receive = null;
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
        open!.Receive = (named, name) =>
            nameless = name.Equals(section, StringComparison.OrdinalIgnoreCase) && (named is null || named == uid) ? new FirstBytes(most)
                : nameless ?? new FirstBytes(0);
        ExpectMail(Math.Max(most, size ?? UsualMail));
        try
        {
            await Run(AnswerStage.Command, "fetching a message", async () =>
            {
                try
                {
                    _ = section.Length == 0
                        ? await open.GetStreamAsync(new UniqueId(uid), section, 0, most, ct)
                        : await open.GetStreamAsync(new UniqueId(uid), section, ct);
                }
                catch (MessageNotFoundException)
                {
                    // Not sent, or sent without its UID.
                }
            });
        }
        finally
        {
            open!.Receive = null;
        }

        return nameless?.Bytes;
    }

    /// <summary>Waits until the open folder changes or the time is over (IDLE, RFC 2177).</summary>
    /// <param name="limit">At most 29 minutes by the standard; some providers want 3.</param>
    /// <param name="ct">Ends the wait, not the connection.</param>
    /// <returns>True when something changed.</returns>
    public async Task<bool> Idle(TimeSpan limit, CancellationToken ct)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(ct);
        done.CancelAfter(limit);
        var changed = false;
        open!.CountChanged += News;
        open.MessageExpunged += News;
        answers.Wire.Silence = limit + options.Timeouts.Silence;
        try
        {
            await Run(AnswerStage.Command, "IDLE", () => client.IdleAsync(done.Token, CancellationToken.None));
            return changed;
        }
        finally
        {
            answers.Wire.Silence = options.Timeouts.Silence;
            open.CountChanged -= News;
            open.MessageExpunged -= News;
        }

        void News(object? sender, EventArgs e)
        {
            changed = true;
            done.Cancel();
        }
    }

    /// <summary>Says goodbye and closes; a server that does not answer soon is left without.</summary>
    public async Task Logout()
    {
        if (!IsBroken)
        {
            answers.Wire.Silence = Farewell;
            try
            {
                await Run(AnswerStage.Command, "LOGOUT", () => client.DisconnectAsync(quit: true, CancellationToken.None));
            }
            catch (MailServerException)
            {
                // Nothing was under way; how a server takes a goodbye changes nothing.
            }
        }

        await DisposeAsync();
    }

    /// <summary>Closes the connection at once.</summary>
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await answers.DisposeAsync();
    }

    /// <summary>Lists as MailKit does, and gives what the server said.</summary>
    internal async Task<AnswerNotes> List(bool withStatus, CancellationToken ct)
    {
        var root = client.PersonalNamespaces.FirstOrDefault(one => one.Path.Length == 0) ?? new FolderNamespace('/', "");
        var canCount = withStatus && client.Capabilities.HasFlag(ImapCapabilities.ListStatus);
        using var notes = answers.Gather();
        await Run(AnswerStage.Command, "listing the folders", () =>
            client.GetFoldersAsync(root, canCount ? CounterItems : StatusItems.None, subscribedOnly: false, ct));
        Mark(answers.Notes);
        return answers.Notes;
    }

    /// <summary>Whether the server has ever listed INBOX in this session: MailKit asks for it by name when it has logged in.</summary>
    internal bool HasInbox => roleMarks.Keys.Any(name => name.Equals("INBOX", StringComparison.OrdinalIgnoreCase));

    /// <summary>Forgets abilities that the server announces and does not have.</summary>
    internal bool Doubt()
    {
        const ImapCapabilities Extended = ImapCapabilities.ListExtended | ImapCapabilities.ListStatus | ImapCapabilities.SpecialUse;
        if ((client.Capabilities & Extended) == ImapCapabilities.None)
            return false;

        client.Capabilities &= ~(client.Capabilities.HasFlag(ImapCapabilities.ListStatus) ? ImapCapabilities.ListStatus : Extended);
        return true;
    }

    /// <summary>The failure that the last tagged answer stands for.</summary>
    internal MailServerException Refused(AnswerStage stage, string what, Exception? inner = null)
    {
        var notes = answers.Notes;
        var meaning = ServerAnswers.Read(stage, notes.Code, notes.Text);
        // BAD says that the request was not understood; only words that are known for something else speak against that.
        if (notes is { Word: "BAD", Code: null } && meaning.Failure is MailFailure.Auth or MailFailure.Permanent)
            meaning = new AnswerMeaning(MailFailure.Protocol, "the server did not understand the request");

        var words = ServerAnswers.Presentable(notes.Code is { } code ? $"[{code}] {notes.Text}" : notes.Text, answers.Secrets);
        return new MailServerException(meaning.Failure, meaning.Advice.Length > 0 ? $"{what} failed: {meaning.Advice}" : $"{what} failed",
            words.Length == 0 ? null : words, inner)
        {
            RetryAfter = meaning.RetryAfter,
            ConnectionLost = IsBroken,
        };
    }

    /// <summary>Everything the server has marked a folder with in this session: it marks roles in some lists and not in others.</summary>
    internal IReadOnlyCollection<string> Marks(string name) => roleMarks.GetValueOrDefault(name) ?? [];

    /// <summary>The prefixes of folders of other users, and of public ones.</summary>
    internal IReadOnlyList<string> ForeignPrefixes =>
        [.. client.OtherNamespaces.Concat(client.SharedNamespaces).Select(one => one.Path).Where(path => path.Length > 0)];

    private StatusItems CounterItems =>
        StatusItems.Count | StatusItems.UidNext | StatusItems.UidValidity | (client.Capabilities.HasFlag(ImapCapabilities.CondStore)
            ? StatusItems.HighestModSeq : StatusItems.None);

    private async Task LogIn(Credential credential, CancellationToken ct)
    {
        var endpoint = answers.Wire.Endpoint;
        using var notes = answers.Gather();
        await Run(AnswerStage.Greeting, "connecting", () =>
            client.ConnectAsync(answers, endpoint.Host, endpoint.Port, MailKit.Security.SecureSocketOptions.None, ct));
        if (!client.IsAuthenticated)
        {
            await Run(AnswerStage.Login, $"logging in as {credential.User}", () => MailSignIn.Run(
                client, answers.Wire, credential, e => Refused(AnswerStage.Login, $"logging in as {credential.User}", e), ct));
        }

        // MailKit lists folders when it has logged in, and takes a refusal for no folders; who wants to be left alone says so here.
        Mark(answers.Notes);
        if (answers.Notes.Word is "NO" or "BAD"
            && Refused(AnswerStage.Command, "listing the folders") is { Failure: MailFailure.Throttled or MailFailure.Auth } busy)
            throw busy;

        if (client.Capabilities.HasFlag(ImapCapabilities.Compress) && (options.Compress ?? !endpoint.IsLoopback))
            await answers.Compress(ct);

        if (client.Capabilities.HasFlag(ImapCapabilities.Id))
            await Introduce(ct);

        if (client.Capabilities.HasFlag(ImapCapabilities.UTF8Accept) && client.Capabilities.HasFlag(ImapCapabilities.Enable))
            await Run(AnswerStage.Command, "ENABLE", () => client.EnableUTF8Async(ct));
    }

    /// <summary>
    /// Coremail refuses to open folders for those who have not introduced themselves, in just this form. A server that does not care to
    /// know is none the worse.
    /// </summary>
    private async Task Introduce(CancellationToken ct)
    {
        try
        {
            await Run(AnswerStage.Command, "ID", async () =>
            {
                var server =
                    await client.IdentifyAsync(new ImapImplementation { Name = "CrmSync", Version = options.Version, Vendor = "CrmSync" },
                        ct);
                ServerName = $"{server?.Name} {server?.Vendor}".Trim();
            });
        }
        catch (MailServerException e) when (!e.ConnectionLost && e.Failure is MailFailure.Protocol)
        {
            // It announced ID all the same.
        }
    }

    private async Task<IReadOnlyList<uint>> SearchWith(string query, CancellationToken ct)
    {
        var results = await Run(AnswerStage.Command, "searching", () => open!.SearchAsync(query, ct));
        if (!answers.Notes.SearchAnswered)
            throw new MailServerException(MailFailure.Protocol, "the server answered a search with success, but without a result");

        if (answers.Notes.SearchOverflow)
            throw new MailServerException(MailFailure.Protocol,
                $"the result of a search cannot be read: it names more than {options.Limits.Numbers} messages");

        var uids = results.UniqueIds.Select(uid => uid.Id).Distinct().ToList();
        uids.Sort();
        return uids;
    }

    private void ExpectAbout(int messages, int bytesOfOne) =>
        answers.Expect(mail: 0, lines: Math.Min(options.Limits.Answer, Unforeseen + ((long)messages * bytesOfOne)));

    private async Task<Dictionary<uint, IMessageSummary>> Summaries(
        IReadOnlyList<uint> uids, MessageSummaryItems items, int bytesOfOne, CancellationToken ct)
    {
        ExpectAbout(uids.Count, bytesOfOne);
        var what = $"asking about {uids.Count} messages";
        var summaries = await Run(AnswerStage.Command, what, () => open!.FetchAsync(Ids(uids), new FetchRequest(items), ct));
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
        [.. summary.GMailLabels ?? []]);

    private async Task<StreamedFolder> Find(MailboxFolder folder, CancellationToken ct) => (StreamedFolder)(folder.Role == FolderRole.Inbox
        ? client.Inbox
        : await Run(AnswerStage.Folder, $"finding the folder \"{folder.Name}\"", () => client.GetFolderAsync(folder.Name, ct)));

    private void Mark(AnswerNotes notes)
    {
        foreach (var folder in notes.Folders)
        {
            if (!roleMarks.TryGetValue(folder.Name, out var marks))
                roleMarks[folder.Name] = marks = new HashSet<string>(StringComparer.Ordinal);

            marks.UnionWith(folder.Attributes);
        }
    }

    private async Task Run(AnswerStage stage, string what, Func<Task> action) =>
        await Run(stage, what, async () => { await action(); return 0; });

    /// <summary>Runs a command of MailKit, and puts its failure into words.</summary>
    private async Task<T> Run<T>(AnswerStage stage, string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (ImapCommandException e)
        {
            throw Refused(stage, what, e);
        }
        catch (FolderNotFoundException e)
        {
            throw answers.Notes.Word is "NO" or "BAD" ? Refused(stage, what, e)
                : new MailServerException(MailFailure.Permanent, $"{what} failed: it does not exist (any more)", inner: e);
        }
        catch (ImapProtocolException e)
        {
            throw answers.Wire.Broken(MailFailure.Protocol, $"the answer of {answers.Wire.Endpoint} cannot be read: {e.Message}", inner: e);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or SocketException
                        or ServiceNotConnectedException
                        or ServiceNotAuthenticatedException
                        or FolderNotOpenException
                        or ObjectDisposedException
            )
        {
            throw answers.Wire.Broken($"the connection to {answers.Wire.Endpoint} broke: {e.Message}", e);
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or ArgumentException
                        or InvalidOperationException
                        or NotSupportedException
                        or IndexOutOfRangeException
                        or OverflowException
            )
        {
            // What a server must say to make a reader of answers fail like this nobody knows beforehand; the connection is in the middle of
            // something.
            throw answers.Wire.Broken(MailFailure.Protocol,
                $"the answer of {answers.Wire.Endpoint} cannot be read: {e.GetType().Name} while {what}", inner: e);
        }
    }

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

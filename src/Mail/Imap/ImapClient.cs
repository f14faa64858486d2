using CrmSync.Mail.Net;
using CrmSync.Mail.Sasl;

namespace CrmSync.Mail.Imap;

/// <summary>How a connection behaves.</summary>
public sealed record ImapOptions
{
    /// <summary>How long to wait.</summary>
    public WireTimeouts Timeouts { get; init; } = WireTimeouts.Default;

    /// <summary>How much to accept.</summary>
    public ImapLimits Limits { get; init; } = ImapLimits.Default;

    /// <summary>
    /// Whether to compress (RFC 4978) where the server can: mail shrinks to a third, which pays on every line slower than some hundred
    /// megabits, and costs processor time for nothing on this machine. Null decides by that.
    /// </summary>
    public bool? Compress { get; init; }

    /// <summary>The version told to the server in ID.</summary>
    public string Version { get; init; } = "0.1";
}

/// <summary>
/// Reads mailboxes over IMAP4rev1 and rev2 without changing anything: folders are opened with EXAMINE, bodies fetched with PEEK. One
/// command family after the other; not for concurrent use. Failures are <see cref="MailServerException"/>; after one that says so the
/// connection is gone and the client is to be disposed.
/// </summary>
public sealed class ImapClient : IAsyncDisposable
{
    /// <summary>Servers that show appointments, addresses and tasks as if they were mails.</summary>
    private static readonly string[] Groupware = ["Exchange", "Zimbra", "Kerio", "MDaemon", "CommuniGate"];

    private readonly ImapConnection connection;
    private readonly ImapOptions options;
    private bool capabilitiesKnown;
    private bool utf8;

    private ImapClient(ImapConnection connection, ImapOptions options)
    {
        (this.connection, this.options) = (connection, options);
        connection.Observer = Observe;
    }

    /// <summary>What the server can do; changes with TLS and with the login.</summary>
    public Capabilities Capabilities { get; private set; } = Capabilities.None;

    /// <summary>The server's greeting in words.</summary>
    public string Greeting { get; private set; } = "";

    /// <summary>
    /// What the server told of itself (ID), names in lower case; empty until the first command after the login was answered.
    /// </summary>
    public IReadOnlyDictionary<string, string> ServerId { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>True once logged in.</summary>
    public bool IsAuthenticated { get; private set; }

    /// <summary>True when the connection is gone.</summary>
    public bool IsBroken => connection.Wire.IsBroken;

    /// <summary>True while the bytes are compressed.</summary>
    public bool IsCompressed { get; private set; }

    /// <summary>The folder that is open.</summary>
    public ImapFolder? Examined { get; private set; }

    /// <summary>What was said of the open folder as it was opened.</summary>
    public FolderStatus ExaminedStatus { get; private set; } = new();

    /// <summary>Bytes received so far, after decryption and decompression.</summary>
    public long BytesReceived => connection.Wire.Received;

    /// <summary>How often something was sent while nothing else was under way, and an answer awaited: the round trips.</summary>
    public int Turns => connection.Turns;

    /// <summary>Connects, encrypts as the endpoint says and reads the greeting.</summary>
    /// <exception cref="MailServerException">When there is no such server, it is not trusted, or does not speak IMAP.</exception>
    public static async Task<ImapClient> Connect(MailEndpoint endpoint, ImapOptions options, CancellationToken ct)
    {
        var wire = await Wire.Connect(endpoint, options.Timeouts, ct);
        var client = new ImapClient(new ImapConnection(endpoint, wire, options.Limits), options);
        try
        {
            await client.Greet(ct);
            if (endpoint.Tls == TlsMode.StartTls)
                await client.StartTls(ct);

            if (!client.capabilitiesKnown)
                await client.AskCapabilities(ct);

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Logs in. Identification and UTF-8 names travel with the next command.</summary>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Auth"/> when refused; other kinds tell apart what only looks like
    /// it.</exception>
    public async Task Authenticate(Credential credential, CancellationToken ct)
    {
        if (!IsAuthenticated)
        {
            capabilitiesKnown = false;
            var answer = await new ImapLogin(connection, Capabilities).Run(credential, ct);
            IsAuthenticated = true;
            TakeCapabilities(answer.Code);
        }

        if (!capabilitiesKnown)
            await AskCapabilities(ct);

        connection.LiteralsUnasked = Capabilities.Has("LITERAL+") || Capabilities.Has("LITERAL-") || Capabilities.Has("IMAP4rev2");
        if (Capabilities.Has("COMPRESS=DEFLATE") && (options.Compress ?? !connection.Endpoint.IsLoopback))
            await Compress(ct);

        // Coremail refuses to open folders for those who have not introduced themselves, in just this form.
        if (Capabilities.Has("ID"))
            await connection.Begin(
                new CommandText("ID (\"name\" \"CrmSync\" \"version\" ").Text(options.Version).Words(" \"vendor\" \"CrmSync\")"),
                null,
                ct);

        if (Capabilities.Has("UTF8=ACCEPT") && Capabilities.Has("ENABLE"))
            await connection.Begin(new CommandText("ENABLE UTF8=ACCEPT"), null, ct);
    }

    /// <summary>All folders with their roles, INBOX first, then sent mail. See <see cref="FolderListing"/> for what is tried.</summary>
    /// <param name="withStatus">Bring the counters along where the server can (LIST-STATUS), in the same round trip.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Protocol"/> when no folder can be found: a fault of the server,
    /// not an empty account.</exception>
    public async Task<IReadOnlyList<ImapFolder>> Folders(bool withStatus, CancellationToken ct)
    {
        if (withStatus)
            await LookAnew(ct);

        return await new FolderListing(connection, Capabilities, options.Limits).Run(withStatus, () => (utf8, IsGroupware), ct);
    }

    /// <summary>Opens a folder for reading only.</summary>
    /// <returns>Its counters; those the server left out were asked for with STATUS.</returns>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Permanent"/> when this folder cannot be opened; the account may be
    /// in order.</exception>
    public async Task<FolderStatus> Examine(ImapFolder folder, CancellationToken ct) => (await ExamineAnd(folder, null, ct)).Status;

    /// <summary>Opens a folder for reading only and searches it, in one turn.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="criteria">As for <see cref="Search"/>.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    /// <returns>Its counters, and the UIDs found; null when the search gave nothing that can be relied on, and <see cref="Search"/> is to
    /// be asked.</returns>
    /// <exception cref="MailServerException">With <see cref="MailFailure.Permanent"/> when this folder cannot be opened; the account may be
    /// in order.</exception>
    public Task<(FolderStatus Status, IReadOnlyList<uint>? Found)> Examine(ImapFolder folder, string criteria, CancellationToken ct) =>
        ExamineAnd(folder, criteria, ct);

    private async Task<(FolderStatus Status, IReadOnlyList<uint>? Found)> ExamineAnd(
        ImapFolder folder,
        string? criteria,
        CancellationToken ct)
    {
        var status = new FolderStatus();
        Examined = null;
        connection.MayQuoteStrays = false;
        var examine = await connection.Begin(
            new CommandText("EXAMINE ").Raw(folder.RawName),
            response => status = Counted(status, response),
            ct);
        var search = criteria is null ? null : new SearchBox(options.Limits.Numbers);
        var searching = search is null ? null : await connection.Begin(new CommandText(SearchCommand(criteria!)), search.Take, ct);
        var answer = await connection.End(examine, ct);
        var searched = searching is null ? null : await connection.End(searching, ct);
        if (answer.Status != ImapStatus.Ok)
            throw connection.Refused(AnswerStage.Folder, $"opening the folder \"{folder.Name}\"", answer);

        Examined = folder;
        status = Counted(status, answer);
        if (status.UidNext is null || status.UidValidity is null || status.Exists is null)
            status = status.OrElse((await Statuses([folder], ct))[0].Status ?? new FolderStatus());

        ExaminedStatus = status;
        return (status, searched is { Status: ImapStatus.Ok } && search!.Unreadable is null ? search.Ascending : null);
    }

    /// <summary>The counters of folders without opening them, in one round trip.</summary>
    /// <returns>One entry a folder, in the same order; a folder that could not be asked has a failure instead of counters.</returns>
    public async Task<IReadOnlyList<(ImapFolder Folder, FolderStatus? Status, MailServerException? Failure)>> Statuses(
        IReadOnlyList<ImapFolder> folders, CancellationToken ct)
    {
        var items = "MESSAGES UIDNEXT UIDVALIDITY" + (Capabilities.Has("CONDSTORE") ? " HIGHESTMODSEQ" : "");
        var results = new List<(ImapFolder, FolderStatus?, MailServerException?)>();
        // A server reads while it writes only as far as its buffers go; fifty short commands fit everywhere.
        foreach (var some in folders.Chunk(50))
        {
            var asked = new List<(ImapFolder Folder, RunningCommand Command, StatusBox Found)>();
            foreach (var folder in some)
            {
                var found = new StatusBox();
                asked.Add(
                    (
                        folder,
                        await connection.Begin(new CommandText("STATUS ").Raw(folder.RawName).Words($" ({items})"), found.Take, ct),
                        found));
            }

            foreach (var (folder, command, found) in asked)
            {
                var answer = await connection.End(command, ct);
                results.Add(answer.Status == ImapStatus.Ok
                    ? (folder, found.Status ?? new FolderStatus(), null)
                    : (folder, null, connection.Refused(AnswerStage.Folder, $"asking about the folder \"{folder.Name}\"", answer)));
            }
        }

        return results;
    }

    /// <summary>
    /// The UIDs of the open folder that match, ascending. Never silently empty: an answer that cannot be read, or none at all, is a
    /// failure.
    /// </summary>
    /// <param name="criteria">As in RFC 9051 section 6.4.4, for instance <c>UID 5:*</c>; ASCII only.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyList<uint>> Search(string criteria, CancellationToken ct)
    {
        if (HasExtendedSearch)
        {
            var (answer, found) = await SearchWith(SearchCommand(criteria), ct);
            if (answer.Status == ImapStatus.Ok && found is not null)
                return found;

            if (answer.Status == ImapStatus.No)
                throw connection.Refused(AnswerStage.Command, "searching", answer);
        }

        var (plainAnswer, plain) = await SearchWith($"UID SEARCH {criteria}", ct);
        return plainAnswer.Status != ImapStatus.Ok
            ? throw connection.Refused(AnswerStage.Command, "searching", plainAnswer)
            : plain
                ?? throw new MailServerException(MailFailure.Protocol, "the server answered a search with success, but without a result");
    }

    /// <summary>Fetches messages of the open folder; enumerate <see cref="MessageFetch.Messages"/>, then look at its problems.</summary>
    public MessageFetch Fetch(IReadOnlyList<UidSet> sets, FetchRequest request)
    {
        var index = 0;
        return Fetch(() => index < sets.Count ? new FetchOrder(sets[index++], request) : null, request.Ahead);
    }

    /// <summary>Fetches messages of the open folder, deciding on the way what to ask next; see <see cref="MessageFetch"/>.</summary>
    /// <param name="next">What to ask next; null for nothing now.</param>
    /// <param name="ahead">How many commands are sent before the first is answered.</param>
    public MessageFetch Fetch(Func<FetchOrder?> next, int ahead) => new(connection, Capabilities, next, ahead);

    /// <summary>Keeps the connection alive and hears what has changed in the open folder.</summary>
    /// <returns>True when the server told of new or removed messages.</returns>
    public async Task<bool> Noop(CancellationToken ct)
    {
        var changed = false;
        var answer = await connection.Run(
            new CommandText("NOOP"),
            response => changed |= response is CountResponse { Kind: "EXISTS" or "EXPUNGE" },
            ct);
        return answer.Status == ImapStatus.Ok ? changed : throw connection.Refused(AnswerStage.Command, "NOOP", answer);
    }

    /// <summary>Waits until the open folder changes or the time is over (IDLE, RFC 2177).</summary>
    /// <param name="limit">At most 29 minutes by the standard; some providers want 3.</param>
    /// <param name="ct">Ends the wait, not the connection.</param>
    /// <returns>True when something changed.</returns>
    public async Task<bool> Idle(TimeSpan limit, CancellationToken ct)
    {
        var changed = false;
        var command = await connection.Begin(
            new CommandText("IDLE"),
            response => changed |= response is CountResponse { Kind: "EXISTS" or "EXPUNGE" },
            ct);
        if (await connection.GoAhead(command, CancellationToken.None) is null)
            throw connection.Refused(AnswerStage.Command, "IDLE", command.Result!);

        var until = TimeProvider.System.GetTimestamp() + (long)(limit.TotalSeconds * TimeProvider.System.TimestampFrequency);
        try
        {
            while (
                !changed
                && TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), until) is var left
                && left > TimeSpan.Zero
                && await connection.Wire.WaitForBytes(left, ct))
                await connection.Step(CancellationToken.None);
        }
        finally
        {
            if (!connection.Wire.IsBroken && command.Result is null)
            {
                connection.Wire.Write("DONE\r\n"u8);
                await connection.End(command, CancellationToken.None);
            }
        }

        return changed;
    }

    /// <summary>Says goodbye and closes; a server that does not answer within five seconds is left without.</summary>
    public async Task Logout()
    {
        if (!IsBroken)
        {
            connection.Leaving = true;
            connection.Wire.Silence = TimeSpan.FromSeconds(5);
            try
            {
                var command = await connection.Begin(new CommandText("LOGOUT"), null, CancellationToken.None);
                while (
                    command.Result is null && await connection.Step(CancellationToken.None) is not StatusResponse { Status: ImapStatus.Bye }
                ) { }
            }
            catch (MailServerException)
            {
                // Nothing was under way; how a server takes a goodbye changes nothing.
            }
        }

        await DisposeAsync();
    }

    /// <summary>Closes the connection at once.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>
    /// Of the open folder servers tell the counters as this session has seen them, not as they are. Closing it, in the same turn, helps;
    /// where only CLOSE is known, which other programs use to expunge, a NOOP has to do.
    /// </summary>
    private async Task LookAnew(CancellationToken ct)
    {
        if (Examined is null)
            return;

        var mayClose = Capabilities.Has("UNSELECT") || Capabilities.Has("IMAP4rev2");
        await connection.Begin(new CommandText(mayClose ? "UNSELECT" : "NOOP"), null, ct);
        Examined = mayClose ? null : Examined;
    }

    private async Task Greet(CancellationToken ct)
    {
        var first = await connection.Step(ct);
        if (first is not StatusResponse { Tag: null } greeting)
        {
            var said = first switch { StrayLine stray => stray.Excerpt, ContinuationResponse prompt => "+" + prompt.Text, _ => null };
            var words = said is null ? null : ServerAnswers.Presentable(said, []);
            var meaning = words is null ? null : ServerAnswers.Read(AnswerStage.Command, null, words);
            throw meaning is { Failure: MailFailure.Throttled }
                ? new MailServerException(meaning.Failure, $"{connection.Endpoint} turned us away: {meaning.Advice}", words)
                {
                    RetryAfter = meaning.RetryAfter,
                    ConnectionLost = true,
                }
                : new MailServerException(
                    MailFailure.Config,
                    $"{connection.Endpoint} does not speak IMAP{OtherProtocol(words)}; check `host` and `port`",
                    words)
                {
                    ConnectionLost = true,
                };
        }

        Greeting = connection.Presentable(greeting);
        if (greeting.Status is ImapStatus.No or ImapStatus.Bad)
        {
            var meaning = ServerAnswers.Read(AnswerStage.Greeting, greeting.Code?.Name, greeting.Text);
            throw new MailServerException(meaning.Failure, $"{connection.Endpoint} turned us away: {meaning.Advice}", Greeting)
            {
                RetryAfter = meaning.RetryAfter,
                ConnectionLost = true,
            };
        }

        if (greeting.Status == ImapStatus.PreAuth)
        {
            // After PREAUTH there is no STARTTLS any more: the oldest trick to keep a client in clear text.
            if (connection.Endpoint.Tls == TlsMode.StartTls)
                throw new MailServerException(
                    MailFailure.Config,
                    $"{connection.Endpoint} claims that we are logged in already and so prevents STARTTLS; use `tls: required`")
                {
                    ConnectionLost = true,
                };

            IsAuthenticated = true;
        }

        TakeCapabilities(greeting.Code);
    }

    private static string OtherProtocol(string? words) => words switch
    {
        ['S', 'S', 'H', '-', ..] => " but SSH",
        ['H', 'T', 'T', 'P', '/', ..] => " but HTTP",
        ['+', 'O', 'K', ..] => " but POP3",
        ['2', '2', '0', ..] => " but SMTP or FTP",
        _ => "",
    };

    private async Task StartTls(CancellationToken ct)
    {
        // Asked for even if not announced: Courier forgets to. Refused, there is no login.
        var answer = await connection.Run(new CommandText("STARTTLS"), null, ct);
        if (answer.Status != ImapStatus.Ok)
        {
            throw new MailServerException(
                MailFailure.Config,
                $"{connection.Endpoint} offers no STARTTLS, and without it no password is sent; try `tls: required` with port 993",
                connection.Presentable(answer))
            {
                ConnectionLost = true,
            };
        }

        await connection.Wire.StartTls(ct);
        Capabilities = Capabilities.None;
        capabilitiesKnown = false;
    }

    private async Task Compress(CancellationToken ct)
    {
        var answer = await connection.Run(new CommandText("COMPRESS DEFLATE"), null, ct);
        if (answer.Status != ImapStatus.Ok)
            return;

        connection.Wire.StartDeflate();
        IsCompressed = true;
    }

    private async Task AskCapabilities(CancellationToken ct)
    {
        var answer = await connection.Run(new CommandText("CAPABILITY"), null, ct);
        if (answer.Status != ImapStatus.Ok || !capabilitiesKnown)
            throw connection.Refused(AnswerStage.Command, "asking what the server can do", answer);
    }

    private async Task<(StatusResponse Answer, IReadOnlyList<uint>? Found)> SearchWith(string command, CancellationToken ct)
    {
        var search = new SearchBox(options.Limits.Numbers);
        var answer = await connection.Run(new CommandText(command), search.Take, ct);
        if (search.Unreadable is { } unreadable)
            throw new MailServerException(MailFailure.Protocol, $"the result of a search cannot be read: {unreadable.Reason}");

        return (answer, search.Ascending);
    }

    private bool IsGroupware =>
        Array.Exists(
            Groupware,
            name =>
                $"{Greeting} {ServerId.GetValueOrDefault("name")} {ServerId.GetValueOrDefault("vendor")}".Contains(
                    name,
                    StringComparison.OrdinalIgnoreCase));

    private bool HasExtendedSearch => Capabilities.Has("ESEARCH") || Capabilities.Has("IMAP4rev2");

    private string SearchCommand(string criteria) => HasExtendedSearch ? $"UID SEARCH RETURN (ALL) {criteria}" : $"UID SEARCH {criteria}";

    private void Observe(ImapResponse response)
    {
        switch (response)
        {
            case WordsResponse { Kind: "CAPABILITY" } words:
                Capabilities = new Capabilities(words.Words);
                capabilitiesKnown = true;
                break;
            case WordsResponse { Kind: "ENABLED" } words:
                utf8 |= words.Words.Contains("UTF8=ACCEPT", StringComparer.OrdinalIgnoreCase);
                break;
            case IdResponse id:
                ServerId = id.Fields;
                break;
            case StatusResponse { Code: { Name: "CAPABILITY" } code }:
                TakeCapabilities(code);
                break;
        }
    }

    private void TakeCapabilities(ResponseCode? code)
    {
        if (code?.Name != "CAPABILITY")
            return;

        Capabilities = new Capabilities(code.Argument.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        capabilitiesKnown = true;
    }

    private static FolderStatus Counted(FolderStatus status, ImapResponse response) => response switch
    {
        CountResponse { Kind: "EXISTS" } exists => status with { Exists = exists.Count <= long.MaxValue ? (long)exists.Count.Value : null },
        StatusResponse { Code: { } code } => status.With(code.Name, code.Argument),
        _ => status,
    };

    private sealed class SearchBox(int most)
    {
        private List<uint>? found;

        public UnreadableResponse? Unreadable { get; private set; }

        /// <summary>What was found; null when the server said nothing.</summary>
        public IReadOnlyList<uint>? Ascending => found is null ? null : UidSet.Ascending(found);

        public void Take(ImapResponse response)
        {
            if (response is SearchResponse search && (found?.Count ?? 0) + search.Numbers.Count <= most)
                (found ??= []).AddRange(search.Numbers);
            else if (response is SearchResponse)
                Unreadable = new UnreadableResponse("SEARCH", $"it names more than {most} messages", "");
            else if (response is UnreadableResponse { Kind: "SEARCH" or "ESEARCH" } bad)
                Unreadable = bad;
        }
    }

    private sealed class StatusBox
    {
        public FolderStatus? Status { get; private set; }

        public void Take(ImapResponse response)
        {
            if (response is FolderStatusResponse found)
                Status = Status is null ? found.Status : found.Status.OrElse(Status);
        }
    }
}

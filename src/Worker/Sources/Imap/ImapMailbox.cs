using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Imap;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The connection to one mailbox over MailKit: logs in, lists folders, and opens them with EXAMINE, so that nothing changes. Not for
/// concurrent use.
/// </summary>
internal sealed class ImapMailbox : IAsyncDisposable
{
    /// <summary>Servers that show appointments, addresses and tasks as if they were mails.</summary>
    private static readonly string[] Groupware = ["Exchange", "Zimbra", "Kerio", "MDaemon", "CommuniGate"];

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly MailKitClient client;
    private readonly ImapAnswers answers;
    private readonly ImapOptions options;
    private readonly ImapCommands commands;
    private readonly FolderListing listing;
    private StreamedFolder? open;
    private MailboxMessages? messages;

    private ImapMailbox(MailKitClient client, ImapAnswers answers, ImapOptions options)
    {
        (this.client, this.answers, this.options) = (client, answers, options);
        commands = new ImapCommands(client, answers);
        listing = new FolderListing(client, answers, commands);
    }

    /// <summary>True when the connection is gone.</summary>
    public bool IsBroken => commands.IsBroken;

    /// <summary>Bytes received so far, as they came over the wire.</summary>
    public long BytesReceived => answers.Wire.Received;

    /// <summary>How often something was sent and an answer awaited: the round trips.</summary>
    public int RoundTrips => answers.Wire.RoundTrips;

    /// <summary>The server's greeting in words.</summary>
    public string Greeting => answers.Greeting;

    /// <summary>What the server told of itself: name and vendor.</summary>
    public string ServerName { get; private set; } = "";

    /// <summary>Whether it shows appointments, addresses and tasks as if they were mails.</summary>
    private bool IsGroupware =>
        Array.Exists(Groupware, name => $"{Greeting} {ServerName}".Contains(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether folders are labels of the one that holds everything.</summary>
    public bool IsGmail => client.Capabilities.HasFlag(ImapCapabilities.GMailExt1);

    /// <summary>Whether the server can tell of news by itself.</summary>
    public bool CanIdle => client.Capabilities.HasFlag(ImapCapabilities.Idle);

    /// <summary>The folder that is open.</summary>
    public MailboxFolder? Examined { get; private set; }

    /// <summary>What was said of the open folder as it was opened.</summary>
    public FolderStatus ExaminedStatus { get; private set; } = new();

    /// <summary>The messages of the folder that is open.</summary>
    public MailboxMessages Messages => messages ?? throw new InvalidOperationException("no folder is open");

    /// <summary>The counters of INBOX as they were told last.</summary>
    public FolderStatus? InboxStatus { get; private set; }

    /// <summary>Connects, logs in, and introduces us: some servers open no folder for those who did not.</summary>
    /// <exception cref="MailServerException">
    /// When there is no such server, it is not trusted, does not speak IMAP, or refuses the login.
    /// </exception>
    public static async Task<ImapMailbox> Open(MailEndpoint endpoint, Credential credential, ImapOptions options, CancellationToken ct)
    {
        var wire = await MailConnection.Open(endpoint, MailProtocol.Imap, options.Timeouts, ct);
        var stream = new ImapAnswers(wire, options.Limits) { Secrets = credential.Unspeakable };
        var mailbox = new ImapMailbox(new MailKitClient(), stream, options);
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

        var folders = await listing.List(withStatus, IsGroupware, ct);
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
            await commands.Run(AnswerStage.Command, "closing a folder", () => folder.CloseAsync(expunge: false, ct));
            (open, messages, Examined) = (null, null, null);
        }
        else
        {
            await commands.Run(AnswerStage.Command, "NOOP", () => client.NoOpAsync(ct));
        }
    }

    /// <summary>Opens a folder for reading only.</summary>
    /// <returns>Its counters; those the server left out were asked for with STATUS.</returns>
    /// <exception cref="MailServerException">
    /// With <see cref="MailFailure.Permanent"/> when this folder cannot be opened; the account may be in order.
    /// </exception>
    public async Task<FolderStatus> Examine(MailboxFolder folder, CancellationToken ct)
    {
        (open, messages, Examined) = (null, null, null);
        var found = await Find(folder, ct);
        await commands.Run(AnswerStage.Folder, $"opening the folder \"{folder.Name}\"", () => found.OpenAsync(FolderAccess.ReadOnly, ct));
        var status = answers.Notes.Opened;
        (open, messages, Examined) = (found, new MailboxMessages(found, client, commands, answers, options.Limits), folder);
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
            var what = $"asking about the folder \"{folder.Name}\"";
            await commands.Run(AnswerStage.Folder, what, () => found.StatusAsync(listing.Counters, ct));
            return (answers.Notes.Statuses.GetValueOrDefault(folder.Name) ?? new FolderStatus(), null);
        }
        catch (MailServerException e) when (!e.ConnectionLost)
        {
            return (null, e);
        }
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
            await commands.Run(AnswerStage.Command, "IDLE", () => client.IdleAsync(done.Token, CancellationToken.None));
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
                await commands.Run(AnswerStage.Command, "LOGOUT", () => client.DisconnectAsync(quit: true, CancellationToken.None));
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

    private async Task LogIn(Credential credential, CancellationToken ct)
    {
        var endpoint = answers.Wire.Endpoint;
        using var notes = answers.Gather();
        await commands.Run(AnswerStage.Greeting, "connecting", () =>
            client.ConnectAsync(answers, endpoint.Host, endpoint.Port, MailKit.Security.SecureSocketOptions.None, ct));
        if (!client.IsAuthenticated)
        {
            await commands.Run(AnswerStage.Login, $"logging in as {credential.User}", () => MailSignIn.Run(
                client, answers.Wire, credential, e => commands.Refused(AnswerStage.Login, $"logging in as {credential.User}", e), ct));
        }

        // MailKit lists folders when it has logged in, and takes a refusal for no folders; who wants to be left alone says so here.
        listing.Mark(answers.Notes);
        if (answers.Notes.Word is "NO" or "BAD"
            && commands.Refused(AnswerStage.Command, "listing the folders") is { Failure: MailFailure.Throttled or MailFailure.Auth } busy)
            throw busy;

        if (client.Capabilities.HasFlag(ImapCapabilities.Compress) && (options.Compress ?? !endpoint.IsLoopback))
            await answers.Compress(ct);

        if (client.Capabilities.HasFlag(ImapCapabilities.Id))
            await Introduce(ct);

        if (client.Capabilities.HasFlag(ImapCapabilities.UTF8Accept) && client.Capabilities.HasFlag(ImapCapabilities.Enable))
            await commands.Run(AnswerStage.Command, "ENABLE", () => client.EnableUTF8Async(ct));
    }

    /// <summary>
    /// Coremail refuses to open folders for those who have not introduced themselves, in just this form. A server that does not care to
    /// know is none the worse.
    /// </summary>
    private async Task Introduce(CancellationToken ct)
    {
        try
        {
            await commands.Run(AnswerStage.Command, "ID", async () =>
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

    private async Task<StreamedFolder> Find(MailboxFolder folder, CancellationToken ct) => (StreamedFolder)(folder.Role == FolderRole.Inbox
        ? client.Inbox
        : await commands.Run(AnswerStage.Folder, $"finding the folder \"{folder.Name}\"", () => client.GetFolderAsync(folder.Name, ct)));
}

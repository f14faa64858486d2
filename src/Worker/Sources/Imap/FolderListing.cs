using CrmSync.Worker.MailServers;
using MailKit;
using MailKit.Net.Imap;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Lists the folders of an account, with roles and counters where announced, with fewer options after each BAD. A list without INBOX or
/// without a folder that can be opened is asked for again plainly, and is an error when that does not help: an empty list is never an empty
/// mailbox.
/// </summary>
internal sealed class FolderListing(MailKitClient client, ImapAnswers answers, ImapCommands commands)
{
    /// <summary>Everything the server has marked folders with in this session: it marks roles in some lists and not in others.</summary>
    private readonly Dictionary<string, HashSet<string>> roleMarks = new(StringComparer.Ordinal);

    /// <summary>What is asked of a folder that is not opened.</summary>
    public StatusItems Counters =>
        StatusItems.Count | StatusItems.UidNext | StatusItems.UidValidity | (client.Capabilities.HasFlag(ImapCapabilities.CondStore)
            ? StatusItems.HighestModSeq : StatusItems.None);

    /// <summary>Lists.</summary>
    /// <param name="withStatus">Whether counters are wanted.</param>
    /// <param name="isGroupware">Whether the server shows appointments, addresses and tasks as if they were mails.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyList<MailboxFolder>> List(bool withStatus, bool isGroupware, CancellationToken ct)
    {
        AnswerNotes? last = null;
        MailServerException? refusal = null;
        do
        {
            try
            {
                last = await ListOnce(withStatus, ct);
                if (last.Folders.Exists(IsInbox))
                    return Ordered(last, isGroupware);
            }
            catch (MailServerException e) when (!e.ConnectionLost && e.Failure is not (MailFailure.Throttled or MailFailure.Auth))
            {
                // Other words will not help those that are busy: Exchange says BAD then, too.
                refusal = e;
            }
        }
        while (Doubt());

        // INBOX by itself comes on top of what the list without it has shown.
        if (last is { Folders.Count: > 0 } && HasInbox)
            last.Folders.Add(new ListedFolder("INBOX", last.Folders.Select(folder => folder.Delimiter).FirstOrDefault(), []));

        if (last is not null && last.Folders.Exists(CanOpen))
            return Ordered(last, isGroupware);

        var trouble = last?.FolderTrouble is { } words ? $" (a line could not be read: {words})" : "";
        throw refusal ?? new MailServerException(
            MailFailure.Protocol,
                $"the server lists no folder that can be opened, not even INBOX{trouble}; nothing is changed until it does");
    }

    /// <summary>Remembers what the server has marked folders with.</summary>
    public void Mark(AnswerNotes notes)
    {
        foreach (var folder in notes.Folders)
        {
            if (!roleMarks.TryGetValue(folder.Name, out var marks))
                roleMarks[folder.Name] = marks = new HashSet<string>(StringComparer.Ordinal);

            marks.UnionWith(folder.Attributes);
        }
    }

    /// <summary>Lists as MailKit does, and gives what the server said.</summary>
    private async Task<AnswerNotes> ListOnce(bool withStatus, CancellationToken ct)
    {
        var root = client.PersonalNamespaces.FirstOrDefault(one => one.Path.Length == 0) ?? new FolderNamespace('/', "");
        var canCount = withStatus && client.Capabilities.HasFlag(ImapCapabilities.ListStatus);
        using var notes = answers.Gather();
        await commands.Run(AnswerStage.Command, "listing the folders", () =>
            client.GetFoldersAsync(root, canCount ? Counters : StatusItems.None, subscribedOnly: false, ct));
        Mark(answers.Notes);
        return answers.Notes;
    }

    /// <summary>Whether the server has ever listed INBOX in this session: MailKit asks for it by name when it has logged in.</summary>
    private bool HasInbox => roleMarks.Keys.Any(name => name.Equals("INBOX", StringComparison.OrdinalIgnoreCase));

    /// <summary>Forgets abilities that the server announces and does not have.</summary>
    private bool Doubt()
    {
        const ImapCapabilities Extended = ImapCapabilities.ListExtended | ImapCapabilities.ListStatus | ImapCapabilities.SpecialUse;
        if ((client.Capabilities & Extended) == ImapCapabilities.None)
            return false;

        client.Capabilities &= ~(client.Capabilities.HasFlag(ImapCapabilities.ListStatus) ? ImapCapabilities.ListStatus : Extended);
        return true;
    }

    /// <summary>The prefixes of folders of other users, and of public ones.</summary>
    private IReadOnlyList<string> ForeignPrefixes =>
        [.. client.OtherNamespaces.Concat(client.SharedNamespaces).Select(one => one.Path).Where(path => path.Length > 0)];

    private List<MailboxFolder> Ordered(AnswerNotes notes, bool isGroupware)
    {
        var folders = notes.Folders
            .DistinctBy(folder => folder.Name)
            .Select(folder =>
                folder with
                {
                    Name = IsInbox(folder) ? "INBOX" : folder.Name,
                    Attributes = [.. folder.Attributes.Union(roleMarks.GetValueOrDefault(folder.Name, []))]
                })
            .ToList();
        var serverTells =
            folders.Exists(folder =>
                folder.Attributes.Any(attribute => attribute is @"\sent" or @"\trash" or @"\drafts" or @"\junk" or @"\all"));
        return [.. folders
            .Select(folder => WithRole(folder, notes, serverTells, isGroupware))
            .OrderBy(folder => folder.Role switch { FolderRole.Inbox => 0, FolderRole.Sent => 1, _ => 2 })];
    }

    private MailboxFolder WithRole(ListedFolder folder, AnswerNotes notes, bool serverTells, bool isGroupware)
    {
        var (role, source) = FolderRoles.Role(folder, ForeignPrefixes, serverTells, isGroupware);
        return new MailboxFolder(folder.Name, folder.Delimiter, role, source, CanOpen(folder),
            notes.Statuses.GetValueOrDefault(folder.Name));
    }

    private static bool IsInbox(ListedFolder folder) =>
        folder.Name.Equals("INBOX", StringComparison.OrdinalIgnoreCase) || folder.Attributes.Contains(@"\inbox");

    private static bool CanOpen(ListedFolder folder) =>
        !folder.Attributes.Contains(@"\noselect") && !folder.Attributes.Contains(@"\nonexistent");
}

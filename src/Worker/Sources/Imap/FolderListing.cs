using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Lists the folders of an account, with roles and counters where announced, with fewer options after each BAD. A list without INBOX or
/// without a folder that can be opened is asked for again plainly, and is an error when that does not help: an empty list is never an empty
/// mailbox.
/// </summary>
internal sealed class FolderListing(ImapMailbox mailbox)
{
    /// <summary>Servers that show appointments, addresses and tasks as if they were mails.</summary>
    private static readonly string[] Groupware = ["Exchange", "Zimbra", "Kerio", "MDaemon", "CommuniGate"];

    /// <summary>Lists.</summary>
    /// <param name="withStatus">Whether counters are wanted.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyList<MailboxFolder>> Run(bool withStatus, CancellationToken ct)
    {
        AnswerNotes? last = null;
        MailServerException? refusal = null;
        do
        {
            try
            {
                last = await mailbox.List(withStatus, ct);
                if (last.Folders.Exists(IsInbox))
                    return Ordered(last);
            }
            catch (MailServerException e) when (!e.ConnectionLost && e.Failure is not (MailFailure.Throttled or MailFailure.Auth))
            {
                // Other words will not help those that are busy: Exchange says BAD then, too.
                refusal = e;
            }
        }
        while (mailbox.Doubt());

        // INBOX by itself comes on top of what the list without it has shown.
        if (last is { Folders.Count: > 0 } && mailbox.HasInbox)
            last.Folders.Add(new ListedFolder("INBOX", last.Folders.Select(folder => folder.Delimiter).FirstOrDefault(), []));

        if (last is not null && last.Folders.Exists(CanOpen))
            return Ordered(last);

        var trouble = last?.FolderTrouble is { } words ? $" (a line could not be read: {words})" : "";
        throw refusal ?? new MailServerException(
            MailFailure.Protocol,
                $"the server lists no folder that can be opened, not even INBOX{trouble}; nothing is changed until it does");
    }

    private List<MailboxFolder> Ordered(AnswerNotes notes)
    {
        var folders = notes.Folders
            .DistinctBy(folder => folder.Name)
            .Select(folder =>
                folder with
                {
                    Name = IsInbox(folder) ? "INBOX" : folder.Name,
                    Attributes = [.. folder.Attributes.Union(mailbox.Marks(folder.Name))]
                })
            .ToList();
        var serverTells =
            folders.Exists(folder =>
                folder.Attributes.Any(attribute => attribute is @"\sent" or @"\trash" or @"\drafts" or @"\junk" or @"\all"));
        var isGroupware =
            Array.Exists(Groupware, name => $"{mailbox.Greeting} {mailbox.ServerName}".Contains(name, StringComparison.OrdinalIgnoreCase));
        return [.. folders
            .Select(folder => WithRole(folder, notes, serverTells, isGroupware))
            .OrderBy(folder => folder.Role switch { FolderRole.Inbox => 0, FolderRole.Sent => 1, _ => 2 })];
    }

    private MailboxFolder WithRole(ListedFolder folder, AnswerNotes notes, bool serverTells, bool isGroupware)
    {
        var (role, source) = FolderRoles.Role(folder, mailbox.ForeignPrefixes, serverTells, isGroupware);
        return new MailboxFolder(folder.Name, folder.Delimiter, role, source, CanOpen(folder),
            notes.Statuses.GetValueOrDefault(folder.Name));
    }

    private static bool IsInbox(ListedFolder folder) =>
        folder.Name.Equals("INBOX", StringComparison.OrdinalIgnoreCase) || folder.Attributes.Contains(@"\inbox");

    private static bool CanOpen(ListedFolder folder) =>
        !folder.Attributes.Contains(@"\noselect") && !folder.Attributes.Contains(@"\nonexistent");
}

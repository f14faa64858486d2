using System.Text;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Imap;

/// <summary>
/// Lists the folders of an account: LIST with roles and counters where announced, with fewer options after each BAD, XLIST on old servers,
/// plain LIST in the end. A list without INBOX or without a folder that can be opened is asked for again plainly, and is an error when that
/// does not help.
/// </summary>
internal sealed class FolderListing(ImapConnection connection, Capabilities capabilities, ImapLimits limits)
{
    private const int LongestName = 2000;
    private const string InboxAlone = "LIST \"\" INBOX";

    private readonly List<ListedFolder> listed = [];
    private readonly Dictionary<string, FolderStatus> statuses = new(StringComparer.Ordinal);
    private NamespaceResponse? namespaces;
    private string? trouble;

    /// <summary>Lists.</summary>
    /// <param name="withStatus">Whether counters are wanted.</param>
    /// <param name="traits">What is known of the server, asked when the answers are there: whether names come in UTF-8, and whether it
    /// shows more than mail.</param>
    /// <param name="ct">Ends the connection when cancelled.</param>
    public async Task<IReadOnlyList<ImapFolder>> Run(bool withStatus, Func<(bool Utf8, bool Groupware)> traits, CancellationToken ct)
    {
        // Exchange 2003 hangs up on NAMESPACE; it is the one that announces it without ID and UIDPLUS.
        if (capabilities.Has("NAMESPACE") && (capabilities.Has("ID") || capabilities.Has("UIDPLUS")))
            await connection.Begin(new CommandText("NAMESPACE"), response => namespaces = response as NamespaceResponse ?? namespaces, ct);

        StatusResponse? refusal = null;
        foreach (var command in Commands(withStatus))
        {
            // INBOX by itself comes on top of what the list without it has shown.
            if (command != InboxAlone)
            {
                listed.Clear();
                statuses.Clear();
            }

            var answer = await connection.Run(new CommandText(command), Take, ct);
            if (answer.Status == ImapStatus.Ok && listed.Any(IsInbox))
                return Ordered(traits());

            refusal = answer.Status == ImapStatus.Ok ? refusal : answer;

            // Other words will not help: Exchange says BAD, too, when it is busy.
            if (
                answer.Status != ImapStatus.Ok
                && ServerAnswers.Read(AnswerStage.Command, answer.Code?.Name, answer.Text).Failure
                    is MailFailure.Throttled
                        or MailFailure.Auth)
                throw connection.Refused(AnswerStage.Command, "listing the folders", answer);
        }

        if (listed.Any(CanOpen))
            return Ordered(traits());

        throw refusal is not null
            ? connection.Refused(AnswerStage.Command, "listing the folders", refusal)
            : new MailServerException(
                MailFailure.Protocol,
                $"the server lists no folder that can be opened, not even INBOX{(trouble is null ? "" : $" ({trouble})")}; nothing is "
                    + $"changed until it does"
            );
    }

    // Where folders have an id they keep it when their names change; of two that exchanged them all counters but the last may be the same.
    private string StatusItems =>
        capabilities.Has("OBJECTID") && capabilities.Has("CONDSTORE")
            ? "STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
            : "STATUS (MESSAGES UIDNEXT UIDVALIDITY)";

    private IEnumerable<string> Commands(bool withStatus)
    {
        var roles = capabilities.Has("SPECIAL-USE") || capabilities.Has("IMAP4rev2");
        var options = capabilities.Has("LIST-EXTENDED") || capabilities.Has("IMAP4rev2") || roles;
        var counts = withStatus && (capabilities.Has("LIST-STATUS") || capabilities.Has("IMAP4rev2"));
        if (counts && roles)
            yield return $"LIST \"\" \"*\" RETURN (SPECIAL-USE {StatusItems})";

        if (counts && !roles)
            yield return $"LIST \"\" \"*\" RETURN ({StatusItems})";

        if (options && roles)
            yield return "LIST \"\" \"*\" RETURN (SPECIAL-USE)";

        if (!roles && capabilities.Has("XLIST"))
            yield return "XLIST \"\" \"*\"";

        yield return "LIST \"\" \"*\"";
        yield return InboxAlone;
    }

    private void Take(ImapResponse response)
    {
        switch (response)
        {
            case FolderResponse { Folder: { RawName.Length: > 0 and <= LongestName } folder } when listed.Count < limits.Folders:
                listed.Add(folder);
                break;
            case FolderStatusResponse status when statuses.Count < limits.Folders:
                statuses[status.RawName] = status.Status;
                break;
            case UnreadableResponse { Kind: "LIST" or "XLIST" } bad:
                trouble = $"a line could not be read: {bad.Reason}";
                break;
        }
    }

    private List<ImapFolder> Ordered((bool Utf8, bool Groupware) server)
    {
        var serverTells = listed.Any(folder =>
            folder.Attributes.Any(attribute => attribute is @"\sent" or @"\trash" or @"\drafts" or @"\junk" or @"\all"));
        return
        [
            .. listed
                .DistinctBy(folder => folder.RawName)
                .Select(folder => Of(folder, server, serverTells))
                .OrderBy(folder =>
                    folder.Role switch
                    {
                        FolderRole.Inbox => 0,
                        FolderRole.Sent => 1,
                        _ => 2,
                    }),
        ];
    }

    private ImapFolder Of(ListedFolder folder, (bool Utf8, bool Groupware) server, bool serverTells)
    {
        // XLIST marks the inbox with an attribute and gives it a translated name, but only "INBOX" can be opened.
        var raw = IsInbox(folder) ? "INBOX" : folder.RawName;
        var name = server.Utf8 ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(raw)) : FolderName.Decode(raw);
        var (role, source) = FolderRoles.Of(folder, name, namespaces?.Foreign ?? [], serverTells, server.Groupware);
        return new ImapFolder(name, folder.Delimiter, role, source, CanOpen(folder), statuses.GetValueOrDefault(folder.RawName))
        {
            RawName = raw,
        };
    }

    private static bool IsInbox(ListedFolder folder) =>
        folder.RawName.Equals("INBOX", StringComparison.OrdinalIgnoreCase) || folder.Attributes.Contains(@"\inbox");

    private static bool CanOpen(ListedFolder folder) =>
        !folder.Attributes.Contains(@"\noselect") && !folder.Attributes.Contains(@"\nonexistent");
}

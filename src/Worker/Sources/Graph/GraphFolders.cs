using Microsoft.Graph.Models;
using Microsoft.Graph.Users.Item.MailFolders;
using Microsoft.Graph.Users.Item.MailFolders.Item;
using Microsoft.Kiota.Abstractions;
using NodaTime;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>A folder of a mailbox.</summary>
/// <param name="Id">The service's lasting id; case counts.</param>
/// <param name="Path">As people see it, from the top, with slashes.</param>
/// <param name="Role">What it is for, whatever its language: <c>inbox</c>, <c>sent</c>, <c>archive</c>, or null.</param>
/// <param name="LeftOut">Why it is not read, or null.</param>
/// <param name="Items">How many items it says it holds.</param>
internal sealed record GraphFolder(string Id, string Path, string? Role, string? LeftOut, int Items);

/// <summary>
/// Finds the folders of a mailbox, recursively (user-list-mailfolders, mailfolder-list-childfolders). What a folder is for is known by the
/// well-known names (mailfolder), for display names are in the user's language; the ids behind them never change and are asked for once.
/// </summary>
internal sealed class GraphFolders(MailboxLine line, string mailbox, GraphChoice choice, IClock clock)
{
    private const int PageSize = 250;
    private const int Deepest = 60;

    /// <summary>Well-known names with the role of the folder, and whether it is read.</summary>
    private static readonly (string Name, string Role, bool Read)[] WellKnown =
    [
        ("inbox", "inbox", true),
        ("sentitems", "sent", true),
        ("archive", "archive", true),
        ("drafts", "drafts", false),
        ("deleteditems", "trash", false),
        ("junkemail", "junk", false),
        ("outbox", "outbox", false),
        ("conversationhistory", "chats", false),
        ("syncissues", "sync issues", false),
        ("scheduled", "scheduled", false),
        ("recoverableitemsdeletions", "trash", false),
    ];

    private static readonly string[] Selected = ["id", "displayName", "parentFolderId", "childFolderCount", "totalItemCount"];

    /// <summary>All folders, parents before children.</summary>
    /// <param name="known">The role of each folder settled earlier, by id; empty when the mailbox is new.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="GraphFailure">They cannot be listed, or the listing is not complete.</exception>
    public async Task<IReadOnlyList<GraphFolder>> List(IReadOnlyDictionary<string, string?> known, CancellationToken ct)
    {
        // A new mailbox tells its folders and what they are for in one round trip.
        var first = known.Count == 0 ? await FirstLook(ct) : new FolderLook(null, null);
        var all = new List<(MailFolder Folder, string Path)>();
        var open = new Queue<(string? Id, string Path, int Depth)>([(null, "", 0)]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var folder in await Children(parent.Id, parent.Id is null ? first.Top : null, ct))
            {
                var path = parent.Path.Length == 0 ? folder.DisplayName ?? folder.Id! : $"{parent.Path}/{folder.DisplayName ?? folder.Id}";

                // A search folder is a view of mail that stands elsewhere.
                if (folder.Id is null || folder is MailSearchFolder || folder.OdataType == "#microsoft.graph.mailSearchFolder")
                    continue;

                all.Add((folder, path));
                if (folder.ChildFolderCount is > 0 && parent.Depth < Deepest)
                    open.Enqueue((folder.Id, path, parent.Depth + 1));
            }
        }

        var roles = all.TrueForAll(f => known.ContainsKey(f.Folder.Id!)) ? known : first.Roles ?? await Roles(ct);
        return Settle(all, roles);
    }

    private List<GraphFolder> Settle(List<(MailFolder Folder, string Path)> all, IReadOnlyDictionary<string, string?> roles)
    {
        var leftOut = new Dictionary<string, string>(StringComparer.Ordinal);
        var included = new HashSet<string>(StringComparer.Ordinal);
        var folders = new List<GraphFolder>();
        foreach (var (folder, path) in all)
        {
            var (role, above) = (roles.GetValueOrDefault(folder.Id!), folder.ParentFolderId ?? "");
            var reason =
                leftOut.GetValueOrDefault(above)
                ?? (Array.Exists(WellKnown, w => w.Role == role && !w.Read) ? $"in folder {path}" : choice.Exclusion(path, role));
            if (reason is not null)
                leftOut[folder.Id!] = reason;
            else if (included.Contains(above) || choice.Includes(path, role))
                included.Add(folder.Id!);
            else
                reason = $"in folder {path}, not included by the configuration";

            folders.Add(new GraphFolder(folder.Id!, path, role, reason, folder.TotalItemCount ?? 0));
        }

        return folders;
    }

    private async Task<List<MailFolder>> Children(string? parent, MailFolderCollectionResponse? first, CancellationToken ct)
    {
        var found = new List<MailFolder>();
        var user = line.Client.Users[mailbox];
        var page = first ?? (parent is null
            ? await user.MailFolders.GetAsync(AskTop, ct)
            : await user.MailFolders[parent].ChildFolders.GetAsync(
                c =>
                {
                    c.QueryParameters.Select = Selected;
                    c.QueryParameters.Top = PageSize;
                },
                ct));
        while (page is not null)
        {
            found.AddRange(page.Value ?? []);
            if (page.OdataNextLink is not { } next)
                break;

            page = await user.MailFolders.WithUrl(next).GetAsync(cancellationToken: ct);
        }

        return found;
    }

    private static void AskTop(RequestConfiguration<MailFoldersRequestBuilder.MailFoldersRequestBuilderGetQueryParameters> c)
    {
        c.QueryParameters.Select = Selected;
        c.QueryParameters.Top = PageSize;
    }

    private async Task<FolderLook> FirstLook(CancellationToken ct)
    {
        var parts = await GraphBatch.Ask(
            line,
            [line.Client.Users[mailbox].MailFolders.ToGetRequestInformation(AskTop), .. RoleRequests()],
            clock,
            ct);
        return new FolderLook(
            await parts[0].Read(MailFolderCollectionResponse.CreateFromDiscriminatorValue, ct),
            await Roles([.. parts.Skip(1)], ct));
    }

    private async Task<IReadOnlyDictionary<string, string?>> Roles(CancellationToken ct) =>
        await Roles(await GraphBatch.Ask(line, [.. RoleRequests()], clock, ct), ct);

    private IEnumerable<RequestInformation> RoleRequests() =>
        WellKnown.Select(w =>
            line.Client.Users[mailbox].MailFolders[w.Name].ToGetRequestInformation(c => c.QueryParameters.Select = ["id"]));

    /// <summary>The roles by folder id. A mailbox need not have every well-known folder.</summary>
    private async Task<IReadOnlyDictionary<string, string?>> Roles(IReadOnlyList<GraphPart> answers, CancellationToken ct)
    {
        var roles = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < WellKnown.Length; i++)
        {
            var folder = answers[i].NotFound
                ? null
                : await answers[i].Read(MailFolder.CreateFromDiscriminatorValue, ct)
                    ?? await Alone(line.Client.Users[mailbox].MailFolders[WellKnown[i].Name], ct);
            if (folder?.Id is { } id)
                roles[id] = WellKnown[i].Role;
        }

        return roles;
    }

    private static async Task<MailFolder?> Alone(MailFolderItemRequestBuilder folder, CancellationToken ct)
    {
        try
        {
            return await folder.GetAsync(c => c.QueryParameters.Select = ["id"], ct);
        }
        catch (GraphFailure failure)
            when (failure.NotFound && !GraphTrouble.IsWhole(failure) || failure.Status == System.Net.HttpStatusCode.BadRequest)
        {
            // No archive, no junk folder: a mailbox need not have them.
            return null;
        }
    }

    /// <summary>The folders at the top, and what folders are for, as far as a first look told.</summary>
    private sealed record FolderLook(MailFolderCollectionResponse? Top, IReadOnlyDictionary<string, string?>? Roles);
}

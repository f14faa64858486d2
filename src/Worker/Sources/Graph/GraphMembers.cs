using CrmSync.Domain.Harvest;
using User = Microsoft.Graph.Models.User;

namespace CrmSync.Worker.Sources.Graph;

/// <summary>A member of a group.</summary>
/// <param name="Id">The user's lasting id.</param>
/// <param name="Address">The mailbox's address.</param>
internal sealed record GraphMember(string Id, Domain.Company.EmailAddress Address);

/// <summary>Who is in a group, through groups in groups (group-list-transitivemembers).</summary>
internal sealed class GraphMembers(MailboxLine line, string account)
{
    /// <summary>All users with an address, by address. Devices, contacts and the nested groups themselves are no mailboxes.</summary>
    /// <exception cref="SourceException">The group cannot be found or read, or nobody is in it.</exception>
    public async Task<IReadOnlyList<GraphMember>> Read(Domain.Company.EmailAddress group, CancellationToken ct)
    {
        try
        {
            var id =
                await ReadId(group, ct)
                ?? throw new SourceException(
                    new Trouble(
                        account,
                        $"there is no group {group} in the tenant",
                        "correct group in crmsync.yaml: it takes the e-mail address of the group"),
                    isPermanent: true);
            var members = await All(id, ct);
            return members.Count > 0
                ? members
                : throw new SourceException(
                    new Trouble(
                        account,
                        $"the group {group} has no member with a mailbox, neither itself nor through groups in it",
                        "add people to the group, or list them under mailboxes"),
                    isPermanent: true);
        }
        catch (GraphFailure failure)
        {
            throw GraphTrouble.OfAccount(account, failure, GraphTrouble.ReadMembers);
        }
    }

    private async Task<string?> ReadId(Domain.Company.EmailAddress group, CancellationToken ct)
    {
        var found = await line.Client.Groups.GetAsync(
            c =>
            {
                c.QueryParameters.Filter = $"mail eq '{group.Value.Replace("'", "''", StringComparison.Ordinal)}'";
                c.QueryParameters.Select = ["id"];
            },
            ct);
        return found?.Value is [{ Id: { } id }, ..] ? id : null;
    }

    private async Task<IReadOnlyList<GraphMember>> All(string group, CancellationToken ct)
    {
        var members = new Dictionary<string, GraphMember>(StringComparer.Ordinal);
        var page = await line.Client.Groups[group].TransitiveMembers.GetAsync(
            c =>
            {
                c.QueryParameters.Select = ["id", "mail", "userPrincipalName"];
                c.QueryParameters.Top = 999;
            },
            ct);
        while (page is not null)
        {
            foreach (var user in (page.Value ?? []).OfType<User>())
            {
                if (user.Id is { } id && Domain.Company.EmailAddress.TryParse(user.Mail ?? user.UserPrincipalName, out var address))
                    members[id] = new GraphMember(id, address);
            }

            page = page.OdataNextLink is { } next
                ? await line.Client.Groups[group].TransitiveMembers.WithUrl(next).GetAsync(cancellationToken: ct)
                : null;
        }

        return [.. members.Values.OrderBy(m => m.Address.Value, StringComparer.Ordinal)];
    }
}

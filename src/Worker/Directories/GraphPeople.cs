using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Telephones;
using Microsoft.Graph.Models;

namespace CrmSync.Worker.Directories;

/// <summary>The contacts in the mailboxes of a tenant (user-list-contacts, user-list-contactfolders), read-only.</summary>
/// <param name="settings">Which.</param>
/// <param name="tenants">Keeps the connections.</param>
/// <param name="numbers">Reads telephone numbers.</param>
internal sealed class GraphPeople(GraphDirectory settings, GraphTenants tenants, TelephoneNumbers numbers) : IDirectory
{
    private const string ReadContacts = "Contacts.Read";
    private const int PageSize = 200;
    private const int Deepest = 20;

    private static readonly string[] Selected =
    [
        "id", "displayName", "givenName", "surname", "companyName", "birthday", "emailAddresses", "mobilePhone", "businessPhones",
            "homePhones",
    ];

    public async Task Connect(CancellationToken ct)
    {
        foreach (var (user, mailbox) in await Mailboxes(ct))
        {
            try
            {
                await Line(user).Client.Users[user].ContactFolders.GetAsync(asked => asked.QueryParameters.Top = 1, ct);
            }
            catch (GraphFailure failure)
            {
                throw GraphTrouble.OfAccount($"{settings.Name}: {mailbox}", failure, ReadContacts);
            }
        }
    }

    public async Task<IReadOnlyList<DirectoryPart>> Read(IReadOnlyDictionary<string, string> versions, CancellationToken ct)
    {
        var parts = new List<DirectoryPart>();
        foreach (var (user, mailbox) in await Mailboxes(ct))
        {
            try
            {
                parts.Add(new DirectoryPart(mailbox.Value) { Cards = await Read(user, mailbox, ct) });
            }
            catch (GraphFailure failure) when (failure.Kind is GraphFailureKind.Refused or GraphFailureKind.Malformed)
            {
                parts.Add(
                    new DirectoryPart(mailbox.Value) { Trouble = GraphTrouble.From($"{settings.Name}: {mailbox}", failure, ReadContacts) });
            }
            catch (GraphFailure failure)
            {
                throw GraphTrouble.OfAccount(settings.Name, failure, ReadContacts);
            }
        }

        return parts;
    }

    private async Task<IReadOnlyList<DirectoryCard>> Read(string user, Domain.Company.EmailAddress mailbox, CancellationToken ct)
    {
        var contacts = new Dictionary<string, Contact>(StringComparer.Ordinal);
        await Read(user, null, contacts, ct);
        var open = new Queue<(string? Folder, int Depth)>([(null, 0)]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var folder in await Folders(user, parent.Folder, ct))
            {
                await Read(user, folder, contacts, ct);
                if (parent.Depth < Deepest)
                    open.Enqueue((folder, parent.Depth + 1));
            }
        }

        return
        [
            .. contacts
                .OrderBy(contact => contact.Key, StringComparer.Ordinal)
                .Select(contact => Translate(contact.Value, $"contacts of {mailbox}"))
                .Where(card => card.Addresses.Count + card.Telephones.Count > 0),
        ];
    }

    /// <summary>The contacts of a folder; of the usual one when it is null. A list of people is none of them.</summary>
    private async Task Read(string user, string? folder, Dictionary<string, Contact> into, CancellationToken ct)
    {
        var line = Line(user);
        var page = folder is null
            ? await line.Client.Users[user].Contacts.GetAsync(
                asked => (asked.QueryParameters.Select, asked.QueryParameters.Top) = (Selected, PageSize), ct)
            : await line.Client.Users[user].ContactFolders[folder].Contacts.GetAsync(
                asked => (asked.QueryParameters.Select, asked.QueryParameters.Top) = (Selected, PageSize), ct);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (page is not null)
        {
            foreach (var contact in page.Value ?? [])
            {
                if (contact.Id is { } id)
                    into[id] = contact;
            }

            page = page.OdataNextLink is { } next
                ? seen.Add(next)
                    ? await line.Client.Users[user].Contacts.WithUrl(next).GetAsync(cancellationToken: ct)
                    : throw new GraphFailure(GraphFailureKind.Malformed, null, "", "the pages of the contacts lead back to themselves")
                : null;
        }
    }

    private async Task<IReadOnlyList<string>> Folders(string user, string? parent, CancellationToken ct)
    {
        var line = Line(user);
        var folders = new List<string>();
        var page = parent is null
            ? await line.Client.Users[user].ContactFolders.GetAsync(asked => asked.QueryParameters.Top = PageSize, ct)
            : await line.Client.Users[user].ContactFolders[parent].ChildFolders.GetAsync(asked => asked.QueryParameters.Top = PageSize, ct);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (page is not null)
        {
            folders.AddRange((page.Value ?? []).Select(folder => folder.Id).OfType<string>());
            page = page.OdataNextLink is { } next && seen.Add(next)
                ? await line.Client.Users[user].ContactFolders.WithUrl(next).GetAsync(cancellationToken: ct)
                : null;
        }

        return folders;
    }

    private DirectoryCard Translate(Contact contact, string source) => new(source)
    {
        Name = Words(contact.DisplayName) ?? Words($"{contact.GivenName} {contact.Surname}"),

        // What Exchange keeps of colleagues is no address of the world outside: /o=ExchangeLabs/ou=...
        Addresses = AddressText.In((contact.EmailAddresses ?? []).Select(one => one.Address).OfType<string>()),
        Telephones = TelephoneText.In(
            new[] { contact.MobilePhone }.Concat(contact.BusinessPhones ?? []).Concat(contact.HomePhones ?? []).OfType<string>(), numbers),
        Organisation = Words(contact.CompanyName),

        // Midnight or 11:59 in UTC, or midnight in the zone of whoever wrote it.
        Birthday = contact.Birthday is { } day && day.AddMinutes(719).UtcDateTime is var date
            ? new ContactDate(null, date.Month, date.Day) : null,
    };

    private static string? Words(string? text) =>
        text is not null && string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } words
            ? words
            : null;

    private async Task<IReadOnlyList<(string User, Domain.Company.EmailAddress Mailbox)>> Mailboxes(CancellationToken ct)
    {
        var account = settings.Account;
        var listed = account.Mailboxes.Select(mailbox => (mailbox.Value, mailbox)).ToList();
        if (account.Group is not { } group)
            return listed;

        var members = await new GraphMembers(tenants.Tenant(account).LineTo(""), settings.Name).Read(group, ct);
        return [.. listed,
            .. members.Where(member => !account.Mailboxes.Contains(member.Address)).Select(member => (member.Id, member.Address))];
    }

    private MailboxLine Line(string user) => tenants.Tenant(settings.Account).LineTo(user);
}

using CrmSync.Domain.Contacts;
using CrmSync.Storage.Rows;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>What the configuration says of an address: whose it is.</summary>
/// <param name="Address">Any address.</param>
/// <param name="Contact">The primary address of the person; the same when it has no alias.</param>
/// <param name="Name">The name the configuration gives them, or null.</param>
/// <param name="Organisation">Their organisation, or null.</param>
/// <param name="Owner">The id of who looks after them, or null.</param>
public sealed record ContactCard(EmailAddress Address, EmailAddress Contact, string? Name, string? Organisation, string? Owner);

/// <summary>A contact as the view <c>contacts</c> shows it.</summary>
public sealed record KnownContact
{
    public required string Address { get; init; }

    public string? Name { get; init; }

    /// <summary>How many addresses of theirs were seen.</summary>
    public int Addresses { get; init; }

    public string? Organisation { get; init; }

    public string? Owner { get; init; }

    public Instant? FirstContact { get; init; }

    public Instant? LastContact { get; init; }

    /// <summary>Mails they wrote to us.</summary>
    public int Received { get; init; }

    /// <summary>Mails we wrote to them, that arrived.</summary>
    public int Sent { get; init; }

    /// <summary>Mailings they were in.</summary>
    public int Mailings { get; init; }

    /// <summary>Meetings held with them.</summary>
    public int Meetings { get; init; }
}

/// <summary>The contacts: everybody outside seen in human or mass mail or in a meeting that counts.</summary>
public sealed class ContactCards(ContactDatabase database)
{
    /// <summary>Every contact, by address.</summary>
    public async Task<IReadOnlyList<KnownContact>> All(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<KnownContact>(
                """
                select address, name, addresses, organisation, owner, first_contact, last_contact, received, sent, mailings, meetings
                  from contacts
                 order by address
                """),
        ];
    }

    /// <summary>Every address outside that was ever seen in the log.</summary>
    public async Task<IReadOnlyList<EmailAddress>> Outsiders(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return [.. (await connection.QueryAsync<string>("select distinct address from participant where not internal order by address")).Select(EmailAddress.Parse)];
    }

    /// <summary>Replaces what the configuration says of addresses; the view <c>contacts</c> shows it from then on.</summary>
    public Task Replace(IReadOnlyCollection<ContactCard> cards, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute("delete from contact_alias");
                var rows = scope.Rows(
                    """
                    insert into contact_alias (address, contact, name, organisation, owner)
                    select r.address, r.contact, r.name, r.organisation, r.owner
                      from {rows} r
                    """,
                    Column.Text("address"), Column.Text("contact"), Column.Text("name"), Column.Text("organisation"), Column.Text("owner"));
                foreach (var card in cards.DistinctBy(c => c.Address))
                {
                    rows.Add(card.Address.Value).Add(card.Contact.Value).Add(Texts.Clean(card.Name)).Add(Texts.Clean(card.Organisation)).Add(Texts.Clean(card.Owner))
                        .End();
                }

                await rows.Flush();
            },
            ct);
}

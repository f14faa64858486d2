using CrmSync.Domain.Company;

namespace CrmSync.Storage.Log;

/// <summary>What the configuration says of an address: whose it is.</summary>
/// <param name="Address">Any address.</param>
/// <param name="Contact">The primary address of the person; the same when it has no alias.</param>
/// <param name="Name">The name the configuration gives them, or null.</param>
/// <param name="Organisation">Their organisation, or null.</param>
/// <param name="Owner">The id of who looks after them, or null.</param>
public sealed record ContactCard(EmailAddress Address, EmailAddress Contact, string? Name, string? Organisation, string? Owner);

/// <summary>Whose an address is, for the view <c>contacts</c>.</summary>
public sealed class ContactCards(ContactDatabase database)
{
    /// <summary>Replaces what the configuration says of addresses; the view <c>contacts</c> shows it from then on.</summary>
    public Task Replace(IReadOnlyCollection<ContactCard> cards, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var erased = await ErasedPeople.Load(scope);
                await scope.Execute("delete from contact_alias");
                var rows = scope.Rows(
                    """
                    insert into contact_alias (address, contact, name, organisation, owner)
                    select r.address, r.contact, r.name, r.organisation, r.owner
                      from {rows} r
                    """,
                    Column.Text("address"),
                    Column.Text("contact"),
                    Column.Text("name"),
                    Column.Text("organisation"),
                    Column.Text("owner"));
                foreach (
                    var card in cards.Where(c => !erased.Contains(c.Address) && !erased.Contains(c.Contact)).DistinctBy(c => c.Address))
                {
                    rows.Add(card.Address.Value)
                        .Add(card.Contact.Value)
                        .Add(Texts.Clean(card.Name))
                        .Add(Texts.Clean(card.Organisation))
                        .Add(Texts.Clean(card.Owner))
                        .End();
                }

                await rows.Flush();
            },
            ct);
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;

namespace CrmSync.Storage.Log;

/// <summary>What the configuration says of an address: whose it is.</summary>
/// <param name="Address">Any address.</param>
/// <param name="Contact">The primary address of the person; the same when it has no alias.</param>
/// <param name="Name">The name the configuration gives them, or null.</param>
/// <param name="Organisation">Their organisation, or null.</param>
/// <param name="Owner">The id of who looks after them, or null.</param>
public sealed record ContactCard(EmailAddress Address, EmailAddress Contact, string? Name, string? Organisation, string? Owner)
{
    /// <summary>One for each address of somebody we know.</summary>
    public static IEnumerable<ContactCard> For(KnownContact known)
    {
        ArgumentNullException.ThrowIfNull(known);
        return known.Addresses.Select(address => new ContactCard(address, known.Primary, known.Name, known.Organisation, known.Owner));
    }
}

/// <summary>Whose an address is, for the view <c>contacts</c>.</summary>
internal static class ContactCards
{
    /// <summary>Replaces the cards of some organisations, where they are other ones by now.</summary>
    public static async Task Renew(WriteScope scope, IReadOnlyCollection<string> organisations, IReadOnlyCollection<KnownContact> known)
    {
        var list = scope.Engine.List(organisations);
        var before = (
            await scope.Query<(string Address, string Contact, string? Name, string Organisation, string? Owner)>(
                $"""
                select address, contact, name, organisation, owner
                  from contact_alias
                 where {scope.Engine.AnyOf("organisation", "@list")}
                """,
                new { list })).ToHashSet();
        var cards = known.SelectMany(ContactCard.For).DistinctBy(card => card.Address).ToList();
        var fresh = cards.FindAll(card =>
            !before.Contains((card.Address.Value, card.Contact.Value, Texts.Clean(card.Name), card.Organisation!, card.Owner)));
        var gone = before.Select(card => card.Address).Except(cards.Select(card => card.Address.Value), StringComparer.Ordinal)
            .Concat(fresh.Select(card => card.Address.Value))
            .ToList();
        if (gone.Count == 0)
            return;

        await scope.Execute(
            $"delete from contact_alias where {scope.Engine.AnyOf("address", "@gone")}", new { gone = scope.Engine.List(gone) });
        await Add(scope, fresh);
    }

    private static async Task Add(WriteScope scope, List<ContactCard> cards)
    {
        if (cards.Count == 0)
            return;

        var erased = await ErasedPeople.Load(scope);
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
        foreach (var card in cards.Where(c => !erased.Contains(c.Address) && !erased.Contains(c.Contact)).DistinctBy(c => c.Address))
        {
            rows.Add(card.Address.Value)
                .Add(card.Contact.Value)
                .Add(Texts.Clean(card.Name))
                .Add(Texts.Clean(card.Organisation))
                .Add(Texts.Clean(card.Owner))
                .End();
        }

        await rows.Flush();
    }
}

using CrmSync.Domain.Company;
using CrmSync.Mail.Cards;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Directories;

/// <summary>Turns a vCard into what a directory says of a person.</summary>
internal static class CardTranslation
{
    /// <summary>Null for a list of cards, and for a card with neither an address nor a telephone.</summary>
    /// <param name="card">The card.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="numbers">Reads its telephone numbers.</param>
    public static DirectoryCard? Translate(VCard card, string source, TelephoneNumbers numbers)
    {
        if (card.Kind == VCardKind.Group)
            return null;

        var translated = new DirectoryCard(source)
        {
            Name = card.Name,
            Addresses = AddressText.In(card.Emails),
            Telephones = TelephoneText.In(card.Telephones.Where(telephone => !telephone.IsFax).Select(one => one.Value), numbers),
            Organisation = card.Organisation,
            Birthday = card.Birthday is { } day ? new ContactDate(null, day.Month, day.Day) : null,
            IsPlace = card.Kind == VCardKind.Organisation,
        };
        return translated.Addresses.Count + translated.Telephones.Count == 0 ? null : translated;
    }
}

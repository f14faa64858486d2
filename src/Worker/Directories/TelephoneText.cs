using CrmSync.Domain.Company;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Directories;

/// <summary>Reads telephone numbers as address books write them, several in one field too.</summary>
internal static class TelephoneText
{
    /// <summary>The numbers in some texts, each once; what is none is left out.</summary>
    public static IReadOnlyList<CardTelephone> In(IEnumerable<string> texts, TelephoneNumbers numbers)
    {
        var found = new List<CardTelephone>();
        foreach (var number in texts.SelectMany(text => Each(text, numbers)))
        {
            // With an extension in one place and without in another, it is still one number.
            if (found.FindIndex(known => known.Number == number.Number) is >= 0 and var at)
                found[at] = found[at] with { IsShared = found[at].IsShared && number.IsShared };
            else
                found.Add(number);
        }

        return found;
    }

    /// <summary>A text is one number where it can be; <c>tel:+353...;ext=2</c> is.</summary>
    private static IEnumerable<CardTelephone> Each(string text, TelephoneNumbers numbers)
    {
        if (numbers.Find(text) is { } whole)
            return [whole];

        return text.Split([",", ";", "\n", " / ", " ::: ", "|", " or "],
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                is { Length: > 1 } parts
            ? parts.Select(numbers.Find).OfType<CardTelephone>()
            : [];
    }
}

using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchWriting : IWritingPhrases
{
    public string Title(string name) => $"Écrire à {name}";

    public string Yes => "oui";

    public string No => "non";

    public string AnAnswerOnly => "une réponse seulement";

    public string CannotSay => "inconnu";

    public string Owed => "réponse due";

    public string ByTheWay => "à savoir";

    public string YouMay(string name) => Set($"Vous pouvez écrire à {name} ; aucune limite ne s’y oppose.");

    public string YouMayAnswer(string name, SeenTime? from) => $"Vous pouvez répondre à {name}, mais rien de plus{Wait(from)}.";

    public string PleaseDoNot(string name, SeenTime? from) => $"Merci de ne pas écrire à {name} de votre propre initiative{Wait(from)}.";

    public string HeadlineYes(string name) => $"Oui, vous pouvez écrire à {name}";

    public string HeadlineAnswer(string name) => $"Vous pouvez répondre à {name}, pas plus";

    public string HeadlineNotBefore(string name, SeenTime from) => $"Ne pas écrire à {name} avant {At(from)}";

    public string HeadlineNo(string name) => $"Non, merci de ne pas écrire à {name}";

    public string AnswerIsOwed(string what, string about, string? due) =>
        Set($"{what}{about}{(due is null ? "" : $", {due}")}. Répondre à un message reçu est toujours permis.");

    public string LooksAfterThem(string owner) => $"Le suivi est assuré par {owner}.";

    public string WillMeet(string? who, SeenTime at, string about) => Set($"Rendez-vous avec {who ?? "nous"} {At(at)}{about}.");

    public string AmongThoseWeDoNotWriteTo => "Cette adresse fait partie de celles auxquelles nous n’écrivons pas.";

    public string IsAmongThoseWeDoNotWriteTo(string address) => $"{address} fait partie des adresses auxquelles nous n’écrivons pas.";

    public string Blackout(LocalDate from, LocalDate to, SeenTime? until) =>
        $"Nous n’écrivons à personne du {Day(from)} au {Day(to)}{Until(until)}.";

    public string LeftAloneAfterSomeCase(LengthOfTime length, SeenTime? until) =>
        $"Pas de sollicitation pendant {InWords(length)} après un dossier{Until(until)}.";

    public string LeftAloneAfter(string name, string? whose, string about, SeenTime closed, LengthOfTime length, SeenTime? until) =>
        Set($"{Case(name, whose, about)}, clos {At(closed)} : pas de sollicitation pendant {InWords(length)}{Until(until)}.");

    public string LeftAloneDuring(string name, string? whose, string about, SeenTime opened, LengthOfTime length, SeenTime? until) =>
        Set($"{Case(name, whose, about)}, ouvert depuis {At(opened)} : ")
            + $"pas de sollicitation jusqu’à la clôture et {InWords(length)} de plus{Until(until)}.";

    public string Used(int count, int most, LengthOfTime window, bool byOrganisation, IReadOnlyList<string> counted, SeenTime? until)
    {
        var contacts = count == 0 ? "Aucun contact" : Count(count, "contact", "contacts");
        var whole = byOrganisation ? " pour toute la maison" : "";
        var which = counted.Count > 0 ? $" ({string.Join(Set($" ; "), counted)})" : "";
        return $"{contacts} en {InWords(window)}{whole}, maximum {most}{which}{Until(until)}.";
    }

    public string Contact(string? who, SeenTime at, string about) => $"{who ?? "nous"}, {Bare(at)}{about}";

    public string NobodyOfYours => "Personne de votre portefeuille";

    public string AndNobodyOfYours => "Et personne de votre portefeuille";

    public string NotFound => "introuvable";

    public string Unseen(string address, string? helper) =>
        $"À notre connaissance, ni vous ni votre équipe n’assurez le suivi {From(address)}."
            + (helper is null ? "" : $" Demandez à {helper} avant d’écrire.");

    private static string Case(string name, string? whose, string about) =>
        Capital($"{name} {(whose is null ? "de quelqu’un d’autre dans la même maison" : $"{From(whose)}{about}")}");

    private static string Wait(SeenTime? from) =>
        from is { } then ? Set($" avant {At(then)} ; ensuite vous pourrez, si rien d’autre ne survient") : "";

    private static string Until(SeenTime? until) => until is { } end ? $", {FrenchDates.Until(end)}" : "";
}

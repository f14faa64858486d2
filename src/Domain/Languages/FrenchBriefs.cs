using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchBriefs : IBriefPhrases
{
    public string NoContactSoFar => "aucun contact à ce jour";

    public string KnownFor(Duration length, int contacts) =>
        $"en contact depuis {InWords(length)}, {Count(contacts, "échange", "échanges")}";

    public string LookedAfterBy(string owner) => $"suivi assuré par {owner}";

    public string LatelyInTouch(IReadOnlyList<string> colleagues) => Set($"récemment en contact : {string.Join(", ", colleagues)}");

    public string Met(SeenTime at, string? who, string about) => Set($"{Bare(at)} : rendez-vous avec {who ?? "nous"}{about}");

    public string Called(SeenTime at, string? who) => Set($"{Bare(at)} : appel {From(who ?? "nous")}");

    public string TheyCalled(SeenTime at, string? who) =>
        Set($"{Bare(at)} : appel reçu{(who is null ? "" : $" ({who})")}");

    public string TheyWrote(SeenTime at, string about, string words) =>
        Set($"{Bare(at)} : message reçu{about}{(words.Length > 0 ? Set($" : {words}") : "")}");

    public string WeWrote(SeenTime at, string? who, string about) => Set($"{Bare(at)} : message {From(who ?? "nous")}{about}");

    public string Item(string what, string about, string? due) => $"{what}{about}{(due is null ? "" : ", " + due)}";

    public string OurTurn(string name, string about, SeenTime since) => $"{name}{about}, à nous d’agir depuis {At(since)}";

    public string TheirTurn(string name, string about, SeenTime since) => $"{name}{about}, au client d’agir depuis {At(since)}";

    public string NoAnswerYet(SeenTime at, string? who, string about) =>
        $"question {From(who ?? "nous")}, {Bare(at)}{about}, encore sans réponse";

    public string HasLeft(string about) => $"n’y travaille plus{about}";

    public string NewAddress(string address, string about) => $"nouvelle adresse {address}{about}";

    public string AwayUntil(LocalDate day, string about) => $"absence jusqu’au {Day(day)}{about}";

    public string AsSigned(string words, SeenTime at) => $"{words} (signature {Of(at)})";

    public string Telephone(string number) => $"téléphone : {number}";

    public string WorksFor(string organisation) => $"travaille pour {organisation}";

    public string NameOfThem => "nom";

    public string TagsOfThem => "étiquettes";

    public string OwnerOfThem => "responsable";

    public string AlsoKnown(IReadOnlyList<string> what) => $"importé : {string.Join(", ", what)}";

    public string Ahead(SeenTime at, string about) => $"{Bare(at)}{about}";

    public string Noted(string field, string day) => Set($"{FrenchItems.Field(field)} : {day}");

    public string Soon(int days) => days switch
    {
        0 => " (aujourd’hui)",
        1 => " (demain)",
        > 1 and <= 30 => $" (dans {days} jours)",
        _ => "",
    };

    public string NotedBy(SeenTime at, string? who) => $"note {Of(at)}{(who is null ? "" : $", par {who}")}";

    public string FromEmail(SeenTime at, string about) => $"message {Of(at)}{about}";

    public string Open => "À faire";

    public string Waiting => "En attente";

    public string Meeting => "Rendez-vous";

    public string Fact => "Noté";
}

using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanBriefs : IBriefPhrases
{
    public string NoContactSoFar => "bisher kein Kontakt";

    public string KnownFor(Duration length, int contacts) => $"bekannt seit {Dative(length)}, {Count(contacts, "Kontakt", "Kontakte")}";

    public string LookedAfterBy(string owner) => $"betreut von {owner}";

    public string LatelyInTouch(IReadOnlyList<string> colleagues) => $"zuletzt in Kontakt: {string.Join(", ", colleagues)}";

    public string Met(SeenTime at, string? who, string about) => $"{Bare(at)}: Treffen mit {who ?? "uns"}{about}";

    public string Called(SeenTime at, string? who) => $"{Bare(at)}: Anruf von {who ?? "uns"}";

    public string TheyCalled(SeenTime at, string? who) => $"{Bare(at)}: Anruf bei {who ?? "uns"}";

    public string TheyWrote(SeenTime at, string about, string words) =>
        $"{Bare(at)}: E-Mail an uns{about}{(words.Length > 0 ? $": {words}" : "")}";

    public string WeWrote(SeenTime at, string? who, string about) => $"{Bare(at)}: E-Mail von {who ?? "uns"}{about}";

    public string Item(string what, string about, string? due) => $"{what}{about}{(due is null ? "" : ", " + due)}";

    public string OurTurn(string name, string about, SeenTime since) => $"{name}{about}, wir sind am Zug seit {Bare(since)}";

    public string TheirTurn(string name, string about, SeenTime since) => $"{name}{about}, der Kunde ist am Zug seit {Bare(since)}";

    public string NoAnswerYet(SeenTime at, string? who, string about) =>
        $"Frage von {who ?? "uns"}, {Bare(at)}{about}, noch ohne Antwort";

    public string HasLeft(string about) => $"dort nicht mehr tätig{about}";

    public string NewAddress(string address, string about) => $"neue Adresse {address}{about}";

    public string AwayUntil(LocalDate day, string about) => $"abwesend bis {Day(day)}{about}";

    public string AsSigned(string words, SeenTime at) => $"{words} (laut Signatur {Of(at)})";

    public string Telephone(string number) => $"Telefon: {number}";

    public string WorksFor(string organisation) => $"arbeitet bei {organisation}";

    public string NameOfThem => "Name";

    public string TagsOfThem => "Kennzeichen";

    public string OwnerOfThem => "zuständige Person";

    public string AlsoKnown(IReadOnlyList<string> what) => $"importiert: {string.Join(", ", what)}";

    public string Ahead(SeenTime at, string about) => $"{Bare(at)}{about}";

    public string Noted(string field, string day) => $"{GermanItems.Field(field)}: {day}";

    public string Soon(int days) => days switch
    {
        0 => " (heute)",
        1 => " (morgen)",
        > 1 and <= 30 => $" (in {days} Tagen)",
        _ => "",
    };

    public string NotedBy(SeenTime at, string? who) => $"notiert {At(at)}{(who is null ? "" : $" von {who}")}";

    public string FromEmail(SeenTime at, string about) => $"aus der E-Mail {Of(at)}{about}";

    public string Open => "Offen";

    public string Waiting => "Wartet";

    public string Meeting => "Termin";

    public string Fact => "Notiert";
}

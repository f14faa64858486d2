using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanNews : INewsPhrases
{
    public string NotDelivered => "nicht zugestellt";

    public string Withdrawn => "zurückgenommen";

    public string DoneByColleague => "im Team erledigt";

    public string Colleague => "im Team";

    public string NewPerson => "neu";

    public string Policy => "Regelwerk";

    public string DidNotReach(string about, string who) => $"Ihre E-Mail{about} hat {who} nicht erreicht";

    public string AnsweredInTime(string who, SeenTime at) =>
        $"{who} hatte doch rechtzeitig eine Antwort ({Bare(at)}); sie wurde erst später gelesen";

    public string TurnedUp(string who, SeenTime at) =>
        $"{who} kam als Weiterleitung, nun liegt die E-Mail selbst vor ({Bare(at)}); ab jetzt zählt diese";

    public string TookCare(string colleague, string who, SeenTime at) => $"{colleague} hat sich um {who} gekümmert ({Bare(at)})";

    public string Wrote(string colleague, string whom, string about) => $"{colleague} hat an {whom} geschrieben{about}";

    public string Met(string colleague, string whom, string about) => $"{colleague} hat {whom} getroffen{about}";

    public string Called(string colleague, string whom, string about) => $"{colleague} hat {whom} angerufen{about}";

    public string WroteFirst(string who, string about) => $"{who} hat zum ersten Mal geschrieben{about}";

    public string Names(IReadOnlyList<string> names, int more) =>
        more == 0 ? List(names) : $"{string.Join(", ", names)} und {Count(more, "weitere Person", "weitere Personen")}";

    public string SeemsOnePerson(string who, string other, string words) => $"{who} und {other} sind wohl dieselbe Person: „{words}“";

    public string SeemsToHaveLeft(string who, string words, string successor) =>
        $"{who} ist dort wohl nicht mehr tätig: „{words}“ "
            + (successor.Length > 0
                ? $"Nichts mehr dazu vorlegen und bei {successor} anknüpfen?"
                : "Nichts mehr dazu vorlegen?");

    public string Replies(int number, bool areOnePerson) =>
        $"Antwort: {(areOnePerson ? "dieselbe" : "ja")} {number} · nein {number}";

    public string NothingToDoHere => "Hier ist vorerst nichts zu tun.";

    public string ForExample => "Zum Beispiel:";

    public string HeldBack(string reason, int count) => FormattableString.Invariant($"{Capital(reason)}: {count}");

    public string HeldBackUntil(string what, string reason, SeenTime? until) =>
        $"{what}: {reason}{(until is { } end ? $", bis {Bare(end)}" : "")}";

    public string MeetingBooked => "Termin steht schon fest";

    public string TheyAreAway => "abwesend";

    public string TheyHaveLeft => "dort nicht mehr tätig";

    public string SomeLimit => "eine Grenze des Regelwerks";

    public string Meeting => "Termin";
}

using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchNews : INewsPhrases
{
    public string NotDelivered => "non remis";

    public string Withdrawn => "rectification";

    public string DoneByColleague => "fait dans l’équipe";

    public string Colleague => "dans l’équipe";

    public string NewPerson => "nouveau contact";

    public string Policy => "règles";

    public string DidNotReach(string about, string who) => $"Votre message{about} n’est pas parvenu à {who}";

    public string AnsweredInTime(string who, SeenTime at) =>
        Set($"{who} avait bien eu une réponse à temps ({Bare(at)}) ; elle n’a été lue que plus tard");

    public string TurnedUp(string who, SeenTime at) =>
        Set($"{who} nous était parvenu par transfert, le message lui-même est arrivé ({Bare(at)}) ; c’est lui qui compte désormais");

    public string TookCare(string colleague, string who, SeenTime at) => $"{colleague} a pris en charge {who} ({Bare(at)})";

    public string Wrote(string colleague, string whom, string about) => $"{colleague} a écrit à {whom}{about}";

    public string Met(string colleague, string whom, string about) => $"{colleague} a rencontré {whom}{about}";

    public string Called(string colleague, string whom, string about) => $"{colleague} a appelé {whom}{about}";

    public string WroteFirst(string who, string about) => $"{who} a écrit pour la première fois{about}";

    public string Names(IReadOnlyList<string> names, int more) =>
        more == 0 ? List(names) : $"{string.Join(", ", names)} et {Count(more, "autre personne", "autres personnes")}";

    public string SeemsOnePerson(string who, string other, string words) =>
        Set($"{who} et {other} semblent être la même personne : « {words} »");

    public string SeemsToHaveLeft(string who, string words, string successor) =>
        Set($"{who} semble ne plus y travailler : « {words} » ")
            + (successor.Length > 0
                ? Set($"Ne plus rien vous rappeler à ce sujet, et assurer le suivi avec {successor} ?")
                : Set($"Ne plus rien vous rappeler à ce sujet ?"));

    public string Replies(int number, bool areOnePerson) =>
        Set($"Réponse : {(areOnePerson ? "même" : "oui")} {number} · non {number}");

    public string NothingToDoHere => "Rien à faire ici pour le moment.";

    public string ForExample => Set($"Par exemple :");

    public string HeldBack(string reason, int count) => Set($"{Capital(reason)} : {count}");

    public string HeldBackUntil(string what, string reason, SeenTime? until) =>
        Set($"{what} : {reason}{(until is { } end ? $", {Until(end)}" : "")}");

    public string MeetingBooked => "un rendez-vous est déjà prévu";

    public string TheyAreAway => "absence";

    public string TheyHaveLeft => "n’y travaille plus";

    public string SomeLimit => "une limite des règles";

    public string Meeting => "Rendez-vous";
}

using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchDigests : IDigestPhrases
{
    public string MeetingsToday => "Rendez-vous du jour";

    public string Overdue => "En retard";

    public string DueToday => "Pour aujourd’hui";

    public string DueSoon => "Échéance proche";

    public string ToDo => "À faire";

    public string News => "Nouvelles";

    public string Proposals => Set($"Est-ce exact ?");

    public string HeldBack => "En attente";

    public string NeedsYou => "À votre attention";

    public string EscalatedToYou => "Escalade vers vous";

    public string OverdueByOwner => "Retards par responsable";

    public string Cases => "Dossiers ouverts";

    public string AtRisk => "À risque";

    public string OverContacted => "Contactés trop souvent";

    public string Handovers => "Passations";

    public string Expired => "Abandonnés";

    public string Numbers => "Réponses dans les délais";

    public string Health => "Fonctionnement";

    public string AsYouSaid => "Selon vos indications";

    public string CannotWait => "Urgent";

    public string Answer => "Réponse";

    public string NeedYou(int count) => Count(count, "escalade", "escalades");

    public string OverdueItems(int count) => $"{count} en retard";

    public string DueTodayItems(int count) => $"{count} pour aujourd’hui";

    public string ItemsToDo(int count) => $"{count} à faire";

    public string Meetings(int count) => $"{count} rendez-vous";

    public string ThingsToKnow(int count) => Count(count, "nouvelle", "nouvelles");

    public string NothingToDo => "Rien à faire";

    public string Subject(string headline, string whose, string day) => $"{headline} – {whose}, {day}";

    public string WeekSubject(string name, int week) => $"{name}, semaine {week}";

    public string NoticeSubject(string headline, string time) => $"{headline} – {time}";

    public string NoticeHeadline(ToldAs state, bool isUncertain, string what) =>
        Set($"{Capital(FrenchItems.Name(state))}{(isUncertain ? " (à vérifier)" : "")} : {Lower(what)}");

    public string ThingsCannotWait(int count) => $"{count} points urgents";

    public string BeginWith(string headline, string what) => Set($"{headline}. D’abord : {Lower(what)}");

    public string EverythingElseIsInOrder => " Tout le reste est en ordre.";

    public string AndTheRestOfTheDay => ", puis le reste de la journée.";

    public string EverythingIsInOrder => "Tout est en ordre. Ce message montre seulement que CrmSync fonctionne.";

    public string HowToAnswer(int first, int last) =>
        Set($"Répondez simplement à ce message : « fait {first} », « reporter {last} à vendredi », « appelé {first} ». ")
            + Set($"Plusieurs lignes sont possibles. L’anglais et l’allemand sont compris aussi : ")
            + Set($"done, snooze, called ; erledigt, verschieben, angerufen.").Replace(' ', '\u00A0');

    public string Footer(string sender, string? digest, string reader, string version) =>
        $"{sender} · {(digest is null ? "" : digest + " ")}pour {reader} · règles {version}";

    public string Stop => "Ne plus recevoir ce message";

    public string ListInCalendar =>
        Set($"Répondez « feed\u00A0nouveau » : cette liste s’affichera dans votre agenda.");

    public string More(int count) => $"et {Count(count, "autre", "autres")}";

    public string MoreMeetings(int count) => $"et {Count(count, "autre", "autres")} rendez-vous";

    public string MoreGuests(int count) => $"et {Count(count, "autre participant", "autres participants")}";

    public string Semicolon => Set($" ; ");

    public string Labelled(string label, string words) => Set($"{label} : {words}");

    public string Covering(string person, LocalDate last, bool byReply) =>
        Set($"Vous remplacez {person} jusqu’au {new FrenchDates().LongDay(last)}, d’après ")
            + $"{(byReply ? "sa réponse automatique" : "son calendrier")}.";

    public string CoveredBy(string cover, LocalDate first, LocalDate last) =>
        Set($"D’après votre calendrier, vous êtes en congé {Days(first, last)} ; {cover} verra entre-temps ce qui est à vous.");

    private static string Days(LocalDate first, LocalDate last) =>
        first == last
            ? $"le {new FrenchDates().LongDay(first)}"
            : $"du {new FrenchDates().LongDay(first)} au {new FrenchDates().LongDay(last)}";

    public string Reservation(IReadOnlyList<string> lagging, int more) =>
        Set($"{Capital(Lagging(lagging, more))}. Ce qui porte la mention « à vérifier » est peut-être déjà fait.");

    public string Lagging(IReadOnlyList<string> lagging, int more) =>
        string.Join(", ", lagging) + (more > 0 ? $", et {Count(more, "autre compte", "autres comptes")}" : "");

    public string NeverReadable(string account) => Set($"{account} : illisible jusqu’à présent");

    public string LastRead(string account, SeenTime read) => Set($"{account} : dernière lecture {At(read)}");

    public string NeverRead(string account) => Set($"{account} : jamais de lecture");

    public string MailboxBelongingTo(string person, bool isCalendar) => $"{Kind(isCalendar)} {From(person)}";

    public string CallRecords(string account) => $"liste d'appels {account}";

    public string CommandMailbox => "boîte des réponses à CrmSync";

    public string Mailbox(string address, bool isCalendar) => $"{Kind(isCalendar)} {address}";

    private static string Kind(bool isCalendar) => isCalendar ? "agenda" : "boîte";
}

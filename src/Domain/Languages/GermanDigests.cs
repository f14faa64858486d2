using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanDigests : IDigestPhrases
{
    public string MeetingsToday => "Termine heute";

    public string Overdue => "Überfällig";

    public string DueToday => "Heute fällig";

    public string DueSoon => "Bald fällig";

    public string ToDo => "Zu erledigen";

    public string News => "Neuigkeiten";

    public string Proposals => "Stimmt das?";

    public string HeldBack => "Zurückgestellt";

    public string NeedsYou => "Sie sind gefragt";

    public string EscalatedToYou => "An Sie eskaliert";

    public string OverdueByOwner => "Überfällig, nach Zuständigen";

    public string Cases => "Offene Fälle";

    public string AtRisk => "Gefährdet";

    public string OverContacted => "Zu oft kontaktiert";

    public string Handovers => "Übergaben";

    public string Expired => "Aufgegeben";

    public string Numbers => "Rechtzeitig beantwortet";

    public string Health => "Betrieb";

    public string AsYouSaid => "Wie von Ihnen gemeldet";

    public string CannotWait => "Dringend";

    public string Answer => "Antwort";

    public string NeedYou(int count) => Count(count, "Eskalation", "Eskalationen");

    public string OverdueItems(int count) => $"{count} überfällig";

    public string DueTodayItems(int count) => $"{count} heute fällig";

    public string ItemsToDo(int count) => $"{count} zu erledigen";

    public string Meetings(int count) => Count(count, "Termin", "Termine");

    public string ThingsToKnow(int count) => Count(count, "Neuigkeit", "Neuigkeiten");

    public string NothingToDo => "Nichts zu tun";

    public string Subject(string headline, string whose, string day) => $"{headline} – {whose}, {day}";

    public string WeekSubject(string name, int week) => $"{name}, KW {week}";

    public string NoticeSubject(string headline, string time) => $"{headline} – {time}";

    public string NoticeHeadline(ToldAs state, bool isUncertain, string what) =>
        $"{Capital(GermanItems.Name(state))}{(isUncertain ? " (nicht sicher)" : "")}: {what}";

    public string ThingsCannotWait(int count) => $"{count} dringende Vorgänge";

    public string BeginWith(string headline, string what) => $"{headline}. Zuerst: {what}";

    public string EverythingElseIsInOrder => " Alles andere ist in Ordnung.";

    public string AndTheRestOfTheDay => ", danach der Rest des Tages.";

    public string EverythingIsInOrder => "Alles ist in Ordnung. Diese E-Mail zeigt nur, dass CrmSync arbeitet.";

    public string HowToAnswer(int first, int last) =>
        $"Antworten Sie einfach auf diese E-Mail: „erledigt {first}“, „verschieben {last} bis Freitag“, „angerufen {first}“. "
            + "Mehrere Zeilen sind möglich. Auch Englisch und Französisch werden verstanden: "
            + "done, snooze, called; fait, reporter, appelé.".Replace(' ', '\u00A0');

    public string Footer(string sender, string? digest, string reader, string version) =>
        $"{sender} · {(digest is null ? "" : digest + " ")}für {reader} · Regelwerk {version}";

    public string Stop => "Diese E-Mail abbestellen";

    public string ListInCalendar =>
        "Antworten Sie „feed\u00A0neu“, dann kann auch Ihr Kalender diese Liste zeigen.";

    public string More(int count) => $"und {Count(count, "weiterer Eintrag", "weitere Einträge")}";

    public string MoreMeetings(int count) => $"und {Count(count, "weiterer Termin", "weitere Termine")}";

    public string MoreGuests(int count) => $"und {Count(count, "weiterer Gast", "weitere Gäste")}";

    public string Semicolon => "; ";

    public string Labelled(string label, string words) => $"{label}: {words}";

    public string Covering(string person, LocalDate last, bool byReply) =>
        $"Sie vertreten {person} bis {new GermanDates().LongDay(last)}, laut {(byReply ? "der automatischen Antwort" : "dem Kalender")} "
            + $"von {person}.";

    public string CoveredBy(string cover, LocalDate first, LocalDate last) =>
        $"Laut Ihrem Kalender sind Sie {Days(first, last)} abwesend; {cover} sieht solange, was Ihres ist.";

    private static string Days(LocalDate first, LocalDate last) =>
        first == last
            ? $"am {new GermanDates().LongDay(first)}"
            : $"von {new GermanDates().LongDay(first)} bis {new GermanDates().LongDay(last)}";

    public string Reservation(IReadOnlyList<string> lagging, int more) =>
        $"{Capital(Lagging(lagging, more))}. Was mit „nicht sicher“ gekennzeichnet ist, kann schon erledigt sein.";

    public string Lagging(IReadOnlyList<string> lagging, int more) =>
        string.Join(", ", lagging) + (more > 0 ? $", ebenso {Count(more, "weiteres Konto", "weitere Konten")}" : "");

    public string NeverReadable(string account) => $"{account} konnte bisher nicht gelesen werden";

    public string LastRead(string account, SeenTime read) => $"{account} wurde zuletzt {At(read)} gelesen";

    public string NeverRead(string account) => $"{account} wurde noch nie gelesen";

    public string MailboxBelongingTo(string person, bool isCalendar) => $"{Kind(isCalendar)} von {person}";

    public string CallRecords(string account) => $"die Anrufliste {account}";

    public string CommandMailbox => "das Postfach für Antworten an CrmSync";

    public string Mailbox(string address, bool isCalendar) => $"{Kind(isCalendar)} {address}";

    private static string Kind(bool isCalendar) => isCalendar ? "der Kalender" : "das Postfach";
}

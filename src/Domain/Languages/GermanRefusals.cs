using CrmSync.Domain.Log;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanRefusals : IRefusalPhrases
{
    public string NamesNoAddress => "nennt keine Adresse; schreiben Sie zum Beispiel „darf ich an jane@acme.example schreiben“";

    public string SaysNot => "enthält ein „nicht“; schreiben Sie, was getan ist, oder gar nichts";

    public string IsQuestion => "ist eine Frage, deshalb wurde nichts ausgeführt; lassen Sie das Fragezeichen weg, wenn Sie es so meinen";

    public string LiesInThePast => "nennt einen Zeitpunkt in der Vergangenheit";

    public string WasNoCall => "war kein Gespräch; schreiben Sie zum Beispiel „Notiz 2: nicht erreicht“, oder verschieben Sie es";

    public string UnknownWord(string word) =>
        $"kennt diese Version nicht: „{word}“ lässt sich nicht ausführen; mit „Hilfe“ erfahren Sie, was Sie schreiben können";

    public string FeedWithoutNew =>
        "genügt nicht: „feed neu“ gibt Ihnen eine Adresse, die Ihre Liste in Ihrem Kalender zeigt; eine frühere gilt dann nicht mehr";

    public string UndoneAsAWhole =>
        "lässt sich nicht einzeln zurücknehmen; schreiben Sie nur „rückgängig“, dann wird alles aus Ihrer letzten E-Mail oder "
            + "Ihrem letzten Klick zurückgenommen";

    public string AllMayMeanTheDay => "kann den Tag oder jede Zeile meinen; schreiben Sie „erledigt alle“, wenn Sie die Zeilen meinen";

    public string NoTime(string verb, string targets) =>
        $"sagt nicht, bis wann; schreiben Sie zum Beispiel „{verb} {targets} bis Freitag“ oder „{verb} {targets} um 3 Tage“";

    public string IsNoTime(string words) =>
        $"enthält mit „{words}“ keinen Zeitpunkt; schreiben Sie einen Tag (Freitag, 12. März, 2026-06-01) oder eine "
            + "Dauer (3 Tage, 2 Wochen)";

    public string NoTag(string verb, string targets) => $"nennt keine Markierung; schreiben Sie zum Beispiel „{verb} {targets} vip“";

    public string NoText => "hat keinen Text";

    public string NoPerson(string verb, string targets) => $"nennt niemanden; schreiben Sie zum Beispiel „{verb} {targets} an Ben“";

    public string TimeBehind(string targets) =>
        $"enthält einen Zeitpunkt, den nur „verschieben“ kennt; schreiben Sie „verschieben {targets} …“ oder setzen Sie einen Doppelpunkt "
            + "vor die Bemerkung";

    public string MoreBehind(string words) =>
        $"enthält mehr, als verstanden wurde („{words}“), deshalb wurde nichts davon ausgeführt; setzen Sie einen Doppelpunkt vor die "
            + "Bemerkung";

    public string IsNoCommand =>
        "ist keine Anweisung; schreiben Sie erledigt, verschieben, angerufen, gelöst, übergeben, nutzlos, tag oder Notiz und die "
            + "Nummer der Zeile; oder Hilfe";

    public string NoLine(string written, CommandVerb verb) =>
        $"nennt keine Zeile; schreiben Sie zum Beispiel „{written} 2{Argument(verb)}“";

    public string NoThread => ": das betrifft keinen Mailwechsel; es gibt nichts, was vertraulich werden könnte";

    public string CannotTakeBackPrivate =>
        ": das lässt sich nicht zurücknehmen; was vertraulich gemacht wurde, ist nicht mehr gespeichert";

    public string CannotTakeBackStop =>
        "kann nicht zurücknehmen, was Ihre letzte E-Mail bewirkt hat: sie hat eine Übersicht abbestellt oder wieder bestellt; "
            + "schreiben Sie das Gegenteil";

    public string TakenBackAlready => "findet, dass Ihre letzte E-Mail schon zurückgenommen ist; sonst wurde nichts verändert";

    public string NothingToTakeBack => "findet nichts, was Sie innerhalb des letzten Tages bewirkt haben; nichts wurde zurückgenommen";

    public string LinkIsNotOurs =>
        "ändert nichts: der Schlüssel im Betreff gehört nicht zu diesem Eintrag; benutzen Sie die Links Ihrer neuesten E-Mail";

    public string LinkIsTooOld(int age, int valid) =>
        $"ändert nichts: die E-Mail mit diesem Link ist {Days(age)} alt, Links gelten {Days(valid)}; benutzen Sie die Links Ihrer neuesten "
            + "E-Mail";

    public string LinkForSomebodyElse(string person) =>
        $"ändert nichts: der Link ist für jemand anderen bestimmt, nicht für {person}; benutzen Sie die Links Ihrer eigenen E-Mails";

    public string NothingThere => "betrifft etwas, das es nicht mehr gibt; es ist nichts mehr zu tun";

    public string UnknownLink => "ändert nichts: diese Version kennt keine solche Anweisung; benutzen Sie die Links Ihrer neuesten E-Mail";

    public string NoSuchDigest(string digests) => $"nennt keine Übersicht; es gibt {digests}";

    public string NobodyMetSoon =>
        "nennt niemanden von außen, und Sie treffen innerhalb einer Woche niemanden; leiten Sie eine E-Mail der Person weiter oder "
            + "schreiben Sie ihre Adresse in den Betreff";

    public string UnknownAddress =>
        "ist keine Anweisung; schreiben Sie an +done, +snooze-3d, +called, +resolved, +tag-x, +untag-x, +note, +chase oder +brief";

    public string NobodyFromOutside =>
        "nennt niemanden von außen; leiten Sie eine E-Mail der Person weiter oder schreiben Sie ihre Adresse in den Betreff";

    public string NotSeen(string address) =>
        $": {address} wird, soweit bekannt, weder von Ihnen noch von Ihrem Team betreut; fragen Sie, wer zuständig ist";

    public string FitsNoMail(string address) =>
        $"passt zu keiner E-Mail mit {address}; schicken Sie +chase als Bcc der E-Mail, auf die Sie Antwort erwarten";

    public string NotWrittenFor(string person) =>
        $"antwortet auf eine E-Mail, die nicht für {person} bestimmt war; antworten Sie auf Ihre eigene";

    public string MailTooOld(int days) => $"antwortet auf eine E-Mail, die älter als {Days(days)} ist; antworten Sie auf Ihre neueste";

    public string StandsBelowQuote(string line) =>
        $": „{line}“ steht unter dem Zitat, wo nichts ausgeführt wird; schreiben Sie es über die zitierte E-Mail";

    public string HoldsNoCommand =>
        "enthält keine Anweisung; schreiben Sie zum Beispiel „erledigt 2“ über die zitierte E-Mail, „wer ist "
            + "jane@acme.example“ oder „Hilfe“";

    public string AddressNotOurs =>
        "ging an eine Adresse, die nicht von uns ist oder unterwegs verändert wurde; antworten Sie auf die E-Mail selbst";

    public string NotFromHere => "antwortet auf eine E-Mail, die nicht von dieser Installation stammt; antworten Sie auf Ihre neueste";

    public string NumbersNeedMail =>
        ": Nummern gehören zu einer E-Mail von uns, diese antwortet aber auf keine; antworten Sie auf die E-Mail mit der Zeile oder "
            + "schreiben Sie die Kennung, die darunter steht";

    public string NobodyToBrief =>
        "findet niemanden von außen, den Sie innerhalb einer Woche treffen; schreiben Sie zum Beispiel „brief jane@acme.example“";

    public string NoContactNamed => "nennt niemanden von außen; schreiben Sie die Adresse eines Kontakts";

    public string ListsNoLines => ": die E-Mail, auf die Sie antworten, hat keine nummerierten Zeilen";

    public string Line(int number) => $"Zeile {number}";

    public string NotInThisMail(string line, int? last) =>
        $": {line} gibt es nicht in der E-Mail, auf die Sie antworten; {last switch
        {
            null => "sie hat keine nummerierten Zeilen",
            1 => "sie hat nur Zeile 1",
            _ => $"sie hat die Zeilen 1 bis {last}",
        }}";

    public string NotThereAnyMore(string line) => $": {line} gibt es nicht mehr; es ist nichts mehr zu tun";

    public string NoItemOfYours(string line) => $": {line} ist kein Eintrag von Ihnen";

    public string IsProposal => ": das ist eine Frage; antworten Sie mit ja oder nein";

    public string NoSinglePerson(CommandVerb verb) => ": das betrifft keine einzelne Person, bei der sich das vermerken ließe";

    public string DoneAlready =>
        ": das ist schon erledigt, es gibt nichts mehr vorzulegen; schreiben Sie mit „Notiz“, was Sie wissen, oder "
            + "antworten Sie dem Kunden";

    public string NoTagInAddress => "nennt keine Markierung; schreiben Sie zum Beispiel tag-vip";

    public string NoTextOfItsOwn => "hat keinen eigenen Text; schreiben Sie über die weitergeleitete E-Mail, was notiert werden soll";

    public string AsksNothing => ": das ist keine Frage; ja, nein und dieselbe beantworten, was eine Übersicht fragt";

    public string AsksWhetherLeft => ": gefragt ist, ob jemand ausgeschieden ist; antworten Sie mit ja oder nein";

    public string AnsweredAlready => ": das ist schon beantwortet; schreiben Sie „rückgängig“, um es zurückzunehmen";

    public string NotYoursToGive => ": übergeben kann das nur, wer dafür zuständig ist, oder eine vorgesetzte Person";

    public string NobodyOfOurs(string name, string people) => $": {name} gehört nicht zu uns; es gibt {people}";

    public string SeveralOfOurs(string name, IReadOnlyList<string> people) =>
        $": {name} kann {List(people, "oder")} sein; schreiben Sie, wer";

    public string NoTimeInAddress => "sagt nicht, bis wann; schreiben Sie zum Beispiel snooze-3d oder snooze-2026-06-01";

    public string EndsInThePast => "endet in der Vergangenheit; schreiben Sie zum Beispiel snooze-3d";

    public string NotUnderstood(string failure) =>
        $"wurde nicht verstanden ({failure}); schreiben Sie es mit anderen Worten und melden Sie uns das bitte";

    public string NothingIsKept => "handelt von jemandem, über den nichts gespeichert wird (privacy.no_capture)";

    public string NamesSomebodyErased => "nennt eine Person, deren Daten gelöscht wurden; davon wird nichts gespeichert";

    private static string Days(int count) => Count(count, "Tag", "Tage");

    private static string Argument(CommandVerb verb) => verb switch
    {
        CommandVerb.Snooze => " bis Freitag",
        CommandVerb.Tag or CommandVerb.Untag => " vip",
        CommandVerb.Give => " an Ben",
        _ => "",
    };
}

using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanPages : IPagePhrases
{
    public (string Word, string Meaning) HistoryLink(string what) => ("Verlauf", $"Bisheriger Kontakt: {what}");

    public string History => "Verlauf";

    public string FiguresLink => "Zahlen aus 52 Wochen";

    public string ToContent => "Zum Inhalt";

    public string Contact => "Ein Kontakt";

    public string ContactsByMonth => "Kontakte nach Monat";

    public string ContactsCounted => "E-Mails, Termine und Anrufe";

    public string TheyWrote => "E-Mails an uns";

    public string WeWrote => "E-Mails von uns";

    public string MetOrCalled => "Termine und Anrufe";

    public IReadOnlyList<string> MonthColumns { get; } = ["Monat", "E-Mails an uns", "E-Mails von uns", "Termine und Anrufe"];

    public string TheSameAsTable => "Dasselbe als Tabelle";

    public string AsTable(string title) => $"{title}, als Tabelle";

    public string AtMostInAMonth(int most) => $"höchstens {most} in einem Monat";

    public string NoContactIn(int months) => $"Kein Kontakt in {months} Monaten.";

    public string ContactsIn(int contacts, int months, string month, int most) =>
        $"{Count(contacts, "Kontakt", "Kontakte")} in {months} Monaten, die meisten im {month}: {most}.";

    public string WhatIsOpen => "Was offen ist";

    public string NothingOpen => "Soweit wir wissen, ist auf beiden Seiten nichts offen.";

    public string OursToDo => "Wir sind am Zug";

    public string TheirsToDo => "Der Kunde ist am Zug";

    public string NextSteps => "Nächste Schritte";

    public string MeetingsAhead => "Anstehende Termine";

    public string NothingNoted => "Noch ist nichts notiert. Antworten Sie auf eine Übersicht mit „Notiz“, und es steht hier.";

    public string Colleagues => "Wer von uns";

    public IReadOnlyList<string> ColleagueColumns { get; } = ["Wer", "Kontakte", "Zuletzt"];

    public string NoContactSoFar => "Bisher kein Kontakt.";

    public string AndEarlier(int count) => $"und {Count(count, "früherer", "frühere")}";

    public string OtherPages => "Seiten";

    public string Figures => "Zahlen";

    public string SignOut => "In diesem Browser abmelden";

    public string Foot(string reader, string moment) =>
        $"Für {reader}, Stand {moment}. Hier steht, was auch Ihre Übersichten Ihnen mitteilen dürfen; dass Sie die Seite angesehen haben, "
            + "wird festgehalten.";
}

using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanDoor : IDoorPhrases
{
    public string Line => "Seiten zu Ihren Übersichten";

    public string SixDigits => "Die sechs Ziffern";

    public string OpenThePage => "Seite öffnen";

    public string SendAnotherCode => "Einen neuen Code senden";

    public string SendMeACode => "Code an mich senden";

    public (string Title, string Text) NoSuchPage => ("Diese Seite gibt es nicht", "Was hinter /people/ steht, ist keine Adresse.");

    public (string Title, string Text) Busy => ("Bitte warten Sie eine Minute", "CrmSync ist beschäftigt; laden Sie die Seite neu.");

    public (string Title, string Text) NoDatabase =>
        ("Bitte warten Sie eine Minute", "Die Datenbank ist nicht erreichbar; laden Sie die Seite neu.");

    public (string Title, string Text) WentWrong =>
        ("Das hat nicht geklappt",
            "CrmSync ist auf etwas Unbekanntes gestoßen; im Protokoll des Programms steht mehr. Laden Sie die Seite neu.");

    public string StaysClosed => "Diese Seite bleibt geschlossen";

    public string LinkOpensNothing(string why) => $"Dieser Link öffnet nichts: {why}. Öffnen Sie den Link in Ihrer neuesten Übersicht.";

    public string NoLinksHere => "hier gibt es keine Links zu Seiten";

    public string LinkWasChanged => "er lautet nicht so, wie er in einer Übersicht stand";

    public string LinkIsTooOld(int age, int validDays) =>
        $"die E-Mail, in der er steht, ist {Count(age, "Tag", "Tage")} alt; Links gelten {Count(validDays, "Tag", "Tage")}";

    public string ReaderHasLeft => "die Person, für die er bestimmt war, ist nicht mehr bei uns";

    public string LinkOfAnotherReader => "Dieser Link ist für jemand anderen bestimmt. Öffnen Sie Seiten aus Ihren eigenen Übersichten.";

    public string TooManyCodes => "Es wurden zu viele Codes angefordert. Versuchen Sie es in einer Stunde erneut.";

    public (string Title, string Text) OpenFromDigest => (
        "Öffnen Sie diese Seite aus Ihrer Übersicht",
        "Dieser Browser ist noch nicht oder nicht mehr angemeldet. Öffnen Sie die Seite über einen Link in Ihrer neuesten Übersicht; dann "
            + "wird Ihnen ein Code gesendet.");

    public (string Title, string Text) IsItYou(int days) => (
        "Sind Sie es?",
        "Übersichten werden weitergeleitet, daher öffnet ein Link allein nichts. Ein Code aus sechs Ziffern geht an das Postfach der "
            + "Person, für die dieser Link bestimmt ist; geben Sie ihn hier ein, und dieser Browser bleibt "
            + $"{Count(days, "Tag", "Tage")} angemeldet.");

    public (string Title, string Text) AskedElsewhere => (
        "Es wurde nichts ausgeführt",
        "Eine andere Website hat dies angefordert. Öffnen Sie die Seite über einen Link in Ihrer neuesten Übersicht.");

    public (string Title, string Text) LoadAgain => ("Es wurde nichts ausgeführt", "Laden Sie die Seite neu.");

    public (string Title, string Text) CodeIsOnItsWay(int minutes) => (
        "Ein Code ist unterwegs",
        "Er geht an das Postfach der Person, für die dieser Link bestimmt ist, und kann in diesem Browser "
            + $"{Count(minutes, "Minute", "Minuten")} lang eingegeben werden.");

    public (string Title, string Text) WrongCode => ("Das ist nicht der Code", "Sehen Sie noch einmal nach; es zählt die neueste E-Mail.");

    public (string Title, string Text) SpentCode(int minutes) => (
        "Dieser Code öffnet nichts",
        $"Er wurde zu oft falsch eingegeben, schon verwendet, ist älter als {Count(minutes, "Minute", "Minuten")} oder wurde in "
            + "einem anderen Browser angefordert.");

    public (string Title, string Text) SignedOut => ("Sie sind abgemeldet", "Dieser Browser hat keinen Zugang mehr.");

    public (string Title, string Text) NoFigures => ("Keine Zahlen", "Zahlen gibt es nur für Führungskräfte.");

    public (string Title, string Text) NobodyOfYours(string contact) =>
        ("Niemand von Ihren Kontakten", $"Soweit wir wissen, wird {contact} weder von Ihnen noch von Ihrem Team betreut.");

    public string CodeSubject => "Ihr Code";

    public string CodeMail(string code, int minutes, int days) =>
        $"{code}\n\nJemand hat eine Seite aus einer Ihrer Übersichten geöffnet und diesen Code angefordert. Geben Sie ihn innerhalb von "
            + $"{Count(minutes, "Minute", "Minuten")} im selben Browser ein; der Browser bleibt dann "
            + $"{Count(days, "Tag", "Tage")} angemeldet.\n\n"
            + "Falls Sie es nicht waren, brauchen Sie nichts zu tun: Ohne den Code öffnet sich nichts. Geben Sie ihn an niemanden weiter, "
            + "denn wer ihn hat, sieht, was Sie sehen dürfen.\n";
}

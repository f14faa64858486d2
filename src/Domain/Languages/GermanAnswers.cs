using NodaTime;
using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanAnswers : IAnswerPhrases
{
    public IReadOnlyList<string> Examples { get; } =
    [
        "„erledigt 2“, „erledigt 1-3“, „erledigt alle außer 2“: es ist getan",
        "„verschieben 2 bis Freitag“, „verschieben 2 um 3 Tage“, „erinnere mich an 2 am 12. März“: nicht vor diesem Tag",
        "„angerufen 2“, „angerufen 2: sie ruft zurück“: Sie haben gesprochen; was nach dem Doppelpunkt steht, wird notiert",
        "„gelöst 2“: der Fall ist abgeschlossen",
        "„übergeben 2 an Ben“: ab jetzt kümmert sich jemand aus dem Team darum",
        "„Notiz 2: birthday: 12 March“, „tag 2 vip“, „untag 2 vip“: etwas, das man sich zu diesem Kontakt merken soll",
        "„ja 2“, „nein 2“, „dieselbe 2“: Ihre Antwort auf eine Frage",
        "„nutzlos 2“: solche Zeilen helfen nicht",
        "„wer ist 2“, „wer ist jane@acme.example“, „darf ich 2 schreiben“: was wir wissen, und ob Sie schreiben dürfen",
        "„heute“: Ihre Liste, wie sie jetzt ist",
        "„feed neu“: Ihre Liste in Ihrem Kalender, unter einer neuen Adresse",
        "„rückgängig“: nimmt alles zurück, was Ihre letzte E-Mail oder Ihr letzter Klick bewirkt hat, einen Tag lang",
    ];

    public string WhatYouCanWrite => "Was Sie schreiben können";

    public string Write => "zum Beispiel";

    public string NothingToDoForNow => "Vorerst nichts zu tun";

    public string AndFurtherAnswers(string headline, int more) =>
        $"{headline}, und {Count(more, "weitere Antwort", "weitere Antworten")}";

    public string NotDone => "nicht ausgeführt";

    public string ThisCouldNotBeDone => "Das ließ sich nicht ausführen";

    public string CouldNotBeDone(int failed, int all) => $"{failed} von {all} ließen sich nicht ausführen";

    public string WhatWeKnow => "Was wir wissen";

    public string About(string name, int others) =>
        $"Über {name}{(others == 0 ? "" : $" und {Count(others, "weitere Person", "weitere Personen")}")}";

    public string Done => "erledigt";

    public string Resolved => "gelöst";

    public string Snoozed => "verschoben";

    public string Called => "angerufen";

    public string Tagged => "markiert";

    public string NoLongerTagged => "nicht mehr markiert";

    public string Noted => "notiert";

    public string ExpectsAnAnswer => "wartet auf Antwort";

    public string NotUseful => "nicht nützlich";

    public string MadePrivate => "vertraulich";

    public string Given => "übergeben";

    public string TakenBack => "zurückgenommen";

    public string NotAskedAgain => "keine weitere Frage";

    public string OnePerson => "dieselbe Person";

    public string HasLeft => "dort nicht mehr tätig";

    public string Stopped => "abbestellt";

    public string SentAgain => "wieder bestellt";

    public string NotAnswered => "nicht beantwortet";

    public string To(string what, string person) => $"{what}, an {person}";

    public string Until(string what, LocalDate day, LocalTime time) => $"{what}, bis {new GermanDates().LongDay(day, time)}";

    public string NotAskedAbout(string who) => $"zu {who}";

    public string And(string one, string other) => $"{one} und {other}";

    public string FollowUpWith(string who, string other) => $"{who}; Sie knüpfen bei {other} an";

    public string DigestStopped(string digest, string address) =>
        $"„{digest}“ kommt nicht mehr zu Ihnen. Um es wieder zu bekommen, schreiben Sie „subscribe {digest}“ als Betreff einer E-Mail an "
            + address;

    public string DigestAsBefore(string digest) => $"Sie bekommen „{digest}“ wie bisher";

    public string ListInCalendar => "Ihre Liste in Ihrem Kalender";

    public string FeedAddress => "Adresse";

    public string FeedInOutlook => "im Kalender „Kalender hinzufügen“, „Aus dem Internet abonnieren“ wählen und die Adresse einfügen";

    public string FeedInGoogle => "im Browser „Weitere Kalender“, „Per URL“ wählen; Neues braucht bis zu einem Tag, um dort zu erscheinen";

    public string FeedInApple =>
        "„Ablage“, „Neues Kalenderabonnement“ wählen; auf dem iPhone: „Kalender“, „Hinzufügen“, „Kalenderabo hinzufügen“";

    public string KeepSecret => "nicht weitergeben";

    public string FeedIsSecret =>
        "wer die Adresse hat, sieht, was Sie zu tun haben und mit wem; eine frühere Adresse gilt nicht mehr, und „feed\u00A0neu“ beendet "
            + "auch diese";

    public string NoFeedHere =>
        "hier gibt es keinen Kalender: für Leser sind keine Seiten eingerichtet (status.url in crmsync.yaml), oder dies ist ein Probelauf";

    public string TooManyPeople(int asked, int answered) =>
        $"Sie fragen nach {asked} Personen; die ersten {answered} sind beantwortet, fragen Sie nach den übrigen noch einmal";

    public string WordsNotKept => "der Wortlaut wird nicht gespeichert (privacy.metadata_only)";

    public string YourLastMail => "Ihre letzte E-Mail";

    public string YourMail => "Ihre E-Mail";
}

using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchPages : IPagePhrases
{
    public (string Word, string Meaning) HistoryLink(string what) => ("historique", Set($"Échanges passés : {what}"));

    public string History => "Historique";

    public string FiguresLink => "Chiffres sur 52 semaines";

    public string ToContent => "Aller au contenu";

    public string Contact => "Contact";

    public string ContactsByMonth => "Contacts par mois";

    public string ContactsCounted => "Messages, rendez-vous et appels";

    public string TheyWrote => "messages reçus";

    public string WeWrote => "messages envoyés";

    public string MetOrCalled => "rendez-vous et appels";

    public IReadOnlyList<string> MonthColumns { get; } = ["Mois", "Messages reçus", "Messages envoyés", "Rendez-vous et appels"];

    public string TheSameAsTable => "Les mêmes données en tableau";

    public string AsTable(string title) => $"{title}, en tableau";

    public string AtMostInAMonth(int most) => $"au plus {most} en un mois";

    public string NoContactIn(int months) => $"Aucun contact en {months} mois.";

    public string ContactsIn(int contacts, int months, string month, int most) =>
        Set($"{Count(contacts, "contact", "contacts")} en {months} mois, le plus en {month} : {most}.");

    public string WhatIsOpen => "Ce qui reste à faire";

    public string NothingOpen => "Rien de part et d’autre, à notre connaissance.";

    public string OursToDo => "À nous d’agir";

    public string TheirsToDo => "Au client d’agir";

    public string NextSteps => "Prochaines étapes";

    public string MeetingsAhead => "Rendez-vous à venir";

    public string NothingNoted => Set($"Rien n’a encore été noté. Répondez « note » à un récapitulatif, et cela figurera ici.");

    public string Colleagues => "Qui d’entre nous";

    public IReadOnlyList<string> ColleagueColumns { get; } = ["Qui", "Échanges", "Dernier échange"];

    public string NoContactSoFar => "Aucun contact à ce jour.";

    public string AndEarlier(int count) => $"et {Count(count, "plus ancien", "plus anciens")}";

    public string OtherPages => "Autres pages";

    public string Figures => "Chiffres";

    public string SignOut => "Se déconnecter de ce navigateur";

    public string Foot(string reader, string moment) =>
        Set($"Pour {reader}, état au {moment}. Cette page dit ce que vos récapitulatifs peuvent vous dire ; ")
            + "sa consultation est enregistrée.";
}

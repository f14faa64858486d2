using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchDoor : IDoorPhrases
{
    public string Line => "Pages de vos récapitulatifs";

    public string SixDigits => "Les six chiffres";

    public string OpenThePage => "Ouvrir la page";

    public string SendAnotherCode => "Envoyer un autre code";

    public string SendMeACode => "M’envoyer un code";

    public (string Title, string Text) NoSuchPage => ("Cette page n’existe pas", "Ce qui suit /people/ n’est pas une adresse.");

    public (string Title, string Text) Busy => ("Veuillez patienter une minute", Set($"CrmSync est occupé ; rechargez la page."));

    public (string Title, string Text) NoDatabase =>
        ("Veuillez patienter une minute", Set($"La base de données ne répond pas ; rechargez la page."));

    public (string Title, string Text) WentWrong =>
        ("Cela n’a pas fonctionné", Set($"CrmSync a rencontré une erreur inconnue ; son journal en dit plus. Rechargez la page."));

    public string StaysClosed => "Cette page reste fermée";

    public string LinkOpensNothing(string why) => Set($"Ce lien n’ouvre rien : {why}. Utilisez celui de votre dernier récapitulatif.");

    public string NoLinksHere => "il n’y a pas ici de liens vers des pages";

    public string LinkWasChanged => "il n’est pas tel qu’il figurait dans un récapitulatif";

    public string LinkIsTooOld(int age, int validDays) =>
        Set($"le message où il figure date de {Count(age, "jour", "jours")} ; un lien est valable {Count(validDays, "jour", "jours")}");

    public string ReaderHasLeft => "la personne à qui il était destiné n’est plus parmi nous";

    public string LinkOfAnotherReader => "Ce lien est destiné à quelqu’un d’autre. Ouvrez les pages depuis vos propres récapitulatifs.";

    public string TooManyCodes => "Trop de codes ont été demandés. Réessayez dans une heure.";

    public (string Title, string Text) OpenFromDigest => (
        "Ouvrez cette page depuis votre récapitulatif",
        Set($"Ce navigateur n’est pas encore connecté, ou ne l’est plus. Ouvrez la page par un lien de votre dernier récapitulatif ; ")
            + "un code vous sera alors envoyé.");

    public (string Title, string Text) IsItYou(int days) => (
        Set($"Est-ce bien vous ?"),
        Set($"Un récapitulatif peut être transféré : un lien seul n’ouvre donc rien. Un code à six chiffres est envoyé à la personne à ")
            + Set($"qui ce lien est destiné ; saisissez-le ici, et ce navigateur restera connecté {Count(days, "jour", "jours")}."));

    public (string Title, string Text) AskedElsewhere =>
        ("Rien n’a été fait", "Un autre site a demandé cela. Ouvrez la page par un lien de votre dernier récapitulatif.");

    public (string Title, string Text) LoadAgain => ("Rien n’a été fait", "Rechargez la page.");

    public (string Title, string Text) CodeIsOnItsWay(int minutes) => (
        "Un code est en route",
        "Il est envoyé à la personne à qui ce lien est destiné, et peut être saisi dans ce navigateur pendant "
            + $"{Count(minutes, "minute", "minutes")}.");

    public (string Title, string Text) WrongCode => ("Ce n’est pas le bon code", Set($"Vérifiez ; seul le dernier message compte."));

    public (string Title, string Text) SpentCode(int minutes) => (
        "Ce code n’ouvre rien",
        $"Il y a eu trop d’essais, il a déjà servi, il date de plus de {Count(minutes, "minute", "minutes")} ou il a été demandé dans un "
            + "autre navigateur.");

    public (string Title, string Text) SignedOut => ("Vous êtes déconnecté", "Ce navigateur n’a plus accès aux pages.");

    public (string Title, string Text) NoFigures => ("Pas de chiffres", "Les chiffres sont réservés aux responsables d’équipe.");

    public (string Title, string Text) NobodyOfYours(string contact) =>
        ("Aucun de vos contacts", $"À notre connaissance, ni vous ni votre équipe ne suivez {contact}.");

    public string CodeSubject => "Votre code";

    public string CodeMail(string code, int minutes, int days) =>
        Set($"{code}\n\nQuelqu’un a ouvert une page depuis l’un de vos récapitulatifs et demandé ce code. Saisissez-le ")
            + Set($"dans le même navigateur d’ici {Count(minutes, "minute", "minutes")} ; ce navigateur restera ensuite connecté ")
            + $"{Count(days, "jour", "jours")}.\n\n"
            + Set($"Si ce n’était pas vous, il n’y a rien à faire : sans le code, rien ne s’ouvre. Ne le transmettez à personne, car ")
            + "qui le détient voit ce que vous pouvez voir.\n";
}

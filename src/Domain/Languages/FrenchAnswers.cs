using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchAnswers : IAnswerPhrases
{
    public IReadOnlyList<string> Examples { get; } =
    [
        Set($"« fait 2 », « fait 1-3 », « fait tout sauf 2 » : c’est réglé"),
        Set($"« reporter 2 à vendredi », « reporter 2 de 3 jours », « rappelle-moi 2 le 12 mars » : pas avant cette date"),
        Set($"« appelé 2 », « appelé 2 : elle rappellera » : vous vous êtes parlé ; ce qui suit les deux-points est noté"),
        Set($"« résolu 2 » : le dossier est clos"),
        Set($"« donner 2 à Ben » : quelqu’un d’autre de l’équipe s’en occupe désormais"),
        Set($"« note 2 : birthday: 12 March », « tag 2 vip », « untag 2 vip » : une chose à retenir au sujet de ce contact"),
        Set($"« oui 2 », « non 2 », « même 2 » : votre réponse à une question"),
        Set($"« inutile 2 » : de telles lignes n’aident pas"),
        Set($"« qui est 2 », « qui est jane@acme.example », « puis-je écrire à 2 » : ce que nous savons, et s’il faut écrire"),
        Set($"« aujourd’hui » : votre liste telle qu’elle est maintenant"),
        Set($"« feed nouveau » : votre liste dans votre agenda, sous une nouvelle adresse"),
        Set($"« annuler » : annule, pendant un jour, tout ce que votre dernier message ou lien a fait"),
    ];

    public string WhatYouCanWrite => "Ce que vous pouvez écrire";

    public string Write => "par exemple";

    public string NothingToDoForNow => "Rien à faire pour le moment";

    public string AndFurtherAnswers(string headline, int more) => $"{headline}, et {Count(more, "autre réponse", "autres réponses")}";

    public string NotDone => "non exécuté";

    public string ThisCouldNotBeDone => "Cela n’a pas pu être exécuté";

    public string CouldNotBeDone(int failed, int all) => $"{failed} sur {all} n’ont pas pu être exécutés";

    public string WhatWeKnow => "Ce que nous savons";

    public string About(string name, int others) =>
        $"À propos {From(name)}{(others == 0 ? "" : $" et {Count(others, "autre personne", "autres personnes")}")}";

    public string Done => "fait";

    public string Resolved => "résolu";

    public string Snoozed => "reporté";

    public string Called => "appelé";

    public string Tagged => "marqué";

    public string NoLongerTagged => "marque retirée";

    public string Noted => "noté";

    public string ExpectsAnAnswer => "réponse attendue";

    public string NotUseful => "pas utile";

    public string MadePrivate => "confidentiel";

    public string Given => "confié";

    public string TakenBack => "annulé";

    public string NotAskedAgain => "plus de question";

    public string OnePerson => "même personne";

    public string HasLeft => "n’y travaille plus";

    public string Stopped => "désabonnement";

    public string SentAgain => "abonnement";

    public string NotAnswered => "sans réponse";

    public string To(string what, string person) => $"{what}, à {person}";

    public string Until(string what, LocalDate day, LocalTime time) => $"{what}, jusqu’au {Day(day)} à {new FrenchDates().Time(time)}";

    public string NotAskedAbout(string who) => $"au sujet {From(who)}";

    public string And(string one, string other) => $"{one} et {other}";

    public string FollowUpWith(string who, string other) => Set($"{who} ; vous assurez le suivi avec {other}");

    public string DigestStopped(string digest, string address) =>
        Set($"« {digest} » ne vous est plus envoyé ; pour le recevoir à nouveau, écrivez « subscribe {digest} » ")
            + $"comme objet d’un message à {address}";

    public string DigestAsBefore(string digest) => Set($"vous recevez « {digest} » comme avant");

    public string ListInCalendar => "Votre liste dans votre agenda";

    public string FeedAddress => "adresse";

    public string FeedInOutlook =>
        Set($"dans le calendrier, choisissez « Ajouter un calendrier », « S’abonner à partir du web » et collez l’adresse");

    public string FeedInGoogle =>
        Set($"dans le navigateur, choisissez « Autres agendas », « À partir de l’URL » ; les nouveautés peuvent y tarder d’un jour");

    public string FeedInApple =>
        Set($"choisissez « Fichier », « Nouvel abonnement » ; sur un iPhone : « Calendriers », « Ajouter un abonnement »");

    public string KeepSecret => "à garder pour vous";

    public string FeedIsSecret =>
        Set($"quiconque a l’adresse voit ce que vous avez à faire et avec qui ; une adresse obtenue auparavant ne vaut plus, et ")
            + Set($"« feed nouveau » met fin à celle-ci aussi");

    public string NoFeedHere =>
        Set($"il n’y a pas d’agenda ici : aucune page n’est servie aux lecteurs (status.url dans crmsync.yaml), ou c’est un essai");

    public string TooManyPeople(int asked, int answered) =>
        Set($"vous posez une question sur {asked} personnes ; voici les {answered} premières, redemandez pour les autres");

    public string WordsNotKept => "les mots ne sont pas conservés (privacy.metadata_only)";

    public string YourLastMail => "votre dernier message";

    public string YourMail => "votre message";
}

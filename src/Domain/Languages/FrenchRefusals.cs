using CrmSync.Domain.Log;
using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchRefusals : IRefusalPhrases
{
    public string NamesNoAddress => Set($"n’indique aucune adresse ; écrivez par exemple « puis-je écrire à jane@acme.example »");

    public string SaysNot => Set($"contient une négation ; écrivez ce qui est fait, ou rien du tout");

    public string IsQuestion =>
        Set($"est une question, rien n’a donc été fait ; écrivez-le sans point d’interrogation si c’est bien ce que vous voulez");

    public string LiesInThePast => "indique un moment passé";

    public string WasNoCall => Set($"n’était pas un appel abouti ; écrivez par exemple « note 2 : pas joint », ou reportez");

    public string UnknownWord(string word) =>
        Set($"est inconnu de cette version : « {word} » ne peut pas être exécuté ; écrivez « aide » pour savoir ce que vous pouvez écrire");

    public string FeedWithoutNew =>
        Set($"ne suffit pas : écrivez « feed nouveau » pour obtenir une adresse qui affiche votre liste dans votre agenda ; ")
            + "une adresse obtenue auparavant ne vaut alors plus";

    public string UndoneAsAWhole =>
        Set($"ne peut pas être annulé par son numéro ; écrivez seulement « annuler », ")
            + "et tout ce que votre dernier message ou lien a fait sera annulé";

    public string AllMayMeanTheDay =>
        Set($"peut désigner la journée ou toutes les lignes ; écrivez « fait tout » si vous voulez dire les lignes");

    public string NoTime(string verb, string targets) =>
        Set($"ne dit pas jusqu’à quand ; écrivez par exemple « {verb} {targets} à vendredi » ou « {verb} {targets} de 3 jours »");

    public string IsNoTime(string words) =>
        Set($"n’indique aucune date avec « {words} » ; écrivez un jour (vendredi, 12 mars, 2026-06-01) ou une durée (3 jours, 2 semaines)");

    public string NoTag(string verb, string targets) => Set($"n’indique aucune marque ; écrivez par exemple « {verb} {targets} vip »");

    public string NoText => "n’a pas de texte";

    public string NoPerson(string verb, string targets) => Set($"n’indique personne ; écrivez par exemple « {verb} {targets} à Ben »");

    public string TimeBehind(string targets) =>
        Set($"contient une date, que seul « reporter » comprend ; écrivez « reporter {targets} … », ")
            + "ou mettez deux-points avant une remarque";

    public string MoreBehind(string words) =>
        Set($"en dit plus que ce qui a été compris (« {words} »), rien n’en a donc été fait ; mettez deux-points avant une remarque");

    public string IsNoCommand =>
        Set($"n’est pas une commande ; écrivez fait, reporter, appelé, résolu, donner, inutile, tag ou note, ")
            + Set($"et le numéro de la ligne ; ou aide");

    public string NoLine(string written, CommandVerb verb) =>
        Set($"n’indique aucune ligne ; écrivez par exemple « {written} 2{Argument(verb)} »");

    public string NoThread => Set($" : cela ne concerne aucun échange de messages ; il n’y a rien à rendre confidentiel");

    public string CannotTakeBackPrivate =>
        Set($" : impossible de revenir là-dessus ; ce qui a été rendu confidentiel n’est plus conservé");

    public string CannotTakeBackStop =>
        Set($"ne peut pas annuler votre dernier message, qui arrêtait ou redemandait un envoi ; écrivez le contraire");

    public string TakenBackAlready => Set($"constate que votre dernier message est déjà annulé ; rien d’autre n’a été modifié");

    public string NothingToTakeBack => Set($"ne trouve rien de vous depuis un jour ; rien n’a été annulé");

    public string LinkIsNotOurs =>
        Set($"ne change rien : la clé dans l’objet n’appartient pas à cette ligne ; utilisez les liens de votre message le plus récent");

    public string LinkIsTooOld(int age, int valid) =>
        Set($"ne change rien : le message de ce lien date de {Days(age)}, les liens sont valables {Days(valid)} ; ")
            + "utilisez les liens de votre message le plus récent";

    public string LinkForSomebodyElse(string person) =>
        Set($"ne change rien : ce lien a été fait pour quelqu’un d’autre que {person} ; utilisez les liens de vos propres messages");

    public string NothingThere => Set($"concerne quelque chose qui n’existe plus ; il n’y a plus rien à faire");

    public string UnknownLink =>
        Set($"ne change rien : cette version ne connaît pas cette commande ; utilisez les liens de votre message le plus récent");

    public string NoSuchDigest(string digests) => Set($"n’indique aucun envoi connu ; il y a {digests}");

    public string NobodyMetSoon =>
        Set($"n’indique personne de l’extérieur, et vous ne rencontrez personne dans la semaine ; ")
            + "transférez un message de cette personne, ou écrivez son adresse dans l’objet";

    public string UnknownAddress =>
        Set($"n’est pas une commande ; écrivez à +done, +snooze-3d, +called, +resolved, +tag-x, +untag-x, +note, +chase ou +brief");

    public string NobodyFromOutside =>
        Set($"n’indique personne de l’extérieur ; transférez un message de cette personne, ou écrivez son adresse dans l’objet");

    public string NotSeen(string address) =>
        Set($" : à notre connaissance, ni vous ni votre équipe n’assurez le suivi {From(address)} ; demandez à qui s’en occupe");

    public string FitsNoMail(string address) =>
        Set($"ne correspond à aucun message avec {address} ; mettez +chase en Cci du message auquel vous attendez une réponse");

    public string NotWrittenFor(string person) => Set($"répond à un message qui n’était pas destiné à {person} ; répondez au vôtre");

    public string MailTooOld(int days) => Set($"répond à un message de plus de {Days(days)} ; répondez au plus récent");

    public string StandsBelowQuote(string line) =>
        Set($" : « {line} » se trouve sous la citation, où rien n’est exécuté ; écrivez-le au-dessus du message cité");

    public string HoldsNoCommand =>
        Set($"ne contient aucune commande ; écrivez par exemple « fait 2 » au-dessus du message cité, ")
            + Set($"« qui est jane@acme.example », ou « aide »");

    public string AddressNotOurs =>
        Set($"a été envoyé à une adresse qui n’est pas des nôtres ou qui a été modifiée en route ; répondez au message lui-même");

    public string NotFromHere => Set($"répond à un message qui ne vient pas de cette installation ; répondez au plus récent");

    public string NumbersNeedMail =>
        Set($" : les numéros appartiennent à un de nos messages, mais celui-ci ne répond à aucun ; ")
            + "répondez au message qui contient la ligne, ou écrivez le code qui se trouve en dessous";

    public string NobodyToBrief =>
        Set($"ne trouve personne de l’extérieur que vous rencontrez dans la semaine ; écrivez par exemple « brief jane@acme.example »");

    public string NoContactNamed => Set($"n’indique personne de l’extérieur ; écrivez l’adresse d’un contact");

    public string ListsNoLines => Set($" : le message auquel vous répondez n’a pas de lignes numérotées");

    public string Line(int number) => $"la ligne {number}";

    public string NotInThisMail(string line, int? last) =>
        Set($" : {line} n’existe pas dans le message auquel vous répondez ; {last switch
        {
            null => "il n’a pas de lignes numérotées",
            1 => "il n’a que la ligne 1",
            _ => $"il a les lignes 1 à {last}",
        }}");

    public string NotThereAnyMore(string line) => Set($" : {line} n’existe plus ; il n’y a plus rien à faire");

    public string NoItemOfYours(string line) => Set($" : {line} n’est pas à vous");

    public string IsProposal => Set($" : c’est une question ; répondez par oui ou par non");

    public string NoSinglePerson(CommandVerb verb) => Set($" : cela ne concerne pas une seule personne, pour qui on pourrait le noter");

    public string DoneAlready =>
        Set($" : c’est déjà fait, il n’y a plus rien à rappeler ; écrivez ce que vous savez avec « note », ou répondez au client");

    public string NoTagInAddress => Set($"n’indique aucune marque ; écrivez par exemple tag-vip");

    public string NoTextOfItsOwn => Set($"n’a pas de texte à lui ; écrivez ce qu’il faut noter au-dessus du message transféré");

    public string AsksNothing => Set($" : ce n’est pas une question ; oui, non et même répondent à ce qu’un message demande");

    public string AsksWhetherLeft => Set($" : la question est de savoir si quelqu’un est parti ; répondez par oui ou par non");

    public string AnsweredAlready => Set($" : c’est déjà répondu ; écrivez « annuler » pour revenir dessus");

    public string NotYoursToGive => Set($" : seule la personne qui s’en occupe, ou sa hiérarchie, peut le confier à quelqu’un d’autre");

    public string NobodyOfOurs(string name, string people) => Set($" : {name} n’est pas des nôtres ; il y a {people}");

    public string SeveralOfOurs(string name, IReadOnlyList<string> people) =>
        Set($" : {name} peut être {List(people, "ou")} ; précisez qui");

    public string NoTimeInAddress => Set($"ne dit pas jusqu’à quand ; écrivez par exemple snooze-3d ou snooze-2026-06-01");

    public string EndsInThePast => Set($"se termine dans le passé ; écrivez par exemple snooze-3d");

    public string NotUnderstood(string failure) =>
        Set($"n’a pas pu être compris ({failure}) ; écrivez-le autrement, et signalez-le-nous");

    public string NothingIsKept => "parle de quelqu’un dont rien n’est conservé (privacy.no_capture)";

    public string NamesSomebodyErased => Set($"nomme une personne dont les données ont été effacées ; rien n’en est conservé");

    private static string Days(int count) => Count(count, "jour", "jours");

    private static string Argument(CommandVerb verb) => verb switch
    {
        CommandVerb.Snooze => " à vendredi",
        CommandVerb.Tag or CommandVerb.Untag => " vip",
        CommandVerb.Give => " à Ben",
        _ => "",
    };
}

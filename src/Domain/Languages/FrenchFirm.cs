using CrmSync.Domain.Time;
using NodaTime;
using static CrmSync.Domain.Languages.FrenchDates;
using static CrmSync.Domain.Languages.SentenceEnd;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchFirm : IFirmPhrases
{
    public string OverdueCaption => "Les retards de chaque responsable, du plus ancien au plus récent";

    public IReadOnlyList<string> OverdueColumns { get; } = ["Responsable", "Retards", "Quoi"];

    public string CasesCaption => "Les dossiers ouverts, du plus ancien au plus récent";

    public IReadOnlyList<string> CasesColumns { get; } = ["Qui", "Dossier et âge", "À qui d’agir"];

    public string OverContactedCaption => "Qui a eu de nos nouvelles plus souvent que les règles ne l’autorisent, et de qui";

    public IReadOnlyList<string> OverContactedColumns { get; } = ["Qui", "Combien", "Messages et rendez-vous"];

    public string NumbersCaption => "Fait à temps, sur tout ce qui était dû, et la durée médiane";

    public IReadOnlyList<string> NumbersColumns(string rowsAre, string day, IReadOnlyList<int> days) =>
        [rowsAre, Capital(day), .. days.Select(count => $"{count} jours")];

    public string WeeksCaption => Set($"Contacts par semaine : messages, rendez-vous et appels");

    public string ThisWeek => "cette semaine";

    public string Item(string what, string? due) => due is null ? what : $"{what}, {due}";

    public string OurTurn(string owner, SeenTime since) => $"à nous ({owner})\ndepuis {At(since)}";

    public string TheirTurn(SeenTime since) => $"au client\ndepuis {At(since)}";

    public string Contacts(int count) => Count(count, "contact", "contacts");

    public string AtMost(int most, LengthOfTime window) => $"{most} au plus en {InWords(window)}";

    public string Earlier(int count) => Count(count, "plus ancien", "plus anciens");

    public string We => "nous";

    public string CannotBeRead => "illisible";

    public string AccountTrouble(string account, string trouble, bool needsSomebody, SeenTime? lastRead) =>
        Set($"{account} : {Ended(trouble)} {(needsSomebody ? "Une intervention est nécessaire." : "Nouvel essai automatique.")}")
            + Set($"{(lastRead is { } read ? $" Dernière lecture {At(read)}." : "")}");

    public string Attention => "attention";

    public string PolicyChanged => "règles modifiées";

    public string Read => "lecture";

    public string AccountsRead(int count, bool areAll, SeenTime last) =>
        $"{(areAll && count > 1 ? "tous les comptes" : Count(count, "compte", "comptes"))}{(areAll && count > 1 ? $" ({count})" : "")}, "
            + $"le dernier {At(last)}";

    public string OnTrial => "à l’essai";

    public string WouldList(string rule, int items, string example) =>
        Set($"{rule} signalerait {Count(items, "point", "points")}, par exemple : {example}");

    public string WouldHoldBack(string limit, int items, string example) =>
        Set($"{limit} mettrait en attente {Count(items, "point", "points")}, par exemple : {example}");

    public string Private => "confidentiel";

    public string PrivateThreads(int count) =>
        Set($"{count} {(count == 1 ? "échange" : "échanges")} : à la demande, objet et texte ne sont pas conservés ; ")
            + "personnes, heures et promesses restent";

    public string NotUseful => "pas utile";

    public string NotUsefulByRule(string rules) => $"{rules} (en 30 jours, par règle)";

    public string PolicyVersion => "version des règles";

    public string Who => "Qui";

    public string Team => "Équipe";

    public string All => "Tous";

    public string NoTeam => "sans équipe";

    public string None => "rien";

    public string InTime(int inTime, int all) => FormattableString.Invariant($"{inTime} sur {all}");

    public string Late(int count) => $"{count} en retard";

    public string NotYet(int count) => $"{count} pas encore";

    public string ByHand(int count) => $"{count} à la main";

    public string Unsure(int count) => $"{count} à vérifier";

    public string Median(Duration median, bool isOpen) => (isOpen ? "plus de " : "") + new FrenchDates().Short(median);
}

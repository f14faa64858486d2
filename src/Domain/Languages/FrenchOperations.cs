using static CrmSync.Domain.Languages.FrenchDates;

namespace CrmSync.Domain.Languages;

internal sealed class FrenchOperations : IOperationPhrases
{
    public string MailsDoNotLeave(string since, string why) => Set($"les messages ne partent plus {since} : {why}");

    public string NothingIsPosted(string webhook, string since, string why) =>
        Set($"plus rien n'est publié sur le webhook {webhook} {since} : {why}");

    public string NoCopies(string why) =>
        Set($"les messages partent sans copie pour la boîte des réponses ; ")
            + Set($"après une panne, on ne saurait pas lesquels sont partis : {why}");

    public string NotLeftYet(string mail, string why) => Set($"{mail} n’est pas encore parti : {why}");

    public string NotDelivered(string mail, string why) => Set($"{mail} n’est pas arrivé : {why}");

    public string Mail(string digest, string reader, string occasion) => $"{digest} pour {reader} ({occasion})";

    public string HasStopped(string reader, string digest) => $"{reader} ne reçoit plus {digest}, à sa demande";

    public string CommandsChangedNothing(int mails, string why) =>
        Set($"{Count(mails, "message", "messages")} à la boîte des réponses sans effet : {why}");

    public string PolicyRefused(int errors, string version, string first) =>
        Set($"les fichiers des règles contiennent {Count(errors, "erreur", "erreurs")} et ne sont pas pris en compte, {version} reste ")
            + Set($"en vigueur ; la première : {first}");

    public (string Subject, string Text) PolicyRefusedMail(string version, string errors) => (
        "Les fichiers des règles contiennent des erreurs et ne sont pas pris en compte",
        Set($"La version {version} des règles reste en vigueur jusqu’à la correction de ces erreurs :\n\n{errors}\n\n")
            + Set($"Pour vérifier les fichiers : crmsync policy check"));

    public (string Subject, string Text) PolicyOpensMail(string version, int opened, IReadOnlyList<string> changes) => (
        $"La version {version} des règles signale {Count(opened, "nouveau point", "nouveaux points")}",
        Set($"La version {version} des règles signale {Count(opened, "nouveau point", "nouveaux points")}. ")
            + Set($"Pour les voir avant le départ du premier message : crmsync policy backtest --against last-good\n\n")
            + Set($"Ce qui a changé : {(changes.Count == 0 ? "aucune règle" : string.Join(Set($" ; "), changes))}."));
}

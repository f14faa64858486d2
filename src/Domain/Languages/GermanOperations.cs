using static CrmSync.Domain.Languages.GermanDates;

namespace CrmSync.Domain.Languages;

internal sealed class GermanOperations : IOperationPhrases
{
    public string MailsDoNotLeave(string since, string why) => $"{since} gehen keine E-Mails mehr hinaus: {why}";

    public string NothingIsPosted(string webhook, string since, string why) =>
        $"{since} wird an den Webhook {webhook} nichts mehr gesendet: {why}";

    public string NoCopies(string why) =>
        "E-Mails gehen ohne Kopie für das Postfach der Antworten hinaus; nach einem Absturz ließe sich nicht sagen, welche "
            + $"hinausgingen: {why}";

    public string NotLeftYet(string mail, string why) => $"{mail} ist noch nicht hinausgegangen: {why}";

    public string NotDelivered(string mail, string why) => $"{mail} ist nicht angekommen: {why}";

    public string Mail(string digest, string reader, string occasion) => $"{digest} für {reader} ({occasion})";

    public string HasStopped(string reader, string digest) => $"{reader} hat die Übersicht {digest} abbestellt";

    public string CommandsChangedNothing(int mails, string why) =>
        $"{Count(mails, "E-Mail", "E-Mails")} an das Postfach der Antworten ohne Wirkung: {why}";

    public string PolicyRefused(int errors, string version, string first) =>
        $"die Dateien des Regelwerks haben {Count(errors, "Fehler", "Fehler")} und werden nicht übernommen, {version} bleibt in Kraft; "
            + $"der erste: {first}";

    public (string Subject, string Text) PolicyRefusedMail(string version, string errors) => (
        "Die Dateien des Regelwerks haben Fehler und werden nicht übernommen",
        $"Das Regelwerk {version} bleibt in Kraft, bis diese Fehler behoben sind:\n\n{errors}\n\n"
            + "Prüfen lassen sich die Dateien mit: crmsync policy check");

    public (string Subject, string Text) PolicyOpensMail(string version, int opened, IReadOnlyList<string> changes) => (
        $"Das Regelwerk {version} legt {Count(opened, "neuen Eintrag", "neue Einträge")} vor",
        $"Das Regelwerk {version} legt {Count(opened, "neuen Eintrag", "neue Einträge")} vor. "
            + "Bevor die erste E-Mail hinausgeht, zeigt sie: crmsync policy backtest --against last-good\n\nWas sich geändert hat: "
            + (changes.Count == 0 ? "keine Regel" : string.Join("; ", changes)) + ".");
}

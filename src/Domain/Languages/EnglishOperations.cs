namespace CrmSync.Domain.Languages;

internal sealed class EnglishOperations : IOperationPhrases
{
    public string MailsDoNotLeave(string since, string why) => $"mails do not leave {since}: {why}";

    public string NothingIsPosted(string webhook, string since, string why) => $"nothing is posted to webhook {webhook} {since}: {why}";

    public string NoCopies(string why) =>
        $"mails leave without a copy for the command mailbox, so after a crash nobody can tell whether one left: {why}";

    public string NotLeftYet(string mail, string why) => $"{mail} has not left yet: {why}";

    public string NotDelivered(string mail, string why) => $"{mail} did not reach its reader: {why}";

    public string Mail(string digest, string reader, string occasion) => $"{digest} for {reader} of {occasion}";

    public string HasStopped(string reader, string digest) => $"{reader} has stopped the digest {digest}";

    public string CommandsChangedNothing(int mails, string why) =>
        FormattableString.Invariant($"{mails} {(mails == 1 ? "mail" : "mails")} to the command mailbox changed nothing: {why}");

    public string PolicyRefused(int errors, string version, string first) =>
        FormattableString.Invariant($"the policy files have {errors} {(errors == 1 ? "error" : "errors")} and are not taken, ")
            + $"{version} stays in force; the first: {first}";

    public (string Subject, string Text) PolicyRefusedMail(string version, string errors) => (
        "The policy files have errors and are not taken",
        $"Policy {version} stays in force until these are corrected:\n\n{errors}\n\nCheck the files with: crmsync policy check");

    public (string Subject, string Text) PolicyOpensMail(string version, int opened, IReadOnlyList<string> changes) => (
        FormattableString.Invariant($"Policy {version} newly opens {opened} items"),
        FormattableString.Invariant($"Policy {version} newly opens {opened} items. Look at them before the first mail goes out, with: ")
            + "crmsync policy backtest --against last-good\n\nWhat changed: "
            + (changes.Count == 0 ? "no rule changed" : string.Join("; ", changes)) + ".");
}

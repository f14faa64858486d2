namespace CrmSync.Domain.Languages;

/// <summary>
/// What the program says about itself: to managers in their digests, to whoever looks after it by email, and in <c>status</c>. What servers
/// and the check of the policy say is quoted as it is.
/// </summary>
public interface IOperationPhrases
{
    /// <param name="since">As <see cref="IDatePhrases.Since"/> says it.</param>
    /// <param name="why">What the way out says.</param>
    string MailsDoNotLeave(string since, string why);

    /// <param name="webhook">Its name.</param>
    /// <param name="since">As <see cref="IDatePhrases.Since"/> says it.</param>
    /// <param name="why">What came of the last try.</param>
    string NothingIsPosted(string webhook, string since, string why);

    string NoCopies(string why);

    string NotLeftYet(string mail, string why);

    string NotDelivered(string mail, string why);

    /// <summary>A mail of ours, within a sentence.</summary>
    string Mail(string digest, string reader, string occasion);

    string HasStopped(string reader, string digest);

    string CommandsChangedNothing(int mails, string why);

    /// <param name="errors">How many errors the files have.</param>
    /// <param name="version">Of the policy that stays in force.</param>
    /// <param name="first">The first error.</param>
    string PolicyRefused(int errors, string version, string first);

    /// <summary>The subject and the text of an email.</summary>
    (string Subject, string Text) PolicyRefusedMail(string version, string errors);

    /// <summary>The subject and the text of an email.</summary>
    (string Subject, string Text) PolicyOpensMail(string version, int opened, IReadOnlyList<string> changes);
}

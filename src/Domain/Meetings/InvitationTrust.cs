using CrmSync.Domain.Company;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Whether a calendar message may be believed. Anybody can write anything into a mail, so an invitation or cancellation counts only when it
/// comes from the organiser, from whoever acts for the organiser, or from the organiser's own domain; an answer only when it comes from the
/// one who answers.
/// </summary>
/// <param name="isShared">Whether strangers share a mail domain (lower case), as with the public mail services: there the domain proves
/// nothing.</param>
public sealed class InvitationTrust(Func<string, bool> isShared)
{
    /// <summary>Why a message is not believed; null when it is.</summary>
    /// <param name="mail">The message.</param>
    /// <param name="organizer">Who is known to be the organiser from elsewhere; null when nothing else is known.</param>
    /// <param name="delegates">Who is known to act for the organiser.</param>
    public string? WhyNot(InvitationMail mail, EmailAddress? organizer, IReadOnlySet<EmailAddress> delegates)
    {
        ArgumentNullException.ThrowIfNull(mail);
        ArgumentNullException.ThrowIfNull(delegates);
        return mail.Method is InvitationMethod.Request or InvitationMethod.Cancel
            ? WhyNotOrganizer(mail, organizer, delegates)
            : WhyNotAttendee(mail);
    }

    /// <summary>
    /// Whether one address may speak for another: it is the same, or lies in the same domain, and not one that strangers share.
    /// </summary>
    public bool SpeaksFor(EmailAddress sender, EmailAddress person)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(person);
        return sender == person || (sender.Domain == person.Domain && !isShared(sender.Domain));
    }

    private string? WhyNotOrganizer(InvitationMail mail, EmailAddress? known, IReadOnlySet<EmailAddress> delegates)
    {
        var what = mail.Method == InvitationMethod.Cancel ? "the cancellation" : "the invitation";
        if (mail.Organizer is not { } named)
            return $"{what} names no organiser";
        if (known is not null && !SpeaksFor(named.Address, known))
            return $"{what} names another organiser than the meeting has";

        // Who acts for the organiser is believed in the first invitation; a later message could name itself.
        return mail.Senders.Any(sender =>
            SpeaksFor(sender, named.Address) || (sender == mail.SentBy && (known is null || delegates.Contains(sender))))
            ? null
            : $"{what} does not come from the organiser";
    }

    private string? WhyNotAttendee(InvitationMail mail)
    {
        var what = mail.Method == InvitationMethod.Counter ? "the counter-proposal" : "the answer";
        if (mail.Invitees.Count != 1)
            return $"{what} names {mail.Invitees.Count} people who answer instead of one";

        var attendee = mail.Invitees[0].Address;
        return mail.Senders.Any(sender => sender == attendee || (sender == mail.SentBy && SpeaksFor(sender, attendee)))
            ? null
            : $"{what} does not come from the one it answers for";
    }
}

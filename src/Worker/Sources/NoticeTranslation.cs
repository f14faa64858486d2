using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>Says in the words of the log what the author of a mail tells about themselves.</summary>
internal static class NoticeTranslation
{
    /// <summary>Longer than any notice.</summary>
    private const int LongestNotice = 4000;

    /// <summary>What a message tells.</summary>
    public static Learned Read(MimeMessage message, MailText text)
    {
        var told = message.Date?.Value is { } written ? Read(message.Subject, text.Own, written.Date) : Learned.Nothing;
        if (message.From is not [var author, ..])
            return told;

        if (text.Own.Length <= LongestNotice && DepartureNote.MayBeIn(text.Own))
            told = told with { Departure = Departure(text.Own, author), Moved = Moved(text.Own, author) };

        return MailSignature.Find(text.Ending, author) is { } signed
            ? told with
            {
                Signature = new SignatureNotice { Telephone = signed.Telephone, Title = signed.Title, Sentence = signed.Lines },
            }
            : told;
    }

    /// <summary>What a plain text tells.</summary>
    /// <param name="subject">The subject of the mail.</param>
    /// <param name="own">Its author's own words.</param>
    /// <param name="written">The day on which it was written, where its author is.</param>
    public static Learned Read(string? subject, string own, LocalDate written) =>
        own.Length <= LongestNotice
        && (AbsenceNote.MayBeIn(own) || AbsenceNote.MayBeIn(subject))
        && AbsenceNote.Find(subject, own, written) is { } back
            ? new Learned { Return = new ReturnNotice(back.Day) { Sentence = back.Sentence } }
            : Learned.Nothing;

    private static DepartureNotice? Departure(string own, Mailbox author) =>
        DepartureNote.Find(own, author) is { } left
            ? new DepartureNotice(left.Sentence) { Successor = Address(left.Successor) }
            : null;

    private static AddressNotice? Moved(string own, Mailbox author) =>
        DepartureNote.FindNewAddress(own, author) is { } moved && Address(moved.Address) is { } address
            ? new AddressNotice(moved.Sentence, address)
            : null;

    private static EmailAddress? Address(string? written) => EmailAddress.TryParse(written, out var address) ? address : null;
}

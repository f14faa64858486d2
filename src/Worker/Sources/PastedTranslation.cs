using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Worker.Sources;

/// <summary>Says in the words of the log which mail stands in the text of one that forwards it.</summary>
internal static class PastedTranslation
{
    /// <summary>Addresses that are kept of a header block.</summary>
    private const int MostPeople = 50;

    /// <summary>Characters that are kept of a field.</summary>
    private const int LongestField = 500;

    /// <summary>The mail a message forwards; null when it forwards none.</summary>
    public static PastedMail? Read(MimeMessage message) =>
        MayForward(message.Subject, message.Text) ? Read(message.Subject, ForwardedMail.Find(message)) : null;

    /// <summary>The mail a plain text forwards.</summary>
    public static PastedMail? Read(string? subject, string text) =>
        MayForward(subject, text) ? Read(subject, ForwardedMail.Find(text)) : null;

    private static bool MayForward(string? subject, string text) =>
        Subjects.IsForwarded(subject) || !Subjects.HasPrefix(subject) && ForwardedMail.MayBeIn(text);

    /// <summary>An answer that quotes a mail below a block like a forward's forwards none.</summary>
    private static PastedMail? Read(string? subject, ForwardedMail? mail) =>
        mail is not null
        && (mail.IsAnnounced || Subjects.IsForwarded(subject))
        && EmailAddress.TryParse(mail.Author.Address, out var author)
            ? new PastedMail(new NamedAddress(author, Field(mail.Author.Name)))
            {
                To = People(mail.To),
                Cc = People(mail.Cc),
                Subject = Field(mail.Subject),
                Date = Field(mail.Date),
                IsMailing = mail.IsMailing,
                OwnText = mail.Own,
            }
            : null;

    private static string? Field(string text) => text.Length == 0 ? null : SeriesBounds.Shortened(text, LongestField);

    private static List<EmailAddress> People(IReadOnlyList<string> written) =>
        [.. written.Take(MostPeople).Select(one => EmailAddress.TryParse(one, out var address) ? address : null).OfType<EmailAddress>()];
}

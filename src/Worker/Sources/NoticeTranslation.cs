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
    /// <param name="message">The message.</param>
    /// <param name="own">Its author's own words.</param>
    public static Learned Read(MimeMessage message, string own) =>
        message.Date?.Value is { } written ? Read(message.Subject, own, written.Date) : Learned.Nothing;

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
}

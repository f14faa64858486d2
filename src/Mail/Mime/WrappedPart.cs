using System.Text;
using MimeKit.Tnef;
using Org.BouncyCastle.Cms;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Opens parts that hold a mail in a wrapping of their own: S/MIME's opaque signatures (the content only, nothing is verified) and
/// Outlook's <c>winmail.dat</c>.
/// </summary>
internal static class WrappedPart
{
    // MimeKit reads the texts of winmail.dat in the code pages of Windows, which .NET has only where somebody asks for them.
    static WrappedPart() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Whether the part may be such a wrapping.</summary>
    public static bool IsOne(MimePart part) => IsTnef(part) || IsSigned(part);

    /// <summary>What is inside, as a mail of its own; null when it cannot be opened.</summary>
    /// <param name="part">The part with its whole content.</param>
    /// <param name="message">The headers of the message it lies in: they tell who answers an invitation.</param>
    /// <param name="limits">How much of it is kept.</param>
    public static MimeMessage? Open(MimePart part, HeaderBlock message, MimeLimits limits)
    {
        if (part.Content.IsEmpty || part.IsContentCut)
            return null;
        var content = IsTnef(part) ? FromTnef(part.Content, message) : FromSignature(part.Content);
        return content is null ? null : MimeReader.Read(content.AsSpan(), limits with { WrappedBytes = 0 });
    }

    private static bool IsTnef(MimePart part) =>
        part.ContentType is "application/ms-tnef" or "application/vnd.ms-tnef"
        || part.ContentType == "application/octet-stream"
            && part.FileName is { } name
            && name.Equals("winmail.dat", StringComparison.OrdinalIgnoreCase);

    private static bool IsSigned(MimePart part) =>
        part.ContentType is "application/pkcs7-mime" or "application/x-pkcs7-mime"
        && part.Parameter("smime-type") is null or "" or "signed-data" or "Signed-Data" or "SIGNED-DATA";

    private static byte[]? FromSignature(ReadOnlyMemory<byte> content)
    {
        try
        {
            var signed = new CmsSignedData(content.ToArray()).SignedContent;
            if (signed is null)
                return null;
            using var inside = new MemoryStream();
            signed.Write(inside);
            return inside.Length == 0 ? null : inside.ToArray();
        }
        catch (Exception broken)
            when (broken is CmsException or IOException or ArgumentException or InvalidCastException or InvalidOperationException)
        {
            // Encrypted, or damaged: it stays the file it is.
            return null;
        }
    }

    /// <summary>Body and files of the mail Outlook wrapped, and its meeting message as a calendar.</summary>
    private static byte[]? FromTnef(ReadOnlyMemory<byte> content, HeaderBlock message)
    {
        const string boundary = "=_unwrapped_mail_of_outlook_=";
        try
        {
            var meeting = TnefMeeting.Read(content, message);
            using var wrapped = new MemoryStream(content.ToArray());
            using var part = new TnefPart { Content = new MimeKit.MimeContent(wrapped) };
            using var inside = new MemoryStream();
            Line(inside, $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\n");
            if (meeting is not null)
                Line(inside, $"--{boundary}\nContent-Type: text/calendar; charset=utf-8; method={meeting.Method}\n\n{meeting.Calendar}");

            // A meeting message may hold nothing else, and some are cut short by what sent them.
            if (Body(part) is { } body)
            {
                Line(inside, $"--{boundary}");
                body.WriteTo(inside);
                Line(inside, "");
            }
            else if (meeting is null)
            {
                return null;
            }

            Line(inside, $"--{boundary}--");
            return inside.ToArray();
        }
        catch (Exception broken) when (IsDamage(broken))
        {
            return null;
        }
    }

    private static MimeKit.MimeEntity? Body(TnefPart part)
    {
        try
        {
            return part.ConvertToMessage().Body;
        }
        catch (Exception broken) when (IsDamage(broken))
        {
            return null;
        }
    }

    internal static bool IsDamage(Exception broken) =>
        broken
            is TnefException
                or FormatException
                or IOException
                or ArgumentException
                or NotSupportedException
                or InvalidOperationException
                or OverflowException
                or IndexOutOfRangeException
                or MimeKit.ParseException;

    private static void Line(Stream to, string text) => to.Write(Encoding.UTF8.GetBytes(text + "\n"));
}

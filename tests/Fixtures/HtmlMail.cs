using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Fixtures;

/// <summary>A mail that is nothing but a page of HTML.</summary>
internal static class HtmlMail
{
    public static MimeMessage Read(string html) =>
        MimeReader.Read([.. "Content-Type: text/html; charset=utf-8\n\n"u8, .. Encoding.UTF8.GetBytes(html)]);
}

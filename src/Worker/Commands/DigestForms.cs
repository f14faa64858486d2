using CrmSync.Domain.Commands;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Commands;

/// <summary>Reads a mail of ours, as the ledger keeps it, for knowing its lines again.</summary>
internal static class DigestForms
{
    /// <summary>As plain text, as its HTML shows it, and with what the HTML hides: some programs drop the style that hides it.</summary>
    public static QuotedDigest Read(byte[] bytes)
    {
        var mail = MimeReader.Read(bytes);
        var forms = new List<string> { mail.Text };
        if (mail.Html is { } html)
        {
            forms.Add(HtmlText.Convert(html));
            forms.Add(HtmlText.Convert(html.Replace("display:none", "", StringComparison.OrdinalIgnoreCase)));
        }

        return new QuotedDigest(forms);
    }
}

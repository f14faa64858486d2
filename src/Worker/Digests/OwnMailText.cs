using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Digests;

/// <summary>What a mail of ours says that is kept as bytes: for whoever looks for a person in it.</summary>
internal static class OwnMailText
{
    public static string Read(byte[] bytes)
    {
        var mail = MimeReader.Read(bytes);
        return new StringBuilder(mail.Subject).Append('\n').Append(mail.Text).ToString();
    }
}

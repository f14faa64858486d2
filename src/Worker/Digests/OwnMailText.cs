using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Digests;

/// <summary>What a mail or a post of ours says that is kept as bytes: for whoever looks for a person in it.</summary>
internal static class OwnMailText
{
    public static string Read(byte[] bytes)
    {
        // What is posted to webhooks is JSON, and no header begins like that.
        if (bytes is [(byte)'{', ..])
            return Encoding.UTF8.GetString(bytes);

        var mail = MimeReader.Read(bytes);
        return new StringBuilder(mail.Subject).Append('\n').Append(mail.Text).ToString();
    }
}

using System.Text;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>Names of folders as IMAP and Maildir++ write them (RFC 3501, 5.1.3).</summary>
internal static class ModifiedUtf7
{
    public static string Encode(string name)
    {
        var result = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length;)
        {
            if (name[i] is >= ' ' and <= '~')
            {
                result.Append(name[i] == '&' ? "&-" : name[i].ToString());
                i++;
                continue;
            }

            var end = i;
            while (end < name.Length && name[end] is < ' ' or > '~')
                end++;

            var base64 = Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(name[i..end])).TrimEnd('=').Replace('/', ',');
            result.Append('&').Append(base64).Append('-');
            i = end;
        }

        return result.ToString();
    }
}

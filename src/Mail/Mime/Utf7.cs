using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>UTF-7 (RFC 2152), which .NET no longer reads.</summary>
internal static class Utf7
{
    /// <summary>Reads leniently: an unfinished or broken shifted run gives what it holds so far.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '+')
            {
                text.Append((char)bytes[i]);
                continue;
            }

            if (i + 1 < bytes.Length && bytes[i + 1] == '-')
            {
                text.Append('+');
                i++;
                continue;
            }

            uint bits = 0;
            var count = 0;
            while (i + 1 < bytes.Length && Sextet(bytes[i + 1]) is >= 0 and var value)
            {
                i++;
                bits = bits << 6 | (uint)value;
                count += 6;
                if (count >= 16)
                {
                    count -= 16;
                    text.Append((char)(bits >> count & 0xFFFF));
                }
            }

            if (i + 1 < bytes.Length && bytes[i + 1] == '-')
                i++;
        }

        return text.ToString();
    }

    private static int Sextet(byte b) => b switch
    {
        >= (byte)'A' and <= (byte)'Z' => b - 'A',
        >= (byte)'a' and <= (byte)'z' => b - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => b - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}

using System.Buffers;
using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>A command without its tag: words as they are, and strings in whatever form their characters need.</summary>
internal sealed class CommandText
{
    private readonly List<(byte[] Bytes, bool Literal)> parts = [];

    public CommandText(string words) => Words(words);

    /// <summary>The pieces; before each literal the server has to be asked, unless it takes them unasked.</summary>
    public IReadOnlyList<(byte[] Bytes, bool Literal)> Parts => parts;

    public CommandText Words(string words)
    {
        parts.Add((Encoding.ASCII.GetBytes(words), false));
        return this;
    }

    /// <summary>A string of bytes given as Latin-1 (folder names as the server sent them).</summary>
    public CommandText Raw(string latin1) => String(Encoding.Latin1.GetBytes(latin1));

    /// <summary>A string of text, sent as UTF-8.</summary>
    public CommandText Text(string text) => String(Encoding.UTF8.GetBytes(text));

    private CommandText String(byte[] bytes)
    {
        if (bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~') || bytes.Length > 1000)
        {
            parts.Add((bytes, true));
            return this;
        }

        var quoted = new ArrayBufferWriter<byte>(bytes.Length + 2);
        quoted.Write("\""u8);
        foreach (var b in bytes)
        {
            if (b is (byte)'"' or (byte)'\\')
                quoted.Write("\\"u8);

            quoted.Write([b]);
        }

        quoted.Write("\""u8);
        parts.Add((quoted.WrittenSpan.ToArray(), false));
        return this;
    }
}

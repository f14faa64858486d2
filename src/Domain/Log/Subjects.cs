using System.Text;

namespace CrmSync.Domain.Log;

/// <summary>Subjects without their reply and forward prefixes, for threads.</summary>
public static class Subjects
{
    private static readonly string[] ReplyPrefixes =
    [
        "re",
        "aw",
        "sv",
        "antw",
        "vs",
        "odp",
        "ynt",
        "r",
        "rif",
        "res",
        "ref",
        "rv",
        "vá",
        "hl",
        "回复",
        "回覆",
        "答复",
        "答覆",
        "返信",
        "отв",
        "απ",
    ];

    private static readonly string[] ForwardPrefixes =
        ["fwd", "fw", "wg", "tr", "i", "vb", "pd", "doorst", "enc", "fs", "vl", "továbbítás", "转发", "轉寄", "転送", "пересл", "πρθ"];

    /// <summary>White space runs made one blank, ends trimmed; null becomes empty.</summary>
    public static string Collapse(string? subject)
    {
        if (string.IsNullOrEmpty(subject))
            return "";

        var text = new StringBuilder(subject.Length);
        foreach (var c in subject)
        {
            if (!char.IsWhiteSpace(c))
                text.Append(c);
            else if (text.Length > 0 && text[^1] != ' ')
                text.Append(' ');
        }

        if (text.Length > 0 && text[^1] == ' ')
            text.Length--;

        return text.ToString();
    }

    /// <summary>The subject without prefixes, in lower case, and whether one of the prefixes was a reply's.</summary>
    public static (string Bare, bool IsReply) Strip(string? subject)
    {
        var rest = Collapse(subject).AsSpan();
        var reply = false;
        while (true)
        {
            var colon = rest.IndexOfAny(':', '：');
            if (colon is <= 0 or > 16)
                break;

            var prefix = WithoutCounter(rest[..colon].Trim());
            if (Contains(ReplyPrefixes, prefix))
                reply = true;
            else if (!Contains(ForwardPrefixes, prefix))
                break;

            rest = rest[(colon + 1)..].TrimStart();
        }

        return (rest.ToString().ToLowerInvariant(), reply);
    }

    /// <summary><c>Re[2]</c>, <c>Re(3)</c>, <c>Re^2</c> and <c>Re2</c> count replies.</summary>
    private static ReadOnlySpan<char> WithoutCounter(ReadOnlySpan<char> prefix)
    {
        var end = prefix.Length;
        while (end > 0 && (char.IsAsciiDigit(prefix[end - 1]) || prefix[end - 1] is '[' or ']' or '(' or ')' or '^' or '*'))
            end--;

        return prefix[..end].TrimEnd();
    }

    private static bool Contains(string[] known, ReadOnlySpan<char> prefix)
    {
        foreach (var one in known)
        {
            if (prefix.Equals(one, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

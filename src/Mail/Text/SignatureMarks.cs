namespace CrmSync.Mail.Text;

/// <summary>
/// What stands at the end of a mail without being said by its author: the signature mark, lines of telephones, bare rules.
/// </summary>
internal static class SignatureMarks
{
    private const int LongestDevice = 120;
    private const int LongestSent = 70;
    private const int MostLinesBelow = 20;

    private static readonly PhraseEdges Mine = new(PhraseFile.Read("devices.txt", "mine"));
    private static readonly PhraseEdges Sent = new(PhraseFile.Read("devices.txt", "sent"));
    private static readonly PhraseEdges Ends = new(PhraseFile.Read("devices.txt", "end"));
    private static readonly PhraseEdges Whole = new(PhraseFile.Read("devices.txt", "whole"));
    private static readonly PhraseSet Names = new(PhraseFile.Read("devices.txt", "name"));

    private static readonly System.Buffers.SearchValues<char> LinkEdges = System.Buffers.SearchValues.Create(" \t<>()[]");
    private static readonly System.Buffers.SearchValues<char> Rules = System.Buffers.SearchValues.Create("-_*=~+#—–─");

    /// <summary>
    /// The mark <c>-- </c> (RFC 3676). Many programs lose its space; a bare <c>--</c> counts when little stands below it, else it is a rule
    /// in a long text.
    /// </summary>
    public static bool IsMark(TextLines lines, int at)
    {
        var line = lines[at];
        if (line is not ['-', '-', ..])
            return false;
        if (line is "-- " or "-- \r")
            return true;
        if (!line.TrimEnd().SequenceEqual("--"))
            return false;

        var below = 0;
        for (var i = at + 1; i < lines.Count && below <= MostLinesBelow; i++)
        {
            if (lines.IsQuoted(i))
                break;
            below += lines[i].IsWhiteSpace() ? 0 : 1;
        }

        return below <= MostLinesBelow;
    }

    /// <summary>A line of dashes, stars and the like, or of one invisible tracker mark; only ever taken off at the end.</summary>
    public static bool IsDelimiter(ReadOnlySpan<char> line)
    {
        var text = line.Trim();
        if (text.IsEmpty || text is "ᐧ")
            return true;
        return text.Length >= 2 && text.IndexOfAnyExcept(Rules) < 0;
    }

    /// <summary>"Sent from my iPhone" and its kin. People send parcels too: what asks, or names no device, is theirs.</summary>
    public static bool IsDeviceLine(ReadOnlySpan<char> line)
    {
        var said = line.Contains("://", StringComparison.Ordinal) ? WithoutLinks(line.ToString()) : line;
        var text = said.Trim().TrimStart("<(*_[\"").TrimEnd(">)*_].!\"");
        if (text.IsEmpty || text.Length > LongestDevice || text.ContainsAny('?', '？'))
            return false;
        if (StartsWithAny(text, Mine))
            return !text.StartsWith("von mein", StringComparison.OrdinalIgnoreCase)
                || text.EndsWith("gesendet", StringComparison.OrdinalIgnoreCase);

        var bare = text.IndexOf('<') is > 0 and var link ? text[..link].TrimEnd() : text;
        if (bare.Length <= LongestSent && StartsWithAny(text, Sent) && Names.IsIn(bare))
            return true;
        foreach (var end in Ends.WithEnd(text))
        {
            if (
                text.Length <= LongestSent
                && text.EndsWith(end, StringComparison.OrdinalIgnoreCase)
                && (Names.IsIn(text) || !char.IsAscii(end[0]) || end.StartsWith("from", StringComparison.Ordinal))
            )
                return true;
        }

        return Whole.Contains(text);
    }

    /// <summary>"Sent from [Mail](https://...) for Windows", as its reader sees it.</summary>
    private static string WithoutLinks(string line)
    {
        while (line.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            var start = line.AsSpan(0, scheme).LastIndexOfAny(LinkEdges) + 1;
            var length = line.AsSpan(scheme).IndexOfAny(LinkEdges);
            var end = length < 0 ? line.Length : scheme + length;
            if (start > 0 && end < line.Length && (line[start - 1], line[end]) is ('(', ')') or ('<', '>') or ('[', ']'))
                (start, end) = (start - 1, end + 1);
            line = line.Remove(start, end - start);
        }

        return line.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
    }

    private static bool StartsWithAny(ReadOnlySpan<char> text, PhraseEdges starts)
    {
        foreach (var start in starts.WithBeginning(text))
        {
            if (
                text.StartsWith(start, StringComparison.OrdinalIgnoreCase)
                && (text.Length == start.Length || !char.IsLetter(text[start.Length]) || !char.IsAsciiLetter(start[^1]))
            )
                return true;
        }

        return false;
    }
}

using System.Collections.Frozen;

namespace CrmSync.Mail.Text;

/// <summary>
/// The line, often wrapped over several, that says who wrote what is quoted below it: "On … Ana Hill wrote:". It is known by its shape (an
/// address or a date, and a colon at its end); words are needed only where it names no address or nothing below it is marked as quoted.
/// </summary>
internal static class Attribution
{
    private const int MostLines = 6;
    private const int Longest = 400;

    // In Hebrew and Arabic mail programs put marks of direction around names and addresses.
    private const string Directions = "\u200E\u200F\u202A\u202B\u202C\u2066\u2067\u2068\u2069";
    private const string Before = "-* " + Directions;
    private const string Behind = "*_ \u00A0" + Directions;

    private static readonly string[] Verbs = PhraseFile.Read("quote-introductions.txt", "verb");

    private static readonly string[] AsciiVerbs = [.. Verbs.Where(verb => System.Text.Ascii.IsValid(verb))];
    private static readonly PhraseSet AnyVerb = new(Verbs);
    private static readonly PhraseEdges VerbsAtEnd = new(Verbs.Where(verb => !EndsSentences(verb)));
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Starts = PhraseFile
        .Read("quote-introductions.txt", "start")
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int LongestStart = Starts.Set.Max(s => s.Length);

    /// <summary>
    /// The lines at which an attribution may begin, or null when there is none in the whole text: those shortly before a line that ends
    /// like one.
    /// </summary>
    public static bool[]? Candidates(TextLines lines)
    {
        bool[]? candidates = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.Length < 3 || IsRule(line) || !EndsLikeOne(line) && !(line.Length > 10 && IsDated(line.TrimStart())))
                continue;
            candidates ??= new bool[lines.Count];
            for (var before = Math.Max(0, i - MostLines - 3); before <= i; before++)
                candidates[before] = true;
        }

        return candidates;
    }

    /// <summary>A line of dashes, or one that separates mails; neither ends an introduction.</summary>
    private static bool IsRule(ReadOnlySpan<char> line) => line.EndsWith("---") && !line.Contains('@') && !AnyVerb.IsIn(line);

    /// <summary>How many lines from <paramref name="at"/> on form an attribution; 0 when none starts there.</summary>
    public static int LengthAt(TextLines lines, int at)
    {
        var first = lines[at].Trim().TrimStart(Before).TrimStart();
        if (first.IsEmpty || first.Length > Longest)
            return 0;

        var started = StartsLikeOne(first);
        if (IsDated(first))
        {
            // Gmail's short form: an ISO date, a name, no verb; the address may have wrapped.
            if (first.Contains("GMT", StringComparison.Ordinal) || first.Contains('@') && first.Contains('>'))
                return WrappedAddress(lines, at);
        }
        else if (!started && !HasAddress(first) && !HasDate(first) && !HasVerb(first))
        {
            return 0;
        }

        var hasDate = false;
        var hasAt = false;
        var length = 0;
        var used = 0;
        for (var i = at; i < lines.Count && i < at + MostLines + 4 && used < MostLines; i++)
        {
            var line = lines[i].Trim();
            if (line.IsEmpty)
            {
                // Only a line with a date may be torn apart by blank lines.
                if (!(started && hasDate) || used == 0)
                    return 0;
                continue;
            }

            // "> wrote:" and ">:" are the end of a wrapped address, other quote marks are quotes.
            if (used > 0 && line[0] == '>' && !(hasAt && line.Length < 40 && EndsLikeOne(line)))
                return 0;

            // A better beginning further down: what stands above it is the author's.
            if (used > 0 && StartsLikeOne(line) && HasDate(line))
                return 0;

            used++;
            length += line.Length;
            if (length > Longest)
                return 0;
            hasDate = hasDate || HasDate(line);
            hasAt = hasAt || HasAddress(line);
            if (EndsLikeOne(line))
            {
                var hasBrackets = HasBracketedAddress(lines, at, i);
                var hasVerb = HasVerb(lines, at, i);
                if (hasVerb && (hasDate && started && !SpeaksOfOneself(lines, at, i) || hasBrackets) || hasBrackets && hasDate)
                    return i - at + 1;

                // Without brackets an address may stand in a sentence of the author; then only marks below tell.
                if (hasVerb || hasAt || hasDate)
                    return (hasDate || hasAt) && QuoteMarks.QuoteFollows(lines, i + 1) ? i - at + 1 : 0;
            }

            // A sentence that ends is no attribution.
            if (line[^1] is '.' or '!' or '?' && !hasAt && !(line.Length > 1 && char.IsDigit(line[^2])) && !hasDate)
                return 0;
            if (line[^1] is '?' or '!')
                return 0;
        }

        return 0;
    }

    /// <summary>A year, a time or a written date: something only a date has.</summary>
    public static bool HasDate(ReadOnlySpan<char> line)
    {
        for (var i = 0; i + 3 < line.Length; i++)
        {
            if (!char.IsDigit(line[i]))
                continue;
            var end = i;
            while (end < line.Length && char.IsDigit(line[end]))
                end++;
            var digits = end - i;
            if (digits == 4 && (line[i..end] is ['1', '9', ..] or ['2', '0', ..] || !char.IsAscii(line[i])))
                return true;
            if (digits is 1 or 2 && end + 1 < line.Length && line[end] is ':' or '/' && char.IsDigit(line[end + 1]))
                return true;
            i = end;
        }

        return false;
    }

    private static bool HasAddress(ReadOnlySpan<char> line)
    {
        var at = line.IndexOf('@');
        return at > 0 && at + 1 < line.Length && char.IsLetterOrDigit(line[at - 1]) && char.IsLetterOrDigit(line[at + 1]);
    }

    /// <summary>Whether one of some lines, or a line with the beginning of the next, holds an address in brackets.</summary>
    private static bool HasBracketedAddress(TextLines lines, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            var line = lines[i].Trim();
            if (HasBracketedAddress(line) || i > from && HasBracketedAddress($"{lines[i - 1].Trim()}{line}"))
                return true;
        }

        return false;
    }

    private static bool HasBracketedAddress(ReadOnlySpan<char> line)
    {
        var at = line.IndexOf('@');
        if (at <= 0 || line[..at].LastIndexOfAny('<', '(', '[') is not (>= 0 and var open))
            return false;
        var rest = line[at..];
        var close = rest.IndexOfAny('>', ')', ']');
        return close > 0 && !line[(open + 1)..at].Contains(' ') && !rest[..close].Contains(' ');
    }

    private static bool StartsLikeOne(ReadOnlySpan<char> line)
    {
        for (var i = 1; i < line.Length && i <= LongestStart; i++)
        {
            // Chinese and Japanese write no space behind the word.
            if ((char.IsWhiteSpace(line[i]) || line[0] >= '\u2E80' || line[i] == ',') && Starts.Contains(line[..i]))
                return true;
        }

        return false;
    }

    /// <summary>"On 2 March I wrote to Ben:" is a sentence of the author.</summary>
    private static bool SpeaksOfOneself(TextLines lines, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            var line = lines[i];
            if (
                line.Contains(" I wrote", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" we wrote", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" you wrote", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" ich ", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" I said", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" you said", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" we said", StringComparison.OrdinalIgnoreCase)
                || line.Contains(" j'ai ", StringComparison.OrdinalIgnoreCase)
            )
                return !QuoteMarks.QuoteFollows(lines, to + 1);
        }

        return false;
    }

    private static bool IsDated(ReadOnlySpan<char> line) =>
        line.Length > 10 && char.IsAsciiDigit(line[0]) && char.IsAsciiDigit(line[3]) && line[4] is '-' or '/' && char.IsAsciiDigit(line[5]);

    private static int WrappedAddress(TextLines lines, int at)
    {
        var line = lines[at].TrimEnd();
        if (line[^1] == '<' && at + 1 < lines.Count && lines[at + 1].Contains('@'))
            return 2;
        return 1;
    }

    /// <summary>Whether one of some lines, or a line with the beginning of the next, holds a verb of writing.</summary>
    private static bool HasVerb(TextLines lines, int from, int to)
    {
        for (var i = from; i <= to; i++)
        {
            var line = lines[i].Trim();
            if (HasVerb(line) || i > from && HasVerb($"{lines[i - 1].Trim()} {line}"))
                return true;
        }

        return false;
    }

    private static bool HasVerb(ReadOnlySpan<char> line)
    {
        if (!AnyVerb.IsIn(line))
            return false;
        foreach (var verb in System.Text.Ascii.IsValid(line) ? AsciiVerbs : Verbs)
        {
            for (var from = 0; from < line.Length;)
            {
                var found = line[from..].IndexOf(verb, StringComparison.OrdinalIgnoreCase);
                if (found < 0)
                    break;
                var start = from + found;
                var end = start + verb.Length;
                if ((start == 0 || !IsWord(line[start - 1], verb[0])) && (end == line.Length || !IsWord(line[end], verb[^1])))
                    return true;
                from = end;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a character goes on a word that ends or begins with <paramref name="neighbour"/>; scripts without spaces have no such ends.
    /// </summary>
    private static bool IsWord(char c, char neighbour) => neighbour < '\u2E80' && c < '\u2E80' && (char.IsLetter(c) || c == '_');

    private static bool EndsLikeOne(ReadOnlySpan<char> line)
    {
        line = line.TrimEnd(Behind);
        if (line.IsEmpty)
            return false;
        if (line[^1] is ':' or '：' || line.EndsWith("---"))
            return true;
        foreach (var verb in VerbsAtEnd.WithEnd(line))
        {
            if (
                line.EndsWith(verb, StringComparison.OrdinalIgnoreCase)
                && (line.Length == verb.Length || !IsWord(line[^(verb.Length + 1)], verb[0]))
            )
                return true;
        }

        return false;
    }

    /// <summary>People end lines of their own with these.</summary>
    private static bool EndsSentences(string verb) =>
        verb is "said" or "says" or "writes" or "a dit" or "schreibt" or "escribe" or "scrive";
}

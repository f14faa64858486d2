using System.Buffers;
using System.Text;

namespace CrmSync.Mail.Text;

/// <summary>
/// The line, often wrapped over several, that says who wrote what is quoted below it: "On … Ana Hill wrote:" in some twenty languages.
/// </summary>
internal static class Attribution
{
    private const int MostLines = 6;
    private const int Longest = 400;

    private static readonly string[] Verbs =
    [
        "wrote",
        "writes",
        "schrieb",
        "schrieben",
        "a écrit",
        "a ecrit",
        "escribió",
        "escribio",
        "escreveu",
        "ha scritto",
        "scrive",
        "schreef",
        "geschreven",
        "napisał",
        "napisała",
        "napisał(a)",
        "napisal",
        "skrev",
        "kirjoitti",
        "napsal",
        "napsal(a)",
        "написал",
        "написала",
        "написал(а)",
        "пишет",
        "пише",
        "написав",
        "yazdı",
        "yazmış",
        "写道",
        "寫道",
        "写了",
        "さんは書きました",
        "のメール",
        "のメッセージ",
        "írta",
        "a scris",
        "έγραψε",
        "va escriure",
        "đã viết",
        "님이 작성",
        "作成",
    ];

    // The vectorised search takes ASCII only, so of Latin verbs with accents it looks for a piece without; the other scripts cost ten times
    // as much and are looked for where a letter of theirs stands. Both only say where it is worth looking closely.
    private static readonly SearchValues<string> LatinPieces = SearchValues.Create(
        [.. Verbs.Where(v => Ascii.IsValid(v)), "escribi", "napisa", "yazd", "yazm", "crit", "rta"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> OtherScripts = SearchValues.Create(
        [.. Verbs.Where(v => HasOtherScript(v))],
        StringComparison.OrdinalIgnoreCase);

    private static readonly string[] Starts =
    [
        "on ",
        "at ",
        "am ",
        "le ",
        "el ",
        "em ",
        "il ",
        "in data ",
        "op ",
        "den ",
        "dnia ",
        "w dniu ",
        "dne ",
        "pe ",
        "a(z) ",
        "în data ",
        "στις ",
        "på ",
        "в ",
        "在 ",
        "于",
        "於 ",
        "vào ",
        "quoting ",
        "on\u00A0",
    ];

    /// <summary>
    /// The lines at which an attribution may begin, or null when there is none in the whole text: one vectorised look for the verbs settles
    /// that for most mails.
    /// <paramref name="lines"/> are those of <paramref name="text"/>.
    /// </summary>
    public static bool[]? Candidates(string[] lines, string text)
    {
        bool[]? candidates = null;

        // A line end inside a verb of two words counts as the space it stands for.
        var flat = text.Replace('\n', ' ').AsSpan();
        MarkAll(flat, LatinPieces);
        if (HasOtherScript(flat))
            MarkAll(flat, OtherScripts);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].EndsWith(">:", StringComparison.Ordinal) || lines[i].Length > 10 && IsDated(lines[i].AsSpan().TrimStart()))
                Mark(i);
        }

        return candidates;

        void MarkAll(ReadOnlySpan<char> flat, SearchValues<string> verbs)
        {
            var line = 0;
            var lineEnd = lines[0].Length;
            var position = 0;
            while (flat[position..].IndexOfAny(verbs) is >= 0 and var found)
            {
                position += found;
                while (lineEnd < position && line + 1 < lines.Length)
                    lineEnd += lines[++line].Length + 1;
                Mark(line);
                position++;
            }
        }

        void Mark(int at)
        {
            candidates ??= new bool[lines.Length];
            for (var i = Math.Max(0, at - MostLines - 3); i <= at; i++)
                candidates[i] = true;
        }
    }

    /// <summary>How many lines from <paramref name="at"/> on form an attribution; 0 when none starts there.</summary>
    public static int LengthAt(string[] lines, int at)
    {
        var first = lines[at].AsSpan().Trim().TrimStart("-* ").TrimStart();
        if (first.IsEmpty || first.Length > Longest)
            return 0;

        var started = StartsLikeOne(first);
        if (IsDated(first))
        {
            // Gmail's short form: an ISO date, a name, no verb; the address may have wrapped.
            if (first.Contains("GMT", StringComparison.Ordinal) || first.Contains('@') && first.Contains('>'))
                return WrappedAddress(lines, at);
        }
        else if (!started && !HasAddress(first) && !HasVerb(first) && !HasDate(first))
        {
            return 0;
        }

        var hasDate = false;
        var hasAt = false;
        var hasVerb = false;
        var length = 0;
        var used = 0;
        for (var i = at; i < lines.Length && i < at + MostLines + 4 && used < MostLines; i++)
        {
            var line = lines[i].AsSpan().Trim();
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
            hasDate |= HasDate(line);
            hasAt |= HasAddress(line);
            hasVerb |= HasVerb(line) || used > 1 && HasVerb($"{lines[i - 1].AsSpan().Trim()} {line}");
            if (hasVerb && EndsLikeOne(line))
                return hasDate && started || hasAt || hasDate && QuoteMarks.QuoteFollows(lines, i + 1) ? i - at + 1 : 0;

            // Mail.ru and Yandex write no verb: a date, a name and an address before a colon.
            if (hasDate && hasAt && line.EndsWith(">:"))
                return i - at + 1;

            // A sentence that ends is no attribution.
            if (line[^1] is '.' or '!' or '?' && !hasAt && !(line.Length > 1 && char.IsAsciiDigit(line[^2])))
                return 0;
        }

        return 0;
    }

    /// <summary>A year, a time or a written date: something only a date has.</summary>
    public static bool HasDate(ReadOnlySpan<char> line)
    {
        for (var i = 0; i + 3 < line.Length; i++)
        {
            if (!char.IsAsciiDigit(line[i]))
                continue;
            var end = i;
            while (end < line.Length && char.IsAsciiDigit(line[end]))
                end++;
            var digits = end - i;
            if (digits == 4 && line[i..end] is ['1', '9', ..] or ['2', '0', ..])
                return true;
            if (digits is 1 or 2 && end + 1 < line.Length && line[end] is ':' or '/' && char.IsAsciiDigit(line[end + 1]))
                return true;
            i = end;
        }

        return false;
    }

    private static bool HasOtherScript(ReadOnlySpan<char> text) =>
        text.IndexOfAnyInRange('\u0370', '\u1FFF') >= 0 || text.IndexOfAnyInRange('\u2E80', '\uFFFF') >= 0;

    private static bool HasAddress(ReadOnlySpan<char> line)
    {
        var at = line.IndexOf('@');
        return at > 0 && at + 1 < line.Length && char.IsLetterOrDigit(line[at - 1]) && char.IsLetterOrDigit(line[at + 1]);
    }

    private static bool StartsLikeOne(ReadOnlySpan<char> line)
    {
        foreach (var start in Starts)
        {
            if ((start[0] | 0x20) == (line[0] | 0x20) && line.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static bool IsDated(ReadOnlySpan<char> line) =>
        line.Length > 10 && char.IsAsciiDigit(line[0]) && char.IsAsciiDigit(line[3]) && line[4] is '-' or '/' && char.IsAsciiDigit(line[5]);

    private static int WrappedAddress(string[] lines, int at)
    {
        var line = lines[at].AsSpan().TrimEnd();
        if (line[^1] == '<' && at + 1 < lines.Length && lines[at + 1].Contains('@', StringComparison.Ordinal))
            return 2;
        return 1;
    }

    private static bool HasVerb(ReadOnlySpan<char> line)
    {
        if (!line.ContainsAny(LatinPieces) && !(HasOtherScript(line) && line.ContainsAny(OtherScripts)))
            return false;
        foreach (var verb in Verbs)
        {
            for (var from = 0; from < line.Length;)
            {
                var found = line[from..].IndexOf(verb, StringComparison.OrdinalIgnoreCase);
                if (found < 0)
                    break;
                var start = from + found;
                var end = start + verb.Length;
                if (
                    (start == 0 || !char.IsAsciiLetter(line[start - 1]) && line[start - 1] != '_')
                    && (end == line.Length || !char.IsAsciiLetter(line[end]) && line[end] != '_'))
                    return true;
                from = end;
            }
        }

        return false;
    }

    private static bool EndsLikeOne(ReadOnlySpan<char> line)
    {
        line = line.TrimEnd("*_ \u00A0");
        if (line.IsEmpty)
            return false;
        if (line[^1] is ':' or '：' || line.EndsWith("---"))
            return true;
        foreach (var verb in Verbs)
        {
            if (line.EndsWith(verb, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

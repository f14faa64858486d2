using System.Buffers;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>What the block at the end of a mail says of its author.</summary>
/// <param name="Telephone">A number to call, as written; null when none is labelled as one.</param>
/// <param name="Title">What they are; null when no line under their name says so.</param>
/// <param name="Lines">The lines these stand in.</param>
public sealed record MailSignature(string? Telephone, string? Title, string Lines)
{
    private const int LongestTitle = 60;
    private const int LongestNameLine = 120;
    private const int MostTitleWords = 8;
    private const int MostLines = 30;
    private const int FewestDigits = 7;
    private const int MostDigits = 15;

    private static readonly SearchValues<char> NumberStart = SearchValues.Create("+(0123456789");
    private static readonly SearchValues<char> NumberMarks = SearchValues.Create("+() /-–.\u00A0");
    private static readonly char[] Bars = ['|', '·', '•', ';', '\t'];
    private static readonly HashSet<string> Telephones = Words("telephone");
    private static readonly HashSet<string> Faxes = Words("fax");
    private static readonly string[] Titles = PhraseFile.Read("signatures.txt", "title");
    private static readonly string[] Suffixes = PhraseFile.Read("signatures.txt", "suffix");
    private static readonly HashSet<string> Companies = Words("company");

    /// <summary>Reads a signature; null when it gives neither a telephone nor a title for sure.</summary>
    /// <param name="ending">What stood below its author's own words, without quotes.</param>
    /// <param name="author">Who signs.</param>
    public static MailSignature? Find(string ending, Mailbox author)
    {
        var lines = ending.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MostLines).ToList();
        var (telephone, telephoneLine) = TelephoneIn(lines);
        var (title, titleLine) = TitleIn(lines, author);
        return telephone is null && title is null
            ? null
            : new MailSignature(telephone, title, string.Join('\n', new[] { titleLine, telephoneLine }.OfType<string>().Distinct()));
    }

    private static (string? Telephone, string? Line) TelephoneIn(List<string> lines)
    {
        foreach (var line in lines)
        {
            foreach (var piece in line.Split(Bars, StringSplitOptions.TrimEntries))
            {
                if (NumberIn(piece) is { } number)
                    return (number, line);
            }
        }

        return (null, null);
    }

    /// <summary>A number behind a label, or one with its country that stands alone.</summary>
    private static string? NumberIn(string piece)
    {
        var start = piece.AsSpan().IndexOfAny(NumberStart);
        if (start < 0 || start > 0 && char.IsAsciiDigit(piece[start]) && char.IsLetter(piece[start - 1]))
            return null;

        var label = piece[..start].Trim(' ', '.', ':', '-', '–', '\u00A0', '*').ToLowerInvariant();
        if (Faxes.Contains(label) || !Telephones.Contains(label) && !(label.Length == 0 && piece[start] == '+'))
            return null;

        var end = start;
        while (end < piece.Length && (char.IsAsciiDigit(piece[end]) || NumberMarks.Contains(piece[end])))
            end++;
        var digits = piece[start..end].Count(char.IsAsciiDigit);
        return digits is >= FewestDigits and <= MostDigits && piece[end..].Trim(' ', ',', '.', '*').Length == 0
            ? piece[start..end].Trim(' ', '-', '–', '.', '\u00A0')
            : null;
    }

    private static (string? Title, string? Line) TitleIn(List<string> lines, Mailbox author)
    {
        var name = author.Name.Split(',', StringSplitOptions.TrimEntries) is [{ Length: > 0 } last, { Length: > 0 } given]
            ? $"{given} {last}"
            : author.Name;
        if (!name.Contains(' ', StringComparison.Ordinal))
            return (null, null);

        var at = lines.FindIndex(line => line.Contains(name, StringComparison.OrdinalIgnoreCase) && line.Length <= LongestNameLine);
        if (at < 0)
            return (null, null);

        var behind = lines[at][(lines[at].IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length)..].Trim([.. " ,-–|·*"]);
        if (behind.Length > 0 && IsTitle(behind) is { } here)
            return (here, lines[at]);

        return at + 1 < lines.Count && IsTitle(lines[at + 1]) is { } below ? (below, lines[at + 1]) : (null, null);
    }

    /// <summary>The line as a title, without the company behind it; null when it is none.</summary>
    private static string? IsTitle(string line)
    {
        var piece = line.Split(Bars, StringSplitOptions.TrimEntries)[0].Trim('*', '_', ' ');
        if (piece.Split(',', StringSplitOptions.TrimEntries) is [.. var first, var last] && first.Length > 0 && IsCompany(last))
            piece = string.Join(", ", first);
        if (
            piece.Length is < 3 or > LongestTitle
            || piece.AsSpan().IndexOfAny("@?!:") >= 0
            || piece.Any(char.IsDigit)
            || piece.EndsWith('.')
            || 1 + piece.Count(c => c == ' ') > MostTitleWords)
            return null;

        var words = piece.ToLowerInvariant().Split([' ', ',', '-', '&', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
        return
            Array.Exists(Titles, title => SentenceWords.Find(piece, title) >= 0)
            || Array.Exists(words, word => Array.Exists(Suffixes, suffix => word.EndsWith(suffix, StringComparison.Ordinal)))
                ? piece
                : null;
    }

    private static bool IsCompany(string piece) =>
        Array.Exists(piece.ToLowerInvariant().Split(' ', '.'), word => Companies.Contains(word));

    private static HashSet<string> Words(string key) => PhraseFile.Read("signatures.txt", key).ToHashSet(StringComparer.Ordinal);
}

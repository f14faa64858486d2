using System.Text;
using System.Text.RegularExpressions;

namespace CrmSync.Domain.Commands;

/// <summary>
/// Knows again the lines of a digest that somebody's mail program quotes below an answer. A line belongs to the digest when it and a
/// neighbour stand there side by side, whatever marks the program sets before them, wherever it wraps them, and whatever it makes of blanks
/// and links: so no language needs to be known. A line by itself is the writer's own.
/// </summary>
public sealed partial class QuotedDigest
{
    private const int MostLines = 5000;

    private readonly List<Form> forms;

    /// <param name="texts">The digest as text, in every form a mail program may quote: its plain text, its HTML as text.</param>
    public QuotedDigest(IEnumerable<string> texts) =>
        forms = [.. texts.Select(text => new Form(text.Split('\n').SelectMany(Words))).Where(form => form.Words.Length > 1)];

    /// <summary>Which lines of a reply stand in the digest.</summary>
    public bool[] Find(IReadOnlyList<string> lines)
    {
        var isQuoted = new bool[lines.Count];
        var worded = Enumerable
            .Range(0, Math.Min(lines.Count, MostLines))
            .Select(at => (At: at, Words: Words(lines[at]).ToArray()))
            .Where(line => line.Words.Length > 0)
            .ToList();
        foreach (var form in forms)
        {
            var places = worded.ConvertAll(line => form.Places(line.Words));
            for (var i = 0; i + 1 < worded.Count; i++)
            {
                if (places[i].Exists(place => places[i + 1].Contains(place + worded[i].Words.Length)))
                    isQuoted[worded[i].At] = isQuoted[worded[i + 1].At] = true;
            }
        }

        return isQuoted;
    }

    /// <summary>
    /// A text with the addresses that programs write behind the words of a link taken out; they may be broken over lines.
    /// </summary>
    public static string WithoutLinks(string text) => LinkTarget().Replace(text, " ");

    /// <summary>The words of a line: without quote marks, list marks and the stars of bold print, in lower case and normal form.</summary>
    private static IEnumerable<string> Words(string line)
    {
        var text = WithoutLinks(line).Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        foreach (var written in QuoteMark().Replace(text, "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var word = Invisible().Replace(written, "");
            word = word.Length > 1 ? word.Trim('*', '_') : word;
            if (word.Length > 0 && word is not ("*" or "-" or "–" or "—" or "•" or "▪" or "●" or "o" or "!" or "|" or ">" or "#"))
                yield return word;
        }
    }

    /// <summary>One form of the digest: its words in a row, and where each stands.</summary>
    private sealed class Form
    {
        private readonly Dictionary<string, List<int>> places = new(StringComparer.Ordinal);

        public Form(IEnumerable<string> words)
        {
            Words = [.. words];
            for (var i = 0; i < Words.Length; i++)
            {
                if (!places.TryGetValue(Words[i], out var list))
                    places[Words[i]] = list = [];
                list.Add(i);
            }
        }

        public string[] Words { get; }

        public List<int> Places(string[] line) =>
            places.TryGetValue(line[0], out var found) ? found.FindAll(place => Words.AsSpan(place).StartsWith(line)) : [];
    }

    /// <summary>&lt;mailto:…&gt; behind "done", as Outlook and others write links; also in square brackets.</summary>
    [GeneratedRegex(
        @"<(?:mailto|https?|tel):[^<>]*>|\[(?:mailto|https?|tel):[^\[\]]*\]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"^[\s>|¦│›»:]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex QuoteMark();

    [GeneratedRegex(
        @"[\u00AD\u034F\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Invisible();
}

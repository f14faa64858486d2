using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Tells by the title of an entry in somebody's own calendar whether they are away: it consists of words for that, of their own names and
/// of words that change nothing. A title that says anything else says something else.
/// </summary>
public sealed partial class AbsenceTitles
{
    private const int LongestTitle = 100;

    private readonly HashSet<string> absences;
    private readonly HashSet<string> beside;
    private readonly int longest;

    /// <param name="words">What says that somebody is away; null for <see cref="Usual"/>.</param>
    public AbsenceTitles(IReadOnlyList<string>? words = null)
    {
        absences = [.. (words ?? Usual).Select(phrase => string.Join(' ', Words(phrase)))];
        beside = [.. PhraseFile.Read("absence-titles.txt", "beside")];
        longest = absences.Concat(beside).Select(phrase => phrase.Split(' ').Length).DefaultIfEmpty(1).Max();
    }

    /// <summary>The words that count where the policy names none, in English, German and French.</summary>
    public static IReadOnlyList<string> Usual { get; } = PhraseFile.Read("absence-titles.txt", "absence");

    /// <summary>Whether a title says that somebody of these names is away.</summary>
    /// <param name="title">The title of the entry.</param>
    /// <param name="names">The words of their names.</param>
    public bool SayAway(string? title, IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (title is null or { Length: > LongestTitle } || title.Contains('?', StringComparison.Ordinal))
            return false;

        return Reads(Words(title), 0, isAway: false, names);
    }

    /// <summary>The words of a person's names, as titles may call them.</summary>
    public static IReadOnlyList<string> NamesIn(KnownAddresses person) =>
        [.. person.Names.Concat(person.Others.Prepend(person.Primary).Select(address => address.LocalPart)).SelectMany(Words).Distinct()];

    private bool Reads(IReadOnlyList<string> words, int at, bool isAway, IReadOnlyCollection<string> names)
    {
        if (at == words.Count)
            return isAway;

        for (var length = Math.Min(longest, words.Count - at); length > 0; length--)
        {
            var phrase = string.Join(' ', words.Skip(at).Take(length));
            if (absences.Contains(phrase) && Reads(words, at + length, isAway: true, names))
                return true;
            if (beside.Contains(phrase) && Reads(words, at + length, isAway, names))
                return true;
        }

        return (names.Contains(Bare(words[at])) || Year().IsMatch(words[at])) && Reads(words, at + 1, isAway, names);
    }

    /// <summary>A name without the mark of a possessive.</summary>
    private static string Bare(string word) => word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word.TrimEnd('\'');

    /// <summary>The words in lower case; what is no Unicode becomes a sign for that, which no word holds.</summary>
    private static IReadOnlyList<string> Words(string text)
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize().Replace('\u2019', '\'');
        return [.. Word().Matches(valid).Select(match => match.Value.ToLowerInvariant())];
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{Nd}%/]+(?:'\p{L}*)?", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex("^20[0-9][0-9]$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Year();
}

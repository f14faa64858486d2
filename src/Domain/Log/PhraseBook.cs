using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Log;

/// <summary>
/// The phrases the policy looks for in own texts: those of markers on word boundaries (written <c>m:phrase</c>) and those of
/// <c>text_has</c> anywhere (<c>h:phrase</c>). What was found is kept with the line, because the text may be dropped.
/// </summary>
public sealed class PhraseBook
{
    private readonly string[] onBoundaries;
    private readonly string[] anywhere;
    private readonly string[] inSubjects;
    private readonly Marker[] markers;

    public PhraseBook(ReadingRules rules)
    {
        markers = [.. rules.Markers];
        onBoundaries =
        [
            .. markers
                .Where(m => m.InText)
                .SelectMany(m => m.AnyOf)
                .Select(Fold)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        inSubjects = [.. rules.SubjectTexts.Select(Fold)];
        anywhere = [.. rules.Texts.Select(Fold).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Every configured phrase found in an own text, in ordinal order.</summary>
    public IReadOnlyList<string> FoundIn(string ownText)
    {
        if (ownText.Length == 0 || (onBoundaries.Length == 0 && anywhere.Length == 0))
            return [];

        var text = Fold(ownText);
        List<string>? found = null;
        foreach (var phrase in anywhere)
        {
            if (text.Contains(phrase, StringComparison.Ordinal))
                (found ??= []).Add("h:" + phrase);
        }

        foreach (var phrase in onBoundaries)
        {
            if (HasOnBoundaries(text, phrase))
                (found ??= []).Add("m:" + phrase);
        }

        return found ?? (IReadOnlyList<string>)[];
    }

    /// <summary>
    /// What the policy looks for in a subject that is not kept: phrases of markers (<c>s:phrase</c>) and of <c>subject_has</c>
    /// (<c>t:phrase</c>).
    /// </summary>
    public IReadOnlyList<string> FoundInSubject(string? subject)
    {
        if (subject is null)
            return [];

        var folded = Fold(subject);
        return
        [
            .. markers.Where(marker => marker.InSubject).SelectMany(marker => marker.AnyOf).Select(Fold)
                .Where(phrase => HasOnBoundaries(folded, phrase)).Select(phrase => "s:" + phrase),
            .. inSubjects.Where(text => folded.Contains(text, StringComparison.Ordinal)).Select(text => "t:" + text),
        ];
    }

    /// <summary>The texts of <c>subject_has</c> among found phrases, of a mail whose subject is not kept.</summary>
    public static IReadOnlyList<string> SubjectTextsAmong(IReadOnlyList<string> found) =>
        found.Count == 0 ? [] : [.. found.Where(f => f.StartsWith("t:", StringComparison.Ordinal)).Select(f => f[2..])];

    /// <summary>The texts of <c>text_has</c> among found phrases, as conditions compare them.</summary>
    public static IReadOnlyList<string> TextsAmong(IReadOnlyList<string> found) =>
        found.Count == 0 ? [] : [.. found.Where(f => f.StartsWith("h:", StringComparison.Ordinal)).Select(f => f[2..])];

    /// <summary>The names of the markers a mail carries, in ordinal order.</summary>
    public IReadOnlyList<string> Markers(string? subject, IReadOnlyList<string> found, Direction direction)
    {
        if (markers.Length == 0)
            return [];

        var folded = subject is null ? "" : Fold(subject);
        List<string>? carried = null;
        foreach (var marker in markers)
        {
            if (marker.Direction is { } wanted && wanted != direction)
                continue;

            foreach (var phrase in marker.AnyOf)
            {
                var sought = Fold(phrase);
                if (
                    (marker.InText && found.Contains("m:" + sought))
                    || (marker.InSubject && (HasOnBoundaries(folded, sought) || found.Contains("s:" + sought))))
                {
                    (carried ??= []).Add(marker.Name);
                    break;
                }
            }
        }

        return carried ?? (IReadOnlyList<string>)[];
    }

    /// <summary>Lower case, with every run of white space one blank, so that a phrase is found across a line end.</summary>
    private static string Fold(string text) => Subjects.Collapse(text).ToLowerInvariant();

    private static bool HasOnBoundaries(string text, string phrase)
    {
        if (phrase.Length == 0)
            return false;

        for (var at = text.IndexOf(phrase, StringComparison.Ordinal); at >= 0; at = text.IndexOf(phrase, at + 1, StringComparison.Ordinal))
        {
            var end = at + phrase.Length;
            if (
                (at == 0 || !IsWord(text[at - 1]) || !IsWord(phrase[0]))
                && (end == text.Length || !IsWord(text[end]) || !IsWord(phrase[^1])))
                return true;
        }

        return false;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}

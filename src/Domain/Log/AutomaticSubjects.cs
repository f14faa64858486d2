using System.Buffers;

namespace CrmSync.Domain.Log;

/// <summary>Subjects of automatic answers in many languages, and of the form Notes gives them.</summary>
internal sealed class AutomaticSubjects(IReadOnlyList<string> configured)
{
    private static readonly string[] Known = PhraseFile.Read("automatic-subjects.txt", "subject");
    private static readonly string[] Notes = PhraseFile.Read("automatic-subjects.txt", "notes");
    private static readonly SearchValues<char> Opening = SearchValues.Create("[【");

    private readonly string[] phrases = [.. configured.Concat(Known).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The phrase that a subject, behind bracketed tags, is or begins with; null for the subjects people write.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="author">The display name of the author, with which older releases of Notes begin the subject.</param>
    public string? PhraseIn(string? subject, string? author)
    {
        var text = WithoutTags(subject.AsSpan().Trim());
        if (text.IsEmpty)
            return null;

        // A subject without a colon can only be a phrase as a whole.
        foreach (var phrase in phrases)
        {
            if (!text.StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
                continue;

            // French typography puts a blank before the colon.
            var rest = text[phrase.Length..].TrimStart();
            if (rest.IsEmpty ? phrase.Contains(' ', StringComparison.Ordinal) || configured.Contains(phrase) : rest[0] is ':' or '：')
                return phrase;
        }

        return FindNotes(text, author);
    }

    /// <summary>
    /// "AUTO: Jane Hill is out of the office (returning 03/09/2026)", and "Jane Hill is out of the office." from Jane Hill.
    /// </summary>
    private static string? FindNotes(ReadOnlySpan<char> text, string? author)
    {
        var marked = text.StartsWith("AUTO:", StringComparison.Ordinal);
        var rest =
            marked ? text
            : author is { Length: > 1 } && text.StartsWith(author, StringComparison.OrdinalIgnoreCase) ? text[author.Length..].TrimStart()
            : [];
        foreach (var phrase in Notes)
        {
            if (marked && rest.Contains(phrase, StringComparison.OrdinalIgnoreCase))
                return "AUTO:";
            if (rest.StartsWith(phrase, StringComparison.OrdinalIgnoreCase) && rest[phrase.Length..].TrimStart(" .!") is [] or ['(', ..])
                return phrase;
        }

        return null;
    }

    private static ReadOnlySpan<char> WithoutTags(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && Opening.Contains(text[0]))
        {
            var close = text.IndexOfAny(']', '】');
            if (close < 0)
                break;
            text = text[(close + 1)..].TrimStart();
        }

        return text;
    }
}

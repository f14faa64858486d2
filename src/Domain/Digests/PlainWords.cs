using System.Globalization;
using System.Text;
using CrmSync.Domain.Languages;

namespace CrmSync.Domain.Digests;

/// <summary>Text that others wrote, made fit to stand inside a line of ours.</summary>
public static class PlainWords
{
    /// <summary>How much of a customer's text is shown (policy-language.md section 15).</summary>
    public const int Excerpt = 140;

    /// <summary>How much of a name or subject is shown.</summary>
    public const int Name = 70;

    /// <summary>
    /// One line of at most <paramref name="most"/> characters as people count them: white space and control characters become single
    /// blanks, marks that turn the direction of writing are dropped, what is too long ends with an ellipsis.
    /// </summary>
    public static string Flatten(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
            return "";

        var flat = new StringBuilder(Math.Min(text.Length, most * 2));
        var shown = 0;
        var blank = false;
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            var element = text.AsSpan(at, Math.Min(length, MostMarks));
            at += length;
            if (IsBlank(element))
            {
                blank = flat.Length > 0;
                continue;
            }

            if (IsDropped(element))
                continue;

            if (shown + (blank ? 1 : 0) >= most || flat.Length + element.Length > (most * MostUnits) + Spare)
                return flat.ToString().TrimEnd('.', ',', ';', ':', ' ') + "…";

            if (blank)
            {
                flat.Append(' ');
                shown++;
                blank = false;
            }

            AppendValid(flat, element);
            shown++;
        }

        return flat.ToString();
    }

    /// <summary>
    /// One picture can be made of a dozen: so many UTF-16 units a character are let through on average, more would fill the mail.
    /// </summary>
    private const int MostUnits = 2;
    private const int Spare = 24;

    /// <summary>A subject in quotation marks, to follow on a name; nothing for none.</summary>
    public static string About(string? subject, Wording words) =>
        Flatten(subject, Name) is { Length: > 0 } flat ? $" {words.Dates.Quote(flat)}" : "";

    /// <summary>A letter can carry any number of marks; more than a few only climb over the neighbouring lines.</summary>
    private const int MostMarks = 12;

    /// <summary>The narrow blank that French sets before some marks stays: a line must not break there.</summary>
    private static bool IsBlank(ReadOnlySpan<char> element) =>
        (char.IsWhiteSpace(element[0]) && element[0] != '\u202F')
        || char.IsControl(element[0])
        || element[0] is '\u2028' or '\u2029' or '\u00AD';

    /// <summary>
    /// Direction marks, embeddings, overrides and isolates, invisible joiners at the start of nothing, byte order marks, private and
    /// unassigned characters.
    /// </summary>
    private static bool IsDropped(ReadOnlySpan<char> element) =>
        element[0]
            is '\u200B'
                or '\u200E'
                or '\u200F'
                or '\u061C'
                or (>= '\u202A' and <= '\u202E')
                or (>= '\u2060' and <= '\u206F')
                or '\uFEFF'
                or (>= '\uFFF9' and <= '\uFFFB');

    private static void AppendValid(StringBuilder flat, ReadOnlySpan<char> element)
    {
        for (var i = 0; i < element.Length; i++)
        {
            var c = element[i];
            if (char.IsHighSurrogate(c) && i + 1 < element.Length && char.IsLowSurrogate(element[i + 1]))
                flat.Append(c).Append(element[++i]);
            else if (char.IsSurrogate(c))
                flat.Append('\uFFFD');
            else if (!char.IsControl(c) && !IsDropped(element.Slice(i, 1)))
                flat.Append(c);
        }
    }
}

using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Yaml;

/// <summary>
/// Text from outside as it may be shown on a terminal or in a log: what steers a terminal, turns the direction of writing or is not seen at
/// all is written as an escape such as <c>\u202e</c>, so that a reader sees that it is there and nothing else on the line is moved by it.
/// </summary>
internal static class PrintableText
{
    /// <summary>The text on one line: line breaks and tabs are escaped, too.</summary>
    public static string OneLine(string text) => Escape(text, keepsLines: false);

    /// <summary>The text with its lines and tabs.</summary>
    public static string Lines(string text) => Escape(text, keepsLines: true);

    private static string Escape(string text, bool keepsLines)
    {
        if (Ascii.IsValid(text) && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
            return text;

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsHiddenRune(rune) || (keepsLines && rune.Value is '\n' or '\t'))
                escaped.Append(rune.ToString());
            else
                escaped
                    .Append(rune.IsBmp ? "\\u" : "\\U")
                    .Append(rune.Value.ToString(rune.IsBmp ? "x4" : "x8", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    /// <summary>Whether a character steers, turns or hides instead of being seen.</summary>
    public static bool IsHidden(char character) => Rune.TryCreate(character, out var rune) && IsHiddenRune(rune);

    /// <summary>
    /// Controls, line and paragraph separators, and everything Unicode calls a format character: directions, joiners, marks without width.
    /// </summary>
    private static bool IsHiddenRune(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}

using System.Diagnostics.CodeAnalysis;

namespace CrmSync.Storage;

/// <summary>Text both databases can hold: PostgreSQL refuses NUL, and neither holds half a surrogate pair.</summary>
internal static class Texts
{
    /// <summary>The text with U+FFFD for what cannot be stored.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text)
    {
        if (text is null || IsClean(text))
            return text;

        return string.Create(text.Length, text, static (clean, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    clean[i] = text[i];
                    clean[i + 1] = text[++i];
                }
                else
                {
                    clean[i] = text[i] == 0 || char.IsSurrogate(text[i]) ? '\uFFFD' : text[i];
                }
            }
        });
    }

    private static bool IsClean(string text)
    {
        var suspects = text.AsSpan();
        return !suspects.Contains('\0') && suspects.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 || IsCleanSlowly(text);
    }

    private static bool IsCleanSlowly(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (text[i] == 0 || char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }
}

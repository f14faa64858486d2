using System.Globalization;

namespace CrmSync.Domain.Log;

/// <summary>Emoji that answer in place of words.</summary>
internal static class Emoji
{
    // Unicode CLDR short names: thumbs up, OK hand, folded hands, check marks, smiling faces, clapping, hundred points, hearts, party
    // popper, handshake, raised fist and hands, muscle, sparkles, star, OK button, saluting face, call-me hand.
    private static readonly HashSet<string> Approving = new(
        [
            "👍",
            "👌",
            "🙏",
            "✅",
            "✔",
            "☑",
            "🙂",
            "😊",
            "😀",
            "😃",
            "😄",
            "😁",
            "😉",
            "😍",
            "🤩",
            "☺",
            "👏",
            "💯",
            "❤",
            "♥",
            "💚",
            "💙",
            "🎉",
            "🤝",
            "✊",
            "👊",
            "🙌",
            "💪",
            "✨",
            "⭐",
            "🌟",
            "🆗",
            "🫡",
            "🤙",
            "🥳",
            "😎",
            "🤗",
            "💐",
            "🌹",
            "🫶",
            "👋",
        ],
        StringComparer.Ordinal);

    private static readonly HashSet<string> Disapproving = new(
        ["👎", "❌", "😡", "😠", "🤬", "😞", "😟", "🙁", "☹", "😢", "😭", "😤", "😕", "🤔", "😒", "🙄", "⛔", "🚫", "💔", "🤷", "🤨", "😱"],
        StringComparer.Ordinal);

    /// <summary>Whether a text is nothing but approving emoji, with skin tones and punctuation or without.</summary>
    public static bool IsApproval(string text)
    {
        var approving = 0;
        foreach (var piece in Pieces(text))
        {
            if (Approving.Contains(piece))
                approving++;
            else if (!piece.All(c => char.IsPunctuation(c) || char.IsWhiteSpace(c)))
                return false;
        }

        return approving is > 0 and <= 12;
    }

    /// <summary>Whether an emoji in it says that something is not right.</summary>
    public static bool HasDisapproving(string text) =>
        text.AsSpan().IndexOfAnyInRange('\u2600', '\uDFFF') >= 0 && Pieces(text).Any(Disapproving.Contains);

    /// <summary>What a reader takes for one sign each, without skin tones, gender and the variation selector.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        for (var elements = StringInfo.GetTextElementEnumerator(text); elements.MoveNext();)
        {
            var element = elements.GetTextElement();
            var joiner = element.IndexOf('\u200D', StringComparison.Ordinal);
            if (joiner > 0)
                element = element[..joiner];
            element = element.Replace("\uFE0F", "", StringComparison.Ordinal);
            if (
                element.Length > 2
                && char.IsSurrogatePair(element, element.Length - 2)
                && char.ConvertToUtf32(element, element.Length - 2) is >= 0x1F3FB and <= 0x1F3FF
            )
                element = element[..^2];
            else if (element.Length == 3 && char.IsSurrogatePair(element, 1))
                element = element[..1];
            if (element.Length > 0)
                yield return element;
        }
    }
}

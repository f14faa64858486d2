using System.Collections.Frozen;

namespace CrmSync.Mail.Text;

/// <summary>What the label of a field in a quoted mail's header block says.</summary>
[Flags]
internal enum HeaderLabel
{
    None = 0,
    From = 1,
    Date = 2,
    To = 4,
    Copy = 8,
    Subject = 16,

    /// <summary>A word for sending, as the first of a language's labels of the moment is.</summary>
    Sent = 32,
}

/// <summary>
/// Reads the fields of the block that mail programs put above a mail they quote or forward: a short label, a colon, a value.
/// </summary>
internal static class HeaderFields
{
    private const int LongestLabel = 30;

    private static readonly FrozenDictionary<string, HeaderLabel>.AlternateLookup<ReadOnlySpan<char>> Labels =
        ReadLabels().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a line has the shape of a field.</summary>
    /// <param name="line">The line.</param>
    /// <param name="label">What its label says in the languages that are known.</param>
    /// <param name="value">What stands behind the colon.</param>
    public static bool TryRead(ReadOnlySpan<char> line, out HeaderLabel label, out ReadOnlySpan<char> value)
    {
        label = HeaderLabel.None;
        value = [];
        if (!line.ContainsAny(':', '：'))
            return false;
        var text = line.TrimStart("> |*_ \t\u00A0\u200E\u200F");
        var colon = text[..Math.Min(text.Length, LongestLabel)].IndexOfAny(':', '：');
        if (colon <= 0)
            return false;
        var name = text[..colon].TrimEnd("* _\u00A0\t");
        if (
            name.IsEmpty
            || name.IndexOfAny("/@.?") is >= 0 and var odd && !(name[odd] == '.' && odd == name.Length - 1)
            || char.IsAsciiDigit(name[0])
            || name.Count(' ') > 3
        )
            return false;
        value = text[(colon + 1)..].Trim(" *_\t\u00A0");
        if (value.StartsWith("//"))
            return false;
        Labels.TryGetValue(name, out label);
        return true;
    }

    /// <summary>A date with a time of day, as only a mail's moment is written.</summary>
    public static bool HasMoment(ReadOnlySpan<char> value)
    {
        var digits = 0;
        var clock = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsDigit(value[i]))
                continue;
            digits++;
            var mark = i + 1;

            // Windows puts marks of direction around every piece of a date.
            while (mark < value.Length && value[mark] is '\u200E' or '\u200F')
                mark++;
            var minutes = mark + 1;
            while (minutes < value.Length && value[minutes] is '\u200E' or '\u200F')
                minutes++;
            clock |=
                minutes + 1 < value.Length
                && value[mark] is ':' or '.' or 'h'
                && char.IsDigit(value[minutes])
                && char.IsDigit(value[minutes + 1]);
        }

        return clock && digits >= 6;
    }

    private static FrozenDictionary<string, HeaderLabel> ReadLabels()
    {
        var labels = new Dictionary<string, HeaderLabel>(StringComparer.OrdinalIgnoreCase);
        var sent = "";
        foreach (var (language, key, text) in PhraseFile.Read("quote-headers.txt"))
        {
            var label = key switch
            {
                "from" => HeaderLabel.From,
                "date" when language != sent => HeaderLabel.Date | HeaderLabel.Sent,
                "date" => HeaderLabel.Date,
                "to" => HeaderLabel.To,
                "cc" => HeaderLabel.Copy,
                _ => HeaderLabel.Subject,
            };
            if (key == "date")
                sent = language;
            labels[text] = labels.GetValueOrDefault(text) | label;
        }

        return labels.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}

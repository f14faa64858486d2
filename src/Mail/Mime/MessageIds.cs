namespace CrmSync.Mail.Mime;

/// <summary>
/// Message identifiers as they are compared: without brackets, comments, folding and white space, in their own case, at most 998
/// characters.
/// </summary>
public static class MessageIds
{
    private const int Longest = 998;
    private const int Most = 200;

    /// <summary>The id in a Message-ID field (or any text holding one), or null when there is none.</summary>
    public static string? Normalise(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;

        var ids = Parse(value);
        if (ids.Count > 0)
            return ids[0];

        // Some senders write an id without '@' or brackets; it still identifies.
        var bare = Compact(WithoutComments(value));
        return bare.Length == 0 ? null : bare;
    }

    /// <summary>
    /// The ids of a References or In-Reply-To field in their order, without repetition: those in brackets; without any brackets the words
    /// that hold an <c>@</c>. Words are separated by space, folding or commas. Of very long lists the first and the last are kept, for they
    /// name the root and the parent.
    /// </summary>
    public static IReadOnlyList<string> Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return [];

        var ids = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = value.IndexOf('<', StringComparison.Ordinal);
        if (open < 0)
        {
            foreach (var word in WithoutComments(value).Split([' ', '\t', '\r', '\n', ','], StringSplitOptions.RemoveEmptyEntries))
                Add(word.Trim('"', '>', ';'), needsAt: true);
        }

        // An id ends at its bracket; one that was cut off ends at the next one's opening bracket or at the end.
        while (open >= 0)
        {
            var length = value.AsSpan(open + 1).IndexOfAny('<', '>');
            var end = length < 0 ? value.Length : open + 1 + length;
            Add(value[(open + 1)..end], needsAt: false);
            open = end < value.Length ? value.IndexOf('<', end) : -1;
        }

        if (ids.Count > Most)
            ids.RemoveRange(Most / 2, ids.Count - Most);
        return ids;

        void Add(string raw, bool needsAt)
        {
            var id = Compact(raw);
            if (id.Length > 0 && (!needsAt || id.Contains('@', StringComparison.Ordinal)) && seen.Add(id))
                ids.Add(id);
        }
    }

    private static string Compact(string raw)
    {
        var text = raw.AsSpan().Trim();
        var dirty = false;
        foreach (var c in text)
            dirty |= char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' || char.IsSurrogate(c);
        var id = dirty
            ? string.Concat(
                text.ToString().Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('<' or '>')))
            : text.ToString();
        return id.Length > Longest ? id[..Longest] : id;
    }

    private static string WithoutComments(string value)
    {
        if (!value.Contains('(', StringComparison.Ordinal))
            return value;

        var text = new System.Text.StringBuilder();
        for (var at = 0; at < value.Length;)
        {
            if (value[at] == '(')
                ContentField.SkipComment(value, ref at);
            else
                text.Append(value[at++]);
        }

        return text.ToString();
    }
}

namespace CrmSync.Mail.Text;

/// <summary>
/// The block that a mailing list writes below a mail: a rule of underscores, and under it the name of the list with its address or page, in
/// any language. The rule alone ends nothing: people draw such lines.
/// </summary>
internal static class ListFooter
{
    /// <summary>Mailman's rule has 47.</summary>
    private const int ShortestRule = 40;
    private const int MostLines = 8;
    private const int LongestLine = 120;
    private static readonly string[] Pages = ["/listinfo/", "/mailman", "/lists/", "/postorius/", "/hyperkitty/", "/sympa/"];

    /// <summary>The line with the rule above the block at the end, or -1.</summary>
    public static int FindStart(List<string> own)
    {
        var below = new List<string>(MostLines);
        for (var i = own.Count - 1; i >= 0 && below.Count <= MostLines; i--)
        {
            var line = own[i].Trim();
            if (IsRule(line))
                return IsOfList(below) ? i : -1;

            if (line.Length > LongestLine || line.AsSpan().ContainsAny('?', '？', '؟') && !line.Contains("://", StringComparison.Ordinal))
                return -1;

            if (line.Length > 0)
                below.Add(line);
        }

        return -1;
    }

    private static bool IsRule(string line) => line.Length >= ShortestRule && line.AsSpan().IndexOfAnyExcept('_') < 0;

    /// <summary>Whether the lines name a list: its page, or its address and beside it the name the address begins with.</summary>
    private static bool IsOfList(List<string> lines) =>
        lines.Exists(line => Array.Exists(Pages, page => line.Contains(page, StringComparison.OrdinalIgnoreCase)))
        || lines.Exists(line => AddressIn(line) is { } address && lines.Exists(other => Names(other, address)));

    private static string? AddressIn(string line)
    {
        foreach (var word in line.Split([' ', '\t', '<', '>', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.IndexOf('@', StringComparison.Ordinal) is > 1 and var at && at + 3 < word.Length)
                return word;
        }

        return null;
    }

    private static bool Names(string line, string address)
    {
        var name = address.AsSpan(0, address.IndexOf('@', StringComparison.Ordinal));
        var bare = line.Replace(address, "", StringComparison.Ordinal).AsSpan();
        return bare.IndexOf(name, StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            && (at == 0 || !char.IsLetterOrDigit(bare[at - 1]))
            && (at + name.Length == bare.Length || !char.IsLetterOrDigit(bare[at + name.Length]));
    }
}

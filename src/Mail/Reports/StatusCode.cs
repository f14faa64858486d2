namespace CrmSync.Mail.Reports;

/// <summary>Enhanced status codes (RFC 3463) in running text.</summary>
internal static class StatusCode
{
    /// <summary>The first code like <c>5.1.1</c> in the text, or null.</summary>
    public static string? In(string? text)
    {
        if (text is null)
            return null;

        for (var i = 0; i + 4 < text.Length; i++)
        {
            if (
                text[i] is not ('2' or '4' or '5')
                || text[i + 1] != '.'
                || i > 0 && (char.IsAsciiLetterOrDigit(text[i - 1]) || text[i - 1] == '.')
            )
                continue;

            var second = Digits(text, i + 2);
            if (second == 0 || i + 2 + second >= text.Length || text[i + 2 + second] != '.')
                continue;
            var third = Digits(text, i + 3 + second);
            var end = i + 3 + second + third;
            if (
                third > 0
                && (
                    end == text.Length
                    || text[end] != '.' && !char.IsAsciiLetterOrDigit(text[end])
                    || text[end] == '.' && (end + 1 == text.Length || !char.IsAsciiDigit(text[end + 1]))
                )
            )
                return text[i..end];
        }

        return null;
    }

    private static int Digits(string text, int at)
    {
        var count = 0;
        while (count < 4 && at + count < text.Length && char.IsAsciiDigit(text[at + count]))
            count++;
        return count is >= 1 and <= 3 ? count : 0;
    }
}

using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>Files that old mailers wrote straight into the text: <c>begin 644 name … end</c>.</summary>
internal static class UuBlocks
{
    /// <summary>The text without such blocks; adds their number to <paramref name="files"/>.</summary>
    public static string Remove(string text, ref int files)
    {
        if (!text.Contains("begin ", StringComparison.Ordinal))
            return text;

        StringBuilder? kept = null;
        var done = 0;
        var at = 0;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            if (IsBegin(text.AsSpan(at, next - at)) && IsData(LineAt(text, next)))
            {
                (kept ??= new StringBuilder()).Append(text, done, at - done);
                files++;
                while (next < text.Length)
                {
                    var line = LineAt(text, next);
                    var isEnd = line.TrimEnd().SequenceEqual("end");
                    if (!isEnd && !IsData(line) && !line.IsWhiteSpace())
                        break;
                    next += line.Length + (next + line.Length < text.Length ? 1 : 0);
                    if (isEnd)
                        break;
                }

                done = next;
            }

            at = next;
        }

        return kept is null ? text : kept.Append(text, done, text.Length - done).ToString();
    }

    private static ReadOnlySpan<char> LineAt(string text, int at)
    {
        var end = text.IndexOf('\n', at);
        return text.AsSpan(at, (end < 0 ? text.Length : end) - at);
    }

    private static bool IsBegin(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("begin "))
            return false;
        var rest = line[6..].Trim();
        var space = rest.IndexOf(' ');
        return space is 3 or 4 && rest[..space].IndexOfAnyExceptInRange('0', '7') < 0;
    }

    /// <summary>A line whose first character tells how many bytes follow, and whose length agrees.</summary>
    private static bool IsData(ReadOnlySpan<char> line)
    {
        line = line.TrimEnd('\n');
        if (line.IsEmpty || line.IndexOfAnyExceptInRange(' ', '`') >= 0)
            return false;
        var needed = (((line[0] - ' ') & 0x3F) + 2) / 3 * 4;
        return line.Length - 1 <= needed + 2 && line.Length - 1 >= needed - 4;
    }
}

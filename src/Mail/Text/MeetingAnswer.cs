using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Text;

/// <summary>Tells what somebody wrote into the answer to an invitation from what the calendar program wrote.</summary>
public static class MeetingAnswer
{
    private const int FewWords = 3;

    private static readonly string[] Templates = PhraseFile.Read("meeting-answers.txt", "answer");

    /// <summary>Whether the message is an answer to an invitation and says more than its program's template.</summary>
    /// <param name="message">The message.</param>
    /// <param name="own">The own text of its author.</param>
    public static bool HasWords(MimeMessage message, string own)
    {
        if (own.Length == 0 || !message.Calendars.Any(part => part.Method is "REPLY" or "COUNTER"))
            return false;

        var lines = own.Split('\n');
        var template = Array.FindIndex(lines, IsTemplate);
        var titles = message.Calendars.Select(FindTitle).OfType<string>().ToList();
        var words = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].AsSpan().Trim();
            if (
                line.IsEmpty
                || IsTemplate(lines[i])
                || line.Contains("://", StringComparison.Ordinal)
                || IsField(line)
                || IsTitle(line, titles, message.Subject)
            )
                continue;
            var asks = line.IndexOfAny('?', '？', '؟') >= 0;

            // Below the program's first sentence stand its own lines; only a question there is somebody's.
            if (template >= 0 && i > template && !asks)
                continue;
            if (asks)
                return true;
            words += 1 + line.Count(' ');
            if (HasScriptWithoutSpaces(line))
                words += line.Length / 2;
        }

        return words >= FewWords;
    }

    private static bool IsTemplate(string line)
    {
        foreach (var template in Templates)
        {
            if (line.Contains(template, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>"When: ...", an address or a moment alone.</summary>
    private static bool IsField(ReadOnlySpan<char> line)
    {
        var colon = line[..Math.Min(line.Length, 25)].IndexOf(':');
        if (colon > 0 && line[..colon].Count(' ') <= 2 && !char.IsDigit(line[colon - 1]))
            return true;
        return 1 + line.Count(' ') <= 8 && (line.Contains('@') || Attribution.HasDate(line)) && line.IndexOfAny('?', '!') < 0;
    }

    private static bool IsTitle(ReadOnlySpan<char> line, List<string> titles, string subject)
    {
        foreach (var title in titles)
        {
            if (line.Equals(title, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return line.Length > 2 && subject.AsSpan().EndsWith(line, StringComparison.OrdinalIgnoreCase);
    }

    private static string? FindTitle(CalendarPart part)
    {
        foreach (
            var line in Charsets.DecodeHeader(part.Content.Span[..Math.Min(part.Content.Length, 8192)], null).AsSpan().EnumerateLines()
        )
        {
            if (line.StartsWith("SUMMARY", StringComparison.OrdinalIgnoreCase) && line.IndexOf(':') is > 0 and var colon)
                return line[(colon + 1)..].Trim().ToString();
        }

        return null;
    }

    private static bool HasScriptWithoutSpaces(ReadOnlySpan<char> line) => line.IndexOfAnyInRange('\u3040', '\u9FFF') >= 0;
}

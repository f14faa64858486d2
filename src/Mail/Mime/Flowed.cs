using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>Undoes <c>format=flowed</c> (RFC 3676): lines that end with a space go on in the next one of the same quote depth.</summary>
internal static class Flowed
{
    /// <summary>
    /// The text with its paragraphs on one line each; quoted lines keep their <c>&gt;</c> marks and one space behind them.
    /// </summary>
    public static string Unfold(string text, bool deleteSpace)
    {
        var result = new StringBuilder(text.Length);
        var open = false; // the last line is to be continued
        var depth = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw;
            var quotes = line.IndexOfAnyExcept('>');
            if (quotes < 0)
                quotes = line.Length;
            line = line[quotes..];
            if (!line.IsEmpty && line[0] == ' ')
                line = line[1..];

            // A signature separator is never flowed.
            var signature = line is "-- ";
            if (open && (quotes != depth || signature))
                open = false;
            if (!open)
            {
                if (result.Length > 0)
                    result.Append('\n');
                if (quotes > 0)
                    result.Append('>', quotes).Append(line.IsEmpty ? "" : " ");
            }

            open = !signature && !line.IsEmpty && line[^1] == ' ';
            result.Append(open && deleteSpace ? line[..^1] : line);
            depth = quotes;
            if (result.Length == 0)
                result.Append('\n');
        }

        return result.ToString();
    }
}

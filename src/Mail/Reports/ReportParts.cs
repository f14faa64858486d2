using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Reports;

/// <summary>A bounce's text in its two halves, with the addresses it names: in typical places (strong) or anywhere.</summary>
internal sealed class ReportParts
{
    private static readonly PhraseSet CopyMarks = new(
    [
        "below this line is a copy",
        "this is a copy of the message",
        "this is a copy of your",
        "original message",
        "unsent message",
        "returned message",
        "message header",
        "header of the original",
        "headers of the original",
        "message headers follow",
        "message follows",
        "undelivered message",
        "copy of the original",
        "original mail",
        "the headers of the",
        "your message was",
        "beginning of the original",
        "received message",
        "copy of your message",
        "text of your message",
        "message text follows",
        "attached is the",
        "start of the original",
        "header information",
        "body of the original",
        "message contents",
    ]);

    private static readonly string[] HeaderNames =
    [
        "received:",
        "return-path:",
        "message-id:",
        "mime-version:",
        "from:",
        "to:",
        "subject:",
        "date:",
        "x-mailer:",
        "content-type:",
        "reply-to:",
    ];

    // What stands before an address when a server says whom it could not reach.
    private static readonly string[] Before =
    [
        "rcpt to:",
        "recipient:",
        "to:",
        "user:",
        "address:",
        "for:",
        "final-recipient:",
        "original-recipient:",
        "failed recipient:",
        "recipients:",
        "recipient(s):",
        "to address:",
        "e-mail address:",
        "could not be delivered to:",
        "could not be delivered to",
        "unable to deliver to",
        "delivery to",
        "delivering to",
        "deliver to",
        "deliver your message to",
        "unknown user:",
        "user unknown:",
        "intended recipient:",
        "failed to:",
        "addressed to",
        "sent to",
        "mail to",
        "message to",
        "following address(es):",
        "following addresses:",
        "following recipients:",
        "following recipient(s):",
        "mailbox",
        "recipient",
        "user",
        "account",
    ];

    private static readonly System.Buffers.SearchValues<char> Codes = System.Buffers.SearchValues.Create("0123456789. ");

    private readonly List<(string Address, int Line, bool Strong)> found = [];
    private readonly List<string> lines = [];

    private ReportParts(string report, string original)
    {
        Report = report;
        Original = original;
    }

    /// <summary>What the mail system wrote.</summary>
    public string Report { get; }

    /// <summary>The copy of the mail, headers first, or empty.</summary>
    public string Original { get; }

    public IEnumerable<string> Strong => found.Where(f => f.Strong).Select(f => f.Address);

    public IEnumerable<string> Any => found.Select(f => f.Address);

    /// <summary>Whether an address stands where mail systems name whom they could not reach.</summary>
    public bool NamesInPlace => found.Exists(f => f.Strong);

    /// <summary>The subject of the mail as the report repeats it, or null.</summary>
    public string? Subject { get; private set; }

    public static ReportParts From(string text)
    {
        var copy = CopyAt(text);
        var parts = new ReportParts(text[..copy], CopyBody(text[copy..]));
        foreach (var line in parts.Report.AsSpan().EnumerateLines())
        {
            if (parts.lines.Count > 2_000)
                break;
            parts.lines.Add(line.ToString());
        }

        var repeated = parts.Repeated();
        for (var i = 0; i < parts.lines.Count; i++)
        {
            if (!repeated[i])
                parts.Scan(parts.lines[i], i);
        }

        parts.Expand();
        return parts;
    }

    /// <summary>
    /// The lines in which the report repeats header fields of the mail ("Your message / To: / Subject: / Sent:"): whom they name was
    /// written to, which says nothing of who could not be reached.
    /// </summary>
    private bool[] Repeated()
    {
        var marked = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            var end = i;
            var kinds = 0;
            while (end < lines.Count && end - i < 10 && RepeatedField(lines[end]) is > 0 and var kind)
            {
                kinds |= kind;
                end++;
            }

            // To alone introduces a failed recipient; beside Subject, Date or Message-ID it is a header.
            if ((kinds & 1) != 0 && (kinds & ~1) != 0)
            {
                for (var k = i; k < end; k++)
                    marked[k] = true;
            }

            if ((kinds & 2) != 0)
            {
                for (var k = i; k < end && Subject is null; k++)
                {
                    if (RepeatedField(lines[k]) == 2)
                        Subject = lines[k][(lines[k].IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }
            }

            i = Math.Max(i, end - 1);
        }

        return marked;
    }

    private static int RepeatedField(string line)
    {
        var text = line.AsSpan().TrimStart(" \t>*|");
        var colon = text.IndexOf(':');
        if (colon is <= 0 or > 12)
            return 0;
        var name = text[..colon].TrimEnd();
        return name.Equals("to", StringComparison.OrdinalIgnoreCase)
            || name.Equals("cc", StringComparison.OrdinalIgnoreCase)
            || name.Equals("an", StringComparison.OrdinalIgnoreCase)
            || name.Equals("À", StringComparison.OrdinalIgnoreCase)
            || name.Equals("para", StringComparison.OrdinalIgnoreCase)
                ? 1
            : name.Equals("subject", StringComparison.OrdinalIgnoreCase)
            || name.Equals("betreff", StringComparison.OrdinalIgnoreCase)
            || name.Equals("objet", StringComparison.OrdinalIgnoreCase)
            || name.Equals("asunto", StringComparison.OrdinalIgnoreCase)
                ? 2
            : name.Equals("sent", StringComparison.OrdinalIgnoreCase)
            || name.Equals("date", StringComparison.OrdinalIgnoreCase)
            || name.Equals("message-id", StringComparison.OrdinalIgnoreCase)
            || name.Equals("from", StringComparison.OrdinalIgnoreCase)
            || name.Equals("gesendet", StringComparison.OrdinalIgnoreCase)
            || name.Equals("von", StringComparison.OrdinalIgnoreCase)
                ? 4
            : 0;
    }

    /// <summary>"ben@inner (expanded from: ben@hill)": we wrote to the address in brackets, which led to the one before it.</summary>
    private void Expand()
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (!IsExpansion(lines[found[i].Line], found[i].Address))
                continue;
            found[i] = found[i] with { Strong = true };
            if (i > 0 && found[i].Line - found[i - 1].Line <= 1)
                found.RemoveAt(--i);
        }
    }

    private static bool IsExpansion(string line, string address)
    {
        var words = line.IndexOf("expanded from", StringComparison.OrdinalIgnoreCase);
        return words >= 0 && line.IndexOf(address, StringComparison.OrdinalIgnoreCase) > words;
    }

    /// <summary>What the system says about an address: its line and those below up to the next blank one, at most 500 characters.</summary>
    public string? Diagnostic(string address)
    {
        var at = found.FindIndex(f => f.Address.Equals(address, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
            return null;
        var from = found[at].Line;
        var said = new List<string>();
        for (var i = from; i < lines.Count && i < from + 6; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]) && said.Count > 1)
                break;
            if (!string.IsNullOrWhiteSpace(lines[i]))
                said.Add(lines[i].Trim());
        }

        var text = string.Join(' ', said);
        return text.Length == 0 ? null
            : text.Length > 500 ? text[..500]
            : text;
    }

    /// <summary>Where the copy begins: a line that announces it, or two header lines in a row.</summary>
    private static int CopyAt(string text)
    {
        var at = 0;
        var headers = 0;
        var headersAt = 0;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0)
                end = text.Length;
            var line = text.AsSpan(at, end - at).Trim();
            if (
                at > 0
                && line.Length is > 5 and < 200
                && (line[0] is '-' or '=' or '*' or '+' or '>' || line[^1] is ':' or '-' or '.')
                && CopyMarks.IsIn(line)
                && HasHeadersSoon(text, end)
            )
                return at;

            if (IsHeader(line))
            {
                if (headers == 0)
                    headersAt = at;
                if (++headers == 3)
                    return headersAt;
            }
            else if (line.IsEmpty || !char.IsWhiteSpace(text[at]))
            {
                headers = 0;
            }

            at = end + 1;
        }

        return text.Length;
    }

    /// <summary>Only an announcement that is followed by headers within a few lines is one.</summary>
    private static bool HasHeadersSoon(string text, int at)
    {
        var seen = 0;
        foreach (var raw in text.AsSpan(at).EnumerateLines())
        {
            if (IsHeader(raw.Trim()))
                return true;
            if (++seen > 8)
                return false;
        }

        return false;
    }

    private static bool IsHeader(ReadOnlySpan<char> line)
    {
        line = line.TrimStart("> |");
        foreach (var name in HeaderNames)
        {
            if (line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static string CopyBody(string copy)
    {
        // From the first header line on, with quote marks taken off.
        var result = new System.Text.StringBuilder();
        foreach (var raw in copy.AsSpan().EnumerateLines())
        {
            var line = raw;
            if (result.Length == 0 && !IsHeader(line.Trim()))
                continue;
            if (!line.IsEmpty && line[0] is '>' or '|')
                line = line[1..].TrimStart(' ');
            else if (result.Length == 0 || IsHeader(line.Trim()))
                line = line.TrimStart();
            result.Append(line).Append('\n');
        }

        return result.ToString();
    }

    private void Scan(string line, int number)
    {
        var at = line.IndexOf('@', StringComparison.Ordinal);
        while (at > 0)
        {
            var (start, end) = AddressList.Around(line, at);
            if (start >= 0 && AddressList.Normalise(line[start..end]) is { } address && Domained(address))
            {
                if (!IsSenderHere(line, start) && !IsIdentifier(line, start))
                    found.Add((address, number, IsStrong(line, start, end)));
            }

            at = line.IndexOf('@', Math.Max(end, at + 1));
        }
    }

    private static bool Domained(string address) => address.IndexOf('.', address.LastIndexOf('@')) > 0;

    private static bool IsSenderHere(string line, int start)
    {
        var before = line.AsSpan(Math.Max(0, start - 25), Math.Min(25, start)).TrimEnd(" <\"'");
        if (
            before.EndsWith("expanded from:", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith("expanded from", StringComparison.OrdinalIgnoreCase)
        )
            return false;
        return before.EndsWith("from:", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith(" from", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith("sender:", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith("mailto:", StringComparison.OrdinalIgnoreCase)
            || before.EndsWith("contact", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsIdentifier(string line, int start)
    {
        var before = line.AsSpan(0, start);
        return before.Contains("message-id", StringComparison.OrdinalIgnoreCase)
            || before.Contains("message id", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsStrong(string line, int start, int end)
    {
        var before = line.AsSpan(0, start).TrimEnd(" <\"'").TrimStart(" \t*->|");
        var after = line.AsSpan(end).TrimStart(" >\"'");
        if (before.IsEmpty || before.IndexOfAnyExcept(Codes) < 0)
            return after.StartsWith("on ", StringComparison.OrdinalIgnoreCase)
                || after.IsEmpty
                || after[0] is ':' or '(' or '.' or ',' or '-' or ';'
                || line.AsSpan(0, start).TrimStart().StartsWith("<");
        foreach (var word in Before)
        {
            if (before.EndsWith(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

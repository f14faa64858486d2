using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>A folder on a <see cref="FakeImapServer"/> that answers as a server should, but for what a test says otherwise.</summary>
internal sealed partial class OddMailbox
{
    private readonly string name;

    public OddMailbox(FakeImapServer server, string name = "INBOX", params IEnumerable<uint> uids)
    {
        this.name = name;
        Holds([.. uids]);
        server.On($"STATUS \"{name}\"", _ => StatusLine + "TAG OK done");
        server.On($"EXAMINE \"{name}\"", _ => Opened is { Count: > 1 } several ? several.Dequeue() : Opened?.Peek() ?? Open());
        if (name != "INBOX")
            return;

        server.On("UID SEARCH", Search);
        server.On("UID FETCH", Fetch);
    }

    /// <summary>The mails by UID.</summary>
    public SortedDictionary<uint, string> Mails { get; } = [];

    public ulong Validity { get; set; } = 7;

    /// <summary>What is told as UIDNEXT; null: what is right; empty: nothing.</summary>
    public string? Next { get; set; }

    /// <summary>More lines for EXAMINE.</summary>
    public string More { get; set; } = "";

    /// <summary>Answers to EXAMINE, one after the other.</summary>
    public Queue<string>? Opened { get; set; }

    /// <summary>What becomes of the answer about one message: given its UID, what was asked for, and the right line.</summary>
    public Func<uint, string, string, string> Line { get; set; } = (_, _, line) => line;

    /// <summary>What becomes of the whole answer to a fetch: given what was asked for, and the right answer.</summary>
    public Func<string, string, string> Answer { get; set; } = (_, answer) => answer;

    /// <summary>What becomes of the numbers a search finds.</summary>
    public Func<IEnumerable<uint>, IEnumerable<string>> Found { get; set; } = uids => uids.Select(Print);

    public string StatusLine =>
        $"* STATUS {name} (MESSAGES {Mails.Count}{(NextWords is { } next ? $" UIDNEXT {next}" : "")} UIDVALIDITY {Validity})\n";

    private string? NextWords => Next is null ? Print(Mails.Keys.LastOrDefault() + 1) : Next.Length == 0 ? null : Next;

    /// <summary>Makes it hold just these.</summary>
    public void Holds(params uint[] uids)
    {
        Mails.Clear();
        foreach (var uid in uids)
            Mails[uid] = TestCompany.MailText($"number {uid}", id: $"{uid}@acme.example");
    }

    /// <summary>The right answer to EXAMINE.</summary>
    /// <param name="validity">Another UIDVALIDITY.</param>
    public string Open(ulong? validity = null) =>
        $"* {Mails.Count} EXISTS\n* OK [UIDVALIDITY {validity ?? Validity}] "
            + $".\n{(NextWords is { } next ? $"* OK [UIDNEXT {next}] .\n" : "")}{More}TAG OK [READ-ONLY] done";

    private static string Print(uint uid) => uid.ToString(CultureInfo.InvariantCulture);

    private string Search(string command)
    {
        var set = command.Split("UID ")[^1].Split(' ')[0];
        return $"* SEARCH {string.Join(' ', Found(Named(set)))}\nTAG OK done";
    }

    private string Fetch(string command)
    {
        var parts = command.Split(' ', 4);
        var items = parts[3];
        var lines = Named(parts[2]).Select(uid => Line(uid, items, Fetched(uid, items)) is { Length: > 0 } line ? line + "\n" : "");
        return Answer(items, string.Concat(lines) + "TAG OK done");
    }

    private string Fetched(uint uid, string items)
    {
        var mail = Mails[uid];
        var line = new StringBuilder($"* {Mails.Keys.ToList().IndexOf(uid) + 1} FETCH (UID {uid}");
        if (items.Contains("INTERNALDATE", StringComparison.Ordinal) || items.Contains("FAST", StringComparison.Ordinal))
            line.Append(CultureInfo.InvariantCulture, $" FLAGS () INTERNALDATE \"02-Mar-2026 08:00:00 +0000\" RFC822.SIZE {mail.Length}");

        if (items.Contains("BODYSTRUCTURE", StringComparison.Ordinal))
            line.Append(" BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)");

        if (Part().Match(items) is { Success: true } part)
        {
            var text = part.Groups["section"].Value == "HEADER" ? mail[..(mail.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)] : mail;
            if (part.Groups["bytes"] is { Success: true } bytes)
                text = text[..Math.Min(text.Length, int.Parse(bytes.ValueSpan, CultureInfo.InvariantCulture))];

            line.Append(
                CultureInfo.InvariantCulture,
                $" BODY[{part.Groups["section"].Value}]{(part.Groups["bytes"].Success ? "<0>" : "")} {{{text.Length}}}\n{text}");
        }

        return line.Append(')').ToString();
    }

    private IEnumerable<uint> Named(string set)
    {
        var ranges = set.Split(',')
            .Select(range => range.Split(':'))
            .Select(ends => (From: Number(ends[0]), To: Number(ends[^1])))
            .ToList();
        return Mails.Keys.Where(uid =>
            ranges.Exists(range => uid >= Math.Min(range.From, range.To) && uid <= Math.Max(range.From, range.To)));

        // "n:*" always means the last message, too.
        uint Number(string text) => text == "*" ? Mails.Keys.LastOrDefault() : uint.Parse(text, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"BODY\.PEEK\[(?<section>[A-Z]*)(\.FIELDS \([A-Z -]*\))?\](<0\.(?<bytes>\d+)>)?",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Part();
}

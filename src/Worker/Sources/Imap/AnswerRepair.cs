using System.Buffers;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Rewrites what an IMAP server says into what MailKit can read, line by line: known things in their plain form, what was not asked for
/// left out, and a line that makes no sense dropped, so that it costs what it tells and not the connection. Notes on the way what was said.
/// </summary>
internal sealed class AnswerRepair(ImapLimits limits)
{
    /// <summary>Bytes of the name of a folder.</summary>
    public const int LongestName = 2000;

    /// <summary>What no atom may hold (RFC 9051 section 9, atom-specials), controls and spaces apart.</summary>
    private static readonly SearchValues<char> AtomSpecials = SearchValues.Create("(){%*\"\\]");

    private readonly FetchRepair fetch = new();
    private readonly ArrayBufferWriter<byte> draft = new(512);
    private byte[] clientTag = [];
    private bool isUtf8;
    private bool isGreeted;
    private Kind kind;

    private enum Kind { Plain, Fetch, Dropped }

    /// <summary>What was noted since the last command began.</summary>
    public AnswerNotes Notes { get; private set; } = new();

    /// <summary>
    /// True while folders and counters are kept over several commands, for MailKit sends more of them than it is asked for.
    /// </summary>
    public bool IsGathering { get; set; }

    /// <summary>True when a line came that does not end its answer although it announces no literal.</summary>
    public bool IsOpen => kind == Kind.Fetch && fetch.IsOpen;

    /// <summary>A command begins.</summary>
    public void Begin(ReadOnlySpan<byte> command, byte[] tag)
    {
        clientTag = tag;
        Notes = new AnswerNotes
        {
            AsksForMail = command.IndexOf("BODY.PEEK["u8) >= 0,
            AsksForStructure = command.IndexOf("BODYSTRUCTURE"u8) >= 0,
            Folders = IsGathering ? Notes.Folders : [],
            Statuses = IsGathering ? Notes.Statuses : new(StringComparer.Ordinal),
            FolderTrouble = IsGathering ? Notes.FolderTrouble : null,
        };
    }

    /// <summary>Whether a word begins words for people.</summary>
    public static bool IsStatus(ReadOnlySpan<byte> word) =>
        Is(word, "OK"u8) || Is(word, "NO"u8) || Is(word, "BAD"u8) || Is(word, "PREAUTH"u8) || Is(word, "BYE"u8);

    /// <summary>Whether a line lists a folder or tells its counters.</summary>
    public static bool IsAboutFolder(ReadOnlySpan<byte> text)
    {
        var line = new ImapText(text.TrimStart("\0* "u8));
        var word = line.Atom();
        return text.TrimStart("\0 "u8) is [(byte)'*', ..] && (IsListing(word) || Is(word, "STATUS"u8));
    }

    /// <summary>The end of a command. Its code and words are noted; MailKit has no use for them.</summary>
    public void RepairTagged(ReadOnlySpan<byte> word, ReadOnlySpan<byte> rest, IBufferWriter<byte> output)
    {
        Notes.Word = Encoding.Latin1.GetString(word).ToUpperInvariant();
        (Notes.Code, Notes.Text) = AnswerNotes.Split(Encoding.UTF8.GetString(rest).Trim());
        Status(rest, output);
    }

    /// <summary>What follows OK, NO and the like: only the codes that MailKit acts upon are passed on.</summary>
    public void Status(ReadOnlySpan<byte> rest, IBufferWriter<byte> output)
    {
        var words = Encoding.Latin1.GetString(rest).Trim();
        var close = words.StartsWith('[') ? words.IndexOf(']', StringComparison.Ordinal) : -1;
        var inside = close > 0 ? words[1..close].Trim() : "";
        var space = inside.IndexOf(' ', StringComparison.Ordinal);
        var (name, argument) = space < 0 ? (inside.ToUpperInvariant(), "")
            : (inside[..space].ToUpperInvariant(), inside[(space + 1)..].Trim());
        Notes.Opened = Notes.Opened.With(name, argument);
        var code = name switch
        {
            "CAPABILITY" => $"[CAPABILITY {Atoms(argument)}] ",
            "UIDVALIDITY" when Notes.Opened.UidValidity is { } validity =>
                string.Create(CultureInfo.InvariantCulture, $"[UIDVALIDITY {Short(validity)}] "),
            "READ-ONLY" or "READ-WRITE" => $"[{name}] ",
            _ => "",
        };

        // MailKit knows some servers by their greeting.
        var text = isGreeted ? "." : "_" + (close > 0 ? words[(close + 1)..] : words);
        isGreeted = true;
        Write(output, $"{code}{text}\r\n");
    }

    /// <summary>The first line of an untagged answer.</summary>
    /// <param name="text">The line without line end, and without the announcement of a literal.</param>
    /// <param name="literal">How long the literal is that follows; null for none.</param>
    /// <param name="output">Takes what MailKit is to read; the literal follows by itself.</param>
    public void RepairUntagged(ReadOnlySpan<byte> text, long? literal, IBufferWriter<byte> output)
    {
        var line = new ImapText(text[1..]);
        line.SkipSpaces();
        var word = line.Atom();
        line.SkipSpaces();
        kind = Kind.Plain;
        switch (word)
        {
            case [>= (byte)'0' and <= (byte)'9', ..]:
                RepairNumbered(ImapText.Number(word), ref line, literal, output);
                break;
            case var _ when IsListing(word):
                Folder(word, ref line, literal, output);
                break;
            case var _ when Is(word, "STATUS"u8):
                FolderCounters(ref line, literal, output);
                break;
            case var _ when Is(word, "SEARCH"u8):
                Search(ref line, literal, output);
                break;
            case var _ when Is(word, "ESEARCH"u8):
                ExtendedSearch(ref line, literal, output);
                break;
            case var _ when Is(word, "CAPABILITY"u8) || Is(word, "ENABLED"u8):
                var words = Atoms(Encoding.Latin1.GetString(line.Rest));
                isUtf8 |= Is(word, "ENABLED"u8) && words.Contains("UTF8=ACCEPT", StringComparison.OrdinalIgnoreCase);
                Write(output, $"* {Encoding.Latin1.GetString(word)} {words}\r\n");
                break;
            case var _ when Is(word, "NAMESPACE"u8) || Is(word, "ID"u8):
                Pass(text, literal, output);
                break;
            default:
                Notes.Changes += Is(word, "VANISHED"u8) ? 1 : 0;
                Drop(literal, output);
                break;
        }
    }

    /// <summary>A line that goes on after a literal.</summary>
    /// <returns>Why it cannot be read; null when it can.</returns>
    public string? GoOn(ReadOnlySpan<byte> text, long? literal, IBufferWriter<byte> output)
    {
        switch (kind)
        {
            case Kind.Plain:
                Pass(text, literal, output);
                return null;
            case Kind.Dropped:
                Mark(literal, output);
                return null;
            default:
                draft.ResetWrittenCount();
                if (fetch.Read(text, literal, Notes, draft) is { } problem)
                    return problem;

                output.Write(draft.WrittenSpan);
                return null;
        }
    }

    private void RepairNumbered(ulong? number, ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        var word = line.Atom();
        line.SkipSpaces();
        if (Is(word, "FETCH"u8))
        {
            Fetch(number, ref line, literal, output);
        }
        else if (Is(word, "EXISTS"u8) && number <= int.MaxValue)
        {
            Notes.Opened = Notes.Opened with { Exists = (long)number.Value };
            Notes.Changes++;
            Write(output, string.Create(CultureInfo.InvariantCulture, $"* {number} EXISTS\r\n"));
        }
        else if (Is(word, "EXPUNGE"u8) && number is > 0 and <= int.MaxValue)
        {
            Notes.Changes++;
            Write(output, string.Create(CultureInfo.InvariantCulture, $"* {number} EXPUNGE\r\n"));
        }
        else
        {
            Drop(literal, output);
        }
    }

    private void Fetch(ulong? number, ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        draft.ResetWrittenCount();
        Write(draft, string.Create(CultureInfo.InvariantCulture, $"* {(number is <= int.MaxValue ? number : 0)} FETCH ("));
        kind = Kind.Fetch;
        if (!line.Take((byte)'(') || fetch.Begin(line.Rest, literal, Notes, draft) is not null)
            Drop(literal, output);
        else
            output.Write(draft.WrittenSpan);
    }

    /// <summary>
    /// A folder's name; Exchange leaves names with spaces and control characters without quotes, then everything to the end is the name.
    /// </summary>
    private void Folder(ReadOnlySpan<byte> word, ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        var attributes = new List<string>();
        if (!line.TryValue(out var list))
        {
            Notes.FolderTrouble = "the attributes of a folder do not end";
            Drop(literal, output);
            return;
        }

        foreach (var attribute in Encoding.Latin1.GetString(list.Trim("()"u8)).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // home.pl sends a lone backslash; Gmail has sent names in lower case.
            if (attribute.Length > 1 && attribute[0] == '\\' && attribute.AsSpan(1).ContainsAnyExcept(Letters) is false)
                attributes.Add(attribute.ToLowerInvariant());
        }

        line.SkipSpaces();
        var between = line.String(out var none);
        var delimiter = none || between.IsEmpty ? (char?)null : (char)between[0];
        line.SkipSpaces();
        if (literal is not null)
        {
            Notes.FolderTrouble = $"the name of a folder has {literal} bytes";
            Drop(literal, output);
            return;
        }

        var rest = line.Rest;
        var isQuoted = line.Next == '"';
        var raw = line.String(out var nil);
        line.SkipSpaces();
        if (!isQuoted && !line.AtEnd && line.Next != '(')
            raw = rest;

        if (nil || raw.IsEmpty || raw.Length > LongestName || Notes.Folders.Count >= limits.Folders)
            return;

        Notes.Folders.Add(new ListedFolder(Decode(raw), delimiter, attributes));
        Write(output,
            $"* {Encoding.Latin1.GetString(word)} ({string.Join(' ', attributes)}) {(delimiter is { } one ? $"\"{(one is '\\' or '"' ? "\\"
                : "")}{one}\"" : "NIL")} ");
        WriteQuoted(raw, output);
        output.Write("\r\n"u8);
    }

    private void FolderCounters(ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        if (literal is not null)
        {
            Drop(literal, output);
            return;
        }

        var rest = line.Rest;
        var isQuoted = line.Next == '"';
        var name = line.String(out _);
        line.SkipSpaces();
        if (!isQuoted && line.Next != '(' && rest.LastIndexOf((byte)'(') is var open and > 0)
        {
            name = rest[..open].TrimEnd((byte)' ');
            line = new ImapText(rest[open..]);
        }

        var status = new FolderStatus();
        for (line.Take((byte)'('); !line.AtEnd && line.Next != ')'; line.SkipSpaces())
        {
            var before = line.Position;
            line.SkipSpaces();
            var item = Encoding.Latin1.GetString(line.Atom());
            line.SkipSpaces();
            if (line.TryValue(out var value))
                status = status.With(item, Encoding.Latin1.GetString(value));

            if (line.Position == before)
                break;
        }

        var decoded = Decode(name);
        Notes.Statuses[decoded] = Notes.Statuses.TryGetValue(decoded, out var known) ? status.OrElse(known) : status;
    }

    private void Search(ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        output.Write("* SEARCH"u8);
        var count = 0;
        for (line.SkipSpaces(); !line.AtEnd && line.Next is not ((byte)'(' or (byte)')'); line.SkipSpaces())
        {
            if (ImapText.Uid(line.Atom()) is { } uid && ++count <= limits.Numbers)
                Write(output, string.Create(CultureInfo.InvariantCulture, $" {uid}"));
        }

        Notes.SearchAnswered = true;
        Notes.SearchOverflow |= count > limits.Numbers;
        Mark(literal, output);
        kind = Kind.Dropped;
    }

    private void ExtendedSearch(ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        if (line.Next == '(')
            line.TryValue(out _);

        var ranges = new List<string>();
        var left = (long)limits.Numbers;
        for (line.SkipSpaces(); !line.AtEnd; line.SkipSpaces())
        {
            var before = line.Position;
            var item = line.Atom();
            if (Is(item, "UID"u8))
                continue;

            line.SkipSpaces();
            if (line.TryValue(out var value) && Is(item, "ALL"u8))
                Ranges(value, ranges, ref left);

            if (line.Position == before)
                break;
        }

        Notes.SearchAnswered = true;
        Write(
            output,
            $"* ESEARCH (TAG \"{Encoding.Latin1.GetString(clientTag)}\") UID{(ranges.Count > 0 ? " ALL " + string.Join(',', ranges) : "")}"
        );
        Mark(literal, output);
        kind = Kind.Dropped;
    }

    /// <summary>
    /// The ranges of a set such as <c>1:3,7</c>, each from low to high; what makes no sense, or names more messages than there can be, is
    /// left out.
    /// </summary>
    private static void Ranges(ReadOnlySpan<byte> set, List<string> ranges, ref long left)
    {
        foreach (var range in set.Split((byte)','))
        {
            var piece = set[range];
            var colon = piece.IndexOf((byte)':');
            if (ImapText.Uid(colon < 0 ? piece : piece[..colon]) is not { } from
                || (colon < 0 ? from : ImapText.Uid(piece[(colon + 1)..])) is not { } to)
                continue;

            var (low, high) = (Math.Min(from, to), Math.Max(from, to));
            if (high - low >= left)
                continue;

            left -= high - low + 1;
            ranges.Add(string.Create(CultureInfo.InvariantCulture, $"{low}:{high}"));
        }
    }

    private string Decode(ReadOnlySpan<byte> raw) =>
        isUtf8 ? Encoding.UTF8.GetString(raw) : FolderName.Decode(Encoding.Latin1.GetString(raw));

    private static string Atoms(string words) =>
        string.Join(' ',
            words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word =>
                word.AsSpan().IndexOfAny(AtomSpecials) < 0 && word.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0));

    /// <summary>UIDVALIDITY as MailKit takes it, in 32 bits; what it really was is in the notes.</summary>
    private static uint Short(ulong validity) => (uint)validity == 0 ? 1 : (uint)validity;

    private void Drop(long? literal, IBufferWriter<byte> output)
    {
        kind = Kind.Dropped;
        if (literal is null)
            return;

        // The literal is on its way and has to be read by somebody: MailKit steps over answers it does not know.
        output.Write("* X-DROPPED"u8);
        Mark(literal, output);
    }

    private static void Pass(ReadOnlySpan<byte> text, long? literal, IBufferWriter<byte> output)
    {
        output.Write(text);
        Mark(literal, output, isFirst: false);
    }

    private static void Mark(long? literal, IBufferWriter<byte> output, bool isFirst = true) =>
        Write(output, literal is { } length ? string.Create(CultureInfo.InvariantCulture, $"{(isFirst ? " " : "")}{{{length}}}\r\n")
            : "\r\n");

    /// <summary>Writes bytes as a quoted string.</summary>
    public static void WriteQuoted(ReadOnlySpan<byte> raw, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        foreach (var b in raw)
        {
            if (b is (byte)'"' or (byte)'\\')
                output.Write("\\"u8);

            output.Write([b]);
        }

        output.Write("\""u8);
    }

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.Latin1.GetBytes(text, output);

    private static bool IsListing(ReadOnlySpan<byte> word) => Is(word, "LIST"u8) || Is(word, "XLIST"u8) || Is(word, "LSUB"u8);

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> wanted) => Ascii.EqualsIgnoreCase(word, wanted);

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
}

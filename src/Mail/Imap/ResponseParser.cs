using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>
/// Turns the text of a response into its meaning. Tolerates what servers are known to get wrong; what it cannot read it returns as
/// <see cref="UnreadableResponse"/> or <see cref="StrayLine"/>, never as an exception.
/// </summary>
internal sealed class ResponseParser(ImapLimits limits)
{
    private readonly FetchParser fetches = new(limits);

    /// <summary>The meaning of a response.</summary>
    /// <param name="text">The response.</param>
    /// <param name="consumer">Takes the bytes of messages that came as quoted strings instead of literals.</param>
    public ImapResponse Parse(ResponseText text, BodyConsumer consumer)
    {
        // Servers pad lines with NULs, and DavMail puts two spaces after the star.
        var scanner = new ResponseScanner(text, limits);
        while (scanner.Take(0) || scanner.Take((byte)' '))
        {
        }

        try
        {
            if (scanner.Take((byte)'+'))
                return new ContinuationResponse(RestAsText(ref scanner));

            // Exchange has sent response codes with nothing before them: "[COPYUID 55 31 6]".
            if (scanner.Next == '[')
                return Status(ref scanner, null, ImapStatus.Ok);

            if (!scanner.Take((byte)'*'))
                return (ImapResponse?)Tagged(ref scanner) ?? Stray(text);

            scanner.SkipSpaces();
            return Untagged(ref scanner, text, consumer);
        }
        catch (UnreadableResponseException e)
        {
            return new UnreadableResponse(KindOf(text), e.Message, text.Excerpt());
        }
    }

    /// <summary>The status word at the start of a text, and where it ends; used for the code of a greeting, too.</summary>
    private static StatusResponse? Tagged(ref ResponseScanner scanner)
    {
        var tag = scanner.Atom();
        if (tag.IsEmpty || tag.Length > 20)
            return null;

        var name = Encoding.Latin1.GetString(tag);
        scanner.SkipSpaces();
        return StatusOf(scanner.Atom()) is { } status ? Status(ref scanner, name, status) : null;
    }

    private ImapResponse Untagged(ref ResponseScanner scanner, ResponseText text, BodyConsumer consumer)
    {
        // home.pl leaves out the OK: "* [COPYUID 1 2 3]".
        if (scanner.Next == '[')
            return Status(ref scanner, null, ImapStatus.Ok);

        var word = scanner.Atom();
        if (word.IsEmpty)
            return Stray(text);

        if (!word.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return Numbered(ref scanner, ResponseScanner.NumberOf(word), text, consumer);

        if (StatusOf(word) is { } status)
            return Status(ref scanner, null, status);

        var kind = Encoding.Latin1.GetString(word).ToUpperInvariant();
        scanner.SkipSpaces();
        return kind switch
        {
            "CAPABILITY" or "ENABLED" => new WordsResponse(kind, Words(RestAsText(ref scanner))),
            "LIST" or "XLIST" or "LSUB" => new FolderResponse(Folder(ref scanner)),
            "STATUS" => StatusOfFolder(ref scanner),
            "SEARCH" or "SORT" => Search(ref scanner),
            "ESEARCH" => ExtendedSearch(ref scanner),
            "ID" => new IdResponse(Fields(ref scanner)),
            "NAMESPACE" => new NamespaceResponse(Prefixes(ref scanner), [.. Prefixes(ref scanner), .. Prefixes(ref scanner)]),
            _ => new IgnoredResponse(kind),
        };
    }

    private ImapResponse Numbered(ref ResponseScanner scanner, ulong? number, ResponseText text, BodyConsumer consumer)
    {
        scanner.SkipSpaces();
        var kind = Encoding.Latin1.GetString(scanner.ItemName()).ToUpperInvariant();
        if (kind != "FETCH")
            return kind is "EXISTS" or "RECENT" or "EXPUNGE" ? new CountResponse(kind, number) : new IgnoredResponse(kind);

        var message = new FetchedMessage { Sequence = number <= uint.MaxValue ? (uint)number.Value : 0 };
        try
        {
            fetches.Read(ref scanner, message, consumer);
            return new FetchResponse(message);
        }
        catch (UnreadableResponseException e)
        {
            message.Problem = e.Message;
            return new UnreadableResponse(kind, e.Message, text.Excerpt(), message);
        }
    }

    private static StatusResponse Status(ref ResponseScanner scanner, string? tag, ImapStatus status)
    {
        scanner.SkipSpaces();
        ResponseCode? code = null;
        if (scanner.Next == '[' && scanner.Rest.IndexOf((byte)']') is var close and > 0)
        {
            // The code of PERMANENTFLAGS and BADCHARSET may hold brackets inside parentheses; the words after it do not matter then.
            var inside = Encoding.Latin1.GetString(scanner.Rest[1..close]).Trim();
            var space = inside.IndexOf(' ', StringComparison.Ordinal);
            code =
                space < 0
                    ? new ResponseCode(inside.ToUpperInvariant(), "")
                    : new ResponseCode(inside[..space].ToUpperInvariant(), inside[(space + 1)..].Trim());
            scanner.Position += close + 1;
        }

        return new StatusResponse(tag, status, code, RestAsText(ref scanner));
    }

    private static ImapStatus? StatusOf(ReadOnlySpan<byte> word) => word switch
    {
        _ when Ascii.EqualsIgnoreCase(word, "OK"u8) => ImapStatus.Ok,
        _ when Ascii.EqualsIgnoreCase(word, "NO"u8) => ImapStatus.No,
        _ when Ascii.EqualsIgnoreCase(word, "BAD"u8) => ImapStatus.Bad,
        _ when Ascii.EqualsIgnoreCase(word, "BYE"u8) => ImapStatus.Bye,
        _ when Ascii.EqualsIgnoreCase(word, "PREAUTH"u8) => ImapStatus.PreAuth,
        _ => null,
    };

    private static ListedFolder Folder(ref ResponseScanner scanner)
    {
        var attributes = new List<string>();
        if (scanner.Take((byte)'('))
        {
            for (scanner.SkipSpaces(); !scanner.Take((byte)')'); scanner.SkipSpaces())
            {
                if (scanner.AtEnd)
                    throw scanner.Unreadable("the attributes of a folder do not end");

                // home.pl sends a lone backslash; Gmail has sent names in lower case.
                var attribute = Encoding.Latin1.GetString(scanner.String(out _)).ToLowerInvariant();
                if (attribute.Length > 1)
                    attributes.Add(attribute);
                else if (attribute.Length == 0)
                    scanner.SkipValue();
            }
        }
        else
            scanner.SkipValue();

        scanner.SkipSpaces();
        var delimiter = scanner.String(out var none);
        var separator = none || delimiter.IsEmpty ? (char?)null : (char)delimiter[0];
        scanner.SkipSpaces();
        return new ListedFolder(NameToEnd(ref scanner), separator, attributes);
    }

    /// <summary>
    /// A folder's name; Exchange leaves names with spaces and control characters without quotes, then everything to the end is the name.
    /// </summary>
    private static string NameToEnd(ref ResponseScanner scanner)
    {
        var rest = scanner.Rest;
        var quoted = scanner.Next is (byte)'"' or (byte)'{';
        var name = Encoding.Latin1.GetString(scanner.String(out var nil));
        if (nil)
            return "";

        scanner.SkipSpaces();
        return quoted || scanner.AtEnd || scanner.Next == '(' ? name : Encoding.Latin1.GetString(rest);
    }

    private static FolderStatusResponse StatusOfFolder(ref ResponseScanner scanner)
    {
        var rest = scanner.Rest;
        var quoted = scanner.Next is (byte)'"' or (byte)'{';
        var name = Encoding.Latin1.GetString(scanner.String(out _));
        scanner.SkipSpaces();
        if (!quoted && scanner.Next != '(' && rest.LastIndexOf((byte)'(') is var list and > 0)
        {
            name = Encoding.Latin1.GetString(rest[..list].TrimEnd((byte)' '));
            scanner.Position += list - (rest.Length - scanner.Rest.Length);
        }

        // Coremail sends STATUS without its list when it was asked for nothing it knows.
        if (scanner.AtEnd)
            return new FolderStatusResponse(name, new FolderStatus());

        scanner.Expect((byte)'(');
        var status = new FolderStatus();
        for (scanner.SkipSpaces(); !scanner.Take((byte)')') && !scanner.AtEnd; scanner.SkipSpaces())
        {
            var item = Encoding.Latin1.GetString(scanner.String(out _));
            scanner.SkipSpaces();
            var start = scanner.Rest;
            scanner.SkipValue();
            if (item.Length == 0 && start.Length == scanner.Rest.Length)
                throw scanner.Unreadable("the counters of a folder do not end");

            status = status.With(item, Encoding.Latin1.GetString(start[..(start.Length - scanner.Rest.Length)]));
        }

        return new FolderStatusResponse(name, status);
    }

    private static SearchResponse Search(ref ResponseScanner scanner)
    {
        var numbers = new List<uint>();
        var nonsense = 0;
        for (scanner.SkipSpaces(); !scanner.AtEnd; scanner.SkipSpaces())
        {
            var before = scanner.Position;
            if (scanner.Next == '(' || scanner.Next == ')')
            {
                // "(MODSEQ 123)" at the end.
                scanner.SkipValue();
                scanner.Take((byte)')');
            }
            else if (scanner.Number() is > 0 and <= uint.MaxValue and var number)
                numbers.Add((uint)number);
            else
                nonsense++;

            if (scanner.Position == before)
                throw scanner.Unreadable("not a number");
        }

        return new SearchResponse(UidSet.Ascending(numbers), nonsense);
    }

    private SearchResponse ExtendedSearch(ref ResponseScanner scanner)
    {
        var numbers = new List<uint>();
        var nonsense = 0;
        if (scanner.Next == '(')
            scanner.SkipValue();

        for (scanner.SkipSpaces(); !scanner.AtEnd; scanner.SkipSpaces())
        {
            var before = scanner.Position;
            var item = scanner.Atom();
            if (Ascii.EqualsIgnoreCase(item, "UID"u8))
                continue;

            scanner.SkipSpaces();
            if (Ascii.EqualsIgnoreCase(item, "ALL"u8))
                nonsense += UidSet.Expand(scanner.String(out _), numbers, limits.Numbers);
            else
                scanner.SkipValue();

            if (scanner.Position == before)
                throw scanner.Unreadable("not a result of a search");
        }

        return new SearchResponse(UidSet.Ascending(numbers), nonsense);
    }

    private static Dictionary<string, string> Fields(ref ResponseScanner scanner)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!scanner.Take((byte)'('))
            return fields;

        for (scanner.SkipSpaces(); !scanner.Take((byte)')') && !scanner.AtEnd; scanner.SkipSpaces())
        {
            var before = scanner.Position;
            var name = Encoding.UTF8.GetString(scanner.String(out _)).ToLowerInvariant();
            scanner.SkipSpaces();
            var value = Encoding.UTF8.GetString(scanner.String(out var nil));
            if (!nil && fields.Count < 50)
                fields[name] = value;

            if (scanner.Position == before)
                throw scanner.Unreadable("not a field of an identification");
        }

        return fields;
    }

    /// <summary>One of the three lists of NAMESPACE: NIL, or a list of lists that begin with prefix and delimiter.</summary>
    private static List<string> Prefixes(ref ResponseScanner scanner)
    {
        var prefixes = new List<string>();
        scanner.SkipSpaces();
        if (!scanner.Take((byte)'('))
        {
            scanner.String(out _);
            return prefixes;
        }

        for (scanner.SkipSpaces(); scanner.Take((byte)'('); scanner.SkipSpaces())
        {
            prefixes.Add(Encoding.Latin1.GetString(scanner.String(out _)));
            for (scanner.SkipSpaces(); !scanner.AtEnd && scanner.Next != ')'; scanner.SkipSpaces())
                scanner.SkipValue();

            scanner.Expect((byte)')');
        }

        scanner.Expect((byte)')');
        return prefixes;
    }

    private static string RestAsText(ref ResponseScanner scanner) => Encoding.UTF8.GetString(scanner.Rest).Trim(' ', '\0', '\r');

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static StrayLine Stray(ResponseText text) => new(text.Excerpt());

    private static string KindOf(ResponseText text) =>
        text.Excerpt().TrimStart('*', ' ').Split(' ').FirstOrDefault(word => word.Length > 0 && !char.IsAsciiDigit(word[0])) ?? "?";
}

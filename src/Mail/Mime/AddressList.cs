using System.Buffers;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Reads address fields as real mailers write them (RFC 5322 with its obsolete forms): groups are flattened, comments become names, routes
/// are dropped, encoded words are read after the list was split, <c>Last, First &lt;a@b&gt;</c> is one mailbox. What is no mailbox (no
/// domain, X.500 names, placeholders) is left out.
/// </summary>
public static class AddressList
{
    /// <summary>How many mailboxes one field gives at most.</summary>
    public const int Most = 20_000;

    private static readonly string[] Placeholders =
    [
        "missing_domain",
        ".missing-host-name.",
        "missing-host-name",
        "syntax-error",
        ".syntax-error.",
        "unspecified-domain",
        "missing_mailbox",
    ];

    /// <summary>All mailboxes of a field value, in order; never throws, time is linear in its length.</summary>
    public static IReadOnlyList<Mailbox> Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return [];

        var found = new List<Mailbox>();
        if (!IsSimple(value, found))
        {
            found.Clear();
            new Scanner(value, found).Run();
        }

        return found;
    }

    private static readonly SearchValues<char> Special = SearchValues.Create("\"(:;\\=[\t\r\n");
    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
    private static readonly SearchValues<char> LocalCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._+&#'");

    /// <summary>Most fields are a few plain addresses, with or without plain names. Any doubt, and the scanner reads the field.</summary>
    private static bool IsSimple(string value, List<Mailbox> found)
    {
        var rest = value.AsSpan();
        if (rest.IndexOfAny(Special) >= 0 || rest.Length > 20_000)
            return false;

        while (!rest.IsEmpty)
        {
            var comma = rest.IndexOf(',');
            var item = (comma < 0 ? rest : rest[..comma]).Trim(' ');
            rest = comma < 0 ? [] : rest[(comma + 1)..];
            var open = item.IndexOf('<');
            var name = open < 0 ? [] : item[..open].TrimEnd(' ');
            if (open >= 0)
            {
                if (item[^1] != '>')
                    return false;
                item = item[(open + 1)..^1];
            }

            if (
                PlainAddress(item) is not { } address
                || name.IndexOfAny('@', '\'') >= 0
                || name.IndexOfAnyExceptInRange(' ', '~') >= 0
                || name.Length > 200
                || name.IndexOf("  ") >= 0)
                return false;
            found.Add(new Mailbox(name.IsEmpty ? "" : name.ToString(), address));
        }

        return true;
    }

    /// <summary>The normal form of an address without anything unusual in it, or null.</summary>
    private static string? PlainAddress(ReadOnlySpan<char> item)
    {
        var at = item.IndexOf('@');
        if (at <= 0 || at > 100 || item.Length - at is < 3 or > 200)
            return null;

        var local = item[..at];
        var domain = item[(at + 1)..];
        if (
            local.IndexOfAnyExcept(LocalCharacters) >= 0
            || domain.IndexOfAnyExcept(DomainCharacters) >= 0
            || domain[0] == '.'
            || domain[^1] == '.'
            || domain.IndexOf("..") >= 0
            || local.StartsWith("IMCEA", StringComparison.OrdinalIgnoreCase)
            || local[0] == '\''
            || domain.StartsWith("missing", StringComparison.OrdinalIgnoreCase)
            || domain.Contains("-error", StringComparison.OrdinalIgnoreCase)
            || domain.StartsWith("unspecified", StringComparison.OrdinalIgnoreCase)
            || domain.EndsWith("host-name", StringComparison.OrdinalIgnoreCase))
            return null;
        if (domain.IndexOfAnyInRange('A', 'Z') < 0)
            return item.ToString();
        return string.Concat(local, "@", domain.ToString().ToLowerInvariant());
    }

    /// <summary>
    /// The normal form of one address, or null when it is none: quotes taken off where they are not needed, domain in lower case.
    /// </summary>
    internal static string? Normalise(string raw)
    {
        var text = raw.AsSpan().Trim();
        if (text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase))
            text = text["mailto:".Length..];
        else if (text.StartsWith("smtp:", StringComparison.OrdinalIgnoreCase))
            text = text["smtp:".Length..];

        // Outlook puts addresses it did not resolve into single quotes.
        if (text.Length > 2 && text[0] == '\'' && text[^1] == '\'')
            text = text[1..^1];
        if (text.Length > 4 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1].Trim().Trim('\'');

        // A route (@relay1,@relay2:user@host) tells nothing about the person.
        if (!text.IsEmpty && text[0] == '@' && text.IndexOf(':') is > 0 and var colon)
            text = text[(colon + 1)..];

        if (text.Length > 998)
            return null;

        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1)
            return null;

        var domain = Domain(text[(at + 1)..]);
        var local = Local(text[..at]);
        if (domain is null || local is null)
            return null;

        if (local.StartsWith("IMCEA", StringComparison.OrdinalIgnoreCase))
            return FromImcea(local);

        return string.Concat(local, "@", domain);
    }

    /// <summary>The bounds of the address written around an <c>@</c> in running text; start -1 when there is none.</summary>
    internal static (int Start, int End) Around(string text, int at)
    {
        const string Marks = "!#$%&*+-/=?^_{|}~.";
        var start = at;
        while (
            start > 0
            && at - start < 200
            && (char.IsLetterOrDigit(text[start - 1]) || Marks.Contains(text[start - 1], StringComparison.Ordinal)))
            start--;
        if (start == at && at > 1 && text[at - 1] == '"' && text.LastIndexOf('"', at - 2, Math.Min(at - 1, 100)) is >= 0 and var quote)
            start = quote;
        var end = at + 1;
        while (end < text.Length && end - at < 256 && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '.' or '_'))
            end++;
        while (end > at + 1 && text[end - 1] is '.' or '-' or '_')
            end--;
        while (start < at && text[start] is '.' or '=' or '/' or '-' or '?' or '&' or '*' or '|')
            start++;
        return start == at || end == at + 1 ? (-1, end) : (start, end);
    }

    private static readonly SearchValues<char> NeverUnquoted = SearchValues.Create("<>()@:;,");

    private static string? Domain(ReadOnlySpan<char> raw)
    {
        var domain = WithoutSpace(raw).TrimEnd('.').ToLowerInvariant();
        if (
            domain.Length is 0 or > 255
            || Placeholders.Contains(domain, StringComparer.Ordinal)
            || domain.EndsWith(".missing-host-name", StringComparison.Ordinal))
            return null;
        if (domain[0] == '[')
            return domain[^1] == ']' ? domain : null;

        foreach (var c in domain)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '.' or '_') && !IsCombining(c))
                return null;
        }

        return domain.Contains("..", StringComparison.Ordinal) || domain[0] == '.' ? null : domain;
    }

    private static bool IsCombining(char c) =>
        char.GetUnicodeCategory(c)
            is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.SpacingCombiningMark
                or System.Globalization.UnicodeCategory.Surrogate
                or System.Globalization.UnicodeCategory.OtherSymbol;

    private static string? Local(ReadOnlySpan<char> raw)
    {
        raw = raw.Trim();
        if (raw.Length > 1 && raw[0] == '"' && raw[^1] == '"')
        {
            var content = Unescape(raw[1..^1]);
            if (content.Length == 0)
                return null;
            return IsDotAtom(content)
                ? content
                : $"\"{content.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }

        var local = WithoutSpace(raw);
        if (
            local.Length is 0 or > 512
            || local.StartsWith("/o=", StringComparison.OrdinalIgnoreCase)
            || local.AsSpan().IndexOfAny(NeverUnquoted) >= 0)
            return null;
        foreach (var c in local)
        {
            if (char.IsControl(c))
                return null;
        }

        return local;
    }

    private static bool IsDotAtom(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal))
                return false;
        }

        return text[0] != '.' && text[^1] != '.' && !text.Contains("..", StringComparison.Ordinal);
    }

    /// <summary>
    /// Exchange wraps foreign addresses: IMCEASMTP-ana+40hill+2Eexample@gateway is ana@hill.example; its X.500 ones (IMCEAEX) name nobody
    /// outside.
    /// </summary>
    private static string? FromImcea(string local)
    {
        if (!local.StartsWith("IMCEASMTP-", StringComparison.OrdinalIgnoreCase))
            return null;

        var text = new StringBuilder();
        for (var i = "IMCEASMTP-".Length; i < local.Length; i++)
        {
            if (local[i] == '+' && i + 2 < local.Length && char.IsAsciiHexDigit(local[i + 1]) && char.IsAsciiHexDigit(local[i + 2]))
            {
                text.Append((char)(EncodedWord.Hex(local[i + 1]) << 4 | EncodedWord.Hex(local[i + 2])));
                i += 2;
            }
            else
            {
                text.Append(local[i] == '_' ? '/' : local[i]);
            }
        }

        var inner = text.ToString();
        return inner.StartsWith("IMCEA", StringComparison.OrdinalIgnoreCase) ? null : Normalise(inner);
    }

    private static string WithoutSpace(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var space = false;
        foreach (var c in text)
            space |= char.IsWhiteSpace(c);
        return space ? string.Concat(text.ToString().Where(c => !char.IsWhiteSpace(c))) : text.ToString();
    }

    private static string Unescape(ReadOnlySpan<char> text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    /// <summary>One pass over a field; each comma at the outer level ends an item.</summary>
    private sealed class Scanner(string text, List<Mailbox> found)
    {
        private readonly StringBuilder phrase = new();      // what stands outside of comments and angle brackets
        private readonly StringBuilder comment = new();
        private readonly List<string> nameless = [];        // items without '@' that may be the first half of "Last, First"
        private string? angle;
        private bool quotedName;
        private bool inGroup;
        private bool phraseHasAt;
        private bool strayQuote;    // a quote or parenthesis that is never closed makes all later ones plain characters: time stays linear
        private bool strayParenthesis;
        private int named;          // how much of the phrase stood before the angle bracket
        private int at;

        public void Run()
        {
            while (at < text.Length && found.Count < Most)
            {
                var c = text[at];
                switch (c)
                {
                    case '"' when !strayQuote:
                        ReadQuoted();
                        break;
                    case '(' when !strayParenthesis:
                        ReadComment();
                        break;
                    case '<':
                        ReadAngle();
                        break;
                    case ',':
                        EndItem(afterComma: true);
                        at++;
                        break;
                    case ';':
                        EndItem(afterComma: false);
                        inGroup = false;
                        at++;
                        break;
                    case ':' when IsGroupName():
                        phrase.Clear();
                        phraseHasAt = false;
                        quotedName = false;
                        comment.Clear();
                        nameless.Clear();
                        inGroup = true;
                        at++;
                        break;
                    case '=' when at + 1 < text.Length && text[at + 1] == '?' && EncodedWord.End(text, at) is > 0 and var end:
                        phrase.Append(text, at, end - at);
                        at = end;
                        break;
                    default:
                        phraseHasAt |= c == '@';
                        phrase.Append(c);
                        at++;
                        break;
                }
            }

            if (found.Count < Most)
                EndItem(afterComma: false);
        }

        private bool IsGroupName()
        {
            if (angle is not null || inGroup || phraseHasAt || phrase.Length > 500)
                return false;

            var name = phrase.ToString().Trim();
            return name.Length > 0
                && !name.Equals("mailto", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("smtp", StringComparison.OrdinalIgnoreCase);
        }

        private void ReadQuoted()
        {
            var start = at++;
            while (at < text.Length && text[at] != '"')
                at += text[at] == '\\' ? 2 : 1;
            if (at >= text.Length)
            {
                strayQuote = true;
                at = start + 1;
                return;
            }

            at++;
            var local = at < text.Length && text[at] is '@' or '.' || phrase.Length > 0 && phrase[^1] == '.';
            if (local)
            {
                phrase.Append(text, start, at - start);
                return;
            }

            phrase.Append(Unescape(text.AsSpan(start + 1, at - start - 2)));
            quotedName = true;
        }

        private void ReadComment()
        {
            var start = at;
            ContentField.SkipComment(text, ref at);
            if (text[at - 1] != ')' || at - start < 2)
            {
                strayParenthesis = true;
                at = start + 1;
                return;
            }

            if (comment.Length > 0)
                comment.Append(' ');
            comment.Append(Unescape(text.AsSpan(start + 1, at - start - 2)));
            phrase.Append(' ');
        }

        private void ReadAngle()
        {
            var start = ++at;
            var quoted = false;
            var content = new StringBuilder();
            while (at < text.Length && (quoted || text[at] != '>'))
            {
                // "<a@b, c <d@e>": the bracket was never closed, the next item begins at the comma.
                if (!quoted && text[at] is '<' || !quoted && text[at] == ',' && !IsRoute(content))
                    break;
                if (!quoted && text[at] == '(' && !strayParenthesis && CommentEnd() is > 0 and var end)
                {
                    // A comment inside of an address says nothing about where it leads.
                    at = end;
                    continue;
                }

                if (text[at] == '\\' && at + 1 < text.Length)
                    content.Append(text[at++]);
                else if (text[at] == '"')
                    quoted = !quoted && text.IndexOf('"', at + 1) is var close && close >= 0 && close - start < 1000;
                content.Append(text[at++]);
            }

            if (at < text.Length && text[at] == '>')
            {
                at++;
            }
            else if (IsRoute(content) && at >= text.Length)
            {
                // A route that never ends is none: what follows it is read item by item.
                at = start + 1;
                return;
            }

            // "<<a@b>>" and "a@b <a@b>": the innermost or first usable one counts.
            var address = content.ToString();
            if (angle is null || Normalise(angle) is not { } first)
            {
                angle = address;
                named = phrase.Length;
            }
            else if (Normalise(address) is { } second && !second.Equals(first, StringComparison.OrdinalIgnoreCase))
            {
                // "<a@b> <c@d>": the comma between the two is missing; what stands between them is the name of the second.
                var name = phrase.ToString(named, phrase.Length - named);
                phrase.Length = named;
                EndItem(afterComma: false);
                phrase.Append(name);
                angle = address;
                named = phrase.Length;
            }
        }

        /// <summary>Where the comment that begins here ends, or 0 when it does not.</summary>
        private int CommentEnd()
        {
            var end = at;
            ContentField.SkipComment(text, ref end);
            if (end - at >= 2 && text[end - 1] == ')')
                return end;
            strayParenthesis = true;
            return 0;
        }

        private static bool IsRoute(StringBuilder content) => content.Length > 0 && content[0] == '@';

        private void EndItem(bool afterComma)
        {
            var words = phrase.ToString().Trim();
            if (angle is not null)
                Add(Name(words), angle);
            else if (words.Contains('@', StringComparison.Ordinal))
                AddBare(words);
            else if (words.Length > 0 && comment.Length is > 2 and < 320 && Normalise(comment.ToString()) is not null)
                Add(words, comment.ToString()); // "Ana Hill" (ana@hill.example)
            else if (afterComma && words.Length > 0 && nameless.Count < 2 && !quotedName)
                nameless.Add(words);
            else
                nameless.Clear();

            phrase.Clear();
            phraseHasAt = false;
            comment.Clear();
            angle = null;
            quotedName = false;
        }

        private string Name(string words)
        {
            if (words.Length == 0)
                return comment.ToString();
            return nameless.Count > 0 && !quotedName ? string.Join(", ", nameless.Append(words)) : words;
        }

        /// <summary>
        /// An item without brackets: the address itself, possibly with obsolete spaces, possibly with the name or further addresses beside
        /// it.
        /// </summary>
        private void AddBare(string words)
        {
            if (!quotedName && Normalise(words) is not null && !HasLooseWords(words))
            {
                Add(comment.ToString(), words);
                return;
            }

            var pieces = words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var name = string.Join(' ', pieces.Where(p => !p.Contains('@', StringComparison.Ordinal)));
            var addresses = pieces.Where(p => p.Contains('@', StringComparison.Ordinal)).ToList();
            foreach (var address in addresses)
                Add(addresses.Count == 1 ? name.Length > 0 ? name : comment.ToString() : "", address.Trim('[', ']', '\'', '<', '>'));
        }

        /// <summary>White space that is not around '@' or '.', the only place where the obsolete syntax allows it.</summary>
        private static bool HasLooseWords(string words)
        {
            if (words[0] == '"')
                return false;
            for (var i = 1; i < words.Length - 1; i++)
            {
                if (char.IsWhiteSpace(words[i]) && !char.IsWhiteSpace(words[i - 1]) && words[i - 1] is not ('@' or '.'))
                {
                    var next = i;
                    while (next < words.Length && char.IsWhiteSpace(words[next]))
                        next++;
                    if (next < words.Length && words[next] is not ('@' or '.'))
                        return true;
                }
            }

            return false;
        }

        private void Add(string name, string raw)
        {
            nameless.Clear();
            if (Normalise(raw) is not { } address)
                return;
            found.Add(new Mailbox(CleanName(name, address), address));
        }

        private static string CleanName(string name, string address)
        {
            if (name.Length == 0)
                return "";

            var text = Charsets.Clean(EncodedWord.Decode(name));
            text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            while (text.Length > 1 && (text[0], text[^1]) is ('"', '"') or ('\'', '\''))
                text = text[1..^1].Trim();
            return text.Equals(address, StringComparison.OrdinalIgnoreCase) ? ""
                : text.Length > 500 ? text[..(char.IsHighSurrogate(text[499]) ? 499 : 500)]
                : text;
        }
    }
}

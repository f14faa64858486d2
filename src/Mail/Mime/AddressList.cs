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
            new AddressScanner(value, found).Run();
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

    internal static string Unescape(ReadOnlySpan<char> text)
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
}

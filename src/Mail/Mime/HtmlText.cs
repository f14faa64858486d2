using System.Collections.Frozen;
using System.Text;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace CrmSync.Mail.Mime;

/// <summary>Turns the HTML of a mail into the text a reader sees.</summary>
public static class HtmlText
{
    /// <summary>Characters of HTML that are read; what lies beyond is left out.</summary>
    public const int Longest = 200_000;

    private const int Deepest = 100;

    private static readonly HtmlParserOptions ParserOptions = new() { IsKeepingSourceReferences = false, IsScripting = false };

    /// <summary>The services of a parser take longer to set up than most mails to parse; they serve one thread.</summary>
    [ThreadStatic]
    private static IBrowsingContext? context;

    /// <summary>
    /// The visible text: blocks and table rows on lines of their own, list items with a dash, quotes with <c>&gt;</c>; no scripts, styles
    /// and hidden parts.
    /// </summary>
    public static string Convert(string html) => Read(html).Text;

    /// <summary>The visible text, and which stretches of it mail programs mark as quoted or as signature.</summary>
    internal static (string Text, IReadOnlyList<TextSpan> Quoted) Read(string html) => new TextWriter().Write(Parse(html));

    /// <summary>The visible text as <see cref="Read"/> gives it, with the links that stand in it.</summary>
    internal static (string Text, IReadOnlyList<TextSpan> Quoted, IReadOnlyList<TextLink> Links) ReadLinks(string html)
    {
        var writer = new TextWriter();
        var (text, quoted) = writer.Write(Parse(html));
        return (text, quoted, writer.Links);
    }

    internal static IHtmlDocument Parse(string html) =>
        new HtmlParser(ParserOptions, context ??= BrowsingContext.New(new Configuration())).ParseDocument(Limited(html));

    /// <summary>The charset a meta element of the first kilobytes declares, or null.</summary>
    internal static string? DeclaredCharset(ReadOnlySpan<byte> html)
    {
        var head = Encoding.Latin1.GetString(html[..Math.Min(html.Length, 2048)]);
        var at = head.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || head.LastIndexOf("<meta", at, StringComparison.OrdinalIgnoreCase) < 0)
            return null;

        var name = head.AsSpan(at + "charset=".Length).TrimStart("\"' ");
        var end = name.IndexOfAny(['"', '\'', '>', ' ', ';']);
        return end <= 0 ? null : name[..end].ToString();
    }

    /// <summary>Elements whose content nobody sees.</summary>
    internal static FrozenSet<string> Hidden { get; } = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "script", "style", "head", "title", "template", "noscript", "select", "textarea", "object", "svg", "xml");

    // Elements that hold nothing, or that the next of their kind closes: a thousand of them unclosed are not deep.
    private static readonly HashSet<string> Flat = new(StringComparer.OrdinalIgnoreCase)
    {
        "br",
        "img",
        "hr",
        "meta",
        "input",
        "link",
        "wbr",
        "col",
        "area",
        "base",
        "embed",
        "source",
        "track",
        "param",
        "p",
        "li",
        "td",
        "th",
        "tr",
        "dt",
        "dd",
        "option",
        "tbody",
        "thead",
        "tfoot",
    };

    /// <summary>
    /// The parser takes time by depth times length, so a hostile mail of nothing but opening tags would hold it for minutes. Tags deeper
    /// than any mailer writes are left out.
    /// </summary>
    private static string Limited(string html)
    {
        var text = html.Length > Longest ? html[..Longest] : html;
        if (text.AsSpan().Count('<') <= Deepest)
            return text;

        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var names = open.GetAlternateLookup<ReadOnlySpan<char>>();
        var flat = Flat.GetAlternateLookup<ReadOnlySpan<char>>();
        var depth = 0;
        StringBuilder? kept = null;
        var done = 0;
        var at = text.IndexOf('<', StringComparison.Ordinal);
        while (at >= 0)
        {
            var closes = at + 1 < text.Length && text[at + 1] == '/';
            var name = NameAt(text, at + (closes ? 2 : 1));
            if (!name.IsEmpty && !flat.Contains(name))
            {
                names.TryGetValue(name, out var count);
                if (closes && count > 0)
                {
                    names[name] = count - 1;
                    depth--;
                }
                else if (!closes && depth >= Deepest)
                {
                    var end = text.IndexOf('>', at);
                    (kept ??= new StringBuilder()).Append(text, done, at - done);
                    done = end < 0 ? text.Length : end + 1;
                }
                else if (!closes)
                {
                    names[name] = count + 1;
                    depth++;
                }
            }

            at = Math.Max(at + 1, done) is var next && next < text.Length ? text.IndexOf('<', next) : -1;
        }

        return kept is null ? text : kept.Append(text, done, text.Length - done).ToString();
    }

    private static ReadOnlySpan<char> NameAt(string text, int at)
    {
        var end = at;
        while (end < text.Length && end - at < 30 && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is ':' or '-'))
            end++;
        return end > at && char.IsAsciiLetter(text[at]) ? text.AsSpan(at, end - at) : [];
    }

    private sealed class TextWriter
    {
        private readonly StringBuilder text = new();
        private readonly List<TextLink> links = [];
        private List<TextSpan>? quoted;
        private int quotedFrom = -1;
        private int quoteDepth;
        private int pendingLines;
        private bool pendingSpace;
        private bool preformatted;

        public IReadOnlyList<TextLink> Links => links;

        public (string Text, IReadOnlyList<TextSpan> Quoted) Write(IDocument document)
        {
            if (document.Body is { } body)
                Children(body, 0);
            if (quotedFrom >= 0)
                (quoted ??= []).Add(new TextSpan(quotedFrom, text.Length + 1));

            var whole = text.ToString();
            var lead = whole.AsSpan().IndexOfAnyExcept('\n') is > 0 and var blank ? blank : 0;
            for (var i = 0; i < links.Count; i++)
                links[i] = links[i] with { Start = links[i].Start - lead, End = links[i].End - lead };
            return (
                whole.Trim('\n'),
                quoted is null ? []
                : lead == 0 ? quoted
                : [.. quoted.Select(span => new TextSpan(span.Start - lead, span.End - lead))]
            );
        }

        private void Children(INode node, int depth)
        {
            if (depth > Deepest)
                return;
            for (var child = node.FirstChild; child is not null; child = child.NextSibling)
            {
                if (child is IText words)
                    Words(words.Data);
                else if (child is IElement element && !IsHidden(element))
                    Marked(element, depth + 1);
            }
        }

        /// <summary>An element, remembering where its text stands when its program marked it as not the author's.</summary>
        private void Marked(IElement element, int depth)
        {
            if (quotedFrom < 0 && HtmlQuotes.IsMark(element))
                quotedFrom = text.Length;
            if (quotedFrom >= 0 || !HtmlQuotes.IsQuote(element) && !HtmlQuotes.IsSignature(element))
            {
                Element(element, depth);
                return;
            }

            // Line breaks due before it are written first, so that the stretch begins with its first line.
            Break(1);
            FlushLines();
            var start = text.Length > 0 && text[^1] != '\n' ? text.ToString().LastIndexOf('\n') + 1 : text.Length;
            Element(element, depth);
            if (text.Length > start)
                (quoted ??= []).Add(new TextSpan(start, text.Length));
        }

        private void Element(IElement element, int depth)
        {
            switch (element.LocalName)
            {
                case "br":
                    FlushLines();
                    text.Append('\n');
                    Prefix();
                    pendingSpace = false;
                    return;
                case "hr":
                    Break(1);
                    Words("________________________________");
                    Break(1);
                    return;
                case "a" or "area" when element.GetAttribute("href") is { Length: > 0 } target:
                    var start = text.Length;
                    Children(element, depth);
                    links.Add(new TextLink(start, text.Length, element.TextContent, target));
                    return;
                case "img":
                    // Only what the sender meant to be read; file names and "logo" are noise.
                    return;
                case "li":
                    Break(1);
                    Words("- ");
                    pendingSpace = true;
                    Children(element, depth);
                    Break(1);
                    return;
                case "blockquote" when HtmlQuotes.IsQuote(element):
                    Break(1);
                    FlushLines();
                    quoteDepth++;
                    if (text.Length > 0 && text[^1] == '\n')
                        text.Append("> ");
                    Children(element, depth);
                    quoteDepth--;
                    Break(1);
                    return;
                case "pre":
                    Break(1);
                    var outer = preformatted;
                    preformatted = true;
                    Children(element, depth);
                    preformatted = outer;
                    Break(1);
                    return;
                case "p" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "ul" or "ol" or "dl" or "table":
                    Break(element.LocalName is "table" or "ul" or "ol" ? 1 : 2);
                    Children(element, depth);
                    Break(element.LocalName is "table" or "ul" or "ol" ? 1 : 2);
                    return;
                case "div"
                or "tr"
                or "dt"
                or "dd"
                or "section"
                or "article"
                or "header"
                or "footer"
                or "center"
                or "address"
                or "form"
                or "fieldset"
                or "caption"
                or "blockquote":
                    Break(1);
                    Children(element, depth);
                    Break(1);
                    return;
                case "td" or "th":
                    Children(element, depth);
                    pendingSpace = true;
                    return;
                default:
                    Children(element, depth);
                    return;
            }
        }

        private static bool IsHidden(IElement element)
        {
            if (Hidden.Contains(element.LocalName))
                return true;
            if (element.Attributes.Length == 0)
                return false;
            if (element.HasAttribute("hidden"))
                return true;
            if (element.GetAttribute("style") is not { Length: > 0 } style)
                return false;
            var compact = style.Replace(" ", "", StringComparison.Ordinal);
            return compact.Contains("display:none", StringComparison.OrdinalIgnoreCase)
                || compact.Contains("visibility:hidden", StringComparison.OrdinalIgnoreCase)
                || compact.Contains("mso-hide:all", StringComparison.OrdinalIgnoreCase);
        }

        private void Words(string data)
        {
            foreach (var c in data)
            {
                if (preformatted && c is '\n' or '\r')
                {
                    if (c == '\n')
                        Break(1, force: true);
                }
                else if (c is ' ' or '\t' or '\n' or '\r' or '\f' or '\u00A0')
                {
                    if (preformatted)
                        Append(' ');
                    else
                        pendingSpace = true;
                }
                else if (c is not ('\u200B' or '\u200C' or '\uFEFF' or '\u00AD' or '\u034F'))
                {
                    if (pendingSpace && pendingLines == 0 && text.Length > 0 && text[^1] is not ('\n' or ' '))
                        text.Append(' ');
                    pendingSpace = false;
                    Append(c);
                }
            }
        }

        private void Append(char c)
        {
            FlushLines();
            text.Append(c);
        }

        private void Break(int lines, bool force = false)
        {
            if (force)
            {
                FlushLines();
                text.Append('\n');
                Prefix();
                return;
            }

            pendingLines = Math.Max(pendingLines, lines);
            pendingSpace = false;
        }

        private void FlushLines()
        {
            if (pendingLines == 0)
                return;
            if (text.Length > 0)
            {
                var have = 0;
                for (var i = text.Length - 1; i >= 0 && text[i] is '\n' or '>' or ' '; i--)
                    have += text[i] == '\n' ? 1 : 0;
                for (; have < pendingLines; have++)
                    text.Append('\n');
                if (text[^1] == '\n')
                    Prefix();
            }
            else
            {
                Prefix();
            }

            pendingLines = 0;
        }

        private void Prefix()
        {
            if (quoteDepth > 0)
                text.Append('>', quoteDepth).Append(' ');
        }
    }
}

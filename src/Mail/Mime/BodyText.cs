using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>The text of a body put together from its sections, and how many uuencoded files were enclosed in it.</summary>
internal sealed record BodyText(string Text, int EnclosedFiles, IReadOnlyList<TextSpan> Quoted)
{
    public static BodyText From(List<TextSection> sections)
    {
        var files = 0;
        StringBuilder? joined = null;
        string? only = null;
        List<TextSpan>? quoted = null;
        foreach (var section in sections)
        {
            if (section.IsBlank)
                continue;
            foreach (var leaf in section.HasPlain ? section.Plain : section.Html)
            {
                IReadOnlyList<TextSpan> spans = [];
                string text;
                if (leaf.Html)
                    (text, spans) = HtmlText.Read(Decoded(leaf));
                else
                    text = Plain(leaf, ref files);
                if (only is null)
                {
                    only = text;
                }
                else
                {
                    joined ??= new StringBuilder(only);
                    joined.Append(joined.Length > 0 && joined[^1] != '\n' ? "\n\n" : "\n");
                    joined.Append(text);
                }

                var start = joined is null ? 0 : joined.Length - text.Length;
                foreach (var span in spans)
                    (quoted ??= []).Add(new TextSpan(span.Start + start, span.End + start));
            }
        }

        return new BodyText(joined?.ToString() ?? only ?? "", files, quoted is null ? [] : quoted);
    }

    public static string? Html(List<TextSection> sections)
    {
        if (!sections.Exists(s => s.Html.Count > 0))
            return null;
        var forms = sections.SelectMany(s => s.Html).Select(Decoded).Where(h => h.Length > 0).ToList();
        return forms.Count switch
        {
            0 => null,
            1 => forms[0],
            _ => string.Join("\n", forms),
        };
    }

    private static string Plain(TextLeaf leaf, ref int files)
    {
        var text = Decoded(leaf);
        if (leaf.Part.Parameter("format") is { } format && format.Equals("flowed", StringComparison.OrdinalIgnoreCase))
            text = Flowed.Unfold(
                text,
                leaf.Part.Parameter("delsp") is { } delsp && delsp.Equals("yes", StringComparison.OrdinalIgnoreCase));
        return UuBlocks.Remove(text, ref files);
    }

    private static string Decoded(TextLeaf leaf)
    {
        var declared = leaf.Part.Charset;
        if (leaf.Html && Charsets.Find(declared) is null)
            declared = HtmlText.DeclaredCharset(leaf.Part.Content.Span);
        return Charsets.Clean(Charsets.Decode(leaf.Part.Content.Span, declared));
    }
}

using System.Text;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Mime;

/// <summary>The text of a body put together from its sections, and how many uuencoded files were enclosed in it.</summary>
internal sealed record BodyText(string Text, int EnclosedFiles)
{
    public static BodyText Of(List<TextSection> sections)
    {
        var files = 0;
        StringBuilder? joined = null;
        string? only = null;
        foreach (var section in sections)
        {
            if (section.IsBlank)
                continue;
            foreach (var leaf in section.HasPlain ? section.Plain : section.Html)
            {
                var text = leaf.Html ? HtmlText.Of(Decoded(leaf)) : Plain(leaf, ref files);
                if (only is null)
                    only = text;
                else
                    (joined ??= new StringBuilder(only)).Append(joined.Length > 0 && joined[^1] != '\n' ? "\n\n" : "\n").Append(text);
            }
        }

        return new BodyText(joined?.ToString() ?? only ?? "", files);
    }

    public static string? HtmlOf(List<TextSection> sections)
    {
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

using AngleSharp.Dom;

namespace CrmSync.Mail.Text;

/// <summary>Takes out of an HTML mail what mail programs mark as the quoted mail.</summary>
internal static class HtmlQuotes
{
    private const int Most = 500;

    /// <summary>
    /// Removes the quotes from the document; false when there is none. A mail that would be left without any text keeps nothing: the caller
    /// shows the whole instead.
    /// </summary>
    public static bool Remove(IDocument document)
    {
        var found = false;

        // Everything from these marks on is the old mail: programs put it beside the mark, not inside.
        foreach (var mark in Marks(document).Take(Most).ToList())
        {
            RemoveFrom(mark);
            found = true;
        }

        foreach (var quote in Quotes(document).Take(Most).ToList())
        {
            quote.Remove();
            found = true;
        }

        return found;
    }

    private static IEnumerable<IElement> Quotes(IDocument document)
    {
        foreach (var element in document.All)
        {
            if (
                element.LocalName == "blockquote"
                    && element.GetAttribute("type") is { } type
                    && type.Equals("cite", StringComparison.OrdinalIgnoreCase)
                || Has(element, "gmail_quote")
                || Has(element, "gmail_extra") && element.TextContent.Contains('>', StringComparison.Ordinal)
                || Has(element, "gmail_attr")
                || Has(element, "moz-cite-prefix")
                || Has(element, "yahoo_quoted")
                || Has(element, "protonmail_quote")
                || Has(element, "zmail_extra")
                || Has(element, "tutanota_quote")
                || Has(element, "gmail_quote_container")
                || element.Id is "OLK_SRC_BODY_SECTION" or "yahoo_quoted" or "isReplyContent" or "replySplit")
                yield return element;
        }
    }

    private static IEnumerable<IElement> Marks(IDocument document)
    {
        foreach (var element in document.All)
        {
            if (
                element.Id
                    is "divRplyFwdMsg"
                        or "appendonsend"
                        or "mail-editor-reference-message-container"
                        or "reply-intro"
                        or "stopSpelling"
                || IsOutlookRule(element))
                yield return element;
        }
    }

    private static bool Has(IElement element, string name) => element.ClassList.Contains(name);

    /// <summary>Outlook draws a thin line above its From/Sent block: a div with one of two border colours.</summary>
    private static bool IsOutlookRule(IElement element)
    {
        if (
            element.LocalName != "div"
            || element.GetAttribute("style") is not { } style
            || !style.Contains("border-top", StringComparison.OrdinalIgnoreCase)
                && !style.Contains("border:none", StringComparison.OrdinalIgnoreCase))
            return false;
        return (
                style.Contains("#E1E1E1", StringComparison.OrdinalIgnoreCase)
                || style.Contains("#B5C4DF", StringComparison.OrdinalIgnoreCase)
            ) && style.Contains("border-top", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Removes the element and everything that follows it in the document.</summary>
    private static void RemoveFrom(IElement element)
    {
        INode node = element;
        while (node.Parent is { } parent && parent is IElement { LocalName: not "html" })
        {
            while (node.NextSibling is { } next)
                parent.RemoveChild(next);
            node = parent;
        }

        element.Remove();
    }
}

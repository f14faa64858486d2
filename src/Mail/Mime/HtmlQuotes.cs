using AngleSharp.Dom;

namespace CrmSync.Mail.Mime;

/// <summary>Knows what mail programs mark as quoted, or as signature, in the HTML they write.</summary>
internal static class HtmlQuotes
{
    private static readonly string[] QuoteClasses =
    [
        "gmail_attr",
        "moz-cite-prefix",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "tutanota_quote",
        "ymail_android_signature",
        "moz-forward-container",
    ];

    private static readonly string[] SignatureClasses =
    [
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
        "ms-outlook-mobile-signature",
        "x_gmail_signature",
        "zimbra-signature",
        "tutanota_signature",
    ];

    private static readonly string[] SignatureIds =
    [
        "ms-outlook-mobile-signature",
        "AppleMailSignature",
        "lineBreakAtBeginningOfSignature",
        "Signature",
        "divtagdefaultwrapper_signature",
        "ymail_android_signature",
    ];

    private static readonly string[] QuoteIds = ["OLK_SRC_BODY_SECTION", "yahoo_quoted", "isReplyContent", "replySplit"];

    private static readonly string[] MarkIds =
        ["divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "reply-intro", "stopSpelling"];

    private const string RuleStyle = "border-top";

    /// <summary>
    /// The tag of every element but <c>blockquote</c> that is a quote, a signature or a mark has one of these words; other tags may have
    /// them too.
    /// </summary>
    public static string[] TellingWords => [.. QuoteClasses, .. SignatureClasses, .. SignatureIds, .. QuoteIds, .. MarkIds, RuleStyle];

    /// <summary>Whether the element holds a quoted mail, or the line that announces one.</summary>
    public static bool IsQuote(IElement element)
    {
        if (element.LocalName == "blockquote")
            return !IsIndent(element);
        return element.Attributes.Length > 0
            && (element.Id is { Length: > 0 } id && Array.IndexOf(QuoteIds, id) >= 0
                || element.ClassName is { Length: > 0 } name && HasAny(name, QuoteClasses));
    }

    /// <summary>Whether the element is a signature its program marked as one.</summary>
    public static bool IsSignature(IElement element) =>
        element.Attributes.Length > 0
        && (element.Id is { Length: > 0 } id && Array.IndexOf(SignatureIds, id) >= 0
            || element.ClassName is { Length: > 0 } name && HasAny(name, SignatureClasses)
            || element.GetAttribute("data-smartmail") is "gmail_signature");

    /// <summary>Whether all that follows the element is the old mail: programs put it beside such a mark, not inside.</summary>
    public static bool IsMark(IElement element) =>
        element.Attributes.Length > 0
        && (element.Id is { Length: > 0 } id && Array.IndexOf(MarkIds, id) >= 0 || IsOutlookRule(element));

    /// <summary>A blockquote that only moves text to the right, as the button for it in Gmail and Apple Mail makes them.</summary>
    private static bool IsIndent(IElement element)
    {
        if (
            element.HasAttribute("type")
            || element.HasAttribute("cite")
            || element.ClassName is { Length: > 0 }
            || element.GetAttribute("style") is not { } style
        )
            return false;
        var compact = style.Replace(" ", "", StringComparison.Ordinal);
        return compact.Contains("border:none", StringComparison.OrdinalIgnoreCase)
            && compact.Contains("margin", StringComparison.OrdinalIgnoreCase)
            && !compact.Contains("border-left:1", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Outlook draws a thin line above its From/Sent block: a div with one of two border colours.</summary>
    private static bool IsOutlookRule(IElement element)
    {
        if (
            element.LocalName != "div"
            || element.GetAttribute("style") is not { } style
            || !style.Contains(RuleStyle, StringComparison.OrdinalIgnoreCase)
        )
            return false;
        return (
                style.Contains("#E1E1E1", StringComparison.OrdinalIgnoreCase)
                || style.Contains("#B5C4DF", StringComparison.OrdinalIgnoreCase)
            )
            && element.TextContent.AsSpan().Count(':') >= 2;
    }

    private static bool HasAny(string classes, string[] names)
    {
        foreach (var name in names)
        {
            if (classes.Contains(name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}

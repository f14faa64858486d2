namespace CrmSync.Mail.Mime;

/// <summary>Decodes one leaf after the other, keeps what is worth keeping of it and measures the rest.</summary>
internal sealed class LeafReader(MimeLimits limits, Allowance allowance, List<TextSection> sections, ProblemList problems)
{
    private MimePart? leaf;
    private TextLeaf? text;
    private TextSection? section;
    private KeptContent? kept;
    private TransferDecoder? decoder;
    private long sixteenths;        // decoded size of a leaf nobody keeps, in sixteenths of a byte

    /// <summary>
    /// Whether a leaf is text to read rather than a file: a text type that is not attached and bears no file name (the topmost part may
    /// bear one).
    /// </summary>
    public static bool IsBodyText(MimePart part) =>
        part.IsText
        && !part.InForwarded
        && part.ContentType
            is not (
                "text/calendar"
                or "text/x-vcalendar"
                or "text/rfc822-headers"
                or "text/css"
                or "text/csv"
                or "text/vcard"
                or "text/x-vcard"
                or "text/directory"
                or "text/x-amp-html"
                or "text/rtf"
                or "text/xml"
                or "text/javascript"
                or "text/watch-html")
        && part.Disposition != "attachment"
        && (part.FileName is null || part.Depth == 0 || part.Disposition == "inline" && part.Parent?.Parts.Count == 1);

    /// <summary>Parts that wrap a mail, with their content.</summary>
    public List<MimePart> Wrapped { get; } = [];

    /// <summary>A leaf begins of which only the size is wanted.</summary>
    public void BeginUnkept(MimePart part)
    {
        leaf = part;
        sixteenths = 0;
    }

    /// <summary>A leaf begins.</summary>
    /// <param name="part">The leaf.</param>
    /// <param name="joined">The piece of the body it joins if it is text; null for a piece of its own.</param>
    public void Begin(MimePart part, TextSection? joined)
    {
        BeginUnkept(part);
        var limit = Keeps(part);
        if (limit <= 0 || joined is not null && IsRicherForm(part, joined))
            return;

        if (IsBodyText(part))
        {
            if (joined is null)
                sections.Add(joined = new TextSection());
            var beyond = section = joined;
            kept = new KeptContent(allowance.AtMost(limit), (_, more) => beyond.AppendBeyond(text!, more));
            text = new TextLeaf(part, kept, part.ContentType == "text/html");
            (text.Html ? section.Html : section.Plain).Add(text);
        }
        else
        {
            kept = new KeptContent(allowance.AtMost(limit), null);
        }

        decoder = new TransferDecoder(part.Encoding, kept);
    }

    /// <summary>Takes the next bytes of the leaf; outside of a leaf they are nobody's.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (leaf is null || data.IsEmpty)
            return;
        if (decoder is not null)
            decoder.Write(data);
        else
            sixteenths += TransferDecoder.Sixteenths(leaf.Encoding, data);
    }

    /// <summary>The leaf, if one is open, has ended.</summary>
    public void End()
    {
        if (leaf is null)
            return;

        decoder?.Finish();
        leaf.Size = kept?.Total ?? Math.Max(0, sixteenths) / 16;
        if (kept is not null)
        {
            leaf.IsContentCut = kept.IsCut;
            leaf.Content = kept.Detach();
            allowance.Take(leaf.Content.Length);
            if (text is null && WrappedPart.IsOne(leaf))
                Wrapped.Add(leaf);
            if (text is not null)
                section!.Finish(text);
            if (kept.IsCut)
                problems.AddCut($"a part of type {leaf.ContentType} is longer than what is kept of it");
        }

        leaf = null;
        kept = null;
        text = null;
        section = null;
        decoder = null;
    }

    /// <summary>text/enriched beside text/plain says the same again, with marks between its words.</summary>
    private static bool IsRicherForm(MimePart part, TextSection joined) =>
        part.ContentType is "text/enriched" or "text/richtext" && joined.Plain.Exists(leaf => leaf.Part.ContentType == "text/plain");

    /// <summary>How much of a leaf is worth keeping; 0 for attachments.</summary>
    private int Keeps(MimePart part)
    {
        if (part.InForwarded)
            return 0;
        return part.ContentType switch
        {
            "text/calendar" or "application/ics" or "text/x-vcalendar" => limits.CalendarBytes,
            var type when ReportPart.IsReport(type) => limits.ReportBytes,
            "message/rfc822" when part.Encoding != TransferEncoding.Identity => limits.ReportBytes,
            "text/html" when IsBodyText(part) => limits.HtmlBytes,
            _ when IsBodyText(part) => limits.TextBytes,
            _ when WrappedPart.IsOne(part) => limits.WrappedBytes,
            _ => 0,
        };
    }
}

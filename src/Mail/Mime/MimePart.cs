namespace CrmSync.Mail.Mime;

/// <summary>One node of a message's tree: a multipart, a message in the message, or a leaf.</summary>
public sealed class MimePart
{
    private readonly ContentField type;
    private readonly List<MimePart> parts = [];
    private ContentField? disposition;

    internal MimePart(HeaderBlock headers, int depth, string defaultType)
    {
        Headers = headers;
        Depth = depth;
        type = ContentField.Parse(headers.First("Content-Type"));
        ContentType =
            type.Value.Length > 2 && type.Value.Contains('/', StringComparison.Ordinal) ? type.Value
            : type.Value.Length == 0 ? defaultType
            : Repaired(type.Value, defaultType);
        Encoding = TransferDecoder.Named(headers.First("Content-Transfer-Encoding"));
    }

    /// <summary>The part's own header fields; those of the whole message for the topmost part.</summary>
    public HeaderBlock Headers { get; }

    /// <summary>The media type in lower case, <c>text/plain</c> when the part names none.</summary>
    public string ContentType { get; }

    /// <summary>How deep the part lies; the topmost one is 0.</summary>
    public int Depth { get; }

    /// <summary>The parts inside; of a <c>message/rfc822</c> the one topmost part of that message.</summary>
    public IReadOnlyList<MimePart> Parts => parts;

    /// <summary><c>attachment</c>, <c>inline</c>, another word in lower case, or empty when the part does not say.</summary>
    public string Disposition => DispositionField.Value;

    /// <summary>The file name, decoded (RFC 2231, 2047) and without folders, or null.</summary>
    public string? FileName => Cleaned(DispositionField["filename"]) ?? Cleaned(type["name"]);

    /// <summary>The Content-ID without brackets, or null.</summary>
    public string? ContentId => MessageIds.Normalise(Headers.First("Content-ID"));

    /// <summary>The transfer encoding as named, in lower case, or <c>7bit</c>.</summary>
    public string TransferEncodingName => Headers.First("Content-Transfer-Encoding")?.ToLowerInvariant() ?? "7bit";

    /// <summary>
    /// The decoded size in bytes: exact where the content was decoded, counted from the encoded form otherwise (exact for well-formed
    /// base64, within a few per cent for quoted-printable). A multipart has none.
    /// </summary>
    public long Size { get; internal set; }

    /// <summary>The decoded content where it is kept (texts, calendars, reports), cut at its limit; else empty.</summary>
    public ReadOnlyMemory<byte> Content { get; internal set; }

    /// <summary>Whether <see cref="Content"/> was kept and stops before the part does.</summary>
    public bool IsContentCut { get; internal set; }

    /// <summary>A parameter of the Content-Type, decoded, or null.</summary>
    public string? Parameter(string name) => type[name];

    /// <summary>The charset the part declares, or null.</summary>
    public string? Charset => type["charset"];

    /// <summary>Whether the type is <c>multipart/…</c>.</summary>
    public bool IsMultipart => ContentType.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>The part and all below it, in the order of the message.</summary>
    public IEnumerable<MimePart> All()
    {
        // No recursion: depth is limited, but the limit is the caller's.
        var todo = new Stack<MimePart>();
        todo.Push(this);
        while (todo.TryPop(out var part))
        {
            yield return part;
            for (var i = part.parts.Count - 1; i >= 0; i--)
                todo.Push(part.parts[i]);
        }
    }

    internal TransferEncoding Encoding { get; }

    public MimePart? Parent { get; private set; }

    /// <summary>Whether it lies in a forwarded message.</summary>
    public bool InForwarded { get; private set; }

    internal void Add(MimePart part)
    {
        parts.Add(part);
        part.Parent = this;
        part.InForwarded = InForwarded || IsMessage;
    }

    internal bool IsMessage => ContentType is "message/rfc822" or "message/global" or "message/news";

    internal bool IsText => ContentType.StartsWith("text/", StringComparison.Ordinal);

    private ContentField DispositionField => disposition ??= ContentField.Parse(Headers.First("Content-Disposition"));

    /// <summary>"text" alone means plain text, "html" alone is what it says; other words name no type at all.</summary>
    private static string Repaired(string value, string defaultType) => value switch
    {
        "text" or "plain" => "text/plain",
        "html" => "text/html",
        "multipart" => "multipart/mixed",
        _ => defaultType == "text/plain" && value.Length > 0 ? "application/octet-stream" : defaultType,
    };

    private static string? Cleaned(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        var clean = Charsets.Clean(name).Replace('\n', ' ').Replace('\t', ' ').Trim();
        var folder = clean.AsSpan().LastIndexOfAny('/', '\\');
        if (folder >= 0 && folder < clean.Length - 1)
            clean = clean[(folder + 1)..];
        return clean.Length == 0 ? null : clean.Length > 255 ? clean[..255] : clean;
    }
}

namespace CrmSync.Mail.Mime;

/// <summary>The parser proper: finds header sections, boundaries and leaves in a run of bytes whose lines end with LF.</summary>
internal sealed class MimeStructure(MimeLimits limits)
{
    private const int LongestBoundary = 1000;
    private const int BoundarySlack = 80;       // white space a gateway may have put behind a boundary
    private const int PartHeaderBytes = 64 * 1024;

    private readonly List<Frame> frames = [];   // open multiparts and forwarded messages, outermost first
    private readonly List<TextSection> sections = [];
    private readonly ProblemList problems = new();
    private readonly List<HeaderBlock.Field> fields = [];
    private State state = State.Start;
    private MimePart? root;

    // The header section being read; offsets count from its first byte, which Consume keeps until the section is complete.
    private int lineStart;
    private int searched;
    private int junkAt = -1;
    private bool tooManyFields;
    private bool midLine;
    private HeaderBlock? pendingHeaders;

    // The body being read.
    private bool atLineStart;
    private int boundaryRoom;
    private KeptContent? preamble;
    private bool inLongLine;
    private MimePart? leaf;
    private TextLeaf? text;
    private TextSection? section;
    private KeptContent? kept;
    private TransferDecoder? decoder;
    private long sixteenths;
    private long keptBytes;
    private int partCount;
    private int transitions;    // changes of state: a step that used no byte but changed state is progress

    private enum State
    {
        Start,
        Headers,
        RestOfHeaders,   // beyond the limit: looking for the empty line only
        Preamble,        // before the first boundary of a multipart
        Body,
    }

    /// <summary>Reads as far as can be told and gives the number of bytes used; the rest comes again, with more behind it.</summary>
    public int Consume(ReadOnlySpan<byte> data, bool final)
    {
        var position = 0;
        while (true)
        {
            var before = transitions;
            var used = state switch
            {
                State.Start => SkipLeadIn(data[position..], final),
                State.Headers => ReadHeaders(data[position..], final),
                State.RestOfHeaders => SkipHeaders(data[position..], final),
                State.Preamble => ReadPreamble(data[position..], final),
                _ => ReadBody(data[position..], final),
            };
            position += used;
            if (used == 0 && transitions == before || position == data.Length && !final)
                break;
        }

        if (final)
        {
            if (preamble is not null)
                EndPreamble(stands: true);
            EndLeaf();
        }

        return position;
    }

    /// <summary>The message as read.</summary>
    public MimeMessage Message()
    {
        root ??= new MimePart(HeaderBlock.Empty, 0, "text/plain");
        foreach (var frame in frames)
        {
            if (frame.Boundary is not null)
                problems.Add("a multipart is not closed by its boundary");
        }

        sections.RemoveAll(s => s.Plain.Count + s.Html.Count == 0);
        return new MimeMessage(root, sections, problems);
    }

    private int SkipLeadIn(ReadOnlySpan<byte> data, bool final)
    {
        if (data.Length < 6 && !final)
            return 0;

        var skip = 0;
        if (data.StartsWith("\uFEFF"u8))
            skip = 3;
        else if (data is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            problems.Add("starts with a UTF-16 byte order mark: no mail is written so");
        var blank = data[skip..].IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (blank < 0 && (!final || !data.IsEmpty))
            return data.Length; // nothing but blank lines so far
        skip += Math.Max(blank, 0);
        if (data.Length - skip < 6 && !final)
            return 0;

        if (data[skip..].StartsWith("From "u8) || data[skip..].StartsWith(">From "u8))
        {
            var newline = data[skip..].IndexOf((byte)'\n');
            if (newline < 0 && !final && data.Length < 4096)
                return 0;
            skip += newline < 0 ? 0 : newline + 1;
        }

        BeginHeaders();
        return skip;
    }

    private void BeginHeaders()
    {
        state = State.Headers;
        transitions++;
        fields.Clear();
        lineStart = searched = 0;
        junkAt = -1;
        tooManyFields = false;
    }

    private int ReadHeaders(ReadOnlySpan<byte> data, bool final)
    {
        var limit = root is null ? limits.HeaderBytes : (int)Math.Min(PartHeaderBytes, Math.Max(0, limits.KeptBytes - keptBytes));
        while (true)
        {
            var newline = data[searched..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                searched = data.Length;
                if (data.Length > limit)
                    return CutHeaders(data, limit);
                if (!final)
                    return 0;
                if (lineStart < data.Length)
                    TakeLine(data, data[lineStart..], data.Length);
                return junkAt >= 0 ? EndHeaders(data, junkAt, junkAt) : EndHeaders(data, data.Length, data.Length);
            }

            var next = searched + newline + 1;
            var line = data[lineStart..(next - 1)];
            if (line.IsEmpty || line is [(byte)'\r'])
                return junkAt >= 0 ? EndHeaders(data, junkAt, junkAt) : EndHeaders(data, lineStart, next);
            if (line.StartsWith("--"u8) && MatchBoundary(line[2..], out _) >= 0)
                return EndHeaders(data, lineStart, lineStart);
            if (!TakeLine(data, line, next))
                return EndHeaders(data, junkAt, junkAt);
            lineStart = searched = next;
            if (next > limit)
                return CutHeaders(data, limit);
        }
    }

    /// <summary>Adds a line to the section; false when it is the second line in a row that is no header, so the body must have begun at the first.</summary>
    private bool TakeLine(ReadOnlySpan<byte> data, ReadOnlySpan<byte> line, int end)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (junkAt < 0 && fields.Count > 0 && !tooManyFields)
                fields[^1] = fields[^1] with { End = end };
            return true;
        }

        var colon = line.IndexOf((byte)':');
        var name = colon <= 0 ? [] : line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.Length > 200 || name.IndexOfAnyExceptInRange((byte)33, (byte)126) >= 0)
        {
            if (line.StartsWith("From "u8) || line.StartsWith(">From "u8))
                return true;
            if (junkAt >= 0)
                return false;
            junkAt = lineStart;
            return true;
        }

        if (junkAt >= 0)
        {
            problems.Add("a line among the headers is none");
            junkAt = -1;
        }

        if (fields.Count < limits.HeaderFields)
        {
            fields.Add(new HeaderBlock.Field(lineStart, name.Length, lineStart + colon + 1, end));
        }
        else if (!tooManyFields)
        {
            tooManyFields = true;
            problems.Add($"more than {limits.HeaderFields} header fields; the later ones are left out");
        }

        return true;
    }

    private int CutHeaders(ReadOnlySpan<byte> data, int limit)
    {
        problems.Add("the header section is longer than its limit; the rest of it is left out");
        midLine = searched > lineStart;
        pendingHeaders = Block(data, Math.Min(lineStart, limit));
        state = State.RestOfHeaders;
        transitions++;
        return searched;
    }

    private int SkipHeaders(ReadOnlySpan<byte> data, bool final)
    {
        var position = 0;
        while (position < data.Length)
        {
            var newline = data[position..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                // Hold a lone CR back: it may be the first half of the empty line.
                var holds = !midLine && data.Length - position == 1 && data[position] == (byte)'\r';
                midLine |= !holds;
                position = holds && !final ? position : data.Length;
                break;
            }

            var line = data.Slice(position, newline);
            position += newline + 1;
            if (!midLine && (line.IsEmpty || line is [(byte)'\r']))
            {
                BeginPart(pendingHeaders!);
                return position;
            }

            midLine = false;
        }

        if (final)
            BeginPart(pendingHeaders!);
        return position;
    }

    private int EndHeaders(ReadOnlySpan<byte> data, int end, int next)
    {
        var headers = Block(data, end);
        if (root is null && fields.Count == 0 && data.Length > 0)
            problems.Add("there are no headers");
        BeginPart(headers);
        return next;
    }

    private HeaderBlock Block(ReadOnlySpan<byte> data, int end)
    {
        while (fields.Count > 0 && fields[^1].End > end)
        {
            if (fields[^1].ValueStart <= end)
            {
                fields[^1] = fields[^1] with { End = end };
                break;
            }

            fields.RemoveAt(fields.Count - 1);
        }

        if (fields.Count == 0)
            return new HeaderBlock([], []);
        keptBytes += root is null ? 0 : end;
        return new HeaderBlock(data[..end].ToArray(), [.. fields]);
    }

    /// <summary>A header section is complete: finds out what follows it.</summary>
    private void BeginPart(HeaderBlock headers)
    {
        pendingHeaders = null;
        transitions++;
        var parent = frames.Count > 0 ? frames[^1] : null;
        var part = new MimePart(headers, (parent?.Part.Depth ?? -1) + 1, parent?.Part.ContentType == "multipart/digest" ? "message/rfc822" : "text/plain");
        if (root is null)
            root = part;
        else if (++partCount <= limits.Parts && parent is not null)
            parent.Part.Add(part);
        else
            problems.Add($"more than {limits.Parts} parts; the later ones are left out");

        state = State.Body;
        atLineStart = true;
        var identity = part.Encoding == TransferEncoding.Identity;
        if (part.IsMultipart && part.Depth < limits.Depth && partCount <= limits.Parts)
            BeginMultipart(part, parent);
        else if (part.IsMessage && identity && part.Depth < limits.Depth && partCount <= limits.Parts)
        {
            frames.Add(new Frame(part, null, null));
            BeginHeaders();
        }
        else
        {
            if (part.IsMultipart && part.Depth >= limits.Depth)
                problems.Add("parts lie deeper in each other than the limit");
            BeginLeaf(part, parent);
        }
    }

    private void BeginMultipart(MimePart part, Frame? parent)
    {
        var inherited = parent?.Section;
        if (inherited is null && part.ContentType == "multipart/alternative")
            sections.Add(inherited = new TextSection());

        var boundary = part.Parameter("boundary")?.TrimEnd();
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
        {
            problems.Add("a multipart names no boundary");
            boundary = null;
        }

        Push(new Frame(part, boundary is null ? null : System.Text.Encoding.UTF8.GetBytes(boundary), inherited));
        state = State.Preamble;
        preamble = new KeptContent(part.InForwarded ? 0 : (int)Math.Min(limits.TextBytes, Math.Max(0, limits.KeptBytes - keptBytes)), null);
    }

    private void Push(Frame frame)
    {
        frames.Add(frame);
        boundaryRoom = Math.Max(boundaryRoom, (frame.Boundary?.Length ?? 0) + 4 + BoundarySlack);
    }

    /// <summary>
    /// Before the first boundary of a multipart. Gateways rewrite the boundary in the header and forget the body, or the other way round: then the first line that
    /// looks like a boundary and stands before a Content- field is taken. When none comes at all, what stands here is the text.
    /// </summary>
    private int ReadPreamble(ReadOnlySpan<byte> data, bool final)
    {
        if (data.IsEmpty)
        {
            if (final)
                EndPreamble(stands: true);
            return 0;
        }

        var newline = data.IndexOf((byte)'\n');
        if (newline < 0 && !final && data.Length < LongestBoundary)
            return 0;

        var used = newline < 0 ? data.Length : newline + 1;
        var line = data[..used].TrimEnd(" \t\r\n"u8);
        if (line.StartsWith("--"u8) && !inLongLine)
        {
            if (MatchBoundary(line[2..], out var closes) is >= 0 and var frame)
            {
                EndPreamble(stands: frame < frames.Count - 1 || closes);
                state = State.Body;
                transitions++;
                atLineStart = true;
                return 0;
            }

            if (line.Length > 6 && line.IndexOf((byte)' ') < 0)
            {
                var next = data[used..];
                if (next.Length < 9 && next.IndexOf((byte)'\n') < 0 && !final)
                    return 0;
                if (next.Length >= 8 && System.Text.Ascii.EqualsIgnoreCase(next[..8], "content-"u8))
                {
                    problems.Add("a multipart uses another boundary than it names");
                    frames[^1] = frames[^1] with { Boundary = line[2..].ToArray() };
                    boundaryRoom = Math.Max(boundaryRoom, line.Length + 2 + BoundarySlack);
                    return ReadPreamble(data, final);
                }
            }
        }

        inLongLine = newline < 0;
        preamble!.Write(data[..used]);
        return used;
    }

    /// <summary>Drops the preamble, or makes it a text part of the multipart that has no others.</summary>
    private void EndPreamble(bool stands)
    {
        inLongLine = false;
        if (preamble is not { } kept)
            return;

        preamble = null;
        var content = kept.Detach();
        var owner = frames[^1].Part;
        if (!stands || owner.InForwarded || content.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)' ') < 0)
            return;

        problems.Add("a multipart without parts; its text is taken as it stands");
        var part = new MimePart(HeaderBlock.Empty, owner.Depth + 1, "text/plain") { Content = content, Size = kept.Total, IsContentCut = kept.IsCut };
        owner.Add(part);
        keptBytes += content.Length;
        var own = new TextSection();
        sections.Add(own);
        own.Plain.Add(new TextLeaf(part, kept, Html: false));
    }

    private int ReadBody(ReadOnlySpan<byte> data, bool final)
    {
        if (!HasBoundaries())
        {
            Write(data);
            return data.Length;
        }

        var candidate = atLineStart ? 0 : NextLine(data, 0);
        while (candidate >= 0)
        {
            var rest = data[candidate..];
            if (rest.Length >= 2 ? rest.StartsWith("--"u8) : !final && (rest.IsEmpty || rest[0] == (byte)'-'))
            {
                var newline = rest[..Math.Min(rest.Length, boundaryRoom)].IndexOf((byte)'\n');
                if (newline < 0 && rest.Length < boundaryRoom && !final)
                    return HoldFrom(data, candidate);

                var line = newline < 0 ? rest[..Math.Min(rest.Length, boundaryRoom)] : rest[..newline];
                if (line.Length > 2 && MatchBoundary(line[2..], out var closes) is >= 0 and var frame)
                {
                    Write(data[..BeforeLineEnd(data, candidate)]);
                    EndLeaf();
                    Reach(frame, closes);
                    return candidate + (newline < 0 ? line.Length : newline + 1);
                }
            }

            candidate = NextLine(data, candidate);
        }

        // The end of a line may belong to a boundary that begins the next bytes.
        var hold = data.Length;
        if (!final)
        {
            if (data.EndsWith("\n-"u8))
                hold -= 2;
            else if (data.EndsWith("\n"u8))
                hold -= 1;
            else if (data.EndsWith("\r"u8))
                hold -= 1;
            if (hold > 0 && hold < data.Length && data[hold] == (byte)'\n' && data[hold - 1] == (byte)'\r')
                hold--;
        }

        if (hold > 0)
        {
            Write(data[..hold]);
            atLineStart = false;
        }

        return hold;
    }

    /// <summary>The next place behind a line end where two dashes stand, or -1.</summary>
    private static int NextLine(ReadOnlySpan<byte> data, int from)
    {
        var found = data[from..].IndexOf("\n--"u8);
        return found < 0 ? -1 : from + found + 1;
    }

    private int HoldFrom(ReadOnlySpan<byte> data, int candidate)
    {
        var hold = BeforeLineEnd(data, candidate);
        if (hold > 0)
        {
            Write(data[..hold]);
            atLineStart = false;
        }

        return hold;
    }

    /// <summary>The line end before a boundary belongs to the boundary.</summary>
    private static int BeforeLineEnd(ReadOnlySpan<byte> data, int lineStart)
    {
        if (lineStart > 0 && data[lineStart - 1] == (byte)'\n')
            lineStart--;
        if (lineStart > 0 && data[lineStart - 1] == (byte)'\r')
            lineStart--;
        return lineStart;
    }

    private bool HasBoundaries()
    {
        foreach (var frame in frames)
        {
            if (frame.Boundary is not null)
                return true;
        }

        return false;
    }

    /// <summary>The innermost open multipart whose boundary this line (behind its dashes) is, or -1.</summary>
    private int MatchBoundary(ReadOnlySpan<byte> line, out bool closes)
    {
        line = line.TrimEnd(" \t\r"u8);
        for (var i = frames.Count - 1; i >= 0; i--)
        {
            if (frames[i].Boundary is not { } boundary || !line.StartsWith(boundary))
                continue;

            closes = line.Length == boundary.Length + 2 && line.EndsWith("--"u8);
            if (closes || line.Length == boundary.Length)
                return i;
        }

        closes = false;
        return -1;
    }

    private void Reach(int frame, bool closes)
    {
        for (var i = frames.Count - 1; i > frame; i--)
        {
            if (frames[i].Boundary is not null)
                problems.Add("a multipart is not closed by its boundary");
            frames.RemoveAt(i);
        }

        if (closes)
        {
            frames.RemoveAt(frame);
            atLineStart = true;
            state = State.Body;
        }
        else
        {
            BeginHeaders();
        }
    }

    private void BeginLeaf(MimePart part, Frame? parent)
    {
        leaf = part;
        sixteenths = 0;
        var listed = partCount <= limits.Parts;
        var limit = listed ? Keeps(part) : 0;
        if (limit <= 0)
            return;

        var room = (int)Math.Min(limit, Math.Max(0, limits.KeptBytes - keptBytes));
        if (IsBodyText(part))
        {
            section = parent?.Section;
            if (section is null)
                sections.Add(section = new TextSection());
            var beyond = section;
            kept = new KeptContent(room, (_, more) => beyond.Beyond(text!, more));
            text = new TextLeaf(part, kept, part.ContentType == "text/html");
            (text.Html ? section.Html : section.Plain).Add(text);
        }
        else
        {
            kept = new KeptContent(room, null);
        }

        decoder = new TransferDecoder(part.Encoding, kept);
    }

    /// <summary>How much of a leaf is worth keeping; 0 for attachments.</summary>
    private int Keeps(MimePart part)
    {
        if (part.InForwarded)
            return 0;
        return part.ContentType switch
        {
            "text/calendar" or "application/ics" or "text/x-vcalendar" => limits.CalendarBytes,
            "message/delivery-status" or "message/global-delivery-status" or "message/disposition-notification" or "message/global-disposition-notification"
                or "message/feedback-report" or "text/rfc822-headers" or "message/rfc822-headers" or "message/global-headers" => limits.ReportBytes,
            "message/rfc822" when part.Encoding != TransferEncoding.Identity => limits.ReportBytes,
            "text/html" when IsBodyText(part) => limits.HtmlBytes,
            _ when IsBodyText(part) => limits.TextBytes,
            _ => 0,
        };
    }

    /// <summary>Whether a leaf is text to read rather than a file: a text type that is not attached and bears no file name (the topmost part may bear one).</summary>
    private static bool IsBodyText(MimePart part) =>
        part.IsText && !part.InForwarded
        && part.ContentType is not ("text/calendar" or "text/x-vcalendar" or "text/rfc822-headers" or "text/css" or "text/csv" or "text/vcard" or "text/x-vcard" or "text/directory"
            or "text/x-amp-html" or "text/rtf" or "text/xml" or "text/javascript" or "text/watch-html")
        && part.Disposition != "attachment" && (part.FileName is null || part.Depth == 0 || part.Disposition == "inline" && part.Parent?.Parts.Count == 1);

    private void Write(ReadOnlySpan<byte> data)
    {
        if (leaf is null || data.IsEmpty)
            return;
        if (decoder is not null)
            decoder.Write(data);
        else
            sixteenths += TransferDecoder.SixteenthsOf(leaf.Encoding, data);
    }

    private void EndLeaf()
    {
        if (leaf is null)
            return;

        decoder?.Finish();
        leaf.Size = kept?.Total ?? sixteenths / 16;
        if (kept is not null)
        {
            leaf.IsContentCut = kept.IsCut;
            leaf.Content = kept.Detach();
            keptBytes += leaf.Content.Length;
            if (text is not null)
                section!.Ended(text);
            if (kept.IsCut)
                problems.Add($"a part of type {leaf.ContentType} is longer than what is kept of it");
        }

        leaf = null;
        kept = null;
        text = null;
        section = null;
        decoder = null;
    }

    /// <summary>An open multipart, or with no boundary a forwarded message.</summary>
    private sealed record Frame(MimePart Part, byte[]? Boundary, TextSection? Section);
}

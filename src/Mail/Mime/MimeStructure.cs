namespace CrmSync.Mail.Mime;

/// <summary>The parser proper: finds header sections, boundaries and leaves in a run of bytes whose lines end with LF.</summary>
internal sealed class MimeStructure
{
    private const int PartHeaderBytes = 64 * 1024;
    private const int LongestPreambleLine = 1000;

    private readonly MimeLimits limits;
    private readonly ProblemList problems = new();
    private readonly List<TextSection> sections = [];
    private readonly Allowance allowance;
    private readonly OpenParts open;
    private readonly HeaderSection headers;
    private readonly LeafReader leaf;
    private readonly AttachedMails attached;
    private State state = State.Start;
    private MimePart? root;
    private bool blankSoFar;    // nothing but blank lines, so what comes is not the first of the message
    private bool atLineStart;
    private KeptContent? preamble;
    private bool inLongLine;
    private int partCount;
    private int bodyEnd;        // where a boundary ended what was read last
    private int transitions;    // changes of state: a step that used no byte but changed state is progress

    public MimeStructure(MimeLimits limits)
    {
        this.limits = limits;
        allowance = new Allowance(limits.KeptBytes);
        open = new OpenParts(problems);
        headers = new HeaderSection(limits, open, problems);
        leaf = new LeafReader(limits, allowance, sections, problems);
        attached = new AttachedMails(limits);
    }

    private enum State
    {
        Start,
        Headers,
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
            var isAttached = attached.Part is not null;
            bodyEnd = int.MaxValue;
            var used = state switch
            {
                State.Start => SkipLeadIn(data[position..], final),
                State.Headers => ReadHeaders(data[position..], final),
                State.Preamble => ReadPreamble(data[position..], final),
                _ => ReadBody(data[position..], final),
            };
            if (isAttached)
                KeepAttached(data.Slice(position, used));
            position += used;
            if (used == 0 && transitions == before || position == data.Length && !final)
                break;
        }

        if (final)
        {
            if (preamble is not null)
                EndPreamble(stands: true);
            leaf.End();
        }

        return position;
    }

    /// <summary>What was read belongs to an attached mail, up to a boundary that ended it.</summary>
    private void KeepAttached(ReadOnlySpan<byte> data)
    {
        var isOver = !open.Holds(attached.Part!);
        attached.Write(isOver && bodyEnd < data.Length ? data[..bodyEnd] : data);
        if (isOver)
            attached.Close();
    }

    /// <summary>The message as read.</summary>
    public MimeMessage Message()
    {
        root ??= new MimePart(HeaderBlock.Empty, 0, "text/plain");
        open.LeaveAll();
        sections.RemoveAll(s => s.Plain.Count + s.Html.Count == 0);
        foreach (var wrapped in leaf.Wrapped)
            OpenWrapped(wrapped);
        return new MimeMessage(root, sections, problems) { AttachedBytes = attached.End(root) };
    }

    /// <summary>
    /// What a part wraps stands in its place: its parts are parts of this message, and its text is the text unless there is another.
    /// </summary>
    private void OpenWrapped(MimePart wrapped)
    {
        if (WrappedPart.Open(wrapped, root!.Headers, limits) is not { } inside)
        {
            problems.Add($"a part of type {wrapped.ContentType} could not be opened");
            return;
        }

        wrapped.Add(inside.Root);
        if (sections.TrueForAll(s => s.IsBlank))
            sections.AddRange(inside.Sections);
    }

    private int SkipLeadIn(ReadOnlySpan<byte> data, bool final)
    {
        if (data.Length < 6 && !final)
            return 0;

        var skip = 0;
        if (!blankSoFar && data.StartsWith("\uFEFF"u8))
            skip = 3;
        else if (!blankSoFar && data is ([0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]))
            problems.Add("starts with a UTF-16 byte order mark: no mail is written so");
        var blank = data[skip..].IndexOfAnyExcept((byte)'\r', (byte)'\n');
        if (blank < 0 && (!final || !data.IsEmpty))
        {
            blankSoFar = true;
            return data.Length;
        }

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
        headers.Begin(root is null ? limits.HeaderBytes : allowance.AtMost(PartHeaderBytes));
    }

    private int ReadHeaders(ReadOnlySpan<byte> data, bool final)
    {
        var used = headers.Read(data, final);
        if (headers.Complete is not { } complete)
            return used;

        if (root is not null)
            allowance.Take(headers.Kept);
        else if (complete.Count == 0 && data.Length > 0)
            problems.Add("there are no headers");
        BeginPart(complete);
        return used;
    }

    /// <summary>A header section is complete: finds out what follows it.</summary>
    private void BeginPart(HeaderBlock section)
    {
        transitions++;
        var parent = open.Innermost;
        var part = new MimePart(
            section,
            (parent?.Part.Depth ?? -1) + 1,
            parent?.Part.ContentType == "multipart/digest" ? "message/rfc822" : "text/plain");
        if (root is null)
            root = part;
        else if (++partCount <= limits.Parts && parent is not null)
            parent.Part.Add(part);
        else
            problems.AddCut($"more than {limits.Parts} parts; the later ones are left out");

        state = State.Body;
        atLineStart = true;
        var listed = partCount <= limits.Parts;
        if (part.IsMultipart && part.Depth < limits.Depth && listed)
        {
            BeginMultipart(part, parent);
        }
        else if (part.IsMessage && part.Encoding == TransferEncoding.Identity && part.Depth < limits.Depth && listed)
        {
            open.EnterMessage(part);
            attached.Begin(part);
            BeginHeaders();
        }
        else
        {
            if (part.IsMultipart && part.Depth >= limits.Depth)
                problems.AddCut("parts lie deeper in each other than the limit");
            if (listed)
                leaf.Begin(part, parent?.Section);
            else
                leaf.BeginUnkept(part);
        }
    }

    private void BeginMultipart(MimePart part, OpenPart? parent)
    {
        var section = parent?.Section;
        if (section is null && part.ContentType == "multipart/alternative")
            sections.Add(section = new TextSection());
        open.EnterMultipart(part, section);
        state = State.Preamble;
        preamble = new KeptContent(part.InForwarded ? 0 : allowance.AtMost(limits.TextBytes), null);
    }

    /// <summary>
    /// Before the first boundary of a multipart. Gateways rewrite the boundary in the header and forget the body, or the other way round:
    /// then the first line that looks like a boundary and stands before a Content- field is taken. When none comes at all, what stands here
    /// is the text.
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
        if (newline < 0 && !final && data.Length < LongestPreambleLine)
            return 0;

        var used = newline < 0 ? data.Length : newline + 1;
        var line = data[..used].TrimEnd(" \t\r\n"u8);
        if (line.StartsWith("--"u8) && !inLongLine)
        {
            if (open.Match(line[2..], out var closes) is { } matched)
            {
                EndPreamble(stands: closes || !ReferenceEquals(matched, open.Innermost));
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
                    open.Rename(line[2..]);
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
        var owner = open.Innermost!.Part;
        if (!stands || owner.InForwarded || content.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)' ') < 0)
            return;

        problems.Add("a multipart without parts; its text is taken as it stands");
        var part = new MimePart(HeaderBlock.Empty, owner.Depth + 1, "text/plain")
        {
            Content = content,
            Size = kept.Total,
            IsContentCut = kept.IsCut,
        };
        owner.Add(part);
        allowance.Take(content.Length);
        var own = new TextSection();
        sections.Add(own);
        own.Plain.Add(new TextLeaf(part, kept, Html: false));
    }

    private int ReadBody(ReadOnlySpan<byte> data, bool final)
    {
        if (!open.HaveBoundaries)
        {
            leaf.Write(data);
            return data.Length;
        }

        var candidate = atLineStart ? 0 : NextLine(data, 0);
        while (candidate >= 0)
        {
            var rest = data[candidate..];
            if (rest.Length >= 2 ? rest.StartsWith("--"u8) : !final && (rest.IsEmpty || rest[0] == (byte)'-'))
            {
                var newline = rest[..Math.Min(rest.Length, open.LineRoom)].IndexOf((byte)'\n');
                if (newline < 0 && rest.Length < open.LineRoom && !final)
                    return HoldFrom(data, candidate);

                var line = newline < 0 ? rest[..Math.Min(rest.Length, open.LineRoom)] : rest[..newline];
                if (line.Length > 2 && open.Match(line[2..], out var closes) is { } part)
                {
                    bodyEnd = BeforeLineEnd(data, candidate);
                    leaf.Write(data[..bodyEnd]);
                    leaf.End();
                    Reach(part, closes);
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
            leaf.Write(data[..hold]);
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
            leaf.Write(data[..hold]);
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

    private void Reach(OpenPart part, bool closes)
    {
        open.Reach(part, closes);
        if (closes)
        {
            atLineStart = true;
            state = State.Body;
        }
        else
        {
            BeginHeaders();
        }
    }
}

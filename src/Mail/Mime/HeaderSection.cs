namespace CrmSync.Mail.Mime;

/// <summary>
/// Reads one header section after the other. Offsets count from the first byte of a section, which <see cref="Read"/> wants to be given
/// again until the section is complete.
/// </summary>
internal sealed class HeaderSection(MimeLimits limits, OpenParts open, ProblemList problems)
{
    private readonly List<HeaderBlock.Field> fields = [];
    private int limit;
    private int lineStart;
    private int searched;
    private int junkAt;             // where the line stands that is no header, or -1
    private bool tooManyFields;
    private HeaderBlock? cut;       // beyond the limit: looking for the empty line only
    private bool midLine;

    /// <summary>The section, once it is complete.</summary>
    public HeaderBlock? Complete { get; private set; }

    /// <summary>Bytes of the message the complete section keeps.</summary>
    public int Kept { get; private set; }

    public void Begin(int keepAtMost)
    {
        limit = keepAtMost;
        fields.Clear();
        lineStart = searched = 0;
        junkAt = -1;
        tooManyFields = false;
        cut = Complete = null;
    }

    /// <summary>Reads as far as can be told and gives the number of bytes used.</summary>
    public int Read(ReadOnlySpan<byte> data, bool final)
    {
        if (cut is not null)
            return Skip(data, final);

        while (true)
        {
            var newline = data[searched..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                searched = data.Length;
                if (data.Length > limit)
                    return Cut(data);
                if (!final)
                    return 0;
                if (lineStart < data.Length)
                    TakeLine(data[lineStart..], data.Length);
                return junkAt >= 0 ? End(data, junkAt, junkAt) : End(data, data.Length, data.Length);
            }

            var next = searched + newline + 1;
            var line = data[lineStart..(next - 1)];
            if (line.IsEmpty || line is [(byte)'\r'])
                return junkAt >= 0 ? End(data, junkAt, junkAt) : End(data, lineStart, next);
            if (line.StartsWith("--"u8) && open.Match(line[2..], out _) is not null)
                return End(data, lineStart, lineStart);
            if (!TakeLine(line, next))
                return End(data, junkAt, junkAt);
            lineStart = searched = next;
            if (next > limit)
                return Cut(data);
        }
    }

    /// <summary>
    /// Adds a line to the section; false when it is the second line in a row that is no header, so the body must have begun at the first.
    /// </summary>
    private bool TakeLine(ReadOnlySpan<byte> line, int end)
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
            problems.AddCut($"more than {limits.HeaderFields} header fields; the later ones are left out");
        }

        return true;
    }

    private int Cut(ReadOnlySpan<byte> data)
    {
        problems.AddCut("the header section is longer than its limit; the rest of it is left out");
        midLine = searched > lineStart;
        cut = Block(data, Math.Min(lineStart, limit));
        return searched;
    }

    private int Skip(ReadOnlySpan<byte> data, bool final)
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
                Complete = cut;
                return position;
            }

            midLine = false;
        }

        if (final)
            Complete = cut;
        return position;
    }

    private int End(ReadOnlySpan<byte> data, int end, int next)
    {
        Complete = Block(data, end);
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

        Kept = fields.Count == 0 ? 0 : end;
        return fields.Count == 0 ? new HeaderBlock([], []) : new HeaderBlock(data[..end].ToArray(), [.. fields]);
    }
}

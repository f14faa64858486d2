using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>The multiparts and forwarded messages the parser is inside of, outermost first, and the boundaries that end them.</summary>
internal sealed class OpenParts(ProblemList problems)
{
    private const int LongestBoundary = 1000;
    private const int Slack = 80;       // white space a gateway may have put behind a boundary

    private readonly List<OpenPart> open = [];

    public OpenPart? Innermost => open.Count > 0 ? open[^1] : null;

    /// <summary>How many bytes of a line decide whether it is a boundary of one of these.</summary>
    public int LineRoom { get; private set; }

    public bool HaveBoundaries
    {
        get
        {
            foreach (var part in open)
            {
                if (part.Boundary is not null)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether a part is one of these.</summary>
    public bool Holds(MimePart part)
    {
        foreach (var one in open)
        {
            if (ReferenceEquals(one.Part, part))
                return true;
        }

        return false;
    }

    public void EnterMessage(MimePart part) => open.Add(new OpenPart(part, null, null));

    public void EnterMultipart(MimePart part, TextSection? section)
    {
        var boundary = part.Parameter("boundary")?.TrimEnd();
        if (string.IsNullOrEmpty(boundary) || boundary.Length > LongestBoundary)
        {
            problems.Add("a multipart names no boundary");
            boundary = null;
        }

        open.Add(new OpenPart(part, boundary is null ? null : Encoding.UTF8.GetBytes(boundary), section));
        MakeRoomFor(open[^1].Boundary);
    }

    /// <summary>The innermost multipart turns out to use this boundary.</summary>
    public void Rename(ReadOnlySpan<byte> boundary)
    {
        open[^1] = open[^1] with { Boundary = boundary.ToArray() };
        MakeRoomFor(open[^1].Boundary);
    }

    /// <summary>The open multipart whose boundary this line (behind its dashes) is, the innermost if several; or null.</summary>
    public OpenPart? Match(ReadOnlySpan<byte> line, out bool closes)
    {
        line = line.TrimEnd(" \t\r"u8);
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (open[i].Boundary is not { } boundary || !line.StartsWith(boundary))
                continue;

            closes = line.Length == boundary.Length + 2 && line.EndsWith("--"u8);
            if (closes || line.Length == boundary.Length)
                return open[i];
        }

        closes = false;
        return null;
    }

    /// <summary>A boundary of this multipart came: leaves everything inside of it, and itself when the boundary closes it.</summary>
    public void Reach(OpenPart part, bool closes)
    {
        while (!ReferenceEquals(open[^1], part))
            LeaveUnclosed();
        if (closes)
            open.RemoveAt(open.Count - 1);
    }

    /// <summary>The message has ended.</summary>
    public void LeaveAll()
    {
        while (open.Count > 0)
            LeaveUnclosed();
    }

    private void LeaveUnclosed()
    {
        if (open[^1].Boundary is not null)
            problems.Add("a multipart is not closed by its boundary");
        open.RemoveAt(open.Count - 1);
    }

    private void MakeRoomFor(byte[]? boundary) => LineRoom = Math.Max(LineRoom, (boundary?.Length ?? 0) + 4 + Slack);
}

/// <summary>An open multipart, or with no boundary a forwarded message.</summary>
/// <param name="Part">The part as described so far.</param>
/// <param name="Boundary">What stands behind the dashes of its boundary lines.</param>
/// <param name="Section">The piece of the body its text leaves belong to, when they are forms of one thing.</param>
internal sealed record OpenPart(MimePart Part, byte[]? Boundary, TextSection? Section);

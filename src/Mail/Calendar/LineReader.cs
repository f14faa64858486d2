namespace CrmSync.Mail.Calendar;

/// <summary>
/// Cuts a stream into unfolded lines (RFC 5545 section 3.1). It works on bytes, because folding may cut a character in two, and holds one
/// buffer and one line at a time. Line ends may be CRLF, LF or CR; blank lines are passed over.
/// </summary>
internal sealed class LineReader(Stream stream, CalendarLimits limits)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private byte[] line = new byte[1024];
    private int length;
    private int position;
    private int end;
    private long total;
    private int physical;

    /// <summary>The line just read, without its line end.</summary>
    public ReadOnlySpan<byte> Line => line.AsSpan(0, length);

    /// <summary>The number of the first physical line of <see cref="Line"/>, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Whether the line was longer than the limit and is cut.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether reading stopped because the stream is longer than the limit.</summary>
    public bool IsCapped { get; private set; }

    /// <summary>Reads the next line that is not blank; false at the end.</summary>
    public bool Read()
    {
        length = 0;
        IsCut = false;
        while (length == 0)
        {
            if (!Fill())
                return false;
            Number = physical + 1;
            Append();
        }

        // vCalendar 1.0: a quoted-printable value goes on after a "=" at the end of the line, and the next line need not begin with a
        // blank.
        while (Fill())
        {
            if (buffer[position] is (byte)' ' or (byte)'\t')
            {
                // Some telephones fold the soft line break of quoted-printable once more.
                if (EndsWithSoftBreak())
                    length--;

                position++;
                Append();
            }
            else if (buffer[position] is (byte)'\r' or (byte)'\n')
                SkipLineEnd();
            else if (EndsWithSoftBreak())
            {
                length--;
                Append();
            }
            else
                break;
        }

        return true;
    }

    private bool EndsWithSoftBreak() =>
        length > 0 && line[length - 1] == '=' && Line.IndexOf("QUOTED-PRINTABLE"u8) is > 0 and var at && at < Line.IndexOf((byte)':');

    /// <summary>Takes the rest of the physical line over, and its line end.</summary>
    private void Append()
    {
        while (Fill())
        {
            var rest = buffer.AsSpan(position, end - position);
            var stop = rest.IndexOfAny((byte)'\r', (byte)'\n');
            var taken = stop < 0 ? rest : rest[..stop];
            Keep(taken);
            position += taken.Length;
            if (stop < 0)
                continue;
            SkipLineEnd();
            return;
        }

        physical++;
    }

    private void SkipLineEnd()
    {
        physical++;
        if (buffer[position++] == '\r' && Fill() && buffer[position] == '\n')
            position++;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > limits.LineBytes)
        {
            IsCut = true;
            bytes = bytes[..(limits.LineBytes - length)];
        }

        if (length + bytes.Length > line.Length)
            Array.Resize(ref line, Math.Min(limits.LineBytes, Math.Max(line.Length * 2, length + bytes.Length)));
        bytes.CopyTo(line.AsSpan(length));
        length += bytes.Length;
    }

    private bool Fill()
    {
        if (position < end)
            return true;
        if (total >= limits.Bytes)
        {
            IsCapped = true;
            return false;
        }

        position = 0;
        end = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, limits.Bytes - total));
        total += end;
        return end > 0;
    }
}

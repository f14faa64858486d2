using System.Buffers;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Reads one message from bytes that come in pieces of any size. Headers, texts, calendars and reports are kept up to their limits;
/// attachments are only scanned for boundaries. Never throws whatever the bytes, takes time linear in them and memory bounded by
/// <see cref="MimeLimits"/>.
/// </summary>
public sealed class MimeParser(MimeLimits? limits = null)
{
    private const int ReadSize = 64 * 1024;

    private readonly MimeStructure structure = new(limits ?? MimeLimits.Default);
    private byte[] carry = [];
    private int carryStart;
    private int carryEnd;
    private LineEnds lineEnds = LineEnds.Unknown;
    private bool crPending;
    private MimeMessage? message;

    private enum LineEnds
    {
        Unknown,
        WithLf,
        CrOnly,
    }

    /// <summary>Takes the next bytes of the message.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (lineEnds == LineEnds.WithLf && carryEnd == carryStart)
        {
            var used = structure.Consume(bytes, final: false);
            Carry(bytes[used..]);
            return;
        }

        if (lineEnds == LineEnds.Unknown && carryEnd == carryStart && bytes.IndexOf((byte)'\n') >= 0)
        {
            lineEnds = LineEnds.WithLf;
            Append(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var take = Math.Min(bytes.Length, ReadSize);
            Carry(bytes[..take]);
            Work(take);
            bytes = bytes[take..];
        }
    }

    /// <summary>Ends the message and gives what was read. The parser is done then.</summary>
    public MimeMessage Finish()
    {
        if (message is null)
        {
            if (lineEnds == LineEnds.Unknown)
                DecideCrOnly(0);
            var rest = carry.AsSpan(carryStart, carryEnd - carryStart);
            structure.Consume(rest, final: true);
            if (carry.Length > 0)
                ArrayPool<byte>.Shared.Return(carry);
            carry = [];
            carryStart = carryEnd = 0;
            message = structure.Message();
        }

        return message;
    }

    /// <summary>Room to read into, followed by <see cref="Advance"/>: saves a copy.</summary>
    internal Span<byte> Buffer()
    {
        Reserve(ReadSize);
        return carry.AsSpan(carryEnd);
    }

    internal void Advance(int count)
    {
        carryEnd += count;
        Work(count);
    }

    /// <summary>Works on the carried bytes, of which the last <paramref name="fresh"/> are new.</summary>
    private void Work(int fresh)
    {
        if (lineEnds == LineEnds.Unknown)
        {
            // A mail of an old Macintosh ends lines with CR alone. One line feed shows that this is not such a mail.
            if (carry.AsSpan(carryEnd - fresh, fresh).IndexOf((byte)'\n') >= 0)
                lineEnds = LineEnds.WithLf;
            else if (carryEnd - carryStart < ReadSize)
                return;
            else
                DecideCrOnly(0);
        }
        else if (lineEnds == LineEnds.CrOnly)
        {
            DecideCrOnly(carryEnd - carryStart - fresh);
        }

        carryStart += structure.Consume(carry.AsSpan(carryStart, carryEnd - carryStart), final: false);
        if (carryStart == carryEnd)
            carryStart = carryEnd = 0;
    }

    /// <summary>Turns each CR after <paramref name="from"/> into LF, a pair CR LF into one.</summary>
    private void DecideCrOnly(int from)
    {
        lineEnds = LineEnds.CrOnly;
        var text = carry.AsSpan(carryStart + from, carryEnd - carryStart - from);
        var length = 0;
        foreach (var b in text)
        {
            if (b != (byte)'\n' || !crPending)
                text[length++] = b == (byte)'\r' ? (byte)'\n' : b;
            crPending = b == (byte)'\r';
        }

        carryEnd -= text.Length - length;
    }

    private void Carry(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        Reserve(bytes.Length);
        bytes.CopyTo(carry.AsSpan(carryEnd));
        carryEnd += bytes.Length;
    }

    private void Reserve(int room)
    {
        if (carry.Length - carryEnd >= room)
            return;

        var held = carryEnd - carryStart;
        if (carry.Length - held >= room && held <= carry.Length / 2)
        {
            carry.AsSpan(carryStart, held).CopyTo(carry);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(held + room, held * 2));
            carry.AsSpan(carryStart, held).CopyTo(larger);
            if (carry.Length > 0)
                ArrayPool<byte>.Shared.Return(carry);
            carry = larger;
        }

        carryStart = 0;
        carryEnd = held;
    }
}

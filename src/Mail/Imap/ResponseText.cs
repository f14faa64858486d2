using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>
/// The text of one response without its line ends, in one piece: short literals stand in it after their marker <c>{n}</c>; of those that
/// went to a consumer only the marker is left. Reused from response to response.
/// </summary>
internal sealed class ResponseText
{
    private readonly List<Literal> literals = [];
    private byte[] bytes = new byte[4096];
    private int length;

    /// <summary>Where a literal stands: its marker, and the bytes of it that were kept.</summary>
    /// <param name="Marker">Index of the opening brace.</param>
    /// <param name="Start">Index of the first kept byte.</param>
    /// <param name="Length">How many were kept: all or none.</param>
    /// <param name="Kept">False when it went to a consumer or was too long.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Literal(int Marker, int Start, int Length, bool Kept);

    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, length);

    public int Length => length;

    public IReadOnlyList<Literal> Literals => literals;

    public void Clear()
    {
        length = 0;
        literals.Clear();
        if (bytes.Length > 1024 * 1024)
            bytes = new byte[4096];
    }

    public void Append(in ReadOnlySequence<byte> more)
    {
        var size = (int)more.Length;
        more.CopyTo(Reserve(size));
        length += size;
    }

    public void Append(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Reserve(more.Length));
        length += more.Length;
    }

    /// <summary>Takes the line end, and the NULs some servers pad with, off the end.</summary>
    public void TrimLineEnd()
    {
        var floor = literals.Count > 0 ? literals[^1].Start + literals[^1].Length : 0;
        while (length > floor && bytes[length - 1] is (byte)'\r' or (byte)'\n' or 0)
            length--;
    }

    public void AddLiteral(int marker, bool kept, int size) => literals.Add(new Literal(marker, length, kept ? size : 0, kept));

    /// <summary>The beginning, for messages about what could not be read; never more than 200 characters.</summary>
    public string Excerpt() => Encoding.Latin1.GetString(bytes, 0, Math.Min(length, 200));

    private Span<byte> Reserve(int size)
    {
        if (bytes.Length - length < size)
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + size));

        return bytes.AsSpan(length, size);
    }
}

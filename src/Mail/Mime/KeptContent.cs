using System.Buffers;

namespace CrmSync.Mail.Mime;

/// <summary>
/// Collects the decoded bytes of a part up to a limit; what comes beyond goes to <paramref name="beyond"/>, if anybody asked for it.
/// </summary>
internal sealed class KeptContent(int limit, Action<KeptContent, ReadOnlySpan<byte>>? beyond)
{
    private byte[] buffer = [];
    private int length;

    /// <summary>All decoded bytes, kept or not.</summary>
    public long Total { get; private set; }

    /// <summary>Whether bytes came beyond the limit.</summary>
    public bool IsCut => Total > length;

    /// <summary>What is kept so far.</summary>
    public ReadOnlySpan<byte> Kept => buffer.AsSpan(0, length);

    public void Write(ReadOnlySpan<byte> decoded)
    {
        Total += decoded.Length;
        var room = Math.Min(limit - length, decoded.Length);
        if (room > 0)
        {
            if (length + room > buffer.Length)
                Grow(length + room);
            decoded[..room].CopyTo(buffer.AsSpan(length));
            length += room;
        }

        if (room < decoded.Length)
            beyond?.Invoke(this, decoded[Math.Max(room, 0)..]);
    }

    /// <summary>Gives the kept bytes as an array of their own and the buffer back to the pool.</summary>
    public byte[] Detach()
    {
        var kept = Kept.ToArray();
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = kept;
        return kept;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(4096, buffer.Length * 2)));
        Kept.CopyTo(larger);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}

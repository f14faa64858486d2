using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Domain.Log;

/// <summary>Hashes that are equal on every machine, database and run, and their short printed forms.</summary>
internal static class StableHash
{
    private const int LengthBytes = 4;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>SHA-256 over the parts, each preceded by its length so that no two lists of parts read the same.</summary>
    public static byte[] Compute(params ReadOnlySpan<string?> parts)
    {
        var longest = 0;
        foreach (var part in parts)
            longest += LengthBytes + Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0);

        var buffer = ArrayPool<byte>.Shared.Rent(longest);
        try
        {
            var written = 0;
            foreach (var part in parts)
            {
                var length = part is null ? -1 : Encoding.UTF8.GetBytes(part, buffer.AsSpan(written + LengthBytes));
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(written), length);
                written += LengthBytes + Math.Max(0, length);
            }

            return SHA256.HashData(buffer.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The first <paramref name="characters"/> of the bytes in base 32 (5 bits a character, no i, l, o, u); sorts as the bytes do.
    /// </summary>
    public static string Print(ReadOnlySpan<byte> bytes, int characters)
    {
        Span<char> text = stackalloc char[characters];
        for (int i = 0, bit = 0; i < characters; i++, bit += 5)
        {
            var window = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Alphabet[(window >> (11 - bit % 8)) & 31];
        }

        return new string(text);
    }

    /// <summary>Seven characters for seconds since 1970, ascending with time; moments before 1970 or after 3058 are clamped.</summary>
    public static string Print(NodaTime.Instant? time)
    {
        const long max = (1L << 35) - 1;
        var seconds = time is { } at ? Math.Clamp(at.ToUnixTimeSeconds(), 0, max) : 0;
        Span<char> text = stackalloc char[7];
        for (var i = 6; i >= 0; i--, seconds >>= 5)
            text[i] = Alphabet[(int)(seconds & 31)];

        return new string(text);
    }
}

using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// SHA-256 over text without white space and controls, as UTF-8, whatever charset, transfer encoding and line width it came in.
/// </summary>
internal sealed class BodyHash
{
    private const int Piece = 4096;

    /// <summary>For each byte 1, or 0 where it is white space or a control character of ASCII.</summary>
    private static readonly byte[] Counts = [.. Enumerable.Range(0, 256).Select(b => (byte)(b is > ' ' and not 0x7F ? 1 : 0))];

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly char[] chars = new char[Piece];
    private readonly byte[] utf8 = new byte[Piece * 3];
    private Decoder? decoder;
    private char high;
    private byte[]? result;

    /// <summary>The leaf whose bytes came last.</summary>
    public TextLeaf? Current { get; private set; }

    /// <summary>The digest of leaves that are kept whole.</summary>
    public static byte[] Compute(List<TextLeaf> leaves)
    {
        // Nearly every body is one leaf in UTF-8 or plain ASCII: then nothing needs to be decoded.
        if (leaves.Count == 1 && OneLeaf(leaves[0]) is { } digest)
            return digest;

        var running = new BodyHash();
        foreach (var leaf in leaves)
            running.Append(leaf);
        return running.Result();
    }

    /// <summary>Adds the kept bytes of a leaf; its charset is settled by them.</summary>
    public void Append(TextLeaf leaf)
    {
        Current = leaf;
        var encoding = Charsets.Choose(leaf.Content.Kept, Charsets.Find(leaf.Part.Charset));
        decoder = ReferenceEquals(encoding, Charsets.Utf7Marker) ? null : encoding.GetDecoder();
        if (decoder is null)
            AppendText(Utf7.Decode(leaf.Content.Kept));
        else
            AppendMore(leaf.Content.Kept);
    }

    /// <summary>Adds further bytes of the current leaf.</summary>
    public void AppendMore(ReadOnlySpan<byte> bytes)
    {
        // Of UTF-7 beyond the kept part the ASCII form is taken: what matters is that equal bytes give equal digests.
        decoder ??= Encoding.Latin1.GetDecoder();
        while (!bytes.IsEmpty)
        {
            decoder.Convert(bytes, chars, flush: false, out var used, out var written, out _);
            AppendText(chars.AsSpan(0, written));
            bytes = bytes[used..];
        }
    }

    /// <summary>The digest of everything added.</summary>
    public byte[] Result() => result ??= hash.GetHashAndReset();

    private void AppendText(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var length = 0;
            var take = text[..Math.Min(text.Length, Piece - 1)];
            foreach (var c in take)
            {
                if (high != 0 && char.IsLowSurrogate(c))
                    length += new Rune(high, c).EncodeToUtf8(utf8.AsSpan(length));
                high = '\0';
                if (char.IsHighSurrogate(c))
                    high = c;
                else if (c < 0x80)
                {
                    if (c is > ' ' and not '\x7F')
                        utf8[length++] = (byte)c;
                }
                else if (!char.IsWhiteSpace(c) && !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\uFEFF' or '\u200B'))
                    length += new Rune(c).EncodeToUtf8(utf8.AsSpan(length));
            }

            hash.AppendData(utf8, 0, length);
            text = text[take.Length..];
        }
    }

    private static byte[]? OneLeaf(TextLeaf leaf)
    {
        var text = leaf.Content.Kept;
        var page = Charsets.Choose(text, Charsets.Find(leaf.Part.Charset)).CodePage;
        if (
            !(
                page == 65001
                    ? System.Text.Unicode.Utf8.IsValid(text)
                    : page is >= 1250 and <= 1258 or >= 28591 and <= 28605 or 20866 && Ascii.IsValid(text)))
            return null;

        var bare = ArrayPool<byte>.Shared.Rent(text.Length);
        var digest = SHA256.HashData(bare.AsSpan(0, Squeeze(text, bare)));
        ArrayPool<byte>.Shared.Return(bare);
        return digest;
    }

    /// <summary>Writes what is neither white space nor a control character, and says how many bytes that were.</summary>
    private static int Squeeze(ReadOnlySpan<byte> text, Span<byte> bare)
    {
        // Every byte is written and only one that counts moves on: without a branch, for spaces come as nobody can foretell.
        var counts = Counts;
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            bare[length] = b;
            length += counts[b];
            if (b >= 0x80 && SpaceAt(text[i..]) is > 0 and var skip)
            {
                length--;
                i += skip - 1;
            }
        }

        return length;
    }

    /// <summary>
    /// The length of a white space or control character beyond ASCII, or 0; the same characters that <see cref="AppendText"/> leaves out.
    /// </summary>
    private static int SpaceAt(ReadOnlySpan<byte> utf8)
    {
        if (
            utf8[0] is not (0xC2 or 0xE1 or 0xE2 or 0xE3 or 0xEF)
            || Rune.DecodeFromUtf8(utf8, out var rune, out var length) != OperationStatus.Done)
            return 0;
        return Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || rune.Value is 0xFEFF or 0x200B ? length : 0;
    }
}

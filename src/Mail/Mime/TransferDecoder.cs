using System.Buffers;
using System.Buffers.Text;

namespace CrmSync.Mail.Mime;

/// <summary>How the bytes of a part are written down.</summary>
internal enum TransferEncoding
{
    Identity,
    Base64,
    QuotedPrintable,
    UuEncode,
}

/// <summary>Undoes a transfer encoding piece by piece; pieces may end anywhere, damage costs no more than the damaged characters.</summary>
internal sealed class TransferDecoder(TransferEncoding encoding, KeptContent target)
{
    private static readonly SearchValues<byte> Base64Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private const int LongestUuLine = 200;
    private readonly byte[] held = new byte[LongestUuLine];
    private int heldLength;
    private bool padded;        // the padding of base64 came: what follows may be another stream or plain text
    private bool ended;
    private bool uuBegun;
    private bool uuEnded;

    /// <summary>The encoding a Content-Transfer-Encoding field names; unknown names mean that nothing was done.</summary>
    public static TransferEncoding Named(string? value)
    {
        var name = value.AsSpan().Trim().Trim("\"';").Trim();
        var end = name.IndexOfAny(" ;(");
        if (end > 0)
            name = name[..end];
        return name switch
        {
            _ when name.Equals("base64", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("x-base64", StringComparison.OrdinalIgnoreCase) => TransferEncoding.Base64,
            _ when name.Equals("quoted-printable", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("quoted-printeable", StringComparison.OrdinalIgnoreCase) => TransferEncoding.QuotedPrintable,
            _ when name.Equals("x-uuencode", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("x-uue", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("uuencode", StringComparison.OrdinalIgnoreCase) => TransferEncoding.UuEncode,
            _ => TransferEncoding.Identity,
        };
    }

    /// <summary>
    /// The decoded size of one encoded piece, counted without decoding; exact for well-formed base64 summed over all its pieces, close for
    /// the others.
    /// </summary>
    public static long Sixteenths(TransferEncoding encoding, ReadOnlySpan<byte> piece) => encoding switch
    {
        TransferEncoding.Base64 => 12L * (piece.Length - piece.Count((byte)'\n') - piece.Count((byte)'\r') - piece.Count((byte)'=')),
        TransferEncoding.QuotedPrintable => 16L * (piece.Length - 2 * piece.Count((byte)'=')),
        TransferEncoding.UuEncode => 11L * piece.Length,
        _ => 16L * piece.Length,
    };

    /// <summary>Decodes the next piece.</summary>
    public void Write(ReadOnlySpan<byte> piece)
    {
        switch (encoding)
        {
            case TransferEncoding.Base64:
                WriteBase64(piece);
                break;
            case TransferEncoding.QuotedPrintable:
                WriteQuotedPrintable(piece, final: false);
                break;
            case TransferEncoding.UuEncode:
                WriteUu(piece);
                break;
            default:
                target.Write(piece);
                break;
        }
    }

    /// <summary>Decodes what was held back because more might have come.</summary>
    public void Finish()
    {
        if (encoding == TransferEncoding.Base64 && padded)
            FlushPaddedLine();
        else if (encoding == TransferEncoding.Base64)
            FlushQuantum();
        else if (encoding == TransferEncoding.QuotedPrintable)
            WriteQuotedPrintable([], final: true);
        else if (encoding == TransferEncoding.UuEncode)
            FlushUuLine();
    }

    private void WriteBase64(ReadOnlySpan<byte> piece)
    {
        if (padded)
        {
            WriteBehindPadding(piece);
            return;
        }

        const int Block = 3072; // a multiple of four
        Span<byte> clean = stackalloc byte[Block];
        var length = heldLength;
        held.AsSpan(0, length).CopyTo(clean);
        while (!piece.IsEmpty)
        {
            var run = piece.IndexOfAnyExcept(Base64Alphabet);
            if (run < 0)
                run = piece.Length;
            while (run > 0)
            {
                var take = Math.Min(run, Block - length);
                piece[..take].CopyTo(clean[length..]);
                length += take;
                piece = piece[take..];
                run -= take;
                if (length == Block)
                    length = DecodeQuanta(clean, length);
            }

            if (piece.IsEmpty)
                break;

            // Padding ends a stream; joined streams go on behind it (some senders encode line by line).
            if (piece[0] == (byte)'=')
            {
                length = DecodeQuanta(clean, length);
                clean[..length].CopyTo(held);
                heldLength = length;
                FlushQuantum();
                padded = true;
                WriteBehindPadding(piece[1..]);
                return;
            }

            piece = piece[1..];
        }

        length = DecodeQuanta(clean, length);
        clean[..length].CopyTo(held);
        heldLength = length;
    }

    /// <summary>
    /// Behind the padding a line counts only when it is base64 as a whole: some senders encode line by line, and lists put a footer in
    /// plain text there.
    /// </summary>
    private void WriteBehindPadding(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty && !ended)
        {
            var newline = piece.IndexOf((byte)'\n');
            var line = newline < 0 ? piece : piece[..newline];
            if (line.Length > held.Length - heldLength)
            {
                ended = true;
                return;
            }

            line.CopyTo(held.AsSpan(heldLength));
            heldLength += line.Length;
            if (newline < 0)
                return;
            FlushPaddedLine();
            piece = piece[(newline + 1)..];
        }
    }

    private void FlushPaddedLine()
    {
        ReadOnlySpan<byte> whole = held.AsSpan(0, heldLength).Trim(" \t\r"u8);
        whole = whole.TrimStart((byte)'=');
        var line = whole.TrimEnd((byte)'=');
        heldLength = 0;
        if (line.IsEmpty || ended)
            return;
        if (line.IndexOfAnyExcept(Base64Alphabet) >= 0 || whole.Length % 4 != 0)
        {
            ended = true;
            return;
        }

        Span<byte> quanta = stackalloc byte[LongestUuLine + 4];
        quanta.Fill((byte)'A');
        line.CopyTo(quanta);
        Base64.DecodeFromUtf8InPlace(quanta[..((line.Length + 3) & ~3)], out _);
        target.Write(quanta[..(line.Length * 3 / 4)]);
    }

    /// <summary>Decodes all whole groups of four and moves the rest to the front; gives the length of the rest.</summary>
    private int DecodeQuanta(Span<byte> clean, int length)
    {
        var whole = length & ~3;
        if (whole == 0)
            return length;
        Span<byte> rest = stackalloc byte[3];
        var restLength = length - whole;
        clean[whole..length].CopyTo(rest);
        Base64.DecodeFromUtf8InPlace(clean[..whole], out var written);
        target.Write(clean[..written]);
        rest[..restLength].CopyTo(clean);
        return restLength;
    }

    private void FlushQuantum()
    {
        if (heldLength >= 2)
        {
            Span<byte> quantum = [(byte)'A', (byte)'A', (byte)'A', (byte)'A'];
            held.AsSpan(0, heldLength).CopyTo(quantum);
            Base64.DecodeFromUtf8InPlace(quantum, out _);
            target.Write(quantum[..(heldLength - 1)]);
        }

        heldLength = 0;
    }

    private void WriteQuotedPrintable(ReadOnlySpan<byte> piece, bool final)
    {
        if (heldLength > 0)
        {
            // What was held starts with '='; complete it byte by byte until it can be told what it is.
            while (heldLength > 0 && (!piece.IsEmpty || final))
            {
                if (!piece.IsEmpty && heldLength < 100)
                {
                    held[heldLength++] = piece[0];
                    piece = piece[1..];
                    if (Escape(held.AsSpan(0, heldLength), final: false, out var part) is > 0 and var used)
                    {
                        Put(part);
                        // What is left begins another escape, or is text; both, as in "=A=".
                        var left = held.AsSpan(used, heldLength - used);
                        var next = left.IndexOf((byte)'=');
                        target.Write(next < 0 ? left : left[..next]);
                        heldLength = next < 0 ? 0 : left.Length - next;
                        left[^heldLength..].CopyTo(held);
                    }
                }
                else
                {
                    var used2 = Escape(held.AsSpan(0, heldLength), final: true, out var part2);
                    Put(part2);
                    target.Write(held.AsSpan(used2, heldLength - used2));
                    heldLength = 0;
                }
            }
        }

        while (!piece.IsEmpty)
        {
            var at = piece.IndexOf((byte)'=');
            if (at < 0)
            {
                target.Write(piece);
                return;
            }

            if (at > 0)
                target.Write(piece[..at]);
            piece = piece[at..];
            var used = Escape(piece, final, out var part);
            if (used == 0)
            {
                heldLength = Math.Min(piece.Length, 99);
                piece[..heldLength].CopyTo(held);
                return;
            }

            Put(part);
            piece = piece[used..];
        }

        void Put(int decoded)
        {
            if (decoded >= 0)
                target.Write([(byte)decoded]);
        }
    }

    /// <summary>
    /// Reads what stands at '=': how many bytes it takes (0: cannot tell yet) and the byte it means (-1: none, a soft line break).
    /// </summary>
    private static int Escape(ReadOnlySpan<byte> at, bool final, out int decoded)
    {
        decoded = -1;
        if (at.Length >= 3 && char.IsAsciiHexDigit((char)at[1]) && char.IsAsciiHexDigit((char)at[2]))
        {
            decoded = EncodedWord.Hex(at[1]) << 4 | EncodedWord.Hex(at[2]);
            return 3;
        }

        if (at.Length >= 2 && at[1] == (byte)'\n')
            return 2;

        var end = 1;
        while (end < at.Length && end < 80 && at[end] is (byte)' ' or (byte)'\t' or (byte)'\r')
            end++;
        if (end < at.Length && at[end] == (byte)'\n')
            return end + 1;
        if (end == at.Length && !final && end < 80)
            return 0;
        if (at.Length == 2 && !final && char.IsAsciiHexDigit((char)at[1]))
            return 0;
        if (end == at.Length && final && end > 1 || at.Length == 1)
            return end;

        decoded = '=';
        return 1;
    }

    private void WriteUu(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty && !uuEnded)
        {
            var newline = piece.IndexOf((byte)'\n');
            var line = newline < 0 ? piece : piece[..newline];
            var take = Math.Min(line.Length, LongestUuLine - heldLength);
            line[..take].CopyTo(held.AsSpan(heldLength));
            heldLength += take;
            if (newline < 0)
                return;
            FlushUuLine();
            piece = piece[(newline + 1)..];
        }
    }

    private void FlushUuLine()
    {
        var line = held.AsSpan(0, heldLength).TrimEnd((byte)'\r');
        heldLength = 0;
        if (!uuBegun)
        {
            uuBegun = line.StartsWith("begin "u8);
            return;
        }

        if (line.SequenceEqual("end"u8))
        {
            uuEnded = true;
            return;
        }

        if (line.IsEmpty || line[0] is < 0x20 or > 0x60)
            return;

        Span<byte> decoded = stackalloc byte[LongestUuLine];
        var length = (line[0] - 0x20) & 0x3F;
        var written = 0;
        for (var i = 1; written < length; i += 4)
        {
            int Sextet(ReadOnlySpan<byte> l, int k) => k < l.Length ? (l[k] - 0x20) & 0x3F : 0;
            var bits = Sextet(line, i) << 18 | Sextet(line, i + 1) << 12 | Sextet(line, i + 2) << 6 | Sextet(line, i + 3);
            decoded[written++] = (byte)(bits >> 16);
            decoded[written++] = (byte)(bits >> 8);
            decoded[written++] = (byte)bits;
        }

        target.Write(decoded[..length]);
    }
}

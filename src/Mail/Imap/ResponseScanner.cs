using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>A response that cannot be read; costs that response, not the connection.</summary>
internal sealed class UnreadableResponseException(string reason) : Exception(reason);

/// <summary>Walks through the text of one response, forgiving what servers get wrong as long as the meaning is clear.</summary>
internal ref struct ResponseScanner(ResponseText text, ImapLimits limits)
{
    private readonly ReadOnlySpan<byte> bytes = text.Bytes;
    private int position;
    private int literal;

    public int Position
    {
        readonly get => position;
        set
        {
            position = value;
            literal = 0;
            while (literal < text.Literals.Count && text.Literals[literal].Marker < position)
                literal++;
        }
    }

    public readonly bool AtEnd => position >= bytes.Length;

    public readonly byte Next => position < bytes.Length ? bytes[position] : (byte)0;

    public readonly ReadOnlySpan<byte> Rest => bytes[position..];

    public readonly bool AtLiteral => literal < text.Literals.Count && text.Literals[literal].Marker == position;

    public void SkipSpaces()
    {
        while (position < bytes.Length && bytes[position] is (byte)' ' or (byte)'\t')
            position++;
    }

    public bool Take(byte wanted)
    {
        if (Next != wanted || AtEnd)
            return false;

        position++;
        return true;
    }

    public void Expect(byte wanted)
    {
        if (!Take(wanted))
            throw Unreadable($"expected '{(char)wanted}'");
    }

    /// <summary>Everything up to a space, a parenthesis or the end; may be empty.</summary>
    public ReadOnlySpan<byte> Atom()
    {
        var start = position;
        while (position < bytes.Length && bytes[position] is not ((byte)' ' or (byte)'(' or (byte)')' or (byte)'\t') && !AtLiteral)
            position++;

        return bytes[start..position];
    }

    /// <summary>
    /// The name of something fetched: an atom whose brackets may hold spaces and parentheses, as in <c>BODY[HEADER.FIELDS (FROM
    /// TO)]&lt;0&gt;</c>.
    /// </summary>
    public ReadOnlySpan<byte> ItemName()
    {
        var start = position;
        while (position < bytes.Length && bytes[position] is not ((byte)' ' or (byte)'(' or (byte)')'))
        {
            if (bytes[position] == '[')
            {
                var close = bytes[position..].IndexOf((byte)']');
                if (close < 0)
                    throw Unreadable("a section without its closing bracket");

                position += close;
            }

            position++;
        }

        return bytes[start..position];
    }

    /// <summary>
    /// A number, or null when what stands there is not one that can be used (negative, too large, with lost digits, NIL).
    /// </summary>
    public ulong? Number() => NumberOf(String(out _));

    /// <summary>The value of digits; null for anything that is not exactly a number of at most 64 bits.</summary>
    public static ulong? NumberOf(ReadOnlySpan<byte> digits)
    {
        if (Utf8Parser.TryParse(digits, out ulong value, out var used) && used == digits.Length)
            return value;

        // mail.ru prints 1.86931e+06: usable only when all digits are there.
        if (digits.ContainsAny((byte)'e', (byte)'E')
            && decimal.TryParse(Encoding.Latin1.GetString(digits), NumberStyles.Float, CultureInfo.InvariantCulture, out var exponent)
            && exponent is >= 0 and < 100_000)
            return (ulong)exponent;

        return null;
    }

    /// <summary>A string in any form: quoted, literal, atom. NIL is empty.</summary>
    /// <param name="nil">True when NIL stood there.</param>
    public ReadOnlySpan<byte> String(out bool nil)
    {
        nil = false;
        if (AtLiteral)
            return TakeLiteral();

        if (Next == '"')
            return Quoted();

        var atom = Atom();
        nil = Ascii.EqualsIgnoreCase(atom, "NIL"u8);
        return nil ? default : atom;
    }

    /// <summary>Steps over one value of any shape.</summary>
    public void SkipValue()
    {
        var depth = 0;
        do
        {
            SkipSpaces();
            if (AtEnd)
            {
                if (depth > 0)
                    throw Unreadable("a parenthesis is not closed");

                return;
            }

            if (AtLiteral)
                TakeLiteral();
            else if (Next == '"')
                Quoted();
            else if (Next == '(')
            {
                position++;
                if (++depth > limits.Depth)
                    throw Unreadable($"more than {limits.Depth} parentheses within each other");
            }
            else if (Next == ')')
            {
                if (depth == 0)
                    return;

                position++;
                depth--;
            }
            else if (ItemName().IsEmpty)
                position++;
        }
        while (depth > 0);
    }

    public readonly UnreadableResponseException Unreadable(string reason) => new($"{reason} at byte {position}");

    private ReadOnlySpan<byte> TakeLiteral()
    {
        var here = text.Literals[literal++];
        position = here.Start + here.Length;
        return bytes.Slice(here.Start, here.Length);
    }

    private ReadOnlySpan<byte> Quoted()
    {
        var start = ++position;
        var escaped = false;
        for (; position < bytes.Length; position++)
        {
            if (bytes[position] == '"')
            {
                var raw = bytes[start..position++];
                return escaped ? Unescape(raw) : raw;
            }

            if (bytes[position] == '\\' && position + 1 < bytes.Length && bytes[position + 1] is (byte)'"' or (byte)'\\')
            {
                escaped = true;
                position++;
            }
        }

        throw Unreadable("a quoted string does not end");
    }

    private static byte[] Unescape(ReadOnlySpan<byte> raw)
    {
        var result = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            // A backslash before anything else is one that Domino forgot to escape.
            if (raw[i] == '\\' && i + 1 < raw.Length && raw[i + 1] is (byte)'"' or (byte)'\\')
                i++;

            result[length++] = raw[i];
        }

        return result[..length];
    }
}

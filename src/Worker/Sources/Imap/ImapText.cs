using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>Walks through one line of an IMAP answer, forgiving what servers get wrong as long as the meaning is clear.</summary>
internal ref struct ImapText(ReadOnlySpan<byte> line)
{
    private readonly ReadOnlySpan<byte> bytes = line;

    public int Position { get; set; }

    public readonly bool AtEnd => Position >= bytes.Length;

    public readonly byte Next => Position < bytes.Length ? bytes[Position] : (byte)0;

    public readonly ReadOnlySpan<byte> Rest => bytes[Math.Min(Position, bytes.Length)..];

    public void SkipSpaces()
    {
        while (Position < bytes.Length && bytes[Position] is (byte)' ' or (byte)'\t')
            Position++;
    }

    public bool Take(byte wanted)
    {
        if (AtEnd || Next != wanted)
            return false;

        Position++;
        return true;
    }

    /// <summary>Everything up to a space, a parenthesis or the end; may be empty.</summary>
    public ReadOnlySpan<byte> Atom()
    {
        var start = Position;
        while (Position < bytes.Length && bytes[Position] is not ((byte)' ' or (byte)'(' or (byte)')' or (byte)'\t'))
            Position++;

        return bytes[start..Position];
    }

    /// <summary>
    /// The name of something fetched: an atom whose brackets may hold spaces and parentheses, as in <c>BODY[HEADER.FIELDS (FROM
    /// TO)]&lt;0&gt;</c>.
    /// </summary>
    public ReadOnlySpan<byte> ItemName()
    {
        var start = Position;
        while (Position < bytes.Length && bytes[Position] is not ((byte)' ' or (byte)'(' or (byte)')'))
        {
            if (bytes[Position] == '[')
                Position += Math.Max(0, bytes[Position..].IndexOf((byte)']'));

            Position++;
        }

        return bytes[start..Position];
    }

    /// <summary>A string, quoted or not; NIL is empty.</summary>
    /// <param name="nil">True when NIL stood there.</param>
    public ReadOnlySpan<byte> String(out bool nil)
    {
        nil = false;
        if (Next == '"')
            return Quoted();

        var atom = Atom();
        nil = Ascii.EqualsIgnoreCase(atom, "NIL"u8);
        return nil ? default : atom;
    }

    /// <summary>One value of any shape, as it stands; null when its end is missing.</summary>
    public bool TryValue(out ReadOnlySpan<byte> value)
    {
        var start = Position;
        var depth = 0;
        do
        {
            SkipSpaces();
            if (AtEnd)
                break;

            if (Next == '"')
                Quoted();
            else if (Take((byte)'('))
                depth++;
            else if (Next == ')' && depth == 0)
                break;
            else if (Take((byte)')'))
                depth--;
            else if (ItemName().IsEmpty)
                Position++;
        }
        while (depth > 0);

        value = bytes[start..Math.Min(Position, bytes.Length)];
        return depth == 0;
    }

    /// <summary>The value of digits; null for anything that is not exactly a number of at most 64 bits.</summary>
    public static ulong? Number(ReadOnlySpan<byte> digits)
    {
        if (Utf8Parser.TryParse(digits, out ulong value, out var used) && used == digits.Length)
            return value;

        // mail.ru prints 1.86931e+06: usable only when all digits are there.
        return digits.ContainsAny((byte)'e', (byte)'E')
            && decimal.TryParse(Encoding.Latin1.GetString(digits), NumberStyles.Float, CultureInfo.InvariantCulture, out var exponent)
            && exponent is >= 0 and < 100_000
            ? (ulong)exponent
            : null;
    }

    /// <summary>A number that can be the UID of a message; null for anything else.</summary>
    public static uint? Uid(ReadOnlySpan<byte> digits) => Number(digits) is > 0 and <= uint.MaxValue and var uid ? (uint)uid : null;

    private ReadOnlySpan<byte> Quoted()
    {
        var start = ++Position;
        var escaped = false;
        for (; Position < bytes.Length; Position++)
        {
            if (bytes[Position] == '"')
            {
                var raw = bytes[start..Position++];
                return escaped ? Unescaped(raw) : raw;
            }

            if (bytes[Position] == '\\' && Position + 1 < bytes.Length && bytes[Position + 1] is (byte)'"' or (byte)'\\')
            {
                escaped = true;
                Position++;
            }
        }

        return bytes[start..];
    }

    private static byte[] Unescaped(ReadOnlySpan<byte> raw)
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

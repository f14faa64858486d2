using System.Collections;
using System.Text;

namespace CrmSync.Mail.Mime;

/// <summary>
/// One header field: its name as written, its value unfolded, raw bytes read as UTF-8 or else windows-1252, encoded words left as they are.
/// </summary>
/// <param name="Name">The field name as the sender wrote it.</param>
/// <param name="Value">The value without folding, NUL and outer white space.</param>
public sealed record Header(string Name, string Value);

/// <summary>The header fields of a message or part, in their order; text is made only when somebody asks for it.</summary>
public sealed class HeaderBlock : IReadOnlyList<Header>
{
    private readonly byte[] bytes;
    private readonly Field[] fields;

    internal HeaderBlock(byte[] bytes, Field[] fields)
    {
        this.bytes = bytes;
        this.fields = fields;
    }

    internal static HeaderBlock Empty { get; } = new([], []);

    /// <summary>What raw 8-bit values are read with when they are not UTF-8; the charset of the body is the best guess there is.</summary>
    internal Encoding? Fallback { get; set; }

    /// <inheritdoc/>
    public int Count => fields.Length;

    /// <inheritdoc/>
    public Header this[int index] => new(Encoding.ASCII.GetString(Name(fields[index])), Value(fields[index]));

    /// <summary>The value of the first field of that name that is not blank, or null; names are equal without case.</summary>
    public string? First(string name)
    {
        foreach (var field in fields)
        {
            if (IsNamed(field, name) && Value(field) is { Length: > 0 } value)
                return value;
        }

        return null;
    }

    /// <summary>Like <see cref="First"/>, with encoded words read.</summary>
    public string? Text(string name) => First(name) is { } value ? EncodedWord.Decode(value) : null;

    /// <summary>The values of all fields of that name, topmost first.</summary>
    public IEnumerable<string> All(string name)
    {
        foreach (var field in fields)
        {
            if (IsNamed(field, name))
                yield return Value(field);
        }
    }

    /// <summary>Whether there is a field of that name, blank or not.</summary>
    public bool Has(string name) => CountFields(name) > 0;

    /// <inheritdoc/>
    public IEnumerator<Header> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal int CountFields(string name)
    {
        var count = 0;
        foreach (var field in fields)
            count += IsNamed(field, name) ? 1 : 0;
        return count;
    }

    private bool IsNamed(Field field, string name) => field.NameLength == name.Length && Ascii.EqualsIgnoreCase(Name(field), name);

    private ReadOnlySpan<byte> Name(Field field) => bytes.AsSpan(field.Start, field.NameLength);

    private string Value(Field field)
    {
        var raw = bytes.AsSpan(field.ValueStart, field.End - field.ValueStart).Trim(" \t\r\n\0"u8);
        if (raw.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) < 0)
            return Charsets.DecodeHeader(raw, Fallback);

        var unfolded = raw.Length <= 1024 ? stackalloc byte[raw.Length] : new byte[raw.Length];
        var length = 0;
        foreach (var b in raw)
        {
            if (b is not ((byte)'\r' or (byte)'\n' or 0))
                unfolded[length++] = b == (byte)'\t' ? (byte)' ' : b;
        }

        return Charsets.DecodeHeader(unfolded[..length], Fallback);
    }

    /// <summary>Where a field lies in the kept bytes.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    internal readonly record struct Field(int Start, int NameLength, int ValueStart, int End);
}

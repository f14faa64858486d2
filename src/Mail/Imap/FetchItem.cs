using System.Runtime.InteropServices;
using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>The section a fetched item stands for.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FetchItem(BodySection Section)
{
    /// <summary>The section a name stands for, or null when it is not one.</summary>
    /// <param name="name">Such as <c>BODY[]&lt;0&gt;</c>, <c>BODY[HEADER.FIELDS (FROM)]</c> or <c>RFC822.HEADER</c>.</param>
    public static FetchItem? Of(ReadOnlySpan<byte> name)
    {
        if (name.EndsWith(">"u8) && name.LastIndexOf((byte)'<') is var angle and > 0)
            name = name[..angle];

        if (Ascii.EqualsIgnoreCase(name, "RFC822"u8))
            return new FetchItem(BodySection.Message);

        if (Ascii.EqualsIgnoreCase(name, "RFC822.HEADER"u8))
            return new FetchItem(BodySection.Header);

        if (Ascii.EqualsIgnoreCase(name, "RFC822.TEXT"u8))
            return new FetchItem(BodySection.Text);

        if (!name.EndsWith("]"u8) || name.IndexOf((byte)'[') is not (var open and >= 4))
            return null;

        if (!Ascii.EqualsIgnoreCase(name[..open], "BODY"u8) && !Ascii.EqualsIgnoreCase(name[..open], "BINARY"u8))
            return null;

        var section = name[(open + 1)..^1];
        return new FetchItem(
            section.IsEmpty ? BodySection.Message
            : StartsWith(section, "HEADER"u8) ? BodySection.Header
            : Ascii.EqualsIgnoreCase(section, "TEXT"u8) ? BodySection.Text
            : BodySection.Other);
    }

    /// <summary>
    /// The section whose value begins at the end of this text, or null when something else does (the subject of an ENVELOPE, say).
    /// </summary>
    public static FetchItem? SectionBefore(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd((byte)' ').TrimEnd((byte)'~').TrimEnd((byte)' ');
        if (text.IsEmpty || text[^1] is (byte)'"' or (byte)'(' || !IsFetch(text))
            return null;

        var bracket = text[^1] is (byte)']' or (byte)'>' ? text.LastIndexOf((byte)'[') : -1;
        var start = (bracket >= 0 ? text[..bracket] : text).LastIndexOfAny((byte)' ', (byte)'(') + 1;
        return Of(text[start..]);
    }

    private static bool IsFetch(ReadOnlySpan<byte> text)
    {
        var rest = text.TrimStart("\0* "u8).TrimStart("0123456789"u8).TrimStart((byte)' ');
        return StartsWith(rest, "FETCH"u8);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);
}

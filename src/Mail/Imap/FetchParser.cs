using System.Text;

namespace CrmSync.Mail.Imap;

/// <summary>
/// Reads the list of a FETCH response. What was not asked for (ENVELOPE, BODYSTRUCTURE, anything new) is stepped over, whatever its shape.
/// </summary>
internal sealed class FetchParser(ImapLimits limits)
{
    private const int MostWords = 1000;

    /// <summary>Reads into the message; what was read stays when the rest cannot be.</summary>
    /// <exception cref="UnreadableResponseException">When the list cannot be followed to its end.</exception>
    public void Read(ref ResponseScanner scanner, FetchedMessage message, BodyConsumer consumer)
    {
        scanner.SkipSpaces();
        scanner.Expect((byte)'(');
        for (scanner.SkipSpaces(); !scanner.Take((byte)')'); scanner.SkipSpaces())
        {
            if (scanner.AtEnd)
                throw scanner.Unreadable("the list of a FETCH does not end");

            var start = scanner.Position;
            Item(ref scanner, message, consumer);
            if (scanner.Position == start)
                throw scanner.Unreadable("not an item of a FETCH");
        }
    }

    private void Item(ref ResponseScanner scanner, FetchedMessage message, BodyConsumer consumer)
    {
        var name = scanner.ItemName();
        if (FetchItem.Of(name) is { } section)
        {
            Section(ref scanner, section, consumer);
            return;
        }

        scanner.SkipSpaces();
        if (Is(name, "UID"u8))
            Uid(ref scanner, message);
        else if (Is(name, "FLAGS"u8))
            message.Flags = Words(ref scanner, decode: false);
        else if (Is(name, "INTERNALDATE"u8))
            message.InternalDate = InternalDates.Parse(scanner.String(out _));
        else if (Is(name, "RFC822.SIZE"u8))
            message.Size = scanner.Number() is <= long.MaxValue and var size ? (long)size : null;
        else if (Is(name, "BODYSTRUCTURE"u8) || Is(name, "BODY"u8))
            message.Leaves = Leaves(ref scanner, 0);
        else if (Is(name, "X-GM-LABELS"u8))
            message.Labels = Words(ref scanner, decode: true);
        else if (scanner.Next != ')')
            scanner.SkipValue();
    }

    private static void Section(ref ResponseScanner scanner, FetchItem section, BodyConsumer consumer)
    {
        scanner.SkipSpaces();
        if (scanner.AtLiteral)
        {
            // Its bytes went to the consumer when they arrived.
            scanner.String(out _);
            return;
        }

        var value = scanner.String(out var nil);
        if (nil)
            return;

        consumer.Start(section.Section, value.Length);
        consumer.Take(value);
    }

    private static void Uid(ref ResponseScanner scanner, FetchedMessage message)
    {
        // Zimbra ran UID and MODSEQ together: "UID 5MODSEQ (7)".
        var rest = scanner.Rest;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits > 0 && rest[digits..].StartsWith("MODSEQ"u8))
        {
            message.Uid = Valid(ResponseScanner.NumberOf(rest[..digits]));
            scanner.Position += digits;
            return;
        }

        message.Uid = Valid(scanner.Number());
    }

    private static uint? Valid(ulong? number) => number is > 0 and <= uint.MaxValue ? (uint)number.Value : null;

    /// <summary>
    /// How many parts without parts of their own a structure has; null where it says nothing that can be relied on. A body that begins with
    /// a list is a multipart, and each list at its beginning is one of its parts.
    /// </summary>
    private int? Leaves(ref ResponseScanner scanner, int depth)
    {
        if (scanner.Next != '(' || depth > limits.Depth)
        {
            scanner.SkipValue();
            return null;
        }

        scanner.Expect((byte)'(');
        int? count = 0;
        var parts = 0;
        for (scanner.SkipSpaces(); scanner.Next == '('; scanner.SkipSpaces(), parts++)
            count += Leaves(ref scanner, depth + 1);

        for (scanner.SkipSpaces(); !scanner.Take((byte)')'); scanner.SkipSpaces())
        {
            if (scanner.AtEnd)
                throw scanner.Unreadable("a structure does not end");

            scanner.SkipValue();
        }

        return parts == 0 ? 1 : count;
    }

    /// <summary>A list of words in any form; NIL and a single word count as well.</summary>
    private List<string> Words(ref ResponseScanner scanner, bool decode)
    {
        var words = new List<string>();
        if (!scanner.Take((byte)'('))
        {
            if (scanner.String(out _) is { IsEmpty: false } single)
                words.Add(Text(single));

            return words;
        }

        for (scanner.SkipSpaces(); !scanner.Take((byte)')'); scanner.SkipSpaces())
        {
            if (scanner.AtEnd)
                throw scanner.Unreadable("a list of words does not end");

            if (scanner.Next == '(')
            {
                scanner.SkipValue();
                continue;
            }

            var word = scanner.String(out var nil);
            if (nil || words.Count >= Math.Min(MostWords, limits.Literals))
                continue;

            words.Add(decode ? FolderName.Decode(Encoding.Latin1.GetString(word)) : Known(word));
        }

        return words;
    }

    private static string Known(ReadOnlySpan<byte> flag) =>
        Is(flag, @"\Seen"u8) ? @"\Seen" : Is(flag, @"\Answered"u8) ? @"\Answered" : Is(flag, @"\Recent"u8) ? @"\Recent" : Text(flag);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(name, word);
}

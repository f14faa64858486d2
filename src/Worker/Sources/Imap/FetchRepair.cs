using System.Buffers;
using System.Globalization;
using System.Text;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// The part of <see cref="AnswerRepair"/> for FETCH, whose lines are interrupted by literals. What was asked for is passed on in the form
/// MailKit reads; everything else, whatever its shape, is stepped over. After a mail its answer must go on as an answer: else the length of
/// the mail was told wrong, and what was read of it is not it.
/// </summary>
internal sealed class FetchRepair
{
    private int depth;
    private bool isSkipping;
    private bool isAfterMail;
    private bool closes;

    /// <summary>True when the line end came before the end of the list.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Reads the first line, from behind the opening parenthesis on.</summary>
    /// <returns>Why it cannot be read; null when it can.</returns>
    public string? Begin(ReadOnlySpan<byte> text, long? literal, AnswerNotes notes, IBufferWriter<byte> output)
    {
        (depth, isSkipping, isAfterMail, closes) = (0, false, false, false);
        return Read(text, literal, notes, output);
    }

    /// <summary>Reads a line up to its end or the next literal.</summary>
    /// <returns>Why it cannot be read; null when it can.</returns>
    public string? Read(ReadOnlySpan<byte> text, long? literal, AnswerNotes notes, IBufferWriter<byte> output)
    {
        IsOpen = false;
        if (isAfterMail && text.IsEmpty && literal is null)
        {
            // The line end at the end of the mail was not counted.
            IsOpen = true;
            output.Write("\r\n"u8);
            return null;
        }

        if (isAfterMail && text is not [(byte)')' or (byte)' ', ..])
            return "the length of a mail was told wrong";

        isAfterMail = false;
        if (closes)
            output.Write(")"u8);

        closes = false;
        var line = new ImapText(text);
        if (depth > 0 && !EndValue(ref line, literal, output))
            return depth < 0 ? "a value does not end" : null;

        while (true)
        {
            line.SkipSpaces();
            if (line.AtEnd)
                return literal is null ? "the list of a FETCH does not end" : "a literal without a name";

            if (line.Take((byte)')'))
            {
                output.Write(")\r\n"u8);
                notes.Fetched++;
                return line.Rest.Trim(" \0"u8).IsEmpty && literal is null ? null : "something follows the end of a FETCH";
            }

            var name = line.ItemName();
            if (name.IsEmpty)
                return "not an item of a FETCH";

            line.SkipSpaces();
            if (Item(name, ref line, literal, notes, output) is not { } problem)
                continue;

            return problem.Length == 0 ? null : problem;
        }
    }

    /// <summary>
    /// One item. Null when the line goes on behind it, empty when it goes on behind a literal, else why it cannot be read.
    /// </summary>
    private string? Item(ReadOnlySpan<byte> name, ref ImapText line, long? literal, AnswerNotes notes, IBufferWriter<byte> output)
    {
        var isLast = line.AtEnd && literal is not null;
        if (IsSection(name))
            return Section(name, ref line, isLast ? literal : null, notes, output);

        if (isLast)
            return Wrap(literal!.Value, output);

        var from = line.Position;
        if (Is(name, "UID"u8))
            return Uid(ref line, output);

        if (!line.TryValue(out var value))
        {
            if (literal is null)
                return "a value does not end";

            line.Position = from;
            var isRaw = Is(name, "X-GM-LABELS"u8) || (Is(name, "BODYSTRUCTURE"u8) && notes.AsksForStructure);
            isSkipping = !isRaw;
            output.Write(" "u8);
            output.Write(isRaw ? name : "X-SKIP ("u8);
            output.Write(isRaw ? " "u8 : default);
            EndValue(ref line, literal, output);
            return "";
        }

        var isEmpty = value.IsEmpty || Is(value, "NIL"u8);
        if (Is(name, "FLAGS"u8))
            Write(output, $" FLAGS ({Words(value)})");
        else if (Is(name, "INTERNALDATE"u8) && !isEmpty && value[0] != '(')
            Write(output, $" INTERNALDATE \"{Encoding.Latin1.GetString(value.Trim((byte)'"'))}\"");
        else if (Is(name, "RFC822.SIZE"u8))
            Write(output,
                string.Create(CultureInfo.InvariantCulture,
                    $" RFC822.SIZE {(ImapText.Number(value) is <= uint.MaxValue and var size ? size : 0)}"));
        else if (Is(name, "X-GM-LABELS"u8) && !isEmpty)
            Keep(name, value, output);
        else if (Is(name, "BODYSTRUCTURE"u8) && notes.AsksForStructure && !isEmpty)
            Keep(name, value, output);

        return null;
    }

    private static string? Uid(ref ImapText line, IBufferWriter<byte> output)
    {
        // Zimbra ran UID and MODSEQ together: "UID 5MODSEQ (7)".
        var rest = line.Rest;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var value = digits > 0 && rest[digits..].StartsWith("MODSEQ"u8) ? rest[..digits] : default;
        if (value.IsEmpty)
            value = line.Atom();
        else
            line.Position += digits;

        if (ImapText.Uid(value) is { } uid)
            Write(output, string.Create(CultureInfo.InvariantCulture, $" UID {uid}"));

        return null;
    }

    private string? Section(ReadOnlySpan<byte> name, ref ImapText line, long? literal, AnswerNotes notes, IBufferWriter<byte> output)
    {
        if (!notes.AsksForMail)
        {
            if (literal is { } length)
                return Wrap(length, output);

            line.TryValue(out _);
            return null;
        }

        Write(output,
            $" {(Is(name, "RFC822"u8) ? "BODY[]" : Is(name, "RFC822.HEADER"u8) ? "BODY[HEADER]" : Encoding.Latin1.GetString(name))} ");
        if (literal is not null)
        {
            isAfterMail = true;
            Write(output, string.Create(CultureInfo.InvariantCulture, $"{{{literal}}}\r\n"));
            return "";
        }

        if (!line.TryValue(out var value))
            return "a value does not end";

        output.Write(value.IsEmpty ? "NIL"u8 : value);
        return null;
    }

    /// <summary>A literal nobody asked for, put where MailKit steps over it.</summary>
    private string Wrap(long literal, IBufferWriter<byte> output)
    {
        closes = true;
        Write(output, string.Create(CultureInfo.InvariantCulture, $" X-SKIP ({{{literal}}}\r\n"));
        return "";
    }

    /// <summary>Goes on to the end of a value that literals interrupt.</summary>
    /// <returns>True when the value has ended in this line.</returns>
    private bool EndValue(ref ImapText line, long? literal, IBufferWriter<byte> output)
    {
        var from = line.Position;
        var rest = line.Rest;
        var isQuoted = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '\\' && isQuoted)
                i++;
            else if (rest[i] == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && rest[i] == '(')
                depth++;
            else if (!isQuoted && rest[i] == ')' && --depth == 0)
            {
                line.Position = from + i + 1;
                output.Write(isSkipping ? ")"u8 : rest[..(i + 1)]);
                return true;
            }
        }

        if (literal is not { } length)
        {
            depth = -1;
            return false;
        }

        if (!isSkipping)
            output.Write(rest);

        Write(output, string.Create(CultureInfo.InvariantCulture, $"{(isSkipping ? " " : "")}{{{length}}}\r\n"));
        return false;
    }

    private static void Keep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        output.Write(" "u8);
        output.Write(name);
        output.Write(" "u8);
        output.Write(value);
    }

    private static string Words(ReadOnlySpan<byte> list) => string.Join(
        ' ',
        Encoding.Latin1.GetString(list.Trim("()"u8)).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('"').Replace("\\\\", "\\", StringComparison.Ordinal))
            .Where(word =>
                word.Length > 0 && !word.Equals("NIL", StringComparison.OrdinalIgnoreCase) && word.AsSpan().IndexOfAny("(){\"") < 0));

    private static bool IsSection(ReadOnlySpan<byte> name) =>
        (name.Length > 5 && Is(name[..5], "BODY["u8)) || Is(name, "RFC822"u8) || Is(name, "RFC822.HEADER"u8);

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.Latin1.GetBytes(text, output);

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> wanted) => Ascii.EqualsIgnoreCase(word, wanted);
}

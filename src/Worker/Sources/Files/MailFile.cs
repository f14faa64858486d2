using System.Buffers;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Mime;
using Microsoft.Win32.SafeHandles;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>Reads one mail that is a file of its own, in pieces, so that its size does not matter.</summary>
internal static class MailFile
{
    private const int Piece = 128 * 1024;
    private const int LongestNotes = 4096;

    /// <summary>The mail at <paramref name="path"/>, or why it is none. Never throws for what a disk or a file can do.</summary>
    public static Reading Read(RemoteItem item, string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            if (FileTimes.Changed(file) is not { } stored)
                return FileTimes.WithoutDate(item, path);

            var (offset, length) = MessageIn(file, path);
            if (offset > 0 && StoredMarks.WhySkip(EmlxFlags(file, offset + length)) is { } reason)
                return new SkippedReading(item, reason);

            var reading = CreateReading(item, path, Parse(file, offset, length), stored);
            if (reading is not MailReading mail || !item.WithBytes || length > MailReading.MostBytes)
                return reading;

            var bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, offset);
            return mail with { Bytes = bytes[..read] };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Cannot(item, path, failure);
        }
    }

    /// <summary>The mail a program stored or exported, as <see cref="MailTranslation"/> gives it; or why it is left out.</summary>
    public static Reading CreateReading(RemoteItem item, string place, MimeMessage message, Instant stored) =>
        StoredMarks.WhySkip(message) is { } reason
            ? new SkippedReading(item, reason)
            : MailTranslation.CreateReading(item, place, message, stored) switch
            {
                MailReading mail => mail with { Labels = StoredMarks.LabelsOn(message) },
                var other => other,
            };

    /// <summary>The number behind <c>flags</c> in the property list at the end of an .emlx file; 0 where there is none.</summary>
    private static long EmlxFlags(SafeFileHandle file, long from)
    {
        Span<byte> notes = stackalloc byte[LongestNotes];
        notes = notes[..RandomAccess.Read(file, notes, from)];
        var key = notes.IndexOf("<key>flags</key>"u8);
        if (key < 0 || notes[key..].IndexOf("<integer>"u8) is not (>= 0 and var number))
            return 0;

        return System.Buffers.Text.Utf8Parser.TryParse(notes[(key + number + "<integer>"u8.Length)..], out long flags, out _) ? flags : 0;
    }

    /// <summary>
    /// Apple Mail writes the length of the message on the first line of an .emlx file, and its own notes behind the message.
    /// </summary>
    private static (long Offset, long Length) MessageIn(SafeFileHandle file, string path)
    {
        var whole = RandomAccess.GetLength(file);
        if (!path.EndsWith(".emlx", StringComparison.OrdinalIgnoreCase))
            return (0, whole);

        Span<byte> first = stackalloc byte[32];
        first = first[..RandomAccess.Read(file, first, 0)];
        var newline = first.IndexOf((byte)'\n');
        return newline > 0
            && System.Buffers.Text.Utf8Parser.TryParse(first[..newline].Trim(" \t\r"u8), out long length, out _)
            && length > 0
            && newline + 1 + length <= whole
            ? (newline + 1, length)
            : (0, whole);
    }

    /// <summary>The message in <paramref name="length"/> bytes from <paramref name="offset"/> on.</summary>
    public static MimeMessage Parse(SafeFileHandle file, long offset, long length)
    {
        var parser = new MimeParser();
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length, 1, Piece));
        try
        {
            while (length > 0)
            {
                var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), offset);
                if (count == 0)
                    break;

                parser.Append(buffer.AsSpan(0, count));
                offset += count;
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return parser.Finish();
    }

    /// <summary>What a failure of the disk means for one item.</summary>
    public static Reading Cannot(RemoteItem item, string path, Exception failure) =>
        failure switch
        {
            FileNotFoundException or DirectoryNotFoundException => new VanishedReading(item),
            UnauthorizedAccessException when Directory.Exists(path) => new UnreadableReading(
                item,
                new Trouble(path, "is a folder, not a mail", "move it elsewhere")),
            UnauthorizedAccessException => new UnreadableReading(
                item,
                new Trouble(
                    path,
                    "may not be read by this user",
                    "give the user who runs crmsync the right to read it, then run: crmsync quarantine retry")),
            _ => new FailedReading(
                item,
                new Trouble(path, failure.Message, "it is tried again with the next harvest; if it stays, check the disk")),
        };
}

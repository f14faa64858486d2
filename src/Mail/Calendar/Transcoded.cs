using System.Text;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// Brings a stream to the form the line reader expects: UTF-16 becomes UTF-8, and quoted-printable that a mail system left over is undone.
/// </summary>
internal static class Transcoded
{
    /// <summary>Remains of quoted-printable are looked for, and undone, in calendars up to this size: they come out of mail.</summary>
    private const int MostRemains = 4 << 20;

    public static Stream Open(Stream stream)
    {
        var head = new byte[4096];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var begin = head.AsSpan(0, length);
        var whole = new Rejoined(head.AsMemory(0, length), stream);
        if (begin.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || begin.StartsWith("B\0E\0G\0"u8))
            return Encoding.CreateTranscodingStream(whole, Encoding.Unicode, Encoding.UTF8);
        if (begin.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || begin.StartsWith("\0B\0E\0G"u8))
            return Encoding.CreateTranscodingStream(whole, Encoding.BigEndianUnicode, Encoding.UTF8);
        return HasRemains(begin) ? WithoutRemains(whole) : whole;
    }

    /// <summary>Parameters never begin with "=3D": where one does, a mail system encoded the calendar and nobody decoded it.</summary>
    private static bool HasRemains(ReadOnlySpan<byte> head) =>
        head.IndexOf("TZID=3D"u8) >= 0
        || head.IndexOf("VALUE=3D"u8) >= 0
        || head.IndexOf("PARTSTAT=3D"u8) >= 0
        || head.IndexOf("FREQ=3D"u8) >= 0
        || head.IndexOf("ROLE=3D"u8) >= 0
        || head.IndexOf("RSVP=3D"u8) >= 0
        || head.IndexOf("CN=3D"u8) >= 0;

    private static Stream WithoutRemains(Stream stream)
    {
        var bytes = new byte[MostRemains];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length
            ? new Rejoined(bytes, stream)
            : new MemoryStream(TextValue.FromQuotedPrintable(bytes.AsSpan(0, length)), writable: false);
    }

    /// <summary>The bytes already read, then the rest of the stream.</summary>
    private sealed class Rejoined(ReadOnlyMemory<byte> head, Stream rest) : Stream
    {
        private int position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (position == head.Length)
                return rest.Read(buffer);

            var count = Math.Min(buffer.Length, head.Length - position);
            head.Span.Slice(position, count).CopyTo(buffer);
            position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

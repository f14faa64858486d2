using System.Buffers;
using System.Text;

namespace CrmSync.Bench;

/// <summary>The bytes of a mail being written, in one buffer that is used again and again.</summary>
internal sealed class MailText
{
    private readonly ArrayBufferWriter<byte> bytes = new(256 * 1024);

    public ReadOnlyMemory<byte> Bytes => bytes.WrittenMemory;

    public MailText Clear()
    {
        bytes.ResetWrittenCount();
        return this;
    }

    public MailText Line(string text)
    {
        Encoding.UTF8.GetBytes(text, bytes);
        bytes.Write("\r\n"u8);
        return this;
    }

    public MailText Raw(ReadOnlySpan<byte> raw)
    {
        bytes.Write(raw);
        return this;
    }

    public MailText QuotedPrintable(string text)
    {
        var column = 0;
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b == (byte)'\n')
            {
                bytes.Write("\r\n"u8);
                column = 0;
                continue;
            }

            if (column > 71)
            {
                bytes.Write("=\r\n"u8);
                column = 0;
            }

            if (b is >= 0x80 or (byte)'=')
            {
                bytes.Write([(byte)'=', (byte)"0123456789ABCDEF"[b >> 4], (byte)"0123456789ABCDEF"[b & 15]]);
                column += 3;
            }
            else
            {
                bytes.Write([b]);
                column++;
            }
        }

        return this;
    }
}

using MailKit.Net.Imap;
using MimeMessage = CrmSync.Mail.Mime.MimeMessage;
using MimeParser = CrmSync.Mail.Mime.MimeParser;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>MailKit's client with folders that hand the bytes of mails to us as they arrive.</summary>
internal sealed class MailKitClient : ImapClient
{
    protected override ImapFolder CreateImapFolder(ImapFolderConstructorArgs args) => new StreamedFolder(args);
}

/// <summary>A folder whose mails go to whatever stream is asked for; MailKit alone would hold each mail whole.</summary>
internal sealed class StreamedFolder(ImapFolderConstructorArgs args) : ImapFolder(args)
{
    /// <summary>Makes the stream for a section: given the UID if the server has named it before the mail, and the section.</summary>
    public Func<uint?, string, Stream>? Receive { get; set; }

    protected override Stream CreateStream(MailKit.UniqueId? uid, string section, int offset, int length) =>
        Receive is { } receive ? receive(uid?.Id, section) : base.CreateStream(uid, section, offset, length);
}

/// <summary>Takes a mail as it arrives and reads it on the way, so that its size does not matter.</summary>
internal sealed class MailStream(uint? uid) : Stream
{
    private readonly MimeParser parser = new();

    /// <summary>The UID, if the server named it before the mail.</summary>
    public uint? Uid => uid;

    /// <summary>How many bytes came.</summary>
    public long Received { get; private set; }

    public override bool CanRead => false;
    public override bool CanSeek => true;
    public override bool CanWrite => true;
    public override long Length => Received;

    /// <summary>MailKit goes back to the beginning when all has come; what was read stays read.</summary>
    public override long Position { get; set; }

    /// <summary>The mail as far as it came.</summary>
    public MimeMessage Finish() => parser.Finish();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Received += buffer.Length;
        parser.Append(buffer);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

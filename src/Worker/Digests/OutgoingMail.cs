using CrmSync.Mail.Mime;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>A mail to be written by <see cref="MailWriter"/>.</summary>
public sealed record OutgoingMail
{
    /// <summary>The author.</summary>
    public required Mailbox From { get; init; }

    /// <summary>The recipients named in To.</summary>
    public IReadOnlyList<Mailbox> To { get; init; } = [];

    /// <summary>The recipients named in Cc. Blind ones are named in the envelope only.</summary>
    public IReadOnlyList<Mailbox> Cc { get; init; } = [];

    /// <summary>Where answers go, if not to the author.</summary>
    public IReadOnlyList<Mailbox> ReplyTo { get; init; } = [];

    /// <summary>The subject; line breaks and controls in it become spaces.</summary>
    public string Subject { get; init; } = "";

    /// <summary>When it is sent.</summary>
    public required OffsetDateTime Date { get; init; }

    /// <summary>The Message-ID without brackets: printable ASCII with an <c>@</c>.</summary>
    public required string MessageId { get; init; }

    /// <summary>The id of the mail this one answers, without brackets, or null.</summary>
    public string? InReplyTo { get; init; }

    /// <summary>The ids of the thread, oldest first, without brackets.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The plain form of the body.</summary>
    public string Text { get; init; } = "";

    /// <summary>The HTML form of the same body, or null.</summary>
    public string? Html { get; init; }

    /// <summary>Further header fields, in order; values are encoded like a subject.</summary>
    public IReadOnlyList<Header> Headers { get; init; } = [];
}

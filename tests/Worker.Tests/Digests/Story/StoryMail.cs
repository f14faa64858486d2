using System.Globalization;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Digests;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>A mail of the story beside those of the sample company.</summary>
/// <param name="At">When it is written and, unless <see cref="SeenAt"/> says otherwise, when it lies in the mailboxes; Dublin time, which
/// is UTC in these weeks.</param>
/// <param name="From">Who writes, with a name.</param>
/// <param name="To">To whom; several are separated by commas.</param>
/// <param name="Subject">One that begins with <c>Re:</c> answers the last mail of that subject.</param>
/// <param name="Text">What it says.</param>
internal sealed record StoryMail(string At, string From, string To, string Subject, string Text)
{
    private const string Ours = "@bright.example";

    private static readonly LocalDateTimePattern Moment = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");

    public string Cc { get; init; } = "";

    public string Bcc { get; init; } = "";

    /// <summary>When the mailboxes hold it, for a telephone that was without a net.</summary>
    public string? SeenAt { get; init; }

    public Instant Written => Read(At);

    public Instant Arrives => Read(SeenAt ?? At);

    /// <summary>The local parts of the mailboxes that hold a copy.</summary>
    public IEnumerable<string> Mailboxes =>
        string.Join(',', From, To, Cc, Bcc).Split(',').Select(Address).Where(address => address.EndsWith(Ours, StringComparison.Ordinal))
            .Select(address => address[..^Ours.Length].Split('+')[0]).Select(name => name == "crmsync" ? "commands" : name).Distinct();

    public string MessageId =>
        $"{Written.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.{Address(From).Replace('@', '.')}@story.example";

    /// <summary>The subject without the <c>Re:</c> of an answer.</summary>
    public static string Bare(string subject)
    {
        var bare = subject;
        while (bare.StartsWith("Re: ", StringComparison.OrdinalIgnoreCase) || bare.StartsWith("AW: ", StringComparison.OrdinalIgnoreCase))
            bare = bare[4..];

        return bare;
    }

    /// <param name="answered">The Message-ID of the mail it answers, or null.</param>
    public byte[] Bytes(string? answered) =>
        MailWriter.Write(
            new OutgoingMail
            {
                Date = Written.InUtc().ToOffsetDateTime(),
                From = Mailbox(From),
                To = [.. To.Split(',').Select(Mailbox)],
                Cc = [.. Cc.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Mailbox)],
                Subject = Subject,
                MessageId = MessageId,
                InReplyTo = answered,
                Headers =
                [
                    .. Bcc.Length == 0 ? Array.Empty<Header>() : [new Header("X-Original-To", Bcc)],
                    .. Address(From).EndsWith(Ours, StringComparison.Ordinal)
                        ? [new Header("Authentication-Results", $"mx.bright.example; auth=pass (PLAIN) smtp.auth={Address(From)}")]
                        : Array.Empty<Header>(),
                ],
                Text = Text,
            });

    private static Instant Read(string moment) => Moment.Parse(moment).Value.InUtc().ToInstant();

    private static Mailbox Mailbox(string text)
    {
        var at = text.IndexOf('<', StringComparison.Ordinal);
        return at < 0 ? new Mailbox("", text.Trim()) : new Mailbox(text[..at].Trim(), Address(text));
    }

    private static string Address(string text) => text.Split('<', '>') is [_, var address, ..] ? address : text.Trim();
}

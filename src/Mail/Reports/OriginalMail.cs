using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Reports;

/// <summary>What a report carries of the mail it is about: in a part of its own, or written into the text.</summary>
internal sealed record OriginalMail(string? MessageId, string? Subject, IReadOnlyList<string> Recipients, IReadOnlyList<string> Senders)
{
    private static readonly OriginalMail Unknown = new(null, null, [], []);

    /// <summary>Whether the mail had no recipient but this one.</summary>
    public bool WentOnlyTo(string address) => Recipients is [var only] && only.Equals(address, StringComparison.OrdinalIgnoreCase);

    /// <summary>From the returned message or headers among the parts.</summary>
    public static OriginalMail In(MimeMessage message)
    {
        foreach (var part in message.Root.All())
        {
            if (part.InForwarded)
                continue;
            if (part.IsMessage && part.Parts is [var returned, ..] && returned.Headers.Count > 0)
                return From(returned.Headers);
            if (
                ReportPart.IsHeaders(part.ContentType)
                || part.IsMessage && !part.Content.IsEmpty
            )
                return From(
                    MimeReader
                        .Read(part.Content.Span.TrimStart(" \t\r\n"u8), new MimeLimits { HeaderBytes = 64 * 1024, KeptBytes = 0 })
                        .Headers
                );
        }

        return Unknown;
    }

    /// <summary>From the copy of the mail that old mail systems put below their text; <paramref name="text"/> starts with it.</summary>
    public static OriginalMail InText(string text) =>
        From(MimeReader.Read(System.Text.Encoding.UTF8.GetBytes(text), new MimeLimits { HeaderBytes = 64 * 1024, KeptBytes = 0 }).Headers);

    public static OriginalMail From(HeaderBlock headers) =>
        new(
            MessageIds.Normalise(headers.First("Message-ID")),
            headers.Text("Subject") is { } subject ? Charsets.Clean(subject) : null,
            [.. Addresses(headers, "To").Concat(Addresses(headers, "Cc")).Distinct(StringComparer.OrdinalIgnoreCase).Take(1000)],
            [
                .. Addresses(headers, "From")
                    .Concat(Addresses(headers, "Return-Path"))
                    .Concat(Addresses(headers, "Sender"))
                    .Concat(Addresses(headers, "Reply-To")),
            ]
        );

    private static IEnumerable<string> Addresses(HeaderBlock headers, string name) =>
        headers.All(name).SelectMany(AddressList.Parse).Select(m => m.Address);
}

using CrmSync.Domain.Commands;
using CrmSync.Domain.Digests;
using CrmSync.Fixtures.Digests;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Digests;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>A digest as the bytes that leave, read back like any other mail.</summary>
internal sealed record Written(DigestMail Mail)
{
    public static MailSender Sender { get; } = new("test", Some.Address("crmsync@bright.example"), "CrmSync", "bright.example")
    {
        CommandMailbox = Some.Address("crmsync@bright.example"),
        Tokens = new CommandTokens("a secret for tests"),
    };

    public string Source => System.Text.Encoding.UTF8.GetString(Mail.Bytes);

    /// <summary>The header block, unfolded, one field a line.</summary>
    public IReadOnlyList<string> Headers =>
        Source[..Source.IndexOf("\r\n\r\n", StringComparison.Ordinal)]
            .Replace("\r\n ", " ", StringComparison.Ordinal)
            .Replace("\r\n\t", " ", StringComparison.Ordinal)
            .Split("\r\n");

    public string Html => Mail.Html;

    public string Text => DigestText.Write(View);

    public required DigestView View { get; init; }

    /// <summary>The value of a header that stands there once.</summary>
    public string Header(string name) =>
        Headers.Single(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();

    public bool Has(string name) => Headers.Any(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));

    public static async Task<Written> From(
        DigestFacts facts,
        DueDigest? run = null,
        DigestHistory? history = null,
        MailSender? sender = null)
    {
        await using var pages = new HtmlPages();
        var fitting = await new DigestMails(sender ?? Sender, pages).WriteFitting(
            new DigestComposer(facts),
            run ?? Some.Run(),
            history ?? DigestHistory.None,
            [],
            facts.Now,
            default);
        var (digest, mail) = fitting ?? throw new InvalidOperationException("There is nothing to say.");
        return new Written(mail) { View = new DigestView(digest, sender ?? Sender) };
    }
}

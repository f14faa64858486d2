using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Where readers open mails in their own mailboxes: Outlook on the web says so itself, Gmail finds a mail by its Message-ID. Nobody gets a
/// link into somebody else's mailbox.
/// </summary>
internal sealed class WebMail(MailCopies copies, CrmSyncConfiguration configuration)
{
    private readonly HashSet<string> gmail = new(
        configuration.Accounts.OfType<ImapAccount>().Where(account => account.IsGmail).Select(account => account.Name),
        StringComparer.Ordinal);

    /// <summary>The links to the mails that the items of a digest rest on, by the ids of their lines.</summary>
    /// <param name="digest">What is told.</param>
    /// <param name="recipient">Who gets it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyDictionary<string, string>> Links(Digest digest, Person recipient, CancellationToken ct)
    {
        var lines = digest.Sections.OfType<ItemSection>()
            .SelectMany(section => section.Lines)
            .Select(line => line.Item.Trigger)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (lines.Count == 0)
            return new Dictionary<string, string>();

        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var copy in await copies.Find(lines, ct))
        {
            if (
                EmailAddress.TryParse(copy.Address, out var mailbox)
                && (mailbox == recipient.Email || recipient.Also.Contains(mailbox))
                && Link(copy, mailbox) is { } link)
                links.TryAdd(copy.Line, link);
        }

        return links;
    }

    private string? Link(MailCopy copy, EmailAddress mailbox) =>
        copy.WebLink ?? (copy.Kind == GoogleAccount.Key || gmail.Contains(copy.Account) ? InGmail(copy, mailbox) : null);

    /// <summary>Without <c>authuser</c> the browser would search in whichever account was opened first.</summary>
    private static string? InGmail(MailCopy copy, EmailAddress mailbox) =>
        copy.MessageId is { } id
            ? $"https://mail.google.com/mail/u/?authuser={Uri.EscapeDataString(mailbox.Wire)}#search/"
                + Uri.EscapeDataString($"rfc822msgid:{id}")
            : null;
}

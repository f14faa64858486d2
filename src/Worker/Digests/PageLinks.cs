using CrmSync.Domain.Company;
using CrmSync.Worker.Delivery;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>
/// The links to pages of a reader. Each says whose digest it stood in and opens nothing by itself, because digests are forwarded.
/// </summary>
internal sealed class PageLinks(MailSender sender, string reader, LocalDate issued)
{
    /// <summary>The name of the part of the query that holds the token.</summary>
    public const string Token = "t";

    /// <summary>What the addresses of contacts' pages begin with.</summary>
    public const string People = "/people/";

    /// <summary>Where the figures of managers are.</summary>
    public const string TeamPath = "/team";

    /// <summary>What the addresses of readers' calendars begin with.</summary>
    public const string Feeds = "/feed/";

    /// <summary>What they end with: some programs know a calendar by it.</summary>
    public const string FeedEnd = ".ics";

    /// <summary>Where a calendar asks for the list of a reader.</summary>
    /// <param name="pages">Where readers reach this server.</param>
    /// <param name="token">See <see cref="Domain.Commands.CommandTokens.ForFeed"/>.</param>
    public static string Feed(Uri pages, string token) => $"{pages.AbsoluteUri.TrimEnd('/')}{Feeds}{token}{FeedEnd}";

    /// <summary>The figures of the people below the reader; null when there are no pages.</summary>
    public string? Team => Address(TeamPath);

    /// <summary>The path of a contact's page.</summary>
    public static string Path(EmailAddress contact) => People + Uri.EscapeDataString(contact.Value);

    /// <summary>The page of a contact; null when there are no pages.</summary>
    public string? Person(EmailAddress contact) => Address(Path(contact));

    private string? Address(string path) =>
        sender is { Pages: { } pages, Tokens: { } tokens }
            ? $"{pages.AbsoluteUri.TrimEnd('/')}{path}?{Token}={tokens.ForPages(reader, issued)}"
            : null;
}

using CrmSync.Domain.Company;

namespace CrmSync.Domain.Log;

/// <summary>What mailing programs and lists leave in a mail.</summary>
internal sealed class MailingMarks(InternalAddresses ours)
{
    private static readonly string[] Programs =
    [
        "x-campaign",
        "x-campaignid",
        "x-campaign-id",
        "x-mc-user",
        "x-csa-complaints",
        "x-mailing-list",
        "mailing-list",
        "x-mailinglist",
        "x-listmember",
        "x-mlserver",
        "x-ml-name",
        "x-newsletter",
        "x-bulkmail",
        "x-job",
    ];

    /// <summary>The headers of mailing programs kept because classes rest on them.</summary>
    public static IReadOnlyList<string> Headers => Programs;

    /// <summary>The mark a mail bears, in words; null when it bears none, or the list is one of ours.</summary>
    public string? Mark(MailLine mail, bool inbound)
    {
        if (mail.Headers.TryGetValue("list-id", out var list))
            return ours.ContainsDomain(Host(list)) ? null : "List-Id: " + list;

        if (mail.Headers.ContainsKey("list-unsubscribe"))
            return "List-Unsubscribe";

        if (Precedence(mail) is { } precedence)
            return "Precedence: " + precedence;

        if (inbound && mail.Sender is { } sender && sender != mail.From && IsListOwner(sender) && !ours.Contains(sender))
            return "a list owner as Sender: " + sender.Value;

        if (mail.Headers.ContainsKey("errors-to"))
            return "Errors-To";

        if (mail.Headers.ContainsKey("feedback-id"))
            return "Feedback-ID";

        if (Array.Find(Programs, mail.Headers.ContainsKey) is { } program)
            return program;

        return inbound && mail.InReplyTo is null && mail.Signs.HasFlag(MailSigns.UnsubscribeLink) ? "a link to unsubscribe" : null;
    }

    /// <summary>Whether the marks are of the sort a sales tool or ticket system leaves in answers it sends for people.</summary>
    public static bool MayBeSalesTool(MailLine mail) => !mail.Headers.ContainsKey("list-id") && Precedence(mail) is null;

    /// <summary>The identifier of a List-Id (RFC 2919): what stands in angle brackets, or else the whole.</summary>
    public static string Host(string listId)
    {
        var open = listId.LastIndexOf('<');
        var close = listId.IndexOf('>', open + 1);
        return DomainNames.Normalize((open >= 0 && close > open ? listId[(open + 1)..close] : listId).Trim().Trim('.'));
    }

    private static string? Precedence(MailLine mail) =>
        mail.Headers.TryGetValue("precedence", out var precedence) && precedence.Trim().ToLowerInvariant() is "bulk" or "list" or "junk"
            ? precedence
            : null;

    private static bool IsListOwner(EmailAddress sender)
    {
        var name = sender.LocalPart;
        return name.StartsWith("owner-", StringComparison.Ordinal)
            || name.EndsWith("-owner", StringComparison.Ordinal)
            || name.EndsWith("-bounces", StringComparison.Ordinal)
            || name.Contains("-bounces+", StringComparison.Ordinal)
            || name.EndsWith("-admin", StringComparison.Ordinal)
            || name.EndsWith("-request", StringComparison.Ordinal)
            || name is "listserv" or "majordomo" or "listmaster" or "mailman";
    }
}

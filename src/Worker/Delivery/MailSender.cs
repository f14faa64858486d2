using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;

namespace CrmSync.Worker.Delivery;

/// <summary>Who our mails come from and where answers go.</summary>
/// <param name="Installation">Tells installations apart that send from one address; stable as long as the database lives.</param>
/// <param name="From">The fixed address mails come from.</param>
/// <param name="FromName">The fixed name.</param>
/// <param name="Domain">Ours; in Message-IDs and List-Ids.</param>
public sealed record MailSender(string Installation, EmailAddress From, string FromName, string Domain)
{
    /// <summary>The mailbox that takes commands; null when there is none, and mails then offer no links.</summary>
    public EmailAddress? CommandMailbox { get; init; }

    /// <summary>Where readers open their pages; null when there are none, and mails then have no links to them.</summary>
    public Uri? Pages { get; init; }

    /// <summary>Signs links and reply addresses; null without a command mailbox.</summary>
    public CommandTokens? Tokens { get; init; }

    /// <summary>Who gets every mail in a trial; null: all readers get their own.</summary>
    public Person? OnlyReader { get; init; }

    /// <summary>Who gets the mail for a reader.</summary>
    public Person Recipient(Person reader) => OnlyReader ?? reader;

    /// <summary>The subject of the mail for a reader: in a trial it says for whom it would have been.</summary>
    public string Subject(Person reader, string subject) => OnlyReader is null ? subject : $"[trial, for {reader.Email}] {subject}";
}

using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary>What <c>init</c> has to know of a company.</summary>
/// <param name="Domain">Whoever writes from there is one of us.</param>
/// <param name="Mailbox">The first one that is read.</param>
/// <param name="Manager">Who gets the managers' digest; the same as <paramref name="Mailbox"/> in a company of one.</param>
/// <param name="Zone">Of the office hours.</param>
/// <param name="Host">The IMAP server, perhaps with a port.</param>
internal sealed record StarterAnswers(string Domain, EmailAddress Mailbox, EmailAddress Manager, DateTimeZone Zone, string Host);

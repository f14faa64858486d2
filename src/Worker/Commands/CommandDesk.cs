using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>
/// Turns the mails of the command mailbox into commands in the log (policy.md section 6). A mail is kept first, before the account moves on, and decided when it is
/// proven who wrote it; the command's id follows from what it says, so that nothing happens twice.
/// </summary>
/// <param name="policy">Who is ours, and what the items are.</param>
/// <param name="database">The log, the ledger of digests and the mails that wait.</param>
/// <param name="settings">The command mailbox.</param>
/// <param name="account">The name of its account.</param>
internal sealed class CommandDesk(CompanyPolicy policy, ContactDatabase database, CommandSettings settings, string account)
{
    /// <summary>How long a mail waits for the copy in its author's own mailbox that proves it.</summary>
    private static readonly Duration Patience = Duration.FromHours(24);

    private readonly CommandInbox inbox = new(database);

    /// <summary>Keeps mails to be decided; harmless for those known already.</summary>
    public Task Keep(IReadOnlyList<CommandMail> mails, CancellationToken ct) => mails.Count == 0 ? Task.CompletedTask : inbox.Keep([.. mails.Select(mail => mail.Write())], ct);

    /// <summary>Decides about everything that waits, in order of arrival.</summary>
    /// <param name="now">The time of the harvest: commands are <c>seen</c> now.</param>
    /// <param name="ct">Stops between two mails.</param>
    public async Task Settle(Instant now, CancellationToken ct)
    {
        Standings? standings = null;
        foreach (var waiting in await inbox.Waiting(ct))
        {
            ct.ThrowIfCancellationRequested();
            var mail = CommandMail.Read(waiting);
            try
            {
                var author = AuthorOf(mail, now);
                if (!await IsProven(mail, author, ct))
                {
                    if (now - mail.ArrivedAt < Patience)
                        continue;

                    throw new RefusedCommandException($"nothing proves that {author.Email} wrote it: no trusted server says so, and no mailbox of theirs holds it among what was sent");
                }

                standings ??= await Standings(now, ct);
                var answer = await new CommandMeaning(policy, database, settings, standings, account, now).Of(mail, author, ct);
                await new CommandLog(database).Add(answer.Commands, ct);
                await inbox.Decide(waiting.Id, answer.IsCarriedOut ? CommandMailState.CarriedOut : CommandMailState.Refused, answer.Words, ct);
            }
            catch (RefusedCommandException refused)
            {
                await inbox.Decide(waiting.Id, CommandMailState.Refused, refused.Message, ct);
            }
        }
    }

    private Person AuthorOf(CommandMail mail, Instant now)
    {
        if (mail.Automatic is { } automatic)
            throw new RefusedCommandException(automatic);

        if (!EmailAddress.TryParse(mail.From, out var from))
            throw new RefusedCommandException("it names no author");

        if (policy.People.FirstOrDefault(person => person.Email == from || person.Also.Contains(from)) is not { } author)
            throw new RefusedCommandException($"{from} is none of the people of the policy");

        return author.Left is { } left && left <= policy.DefaultCalendar.DateOf(Instant.Min(now, mail.ArrivedAt))
            ? throw new RefusedCommandException($"{author.Id} has left")
            : author;
    }

    private async Task<bool> IsProven(CommandMail mail, Person author, CancellationToken ct) =>
        AuthenticationResults.Prove(mail.AuthenticationResults, settings.TrustedServers, EmailAddress.Parse(mail.From!))
        || (mail.MessageId is { } id && await inbox.HasSentCopy(id, [.. author.Also.Prepend(author.Email).Select(address => address.Value)], account, ct));

    private async Task<Standings> Standings(Instant now, CancellationToken ct)
    {
        var lines = await new ContactLog(database).Read(new LogFilter { Now = now, WithoutText = true }, ct).ToListAsync(ct);
        var log = new ContactLogSnapshot(lines);
        return new Standings(log, new Evaluator(policy).Evaluate(log, now));
    }
}

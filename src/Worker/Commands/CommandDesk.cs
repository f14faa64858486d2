using System.Text.Json;
using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>
/// Turns the mails of the command mailbox into commands in the log (policy.md section 6). A mail is kept first, before the account moves
/// on, and decided when it is proven who wrote it; the command's id follows from what it says, so that nothing happens twice.
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
    public Task Keep(IReadOnlyList<CommandMail> mails, CancellationToken ct) =>
        mails.Count == 0 ? Task.CompletedTask : inbox.Keep([.. mails.Select(mail => mail.Write())], ct);

    /// <summary>Decides about everything that waits, in the order it was written.</summary>
    /// <param name="now">The time of the harvest: commands are <c>seen</c> now.</param>
    /// <param name="ct">Stops between two mails.</param>
    public async Task Settle(Instant now, CancellationToken ct)
    {
        Standings? standings = null;
        var waiting = await Readable(ct);
        foreach (
            var mail in waiting
                .OrderBy(mail => mail.ArrivedAt)
                .ThenBy(mail => mail.WrittenTicks)
                .ThenBy(mail => mail.Id, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                if (
                    mail.Undelivered is { } ours
                    && await new DigestLedger(database).CameBack(ours, "it came back: the server of its reader did not take it", ct))
                    throw new RefusedCommandException("a mail of ours came back; managers are told") { IsOfNoConcern = true };

                var author = AuthorOf(mail, now);
                if (!await IsProven(mail, author, ct))
                {
                    if (now - mail.ArrivedAt < Patience)
                        continue;

                    throw new RefusedCommandException(
                        $"nothing proves that {author.Email} wrote it: no trusted server says so, and no mailbox of theirs holds it "
                            + $"among what was sent"
                    );
                }

                standings ??= await Standings(now, ct);
                await inbox.Decide(mail.Id, await Obey(mail, author, standings, now, ct), ct);
            }
            catch (RefusedCommandException refused)
            {
                // Whoever wrote it is not proven to be one of us and hears nothing from us.
                await inbox.Decide(
                    mail.Id,
                    new CommandDecision(refused.IsOfNoConcern ? CommandMailState.OfNoConcern : CommandMailState.Refused, refused.Message),
                    ct);
            }
        }
    }

    /// <summary>What waits. A mail that was kept by another version in a form nobody knows any more stops no other.</summary>
    private async Task<List<CommandMail>> Readable(CancellationToken ct)
    {
        var readable = new List<CommandMail>();
        foreach (var waiting in await inbox.Waiting(ct))
        {
            try
            {
                readable.Add(CommandMail.Read(waiting));
            }
            catch (Exception failure) when (failure is JsonException or FormatException)
            {
                await inbox.Decide(
                    waiting.Id,
                    new CommandDecision(
                        CommandMailState.Refused,
                        $"it was kept by another version of this program and cannot be read any more ({failure.Message}); send it again"),
                    ct);
            }
        }

        return readable;
    }

    /// <summary>Does what an authenticated colleague says, and settles what they are told.</summary>
    private async Task<CommandDecision> Obey(CommandMail mail, Person author, Standings standings, Instant now, CancellationToken ct)
    {
        if (mail.NotKept is { } reason)
            return Refused(Confirmation.NotDone("your mail", reason));

        var meaning = new CommandMeaning(policy, database, settings, standings, account, now);
        try
        {
            var reading = await meaning.Of(mail, author, ct);
            await new CommandLog(database).Add(reading.Commands, ct);
            return new CommandDecision(reading.IsOfUse ? CommandMailState.CarriedOut : CommandMailState.Refused, reading.Words)
            {
                Answer = Owed(reading.Answer),
            };
        }
        catch (RefusedCommandException refused)
        {
            var told = Confirmation.NotDone(meaning.NameOf(mail), refused.Message);
            return refused.IsOfNoConcern
                ? new CommandDecision(CommandMailState.OfNoConcern, told.Text)
                : new CommandDecision(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };
        }
        catch (Exception failure)
            when (failure
                    is RegexMatchTimeoutException
                        or FormatException
                        or ArithmeticException
                        or ArgumentException
                        or IndexOutOfRangeException
                        or KeyNotFoundException)
        {
            // Nothing that is written is meant to come to this; if it does, its author hears of it and no other mail waits.
            var told = Confirmation.NotDone(
                meaning.NameOf(mail),
                $"could not be understood ({failure.GetType().Name}); write it in other words, and please report this");
            return new CommandDecision(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };
        }

        CommandDecision Refused(Confirmation told) =>
            new(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };

        // What lay in the mailbox before we first read it is history, unless somebody may still be waiting.
        OwedAnswer? Owed(MailAnswer answer) =>
            mail.Backlog && now - mail.ArrivedAt > Patience
                ? null
                : new OwedAnswer(author.Id, KeptAnswer.Write(answer, mail.MessageId), answer.AtOnce);
    }

    private Person AuthorOf(CommandMail mail, Instant now)
    {
        if (mail.Automatic is { } automatic)
            throw new RefusedCommandException(automatic) { IsOfNoConcern = true };

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
        || (
            mail.MessageId is { } id
            && await inbox.HasSentCopy(id, [.. author.Also.Prepend(author.Email).Select(address => address.Value)], account, ct));

    private async Task<Standings> Standings(Instant now, CancellationToken ct)
    {
        var lines = await new ContactLog(database).Read(new LogFilter { Now = now, WithoutText = true }, ct).ToListAsync(ct);
        return new Standings(Standing.FactsOf(policy, new ContactLogSnapshot(lines), now));
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands.Authorship;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>
/// Turns the mails of the command mailbox into commands in the log (policy-language.md section 6). A mail is kept first, before the account
/// moves on, and decided when it is proven who wrote it and that it was meant for us; the command's id follows from what it says, so that
/// nothing happens twice.
/// </summary>
/// <param name="policy">Who is ours, and what the items are.</param>
/// <param name="stores">The log, the ledger of digests and the mails that wait.</param>
/// <param name="settings">The command mailbox.</param>
/// <param name="account">The name of its account.</param>
/// <param name="dkim">Verifies signatures, where that is configured; else null.</param>
internal sealed class CommandExecution(
    CompanyPolicy policy,
    CommandStores stores,
    CommandSettings settings,
    string account,
    DkimCheck? dkim
)
{
    /// <summary>
    /// How long a mail waits for the copy in its author's own mailbox that proves it, counted from when we first saw it.
    /// </summary>
    private static readonly Duration Patience = Duration.FromHours(24);

    private readonly CommandInbox inbox = stores.Inbox;
    private readonly InternalAddresses ours = new(policy);
    private CommandContext? context;

    /// <summary>Whether the bytes of mails are needed beside what they say.</summary>
    public bool WantsBytes => dkim is not null;

    /// <summary>Keeps mails to be decided; harmless for those known already.</summary>
    public Task Keep(IReadOnlyList<(CommandMail Mail, byte[]? Bytes)> mails, CancellationToken ct) =>
        mails.Count == 0 ? Task.CompletedTask : inbox.Keep([.. mails.Select(one => one.Mail.Write(one.Bytes))], ct);

    /// <summary>Decides about everything that waits, in the order it was written.</summary>
    /// <param name="now">The time of the harvest: commands are <c>seen</c> now.</param>
    /// <param name="ct">Stops between two mails.</param>
    /// <returns>What was thrown that nobody expected: those mails wait for the next harvest, all others are decided.</returns>
    public async Task<IReadOnlyList<Trouble>> Settle(Instant now, CancellationToken ct)
    {
        var erasures = await ErasedPeople.Count(stores.Database, ct);
        var troubles = new List<Trouble>();
        foreach (
            var mail in (await Readable(erasures, ct))
                .OrderBy(mail => mail.ArrivedAt)
                .ThenBy(mail => mail.WrittenTicks)
                .ThenBy(mail => mail.Id, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                if (await Decide(mail, now, ct) is { } decision)
                    await inbox.Decide(mail.Id, decision, erasures, ct);
            }
            catch (Exception failure) when (Unexpected.IsContained(failure, ct))
            {
                context = null;
                troubles.Add(Unexpected.TroubleFrom("a mail to the command mailbox", failure));
                if (now - mail.FirstSeenAt >= Patience)
                {
                    var words = $"it could not be decided ({Unexpected.Name(failure)}); please report it";
                    await inbox.Decide(mail.Id, new CommandDecision(CommandMailState.Refused, words), erasures, ct);
                }
            }
        }

        return troubles;
    }

    /// <summary>What becomes of a mail; null while it waits for its proof.</summary>
    private async Task<CommandDecision?> Decide(CommandMail mail, Instant now, CancellationToken ct)
    {
        try
        {
            if (
                mail.Undelivered is { } returned
                && await stores.Ledger.MarkReturned(returned, "it came back: the server of its reader did not take it", ct))
                throw new RefusedCommandException("a mail of ours came back; managers are told") { IsOfNoConcern = true };

            var author = FindAuthor(mail, now);
            if (mail.History)
                throw new RefusedCommandException("it lay in the command mailbox before this database knew it, and is history")
                {
                    IsOfNoConcern = true,
                };

            var proof = await Prove(mail, author, ct);
            if (proof.Addresses.Count == 0)
            {
                if (proof.IsForNow || await MayStillBeProven(mail, author, now, ct))
                    return null;

                throw new RefusedCommandException(
                    $"nothing proves that {author.Email} wrote it to us: {proof.Reason}; and no mailbox of theirs holds it among what was "
                        + "sent, with the address of the command mailbox in it");
            }

            context ??= await ReadStandings(now, ct);
            var decision = await Obey(mail, proof.Addresses, author, context, now, ct);
            if (context.IsOutdated)
                context = null;

            return decision;
        }
        catch (RefusedCommandException refused)
        {
            // Whoever wrote it is not proven to be one of us and hears nothing from us.
            return new CommandDecision(
                refused.IsOfNoConcern ? CommandMailState.OfNoConcern : CommandMailState.Refused,
                refused.Message);
        }
    }

    /// <summary>What waits. A mail that was kept by another version in a form nobody knows any more stops no other.</summary>
    private async Task<List<CommandMail>> Readable(long erasures, CancellationToken ct)
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
                    erasures,
                    ct);
            }
        }

        return readable;
    }

    /// <summary>Does what an authenticated colleague says, and settles what they are told.</summary>
    private async Task<CommandDecision> Obey(
        CommandMail mail,
        IReadOnlyList<string> addresses,
        Person author,
        CommandContext current,
        Instant now,
        CancellationToken ct)
    {
        var words = Wording.In(author.Language);
        if (mail.NotKept is { } reason)
            return Refused(Confirmation.NotDone(words.Answers.YourMail, CommandMail.WhyNotKept(reason, words.Refusals), words));

        var meaning = new CommandMeaning(policy, stores, settings, current, account, now);
        try
        {
            var reading = await meaning.Read(mail, addresses, author, ct);
            if (reading.Commands.Count > 0 && mail.Seal is { } seal && await inbox.IsSentOnceMore(mail.Id, seal, ct))
                throw new RefusedCommandException("came before under another Message-ID, and was carried out then")
                {
                    IsOfNoConcern = true,
                };

            foreach (var thread in reading.Commands.Where(line => line.Command!.Verb == CommandVerb.Private))
                await stores.Private.Hide(thread.Command!.About!, new Classifier(policy), thread.At, ct);

            await stores.Commands.Add(reading.Commands, ct);
            return new CommandDecision(reading.IsOfUse ? CommandMailState.CarriedOut : CommandMailState.Refused, reading.Words)
            {
                Answer = Owed(reading.Answer),
            };
        }
        catch (RefusedCommandException refused)
        {
            var told = Confirmation.NotDone(meaning.ReaderName(mail), refused.Message, words);
            return refused.IsOfNoConcern
                ? new CommandDecision(CommandMailState.OfNoConcern, told.Text)
                : new CommandDecision(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };
        }
        catch (Exception failure)
            when (IsOfItsWords(failure) || (now - mail.FirstSeenAt >= Patience && Unexpected.IsContained(failure, ct)))
        {
            // Nothing that is written is meant to come to this; if it does, its author hears of it and no other mail waits.
            var told = Confirmation.NotDone(
                meaning.ReaderName(mail),
                words.Refusals.NotUnderstood(failure.GetType().Name),
                words);
            return new CommandDecision(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };
        }

        CommandDecision Refused(Confirmation told) =>
            new(CommandMailState.Refused, told.Text) { Answer = Owed(new MailAnswer([told], [])) };

        OwedAnswer Owed(MailAnswer answer) => new(author.Id, KeptAnswer.Write(answer, mail.MessageId), answer.AtOnce);
    }

    /// <summary>Whether trying again cannot help, for it is what the mail says that is stumbled over.</summary>
    private static bool IsOfItsWords(Exception failure) =>
        failure
            is RegexMatchTimeoutException
                or FormatException
                or ArithmeticException
                or ArgumentException
                or IndexOutOfRangeException
                or KeyNotFoundException;

    private Person FindAuthor(CommandMail mail, Instant now)
    {
        if (mail.Automatic is { } automatic)
            throw new RefusedCommandException(automatic) { IsOfNoConcern = true };

        if (!EmailAddress.TryParse(mail.From, out var from))
            throw new RefusedCommandException("it names no author");

        if (policy.People.FirstOrDefault(person => person.Email == from || person.Also.Contains(from)) is not { } author)
            throw new RefusedCommandException($"{from} is none of the people of the policy");

        return author.Left is { } left && left <= policy.DefaultCalendar.Date(Instant.Min(now, mail.ArrivedAt))
            ? throw new RefusedCommandException($"{author.Id} has left")
            : author;
    }

    /// <summary>What servers and signatures prove or, failing that, the author's own sent copy.</summary>
    private async Task<CommandProof> Prove(CommandMail mail, Person author, CancellationToken ct)
    {
        var named = new NamedMailboxes(Commanding(mail.To), Commanding(mail.Cc), Commanding(mail.Blind));
        if (!named.All.Any())
            return new CommandProof([], "it does not name the command mailbox");

        if (mail.Authors != 1)
            return new CommandProof([], $"it names {mail.Authors} authors");

        var proof = CommandProof.From(await FindAuthor(mail, author, ct), named, mail.Trace);
        if (proof.Addresses.Count > 0)
            return proof;

        var sent = await inbox.NamedBySentCopy(mail.Id, mail.MessageId, Addresses(author), account, ct);
        return named.All.Intersect(sent, StringComparer.OrdinalIgnoreCase).ToList() is { Count: > 0 } addresses
            ? new CommandProof(addresses, null)
            : proof;
    }

    private async Task<AuthorFinding> FindAuthor(CommandMail mail, Person author, CancellationToken ct)
    {
        var from = EmailAddress.Parse(mail.From!);
        var told = new TrustedWord(settings.TrustedServers).Read(mail.Trace, from, [.. author.Also.Prepend(author.Email)]);
        if (dkim is null || (told.Reason is null && settings.TrustedServers.Count > 0))
            return told;

        if (await inbox.FindBytes(mail.Id, ct) is not { } bytes)
            return AuthorFinding.Nothing("it is too large for its signatures to be verified, or its account does not give it whole");

        try
        {
            return await dkim.Verify(bytes, from, mail.ArrivedAt, ct);
        }
        catch (KeysUnavailableException failure)
        {
            return AuthorFinding.Nothing(failure.Message) with { IsForNow = true };
        }
    }

    /// <summary>
    /// Whether the author's own copy may still turn up: a day from when we first saw the mail, and until the author's mailboxes have been
    /// read past its arrival.
    /// </summary>
    private async Task<bool> MayStillBeProven(CommandMail mail, Person author, Instant now, CancellationToken ct)
    {
        if (now - mail.FirstSeenAt < Patience)
            return true;

        var addresses = Addresses(author);
        return (await stores.Accounts.All(ct)).Any(one =>
            one.Address is { } address && addresses.Contains(address) && one.Name != account && !(one.ReadUntil > mail.ArrivedAt));
    }

    private List<string> Commanding(IReadOnlyList<string> addresses) =>
        [
            .. addresses
                .Where(address => EmailAddress.TryParse(address, out var one) && ours.IsCommandMailbox(one))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];

    private static List<string> Addresses(Person author) => [.. author.Also.Prepend(author.Email).Select(address => address.Value)];

    private async Task<CommandContext> ReadStandings(Instant now, CancellationToken ct)
    {
        var lines = await stores.Log.Read(new LogFilter { Now = now, WithoutText = true }, ct).ToListAsync(ct);
        return new CommandContext(EvaluatedFacts.Evaluate(policy, new ContactLogSnapshot(lines), now));
    }
}

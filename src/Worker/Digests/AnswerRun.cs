using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Commands;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the answers that cannot wait for a digest, one a mail and each once, and leaves them to the outbox.</summary>
internal sealed class AnswerRun(DigestLedger ledger, CommandInbox inbox, DigestMails mails, ReaderFeeds feeds, AuditTrail audit)
{
    private readonly EachMail each = new();

    /// <summary>Nobody asks more by hand; whatever does it waits, and a loop nobody thought of stays slow.</summary>
    private const int MostAnHour = 20;

    /// <summary>How often people had been erased when what is written was read; if somebody was since, nothing is kept.</summary>
    public long? Erasures { get; init; }

    /// <summary>Which answers could not be given, and why.</summary>
    public IReadOnlyList<Trouble> Troubles => each.Troubles;

    /// <summary>What is owed now: asked every minute, so that the log is read only when somebody wants to know something.</summary>
    /// <param name="policy">Knows the readers.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<DueAnswer>> Due(CompanyPolicy policy, Instant now, CancellationToken ct)
    {
        var due = new List<DueAnswer>();
        foreach (var owed in (await inbox.OwedAtOnce(ct)).GroupBy(one => one.Answer.Reader, StringComparer.Ordinal))
        {
            if (policy.People.FirstOrDefault(person => person.Id == owed.Key) is not { } reader)
                continue;

            foreach (var one in owed.Take(Math.Max(0, MostAnHour - (int)await CountLately(reader, now, ct))))
            {
                if (KeptAnswer.Parse(one.Answer.Text) is { } kept)
                    due.Add(new DueAnswer(one.Id, reader, kept));
                else
                    each.Tell(await KeptAnswer.GiveUp(one, inbox, ct));
            }
        }

        return due;
    }

    private async Task<long> CountLately(Person reader, Instant now, CancellationToken ct)
    {
        var since = now - Duration.FromHours(1);
        return await ledger.CountSince(AnswerComposer.Name, reader.Id, since, ct)
            + await ledger.CountSince(AnswerComposer.WithKey, reader.Id, since, ct);
    }

    /// <summary>Plans, composes and keeps what is due.</summary>
    /// <param name="due">See <see cref="Due"/>.</param>
    /// <param name="facts">At the moment of writing.</param>
    /// <param name="ct">Ends the run between two answers.</param>
    public async Task Write(IReadOnlyList<DueAnswer> due, Domain.Digests.DigestFacts facts, CancellationToken ct)
    {
        var composer = new AnswerComposer(facts);
        foreach (var one in due)
        {
            ct.ThrowIfCancellationRequested();
            await each.Try($"{AnswerComposer.Name} for {one.Reader.Id}", () => Write(one, composer, facts, ct), ct);
        }
    }

    private async Task Write(DueAnswer due, AnswerComposer composer, Domain.Digests.DigestFacts facts, CancellationToken ct)
    {
        // Planned before but without bytes: an earlier run was stopped in between, and this one goes on.
        var id = mails.AnswerId(due.Reader.Id, due.Mail);
        var date = LocalDatePattern.Iso.Format(facts.Now.InZone(facts.Policy.DefaultCalendar.Zone).Date);
        var name = due.Kept.WithFeed ? AnswerComposer.WithKey : AnswerComposer.Name;
        await ledger.Plan(new PlannedMail(id, name, due.Reader.Id, $"{date}-{id[..8]}", facts.Now), facts.Now, ct);
        var answer = composer.Compose(due.Reader, due.Kept.Answer, due.Kept.WithFeed ? await GiveFeed(due, facts.Now, ct) : null);
        var mail = await mails.WriteAnswer(answer, id, due.Kept.MessageId, facts.Now, ct);
        var written = new WrittenMail(id, mail.Bytes, answer.Listed) { Answered = [due.Mail], Erasures = Erasures };
        if (!await ledger.Keep(written, facts.Now, ct))
            return;

        var book = new ContactBook(facts.Policy);
        foreach (var contact in due.Kept.Answer.Questions.Select(question => book.Primary(question.Contact)).Distinct())
            await audit.Note(new AuditEntry(facts.Now, due.Reader.Id, AuditWay.Mail, "asked about", contact.Value), ct);
        if (due.Kept.WithFeed)
            await audit.Note(new AuditEntry(facts.Now, due.Reader.Id, AuditWay.Mail, "asked for a calendar", AnswerComposer.WithKey), ct);
    }

    /// <summary>
    /// The address under which the reader's calendar asks for their list from now on; null where there is none. Another worker that writes
    /// the same answer gives the same one.
    /// </summary>
    private async Task<string?> GiveFeed(DueAnswer due, Instant now, CancellationToken ct)
    {
        if (mails.CreateFeed(due.Reader.Id, due.Mail) is not var (token, address))
            return null;

        await feeds.Give(due.Reader.Id, token, now, ct);
        return address;
    }
}

/// <summary>An answer to be written.</summary>
/// <param name="Mail">The id of the mail that is answered.</param>
/// <param name="Reader">Who gets it.</param>
/// <param name="Kept">What it says.</param>
internal sealed record DueAnswer(string Mail, Person Reader, KeptAnswer Kept);

using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the answers that cannot wait for a digest, one a mail and each once, and leaves them to the outbox.</summary>
internal sealed class AnswerRun(DigestLedger ledger, CommandInbox inbox, DigestMails mails)
{
    /// <summary>Nobody asks more by hand; whatever does it waits, and a loop nobody thought of stays slow.</summary>
    private const int MostAnHour = 20;

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

            var room = MostAnHour - (int)await ledger.CountSince(AnswerComposer.Name, reader.Id, now - Duration.FromHours(1), ct);
            due.AddRange(owed.Take(Math.Max(0, room)).Select(one => new DueAnswer(one.Id, reader, KeptAnswer.Read(one.Answer.Text))));
        }

        return due;
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

            // Planned before but without bytes: an earlier run was stopped in between, and this one goes on.
            var id = mails.AnswerId(one.Reader.Id, one.Mail);
            var date = LocalDatePattern.Iso.Format(facts.Now.InZone(facts.Policy.DefaultCalendar.Zone).Date);
            await ledger.Plan(new PlannedMail(id, AnswerComposer.Name, one.Reader.Id, $"{date}-{id[..8]}", facts.Now), facts.Now, ct);
            var answer = composer.Compose(one.Reader, one.Kept.Answer);
            var mail = await mails.WriteAnswer(answer, id, one.Kept.MessageId, facts.Now);
            await ledger.KeepBytes(id, mail.Bytes, answer.Listed, [one.Mail], facts.Now, ct);
        }
    }
}

/// <summary>An answer to be written.</summary>
/// <param name="Mail">The id of the mail that is answered.</param>
/// <param name="Reader">Who gets it.</param>
/// <param name="Kept">What it says.</param>
internal sealed record DueAnswer(string Mail, Person Reader, KeptAnswer Kept);

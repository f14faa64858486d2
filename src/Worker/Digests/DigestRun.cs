using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the digests that are due, each once, and leaves them to the outbox.</summary>
/// <param name="ledger">What was written already.</param>
/// <param name="inbox">What readers told us and are to be told about it.</param>
/// <param name="mails">Makes mails of them.</param>
/// <param name="stopped">Which readers want which digest no more.</param>
internal sealed class DigestRun(
    DigestLedger ledger,
    CommandInbox inbox,
    DigestMails mails,
    IReadOnlyList<(string Digest, string Reader)> stopped)
{
    /// <summary>How many mails are kept in one transaction: each costs a write to the disk.</summary>
    private const int Batch = 25;

    /// <summary>
    /// The digests that are due and have not been written yet: asked every minute, so that the log is read only when it is needed.
    /// </summary>
    public async Task<IReadOnlyList<DueDigest>> Unwritten(CompanyPolicy policy, Instant now, CancellationToken ct)
    {
        var due = DueAt(policy, now).Select(run => (Run: run, Id: mails.MessageId(run))).ToList();
        if (due.Count == 0)
            return [];

        var settled = await ledger.Settled([.. due.Select(one => one.Id)], ct);
        return [.. due.Where(one => !settled.Contains(one.Id)).Select(one => one.Run)];
    }

    /// <summary>Plans, composes and keeps everything due at the moment of <paramref name="facts"/>.</summary>
    /// <param name="facts">What digests are made of.</param>
    /// <param name="ct">Ends the run between two readers.</param>
    /// <returns>The digests written in this run; those with nothing to say, and those of earlier runs, are not among them.</returns>
    public async Task<IReadOnlyList<Digest>> Write(DigestFacts facts, CancellationToken ct)
    {
        var due = DueAt(facts.Policy, facts.Now).Select(run => (Run: run, Id: mails.MessageId(run))).ToList();
        var settled = await ledger.Settled([.. due.Select(one => one.Id)], ct);
        due.RemoveAll(one => settled.Contains(one.Id));
        if (due.Count == 0)
            return [];

        // Planned before but without bytes: an earlier run was stopped in between, and this one goes on.
        await ledger.Plan(
            [
                .. due.Select(one => new PlannedMail(
                    one.Id,
                    one.Run.Definition.Name,
                    one.Run.Reader.Id,
                    LocalDatePattern.Iso.Format(one.Run.Date),
                    one.Run.DueAt)),
            ],
            facts.Now,
            ct);
        var written = new List<Digest>();
        var writing = await Writing.Create(facts, [.. due.Select(one => one.Run)], ledger, inbox, mails, ct);
        foreach (var some in due.Chunk(Batch))
        {
            ct.ThrowIfCancellationRequested();
            var batch = new List<(WrittenMail Mail, Digest? Digest)>();
            foreach (var (run, id) in some)
                batch.Add(
                    await writing.Write(run) is var (digest, mail, answered)
                        ? (new WrittenMail(id, mail.Bytes, digest.Listed) { Answered = answered }, digest)
                        : (new WrittenMail(id, null, []), null));

            var kept = await ledger.Keep([.. batch.Select(one => one.Mail)], facts.Now, ct);
            written.AddRange(batch.Where(one => kept.Contains(one.Mail.MessageId)).Select(one => one.Digest!));
        }

        return written;
    }

    /// <summary>The digests due at the moment of <paramref name="facts"/> as they would be, without planning or sending anything.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(DigestFacts facts, CancellationToken ct)
    {
        var due = DueAt(facts.Policy, facts.Now).ToList();
        var writing = await Writing.Create(facts, due, ledger, inbox, mails, ct);
        var shown = new List<(Digest, DigestMail)>();
        foreach (var run in due)
        {
            if (await writing.Write(run) is var (digest, mail, _))
                shown.Add((digest, mail));
        }

        return shown;
    }

    private IEnumerable<DueDigest> DueAt(CompanyPolicy policy, Instant now) =>
        new DigestSchedule(policy).DueAt(now).Where(run => !stopped.Contains((run.Definition.Name, run.Reader.Id)));

    /// <summary>What all digests of a run share.</summary>
    private sealed class Writing
    {
        private readonly DigestComposer composer;
        private readonly DigestMails mails;
        private readonly Instant now;
        private readonly Dictionary<(string Digest, string Reader, LocalDate Date), DigestHistory> histories = [];
        private readonly ILookup<string, UntoldAnswer> owed;
        private readonly HashSet<string> confirmed = new(StringComparer.Ordinal);

        private Writing(DigestFacts facts, DigestMails mails, IReadOnlyList<UntoldAnswer> owed)
        {
            (composer, this.mails, now) = (new DigestComposer(facts), mails, facts.Now);
            this.owed = owed.ToLookup(one => one.Answer.Reader, StringComparer.Ordinal);
        }

        public static async Task<Writing> Create(
            DigestFacts facts,
            IReadOnlyList<DueDigest> due,
            DigestLedger ledger,
            CommandInbox inbox,
            DigestMails mails,
            CancellationToken ct)
        {
            var writing = new Writing(facts, mails, await inbox.OwedWithDigests(ct));
            foreach (var group in due.GroupBy(run => (run.Definition.Name, run.Date)))
            {
                foreach (
                    var (reader, history) in await ledger.Histories(
                        group.Key.Name,
                        [.. group.Select(run => run.Reader.Id)],
                        group.Key.Date,
                        ct))
                    writing.histories[(group.Key.Name, reader, group.Key.Date)] = history;
            }

            return writing;
        }

        /// <returns>The digest, its mail and the ids of the answers it gives; null when there is nothing to say.</returns>
        public async Task<(Digest Digest, DigestMail Mail, IReadOnlyCollection<string> Answered)?> Write(DueDigest run)
        {
            // The first of a reader's digests that says anything confirms what they told us.
            var told = confirmed.Contains(run.Reader.Id) ? [] : owed[run.Reader.Id].ToList();
            var fitting = await mails.WriteFitting(
                composer,
                run,
                histories.GetValueOrDefault((run.Definition.Name, run.Reader.Id, run.Date)) ?? DigestHistory.None,
                [.. told.SelectMany(one => KeptAnswer.Read(one.Answer.Text).Confirmations)],
                now);
            if (fitting is not var (digest, mail))
                return null;

            confirmed.Add(run.Reader.Id);
            return (digest, mail, [.. told.Select(one => one.Id)]);
        }
    }
}

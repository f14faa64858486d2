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
internal sealed class DigestRun(DigestLedger ledger, CommandInbox inbox, DigestMails mails, IReadOnlyList<(string Digest, string Reader)> stopped)
{
    /// <summary>Whether a digest is due that has not been written yet: asked every minute, so that the log is read only when it is needed.</summary>
    public async Task<bool> IsAnythingDue(CompanyPolicy policy, Instant now, CancellationToken ct)
    {
        var due = DueAt(policy, now).Select(mails.MessageId).ToHashSet(StringComparer.Ordinal);
        return due.Count > 0 && (await ledger.Settled(due, ct)).Count < due.Count;
    }

    /// <summary>Plans, composes and keeps everything due at the moment of <paramref name="facts"/>.</summary>
    /// <param name="facts">What digests are made of.</param>
    /// <param name="ct">Ends the run between two readers.</param>
    /// <returns>The digests written in this run; those with nothing to say, and those of earlier runs, are not among them.</returns>
    public async Task<IReadOnlyList<Digest>> Write(DigestFacts facts, CancellationToken ct)
    {
        var written = new List<Digest>();
        DigestComposer? composer = null;
        var due = DueAt(facts.Policy, facts.Now).Select(run => (Run: run, Id: mails.MessageId(run))).ToList();
        var settled = await ledger.Settled([.. due.Select(one => one.Id)], ct);
        foreach (var (run, id) in due.Where(one => !settled.Contains(one.Id)))
        {
            ct.ThrowIfCancellationRequested();

            // Planned before but without bytes: an earlier run was stopped in between, and this one goes on.
            await ledger.Plan(new PlannedMail(id, run.Definition.Name, run.Reader.Id, LocalDatePattern.Iso.Format(run.Date), run.DueAt), facts.Now, ct);
            composer ??= new DigestComposer(facts);
            var told = await inbox.OwedWithDigest(run.Reader.Id, ct);
            if (await Fitting(composer, run, told, facts, ct) is not var (digest, mail))
            {
                await ledger.NothingToSay(id, ct);
                continue;
            }

            if (await ledger.KeepBytes(id, mail.Bytes, digest.Listed, [.. told.Select(one => one.Id)], facts.Now, ct))
                written.Add(digest);
        }

        return written;
    }

    /// <summary>The digests due at the moment of <paramref name="facts"/> as they would be, without planning or sending anything.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(DigestFacts facts, CancellationToken ct)
    {
        var shown = new List<(Digest, DigestMail)>();
        var composer = new DigestComposer(facts);
        var confirmed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in DueAt(facts.Policy, facts.Now))
        {
            var told = confirmed.Add(run.Reader.Id) ? await inbox.OwedWithDigest(run.Reader.Id, ct) : [];
            if (await Fitting(composer, run, told, facts, ct) is { } fitting)
                shown.Add(fitting);
        }

        return shown;
    }

    private async Task<(Digest Digest, DigestMail Mail)?> Fitting(DigestComposer composer, DueDigest run, IReadOnlyList<UntoldAnswer> told, DigestFacts facts, CancellationToken ct) =>
        await mails.WriteFitting(
            composer,
            run,
            await ledger.History(run.Definition.Name, run.Reader.Id, run.Date, ct),
            [.. told.SelectMany(one => KeptAnswer.Read(one.Answer.Text).Confirmations)],
            facts.Now);

    private IEnumerable<DueDigest> DueAt(CompanyPolicy policy, Instant now) =>
        new DigestSchedule(policy).DueAt(now).Where(run => !stopped.Contains((run.Definition.Name, run.Reader.Id)));
}

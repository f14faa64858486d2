using CrmSync.Domain.Digests;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Commands;
using CrmSync.Worker.Telemetry;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the digests that are due, each once, and leaves them to the outbox.</summary>
/// <param name="ledger">What was written already.</param>
/// <param name="told">What earlier digests said.</param>
/// <param name="inbox">What readers told us and are to be told about it.</param>
/// <param name="mails">Makes mails of them.</param>
/// <param name="stopped">Which readers want which digest no more.</param>
internal sealed class DigestRun(
    DigestLedger ledger,
    ToldItems told,
    CommandInbox inbox,
    DigestMails mails,
    IReadOnlyList<(string Digest, string Reader)> stopped)
{
    /// <summary>How many mails are kept in one transaction: each costs a write to the disk.</summary>
    private const int Batch = 25;

    private readonly EachMail each = new();

    /// <summary>How often people had been erased when what is written was read; if somebody was since, nothing is kept.</summary>
    public long? Erasures { get; init; }

    /// <summary>Which digests, or answers given with them, could not be written in the last run, and why.</summary>
    public IReadOnlyList<Trouble> Troubles => each.Troubles;

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
        await each.TryTogether(
            due,
            one => NameFor(one.Run),
            some => ledger.Plan([.. some.Select(one => Planned(one.Run, one.Id))], facts.Now, ct),
            ct);
        var written = new List<Digest>();
        var writing = await CreateWriting(facts, [.. due.Select(one => one.Run)], await ReadOwed(givesUp: true, ct), ct);
        foreach (var some in due.Chunk(Batch))
        {
            ct.ThrowIfCancellationRequested();
            var batch = new List<(DueDigest Run, WrittenMail Mail, Digest? Digest)>();
            foreach (var (run, id) in some)
            {
                await each.Try(
                    NameFor(run),
                    async () =>
                    {
                        using var trace = Traces.Mail("write", run.Definition.Name);
                        batch.Add(
                            await writing.Write(run, ct) is var (digest, mail, answered)
                                ? (run, new WrittenMail(id, mail.Bytes, digest.Listed) { Answered = answered, Erasures = Erasures }, digest)
                                : (run, new WrittenMail(id, null, []), null));
                    },
                    ct);
            }

            await each.TryTogether(
                batch,
                one => NameFor(one.Run),
                async ones =>
                {
                    var kept = await ledger.Keep([.. ones.Select(one => one.Mail)], facts.Now, ct);
                    written.AddRange(ones.Where(one => kept.Contains(one.Mail.MessageId)).Select(one => one.Digest!));
                },
                ct);
        }

        return written;
    }

    /// <summary>The digests due at the moment of <paramref name="facts"/> as they would be, without planning or sending anything.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(DigestFacts facts, CancellationToken ct)
    {
        var due = DueAt(facts.Policy, facts.Now).ToList();
        var writing = await CreateWriting(facts, due, await ReadOwed(givesUp: false, ct), ct);
        var shown = new List<(Digest, DigestMail)>();
        foreach (var run in due)
        {
            await each.Try(
                NameFor(run),
                async () =>
                {
                    if (await writing.Write(run, ct) is var (digest, mail, _))
                        shown.Add((digest, mail));
                },
                ct);
        }

        return shown;
    }

    private static string NameFor(DueDigest run) => $"{run.Definition.Name} for {run.Reader.Id}";

    /// <summary>A digest as the ledger knows it before it is written.</summary>
    public static PlannedMail Planned(DueDigest run, string id) =>
        new(id, run.Definition.Name, run.Reader.Id, LocalDatePattern.Iso.Format(run.Date), run.DueAt);

    /// <summary>The answers that digests give, by reader.</summary>
    private async Task<ILookup<string, (string Mail, KeptAnswer Answer)>> ReadOwed(bool givesUp, CancellationToken ct)
    {
        var readable = new List<(string Reader, string Mail, KeptAnswer Answer)>();
        foreach (var owed in await inbox.OwedWithDigests(ct))
        {
            if (KeptAnswer.Parse(owed.Answer.Text) is { } kept)
                readable.Add((owed.Answer.Reader, owed.Id, kept));
            else
                each.Tell(givesUp ? await KeptAnswer.GiveUp(owed, inbox, ct) : KeptAnswer.Unreadable(owed));
        }

        return readable.ToLookup(one => one.Reader, one => (one.Mail, one.Answer), StringComparer.Ordinal);
    }

    private async Task<Writing> CreateWriting(
        DigestFacts facts,
        IReadOnlyList<DueDigest> due,
        ILookup<string, (string Mail, KeptAnswer Answer)> owed,
        CancellationToken ct)
    {
        var histories = new Dictionary<(string Digest, string Reader, LocalDate Date), DigestHistory>();
        foreach (var group in due.GroupBy(run => (run.Definition.Name, run.Date)))
        {
            var (digest, date) = group.Key;
            foreach (var (reader, history) in await told.Histories(digest, [.. group.Select(run => run.Reader.Id)], date, ct))
                histories[(digest, reader, date)] = history;
        }

        return new Writing(facts, mails, histories, owed);
    }

    private IEnumerable<DueDigest> DueAt(CompanyPolicy policy, Instant now) =>
        new DigestSchedule(policy).DueAt(now).Where(run => !stopped.Contains((run.Definition.Name, run.Reader.Id)));

    /// <summary>What all digests of a run share.</summary>
    private sealed class Writing(
        DigestFacts facts,
        DigestMails mails,
        Dictionary<(string Digest, string Reader, LocalDate Date), DigestHistory> histories,
        ILookup<string, (string Mail, KeptAnswer Answer)> owed)
    {
        private readonly DigestComposer composer = new(facts);
        private readonly HashSet<string> confirmed = new(StringComparer.Ordinal);

        /// <returns>The digest, its mail and the ids of the answers it gives; null when there is nothing to say.</returns>
        public async Task<(Digest Digest, DigestMail Mail, IReadOnlyCollection<string> Answered)?> Write(
            DueDigest run, CancellationToken ct)
        {
            // The first of a reader's digests that says anything confirms what they told us.
            var told = confirmed.Contains(run.Reader.Id) ? [] : owed[run.Reader.Id].ToList();
            var fitting = await mails.WriteFitting(
                composer,
                run,
                histories.GetValueOrDefault((run.Definition.Name, run.Reader.Id, run.Date)) ?? DigestHistory.None,
                [.. told.SelectMany(one => one.Answer.Confirmations)],
                facts.Now,
                ct);
            if (fitting is not var (digest, mail))
                return null;

            confirmed.Add(run.Reader.Id);
            return (digest, mail, [.. told.Select(one => one.Mail)]);
        }
    }
}

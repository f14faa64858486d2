using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>
/// Writes the immediate mails that are due and what is posted to webhooks, tells each step to each reader once, and leaves them to the
/// outboxes.
/// </summary>
internal sealed class NoticeRun(DigestLedger ledger, Notifications notifications, DigestMails mails)
{
    private readonly EachMail each = new();

    /// <summary>
    /// Whether anything is due that was not told yet, or was left behind by a run that was stopped: asked every minute, so that the log is
    /// read only then.
    /// </summary>
    public async Task<bool> IsAnythingDue(CompanyPolicy policy, EvaluationResult evaluation, CancellationToken ct)
    {
        if ((await ledger.Planned(NoticeComposer.Name, ct)).Count > 0)
            return true;

        return (await Untold(policy, evaluation, withHeld: false, ct)).Count > 0;
    }

    /// <summary>The steps that are due and were not told yet.</summary>
    /// <param name="policy">Knows the hours.</param>
    /// <param name="evaluation">The items.</param>
    /// <param name="withHeld">Also accusations that wait until accounts are read.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<Notice>> Untold(CompanyPolicy policy, EvaluationResult evaluation, bool withHeld, CancellationToken ct)
    {
        var left = new List<Notice>();
        foreach (var (reader, due) in DueAt(policy, evaluation, withHeld))
        {
            var untold = await notifications.Untold(reader, [.. due.Select(ToldStep)], ct);
            left.AddRange(due.Where(notice => untold.Contains(ToldStep(notice))));
        }

        return left;
    }

    /// <summary>Where what cannot wait is posted as well.</summary>
    public Channels Channels { get; init; } = new([]);

    /// <summary>The ids of the items that are told now, by mails that are due or were left behind.</summary>
    public async Task<IReadOnlySet<string>> ItemsToTell(CompanyPolicy policy, EvaluationResult evaluation, CancellationToken ct)
    {
        var items = (await Untold(policy, evaluation, withHeld: false, ct)).Select(notice => notice.Item.Id)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var planned in await ledger.Planned(NoticeComposer.Name, ct))
            items.UnionWith((await notifications.Read(planned.Plan.MessageId, ct)).Select(step => step.Item));

        return items;
    }

    /// <summary>How often people had been erased when what is written was read; if somebody was since, nothing is kept.</summary>
    public long? Erasures { get; init; }

    /// <summary>Of which mails of the last run nobody knows why they could not be written.</summary>
    public IReadOnlyList<Trouble> Troubles => each.Troubles;

    /// <returns>The mails written in this run.</returns>
    public async Task<IReadOnlyList<Digest>> Write(DigestFacts facts, CancellationToken ct)
    {
        var written = new List<Digest>();
        foreach (var planned in await ledger.Planned(NoticeComposer.Name, ct))
            await each.Try(NameFor(planned.Plan.Reader), () => TakeUp(planned.Plan, facts, written, ct), ct);

        foreach (var (reader, due) in DueAt(facts.Policy, facts.Evaluation))
        {
            ct.ThrowIfCancellationRequested();
            await each.Try(NameFor(reader), () => Write(reader, due, facts, written, ct), ct);
        }

        return written;
    }

    /// <summary>Writes a mail that an earlier run planned and left behind.</summary>
    private async Task TakeUp(PlannedMail planned, DigestFacts facts, List<Digest> written, CancellationToken ct)
    {
        // Without steps the run ended before it told any: they are due still, and are planned again under the same id.
        if (await notifications.Read(planned.MessageId, ct) is { Count: > 0 } told)
            await Render(planned.MessageId, planned.Reader, told, facts, written, ct);
    }

    private async Task Write(string reader, IReadOnlyList<Notice> due, DigestFacts facts, List<Digest> written, CancellationToken ct)
    {
        var untold = await notifications.Untold(reader, [.. due.Select(ToldStep)], ct);
        var notices = due.Where(notice => untold.Contains(ToldStep(notice))).ToList();
        if (notices.Count == 0)
            return;

        // Planned first, told second, written third: a run that stops in between is taken up by the next.
        var id = mails.MessageId(reader, notices);
        var date = LocalDatePattern.Iso.Format(facts.Now.InZone(facts.Policy.DefaultCalendar.Zone).Date);
        await ledger.Plan(new PlannedMail(id, NoticeComposer.Name, reader, $"{date}-{id[..8]}", facts.Now), facts.Now, ct);
        var told = await notifications.Tell(reader, id, [.. notices.Select(ToldStep)], facts.Now, ct);
        await Render(id, reader, told, facts, written, ct);
    }

    private async Task Render(
        string id,
        string reader,
        IReadOnlyList<ToldStep> steps,
        DigestFacts facts,
        List<Digest> written,
        CancellationToken ct)
    {
        if (LedgerReaders.FindWebhook(reader) is not null)
        {
            var post = Channels.Write(reader, steps, facts, id);
            if (post is null)
                await ledger.MarkEmpty(id, ct);
            else
                await ledger.Keep(post with { Erasures = Erasures }, facts.Now, ct);

            return;
        }

        var items = facts.Evaluation.Items.ToDictionary(item => item.Id, StringComparer.Ordinal);
        var notices = steps
            .Where(step => items.ContainsKey(step.Item))
            .Select(step => new Notice(items[step.Item], step.Step, reader))
            .ToList();
        if (notices.Count == 0 || facts.Policy.People.FirstOrDefault(person => person.Id == reader) is not { } person)
        {
            await ledger.MarkEmpty(id, ct);
            return;
        }

        var notice = new NoticeComposer(facts).Compose(person, notices);
        var mail = await mails.WriteNotice(notice, id, facts.Now, ct);
        if (await ledger.Keep(new WrittenMail(id, mail.Bytes, notice.Listed) { Erasures = Erasures }, facts.Now, ct))
            written.Add(notice);
    }

    /// <summary>What is due for readers, and for the webhooks where it is posted as well.</summary>
    private IEnumerable<(string Reader, IReadOnlyList<Notice> Notices)> DueAt(
        CompanyPolicy policy, EvaluationResult evaluation, bool withHeld = false)
    {
        var due = new NoticePlan(policy).DueAt(evaluation, withHeld);
        return due.Concat(Channels.DueAt(policy, due));
    }

    private static string NameFor(string reader) => $"{NoticeComposer.Name} for {reader}";

    private static ToldStep ToldStep(Notice notice) => new(notice.Item.Id, notice.Step);
}

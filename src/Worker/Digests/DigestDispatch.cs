using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the digests and immediate mails that are due and sends them, or shows the digests.</summary>
internal sealed class DigestDispatch(
    PolicyInForce policy,
    CrmSyncConfiguration configuration,
    DigestFactsReader reader,
    DigestLedger ledger,
    ToldItems told,
    CommandInbox inbox,
    StoppedDigests stopped,
    Notifications notifications,
    LedgerReaders readers,
    TrialEnd trial,
    DeliveryHealth health,
    Accounts accounts,
    AccountsBehind behind,
    Settings settings,
    ReaderFeeds feeds,
    AuditTrail audit,
    ContactDatabase database,
    UnitLook units,
    DeliveryWays ways,
    WebPosts posts,
    TimeProvider time,
    HtmlPages pages,
    WebMail webMail)
{
    /// <summary>Whether mails can leave; without a way the policy is asked for reports only.</summary>
    public bool CanSend => configuration.Delivery is not null;

    /// <summary>Where no delivery is configured digests can be shown all the same.</summary>
    private DeliverySettings Delivery =>
        configuration.Delivery
        ?? new DeliverySettings
        {
            From = EmailAddress.Parse("crmsync@" + policy.Policy.Us.Domains[0]),
            Way = new DeliveryChoice.Folder("out"),
        };

    /// <summary>As <see cref="Send(PolicyMoment, Duration?, CancellationToken)"/>, with the policy in force.</summary>
    public async Task<OutboxReport> Send(Instant now, Duration? lease, CancellationToken ct) =>
        await Send(PolicyMoment.From(await units.ReadAll(now, ct)), lease, ct);

    /// <summary>Writes what is due and sends everything that is ready, also what an earlier run left behind.</summary>
    /// <param name="look">The policy and the moment.</param>
    /// <param name="lease">See <see cref="Outbox.SendAll"/>.</param>
    /// <param name="ct">Ends the run between two mails.</param>
    public async Task<OutboxReport> Send(PolicyMoment look, Duration? lease, CancellationToken ct)
    {
        var unwritten = await Write(look, ct);
        var mails = await SendReady(look.Policy, look.Now, lease, ct);
        var posted = await Post(look.Now, lease, ct);
        return new OutboxReport([.. mails.Sent, .. posted.Sent], [.. mails.Problems, .. posted.Problems]) { Unwritten = unwritten };
    }

    /// <summary>Writes what is due and leaves it to <see cref="SendReady(Instant, Duration?, CancellationToken)"/>.</summary>
    /// <returns>What could not be written for reasons nobody expected; everything else is.</returns>
    public async Task<IReadOnlyList<Trouble>> Write(PolicyMoment look, CancellationToken ct)
    {
        var mails = await Mails(look.Policy, ct);
        return await Write(look with { Erasures = look.Erasures ?? await ErasedPeople.Count(database, ct) }, mails, ct);
    }

    /// <summary>Whether anything that was written has not left yet.</summary>
    public async Task<bool> HasUnsent(CancellationToken ct) => await ledger.CountUnsent(ct) > 0;

    /// <summary>Whether anything is to be posted to webhooks still.</summary>
    public async Task<bool> HasUnposted(CancellationToken ct) => !readers.IsTrial && await ledger.CountUnsentPosts(ct) > 0;

    /// <summary>Posts everything that was written for webhooks.</summary>
    public Task<OutboxReport> Post(Instant now, Duration? lease, CancellationToken ct) =>
        readers.IsTrial
            ? Task.FromResult(new OutboxReport([], []))
            : new PostOutbox(ledger, health, posts, configuration.Webhooks, time).SendAll(now, lease, ct);

    /// <summary>Sends everything that was written.</summary>
    public Task<OutboxReport> SendReady(Instant now, Duration? lease, CancellationToken ct) => SendReady(policy.Policy, now, lease, ct);

    private async Task<OutboxReport> SendReady(CompanyPolicy current, Instant now, Duration? lease, CancellationToken ct)
    {
        var sender = await Sender(current, ct);
        await using var way = ways.Open(Delivery.Way);
        var copies = new SentCopies(accounts, ledger, sender.CommandMailbox);
        return await new Outbox(ledger, health, way, copies, current, sender, time).SendAll(now, lease, ct);
    }

    /// <summary>As <see cref="AccountsToRead(JudgedLog, CancellationToken)"/>, with the policy in force.</summary>
    public async Task<IReadOnlySet<string>> AccountsToRead(Instant now, CancellationToken ct) =>
        await AccountsToRead(await units.ReadAll(now, ct), ct);

    /// <summary>
    /// The accounts that the items of the mails due now rest on and that were last read more than a minute ago, to be read before
    /// <c>Send</c>; none when nothing is due.
    /// </summary>
    public async Task<IReadOnlySet<string>> AccountsToRead(JudgedLog judged, CancellationToken ct)
    {
        var mails = await Mails(judged.Policy, ct);
        var digests = await new DigestRun(ledger, told, inbox, mails, await stopped.All(ct)).Unwritten(judged.Policy, judged.Now, ct);
        if (digests.Count == 0 && !judged.Policy.Rules.Any(TellsAtOnce))
            return new HashSet<string>();

        var notices = await Notices(mails).Untold(judged.Policy, judged.Evaluation, withHeld: true, ct);
        return digests.Count + notices.Count == 0 ? new HashSet<string>() : await behind.Stale(judged, digests, notices, ct);
    }

    /// <summary>
    /// Whether any mail is to be written: a digest, an immediate mail, also one that waits until accounts are read, or an answer. While
    /// none is, nothing but the items has to be known.
    /// </summary>
    /// <param name="now">The moment.</param>
    /// <param name="items">The items as of now; null while they are not known, so that any of them may have to be told at once.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> IsAnythingDue(Instant now, EvaluationResult? items, CancellationToken ct)
    {
        var current = policy.Policy;
        var mails = await Mails(current, ct);
        return (await new DigestRun(ledger, told, inbox, mails, await stopped.All(ct)).Unwritten(current, now, ct)).Count > 0
            || (await new AnswerRun(ledger, inbox, mails, feeds, audit).Due(current, now, ct)).Count > 0
            || (current.Rules.Any(TellsAtOnce) && await IsAnythingToTell(current, items, mails, ct));
    }

    private async Task<bool> IsAnythingToTell(CompanyPolicy current, EvaluationResult? items, DigestMails mails, CancellationToken ct)
    {
        var notices = Notices(mails);
        return items is null
            || await notices.IsAnythingDue(current, items, ct)
            || (await notices.Untold(current, items, withHeld: true, ct)).Count > 0;
    }

    /// <summary>
    /// What has to be done once before mails leave: unless this is a trial, one that went before ends, and nobody gets what it told.
    /// </summary>
    public Task Begin(CancellationToken ct) => readers.IsTrial ? Task.CompletedTask : trial.Settle(ct);

    /// <summary>Lets mails be tried at once that wait because the way for them did not work.</summary>
    public Task TryAtOnce(CancellationToken ct) => health.TryAtOnce(ct);

    /// <summary>As <see cref="Show(PolicyMoment, CancellationToken)"/>, with the policy in force.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(Instant now, CancellationToken ct) =>
        (await ShowAll(now, ct)).Digests;

    /// <summary>The same, with what could not be composed.</summary>
    public async Task<(IReadOnlyList<(Digest Digest, DigestMail Mail)> Digests, IReadOnlyList<Trouble> Troubles)> ShowAll(
        Instant now, CancellationToken ct) => await Show(PolicyMoment.From(await units.ReadAll(now, ct)), ct);

    /// <summary>
    /// The digests due at a moment as they would be, also those that were sent already, and those of which nobody knows why they cannot be
    /// composed; nothing is sent.
    /// </summary>
    public async Task<(IReadOnlyList<(Digest Digest, DigestMail Mail)> Digests, IReadOnlyList<Trouble> Troubles)> Show(
        PolicyMoment look,
        CancellationToken ct)
    {
        var run = new DigestRun(ledger, told, inbox, await Mails(look.Policy, ct), await stopped.All(ct));
        return (await run.Show(await reader.Facts(look, ct), ct), run.Troubles);
    }

    /// <summary>
    /// Writes a mail to the person who looks after the installation (<c>defaults.owner</c>); it leaves with the next <c>Send</c>.
    /// </summary>
    /// <param name="note">The subject and the text in their language.</param>
    /// <param name="now">When it is written.</param>
    /// <param name="ct">Cancels.</param>
    public async Task TellAdmin(Func<IOperationPhrases, (string Subject, string Text)> note, Instant now, CancellationToken ct)
    {
        var current = policy.Policy;
        var zone = current.DefaultCalendar.Zone;
        var (subject, text) = note(Wording.In(current.DefaultOwner.Language).Operations);
        var mail = (await Mails(current, ct)).WriteNote(current.DefaultOwner, zone, subject, text, now);
        var occasion = $"{LocalDatePattern.Iso.Format(now.InZone(zone).Date)}-{mail.MessageId[..8]}";
        await ledger.Plan(new PlannedMail(mail.MessageId, "policy", current.DefaultOwner.Id, occasion, now), now, ct);
        await ledger.KeepBytes(mail.MessageId, mail.Bytes, [], now, ct);
    }

    /// <summary>Writes the code that opens a reader's pages to that reader; it leaves with the next <c>SendReady</c>.</summary>
    public async Task MailCode(Person reader, string code, Instant now, CancellationToken ct)
    {
        var current = policy.Policy;
        var zone = (reader.Calendar ?? current.DefaultCalendar).Zone;
        var words = Wording.In(reader.Language).Door;
        var text = words.CodeMail(
            code,
            (int)ReaderSessions.CodeHolds.TotalMinutes,
            (int)ReaderSessions.SessionHolds.TotalDays);
        var mail = (await Mails(current, ct)).WriteNote(reader, zone, words.CodeSubject, text, now);
        var occasion = $"{LocalDatePattern.Iso.Format(now.InZone(zone).Date)}-{mail.MessageId[..8]}";
        await ledger.Plan(new PlannedMail(mail.MessageId, "code", reader.Id, occasion, now), now, ct);
        await ledger.KeepBytes(mail.MessageId, mail.Bytes, [], now, ct);
    }

    /// <summary>
    /// Says of the mails that a database restored from a backup would send that they may have left since the backup was made: none of them
    /// is sent a second time. What was due earlier than the digests caught up now is not sent anyway.
    /// </summary>
    /// <param name="backup">When the backup was made; what was due before may have been late.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many mails that are.</returns>
    public async Task<int> DoubtSince(Instant backup, Instant now, CancellationToken ct)
    {
        var mails = await Mails(policy.Policy, ct);
        var leftOut = await stopped.All(ct);
        var due = new DigestSchedule(policy.Policy).DueAt(now)
            .Where(run => !leftOut.Contains((run.Definition.Name, run.Reader.Id)))
            .Select(run => DigestRun.Planned(run, mails.MessageId(run)));
        var problem = $"it may have left after {InstantPattern.General.Format(backup)}, when the backup was made that was restored";
        return await ledger.Doubt([.. due], problem, backup, now, ct);
    }

    private async Task<IReadOnlyList<Trouble>> Write(PolicyMoment look, DigestMails mails, CancellationToken ct)
    {
        var digests = new DigestRun(ledger, told, inbox, mails, await stopped.All(ct)) { Erasures = look.Erasures };
        var notices = Notices(mails, look.Erasures);
        var answers = new AnswerRun(ledger, inbox, mails, feeds, audit) { Erasures = look.Erasures };
        var each = new EachMail();
        await each.Try("digests and immediate mails", () => Write(look, digests, notices, each, ct), ct);
        await each.Try("answers", () => Write(look, answers, ct), ct);
        return [.. each.Troubles, .. notices.Troubles, .. digests.Troubles, .. answers.Troubles];
    }

    private async Task Write(PolicyMoment look, DigestRun digests, NoticeRun notices, EachMail each, CancellationToken ct)
    {
        var digestsAreDue = (await digests.Unwritten(look.Policy, look.Now, ct)).Count > 0;
        if (!digestsAreDue && !await NoticesMayBeDue(notices, look, ct))
            return;

        // Immediate mails come all day long: what they do not speak of is not read.
        var facts = !digestsAreDue && look.Judged is { } judged
            ? await reader.FactsOn(await notices.ItemsToTell(look.Policy, judged.Evaluation, ct), look, ct)
            : await reader.Facts(look, ct);
        await each.Try("immediate mails", () => notices.Write(facts, ct), ct);
        if (digestsAreDue)
            await digests.Write(facts, ct);
    }

    private async Task Write(PolicyMoment look, AnswerRun answers, CancellationToken ct)
    {
        if (await answers.Due(look.Policy, look.Now, ct) is { Count: > 0 } owed)
            await answers.Write(owed, await reader.FactsFor(owed, look, ct), ct);
    }

    private static async Task<bool> NoticesMayBeDue(NoticeRun notices, PolicyMoment look, CancellationToken ct) =>
        look.Policy.Rules.Any(TellsAtOnce)
        && (look.Judged is not { } judged || await notices.IsAnythingDue(look.Policy, judged.Evaluation, ct));

    private static bool TellsAtOnce(Rule rule) =>
        rule.Mode == Mode.Enforce && (rule.Warn is not null || rule.Escalate.Any(step => step.Via == Via.Email));

    private NoticeRun Notices(DigestMails mails, long? erasures = null) => new(ledger, notifications, mails)
    {
        Channels = new Channels(configuration.Webhooks, readers.IsTrial),
        Erasures = erasures,
    };

    private async Task<DigestMails> Mails(CompanyPolicy current, CancellationToken ct) =>
        new(await Sender(current, ct), pages) { WebMail = webMail };

    private async Task<MailSender> Sender(CompanyPolicy current, CancellationToken ct)
    {
        var delivery = Delivery;
        var domain = DomainNames.ToAscii(current.Us.Domains.Count > 0 ? current.Us.Domains[0] : delivery.From.Domain);
        var installation = await settings.Installation(ct);
        if (readers.IsTrial)
        {
            // Without ways to answer: whoever reads the mail of somebody else must not act in their name.
            return new MailSender($"trial of {installation}", delivery.From, delivery.FromName ?? "CrmSync", domain)
            {
                OnlyReader = current.DefaultOwner,
            };
        }

        return new MailSender(installation, delivery.From, delivery.FromName ?? "CrmSync", domain)
        {
            CommandMailbox = delivery.Commands?.Address,
            Tokens = delivery.Commands?.CreateTokens(),
            Pages = configuration.Status?.PagesUrl,
        };
    }
}

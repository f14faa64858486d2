using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using CrmSync.Worker.MailServers;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the digests and immediate mails that are due and sends them, or shows the digests.</summary>
/// <param name="policy">The policy in force.</param>
/// <param name="database">Log and ledger.</param>
/// <param name="snapshot">The log at a moment; texts are fetched here, only those that are shown.</param>
/// <param name="delivery">How mails leave.</param>
/// <param name="logins">At the server they leave through.</param>
internal sealed class DigestDesk(
    CompanyPolicy policy,
    ContactDatabase database,
    Func<Instant, CancellationToken, Task<ContactLogSnapshot>> snapshot,
    DeliverySettings delivery,
    MailLogins logins) : IAsyncDisposable
{
    /// <summary>What was told longer ago was told again since, or is not withdrawn any more.</summary>
    private static readonly Duration ToldWithin = Duration.FromDays(14);

    private readonly DigestLedger ledger = new(database);
    private readonly CommandInbox inbox = new(database);
    private readonly StoppedDigests stopped = new(database);
    private readonly DeliveryStanding standing = new(database);
    private readonly Accounts accounts = new(database);
    private readonly HtmlPages pages = new();

    /// <summary>The policy over the log as it is now: only the lines mails speak of are read then. Null: the whole log is.</summary>
    public RunningPolicy? Running { get; init; }

    /// <summary>Writes what is due and sends everything that is ready, also what an earlier run left behind.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="lease">See <see cref="Outbox.SendAll"/>.</param>
    /// <param name="ct">Ends the run between two mails.</param>
    public async Task<OutboxReport> Send(Instant now, Duration? lease, CancellationToken ct)
    {
        var sender = await Sender(ct);
        var mails = new DigestMails(sender, pages);
        var digests = new DigestRun(ledger, inbox, mails, await stopped.All(ct));
        var digestsAreDue = await digests.IsAnythingDue(policy, now, ct);
        var notices = new NoticeRun(ledger, new Notifications(database), mails);
        if (
            digestsAreDue
            || (
                policy.Rules.Any(TellsAtOnce)
                && (Running is null || await notices.IsAnythingDue(policy, Running.EvaluateLately(now, now), ct))))
        {
            var facts = await Facts(now, ct);
            await notices.Write(facts, ct);
            if (digestsAreDue)
                await digests.Write(facts, ct);
        }

        var answers = new AnswerRun(ledger, inbox, mails);
        if (await answers.Due(policy, now, ct) is { Count: > 0 } owed)
            await answers.Write(owed, await FactsFor(owed, now, ct), ct);

        await using var way = DeliveryWays.Of(delivery.Way, logins);
        return await new Outbox(ledger, standing, way, new SentCopies(accounts, ledger, sender.CommandMailbox), policy, sender).SendAll(
            now,
            lease,
            ct);
    }

    /// <summary>Lets mails be tried at once that wait because the way for them did not work.</summary>
    public Task TryAtOnce(CancellationToken ct) => standing.TryAtOnce(ct);

    /// <summary>The digests due at a moment as they would be, also those that were sent already; nothing is sent.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(Instant now, CancellationToken ct) =>
        await new DigestRun(ledger, inbox, new DigestMails(await Sender(ct), pages), await stopped.All(ct)).Show(await Facts(now, ct), ct);

    /// <summary>
    /// Writes a mail to the person who looks after the installation (<c>defaults.owner</c>); it leaves with the next <see cref="Send"/>.
    /// </summary>
    public async Task TellAdmin(string subject, string text, Instant now, CancellationToken ct)
    {
        var mail = new DigestMails(await Sender(ct), pages).WriteNote(policy.DefaultOwner, policy.DefaultCalendar.Zone, subject, text, now);
        var occasion = $"{LocalDatePattern.Iso.Format(now.InZone(policy.DefaultCalendar.Zone).Date)}-{mail.MessageId[..8]}";
        await ledger.Plan(new PlannedMail(mail.MessageId, "policy", policy.DefaultOwner.Id, occasion, now), now, ct);
        await ledger.KeepBytes(mail.MessageId, mail.Bytes, [], now, ct);
    }

    public ValueTask DisposeAsync() => pages.DisposeAsync();

    private static bool TellsAtOnce(Rule rule) =>
        rule.Mode == Mode.Enforce && (rule.Warn is not null || rule.Escalate.Any(step => step.Via == Via.Email));

    /// <summary>The log is read only for questions; that something failed can be told without it.</summary>
    private async Task<DigestFacts> FactsFor(IReadOnlyList<DueAnswer> owed, Instant now, CancellationToken ct)
    {
        var asked = owed.SelectMany(one => one.Kept.Answer.Questions).Select(question => question.Contact).ToHashSet();
        if (asked.Count == 0)
            return new DigestFacts(policy, new EvaluationResult(now) { Items = [], Closed = [] }, new ContactLogSnapshot([]));

        var facts = await Evaluated(now, asked, ct);
        var book = new ContactBook(policy);
        var primaries = asked.Select(book.PrimaryOf).ToHashSet();
        return await WithTexts(facts, LinesWith(facts, address => primaries.Contains(book.PrimaryOf(address))), ct);
    }

    private async Task<DigestFacts> Evaluated(Instant now, IReadOnlyCollection<EmailAddress> asked, CancellationToken ct) =>
        Running is null
            ? Standing.FactsOf(policy, await snapshot(now, ct), now)
            : await new DigestLog(database).Facts(Running, now, asked, ct);

    private async Task<DigestFacts> WithTexts(DigestFacts facts, IReadOnlyCollection<string> shown, CancellationToken ct)
    {
        var texts = await new ContactLog(database).Texts(shown, ct);
        return facts with
        {
            Log = facts.Log with
            {
                Interactions =
                [
                    .. facts.Log.Interactions.Select(line => texts.TryGetValue(line.Id, out var text) ? line with { Text = text } : line),
                ],
            },
        };
    }

    private async Task<DigestFacts> Facts(Instant now, CancellationToken ct)
    {
        var facts = await Evaluated(now, [], ct);
        facts = await WithTexts(facts, Shown(facts), ct);
        var mailStanding = new MailStanding(database);
        var policyStanding = new PolicyStanding(database);
        var refused = await policyStanding.Problems(ct);
        return facts with
        {
            Accounts =
            [
                .. (await accounts.All(ct)).Select(account => new AccountHealth(account.Name, account.LastSuccess, account.LastError)),
            ],
            Told = (await ledger.Told(NoticeComposer.Name, now - ToldWithin, ct)).ToLookup(told => told.Reader, StringComparer.Ordinal),
            PolicyChanges = await policyStanding.Changes(ct),
            Troubles =
            [
                .. refused
                    .Take(1)
                    .Select(first =>
                        $"the policy files have {refused.Count} errors and are not taken, {policy.Version} stays in force; the first: "
                            + $"{first}"
                    ),
                .. (await mailStanding.Troubles(now - Duration.FromDays(2), ct)).Select(trouble => trouble.Words),
                .. (await mailStanding.Commands(now - Duration.FromDays(1), ct)).Select(trouble => trouble.Words),
            ],
        };
    }

    /// <summary>The lines whose text a digest can show: what items rest on, and what passed with the people of today's meetings.</summary>
    private static HashSet<string> Shown(DigestFacts facts)
    {
        var soon = facts.Now + Duration.FromDays(1);
        var guests = facts
            .Log.Interactions.Where(line =>
                line.Meeting is { } meeting && meeting.End > facts.Now - Duration.FromDays(1) && meeting.Start < soon)
            .SelectMany(line => line.Participants)
            .Where(participant => !participant.Internal)
            .Select(participant => participant.Address)
            .ToHashSet();
        var shown = facts.Evaluation.Items.Select(item => item.Trigger).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (guests.Count > 0)
            shown.UnionWith(LinesWith(facts, guests.Contains));

        return shown;
    }

    /// <summary>What people wrote with somebody.</summary>
    private static HashSet<string> LinesWith(DigestFacts facts, Func<EmailAddress, bool> somebody) =>
        [
            .. facts
                .Log.Interactions.Where(line =>
                    line is { Kind: InteractionKind.Mail, Class: InteractionClass.Human }
                    && line.Participants.Any(participant => somebody(participant.Address)))
                .Select(line => line.Id),
        ];

    private async Task<MailSender> Sender(CancellationToken ct)
    {
        var installation = await new Settings(database).Installation(ct);
        return new MailSender(
            installation,
            delivery.From,
            delivery.FromName ?? "CrmSync",
            policy.Us.Domains.Count > 0 ? policy.Us.Domains[0] : delivery.From.Domain)
        {
            CommandMailbox = delivery.Commands?.Address,
            Tokens = delivery.Commands is { } commands ? new CommandTokens(commands.Secret.Reveal()) : null,
        };
    }
}

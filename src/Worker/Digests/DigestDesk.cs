using CrmSync.Domain.Digests;
using CrmSync.Domain.Digests.Commands;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Delivery;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>Writes the digests and immediate mails that are due and sends them, or shows the digests.</summary>
/// <param name="policy">The policy in force.</param>
/// <param name="database">Log and ledger.</param>
/// <param name="snapshot">The log at a moment; texts are fetched here, only those that are shown.</param>
/// <param name="delivery">How mails leave.</param>
internal sealed class DigestDesk(
    CompanyPolicy policy,
    ContactDatabase database,
    Func<Instant, CancellationToken, Task<ContactLogSnapshot>> snapshot,
    DeliverySettings delivery) : IAsyncDisposable
{
    private readonly DigestLedger ledger = new(database);
    private readonly Accounts accounts = new(database);
    private readonly HtmlPages pages = new();

    /// <summary>Writes what is due and sends everything that is ready, also what an earlier run left behind.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="lease">See <see cref="Outbox.SendAll"/>.</param>
    /// <param name="ct">Ends the run between two mails.</param>
    public async Task<OutboxReport> Send(Instant now, Duration? lease, CancellationToken ct)
    {
        var sender = await Sender(ct);
        var mails = new DigestMails(sender, pages);
        var digests = new DigestRun(ledger, mails);
        var digestsAreDue = await digests.IsAnythingDue(policy, now, ct);
        if (digestsAreDue || policy.Rules.Any(TellsAtOnce))
        {
            var facts = await Facts(now, ct);
            await new NoticeRun(ledger, new Notifications(database), mails).Write(facts, ct);
            if (digestsAreDue)
                await digests.Write(facts, ct);
        }

        await using var way = DeliveryWays.Of(delivery.Way);
        return await new Outbox(ledger, way, new SentCopies(accounts, ledger, sender.CommandMailbox), policy, sender).SendAll(now, lease, ct);
    }

    /// <summary>The digests due at a moment as they would be, also those that were sent already; nothing is sent.</summary>
    public async Task<IReadOnlyList<(Digest Digest, DigestMail Mail)>> Show(Instant now, CancellationToken ct) =>
        await new DigestRun(ledger, new DigestMails(await Sender(ct), pages)).Show(await Facts(now, ct), ct);

    public ValueTask DisposeAsync() => pages.DisposeAsync();

    private static bool TellsAtOnce(Rule rule) => rule.Mode == Mode.Enforce && (rule.Warn is not null || rule.Escalate.Any(step => step.Via == Via.Email));

    private async Task<DigestFacts> Facts(Instant now, CancellationToken ct)
    {
        var facts = Standing.FactsOf(policy, await snapshot(now, ct), now);
        var texts = await new ContactLog(database).Texts(Shown(facts), ct);
        return facts with
        {
            Log = facts.Log with { Interactions = [.. facts.Log.Interactions.Select(line => texts.TryGetValue(line.Id, out var text) ? line with { Text = text } : line)] },
            Accounts = [.. (await accounts.All(ct)).Select(account => new AccountHealth(account.Name, account.LastSuccess, account.LastError))],
            Troubles = [.. (await ledger.Refused(now - Duration.FromDays(2), ct)).Select(mail => $"{mail.Plan.Digest} for {mail.Plan.Reader} of {mail.Plan.Occasion} did not leave: {mail.Problem}")],
        };
    }

    /// <summary>The lines whose text a digest can show: what items rest on, and what passed with the people of today's meetings.</summary>
    private static HashSet<string> Shown(DigestFacts facts)
    {
        var soon = facts.Now + Duration.FromDays(1);
        var guests = facts.Log.Interactions.Where(line => line.Meeting is { } meeting && meeting.End > facts.Now - Duration.FromDays(1) && meeting.Start < soon)
            .SelectMany(line => line.Participants).Where(participant => !participant.Internal).Select(participant => participant.Address).ToHashSet();
        var shown = facts.Evaluation.Items.Select(item => item.Trigger).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (guests.Count > 0)
        {
            shown.UnionWith(facts.Log.Interactions
                .Where(line => line is { Kind: InteractionKind.Mail, Class: InteractionClass.Human } && line.Participants.Any(participant => guests.Contains(participant.Address)))
                .Select(line => line.Id));
        }

        return shown;
    }

    private async Task<MailSender> Sender(CancellationToken ct)
    {
        var installation = await new Settings(database).Installation(ct);
        return new MailSender(installation, delivery.From, delivery.FromName ?? "CrmSync", policy.Us.Domains.Count > 0 ? policy.Us.Domains[0] : delivery.From.Domain)
        {
            CommandMailbox = delivery.Commands?.Address,
            Tokens = delivery.Commands is { } commands ? new CommandTokens(commands.Secret.Reveal()) : null,
        };
    }
}

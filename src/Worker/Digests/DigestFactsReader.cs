using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Harvest;
using NodaTime;

namespace CrmSync.Worker.Digests;

/// <summary>Reads what digests, immediate mails and answers speak of.</summary>
internal sealed class DigestFactsReader(
    HarvestedLog harvested,
    DigestLog digests,
    ContactLog log,
    ToldItems told,
    Accounts accounts,
    MailTroubles mails,
    PolicyNews policyStanding,
    PrivateThreads privateThreads)
{
    /// <summary>What was told longer ago was told again since, or is not withdrawn any more.</summary>
    private static readonly Duration ToldWithin = Duration.FromDays(14);

    /// <summary>The facts of digests and immediate mails, with the texts they show.</summary>
    public async Task<DigestFacts> Facts(PolicyMoment look, CancellationToken ct)
    {
        // What became of promises is told to managers alone.
        var wanted = new FactsWanted
        {
            Everything = true,
            PromisesSince = look.Policy.Digests.Any(DigestComposer.TellsOfPromises) ? look.Now - DigestComposer.PromisesTold : null,
        };
        var facts = await Evaluated(look, wanted, ct);
        facts = await WithTexts(facts, Shown(facts), ct);
        var refused = await policyStanding.Problems(ct);
        var now = look.Now;
        OwnTrouble[] troubles =
        [
            .. refused
                .Take(1)
                .Select(first => new OwnTrouble(
                    (words, _) => words.PolicyRefused(refused.Count, look.Policy.Version, first), NeedsSomebody: true)),
            .. await mails.Troubles(now, Duration.FromDays(2), ct),
            .. await mails.Commands(now - Duration.FromDays(1), ct),
        ];
        return facts with
        {
            Accounts =
            [
                .. (await accounts.All(ct)).Select(account => new AccountHealth(account.Name, account.LastSuccess, account.LastError)
                {
                    NeedsSomebody = account.LastErrorPermanent,
                }),
            ],
            Told = (await told.Told(NoticeComposer.Name, now - ToldWithin, ct)).ToLookup(item => item.Reader, StringComparer.Ordinal),
            PrivateThreads = (int)await privateThreads.Count(ct),
            PolicyChanges = await policyStanding.Changes(ct),
            Troubles = [.. troubles.Select(trouble => new Func<ReaderClock, string>(trouble.Tell))],
        };
    }

    /// <summary>The facts of immediate mails about some items, with the texts they show.</summary>
    public async Task<DigestFacts> FactsOn(IReadOnlySet<string> items, PolicyMoment look, CancellationToken ct)
    {
        var facts = await Evaluated(look, new FactsWanted { Items = items }, ct);
        var shown = facts.Evaluation.Items.Where(item => items.Contains(item.Id)).Select(item => item.Trigger).OfType<string>();
        return await WithTexts(facts, shown.ToHashSet(StringComparer.Ordinal), ct);
    }

    /// <summary>The facts of answers. The log is read only for questions; that something failed can be told without it.</summary>
    public async Task<DigestFacts> FactsFor(IReadOnlyList<DueAnswer> owed, PolicyMoment look, CancellationToken ct)
    {
        var asked = owed.SelectMany(one => one.Kept.Answer.Questions).Select(question => question.Contact).ToHashSet();
        var withList = owed.Any(one => one.Kept.WithList);
        if (asked.Count == 0 && !withList)
            return new DigestFacts(look.Policy, new EvaluationResult(look.Now) { Items = [], Closed = [] }, new ContactLogSnapshot([]));

        var lists = owed.Where(one => one.Kept.WithList).Select(one => one.Reader.Id).ToHashSet(StringComparer.Ordinal);
        var facts = await Evaluated(look, new FactsWanted { Asked = asked, Lists = lists }, ct);
        var book = new ContactBook(look.Policy);
        var primaries = asked.Select(book.Primary).ToHashSet();
        var shown = LinesWith(facts, address => primaries.Contains(book.Primary(address)));
        if (withList)
            shown.UnionWith(Shown(facts));

        return await WithTexts(facts, shown, ct);
    }

    /// <summary>The facts of a page: about one contact with the texts that passed, or about nobody.</summary>
    public async Task<DigestFacts> FactsAbout(EmailAddress? contact, PolicyMoment look, CancellationToken ct)
    {
        var wanted = contact is null
            ? new FactsWanted { PromisesSince = look.Now - PageComposer.PromisesTold }
            : new FactsWanted { Asked = [contact] };
        var facts = await Evaluated(look, wanted, ct);
        if (contact is null)
            return facts;

        var book = new ContactBook(look.Policy);
        var primary = book.Primary(contact);
        return await WithTexts(facts, LinesWith(facts, address => book.Primary(address) == primary), ct);
    }

    private async Task<DigestFacts> Evaluated(PolicyMoment look, FactsWanted wanted, CancellationToken ct) =>
        look.Judged is { } judged
            ? await digests.Facts(judged, wanted, ct)
            : EvaluatedFacts.Evaluate(look.Policy, await harvested.Snapshot(look.Now, withText: false, ct), look.Now);

    private async Task<DigestFacts> WithTexts(DigestFacts facts, IReadOnlyCollection<string> shown, CancellationToken ct)
    {
        var texts = await log.Texts(shown, ct);
        var lines = facts.Log.Interactions.Select(line => texts.TryGetValue(line.Id, out var text) ? line with { Text = text } : line);
        return facts with { Log = facts.Log with { Interactions = [.. lines] } };
    }

    /// <summary>
    /// The lines whose text a digest can show: what items rest on, and what passed with the people of today's meetings and of handovers.
    /// </summary>
    private static HashSet<string> Shown(DigestFacts facts)
    {
        var soon = facts.Now + Duration.FromDays(1);
        var known = facts
            .Log.Interactions.Where(line =>
                line.Meeting is { } meeting && meeting.End > facts.Now - Duration.FromDays(1) && meeting.Start < soon)
            .SelectMany(line => line.Participants)
            .Where(participant => !participant.Internal)
            .Select(participant => participant.Address)
            .Concat(facts.Evaluation.Items.Where(item => item.Rule is HandoverRule).Select(item => item.Contact).OfType<EmailAddress>())
            .ToHashSet();
        var shown = facts.Evaluation.Items.Select(item => item.Trigger).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (known.Count > 0)
            shown.UnionWith(LinesWith(facts, known.Contains));

        return shown;
    }

    /// <summary>What people wrote with somebody.</summary>
    private static HashSet<string> LinesWith(DigestFacts facts, Func<EmailAddress, bool> somebody) =>
    [
        .. facts.Log.Interactions
            .Where(line => line is { Kind: InteractionKind.Mail, Class: InteractionClass.Human })
            .Where(line => line.Participants.Any(participant => somebody(participant.Address)))
            .Select(line => line.Id),
    ];
}

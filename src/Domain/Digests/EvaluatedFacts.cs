using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// How things stand beside the items: open cases, who heard from us too often, who looks after whom. Read from the policy's own view of the
/// log.
/// </summary>
public sealed class EvaluatedFacts
{
    private readonly RunningPolicy running;
    private readonly View view;

    /// <param name="running">The policy over the log, evaluated at <paramref name="now"/> just before.</param>
    /// <param name="now">The moment.</param>
    public EvaluatedFacts(RunningPolicy running, Instant now)
    {
        this.running = running;
        var at = now.ToUnixTimeTicks();
        running.Advance(at, long.MinValue);
        view = new View(running.Plan, running.Log, new PeopleOnDuty(running.Plan, at), at);
    }

    /// <summary>The facts of digests at a moment: the evaluation and what stands beside it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="log">The log; every line once.</param>
    /// <param name="now">The moment.</param>
    public static DigestFacts Evaluate(CompanyPolicy policy, ContactLogSnapshot log, Instant now)
    {
        var whole = new RunningPolicy(SeenAbsences.Apply(JoinedPeople.Apply(policy, log.Interactions, now), log.Interactions, now));
        whole.Put(log.Interactions);
        whole.Cover(log.Coverage);
        return Evaluate(whole, log, now);
    }

    /// <summary>The same over a policy that already holds the log.</summary>
    public static DigestFacts Evaluate(RunningPolicy evaluated, ContactLogSnapshot log, Instant now)
    {
        var evaluation = evaluated.EvaluateLately(now, now - LinesToRead.Lately);
        var facts = new EvaluatedFacts(evaluated, now);
        var lines = log.Interactions.ToDictionary(line => line.Id, StringComparer.Ordinal);
        return new DigestFacts(evaluated.Policy, evaluation, log.WithoutUndone())
        {
            Cases = facts.OpenCases(),
            OverContacted = facts.OverContacted(lines),
            Proposals = facts.Proposals(),
            FindOwner = facts.Owner,
            FindGroups = facts.Groups,
            MayWrite = address => evaluated.MayWrite(address, now),
            Outcomes = new(() => evaluated.PromisesDue(now - NumbersTable.Longest, now)),
            PromisesDue = since => evaluated.PromisesDue(since, now),
        };
    }

    /// <summary>Who is outside; where only a part of the log is here, of the organisations it was read for.</summary>
    private IEnumerable<ContactNode> Contacts => running.Log.Organisations.SelectMany(organisation => organisation.Contacts);

    /// <summary>What is proposed about any of them.</summary>
    public IReadOnlyList<Proposal> Proposals() => Digests.Proposals.Find(view);

    /// <summary>The ids of the people who look after them, by primary address.</summary>
    public IEnumerable<(EmailAddress Contact, string Owner)> Owners() =>
        Contacts.Select(contact => (contact.Primary, running.Plan.Id(Ownership.Owner(view, contact))));

    /// <summary>The id of the person who looks after a contact as of now; null for somebody who is no contact.</summary>
    public string? Owner(EmailAddress address) =>
        running.Log.Find(address) is { } contact ? running.Plan.Id(Ownership.Owner(view, contact)) : null;

    /// <summary>The segments a contact is in and the tags they bear, as of now; none for somebody who is no contact.</summary>
    public IReadOnlyList<string> Groups(EmailAddress address)
    {
        if (running.Log.Find(address) is not { } contact)
            return [];

        var traits = Traits.Compute(view, contact);
        return
        [
            .. running
                .Plan.Segments.Where((_, number) => traits.IsIn(number))
                .Select(segment => segment.Name)
                .Concat(traits.Tags)
                .Distinct(),
        ];
    }

    /// <summary>The open cases, the oldest first.</summary>
    public IReadOnlyList<CaseState> OpenCases() =>
    [
        .. Contacts
            .SelectMany(contact => Casebook.Cases(view, contact))
            .Where(span => span.IsOpen)
            .Select(CaseState)
            .OrderBy(state => state.Opened).ThenBy(state => state.Thread, StringComparer.Ordinal),
    ];

    /// <summary>Contacts and organisations that heard from us more often than an enforced cap allows.</summary>
    public IReadOnlyList<OverContact> OverContacted(IReadOnlyDictionary<string, Interaction> lines) =>
        [
            .. OverContactedBy()
                .Select(over => new OverContact(
                    over.Cap,
                    over.About,
                    over.Owner,
                    [.. over.Counted.Where(lines.ContainsKey).Select(id => lines[id])])),
        ];

    /// <summary>The same with the ids of the lines that count.</summary>
    internal IReadOnlyList<(
        CapLimit Cap,
        string About,
        string Owner,
        EmailAddress Contact,
        IReadOnlyList<string> Counted)> OverContactedBy()
    {
        var over = new List<(CapLimit, string, string, EmailAddress, IReadOnlyList<string>)>();
        foreach (var cap in running.Plan.Limits.Select(planned => planned.Limit).OfType<CapLimit>())
        {
            var scopes =
                cap.Per == Per.Organisation
                    ? running
                        .Log.Organisations.Where(organisation => organisation.Contacts.Count > 0)
                        .Select(organisation => organisation.Contacts[0])
                    : Contacts.Where(contact => contact.Lines.Count > cap.Max);
            foreach (var contact in scopes)
            {
                var counted = Caps.InWindow(view, cap, contact, running.Plan.Calendar).Select(one => one.Line.Id).ToList();
                if (counted.Count > cap.Max)
                {
                    over.Add((
                        cap,
                        cap.Per == Per.Organisation ? contact.Organisation.Name : contact.Primary.Value,
                        running.Plan.Id(Ownership.Owner(view, contact)),
                        contact.Primary,
                        counted));
                }
            }
        }

        return over;
    }

    /// <summary>The ball is ours from the opening until we write, and again from their next mail that asks for something.</summary>
    private CaseState CaseState(CaseSpan span)
    {
        var mails = ThreadFacts.Compute(view, span.Thread).Mails;
        var (ours, since) = (true, span.Opened);
        for (var i = span.FirstMail; i < mails.Length; i++)
        {
            var mail = mails[i];
            if (ours && !mail.Inbound)
                (ours, since) = (false, mail.At);
            else if (!ours && mail.Inbound && mail.Asks)
                (ours, since) = (true, mail.At);
        }

        return new CaseState(
            running.Plan.Cases[span.Case].Name,
            span.Thread.Id,
            span.Contact.Primary,
            running.Plan.Id(Ownership.Owner(view, span.Contact)),
            Instant.FromUnixTimeTicks(span.Opened),
            ours,
            Instant.FromUnixTimeTicks(since))
        {
            Subject = span.Opening.Subject,
            KnownSince = Instant.FromUnixTimeTicks(Math.Max(span.Opened, span.Opening.Seen)),
        };
    }
}

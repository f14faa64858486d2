using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Puts together what digests are made of from open items that are known and from organisations that are read some at a time: the same as
/// over the whole log, as far as digests tell it.
/// </summary>
public sealed class DigestParts
{
    private readonly CompanyPolicy policy;
    private readonly EvaluationResult open;
    private readonly FactsWanted told;
    private readonly ContactBook book;
    private readonly HashSet<EmailAddress> asked;
    private readonly Dictionary<string, Interaction> lines = new(StringComparer.Ordinal);
    private readonly List<ClosedItem> closed = [];
    private readonly List<CaseState> cases = [];
    private readonly List<(CapLimit Cap, string About, string Owner, EmailAddress Contact, IReadOnlyList<string> Counted)> over = [];
    private readonly List<Proposal> proposals = [];
    private readonly List<Outcome> outcomes = [];
    private readonly Dictionary<EmailAddress, string> owners = [];
    private readonly Dictionary<EmailAddress, IReadOnlyList<string>> groups = [];
    private readonly Dictionary<EmailAddress, WritingAdvice> advice = [];

    /// <param name="policy">The policy the items are of.</param>
    /// <param name="open">The items.</param>
    /// <param name="told">What is to be told.</param>
    public DigestParts(CompanyPolicy policy, EvaluationResult open, FactsWanted told)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(told);
        (this.policy, this.open, this.told) = (policy, open, told);
        book = new ContactBook(policy);
        asked = [.. told.Asked.Select(book.Primary)];
        Wanted = new LinesToRead(book, open.Now);
        Wanted.Add(open.Items.Concat(open.Observed).Where(item =>
            told.Everything || IsListed(item) || (item.Contact is { } contact && asked.Contains(book.Primary(contact)))));
    }

    /// <summary>Which lines these speak of.</summary>
    public LinesToRead Wanted { get; }

    /// <summary>
    /// Organisations that had something to tell beside their items (<see cref="Unit.ToldUntil"/>) at this moment or later are read; null:
    /// none for that.
    /// </summary>
    public Instant? Since =>
        (told.Everything, told.PromisesSince) switch
        {
            (false, var since) => since,
            (true, { } since) when since < Wanted.Since => since,
            _ => Wanted.Since,
        };

    /// <summary>
    /// The organisations to be read whatever they had to tell: of whom somebody asks about, whose items are told, or who is handed over.
    /// </summary>
    /// <param name="evaluator">Knows who belongs where.</param>
    public IEnumerable<string> Needed(Evaluator evaluator)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        return open.Items.Where(item => told.Everything ? item.Rule is HandoverRule : IsListed(item))
            .Select(item => item.Contact)
            .OfType<EmailAddress>()
            .Concat(asked)
            .Select(evaluator.FindOrganisation)
            .OfType<string>();
    }

    /// <summary>The lines of the organisations that these speak of, by id.</summary>
    public IReadOnlyDictionary<string, Interaction> Lines => lines;

    /// <summary>As <see cref="OrganisationReading.TryAsk"/>: takes in what is told of organisations beside their items.</summary>
    /// <param name="reading">What was read to judge them.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    public bool TryAdd(OrganisationReading reading, IReadOnlyList<AccountCoverage>? coverage)
    {
        ArgumentNullException.ThrowIfNull(reading);
        if (!reading.TryAsk(running => new Part(running, this), coverage, out var part))
            return false;

        part.AddTo(this);
        foreach (var line in reading.Lines.Where(Wanted.Include))
            lines[line.Id] = line;

        return true;
    }

    /// <summary>What digests are made of.</summary>
    /// <param name="log">The lines they speak of.</param>
    /// <param name="names">How people last signed, where the lines do not say.</param>
    public DigestFacts Create(ContactLogSnapshot log, IReadOnlyDictionary<EmailAddress, string> names)
    {
        ArgumentNullException.ThrowIfNull(log);
        closed.Sort(ItemOrder.Compare);
        var byId = log.Interactions.ToDictionary(line => line.Id, StringComparer.Ordinal);
        return new DigestFacts(policy, open with { Closed = closed }, log.WithoutUndone())
        {
            Cases = [.. cases.OrderBy(state => state.Opened).ThenBy(state => state.Thread, StringComparer.Ordinal)],
            OverContacted =
            [
                .. over.Select(one => new OverContact(
                    one.Cap, one.About, one.Owner, [.. one.Counted.Where(byId.ContainsKey).Select(id => byId[id])])),
            ],
            Proposals = [.. proposals.OrderBy(one => one.At).ThenBy(one => one.Id, StringComparer.Ordinal)],
            FindOwner = address => owners.GetValueOrDefault(book.Primary(address)),
            FindGroups = address => groups.GetValueOrDefault(book.Primary(address)) ?? [],
            MayWrite = address => advice.GetValueOrDefault(book.Primary(address)),
            Outcomes = new(() => PromisesDue(open.Now - NumbersTable.Longest)),
            PromisesDue = PromisesDue,
            Names = names,
        };
    }

    private bool IsListed(Item item) => told.Lists.Contains(item.Owner) || told.Items.Contains(item.Id);

    private IReadOnlyList<Outcome> PromisesDue(Instant since) => [.. outcomes.Where(outcome => since <= outcome.Due)];

    /// <summary>What a policy says over the lines of some organisations; counts only if no line was missing.</summary>
    private sealed class Part
    {
        private readonly EvaluationResult evaluation;
        private readonly LinesToRead wanted;
        private readonly IReadOnlyList<CaseState> cases;
        private readonly IReadOnlyList<(CapLimit, string, string, EmailAddress, IReadOnlyList<string>)> over;
        private readonly IReadOnlyList<Proposal> proposals;
        private readonly IReadOnlyList<Outcome> outcomes;
        private readonly List<(EmailAddress Contact, string Owner)> owners;
        private readonly List<(EmailAddress Contact, IReadOnlyList<string> Groups)> groups;
        private readonly List<(EmailAddress Contact, WritingAdvice Advice)> advice;

        public Part(RunningPolicy running, DigestParts whole)
        {
            var now = whole.open.Now;
            evaluation = running.EvaluateLately(now, now - LinesToRead.Lately);
            var facts = new EvaluatedFacts(running, now);
            (cases, over, proposals, owners) = (facts.OpenCases(), facts.OverContactedBy(), facts.Proposals(), [.. facts.Owners()]);
            outcomes = whole.told.PromisesSince is { } since ? running.PromisesDue(since, now) : [];
            wanted = new LinesToRead(whole.book, now);
            wanted.Add(running, facts, evaluation, whole.asked);
            groups = [.. wanted.Whole.Select(contact => (contact, facts.Groups(contact)))];
            advice =
            [
                .. whole.asked.Where(wanted.Whole.Contains)
                    .Select(contact => (contact, running.MayWrite(contact, now)))
                    .Where(one => one.Item2 is not null)
                    .Select(one => (one.contact, one.Item2!)),
            ];
        }

        public void AddTo(DigestParts parts)
        {
            parts.Wanted.Add(wanted);
            parts.closed.AddRange(evaluation.Closed);
            parts.cases.AddRange(cases);
            parts.over.AddRange(over);
            parts.proposals.AddRange(proposals);
            parts.outcomes.AddRange(outcomes);
            foreach (var (contact, owner) in owners)
                parts.owners[contact] = owner;

            foreach (var (contact, some) in groups)
                parts.groups[contact] = some;

            foreach (var (contact, one) in advice)
                parts.advice[contact] = one;
        }
    }
}

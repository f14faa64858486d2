using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Reads of the log what the policy looks at to judge some organisations: in steps, each of which says what to read next. What is said of
/// each in the end is the same as over the whole log (docs/decisions/0027-policy-by-organisation.md).
/// </summary>
/// <remarks>
/// All lines of an organisation are: those that name somebody of it (as participant, author, author of a forwarded mail, contact of a
/// command); every line of the human threads these are in; commands about any of these lines, threads or the organisation; and what takes
/// any of these commands back. A mail and the mail it answers are in one thread, so the order of the log needs nothing else. Of another
/// organisation lines are read only if the evaluation asks about one of its contacts: a thread has one item, for which mails of several
/// organisations may compete, and a meeting is followed up with any of its guests.
/// </remarks>
public sealed class OrganisationReading
{
    private readonly Plan plan;
    private readonly IReadOnlyCollection<string> judged;
    private readonly Dictionary<string, Interaction> lines = new(StringComparer.Ordinal);
    private readonly HashSet<string> organisations = new(StringComparer.Ordinal);
    private readonly HashSet<string> threads = new(StringComparer.Ordinal);
    private readonly HashSet<string> targets = new(StringComparer.Ordinal);
    private List<string> nextDomains = [];
    private List<EmailAddress> nextAddresses = [];
    private List<string> nextThreads = [];
    private List<string> nextTargets = [];

    internal OrganisationReading(Plan plan, IReadOnlyCollection<string> judged)
    {
        this.plan = plan;
        this.judged = judged;
        foreach (var organisation in judged)
            Want(organisation);
    }

    /// <summary>The policy it is read for.</summary>
    public CompanyPolicy Policy => plan.Policy;

    /// <summary>Every line read so far.</summary>
    public IReadOnlyCollection<Interaction> Lines => lines.Values;

    /// <summary>The organisations whose lines were read: those that are judged and those their items rest on as well.</summary>
    public IReadOnlyCollection<string> Organisations => organisations;

    /// <summary>What is to be read next; null when nothing is.</summary>
    public LinesWanted? Wanted =>
        nextDomains.Count + nextAddresses.Count + nextThreads.Count + nextTargets.Count == 0
            ? null
            : new LinesWanted
            {
                Domains = nextDomains,
                Addresses = nextAddresses,
                Threads = nextThreads,
                Targets = nextTargets,
            };

    /// <summary>Takes in what was read; lines known already do no harm.</summary>
    /// <param name="read">All that was <see cref="Wanted"/>.</param>
    public void Take(IEnumerable<Interaction> read)
    {
        (nextDomains, nextAddresses, nextThreads, nextTargets) = ([], [], [], []);
        foreach (var line in read)
        {
            if (!lines.TryAdd(line.Id, line))
                continue;

            Target(line.Id);
            if (!IsInThread(line))
                continue;

            var thread = line.Thread ?? line.Id;
            if (threads.Add(thread))
                nextThreads.Add(thread);

            Target(thread);
        }
    }

    /// <summary>
    /// Asks the policy over what was read about the organisations. False when the answer rests on lines that were not: then these are
    /// <see cref="Wanted"/>, and the question is to be asked again.
    /// </summary>
    /// <param name="question">What is asked; of these organisations alone.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="answer">The answer, if it counts.</param>
    public bool TryAsk<T>(Func<RunningPolicy, T> question, IReadOnlyList<AccountCoverage>? coverage, out T answer)
    {
        var part = new PartOfLog(judged, organisations);
        var running = new RunningPolicy(plan, part);
        running.Put(lines.Values);
        running.Cover(coverage);
        answer = question(running);
        foreach (var missing in part.Missing)
            Want(missing);

        return part.Missing.Count == 0;
    }

    /// <summary>As <see cref="TryAsk"/>: why the policy does or does not ask for anything about a contact of the organisation.</summary>
    /// <param name="contact">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="rule">The name of the only rule to explain, or null for all.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="explanation">Null when nobody has that address.</param>
    public bool TryExplain(
        EmailAddress contact,
        Instant now,
        string? rule,
        IReadOnlyList<AccountCoverage>? coverage,
        out Explanation? explanation) =>
        TryAsk(running => running.Explain(contact, now, rule)?.WithTold(plan, lines.Values, now), coverage, out explanation);

    /// <summary>As <see cref="TryAsk"/>: what is to be kept of each of the organisations.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="coverage">How far each account has been read; null means everything has been.</param>
    /// <param name="units">One for each.</param>
    public bool TryJudge(Instant now, IReadOnlyList<AccountCoverage>? coverage, out IReadOnlyList<Unit> units) =>
        TryAsk(running => Unit.From(running, judged, now), coverage, out units);

    /// <summary>Mail that counts for nothing has no thread for the policy, and a mailing only where it answers something.</summary>
    private static bool IsInThread(Interaction line) =>
        line.Kind == InteractionKind.Mail
        && (line.Class == InteractionClass.Human || line.Learned.Forwarded is not null || line.InReplyTo is not null);

    private void Want(string organisation)
    {
        organisations.Add(organisation);
        if (EmailAddress.TryParseContact(organisation, out var address))
            nextAddresses.Add(address);
        else
            nextDomains.Add(organisation);

        foreach (var entry in plan.Entries[organisation])
            nextAddresses.AddRange([entry.Primary, .. entry.Aliases]);

        nextAddresses.AddRange(plan.Book.Telephones(organisation));
        Target(organisation);
    }

    private void Target(string name)
    {
        if (targets.Add(name))
            nextTargets.Add(name);
    }
}

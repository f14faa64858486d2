using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Which lines of a long log mails of ours can speak of at a moment: those of the last weeks, what items, cases and limits rest on, and all
/// that passed with today's guests and whoever is asked about.
/// </summary>
public sealed class LinesToRead
{
    /// <summary>The weeks a manager sees, and whatever is news to somebody who was away no longer.</summary>
    internal static readonly Duration Lately = Duration.FromDays(50);

    /// <summary>
    /// Of whoever wrote for the first time lately, so many of the first lines of each kind tell whether we had met before.
    /// </summary>
    private const int First = 3;

    private readonly HashSet<string> ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> threads = new(StringComparer.Ordinal);
    private readonly HashSet<EmailAddress> people = [];
    private readonly HashSet<EmailAddress> whole = [];
    private readonly ContactBook book;
    private readonly long since;

    internal LinesToRead(ContactBook book, Instant now)
    {
        this.book = book;
        Since = now - Lately;
        since = Since.ToUnixTimeTicks();
    }

    /// <summary>Every line from here on.</summary>
    public Instant Since { get; }

    /// <summary>The ids of lines, of which some may be later than <see cref="Since"/>.</summary>
    public IReadOnlySet<string> Ids => ids;

    /// <summary>Every line of these threads.</summary>
    public IReadOnlySet<string> Threads => threads;

    /// <summary>Who is spoken of, by every address: how they last signed may stand in a line that is not read.</summary>
    public IReadOnlySet<EmailAddress> People => people;

    /// <summary>The primary addresses of those of whom all that passed is read.</summary>
    internal IReadOnlySet<EmailAddress> Whole => whole;

    /// <summary>Whether a line is one of these.</summary>
    public bool Include(Interaction line) =>
        line.At >= Since || ids.Contains(line.Id) || (line.Thread is { } thread && threads.Contains(thread));

    /// <summary>What items rest on.</summary>
    internal void Add(IEnumerable<Item> items)
    {
        foreach (var item in items)
            Add(item.Trigger, item.About, item.Contact);
    }

    /// <summary>What else is told of the organisations a policy was evaluated for.</summary>
    /// <param name="running">The policy over their lines, evaluated.</param>
    /// <param name="evaluated">What it says beside the items.</param>
    /// <param name="evaluation">What it says.</param>
    /// <param name="asked">Whom somebody asks about.</param>
    internal void Add(
        RunningPolicy running, EvaluatedFacts evaluated, EvaluationResult evaluation, IReadOnlyCollection<EmailAddress> asked)
    {
        Add(evaluation.Items.Concat(evaluation.Observed));
        foreach (var closed in evaluation.Closed)
            Add(closed.ClosedBy, closed.About, closed.Contact);

        foreach (var open in evaluated.OpenCases())
            Add(null, open.Thread, open.Contact);

        foreach (var over in evaluated.OverContactedBy())
        {
            ids.UnionWith(over.Counted);
            AddPerson(over.Contact);
        }

        AddLately(running);
        var handedOver = evaluation.Items.Where(item => item.Rule is HandoverRule).Select(item => item.Contact).OfType<EmailAddress>();
        foreach (var address in handedOver.Concat(asked))
            AddAll(running, address);
    }

    /// <summary>All that others speak of.</summary>
    internal void Add(LinesToRead others)
    {
        ids.UnionWith(others.ids);
        threads.UnionWith(others.threads);
        people.UnionWith(others.people);
    }

    private void AddLately(RunningPolicy running)
    {
        var authors = new HashSet<ContactNode>();
        foreach (var line in running.Log.Lines)
        {
            if (line.At < since && line.Seen < since)
                continue;

            ids.Add(line.Id);
            if (line.Kind == LineKind.HumanIn && line.Contact is { } author && authors.Add(author))
                AddFirst(running, author);

            if (line.Kind == LineKind.Meeting)
            {
                foreach (var guest in line.Outsiders)
                    AddAll(running, guest.Contact.Primary);
            }
        }
    }

    private void AddFirst(RunningPolicy running, ContactNode contact)
    {
        if (!running.Log.IsJudged(contact.Organisation))
            return;

        // An earlier mail of theirs says it all; otherwise we may have met them before.
        if (
            contact.Lines.Find(line => line.Kind == LineKind.HumanIn && line.Contact == contact) is { } earlier
            && earlier.At < since)
            ids.Add(earlier.Id);
        else
            ids.UnionWith(contact.Lines.GroupBy(line => line.Kind).SelectMany(kind => kind.Take(First)).Select(line => line.Id));

        AddPerson(contact.Primary);
    }

    private void AddAll(RunningPolicy running, EmailAddress address)
    {
        AddPerson(address);
        if (running.Log.Find(address) is not { } contact || !running.Log.IsJudged(contact.Organisation))
            return;

        whole.Add(contact.Primary);
        ids.UnionWith(
            contact.Lines.Where(line => line.UndoneAt == long.MaxValue).Concat(running.Log.NotCounted(contact)).Select(line => line.Id));
        threads.UnionWith(contact.Threads.Select(thread => thread.Id));
    }

    private void Add(string? line, string about, EmailAddress? contact)
    {
        if (line is not null)
            ids.Add(line);

        // What is no thread has no lines.
        threads.Add(about);
        if (contact is not null)
            AddPerson(contact);
    }

    private void AddPerson(EmailAddress address)
    {
        people.Add(address);
        people.Add(book.Primary(address));
        if (book.FindEntry(address) is { } entry)
            people.UnionWith(entry.Aliases);
    }
}

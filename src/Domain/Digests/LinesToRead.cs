using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Which lines of a long log mails of ours can speak of at a moment, told by a policy that already holds the log: those of the last weeks,
/// what items, cases and limits rest on, and all that passed with today's guests and whoever is asked about.
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
    private readonly HashSet<ContactNode> authors = [];
    private readonly RunningPolicy running;

    private LinesToRead(RunningPolicy running, Instant now)
    {
        this.running = running;
        Since = now - Lately;
    }

    /// <summary>Every line from here on.</summary>
    public Instant Since { get; }

    /// <summary>The ids of lines, of which some may be later than <see cref="Since"/>.</summary>
    public IReadOnlySet<string> Ids => ids;

    /// <summary>Every line of these threads.</summary>
    public IReadOnlySet<string> Threads => threads;

    /// <summary>Who is spoken of, by every address: how they last signed may stand in a line that is not read.</summary>
    public IReadOnlySet<EmailAddress> People => people;

    /// <param name="running">Holds the log.</param>
    /// <param name="now">The moment.</param>
    /// <param name="asked">Whom somebody asks about.</param>
    public static LinesToRead From(RunningPolicy running, Instant now, IReadOnlyCollection<EmailAddress> asked)
    {
        var evaluation = running.EvaluateLately(now, now - Lately);
        var lines = new LinesToRead(running, now);
        lines.AddItems(evaluation);
        lines.AddEvaluated(new EvaluatedFacts(running, now));
        lines.AddLately();
        foreach (var address in asked)
            lines.AddAll(address);

        return lines;
    }

    private void AddItems(EvaluationResult evaluation)
    {
        foreach (var item in evaluation.Items.Concat(evaluation.Observed))
        {
            Add(item.Trigger, item.About, item.Contact);
            if (item is { Rule: HandoverRule, Contact: { } handedOver })
                AddAll(handedOver);
        }

        foreach (var closed in evaluation.Closed)
            Add(closed.ClosedBy, closed.About, closed.Contact);
    }

    private void AddEvaluated(EvaluatedFacts evaluated)
    {
        foreach (var open in evaluated.OpenCases())
            Add(null, open.Thread, open.Contact);

        foreach (var over in evaluated.OverContactedBy())
        {
            ids.UnionWith(over.Counted);
            AddPerson(over.Contact);
        }
    }

    private void AddLately()
    {
        var since = Since.ToUnixTimeTicks();
        foreach (var line in running.Log.Lines)
        {
            if (line.At < since && line.Seen < since)
                continue;

            ids.Add(line.Id);
            if (line.Kind == LineKind.HumanIn && line.Contact is { } author)
                AddFirst(author);

            if (line.Kind == LineKind.Meeting)
            {
                foreach (var guest in line.Outsiders)
                    AddAll(guest.Contact.Primary);
            }
        }
    }

    private void AddFirst(ContactNode contact)
    {
        if (!authors.Add(contact))
            return;

        // An earlier mail of theirs says it all; otherwise we may have met them before.
        if (
            contact.Lines.Find(line => line.Kind == LineKind.HumanIn && line.Contact == contact) is { } earlier
            && earlier.At < Since.ToUnixTimeTicks())
            ids.Add(earlier.Id);
        else
            ids.UnionWith(contact.Lines.GroupBy(line => line.Kind).SelectMany(kind => kind.Take(First)).Select(line => line.Id));

        AddPerson(contact.Primary);
    }

    private void AddAll(EmailAddress address)
    {
        AddPerson(address);
        if (running.Log.Find(address) is not { } contact)
            return;

        ids.UnionWith(
            contact.Lines.Where(line => line.UndoneAt == long.MaxValue).Concat(running.Log.NotCounted(contact)).Select(line => line.Id));
        threads.UnionWith(contact.Threads.Select(thread => thread.Id));
    }

    private void Add(string? line, string about, EmailAddress? contact)
    {
        if (line is not null)
            ids.Add(line);

        if (running.Log.FindThread(about) is not null)
            threads.Add(about);

        if (contact is not null)
            AddPerson(contact);
    }

    private void AddPerson(EmailAddress address)
    {
        people.Add(address);
        if (running.Log.Find(address) is { } contact)
            people.UnionWith(contact.Addresses);
    }
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>What an item is about, as commands name it.</summary>
/// <param name="About">Thread, meeting, contact or organisation.</param>
/// <param name="Contact">Whom it concerns, or null.</param>
/// <param name="Rule">Its rule; null when no item is meant, only somebody or a thread.</param>
/// <param name="Owner">The id of the person who is to act, or empty.</param>
internal sealed record ItemTarget(string About, EmailAddress? Contact, Rule? Rule, string Owner)
{
    /// <summary>The id of the item; null when none is meant.</summary>
    public string? Item { get; init; }

    /// <summary>What is proposed, where no item is meant but a proposal.</summary>
    public Proposal? Proposal { get; init; }

    /// <summary>The interaction the item rests on, if it is open and rests on one.</summary>
    public string? Trigger { get; init; }
}

/// <summary>The log and what the policy makes of it, for finding what a command means.</summary>
internal sealed class CommandContext(DigestFacts facts)
{
    private readonly HashSet<(string About, Instant At)> said =
    [
        .. facts
            .Log.Interactions.Where(line => line.Command is not null)
            .Select(line => (Key(line.Command!.About, line.Command.Contact), line.At)),
    ];
    private readonly HashSet<string> undone = [.. facts.Log.Interactions.SelectMany(line => line.Command?.Undoes ?? [])];
    private readonly InternalAddresses ours = new(facts.Policy);
    private PeopleBook? people;

    private readonly Dictionary<string, ItemTarget> items = Targets(facts);
    private readonly HashSet<string> over =
    [
        .. facts
            .Evaluation.Closed.Concat(facts.Evaluation.ObservedClosed)
            .Select(item => item.Id)
            .Except(facts.Evaluation.Items.Concat(facts.Evaluation.Observed).Select(item => item.Id)),
    ];

    /// <summary>Names, subjects and who wrote what.</summary>
    public PeopleBook People => people ??= new PeopleBook(facts.Policy, facts.Log.Interactions, facts.Now);

    /// <summary>An address outside; null for what is ours or no address.</summary>
    public EmailAddress? Outsider(string address) => EmailAddress.TryParseContact(address, out var one) && !ours.Contains(one) ? one : null;

    /// <summary>Whether a contact is one of those a person may see.</summary>
    public bool IsSeenBy(string person, EmailAddress contact) => facts.IsShownTo(new Sight(facts.Policy, person), People.Primary(contact));

    /// <summary>Whether anybody has that address, as far as we know.</summary>
    public bool IsKnown(EmailAddress contact) => facts.FindOwner(contact) is not null;

    /// <summary>Whether something was said that changes what items there are, or whose.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>Notes that items have to be looked at again.</summary>
    public void Outdate() => IsOutdated = true;

    /// <summary>Whether a line of the log was taken back.</summary>
    public bool IsUndone(string id) => undone.Contains(id);

    /// <summary>
    /// A moment at which nothing was said about the same yet, so that the order in which things were said is the order in which they
    /// happened: not before
    /// <paramref name="earliest"/>, and a second later for each thing said.
    /// </summary>
    public Instant Free(string? about, EmailAddress? contact, Instant earliest)
    {
        var at = earliest;
        while (!said.Add((Key(about, contact), at)))
            at += Duration.FromSeconds(1);

        return at;
    }

    /// <summary>Notes that an item is done with what was just said.</summary>
    public void MarkDone(ItemTarget target)
    {
        if (target.Item is { } item)
            over.Add(item);
    }

    /// <summary>Takes that back: nothing of its line was carried out.</summary>
    public void MarkOpen(ItemTarget target)
    {
        if (target.Item is { } item)
            over.Remove(item);
    }

    /// <summary>Whether an item came to its end: what is to happen with it later will not.</summary>
    public bool IsOver(ItemTarget target) => target.Item is { } item && over.Contains(item);

    public ItemTarget? Item(string id) => items.GetValueOrDefault(id);

    /// <summary>The mail with a Message-ID.</summary>
    public Interaction? Mail(string? messageId) =>
        messageId is null
            ? null
            : facts.Log.Interactions.FirstOrDefault(line => line.Kind == InteractionKind.Mail && line.MessageId == messageId);

    /// <summary>
    /// The mail with somebody that was forwarded: the one that is attached or referred to, else the latest with its subject; null when
    /// nothing fits.
    /// </summary>
    public Interaction? Forwarded(CommandMail mail, EmailAddress contact) =>
        mail.Attached.Concat(mail.References.Reverse()).Select(Mail).FirstOrDefault(known => known?.IsWith(contact) == true)
        ?? Latest(mail.Subject, contact);

    private Interaction? Latest(string subject, EmailAddress contact)
    {
        var bare = Subjects.Strip(subject).Bare;
        return bare.Length == 0
            ? null
            : facts.Log.Interactions.Where(line => line is { Kind: InteractionKind.Mail, Class: InteractionClass.Human }
                    && line.IsWith(contact) && Subjects.Strip(line.Subject).Bare == bare)
                .OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal).LastOrDefault();
    }

    /// <summary>
    /// Whom from outside one of our people meets next: the guests of the first day, within a week, that still has a meeting with any.
    /// </summary>
    public IReadOnlyList<EmailAddress> MetNext(Person person, Instant from)
    {
        var calendar = person.Calendar ?? facts.Policy.DefaultCalendar;
        var ahead = GuestList
            .For(People, person, facts.Now)
            .Where(one => one.Meeting.Meeting!.End > from && one.Meeting.Meeting.Start < from + Duration.FromDays(7))
            .Select(one => (Date: calendar.Date(one.Meeting.Meeting!.Start), one.Guests))
            .ToList();
        return [.. ahead.TakeWhile(one => one.Date == ahead[0].Date).SelectMany(one => one.Guests).Distinct()];
    }

    private static Dictionary<string, ItemTarget> Targets(DigestFacts facts)
    {
        var targets = new Dictionary<string, ItemTarget>(StringComparer.OrdinalIgnoreCase);
        foreach (var closed in facts.Evaluation.Closed.Concat(facts.Evaluation.ObservedClosed))
            targets[closed.Id] = new ItemTarget(closed.About, closed.Contact, closed.Rule, closed.Owner) { Item = closed.Id };

        foreach (var item in facts.Evaluation.Items.Concat(facts.Evaluation.Observed))
            targets[item.Id] = new ItemTarget(item.About, item.Contact, item.Rule, item.Owner) { Item = item.Id, Trigger = item.Trigger };

        foreach (var proposal in facts.Proposals)
        {
            targets[proposal.Id] = new ItemTarget(proposal.Id, proposal.Contact, Rule: null, proposal.Owner)
            {
                Item = proposal.Id,
                Proposal = proposal,
            };
        }

        return targets;
    }

    private static string Key(string? about, EmailAddress? contact) => contact?.Value ?? about ?? "";
}

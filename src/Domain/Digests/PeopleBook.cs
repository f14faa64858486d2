using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// The people of the log as a reader knows them: who an address belongs to, how they are called, and what passed between them and us. Built
/// once a run and asked for every reader.
/// </summary>
public sealed class PeopleBook
{
    private readonly ContactBook book;
    private readonly Dictionary<EmailAddress, Person> ours = [];
    private readonly Dictionary<string, Person> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<EmailAddress, string> names = [];
    private readonly Dictionary<EmailAddress, List<Interaction>> contacts = [];
    private readonly Dictionary<EmailAddress, List<Interaction>> told = [];
    private readonly Dictionary<EmailAddress, List<Interaction>> meetings = [];
    private readonly Dictionary<string, List<Interaction>> threads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Interaction> byKey = new(StringComparer.Ordinal);
    private readonly Instant moment;

    /// <param name="policy">Names, aliases, our people.</param>
    /// <param name="log">The log; what was learned of after <paramref name="now"/> does not exist yet.</param>
    /// <param name="now">The moment of the digest.</param>
    /// <param name="signed">How people last signed, where that is known better than from <paramref name="log"/>.</param>
    public PeopleBook(
        CompanyPolicy policy,
        IEnumerable<Interaction> log,
        Instant now,
        IReadOnlyDictionary<EmailAddress, string>? signed = null)
    {
        moment = now;
        Presence = new Presence(policy);
        book = new ContactBook(policy);
        foreach (var person in policy.People)
        {
            byId.TryAdd(person.Id, person);
            foreach (var address in person.Also.Prepend(person.Email).Concat(person.Telephones))
                ours.TryAdd(address, person);
        }

        CommandMailbox = policy.Us.CommandMailbox;
        Interactions = [.. log.Where(line => line.Seen <= now).OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal)];
        foreach (var interaction in Interactions)
            Add(interaction, now);

        foreach (var (address, name) in signed ?? new Dictionary<EmailAddress, string>())
            names[address] = name;
    }

    private PeopleBook(PeopleBook whole, IReadOnlyList<Interaction> shown)
    {
        (book, ours, byId, names) = (whole.book, whole.ours, whole.byId, whole.names);
        (contacts, told, meetings, threads, byKey, moment, Presence) = (
            whole.contacts,
            whole.told,
            whole.meetings,
            whole.threads,
            whole.byKey,
            whole.moment,
            whole.Presence);
        CommandMailbox = whole.CommandMailbox;
        Interactions = shown;
    }

    /// <summary>Everybody in what digests are made of.</summary>
    public static PeopleBook From(DigestFacts facts) => new(facts.Policy, facts.Log.Interactions, facts.Now, facts.Names);

    /// <summary>Which of our people are there, and who stands in for them.</summary>
    public Presence Presence { get; }

    /// <summary>What is to be looked through, oldest first; everything else is known all the same.</summary>
    public IReadOnlyList<Interaction> Interactions { get; }

    /// <summary>The same people, for somebody who need look through some lines only.</summary>
    internal PeopleBook Showing(IReadOnlyList<Interaction> lines) => new(this, lines);

    public EmailAddress Primary(EmailAddress address) => book.Primary(address);

    /// <summary>What the policy and directories say of whoever has the address, or null.</summary>
    public ContactEntry? Entry(EmailAddress address) => book.FindEntry(address);

    /// <summary>Which of our people an address belongs to; null for shared addresses and outsiders.</summary>
    public Person? Ours(EmailAddress? address) => address is null ? null : ours.GetValueOrDefault(address);

    /// <summary>The address of the command mailbox, if there is one.</summary>
    public EmailAddress? CommandMailbox { get; }

    /// <summary>The name of a contact: as configured, else as a directory says, else as they last signed, else the address. One safe
    /// line.</summary>
    public string Name(EmailAddress address) => FindName(address) ?? PlainWords.Flatten(address.Value, PlainWords.Name);

    /// <summary>The same; null where no name is known.</summary>
    public string? FindName(EmailAddress address)
    {
        var name = Entry(address)?.Name ?? names.GetValueOrDefault(address) ?? names.GetValueOrDefault(Primary(address));
        return PlainWords.Flatten(name?.Trim('"', '\'', ' '), PlainWords.Name) is { Length: > 0 } flat ? flat : null;
    }

    /// <summary>The first name of one of our people, for lines between colleagues.</summary>
    public string FirstName(string id) => FullName(id).Split(' ')[0];

    public string FullName(string id)
    {
        var name = PlainWords.Flatten(byId.GetValueOrDefault(id)?.Name, PlainWords.Name);
        return name.Length > 0 ? name : id;
    }

    /// <summary>What counts as contact with somebody, oldest first: human mail that was not returned, meetings held, calls.</summary>
    public IReadOnlyList<Interaction> ContactsWith(EmailAddress address) => contacts.GetValueOrDefault(Primary(address)) ?? [];

    /// <summary>The mails in which somebody told something of themselves, oldest first.</summary>
    public IReadOnlyList<Interaction> ToldBy(EmailAddress address) => told.GetValueOrDefault(Primary(address)) ?? [];

    /// <summary>The meetings somebody was invited to, whatever became of them, the earliest first.</summary>
    public IReadOnlyList<Interaction> MeetingsWith(EmailAddress address) => meetings.GetValueOrDefault(Primary(address)) ?? [];

    public IReadOnlyList<Interaction> Thread(string id) => threads.GetValueOrDefault(id) ?? [];

    /// <summary>The subject of the last mail of a thread, or null.</summary>
    public string? Subject(string thread) => Thread(thread) is { Count: > 0 } mails ? mails[^1].Subject : null;

    /// <summary>A line of the log by its id.</summary>
    public Interaction? Find(string? id) => id is null ? null : byKey.GetValueOrDefault(id);

    /// <summary>
    /// The person of ours behind an interaction: who wrote the mail, organised or attended the meeting, spoke on the telephone, gave the
    /// command.
    /// </summary>
    public Person? Actor(Interaction interaction) =>
        interaction.Kind switch
        {
            InteractionKind.Command => Ours(interaction.Command?.By),
            InteractionKind.Meeting or InteractionKind.Call => interaction
                .Participants.OrderBy(p => interaction.Call is null ? p.Role : ParticipantRole.From)
                .Where(p => p.Internal)
                .Select(p => Ours(p.Address))
                .FirstOrDefault(p => p is not null),
            _ => interaction
                .Participants.Where(p => p.Role == ParticipantRole.From)
                .Select(p => Ours(p.Address))
                .FirstOrDefault(p => p is not null),
        };

    /// <summary>Whether it counts as contact with somebody outside.</summary>
    public bool IsContact(Interaction interaction) => OutsidersMet(interaction, moment).Any();

    /// <summary>Whom outside an interaction is a contact with, by their primary addresses.</summary>
    public IEnumerable<EmailAddress> OutsidersIn(Interaction interaction) => OutsidersMet(interaction, moment).Select(Primary).Distinct();

    /// <summary>Our people in it, in whatever role; who gave a command counts.</summary>
    public IEnumerable<Person> OursIn(Interaction interaction) =>
        interaction.Participants.Select(participant => participant.Address).Append(interaction.Command?.By).Select(Ours).OfType<Person>();

    private void Add(Interaction interaction, Instant now)
    {
        byKey.TryAdd(interaction.Id, interaction);
        if (interaction.Thread is { } thread)
            ListIn(threads, thread).Add(interaction);

        foreach (var participant in interaction.Participants)
        {
            if (!participant.Internal && !string.IsNullOrWhiteSpace(participant.Name))
                names[participant.Address] = participant.Name;
        }

        if (interaction is { Author: { } author, Direction: Direction.Inbound } && interaction.Learned != Learned.Nothing)
            ListIn(told, Primary(author)).Add(interaction);

        if (interaction.Meeting is not null)
        {
            foreach (var guest in interaction.Participants.Where(one => !one.Internal).Select(one => Primary(one.Address)).Distinct())
                ListIn(meetings, guest).Add(interaction);
        }

        foreach (var outsider in OutsidersMet(interaction, now).Select(Primary).Distinct())
            ListIn(contacts, outsider).Add(interaction);
    }

    private static IEnumerable<EmailAddress> OutsidersMet(Interaction line, Instant now) =>
        line switch
        {
            { Kind: InteractionKind.Mail, Class: InteractionClass.Human, Direction: Direction.Inbound, Author: { } author } => [author],
            { Kind: InteractionKind.Mail, Class: InteractionClass.Human, Direction: Direction.Outbound } => line
                .Participants.Where(p => !p.Internal && p.Bounced is null && p.Role is ParticipantRole.To or ParticipantRole.Cc)
                .Select(p => p.Address),
            { Kind: InteractionKind.Meeting, Meeting: { AllDay: false } meeting }
                when meeting.StatusAt(now, line.Participants) == MeetingStatus.Held => line
                .Participants.Where(p => !p.Internal && p.Response != MeetingResponse.Declined)
                .Select(p => p.Address),
            { Kind: InteractionKind.Call, Call: { Counts: true } call } when call.End <= now => line
                .Participants.Where(p => !p.Internal)
                .Select(p => p.Address),
            { Kind: InteractionKind.Command, Command: { Verb: CommandVerb.Called, Contact: { } contact } } => [contact],
            _ => [],
        };

    private static List<Interaction> ListIn<TKey>(Dictionary<TKey, List<Interaction>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
            lists[key] = list = [];

        return list;
    }
}

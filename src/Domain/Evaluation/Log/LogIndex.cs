using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The log sorted once by thread, contact and organisation, and kept up to date line by line. The order in which lines arrive leaves no
/// trace.
/// </summary>
internal sealed class LogIndex
{
    private static readonly Comparer<ContactNode> ByAddress = Comparer<ContactNode>.Create(
        (one, other) => string.CompareOrdinal(one.Primary.Value, other.Primary.Value));
    private readonly Plan plan;
    private readonly PartOfLog? part;
    private readonly Dictionary<EmailAddress, List<Line>> notCounted = [];
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);
    private readonly LineReader reader;
    private readonly Replies replies;
    private readonly Dictionary<string, ThreadNode> threads = new(StringComparer.Ordinal);
    private readonly Dictionary<EmailAddress, ContactNode> contacts = [];
    private readonly Dictionary<string, OrganisationNode> organisations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Line>> commandsAbout = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Line>> undos = new(StringComparer.Ordinal);
    private readonly List<OrganisationNode> inOrder = [];
    private readonly HashSet<Line> proposing = [];

    /// <param name="plan">The policy.</param>
    /// <param name="part">What of the log is here; null: all of it.</param>
    public LogIndex(Plan plan, PartOfLog? part = null)
    {
        this.plan = plan;
        this.part = part;
        reader = new LineReader(plan, this);
        replies = new Replies(TouchAll);
        foreach (var entry in part is null ? plan.Policy.Contacts : part.Judged.SelectMany(name => plan.Entries[name]))
            ContactAt(entry.Primary);
    }

    /// <summary>Organisations whose result no longer holds because a line of theirs came or changed.</summary>
    public HashSet<OrganisationNode> Touched { get; } = [];

    /// <summary>Those that are evaluated: every one, or where only a part of the log is here those it was read for.</summary>
    public IReadOnlyList<OrganisationNode> Organisations => inOrder;

    public IReadOnlyCollection<Line> Lines => lines.Values;

    /// <summary>Mails that tell something which is proposed to whoever looks after their author.</summary>
    public IReadOnlyCollection<Line> Proposing => proposing;

    /// <summary>Whether any item was given to somebody.</summary>
    public bool HasGifts { get; private set; }

    /// <summary>Whether any command names what it is about.</summary>
    public bool HasCommandsAbout => commandsAbout.Count > 0;

    public ContactNode? Find(EmailAddress address) => contacts.GetValueOrDefault(plan.Book.Primary(address));

    public Line? Find(string id) => lines.GetValueOrDefault(id);

    public ThreadNode? FindThread(string id) => threads.GetValueOrDefault(id);

    /// <summary>Mail from or to an address that counts for nothing: automatic replies, newsletters, invitations.</summary>
    public IReadOnlyList<Line> NotCounted(ContactNode contact) =>
        notCounted.GetValueOrDefault(contact.Primary) ?? (IReadOnlyList<Line>)[];

    /// <summary>Commands that name a thread, meeting, organisation or address, in the plain order.</summary>
    public IReadOnlyList<Line> CommandsAbout(string about) => commandsAbout.TryGetValue(about, out var found) ? found : [];

    /// <summary>Commands about a thread, by its id or that of one of its mails.</summary>
    public IReadOnlyList<Line> CommandsAbout(ThreadNode thread)
    {
        if (commandsAbout.Count == 0)
            return [];

        List<Line>? found = null;
        if (commandsAbout.TryGetValue(thread.Id, out var direct))
            (found ??= []).AddRange(direct);

        foreach (var line in thread.Lines)
        {
            if (line.Id != thread.Id && commandsAbout.TryGetValue(line.Id, out var byMail))
                (found ??= []).AddRange(byMail);
        }

        found?.Sort(Order.Plain);
        return found ?? (IReadOnlyList<Line>)[];
    }

    /// <summary>The thread with an id; a new one if need be.</summary>
    public ThreadNode Thread(string id)
    {
        if (!threads.TryGetValue(id, out var thread))
            threads[id] = thread = new ThreadNode(id);

        return thread;
    }

    /// <summary>Whoever has an address; somebody new if need be.</summary>
    public ContactNode ContactAt(EmailAddress address)
    {
        var primary = plan.Book.Primary(address);
        if (contacts.TryGetValue(primary, out var contact))
            return contact;

        var name = plan.Book.Organisation(primary);
        if (!organisations.TryGetValue(name, out var organisation))
        {
            organisations[name] = organisation = new OrganisationNode(name);
            if (part is null || part.IsJudged(name))
                inOrder.Add(organisation);
        }

        contacts[primary] = contact = new ContactNode(primary, plan.Book.FindEntry(primary), plan.Book.Addresses(primary), organisation);
        var place = organisation.Contacts.BinarySearch(contact, ByAddress);
        organisation.Contacts.Insert(place < 0 ? ~place : place, contact);
        Touched.Add(organisation);
        return contact;
    }

    /// <summary>Whether an organisation is one of <see cref="Organisations"/>.</summary>
    public bool IsJudged(OrganisationNode organisation) => part is null || part.IsJudged(organisation.Name);

    /// <summary>Says that all lines of an organisation are needed.</summary>
    public void Need(OrganisationNode organisation) => part?.Need(organisation.Name);

    /// <summary>Adds a line, or replaces the one with its id.</summary>
    public void Put(Interaction interaction)
    {
        if (lines.Remove(interaction.Id, out var old))
            Remove(old);

        var line = reader.Read(interaction);
        lines[line.Id] = line;
        if (line.IsMail)
            replies.Link(line);

        HasGifts |= Ownership.IsGift(line);
        line.UndoneAt = UndoneAt(line.Id);
        Add(line);
        foreach (var id in line.Command?.Undoes ?? [])
        {
            if (!undos.TryGetValue(id, out var by))
                undos[id] = by = [];

            by.Add(line);
            LookAgain(id);
        }
    }

    /// <summary>When the first of those that take a command back was seen.</summary>
    private long UndoneAt(string id) => undos.TryGetValue(id, out var by) && by.Count > 0 ? by.Min(undo => undo.Seen) : long.MaxValue;

    /// <summary>Looks again whether a command was taken back; whoever it concerns is evaluated again.</summary>
    private void LookAgain(string id)
    {
        if (!lines.TryGetValue(id, out var line))
            return;

        Remove(line);
        line.UndoneAt = UndoneAt(id);
        Add(line);
    }

    /// <summary>Takes a line out, as if it had never been.</summary>
    public void Remove(string id)
    {
        if (lines.Remove(id, out var line))
            Remove(line);
    }

    /// <summary>
    /// Drops what rests on the organisation as a whole before it is evaluated again: who first or last wrote to whom there.
    /// </summary>
    public void Renew(OrganisationNode organisation)
    {
        foreach (var contact in organisation.Contacts)
            contact.Owner = null;

        if (!plan.CasesAskForContacts)
            return;

        foreach (var thread in organisation.Threads)
            thread.Facts = null;
    }

    /// <summary>
    /// Lets go of what was worked out on the way to an organisation's result: kept for all, it would be larger than the log.
    /// </summary>
    public static void Release(OrganisationNode organisation)
    {
        foreach (var contact in organisation.Contacts)
            (contact.History, contact.Traits, contact.Owner) = (null, null, null);
        foreach (var thread in organisation.Threads)
            thread.Facts = null;
    }

    private List<Line> NotCounted(EmailAddress primary)
    {
        if (!notCounted.TryGetValue(primary, out var list))
            notCounted[primary] = list = [];

        return list;
    }

    private void Add(Line line)
    {
        foreach (var address in line.Named)
            NotCounted(address).Add(line);

        TouchTold(line);
        if (line.IsProposing)
            proposing.Add(line);

        foreach (var contact in ContactsIn(line))
        {
            Order.Insert(contact.Lines, line);
            Touch(contact);
            if (line.Thread is { } thread)
                Join(contact, thread);
        }

        if (line.Thread is { } own)
        {
            Order.Insert(own.Lines, line);
            Touch(own);
        }

        if (line.Command?.About is { } about && !EmailAddress.TryParseContact(about, out _))
        {
            if (!commandsAbout.TryGetValue(about, out var commands))
                commandsAbout[about] = commands = [];

            Order.Insert(commands, line);
            TouchAbout(about);
        }
    }

    private void Remove(Line line)
    {
        foreach (var contact in ContactsIn(line))
        {
            contact.Lines.Remove(line);
            Touch(contact);
        }

        if (line.Thread is { } thread)
        {
            Touch(thread);
            thread.Lines.Remove(line);
            foreach (var contact in ContactsIn(line))
            {
                if (!thread.Lines.Exists(other => ContactsIn(other).Contains(contact)))
                    Leave(contact, thread);
            }
        }

        if (line.Command?.About is { } about && commandsAbout.TryGetValue(about, out var commands))
        {
            commands.Remove(line);
            TouchAbout(about);
        }

        foreach (var address in line.Named)
            notCounted[address].Remove(line);

        TouchTold(line);
        proposing.Remove(line);

        replies.Unlink(line);
        foreach (var id in line.Command?.Undoes ?? [])
        {
            if (undos.TryGetValue(id, out var by) && by.Remove(line))
                LookAgain(id);
        }
    }

    private static IEnumerable<ContactNode> ContactsIn(Line line)
    {
        if (line.Kind == LineKind.Other)
            return [];

        if (line.Kind == LineKind.HumanOut && line.Outsiders.Length == 1)
            return [line.Outsiders[0].Contact];

        if (line.Kind is LineKind.HumanIn && line.Contact is not null && line.Bystanders.Length == 0 && line.ReplyTo.Length == 0)
            return [line.Contact];

        return line
            .Outsiders.Select(o => o.Contact)
            .Concat(line.Bystanders)
            .Concat(line.ReplyTo)
            .Append(line.Contact)
            .OfType<ContactNode>()
            .Distinct();
    }

    private static void Join(ContactNode contact, ThreadNode thread)
    {
        if (thread.Contacts.Contains(contact))
            return;

        thread.Contacts.Add(contact);
        contact.Threads.Add(thread);
        if (thread.Organisations.Contains(contact.Organisation))
            return;

        thread.Organisations.Add(contact.Organisation);
        contact.Organisation.Threads.Add(thread);
    }

    private static void Leave(ContactNode contact, ThreadNode thread)
    {
        thread.Contacts.Remove(contact);
        contact.Threads.Remove(thread);
        if (thread.Contacts.Exists(c => c.Organisation == contact.Organisation))
            return;

        contact.Organisation.Threads.Remove(thread);
        thread.Organisations.Remove(contact.Organisation);
    }

    private void Touch(ContactNode contact)
    {
        contact.History = null;
        contact.Traits = null;
        Touched.Add(contact.Organisation);
    }

    /// <summary>A command about one of its mails concerns everybody in a thread, and whom it concerns rests on all of its mails.</summary>
    private void Touch(ThreadNode thread)
    {
        thread.Facts = null;
        foreach (var contact in thread.Contacts)
            (contact.History, contact.Traits) = (null, null);
        foreach (var organisation in thread.Organisations)
            Touched.Add(organisation);
    }

    /// <summary>What counts for nothing may still be the mail that one of us forwarded, or say until when somebody is away.</summary>
    private void TouchTold(Line line)
    {
        foreach (var address in line.Named)
        {
            if (
                contacts.TryGetValue(address, out var contact)
                && (line.Author == address || contact.Lines.Exists(one => one.Kind == LineKind.Forward)))
                Touch(contact);
        }
    }

    private void TouchAbout(string about)
    {
        if (organisations.TryGetValue(about, out var organisation))
            Touched.Add(organisation);

        var thread = threads.GetValueOrDefault(about);
        if (lines.TryGetValue(about, out var line))
        {
            thread ??= line.Thread;
            foreach (var contact in ContactsIn(line))
                Touch(contact);
        }

        if (thread is null)
            return;

        Touch(thread);
        foreach (var mail in thread.Lines)
        {
            foreach (var contact in ContactsIn(mail))
                Touch(contact);
        }
    }

    private void TouchAll(Line line)
    {
        foreach (var contact in ContactsIn(line))
            Touch(contact);
        if (line.Thread is { } thread)
            Touch(thread);
    }
}

using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Policy.Engine;

/// <summary>
/// The log sorted once by thread, contact and organisation, and kept up to date line by line. The order in which lines arrive leaves no trace.
/// </summary>
internal sealed class LogIndex
{
    private static readonly Comparer<ContactNode> ByAddress = Comparer<ContactNode>.Create((one, other) => string.CompareOrdinal(one.Primary.Value, other.Primary.Value));
    private readonly Plan plan;
    private readonly Dictionary<EmailAddress, List<Line>> notCounted = [];
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Line> byMessageId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Line>> waitingForParent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ThreadNode> threads = new(StringComparer.Ordinal);
    private readonly Dictionary<EmailAddress, ContactNode> contacts = [];
    private readonly Dictionary<string, OrganisationNode> organisations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Line>> commandsAbout = new(StringComparer.Ordinal);
    private readonly List<OrganisationNode> inOrder = [];

    public LogIndex(Plan plan)
    {
        this.plan = plan;
        foreach (var entry in plan.Policy.Contacts)
            ContactAt(entry.Primary);
    }

    /// <summary>Organisations whose result no longer holds because a line of theirs came or changed.</summary>
    public HashSet<OrganisationNode> Touched { get; } = [];

    public IReadOnlyList<OrganisationNode> Organisations => inOrder;

    public IReadOnlyCollection<ContactNode> Contacts => contacts.Values;

    public IReadOnlyCollection<Line> Lines => lines.Values;

    /// <summary>Whether any command names what it is about.</summary>
    public bool HasCommandsAbout => commandsAbout.Count > 0;

    public ContactNode? Find(EmailAddress address) => contacts.GetValueOrDefault(plan.Book.PrimaryOf(address));

    public Line? Find(string id) => lines.GetValueOrDefault(id);

    public ThreadNode? FindThread(string id) => threads.GetValueOrDefault(id);

    /// <summary>Mail from or to an address that counts for nothing: automatic replies, newsletters, invitations.</summary>
    public IReadOnlyList<Line> NotCountedOf(ContactNode contact) => notCounted.GetValueOrDefault(contact.Primary) ?? (IReadOnlyList<Line>)[];

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

    /// <summary>Adds a line, or replaces the one with its id.</summary>
    public void Put(Interaction interaction)
    {
        if (lines.Remove(interaction.Id, out var old))
            Remove(old);

        var line = new Line(interaction.Id);
        lines[line.Id] = line;
        Fill(line, interaction);
        if (line.IsMail)
            Link(line);

        Add(line);
    }

    /// <summary>Takes a line out, as if it had never been.</summary>
    public void Remove(string id)
    {
        if (lines.Remove(id, out var line))
            Remove(line);
    }

    /// <summary>Drops what rests on the organisation as a whole before it is evaluated again: who first or last wrote to whom there.</summary>
    public void Renew(OrganisationNode organisation)
    {
        foreach (var contact in organisation.Contacts)
            contact.Owner = null;

        if (!plan.CasesAskForContacts)
            return;

        foreach (var thread in organisation.Threads)
            thread.Facts = null;
    }

    /// <summary>Lets go of what was worked out on the way to an organisation's result: kept for all, it would be larger than the log.</summary>
    public static void Release(OrganisationNode organisation)
    {
        foreach (var contact in organisation.Contacts)
            (contact.History, contact.Traits, contact.Owner) = (null, null, null);
        foreach (var thread in organisation.Threads)
            thread.Facts = null;
    }

    private void Fill(Line line, Interaction interaction)
    {
        line.At = interaction.At.ToUnixTimeTicks();
        line.Seen = interaction.Seen.ToUnixTimeTicks();
        line.Subject = interaction.Subject;
        line.Reasons = interaction.Reasons;
        line.OurAddresses = Ours(interaction);
        switch (interaction.Kind)
        {
            case InteractionKind.Mail:
                FillMail(line, interaction);
                break;
            case InteractionKind.Meeting when interaction.Meeting is { } meeting:
                FillMeeting(line, interaction, meeting);
                break;
            case InteractionKind.Command when interaction.Command is { } command:
                line.Kind = LineKind.Command;
                line.Command = command;
                line.Person = plan.PersonAt(command.By);
                line.SnoozedUntil = command.Until?.ToUnixTimeTicks() ?? 0;
                line.Contact = command.Contact is { } contact && !plan.Book.IsOurs(contact) ? ContactAt(contact)
                    : EmailAddress.TryParse(command.About, out var about) && !plan.Book.IsOurs(about) ? ContactAt(about) : null;
                break;
        }
    }

    private void FillMail(Line line, Interaction mail)
    {
        line.MessageId = mail.MessageId;
        line.InReplyTo = mail.InReplyTo == mail.MessageId ? null : mail.InReplyTo;
        line.Kind = (mail.Class, mail.Direction) switch
        {
            (InteractionClass.Human, Direction.Inbound) => LineKind.HumanIn,
            (InteractionClass.Human, Direction.Outbound) => LineKind.HumanOut,
            (InteractionClass.Mass, _) => LineKind.Mass,
            _ => LineKind.Other,
        };
        if (line.Kind == LineKind.Other)
        {
            line.Inbound = mail.Direction == Direction.Inbound;
            line.Named = [.. mail.Participants.Where(p => !p.Internal).Select(p => plan.Book.PrimaryOf(p.Address)).Distinct()];
            foreach (var address in line.Named)
                NotCounted(address).Add(line);
            return;
        }

        line.Acknowledgement = mail.Acknowledgement;
        line.Question = mail.Question;
        line.Markers = Plan.Strings(mail.Markers);
        line.Phrases = Plan.Strings(mail.Phrases);
        line.Thread = line.Kind == LineKind.Mass ? null : ThreadOf(mail.Thread ?? mail.Id);
        line.Contact = line.Kind == LineKind.HumanIn && mail.Author is { } author && !plan.Book.IsOurs(author) ? ContactAt(author) : null;

        var outsiders = new List<Recipient>();
        var replyTo = new List<ContactNode>();
        var ours = new List<int>();
        List<string>? sentTo = null;
        foreach (var person in mail.Participants)
        {
            if (person.Role is ParticipantRole.To or ParticipantRole.Cc && plan.SentToAsked.Contains(person.Address.Value))
                (sentTo ??= []).Add(person.Address.Value);

            if (person.Internal)
            {
                line.UsInTo |= person.Role == ParticipantRole.To;
                line.UsInCc |= person.Role == ParticipantRole.Cc;
                line.ReplyExpected |= person.Role == ParticipantRole.Bcc && person.Address.LocalPart.EndsWith("+chase", StringComparison.Ordinal);
                if (plan.PersonAt(person.Address) is var index and >= 0 && !ours.Contains(index))
                    ours.Add(index);
            }
            else if (person.Role == ParticipantRole.ReplyTo)
            {
                replyTo.Add(ContactAt(person.Address));
            }
            else if (person.Role is ParticipantRole.To or ParticipantRole.Cc or ParticipantRole.Bcc)
            {
                outsiders.Add(new Recipient(ContactAt(person.Address), person.Role, person.Bounced?.ToUnixTimeTicks() ?? long.MaxValue));
            }
        }

        var from = mail.Participants.FirstOrDefault(p => p.Role == ParticipantRole.From)?.Address ?? mail.Author;
        line.Person = line.Kind != LineKind.HumanIn && from is not null ? plan.PersonAt(from) : -1;
        line.Ours = [.. ours];
        line.SentTo = sentTo is null ? [] : [.. sentTo];
        line.ReplyTo = replyTo.Count == 0 ? [] : [.. replyTo];
        if (line.Kind == LineKind.HumanIn)
            line.Bystanders = outsiders.Count == 0 ? [] : [.. outsiders.Select(o => o.Contact).Distinct()];
        else
            line.Outsiders = [.. outsiders];
    }

    private void FillMeeting(Line line, Interaction interaction, MeetingFacts meeting)
    {
        const int mostOutsiders = 20;
        line.Kind = LineKind.Meeting;
        line.At = meeting.Start.ToUnixTimeTicks();
        line.End = meeting.End.ToUnixTimeTicks();
        line.Cancelled = meeting.CancelledAt is { } cancelled && cancelled < meeting.End ? cancelled.ToUnixTimeTicks() : long.MaxValue;

        var outsiders = new List<Recipient>();
        var ours = new List<int>();
        var anyOfUs = false;
        foreach (var person in interaction.Participants.OrderBy(p => p.Role == ParticipantRole.Organizer ? 0 : 1))
        {
            if (interaction.Participants.Any(p => p.Address == person.Address && p.Response == MeetingResponse.Declined))
                continue;

            if (!person.Internal)
            {
                var contact = ContactAt(person.Address);
                if (!outsiders.Exists(o => o.Contact == contact))
                    outsiders.Add(new Recipient(contact, person.Role, long.MaxValue));
                continue;
            }

            anyOfUs = true;
            line.OrganisedByUs |= person.Role == ParticipantRole.Organizer;
            if (plan.PersonAt(person.Address) is var index and >= 0 && !ours.Contains(index))
                ours.Add(index);
        }

        line.Person = ours.Count > 0 ? ours[0] : -1;
        line.Ours = [.. ours];
        line.Outsiders = [.. outsiders];
        line.Counts = anyOfUs && outsiders.Count is > 0 and <= mostOutsiders && !meeting.AllDay && meeting.End > meeting.Start;
    }

    private List<Line> NotCounted(EmailAddress primary)
    {
        if (!notCounted.TryGetValue(primary, out var list))
            notCounted[primary] = list = [];

        return list;
    }

    private static string[] Ours(Interaction interaction)
    {
        if (interaction.Kind == InteractionKind.Command)
            return [];

        List<string>? addresses = null;
        foreach (var person in interaction.Participants)
        {
            if (person.Internal && addresses?.Contains(person.Address.Value) != true)
                (addresses ??= []).Add(person.Address.Value);
        }

        return addresses is null ? [] : [.. addresses];
    }

    private void Add(Line line)
    {
        foreach (var contact in ContactsOf(line))
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

        if (line.Command?.About is { } about && !EmailAddress.TryParse(about, out _))
        {
            if (!commandsAbout.TryGetValue(about, out var commands))
                commandsAbout[about] = commands = [];

            Order.Insert(commands, line);
            TouchAbout(about);
        }
    }

    private void Remove(Line line)
    {
        foreach (var contact in ContactsOf(line))
        {
            contact.Lines.Remove(line);
            Touch(contact);
        }

        if (line.Thread is { } thread)
        {
            Touch(thread);
            thread.Lines.Remove(line);
            foreach (var contact in ContactsOf(line))
            {
                if (!thread.Lines.Exists(other => ContactsOf(other).Contains(contact)))
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

        Unlink(line);
    }

    private static IEnumerable<ContactNode> ContactsOf(Line line)
    {
        if (line.Kind == LineKind.Other)
            return [];

        if (line.Kind == LineKind.HumanOut && line.Outsiders.Length == 1)
            return [line.Outsiders[0].Contact];

        if (line.Kind is LineKind.HumanIn && line.Contact is not null && line.Bystanders.Length == 0 && line.ReplyTo.Length == 0)
            return [line.Contact];

        return line.Outsiders.Select(o => o.Contact).Concat(line.Bystanders).Concat(line.ReplyTo).Append(line.Contact).OfType<ContactNode>().Distinct();
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
        if (thread.Organisations.Count < 2)
            return;

        foreach (var organisation in thread.Organisations)
            organisation.SharedThreads.Add(thread);
    }

    private static void Leave(ContactNode contact, ThreadNode thread)
    {
        thread.Contacts.Remove(contact);
        contact.Threads.Remove(thread);
        if (thread.Contacts.Exists(c => c.Organisation == contact.Organisation))
            return;

        contact.Organisation.Threads.Remove(thread);
        contact.Organisation.SharedThreads.Remove(thread);
        thread.Organisations.Remove(contact.Organisation);
        if (thread.Organisations.Count == 1)
            thread.Organisations[0].SharedThreads.Remove(thread);
    }

    private void Touch(ContactNode contact)
    {
        contact.History = null;
        contact.Traits = null;
        Touched.Add(contact.Organisation);
    }

    private void Touch(ThreadNode thread)
    {
        thread.Facts = null;
        foreach (var organisation in thread.Organisations)
            Touched.Add(organisation);
    }

    private void TouchAbout(string about)
    {
        if (organisations.TryGetValue(about, out var organisation))
            Touched.Add(organisation);

        var thread = threads.GetValueOrDefault(about);
        if (lines.TryGetValue(about, out var line))
        {
            thread ??= line.Thread;
            foreach (var contact in ContactsOf(line))
                Touch(contact);
        }

        if (thread is null)
            return;

        Touch(thread);
        foreach (var mail in thread.Lines)
        {
            foreach (var contact in ContactsOf(mail))
                Touch(contact);
        }
    }

    private ThreadNode ThreadOf(string id)
    {
        if (!threads.TryGetValue(id, out var thread))
            threads[id] = thread = new ThreadNode(id);

        return thread;
    }

    private ContactNode ContactAt(EmailAddress address)
    {
        var primary = plan.Book.PrimaryOf(address);
        if (contacts.TryGetValue(primary, out var contact))
            return contact;

        var name = plan.Book.OrganisationOf(primary);
        if (!organisations.TryGetValue(name, out var organisation))
        {
            organisations[name] = organisation = new OrganisationNode(name, inOrder.Count);
            inOrder.Add(organisation);
        }

        contacts[primary] = contact = new ContactNode(primary, plan.Book.EntryOf(primary), organisation);
        var place = organisation.Contacts.BinarySearch(contact, ByAddress);
        organisation.Contacts.Insert(place < 0 ? ~place : place, contact);
        Touched.Add(organisation);
        return contact;
    }

    private void Link(Line line)
    {
        line.LatestOfAncestors = line.At;
        if (line.InReplyTo is { } answered)
        {
            if (byMessageId.TryGetValue(answered, out var parent))
                Attach(line, parent);
            else if (waitingForParent.TryGetValue(answered, out var others))
                others.Add(line);
            else
                waitingForParent[answered] = [line];
        }

        if (line.MessageId is { } id && byMessageId.TryAdd(id, line) && waitingForParent.Remove(id, out var children))
        {
            foreach (var child in children)
                Attach(child, line);
        }
    }

    private void Attach(Line child, Line parent)
    {
        child.Parent = parent;
        child.NextSibling = parent.FirstChild;
        parent.FirstChild = child;
        Raise(child);
    }

    /// <summary>
    /// Hands the latest time of the ancestors down to a mail and all that answer it, and touches them: their place in the order may be another one now. A new mail
    /// has no answers yet, so this walks far only when a mail comes long after its answers, or leaves.
    /// </summary>
    private void Raise(Line first)
    {
        if (first.FirstChild is null)
        {
            first.LatestOfAncestors = Math.Max(first.LatestOfAncestors, first.Parent?.LatestOfAncestors ?? long.MinValue);
            TouchAll(first);
            return;
        }

        var visited = new HashSet<Line>();
        var open = new Stack<Line>([first]);
        while (open.TryPop(out var line))
        {
            var latest = Math.Max(line.LatestOfAncestors, line.Parent?.LatestOfAncestors ?? long.MinValue);
            var raised = latest > line.LatestOfAncestors;
            line.LatestOfAncestors = latest;

            // A ring of replies comes to rest because the latest time only ever grows.
            if (!visited.Add(line) && !raised)
                continue;

            TouchAll(line);
            for (var child = line.FirstChild; child is not null; child = child.NextSibling)
                open.Push(child);
        }
    }

    private void TouchAll(Line line)
    {
        foreach (var contact in ContactsOf(line))
            Touch(contact);
        if (line.Thread is { } thread)
            Touch(thread);
    }

    private void Unlink(Line line)
    {
        if (line.Parent is { } parent)
        {
            var siblings = new List<Line>();
            for (var child = parent.FirstChild; child is not null; child = child.NextSibling)
                siblings.Add(child);

            parent.FirstChild = null;
            foreach (var sibling in siblings.Where(s => s != line))
            {
                sibling.NextSibling = parent.FirstChild;
                parent.FirstChild = sibling;
            }
        }
        else if (line.InReplyTo is { } answered && waitingForParent.TryGetValue(answered, out var waiting))
        {
            waiting.Remove(line);
        }

        if (line.MessageId is not { } id || byMessageId.GetValueOrDefault(id) != line)
            return;

        byMessageId.Remove(id);
        for (var child = line.FirstChild; child is not null; child = child.NextSibling)
        {
            child.Parent = null;
            if (!waitingForParent.TryGetValue(id, out var waiting))
                waitingForParent[id] = waiting = [];

            waiting.Add(child);
            Raise(child);
        }
    }
}

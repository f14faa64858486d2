using CrmSync.Domain.Contacts;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>"How is your leg?": what somebody should know about a person before they meet or write to them.</summary>
internal sealed class BriefWriter(DigestFacts facts, PeopleBook people, ReaderClock clock)
{
    private const int Contacts = 3;
    private const int Notes = 4;

    /// <param name="address">Any address of the contact.</param>
    /// <param name="visible">Whose items the reader may see, by the ids of the owners.</param>
    public Brief Write(EmailAddress address, IReadOnlySet<string> visible)
    {
        var contact = people.Primary(address);
        var history = people.ContactsWith(contact);
        return new Brief(people.NameOf(contact), PlainWords.Flatten(contact.Value, PlainWords.Name))
        {
            Known = Known(contact, history),
            Contacts = [.. history.Reverse().Take(Contacts).Select(LineOf)],
            Open = [.. OpenWith(contact, visible)],
            Facts = [.. DatesOf(contact), .. NotesOn(contact)],
        };
    }

    private string Known(EmailAddress contact, IReadOnlyList<Interaction> history)
    {
        var parts = new List<string>();
        parts.Add(history.Count == 0 ? "first contact" : $"known for {ReaderClock.Length(clock.Now - history[0].At)}, {ReaderClock.Count(history.Count, "contact")}");
        if (facts.OwnerOf(contact) is { } owner)
            parts.Add($"looked after by {people.FirstName(owner)}");

        var colleagues = history.Where(line => clock.Now - line.At < Duration.FromDays(90)).Select(people.ActorOf).OfType<Person>()
            .Select(person => people.FirstName(person.Id)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (colleagues.Count > 1)
            parts.Add($"lately in touch: {string.Join(", ", colleagues)}");

        return string.Join(" · ", parts);
    }

    private string LineOf(Interaction line)
    {
        var subject = PlainWords.Flatten(line.Subject, PlainWords.Name);
        var about = subject.Length > 0 ? $" “{subject}”" : "";
        var by = people.ActorOf(line) is { } actor ? people.FirstName(actor.Id) : "we";
        return line switch
        {
            { Kind: InteractionKind.Meeting } => $"{clock.When(line.At)} met {by}{about}",
            { Kind: InteractionKind.Command } => $"{clock.When(line.At)} {by} called",
            { Direction: Direction.Inbound } => $"{clock.When(line.At)} wrote{about}{Said(line)}",
            _ => $"{clock.When(line.At)} {by} wrote{about}",
        };
    }

    private static string Said(Interaction line)
    {
        var text = PlainWords.Flatten(line.Text, 90);
        return text.Length > 0 ? $": {text}" : "";
    }

    private IEnumerable<string> OpenWith(EmailAddress contact, IReadOnlySet<string> visible)
    {
        var words = new ItemWords(people, clock);
        return facts.Evaluation.Items
            .Where(item => item.Contact is { } about && people.Primary(about) == contact && visible.Contains(item.Owner))
            .Where(item => item.State is ItemState.Open or ItemState.Overdue or ItemState.Paused)
            .Select(item => $"{words.What(item)}{(words.Due(item) is { } due ? ", " + due : "")}");
    }

    private IEnumerable<string> DatesOf(EmailAddress contact) =>
        (people.Entry(contact)?.Dates ?? new Dictionary<string, ContactDate>())
            .Select(date => $"{date.Key}: {new LocalDate(date.Value.Year ?? 2000, date.Value.Month, date.Value.Day).ToString(date.Value.Year is null ? "d MMMM" : "d MMMM uuuu", System.Globalization.CultureInfo.InvariantCulture)}");

    private IEnumerable<string> NotesOn(EmailAddress contact) =>
        people.Interactions.Reverse()
            .Where(line => line.Command is { Verb: "note", Contact: { } about } && people.Primary(about) == contact)
            .SelectMany(line => (line.Command!.Text ?? "").Split('\n'))
            .Select(note => PlainWords.Flatten(note, PlainWords.Excerpt))
            .Where(note => note.Length > 0)
            .Take(Notes);
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>An item in the words of a reader: what to do, about whom, by when.</summary>
public sealed class ItemWords(PeopleBook people, ReaderClock clock)
{
    private const int MostWhy = 220;
    private const int MostSubject = 300;

    /// <summary>How long after a mail it is still natural to answer it.</summary>
    private static readonly Duration Answerable = Duration.FromDays(14);

    /// <summary>The cases that are open.</summary>
    public IReadOnlyList<CaseState> Cases { get; init; } = [];

    /// <summary>The line of an item.</summary>
    /// <param name="number">Its number in the mail.</param>
    /// <param name="item">The item.</param>
    /// <param name="reader">The id of who reads it.</param>
    /// <param name="isNew">Whether it was not told before.</param>
    /// <param name="state">Its state in one or two words.</param>
    /// <param name="reservation">What is not certain about it, or null.</param>
    public ItemLine Line(int number, Item item, string reader, bool isNew, string state, string? reservation)
    {
        var theirs = item.Rule is RespondRule or ResolveRule;
        var excerpt = theirs ? PlainWords.Flatten(people.Find(item.Trigger)?.Text, PlainWords.Excerpt) : "";
        return new ItemLine(number, item)
        {
            IsNew = isNew,
            State = state,
            Status = Status(item, state),
            What = What(item),
            Who =
                item.Contact is { } contact && people.Name(contact) != contact.Value
                    ? PlainWords.Flatten(contact.Value, PlainWords.Name)
                    : "",
            Case = Case(item),
            Subject = Subject(item),
            Excerpt = excerpt.Length > 0 ? excerpt : null,
            Why = PlainWords.Flatten(item.Reason?.Briefly(clock.When) ?? item.Why, MostWhy),
            Say = item.Rule.Say is { } say ? PlainWords.Flatten(say, PlainWords.Excerpt) : null,
            Owner = item.Owner == reader ? null : people.FullName(item.Owner),
            IsUncertain = Doubts.Concern(item),
            Reservation = reservation,
            Reply = Reply(item),
        };
    }

    /// <summary>The subject of the one mail or meeting an item is about; null for those about a person as a whole.</summary>
    public string? Subject(Item item)
    {
        if (item.Rule is StayInTouchRule or DateRule or HandoverRule or NoticeRule or WatchRule)
            return null;

        var subject = PlainWords.Flatten(people.Find(item.Trigger)?.Subject ?? people.Subject(item.About), PlainWords.Name);
        return subject.Length > 0 ? subject : null;
    }

    /// <summary>What to do about whom: <c>Answer Jo Keane</c>.</summary>
    public string What(Item item) => What(item.Rule, Who(item));

    /// <summary>What a rule asks for, about somebody by name.</summary>
    public static string What(Rule rule, string who) => rule switch
    {
        RespondRule => $"Answer {who}",
        ResolveRule => $"Solve it for {who}",
        ChaseRule => $"Ask {who} again",
        StayInTouchRule => $"Get in touch with {who}",
        FollowUpRule => $"Follow up with {who}",
        DateRule date => $"{Capital(date.Field)} of {who}",
        NoticeRule => $"Tell {who} in time",
        HandoverRule => $"Introduce yourself to {who}",
        _ => $"Keep an eye on {who}",
    };

    /// <summary>The contact by name, or the organisation where the whole organisation is meant.</summary>
    public string Who(Item item) =>
        item.Contact is { } contact && item.Rule is not (WatchRule { Per: Per.Organisation } or StayInTouchRule { Per: Per.Organisation })
            ? people.Name(contact)
            : PlainWords.Flatten(item.About, PlainWords.Name);

    public string? Due(Item item) => (item.ToldState, item.Due) switch
    {
        (ItemState.Paused, _) => "waiting for them",
        (_, null) => null,
        (ItemState.Overdue, { } due) => $"was due {clock.When(due)}{Ago(due)}",
        (_, { } due) => $"due {clock.When(due)}",
    };

    /// <summary>
    /// The state with its time, as one phrase: <c>Overdue since Mon 16:00</c>; <c>Due today 10:10</c>; <c>To do by Mon 17:30</c>.
    /// </summary>
    private string Status(Item item, string state)
    {
        var phrase = (Due(item), item) switch
        {
            (null, _) => state,
            (_, { ToldState: ItemState.Overdue, Due: { } due }) when state == "overdue" => $"overdue {Late(due)}since {clock.When(due)}",
            (_, { ToldState: ItemState.Open, Due: { } due }) when state == "due today" => $"due {clock.When(due)}",
            (_, { ToldState: ItemState.Open, Due: { } due }) when state == "due soon" => $"due soon, {clock.When(due)}",
            (_, { ToldState: ItemState.Open, Due: { } due }) when state == "to do" => $"to do by {clock.When(due)}",
            ({ } words, _) => $"{state}, {words}",
        };
        return char.ToUpperInvariant(phrase[0]) + phrase[1..];
    }

    /// <summary>The open case an item belongs to, as people write it.</summary>
    private string? Case(Item item) =>
        ((item.Rule as ResolveRule)?.Case ?? Cases.FirstOrDefault(one => one.Thread == item.About)?.Case) is { } name
            ? PlainWords.Flatten(name.Replace('-', ' '), PlainWords.Name)
            : null;

    /// <summary>The answer to the mail an item rests on: to its author or, when we wrote it, to the contact.</summary>
    private MailReply? Reply(Item item)
    {
        if (people.Find(item.Trigger) is not { Kind: InteractionKind.Mail, Subject: { Length: > 0 } subject } mail
            || clock.Now - mail.At > Answerable)
            return null;

        var to = mail.Direction == Direction.Inbound ? mail.Author : item.Contact;
        return to is null ? null : new MailReply(to, Subjects.CreateReply(PlainWords.Flatten(subject, MostSubject)));
    }

    private string Late(Instant due) => IsLong(due) ? $"{ReaderClock.Length(clock.Now - due)}, " : "";

    private string Ago(Instant due) => IsLong(due) ? $", {ReaderClock.Length(clock.Now - due)} ago" : "";

    private bool IsLong(Instant due) => clock.Now - due >= Duration.FromDays(2);

    private static string Capital(string field) =>
        field.Length == 0 ? "Date" : char.ToUpperInvariant(field[0]) + field[1..].Replace('-', ' ').Replace('_', ' ');
}

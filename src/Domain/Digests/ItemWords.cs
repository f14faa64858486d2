using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
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

    /// <summary>What the reader may see beside the items; null: nothing.</summary>
    public Sight? Sight { get; init; }

    /// <summary>The line of an item.</summary>
    /// <param name="number">Its number in the mail.</param>
    /// <param name="item">The item.</param>
    /// <param name="reader">The id of who reads it.</param>
    /// <param name="isNew">Whether it was not told before.</param>
    /// <param name="state">What it is told as.</param>
    /// <param name="reservation">What is not certain about it, or null.</param>
    public ItemLine Line(int number, Item item, string reader, bool isNew, ToldAs state, string? reservation)
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
            Why = Why(item),
            Say = item.Rule.Say is { } say ? PlainWords.Flatten(say, PlainWords.Excerpt) : null,
            Owner = item.Owner == reader ? null : people.FullName(item.Owner),
            IsUncertain = Doubts.Concern(item),
            Reservation = reservation,
            Reply = Reply(item),
            HasPage = item.Contact is not null && Sight?.Covers(item.Owner) == true,
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
    public string What(Item item) =>
        item.Reason is MissedCall ? Words.CallBack(Who(item)) : What(item.Rule, Who(item), clock.Words);

    /// <summary>What it rests on, shortly.</summary>
    public string Why(Item item) => PlainWords.Flatten(item.Reason?.Briefly(clock.Words.Reasons, clock.At) ?? item.Why, MostWhy);

    /// <summary>What a rule asks for, about somebody by name.</summary>
    public static string What(Rule rule, string who, Wording words) => rule switch
    {
        RespondRule => words.Items.Answer(who),
        ResolveRule => words.Items.Solve(who),
        ChaseRule => words.Items.AskAgain(who),
        StayInTouchRule => words.Items.GetInTouch(who),
        FollowUpRule => words.Items.FollowUp(who),
        DateRule date => words.Items.Day(date.Field, who),
        NoticeRule => words.Items.TellInTime(who),
        HandoverRule => words.Items.Introduce(who),
        _ => words.Items.KeepAnEye(who),
    };

    /// <summary>The contact by name, or the organisation where the whole organisation is meant.</summary>
    public string Who(Item item) =>
        item.Contact is { } contact && item.Rule is not (WatchRule { Per: Per.Organisation } or StayInTouchRule { Per: Per.Organisation })
            ? people.Name(contact)
            : PlainWords.Flatten(item.About, PlainWords.Name);

    public string? Due(Item item) => (item.ToldState, item.Due) switch
    {
        (ItemState.Paused, _) => Words.WaitingForThem,
        (_, null) => null,
        (ItemState.Overdue, { } due) => Words.WasDue(clock.At(due), Late(due)),
        (_, { } due) => Words.Due(clock.At(due)),
    };

    /// <summary>
    /// The state with its time, as one phrase: <c>Overdue since Mon 16:00</c>; <c>Due today 10:10</c>; <c>To do by Mon 17:30</c>.
    /// </summary>
    private string Status(Item item, ToldAs state) => (state, item) switch
    {
        (ToldAs.Overdue, { ToldState: ItemState.Overdue, Due: { } due }) => Words.OverdueSince(clock.At(due), Late(due)),
        (ToldAs.DueToday, { ToldState: ItemState.Open, Due: { } due }) => Words.DueAt(clock.At(due)),
        (ToldAs.DueSoon, { ToldState: ItemState.Open, Due: { } due }) => Words.DueSoon(clock.At(due)),
        (ToldAs.ToDo, { ToldState: ItemState.Open, Due: { } due }) => Words.ToDoBy(clock.At(due)),
        _ => Words.Status(state, Due(item)),
    };

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

    /// <summary>How long ago that is, where it is long.</summary>
    private Duration? Late(Instant due) => clock.Now - due is var ago && ago >= Duration.FromDays(2) ? ago : null;

    private IItemPhrases Words => clock.Words.Items;
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>"How is your leg?": what somebody should know about a person before they meet or write to them, one screen a person.</summary>
internal sealed class BriefWriter(DigestFacts facts, PeopleBook people, ReaderClock clock, Sight sight)
{
    /// <summary>The field of a note that names what is to happen next.</summary>
    private const string NextStep = "next";

    /// <summary>What we wait for longer than this we no longer wait for.</summary>
    private static readonly Duration Patience = Duration.FromDays(60);

    private readonly ItemWords words = new(people, clock);

    /// <summary>The brief of somebody the reader may see or is about to meet.</summary>
    /// <param name="address">Any address of the contact.</param>
    /// <param name="besides">The id of the meeting or item it stands below, which it need not name.</param>
    public Brief Write(EmailAddress address, string? besides) =>
        Write(people.Primary(address), everything: true, besides, BriefSize.Screen);

    /// <summary>
    /// The brief a reader gets who asks for somebody: of contacts that are not theirs only what the reader took part in; null when that is
    /// nothing, or nobody is known by the address.
    /// </summary>
    public Brief? WriteIfVisible(EmailAddress address) => WriteIfVisible(address, BriefSize.Screen);

    /// <summary>The same, as long as the reader has room for.</summary>
    internal Brief? WriteIfVisible(EmailAddress address, BriefSize size)
    {
        var contact = people.Primary(address);
        var isTheirs = facts.IsShownTo(sight, contact);
        var brief = Write(contact, isTheirs, besides: null, size);
        return
            brief.Contacts.Count + brief.Open.Count + brief.Awaited.Count + brief.Facts.Count > 0
            || brief.NextSteps.Count + brief.Ahead.Count > 0
            || (isTheirs && people.Entry(contact) is { IsImported: false })
            ? brief
            : null;
    }

    /// <summary>What passed with a contact and may be told to the reader, oldest first.</summary>
    internal IReadOnlyList<Interaction> HistoryShown(EmailAddress contact) =>
        [.. people.ContactsWith(contact).Where(Shown(facts.IsShownTo(sight, contact)))];

    /// <summary>What is known of a contact and may be told to the reader, each with the line that says so.</summary>
    internal IReadOnlyList<SaidFact> FactsShown(EmailAddress contact)
    {
        var everything = facts.IsShownTo(sight, contact);
        var told = Told(contact, Shown(everything));
        return [.. FactsOn(contact, told, everything), .. Signature(told)];
    }

    private Brief Write(EmailAddress contact, bool everything, string? besides, BriefSize size)
    {
        var shown = Shown(everything);
        var history = people.ContactsWith(contact).Where(shown).ToList();
        var told = Told(contact, shown);
        return new Brief(people.Name(contact), PlainWords.Flatten(contact.Value, PlainWords.Name))
        {
            Who = everything
                ? string.Join(" · ", facts.FindGroups(contact).Select(name => PlainWords.Flatten(name.Replace('-', ' '), PlainWords.Name)))
                : "",
            Known = Known(contact, history),
            Contacts = [.. history.AsEnumerable().Reverse().Take(size.Contacts).Select(WriteLine)],
            Open = [.. OpenWith(contact, besides).Take(size.Open)],
            Awaited = [.. AwaitedFrom(history, contact, shown).Take(size.Awaited)],
            Ahead = [.. MeetingsAhead(contact, line => line.Id != besides && shown(line)).Take(size.Ahead)],
            NextSteps = [.. NotesOn(contact, shown).Where(note => note.IsNextStep).Select(note => note.Words).Take(size.NextSteps)],
            Facts = [.. FactsOn(contact, told, everything).Take(size.Facts).Concat(Signature(told)).Select(fact => fact.InOneLine)],
        };
    }

    private IEnumerable<SaidFact> FactsOn(EmailAddress contact, ToldFacts told, bool everything) =>
        Departure(told)
            .Concat(Absence(told))
            .Concat(everything ? Written(contact) : [])
            .Concat(
                NotesOn(contact, Shown(everything)).Where(note => !note.IsNextStep).Select(note => new SaidFact(note.Words, note.Line)));

    private Func<Interaction, bool> Shown(bool everything) => everything ? _ => true : TookPart;

    private bool TookPart(Interaction line) =>
        line.Participants.Any(participant => participant.Internal && people.Ours(participant.Address)?.Id == sight.Reader)
        || (line.Command is { } command && people.Ours(command.By)?.Id == sight.Reader);

    private string Known(EmailAddress contact, List<Interaction> history)
    {
        var parts = new List<string>
        {
            history.Count == 0
                ? Words.NoContactSoFar
                : Words.KnownFor(clock.Now - history[0].At, history.Count),
        };
        if (facts.FindOwner(contact) is { } owner)
            parts.Add(Words.LookedAfterBy(people.FirstName(owner)));

        var colleagues = history.Where(line => clock.Now - line.At < Duration.FromDays(90)).Select(people.Actor).OfType<Person>()
            .Select(person => people.FirstName(person.Id)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (colleagues.Count > 1)
            parts.Add(Words.LatelyInTouch(colleagues));

        return string.Join(" · ", parts);
    }

    internal string WriteLine(Interaction line)
    {
        var (at, about) = (clock.At(line.At), About(line.Subject));
        return line switch
        {
            { Kind: InteractionKind.Meeting } => Words.Met(at, Actor(line), about),
            { Kind: InteractionKind.Call, Direction: Direction.Inbound } => Words.TheyCalled(at, Actor(line)),
            { Kind: InteractionKind.Command or InteractionKind.Call } => Words.Called(at, Actor(line)),
            { Direction: Direction.Inbound } => Words.TheyWrote(at, about, PlainWords.Flatten(line.Text, 90)),
            _ => Words.WeWrote(at, Actor(line), about),
        };
    }

    private string? Actor(Interaction line) => people.Actor(line) is { } actor ? people.FirstName(actor.Id) : null;

    private string About(string? subject) => PlainWords.About(subject, clock.Words);

    private IBriefPhrases Words => clock.Words.Briefs;

    /// <summary>What is ours to do: items, and cases in which it is our turn and no item says so.</summary>
    private IEnumerable<string> OpenWith(EmailAddress contact, string? besides)
    {
        var items = facts
            .Evaluation.Items.Where(item =>
                item.Contact is { } about
                && people.Primary(about) == contact
                && sight.Covers(item.Owner)
                && item.State is ItemState.Open or ItemState.Overdue)
            .ToList();
        return items
            .Where(item => item.Id != besides)
            .Select(item =>
            {
                var about = item.Rule is RespondRule or ResolveRule or ChaseRule ? About(people.Subject(item.About)) : "";
                return Words.Item(words.What(item), about, words.Due(item));
            })
            .Concat(
                facts
                    .Cases.Where(one =>
                        one.BallIsOurs
                        && one.Contact == contact
                        && sight.Covers(one.Owner)
                        && items.TrueForAll(item => item.About != one.Thread))
                    .Select(one => Words.OurTurn(one.Case.Replace('-', ' '), About(one.Subject), clock.At(one.Since))));
    }

    /// <summary>What is theirs to do: cases in which it is their turn, and questions of ours nobody answered.</summary>
    private IEnumerable<string> AwaitedFrom(List<Interaction> history, EmailAddress contact, Func<Interaction, bool> shown)
    {
        var cases = facts.Cases.Where(one => !one.BallIsOurs && one.Contact == contact && sight.Covers(one.Owner)).ToList();
        return cases
            .Select(one => Words.TheirTurn(one.Case.Replace('-', ' '), About(one.Subject), clock.At(one.Since)))
            .Concat(
                history
                    .Select(line => line.Thread)
                    .OfType<string>()
                    .Distinct()
                    .Where(thread => cases.TrueForAll(one => one.Thread != thread))
                    .Select(Unanswered)
                    .OfType<Interaction>()
                    .Where(shown)
                    .OrderByDescending(mail => mail.At)
                    .ThenBy(mail => mail.Id, StringComparer.Ordinal)
                    .Select(mail => Words.NoAnswerYet(clock.At(mail.At), Actor(mail), About(mail.Subject))));
    }

    /// <summary>Our last mail of a thread, if it asks something and nobody outside has written since.</summary>
    private Interaction? Unanswered(string thread)
    {
        var last = people
            .Thread(thread)
            .LastOrDefault(line => line is { Class: InteractionClass.Human, Direction: Direction.Inbound or Direction.Outbound });
        return last is { Direction: Direction.Outbound, Question: true } && clock.Now - last.At < Patience ? last : null;
    }

    private ToldFacts Told(EmailAddress contact, Func<Interaction, bool> shown) =>
        ToldFacts.From(
            [.. people.ToldBy(contact).Where(shown)],
            people.ContactsWith(contact).LastOrDefault(line => line.Direction == Direction.Inbound)?.At,
            clock.Today);

    /// <summary>That they have left or moved, in their own words.</summary>
    private IEnumerable<SaidFact> Departure(ToldFacts told)
    {
        if (told.Left?.Learned.Departure is { } left)
            yield return new SaidFact(Words.HasLeft(About(left.Sentence)), told.Left);

        if (told.Moved?.Learned.Moved is { } moved)
            yield return new SaidFact(
                Words.NewAddress(PlainWords.Flatten(moved.Address.Value, PlainWords.Name), About(moved.Sentence)),
                told.Moved);
    }

    /// <summary>Until when they are away, in their own words.</summary>
    private IEnumerable<SaidFact> Absence(ToldFacts told) =>
        told.Away?.Learned.Return is { } back ? [new SaidFact(Words.AwayUntil(back.Day, About(back.Sentence)), told.Away)] : [];

    /// <summary>What they are and where to call them, as they last signed.</summary>
    private IEnumerable<SaidFact> Signature(ToldFacts told) =>
        told.Signed is { Learned.Signature: { } signed } mail
            ?
            [
                new SaidFact(
                    Words.AsSigned(
                        string.Join(
                            " · ",
                            new[] { signed.Title, signed.Telephone }
                                .OfType<string>()
                                .Select(one => PlainWords.Flatten(one, PlainWords.Name))),
                        clock.At(mail.At)),
                    mail),
            ]
            : [];

    /// <summary>What the policy and directories say: days first, then how to reach them, then from where the rest is known.</summary>
    private IEnumerable<SaidFact> Written(EmailAddress contact)
    {
        var written = people.Entry(contact)?.Facts ?? [];
        foreach (var fact in written)
        {
            if (fact is { Kind: FactKind.Date, Field: { } field, Date: { } date })
                yield return Said($"{Words.Noted(field, InWords(date))}{Soon(date)}", fact);
        }

        foreach (var fact in written.Where(fact => fact.Kind == FactKind.Telephone))
            yield return Said(Words.Telephone(PlainWords.Flatten(fact.Value, PlainWords.Name)), fact);

        foreach (var fact in written.Where(fact => fact.Kind == FactKind.Organisation))
            yield return Said(Words.WorksFor(PlainWords.Flatten(fact.Value, PlainWords.Name)), fact);

        var rest = written.Where(fact => fact is { Place: null, Kind: FactKind.Name or FactKind.Tag or FactKind.Owner }).ToList();
        foreach (var source in rest.GroupBy(fact => fact.Source, StringComparer.Ordinal))
        {
            yield return new SaidFact(Words.AlsoKnown([.. source.Select(fact => Word(fact.Kind)).Distinct()]), null)
            {
                Source = PlainWords.Flatten(source.Key, PlainWords.Name),
            };
        }

        string Word(FactKind kind) => kind switch
        {
            FactKind.Name => Words.NameOfThem,
            FactKind.Tag => Words.TagsOfThem,
            _ => Words.OwnerOfThem,
        };

        static SaidFact Said(string words, ContactFact fact) =>
            new(words, null) { Source = fact.Place is null ? PlainWords.Flatten(fact.Source, PlainWords.Name) : null };
    }

    /// <summary>Meetings with them that are booked, the next one first.</summary>
    private IEnumerable<string> MeetingsAhead(EmailAddress contact, Func<Interaction, bool> shown) =>
        people.MeetingsWith(contact)
            .Where(line => line.Meeting!.StatusAt(clock.Now, line.Participants) == MeetingStatus.Booked)
            .Where(shown)
            .Select(line => Words.Ahead(clock.At(line.At), About(line.Subject)));

    /// <summary>Lines of notes, the newest first. A next step is one until its day has passed.</summary>
    private IEnumerable<(string Words, bool IsNextStep, Interaction Line)> NotesOn(EmailAddress contact, Func<Interaction, bool> shown) =>
        people.Interactions.Reverse()
            .Where(line => line.Command is { Verb: CommandVerb.Note, Contact: { } about } && people.Primary(about) == contact)
            .Where(shown)
            .SelectMany(line => (line.Command!.Text ?? "").Split('\n').Select(note => (Note: note, Line: line)))
            .Select(one => (Flat: PlainWords.Flatten(one.Note, PlainWords.Excerpt), Field: Field(one.Note), one.Note, one.Line))
            .Where(one => one.Flat.Length > 0)
            .Select(one => (
                one.Flat,
                one.Field,
                Date: one.Field is { } field ? NotedDates.In(one.Note, field, clock.Date(one.Line.At)) : null,
                one.Line))
            .Select(one => (
                one.Flat + (one.Date is { } date ? Soon(date) : ""),
                one.Field is NextStep && (one.Date is null || DayIn(one.Date) >= clock.Today),
                one.Line));

    private static string? Field(string note) => note.Split(':') is [var field, _, ..] ? field.Trim().ToLowerInvariant() : null;

    private static LocalDate DayIn(ContactDate date) => new(date.Year ?? LocalDate.MaxIsoValue.Year, date.Month, date.Day);

    private string InWords(ContactDate date) =>
        clock.Words.Dates.DayOfYear(new LocalDate(date.Year ?? 2000, date.Month, date.Day), withYear: date.Year is not null);

    /// <summary><c> (in 8 days)</c> for what comes within a month.</summary>
    private string Soon(ContactDate date)
    {
        var next =
            date.Year is { } year ? new LocalDate(year, date.Month, date.Day)
            : new AnnualDate(date.Month, date.Day) is var yearly && yearly.InYear(clock.Today.Year) >= clock.Today
                ? yearly.InYear(clock.Today.Year)
            : yearly.InYear(clock.Today.Year + 1);
        return Words.Soon(Period.DaysBetween(clock.Today, next));
    }
}

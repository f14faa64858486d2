using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>One thing a colleague wants.</summary>
/// <param name="Verb">What.</param>
internal sealed record CommandWish(CommandVerb Verb)
{
    /// <summary>What stands behind the verb: the tag, or until when to snooze.</summary>
    public string? Argument { get; init; }

    /// <summary>Of a note.</summary>
    public string? Text { get; init; }

    /// <summary>The end of a snooze, where it is known already.</summary>
    public Instant? Until { get; init; }

    /// <summary>Of the mail it is about, where one is meant.</summary>
    public string? Subject { get; init; }

    /// <summary>The id of the mail a note was written with or about.</summary>
    public string? Mail { get; init; }

    /// <summary>To whom an item is given, as written.</summary>
    public string? Person { get; init; }
}

/// <summary>
/// Makes the commands of one mail: lines of the log, in the order they were written, each with the words that confirm it.
/// </summary>
internal sealed class CommandLines(
    CompanyPolicy policy,
    CommandContext context,
    CommandMail mail,
    Person author,
    string account,
    Instant now
)
{
    private const int MostText = 2000;

    private readonly BusinessCalendar calendar = author.Calendar ?? policy.DefaultCalendar;
    private readonly Wording words = Wording.In(author.Language);
    private int said;

    /// <param name="wish">What is wanted.</param>
    /// <param name="target">Of what.</param>
    /// <param name="identity">What the command's id is made from: who says the same once more changes nothing.</param>
    /// <exception cref="RefusedCommandException">It is not possible.</exception>
    public CommandReading Say(CommandWish wish, ItemTarget target, IReadOnlyList<string> identity)
    {
        var verb = wish.Verb;
        if (CommandVerbs.IsAnswer(verb))
            return Answer(verb, target, identity);

        var isAboutPerson = verb is CommandVerb.Called or CommandVerb.Tag or CommandVerb.Untag or CommandVerb.Note;
        if (target.Proposal is not null && !isAboutPerson)
            throw new RefusedCommandException(words.Refusals.IsProposal);

        if (isAboutPerson && target.Contact is null)
            throw new RefusedCommandException(words.Refusals.NoSinglePerson(verb));

        if (verb == CommandVerb.Private)
        {
            if (TriggeringMail(target) is null)
                throw new RefusedCommandException(words.Refusals.NoThread);

            context.Outdate();
        }

        if (verb == CommandVerb.Snooze && context.IsOver(target))
            throw new RefusedCommandException(words.Refusals.DoneAlready);

        Instant? until = verb == CommandVerb.Snooze ? SnoozedUntil(wish) : null;
        if (verb is CommandVerb.Tag or CommandVerb.Untag && wish.Argument is not { Length: > 0 })
            throw new RefusedCommandException(words.Refusals.NoTagInAddress);

        var text = wish.Text?.Trim();
        if (verb == CommandVerb.Note && string.IsNullOrEmpty(text))
            throw new RefusedCommandException(words.Refusals.NoTextOfItsOwn);

        // Of some people only the fact is kept; dates stay, for rules rest on them.
        var isWordless = verb == CommandVerb.Note && policy.Privacy.MetadataOnly.Covers(wish.Subject, [target.Contact!]);
        if (isWordless)
            text = NoteText.DatesAlone(text!);

        var told = isWordless ? wish with { Text = text ?? words.Answers.WordsNotKept } : wish;
        var taker = verb == CommandVerb.Give ? FindTaker(wish.Person, target) : null;
        if (verb == CommandVerb.Done)
            context.MarkDone(target);

        if (taker is not null)
            context.Outdate();

        // These can take each other back: what is said last holds, also when the same was said before.
        var canBeTakenBack = verb is CommandVerb.Snooze or CommandVerb.Tag or CommandVerb.Untag or CommandVerb.Give;
        var about = verb == CommandVerb.Note ? wish.Mail ?? TriggeringMail(target) : isAboutPerson ? null : target.About;
        return CommandReading.From(
            Confirm(told, target, until, taker),
            Line(
                canBeTakenBack ? [.. identity, mail.Id, string.Create(CultureInfo.InvariantCulture, $"{said++}")] : identity,
                context.Free(about, target.Contact, mail.ArrivedAt),
                new CommandFacts(author.Email, verb)
                {
                    About = about,
                    Contact = target.Contact,
                    Until = until,
                    Tag = verb is CommandVerb.Tag or CommandVerb.Untag ? wish.Argument!.ToLowerInvariant() : null,
                    Rule = verb is CommandVerb.Done or CommandVerb.Snooze or CommandVerb.NotUseful or CommandVerb.Give
                        ? target.Rule?.Name
                        : null,
                    Text = verb == CommandVerb.Note ? text?.Length > MostText ? text[..MostText] : text : null,
                    To = taker?.Id,
                    Item = taker is null ? null : target.Item,
                }));
    }

    /// <summary>
    /// What comes of the answer to a proposal: nothing more is asked about whoever left, somebody follows, two addresses are one person.
    /// </summary>
    private CommandReading Answer(CommandVerb verb, ItemTarget target, IReadOnlyList<string> identity)
    {
        if (target.Proposal is not { } proposal)
            throw new RefusedCommandException(words.Refusals.AsksNothing);

        if (verb == CommandVerb.Same && !proposal.AsksForOnePerson)
            throw new RefusedCommandException(words.Refusals.AsksWhetherLeft);

        if (context.IsOver(target))
            throw new RefusedCommandException(words.Refusals.AnsweredAlready);

        context.MarkDone(target);
        context.Outdate();
        var who = Name(target);
        var other = PlainWords.Flatten(proposal.Other?.Value, PlainWords.Name);
        if (verb == CommandVerb.No)
            return CommandReading.From(new Confirmation(words.Answers.NotAskedAgain, words.Answers.NotAskedAbout(who)), Answer(verb));

        if (proposal.AsksForOnePerson)
            return CommandReading.From(
                new Confirmation(
                    words.Answers.OnePerson,
                    words.Answers.And(PlainWords.Flatten(proposal.Contact.Value, PlainWords.Name), other)),
                Answer(CommandVerb.Same));

        return CommandReading.From(
            new Confirmation(words.Answers.HasLeft, other.Length > 0 ? words.Answers.FollowUpWith(who, other) : who),
            [
                Answer(CommandVerb.Retire),
                .. proposal.Other is { } next
                    ? new[]
                    {
                        Said(next, new CommandFacts(author.Email, CommandVerb.FollowUp)
                        {
                            Contact = next,
                            Other = proposal.Contact,
                            Rule = Retirement.Rule,
                            To = proposal.Owner,
                        }),
                    }
                    : [],
            ]);

        Interaction Answer(CommandVerb meant) =>
            Said(proposal.Contact, new CommandFacts(author.Email, meant)
            {
                About = proposal.Id,
                Contact = proposal.Contact,
                Other = meant == CommandVerb.Same ? proposal.Other : null,
            });

        Interaction Said(EmailAddress contact, CommandFacts facts) =>
            Line([.. identity, CommandVerbs.Name(facts.Verb)], context.Free(facts.About, contact, mail.ArrivedAt), facts);
    }

    /// <summary>The mail an item about a thread rests on.</summary>
    private static string? TriggeringMail(ItemTarget target) =>
        target.Rule is RespondRule or ResolveRule or ChaseRule ? target.Trigger ?? target.About : null;

    /// <summary>A line that takes others back.</summary>
    /// <param name="ids">The ids of the lines.</param>
    /// <param name="done">What they did, for the confirmation.</param>
    public CommandReading TakeBack(IReadOnlyList<string> ids, string done)
    {
        context.Outdate();
        return CommandReading.From(
            new Confirmation(words.Answers.TakenBack, done),
            Line(
                ["undo", author.Id, .. ids],
                mail.ArrivedAt,
                new CommandFacts(author.Email, CommandVerb.Undo) { Undoes = ids }));
    }

    private Interaction Line(IReadOnlyList<string> identity, Instant at, CommandFacts facts)
    {
        // What was taken back can be said again.
        var id = Id(identity);
        if (context.IsUndone(id))
            id = Id([.. identity, mail.Id]);

        return new Interaction
        {
            Id = id,
            Kind = InteractionKind.Command,
            At = at,
            Seen = mail.Backlog ? at : Instant.Max(now, at),
            Author = author.Email,
            Participants = [new Participant(author.Email, author.Name, ParticipantRole.From, Internal: true)],
            Accounts = [account],
            Command = facts with { Mail = mail.Id },
        };
    }

    /// <summary>Whoever looks after an item, or somebody above them, may give it to any of our people who is still here.</summary>
    private Person FindTaker(string? written, ItemTarget target)
    {
        if (target.Rule is null || !Chain.Below(policy, author.Id).Contains(target.Owner))
            throw new RefusedCommandException(words.Refusals.NotYoursToGive);

        var name = (written ?? "").ToLowerInvariant();
        var today = policy.DefaultCalendar.Date(mail.ArrivedAt);
        var found = policy
            .People.Where(person => person.Id == name || person.Email.Value == name || person.Name?.ToLowerInvariant() == name)
            .ToList();
        if (found.Count == 0)
            found = [.. policy.People.Where(person => person.Name is { } whole && whole.ToLowerInvariant().Split(' ').Contains(name))];

        found.RemoveAll(person => person.Left is { } left && left <= today);
        return found switch
        {
            [var one] => one,
            [] => throw new RefusedCommandException(words.Refusals.NobodyOfOurs(
                PlainWords.Flatten(written, 40),
                string.Join(", ", policy.People.Where(person => !(person.Left <= today)).Select(person => person.Id)))),
            _ => throw new RefusedCommandException(words.Refusals.SeveralOfOurs(
                PlainWords.Flatten(written, 40),
                [.. found.Select(person => person.Id)])),
        };
    }

    private Instant SnoozedUntil(CommandWish wish)
    {
        var until = wish.Until ?? (wish.Argument is null ? null : SnoozeEnd.Parse(wish.Argument, calendar, mail.ArrivedAt));
        if (until is null)
            throw new RefusedCommandException(words.Refusals.NoTimeInAddress);

        return until > mail.ArrivedAt
            ? until.Value
            : throw new RefusedCommandException(words.Refusals.EndsInThePast);
    }

    private Confirmation Confirm(CommandWish wish, ItemTarget target, Instant? until, Person? taker)
    {
        var who = Name(target);
        var subject = PlainWords.Flatten(
            wish.Subject
                ?? (
                    target.Rule is RespondRule or ResolveRule or ChaseRule
                        ? context.People.Find(target.Trigger)?.Subject ?? context.People.Subject(target.About)
                        : null),
            PlainWords.Name);
        var what = (target.Rule is { } rule ? ItemWords.What(rule, who, words) : who)
            + (subject.Length > 0 ? $" {words.Dates.Quote(subject)}" : "");
        var told = words.Answers;
        return wish.Verb switch
        {
            CommandVerb.Snooze => new Confirmation(told.Snoozed, Until(what, until!.Value)),
            CommandVerb.Called => new Confirmation(told.Called, who),
            CommandVerb.Tag => new Confirmation(told.Tagged, Labelled(who, wish.Argument!.ToLowerInvariant(), 40)),
            CommandVerb.Untag => new Confirmation(told.NoLongerTagged, Labelled(who, wish.Argument!.ToLowerInvariant(), 40)),
            CommandVerb.Note => new Confirmation(told.Noted, Labelled(who, wish.Text, PlainWords.Excerpt)),
            CommandVerb.Chase => new Confirmation(told.ExpectsAnAnswer, what),
            CommandVerb.NotUseful => new Confirmation(told.NotUseful, what),
            CommandVerb.Private => new Confirmation(told.MadePrivate, who),
            CommandVerb.Give => new Confirmation(told.Given, told.To(what, context.People.FirstName(taker!.Id))),
            CommandVerb.Resolved => new Confirmation(told.Resolved, what),
            _ => new Confirmation(told.Done, what),
        };
    }

    private string Labelled(string who, string? text, int most) => words.Digests.Labelled(who, PlainWords.Flatten(text, most));

    /// <summary>By name only who the author may see: the name would tell that we know them.</summary>
    private string Name(ItemTarget target) =>
        target.Contact is not { } contact ? PlainWords.Flatten(target.About, PlainWords.Name)
        : target.Rule is not null || context.IsSeenBy(author.Id, contact) ? context.People.Name(contact)
        : PlainWords.Flatten(contact.Value, PlainWords.Name);

    private string Until(string what, Instant moment) =>
        moment.InZone(calendar.Zone) is var end ? words.Answers.Until(what, end.Date, end.TimeOfDay) : what;

    private static string Id(IReadOnlyList<string> identity) =>
        Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes("command\n" + string.Join('\n', identity))))[..20].ToLowerInvariant();
}

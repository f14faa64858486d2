using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
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
            throw new RefusedCommandException(": it is a question; answer it with yes or no");

        if (isAboutPerson && target.Contact is null)
            throw new RefusedCommandException(
                $": it concerns no single person, so there is nobody to "
                    + $"{(verb == CommandVerb.Called ? "have called" : CommandVerbs.Name(verb))}");

        if (verb == CommandVerb.Snooze && context.IsOver(target))
            throw new RefusedCommandException(
                ": it is done already, so there is nothing to come back to; write what you know with note, or answer the customer");

        Instant? until = verb == CommandVerb.Snooze ? SnoozedUntil(wish) : null;
        if (verb is CommandVerb.Tag or CommandVerb.Untag && wish.Argument is not { Length: > 0 })
            throw new RefusedCommandException("names no tag; write for example tag-vip");

        var text = wish.Text?.Trim();
        if (verb == CommandVerb.Note && string.IsNullOrEmpty(text))
            throw new RefusedCommandException("has no text of its own; write what is to be noted above the forwarded mail");

        // Of some people only the fact is kept; dates stay, for rules rest on them.
        var isWordless = verb == CommandVerb.Note && policy.Privacy.MetadataOnly.Covers(wish.Subject, [target.Contact!]);
        if (isWordless)
            text = NoteText.DatesAlone(text!);

        var told = isWordless ? wish with { Text = text ?? "its words are not kept (privacy.metadata_only)" } : wish;
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
            throw new RefusedCommandException(": it asks nothing; yes, no and same answer what a digest asks");

        if (verb == CommandVerb.Same && !proposal.AsksForOnePerson)
            throw new RefusedCommandException(": it asks whether somebody has left; answer it with yes or no");

        if (context.IsOver(target))
            throw new RefusedCommandException(": it is answered already; write undo to take that back");

        context.MarkDone(target);
        context.Outdate();
        var who = Name(target);
        var other = PlainWords.Flatten(proposal.Other?.Value, PlainWords.Name);
        if (verb == CommandVerb.No)
            return CommandReading.From(new Confirmation("not asked again", $"about {who}"), Answer(verb));

        if (proposal.AsksForOnePerson)
            return CommandReading.From(
                new Confirmation("one person", $"{PlainWords.Flatten(proposal.Contact.Value, PlainWords.Name)} and {other}"),
                Answer(CommandVerb.Same));

        return CommandReading.From(
            new Confirmation("has left", $"{who}{(other.Length > 0 ? $"; you follow up with {other}" : "")}"),
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
    /// <param name="words">What they did, for the confirmation.</param>
    public CommandReading TakeBack(IReadOnlyList<string> ids, string words)
    {
        context.Outdate();
        return CommandReading.From(
            new Confirmation("taken back", words),
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
            throw new RefusedCommandException(": it can be given away only by whoever looks after it, or by somebody above them");

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
            [] => throw new RefusedCommandException($": {PlainWords.Flatten(written, 40)} is none of our people; there are "
                + $"{string.Join(", ", policy.People.Where(person => !(person.Left <= today)).Select(person => person.Id))}"),
            _ => throw new RefusedCommandException($": {PlainWords.Flatten(written, 40)} may be "
                + $"{string.Join(" or ", found.Select(person => person.Id))}; write which"),
        };
    }

    private Instant SnoozedUntil(CommandWish wish)
    {
        var until = wish.Until ?? (wish.Argument is null ? null : SnoozeEnd.Parse(wish.Argument, calendar, mail.ArrivedAt));
        if (until is null)
            throw new RefusedCommandException("does not say until when; write for example snooze-3d or snooze-2026-06-01");

        return until > mail.ArrivedAt
            ? until.Value
            : throw new RefusedCommandException("ends at a time that is past; write for example snooze-3d");
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
        var what = (target.Rule is { } rule ? ItemWords.What(rule, who) : who) + (subject.Length > 0 ? $" “{subject}”" : "");
        return wish.Verb switch
        {
            CommandVerb.Snooze => new Confirmation("snoozed", $"{what}, until {Day(until!.Value)}"),
            CommandVerb.Called => new Confirmation("called", who),
            CommandVerb.Tag => new Confirmation("tagged", $"{who}: {PlainWords.Flatten(wish.Argument!.ToLowerInvariant(), 40)}"),
            CommandVerb.Untag => new Confirmation(
                "no longer tagged",
                $"{who}: {PlainWords.Flatten(wish.Argument!.ToLowerInvariant(), 40)}"),
            CommandVerb.Note => new Confirmation("noted", $"{who}: {PlainWords.Flatten(wish.Text, PlainWords.Excerpt)}"),
            CommandVerb.Chase => new Confirmation("expects an answer", what),
            CommandVerb.NotUseful => new Confirmation("not useful", what),
            CommandVerb.Give => new Confirmation("given", $"{what}, to {context.People.FirstName(taker!.Id)}"),
            var verb => new Confirmation(CommandVerbs.Name(verb), what),
        };
    }

    /// <summary>By name only who the author may see: the name would tell that we know them.</summary>
    private string Name(ItemTarget target) =>
        target.Contact is not { } contact ? PlainWords.Flatten(target.About, PlainWords.Name)
        : target.Rule is not null || context.IsSeenBy(author.Id, contact) ? context.People.Name(contact)
        : PlainWords.Flatten(contact.Value, PlainWords.Name);

    private string Day(Instant moment) =>
        $"{ReaderClock.LongDay(moment.InZone(calendar.Zone).Date)}, {new ReaderClock(calendar.Zone, now).Time(moment)}";

    private static string Id(IReadOnlyList<string> identity) =>
        Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes("command\n" + string.Join('\n', identity))))[..20].ToLowerInvariant();
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>One thing a colleague wants.</summary>
/// <param name="Verb">As in <see cref="CommandFacts.Verb"/>.</param>
internal sealed record CommandWish(string Verb)
{
    /// <summary>What stands behind the verb: the tag, or until when to snooze.</summary>
    public string? Argument { get; init; }

    /// <summary>Of a note.</summary>
    public string? Text { get; init; }

    /// <summary>The end of a snooze, where it is known already.</summary>
    public Instant? Until { get; init; }

    /// <summary>Of the mail it is about, where one is meant.</summary>
    public string? Subject { get; init; }
}

/// <summary>
/// Makes the commands of one mail: lines of the log, in the order they were written, each with the words that confirm it.
/// </summary>
internal sealed class CommandLines(CompanyPolicy policy, Standings standings, CommandMail mail, Person author, string account, Instant now)
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
        if (verb is "called" or "tag" or "untag" or "note" && target.Contact is null)
            throw new RefusedCommandException(
                $": it concerns no single person, so there is nobody to {(verb == "called" ? "have called" : verb)}");

        if (verb == "snooze" && standings.IsOver(target))
            throw new RefusedCommandException(
                ": it is done already, so there is nothing to come back to; write what you know with note, or answer the customer");

        Instant? until = verb == "snooze" ? EndOf(wish) : null;
        if (verb is "tag" or "untag" && wish.Argument is not { Length: > 0 })
            throw new RefusedCommandException("names no tag; write for example tag-vip");

        var text = wish.Text?.Trim();
        if (verb == "note" && string.IsNullOrEmpty(text))
            throw new RefusedCommandException("has no text of its own; write what is to be noted above the forwarded mail");

        // Of some people only the fact is kept; dates stay, for rules rest on them.
        var isWordless = verb == "note" && policy.Privacy.MetadataOnly.Covers(wish.Subject, [target.Contact!]);
        if (isWordless)
            text = NoteText.DatesAlone(text!);

        if (verb == "done")
            standings.IsDone(target);

        // These can take each other back: what is said last holds, also when the same was said before.
        var canBeTakenBack = verb is "snooze" or "tag" or "untag";
        var about = verb is "called" or "tag" or "untag" or "note" ? null : target.About;
        var at = standings.Free(about, target.Contact, mail.ArrivedAt);
        var told = isWordless ? wish with { Text = text ?? "its words are not kept (privacy.metadata_only)" } : wish;
        return CommandReading.Of(Confirm(told, target, until), new Interaction
        {
            Id = IdOf(canBeTakenBack ? [.. identity, mail.Id, string.Create(CultureInfo.InvariantCulture, $"{said++}")] : identity),
            Kind = InteractionKind.Command,
            At = at,
            Seen = mail.Backlog ? at : Instant.Max(now, at),
            Author = author.Email,
            Participants = [new Participant(author.Email, author.Name, ParticipantRole.From, Internal: true)],
            Accounts = [account],
            Command = new CommandFacts(author.Email, verb)
            {
                About = about,
                Contact = target.Contact,
                Until = until,
                Tag = verb is "tag" or "untag" ? wish.Argument!.ToLowerInvariant() : null,
                Rule = verb is "done" or "snooze" or "not-useful" ? target.Rule?.Name : null,
                Text = verb == "note" ? text?.Length > MostText ? text[..MostText] : text : null,
            },
        });
    }

    private Instant EndOf(CommandWish wish)
    {
        var until = wish.Until ?? (wish.Argument is null ? null : SnoozeEnd.Of(wish.Argument, calendar, mail.ArrivedAt));
        if (until is null)
            throw new RefusedCommandException("does not say until when; write for example snooze-3d or snooze-2026-06-01");

        return until > mail.ArrivedAt
            ? until.Value
            : throw new RefusedCommandException("ends at a time that is past; write for example snooze-3d");
    }

    private Confirmation Confirm(CommandWish wish, ItemTarget target, Instant? until)
    {
        var who = NameOf(target);
        var subject = PlainWords.Flatten(
            wish.Subject
                ?? (
                    target.Rule is RespondRule or ResolveRule or ChaseRule
                        ? standings.People.Find(target.Trigger)?.Subject ?? standings.People.SubjectOf(target.About)
                        : null),
            PlainWords.Name);
        var what = (target.Rule is { } rule ? ItemWords.What(rule, who) : who) + (subject.Length > 0 ? $" “{subject}”" : "");
        return wish.Verb switch
        {
            "snooze" => new Confirmation("snoozed", $"{what}, until {DayOf(until!.Value)}"),
            "called" => new Confirmation("called", who),
            "tag" => new Confirmation("tagged", $"{who}: {PlainWords.Flatten(wish.Argument!.ToLowerInvariant(), 40)}"),
            "untag" => new Confirmation("no longer tagged", $"{who}: {PlainWords.Flatten(wish.Argument!.ToLowerInvariant(), 40)}"),
            "note" => new Confirmation("noted", $"{who}: {PlainWords.Flatten(wish.Text, PlainWords.Excerpt)}"),
            "chase" => new Confirmation("expects an answer", what),
            "not-useful" => new Confirmation("not useful", what),
            var verb => new Confirmation(verb, what),
        };
    }

    /// <summary>By name only who the author may see: the name would tell that we know them.</summary>
    private string NameOf(ItemTarget target) =>
        target.Contact is not { } contact ? PlainWords.Flatten(target.About, PlainWords.Name)
        : target.Rule is not null || standings.IsSeenBy(author.Id, contact) ? standings.People.NameOf(contact)
        : PlainWords.Flatten(contact.Value, PlainWords.Name);

    private string DayOf(Instant moment) =>
        $"{ReaderClock.LongDay(moment.InZone(calendar.Zone).Date)}, {new ReaderClock(calendar.Zone, now).TimeOf(moment)}";

    private static string IdOf(IReadOnlyList<string> identity) =>
        Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes("command\n" + string.Join('\n', identity))))[..20].ToLowerInvariant();
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Commands;

/// <summary>Answers "can I write to jane@acme.example": yes or no, and the limits and dates behind it.</summary>
internal sealed class WritingWords(DigestFacts facts, PeopleBook people, ReaderClock clock, Sight sight)
{
    private const int MostCounted = 4;

    private readonly ItemWords words = new(people, clock);

    /// <param name="advice">What limits say.</param>
    public (string Verdict, NewsSection Section) Words(WritingAdvice advice)
    {
        var contact = advice.Contact;
        var name = people.Name(contact);
        var owed = facts
            .Evaluation.Items.Where(item =>
                item.Rule is RespondRule
                && item.Contact is { } about
                && people.Primary(about) == contact
                && item.State is ItemState.Open or ItemState.Overdue)
            .Select(item => new NewsLine(
                "owed",
                $"{words.What(item)}{PlainWords.About(people.Subject(item.About))}, {words.Due(item)}. They wrote to us: an answer is "
                    + $"always allowed."
            ))
            .ToList();
        var against = advice.Against.Select(finding => new NewsLine(Name(finding.Limit), Against(finding)) { IsBad = true });
        var room = advice.Room.Select(finding => new NewsLine(Name(finding.Limit), Capital(Used(finding)) + "."));
        var verdict = (advice.Against.Count, advice.AllowedFrom, owed.Count) switch
        {
            (0, _, _) => new NewsLine("yes", $"You may write to {name}; no limit stands against it."),
            (_, _, > 0) => new NewsLine("an answer only", $"You may answer {name}, and nothing else{Wait(advice)}."),
            _ => new NewsLine("no", $"Please do not write to {name} of your own accord{Wait(advice)}.") { IsBad = true },
        };
        var owner =
            facts.FindOwner(contact) is { } id && id != sight.Reader
                ? new NewsLine("by the way", $"{people.FirstName(id)} looks after them.")
                : null;
        var lines = owed.Prepend(verdict).Concat(against).Concat(room).Concat(Meetings(contact));
        return (
            Headline(advice, owed.Count, name),
            new NewsSection("may_i_write", $"Writing to {name}") { Lines = [.. owner is null ? lines : lines.Append(owner)] });
    }

    private string Headline(WritingAdvice advice, int owed, string name) => (advice.Against.Count, owed) switch
    {
        (0, _) => $"Yes, you may write to {name}",
        (_, > 0) => $"You may answer {name}, not more",
        _ => advice.AllowedFrom is { } from ? $"Do not write to {name} before {clock.When(from)}" : $"No, please do not write to {name}",
    };

    private string Wait(WritingAdvice advice) =>
        advice.AllowedFrom is { } from ? $" before {clock.When(from)}; from then on you may, if nothing else happens" : "";

    private string Against(LimitFinding finding)
    {
        var until = finding.Until is { } end ? $", until {clock.When(end)}" : "";
        return finding.Limit switch
        {
            DoNotContactLimit => "They are among those we do not write to.",
            BlackoutLimit blackout =>
                $"We write to nobody from {ReaderClock.LongDay(blackout.From)} to {ReaderClock.LongDay(blackout.To)}{until}.",
            CooldownLimit cooldown => $"{Capital(After(finding.Case, cooldown))}{until}.",
            _ => $"{Capital(Used(finding))}{until}.",
        };
    }

    private string After(CaseFinding? found, CooldownLimit cooldown)
    {
        if (found is null)
            return $"they are left alone for {cooldown.For} after a case";

        var isSeen = facts.IsShownTo(sight, found.Contact);
        var whose = isSeen ? $"{people.Name(found.Contact)}{PlainWords.About(found.Subject)}" : "somebody else there";
        var what = $"{found.Name.Replace('-', ' ')} of {whose}";
        return found.Closed is { } closed
            ? $"{what}, closed {clock.When(closed)}: they are left alone for {cooldown.For} after it"
            : $"{what}, open since {clock.When(found.Opened)}: they are left alone until it is closed and {cooldown.For} more";
    }

    private string Used(LimitFinding finding)
    {
        var cap = (CapLimit)finding.Limit;
        var counted = string.Join(
            "; ",
            finding
                .Counted.Reverse()
                .Take(MostCounted)
                .Select(people.Find)
                .OfType<Interaction>()
                .Select(line =>
                    $"{(people.Actor(line) is { } actor ? people.FirstName(actor.Id) : "we")} "
                        + $"{clock.When(line.At)}{(IsSeen(line) ? PlainWords.About(line.Subject) : "")}"
                ));
        return $"{(finding.Counted.Count == 0 ? "none" : Invariant(finding.Counted.Count))} of {cap.Max} in "
            + $"{cap.Window}{(cap.Per == Per.Organisation ? " for the whole house" : "")}{(counted.Length > 0 ? $" ({counted})" : "")}";
    }

    private static string Invariant(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private bool IsSeen(Interaction line) =>
        line.Participants.Any(participant =>
            participant.Internal
                ? people.Ours(participant.Address)?.Id == sight.Reader
                : facts.IsShownTo(sight, people.Primary(participant.Address)));

    private IEnumerable<NewsLine> Meetings(EmailAddress contact) =>
        people
            .Interactions.Where(line =>
                line.Meeting is { } meeting
                && meeting.End > clock.Now
                && meeting.StatusAt(clock.Now, line.Participants) == MeetingStatus.Booked
                && line.Participants.Any(participant => !participant.Internal && people.Primary(participant.Address) == contact))
            .OrderBy(line => line.Meeting!.Start)
            .Take(1)
            .Select(line => new NewsLine(
                "by the way",
                $"{(people.Actor(line) is { } actor ? people.FirstName(actor.Id) : "we")} will meet them "
                    + $"{clock.When(line.Meeting!.Start)}{PlainWords.About(line.Subject)}."
            ));

    private static string Name(Limit limit) => limit.Name.Replace('-', ' ');

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}

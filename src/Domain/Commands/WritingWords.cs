using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

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
                Phrases.Owed,
                Phrases.AnswerIsOwed(words.What(item), About(people.Subject(item.About)), words.Due(item))))
            .ToList();
        var against = advice.Against.Select(finding => new NewsLine(Name(finding.Limit), Against(finding)) { IsBad = true });
        var room = advice.Room.Select(finding => new NewsLine(Name(finding.Limit), Used(finding, until: null)));
        var verdict = (advice.Against.Count, owed.Count) switch
        {
            (0, _) => new NewsLine(Phrases.Yes, Phrases.YouMay(name)),
            (_, > 0) => new NewsLine(Phrases.AnAnswerOnly, Phrases.YouMayAnswer(name, Seen(advice.AllowedFrom))),
            _ => new NewsLine(Phrases.No, Phrases.PleaseDoNot(name, Seen(advice.AllowedFrom))) { IsBad = true },
        };
        var owner =
            facts.FindOwner(contact) is { } id && id != sight.Reader
                ? new NewsLine(Phrases.ByTheWay, Phrases.LooksAfterThem(people.FirstName(id)))
                : null;
        var lines = owed.Prepend(verdict).Concat(against).Concat(room).Concat(Meetings(contact));
        return (
            Headline(advice, owed.Count, name),
            new NewsSection("may_i_write", Phrases.Title(name)) { Lines = [.. owner is null ? lines : lines.Append(owner)] });
    }

    private IWritingPhrases Phrases => clock.Words.Writing;

    private string Headline(WritingAdvice advice, int owed, string name) => (advice.Against.Count, owed) switch
    {
        (0, _) => Phrases.HeadlineYes(name),
        (_, > 0) => Phrases.HeadlineAnswer(name),
        _ => advice.AllowedFrom is { } from ? Phrases.HeadlineNotBefore(name, clock.At(from)) : Phrases.HeadlineNo(name),
    };

    private string Against(LimitFinding finding) => finding.Limit switch
    {
        DoNotContactLimit => Phrases.AmongThoseWeDoNotWriteTo,
        BlackoutLimit blackout => Phrases.Blackout(blackout.From, blackout.To, Seen(finding.Until)),
        CooldownLimit cooldown => After(finding.Case, cooldown, Seen(finding.Until)),
        _ => Used(finding, Seen(finding.Until)),
    };

    private string After(CaseFinding? found, CooldownLimit cooldown, SeenTime? until)
    {
        if (found is null)
            return Phrases.LeftAloneAfterSomeCase(cooldown.For, until);

        var isSeen = facts.IsShownTo(sight, found.Contact);
        var (name, whose) = (found.Name.Replace('-', ' '), isSeen ? people.Name(found.Contact) : null);
        var about = isSeen ? About(found.Subject) : "";
        return found.Closed is { } closed
            ? Phrases.LeftAloneAfter(name, whose, about, clock.At(closed), cooldown.For, until)
            : Phrases.LeftAloneDuring(name, whose, about, clock.At(found.Opened), cooldown.For, until);
    }

    private string Used(LimitFinding finding, SeenTime? until)
    {
        var cap = (CapLimit)finding.Limit;
        var counted = finding
            .Counted.Reverse()
            .Take(MostCounted)
            .Select(people.Find)
            .OfType<Interaction>()
            .Select(line => Phrases.Contact(Actor(line), clock.At(line.At), IsSeen(line) ? About(line.Subject) : ""))
            .ToList();
        return Phrases.Used(finding.Counted.Count, cap.Max, cap.Window, cap.Per == Per.Organisation, counted, until);
    }

    private string? Actor(Interaction line) => people.Actor(line) is { } actor ? people.FirstName(actor.Id) : null;

    private string About(string? subject) => PlainWords.About(subject, clock.Words);

    private SeenTime? Seen(Instant? moment) => moment is { } known ? clock.At(known) : null;

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
                Phrases.ByTheWay,
                Phrases.WillMeet(Actor(line), clock.At(line.Meeting!.Start), About(line.Subject))));

    private static string Name(Limit limit) => limit.Name.Replace('-', ' ');
}

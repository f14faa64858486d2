using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Puts an immediate mail together: the same words as a digest, only what cannot wait.</summary>
public sealed class NoticeComposer(DigestFacts facts)
{
    /// <summary>The name immediate mails have where a digest has its own.</summary>
    public const string Name = "immediate";

    private const int MostItems = 15;

    private readonly PeopleBook people = new(facts.Policy, facts.Log.Interactions, facts.Now, facts.Names);

    /// <param name="reader">Who is told.</param>
    /// <param name="notices">What; at least one.</param>
    public Digest Compose(Person reader, IReadOnlyList<Notice> notices)
    {
        var zone = (reader.Calendar ?? facts.Policy.DefaultCalendar).Zone;
        var clock = new ReaderClock(zone, facts.Now);
        var words = new ItemWords(people, clock) { Cases = facts.Cases };
        var run = new DueDigest(
            new DigestDefinition(Name, reader.Place ?? new Place("policy", 1, 1)) { At = LocalTime.Midnight },
            reader,
            clock.Today,
            facts.Now,
            zone);
        var doubts = new Doubts(facts.Evaluation, notices.Select(notice => notice.Item).DistinctBy(item => item.Id), people, clock);
        var listed = new List<ListedItem>();
        DigestSection?[] sections =
        [
            Section(
                "Escalated to you",
                Urgency.Late,
                "escalated",
                notices.Where(notice => !notice.IsWarning && notice.Item.Owner != reader.Id)),
            Section("Overdue", Urgency.Late, "overdue", notices.Where(notice => !notice.IsWarning && notice.Item.Owner == reader.Id)),
            Section("Due soon", Urgency.Soon, "due soon", notices.Where(notice => notice.IsWarning)),
        ];
        var told = sections.OfType<DigestSection>().ToList();
        var first = told.OfType<ItemSection>().First().Lines[0];
        var state = first.IsUncertain && first.State != "due soon" ? $"{first.State}, not certain" : first.State;
        var headline =
            notices.Count == 1
                ? $"{state[..1].ToUpperInvariant()}{state[1..]}: {first.What}"
                : $"{notices.Count} things cannot wait";
        return new Digest(run)
        {
            Headline = headline,
            Subject = $"{headline} - {clock.Time(facts.Now)}",
            Preheader = Tally.Fitted($"{first.Status}. {first.What}{(first.Subject is { } subject ? $", “{subject}”" : "")}"),
            Greeting = people.FirstName(reader.Id),
            Day = $"{ReaderClock.LongDay(clock.Today)}, {clock.Time(facts.Now)}",
            Reservation = doubts.Head,
            Sections = told,
            Listed = listed,
            PolicyVersion = PlainWords.Flatten(facts.Policy.Version, PlainWords.Name),
            IsEmpty = false,
        };

        ItemSection? Section(string title, Urgency urgency, string state, IEnumerable<Notice> some)
        {
            var lines = new List<ItemLine>();
            var more = 0;
            foreach (var item in some.Select(notice => notice.Item).DistinctBy(item => item.Id))
            {
                if (listed.Count >= MostItems)
                {
                    more++;
                    continue;
                }

                var number = listed.Count + 1;
                listed.Add(new ListedItem(number, item.Id, item.ToldState, item.Due));
                lines.Add(words.Line(number, item, reader.Id, isNew: false, state, doubts.About(item)));
            }

            return lines.Count + more == 0 ? null : new ItemSection(Name, title, urgency) { Lines = lines, More = more };
        }
    }
}

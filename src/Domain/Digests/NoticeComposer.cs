using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;

namespace CrmSync.Domain.Digests;

/// <summary>Puts an immediate mail together: the same words as a digest, only what cannot wait.</summary>
public sealed class NoticeComposer(DigestFacts facts)
{
    /// <summary>The name immediate mails have where a digest has its own.</summary>
    public const string Name = "immediate";

    private const int MostItems = 15;

    private readonly PeopleBook people = PeopleBook.From(facts);

    /// <param name="reader">Who is told.</param>
    /// <param name="notices">What; at least one.</param>
    public Digest Compose(Person reader, IReadOnlyList<Notice> notices)
    {
        var clock = ReaderClock.From(facts.Policy, reader, facts.Now);
        var titles = clock.Words.Digests;
        var words = new ItemWords(people, clock) { Cases = facts.Cases, Sight = new Sight(facts.Policy, reader.Id) };
        var run = DueDigest.AtOnce(Name, reader, clock);
        var doubts = new Doubts(facts.Evaluation, notices.Select(notice => notice.Item).DistinctBy(item => item.Id), people, clock);
        var listed = new List<ListedItem>();
        DigestSection?[] sections =
        [
            Section(
                titles.EscalatedToYou,
                Urgency.Late,
                ToldAs.Escalated,
                notices.Where(notice => !notice.IsWarning && notice.Item.Owner != reader.Id)),
            Section(
                titles.Overdue,
                Urgency.Late,
                ToldAs.Overdue,
                notices.Where(notice => !notice.IsWarning && notice.Item.Owner == reader.Id)),
            Section(titles.DueSoon, Urgency.Soon, ToldAs.DueSoon, notices.Where(notice => notice.IsWarning)),
        ];
        var told = sections.OfType<DigestSection>().ToList();
        var first = told.OfType<ItemSection>().First().Lines[0];
        var headline =
            notices.Count == 1
                ? titles.NoticeHeadline(first.State, first.IsUncertain && first.State != ToldAs.DueSoon, first.What)
                : titles.ThingsCannotWait(notices.Count);
        return new Digest(run)
        {
            Headline = headline,
            Subject = titles.NoticeSubject(headline, clock.Time(facts.Now)),
            Preheader = Tally.Fitted(
                $"{first.Status}. {first.What}{(first.Subject is { } subject ? $", {clock.Words.Dates.Quote(subject)}" : "")}",
                clock.Words),
            Greeting = people.FirstName(reader.Id),
            Day = clock.Head,
            Reservation = doubts.Head,
            Sections = told,
            Listed = listed,
            PolicyVersion = PlainWords.Flatten(facts.Policy.Version, PlainWords.Name),
            IsEmpty = false,
        };

        ItemSection? Section(string title, Urgency urgency, ToldAs state, IEnumerable<Notice> some)
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

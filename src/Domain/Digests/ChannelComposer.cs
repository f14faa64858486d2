using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>Puts together what is posted where a team talks: rule, due time, owner and id of each item, in the default language.</summary>
public sealed class ChannelComposer(DigestFacts facts)
{
    private const int MostItems = 15;

    private readonly PeopleBook people = PeopleBook.From(facts);

    /// <param name="channel">Where it is posted.</param>
    /// <param name="notices">What; at least one.</param>
    public ChannelPost Compose(Channel channel, IReadOnlyList<Notice> notices)
    {
        var admin = facts.Policy.DefaultOwner;
        var clock = new ReaderClock(facts.Policy.DefaultCalendar.Zone, facts.Now, Wording.In(admin.Language));
        var words = new ItemWords(people, clock);
        var shown = notices.DistinctBy(notice => notice.Item.Id).ToList();
        var doubts = new Doubts(facts.Evaluation, shown.Select(notice => notice.Item), people, clock);
        var told = shown.Take(MostItems).ToList();
        return new ChannelPost(
            shown.Count > 1 ? clock.Words.Digests.ThingsCannotWait(shown.Count) : null,
            [.. told.Select(notice => Line(channel, notice, words, doubts.About(notice.Item) ?? doubts.Head, clock))],
            shown.Count - told.Count)
        {
            Listed =
            [
                .. told.Select((notice, i) => new ListedItem(i + 1, notice.Item.Id, notice.Item.ToldState, notice.Item.Due)),
            ],
        };
    }

    private ChannelLine Line(Channel channel, Notice notice, ItemWords words, string? reservation, ReaderClock clock)
    {
        var item = notice.Item;
        var line = words.Line(1, item, "", isNew: false, notice.IsWarning ? ToldAs.DueSoon : ToldAs.Overdue, reservation);
        var posted = new ChannelLine(item.Id, item.Rule.Name, notice.Step, line.Status, item.Owner, people.FullName(item.Owner))
        {
            Due = item.Due,
            Reservation = reservation,
        };
        var subject = people.Find(item.Trigger)?.Subject ?? line.Subject;
        if (!channel.MayNameCustomer(item, subject, AddressesIn(item), facts.Policy, clock.Today))
            return posted;

        var isNamed = channel.ShowsCustomer && (item.Contact is not null || IsAboutOrganisation(item));
        return posted with
        {
            What = isNamed ? line.What : null,
            Customer = isNamed ? words.Who(item) : null,
            Address = isNamed ? item.Contact : null,
            Subject = channel.ShowsSubject ? line.Subject : null,
        };
    }

    /// <summary>Of the contact, under every address the policy knows, and of everybody outside in the mail the item rests on.</summary>
    private HashSet<EmailAddress> AddressesIn(Item item)
    {
        var found = (people.Find(item.Trigger)?.Participants ?? []).Where(one => !one.Internal).Select(one => one.Address).ToHashSet();
        if (item.Contact is { } contact)
        {
            found.Add(contact);
            found.UnionWith(people.Entry(contact)?.Aliases ?? []);
        }

        return found;
    }

    private static bool IsAboutOrganisation(Item item) =>
        item.Rule is WatchRule { Per: Per.Organisation } or StayInTouchRule { Per: Per.Organisation };
}

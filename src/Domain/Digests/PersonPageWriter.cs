using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Writes the page of a contact. Everything on it comes from <see cref="BriefWriter"/>, so a reader sees what a brief by mail may tell
/// them, and somebody they may not see is nobody.
/// </summary>
internal sealed class PersonPageWriter(PeopleBook people, ReaderClock clock, BriefWriter briefs)
{
    private const int MostLines = 200;
    private const int FewestMonths = 12;
    private const int MostMonths = 36;

    /// <param name="address">Any address of the contact.</param>
    /// <returns>Null for somebody a brief would say nothing of.</returns>
    public PersonPage? Write(EmailAddress address)
    {
        if (briefs.WriteIfVisible(address, BriefSize.Page) is not { } brief)
            return null;

        var contact = people.Primary(address);
        var history = briefs.HistoryShown(contact);
        return new PersonPage(contact, brief)
        {
            History =
            [
                .. history.Reverse().Take(MostLines)
                    .Select(line => new PageLine(
                        line.Id,
                        clock.Words.Dates.Month(clock.Date(line.At)),
                        Side(line),
                        briefs.WriteLine(line))),
            ],
            Earlier = Math.Max(0, history.Count - MostLines),
            Months = [.. Months(history)],
            Colleagues = [.. Colleagues(history)],
            Facts = [.. briefs.FactsShown(contact).Select(fact =>
                new PageFact(fact.Words, fact.From is { } line ? Source(line) : fact.Source))],
        };
    }

    /// <summary>From the month of the first contact on, a year at least.</summary>
    private IEnumerable<MonthCount> Months(IReadOnlyList<Interaction> history)
    {
        var last = First(clock.Today);
        var oldest = history.Count == 0 ? last : First(clock.Date(history[0].At));
        var count = Math.Clamp(Period.Between(oldest, last, PeriodUnits.Months).Months + 1, FewestMonths, MostMonths);
        var months = history.ToLookup(line => First(clock.Date(line.At)), Side);
        for (var month = last.PlusMonths(1 - count); month <= last; month = month.PlusMonths(1))
        {
            var sides = months[month].ToList();
            yield return new MonthCount(
                month,
                sides.Count(side => side == ContactSide.Theirs),
                sides.Count(side => side == ContactSide.Ours),
                sides.Count(side => side == ContactSide.Both));
        }
    }

    private IEnumerable<ColleagueShare> Colleagues(IReadOnlyList<Interaction> history) =>
        history
            .SelectMany(line => people.OursIn(line).Select(person => person.Id).Distinct().Select(id => (Id: id, line.At)))
            .GroupBy(one => one.Id, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new ColleagueShare(
                people.FullName(group.Key),
                group.Count(),
                clock.Words.Dates.DayName(clock.Date(group.Max(one => one.At)), clock.Today)));

    private string Source(Interaction line)
    {
        var by = people.Actor(line) is { } actor ? people.FirstName(actor.Id) : null;
        return line.Kind == InteractionKind.Command
            ? clock.Words.Briefs.NotedBy(clock.At(line.At), by)
            : clock.Words.Briefs.FromEmail(clock.At(line.At), PlainWords.About(line.Subject, clock.Words));
    }

    private static ContactSide Side(Interaction line) =>
        line.Kind != InteractionKind.Mail ? ContactSide.Both
        : line.Direction == Direction.Inbound ? ContactSide.Theirs
        : ContactSide.Ours;

    private static LocalDate First(LocalDate day) => new(day.Year, day.Month, 1);
}

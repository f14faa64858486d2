using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// What a reader is told of absences that nobody wrote into the policy: for whom they stand in and until when, and before their own who
/// will stand in for them, so that they can still object.
/// </summary>
internal static class AbsenceNotes
{
    /// <summary>So many days before an absence whoever will be away is told what follows from it.</summary>
    private const int DaysAhead = 7;

    public static IReadOnlyList<string> For(Person reader, CompanyPolicy policy, PeopleBook people, ReaderClock clock)
    {
        // Absences are local to the default calendar, like those that move items from owner to cover.
        var today = clock.Now.InZone(policy.DefaultCalendar.Zone).Date;
        var words = clock.Words.Digests;
        var covered =
            from person in policy.People
            where person.Id != reader.Id && !Presence.HasLeft(person, today)
            let away = person.Away.FirstOrDefault(one => one.Includes(today))
            where away is not null && away.Source != AbsenceSource.Policy && people.Presence.StandIn(person, today)?.Id == reader.Id
            select words.Covering(people.FirstName(person.Id), LastDay(person, away), away.Source == AbsenceSource.Reply);
        var own =
            from away in policy.People.Where(person => person.Id == reader.Id).SelectMany(person => person.Away)
            where away.Source != AbsenceSource.Policy && away.From > today && away.From <= today.PlusDays(DaysAhead)
            orderby away.From
            select words.CoveredBy(people.FirstName(away.Cover!), away.From, away.To);
        return [.. covered, .. own];
    }

    /// <summary>The last day in a row, whatever says so.</summary>
    private static LocalDate LastDay(Person person, Absence away)
    {
        var last = away.To;
        while (person.Away.FirstOrDefault(next => next.Includes(last.PlusDays(1))) is { } next)
            last = next.To;

        return last;
    }
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The policy with the days on which our people are away by what their calendars and automatic replies say, as if <c>away</c> named them
/// (policy-language.md section 4). On days that the policy itself names, the policy holds.
/// </summary>
public static class SeenAbsences
{
    /// <summary>Longer than any absence with times.</summary>
    private const int MostDays = 400;

    /// <param name="policy">The policy as written.</param>
    /// <param name="log">Every line that says somebody is away, whatever else of the log.</param>
    /// <param name="now">Lines learned of later do not exist.</param>
    public static CompanyPolicy Apply(CompanyPolicy policy, IEnumerable<Interaction> log, Instant now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(log);
        var said = log.Where(line => line.Away.Count > 0 && line.Seen <= now)
            .SelectMany(line => line.Away.Select(away => (Line: line, Away: away)))
            .ToLookup(one => one.Away.Person);
        return With(policy, [.. policy.People.Select(person => Apply(policy, AsWritten(person), said))]);
    }

    /// <summary>Whether the same people are away on the same days by two versions of one policy.</summary>
    public static bool AreEqual(CompanyPolicy one, CompanyPolicy other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.People.Count == other.People.Count
            && one.People.Zip(other.People).All(pair => pair.First.Away.SequenceEqual(pair.Second.Away));
    }

    private static Person AsWritten(Person person) => person.Away.All(away => away.Source == AbsenceSource.Policy)
        ? person
        : person with { Away = [.. person.Away.Where(away => away.Source == AbsenceSource.Policy)] };

    private static CompanyPolicy With(CompanyPolicy policy, IReadOnlyList<Person> people) =>
        people.Zip(policy.People).All(pair => ReferenceEquals(pair.First, pair.Second))
            ? policy
            : policy with
            {
                People = people,
                DefaultOwner = people.FirstOrDefault(person => person.Id == policy.DefaultOwner.Id) ?? policy.DefaultOwner,
            };

    private static Person Apply(CompanyPolicy policy, Person person, ILookup<EmailAddress, (Interaction Line, OwnAbsence Away)> said)
    {
        var mine = person.Also.Prepend(person.Email).Distinct().SelectMany(address => said[address]).ToList();
        if (mine.Count == 0 || Cover(policy, person) is not { } cover)
            return person;

        // What is better known goes first, and what comes later fills the days that are left.
        var days = person.Away.ToList();
        foreach (var (from, to) in Spans(FromCalendar(policy, person, mine)))
            days.AddRange(Gaps(days, from, to).Select(gap => new Absence(gap.From, gap.To, cover) { Source = AbsenceSource.Calendar }));
        foreach (var (from, to) in Spans(FromReplies(policy, person, mine)))
            days.AddRange(Gaps(days, from, to).Select(gap => new Absence(gap.From, gap.To, cover) { Source = AbsenceSource.Reply }));

        return days.Count == person.Away.Count ? person : person with { Away = days };
    }

    /// <summary>
    /// Who covers: whom the policy names for that, or for the last of the absences it names, else the manager, else the default owner.
    /// Null when that is nobody else: then nobody could take over, and things stay as they are.
    /// </summary>
    private static string? Cover(CompanyPolicy policy, Person person)
    {
        var cover =
            person.Cover
            ?? person.Away.Where(away => away.Cover is not null).OrderBy(away => away.From).LastOrDefault()?.Cover
            ?? person.Manager
            ?? policy.DefaultOwner.Id;
        return cover == person.Id ? null : cover;
    }

    private static IEnumerable<(LocalDate From, LocalDate To)> FromCalendar(
        CompanyPolicy policy, Person person, IEnumerable<(Interaction Line, OwnAbsence Away)> said)
    {
        foreach (var (line, away) in said.Where(one => one.Away.Source == AbsenceSource.Calendar))
        {
            if (away is { First: { } first, Last: { } last })
                yield return (first, last);
            else if (line.Meeting is { } entry && WholeDays(person.Calendar ?? policy.DefaultCalendar, entry) is { } days)
                yield return days;
        }
    }

    /// <summary>The first and the last business day that an entry takes from opening to close; a half day is none.</summary>
    private static (LocalDate From, LocalDate To)? WholeDays(Time.BusinessCalendar calendar, MeetingFacts entry)
    {
        var first = calendar.Date(entry.Start);
        var taken = Enumerable.Range(0, MostDays)
            .Select(first.PlusDays)
            .TakeWhile(date => calendar.Start(date) < entry.End)
            .Where(date => calendar.IsBusinessDay(date))
            .Where(date => entry.Start <= calendar.StartOfBusinessDayOnOrAfter(date))
            .Where(date => calendar.CloseOfBusinessDayOnOrBefore(date) <= entry.End)
            .ToList();
        return taken.Count == 0 ? null : (taken[0], taken[^1]);
    }

    /// <summary>A reply holds from the day it counts on until the day of return, or until the next one says something else.</summary>
    private static IEnumerable<(LocalDate From, LocalDate To)> FromReplies(
        CompanyPolicy policy, Person person, IEnumerable<(Interaction Line, OwnAbsence Away)> said)
    {
        var calendar = person.Calendar ?? policy.DefaultCalendar;
        var replies = said.Where(one => one.Away.Source == AbsenceSource.Reply)
            .OrderBy(one => one.Line.At)
            .ThenBy(one => one.Line.Id, StringComparer.Ordinal)
            .Select(one => (From: calendar.CountsOn(one.Line.At), To: one.Away.Last!.Value))
            .ToList();
        for (var i = 0; i < replies.Count; i++)
        {
            var (from, to) = replies[i];
            if (i + 1 < replies.Count)
                to = Earlier(to, replies[i + 1].From.PlusDays(-1));
            if (from <= to)
                yield return (from, to);
        }
    }

    /// <summary>Days that touch or overlap, as one span.</summary>
    private static List<(LocalDate From, LocalDate To)> Spans(IEnumerable<(LocalDate From, LocalDate To)> days)
    {
        var spans = new List<(LocalDate From, LocalDate To)>();
        foreach (var (from, to) in days.Where(span => span.From <= span.To).Order())
        {
            if (spans.Count > 0 && from <= spans[^1].To.PlusDays(1))
                spans[^1] = (spans[^1].From, Later(spans[^1].To, to));
            else
                spans.Add((from, to));
        }

        return spans;
    }

    /// <summary>What of a span no absence includes that is known already.</summary>
    private static List<(LocalDate From, LocalDate To)> Gaps(IReadOnlyList<Absence> known, LocalDate from, LocalDate to)
    {
        var gaps = new List<(LocalDate From, LocalDate To)>();
        foreach (var away in known.Where(away => away.From <= to && from <= away.To).OrderBy(away => away.From).ToList())
        {
            if (from < away.From)
                gaps.Add((from, away.From.PlusDays(-1)));
            from = Later(from, away.To.PlusDays(1));
        }

        if (from <= to)
            gaps.Add((from, to));
        return gaps;
    }

    private static LocalDate Earlier(LocalDate one, LocalDate other) => one < other ? one : other;

    private static LocalDate Later(LocalDate one, LocalDate other) => one > other ? one : other;
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Writes the figures of a manager: about the people their digests tell of, by person or team as these do, and without figures where these
/// have none.
/// </summary>
internal sealed class TeamPageWriter(DigestFacts facts, PeopleBook people, ReaderClock clock)
{
    /// <summary>The longest period, in weeks.</summary>
    internal const int Weeks = 52;

    private static readonly int[] Periods = [4, 12, Weeks];

    /// <returns>Null for somebody who gets no digest for managers.</returns>
    public TeamPage? Write(Person reader)
    {
        if (!HasPage(facts.Policy, reader))
            return null;

        var digests = DigestsFor(facts.Policy, reader).ToList();
        var scope = digests
            .SelectMany(digest => DigestScope.Owners(facts.Policy, new DueDigest(digest, reader, clock.Today, facts.Now, clock.Zone)))
            .Concat(Chain.IsManager(facts.Policy, reader.Id) ? Chain.Below(facts.Policy, reader.Id) : [])
            .ToHashSet(StringComparer.Ordinal);
        var by = digests.Select(digest => digest.Numbers).DefaultIfEmpty(NumbersBy.Owner).Max();
        var outcomes = by == NumbersBy.Off
            ? []
            : facts.PromisesDue(Begin(Weeks)).Where(outcome => scope.Contains(outcome.Owner)).ToList();
        return new TeamPage
        {
            RowsAre = by switch
            {
                NumbersBy.Off => null,
                NumbersBy.Team => clock.Words.Firm.Team,
                _ => clock.Words.Firm.Who,
            },
            Periods = by == NumbersBy.Off ? [] : [.. Periods.Select(weeks => Period(weeks, outcomes, by))],
            Open = [.. Open(scope, by)],
        };
    }

    /// <summary>Whether somebody manages people or gets a digest for managers.</summary>
    public static bool HasPage(CompanyPolicy policy, Person reader) =>
        Chain.IsManager(policy, reader.Id) || DigestsFor(policy, reader).Any();

    /// <summary>The digests for managers that somebody gets.</summary>
    private static IEnumerable<DigestDefinition> DigestsFor(CompanyPolicy policy, Person reader) =>
        policy.Digests.Where(digest =>
            digest.Readers switch
            {
                DigestReaders.Managers => Chain.IsManager(policy, reader.Id),
                DigestReaders.People => digest.People.Contains(reader.Id),
                _ => false,
            }
            && DigestComposer.Sections(digest).Any(name => !SectionNames.ForOwners.Contains(name)));

    private TeamPeriod Period(int weeks, List<Outcome> outcomes, NumbersBy by)
    {
        var begin = Begin(weeks);
        var due = outcomes.Where(outcome => begin <= outcome.Due).ToList();
        var rows = due.GroupBy(outcome => Name(outcome.Owner, by), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new TeamRow(group.Key, Count(group)))
            .ToList();
        if (rows.Count > 1)
            rows.Insert(0, new TeamRow(clock.Words.Firm.All, Count(due)));

        var byWeek = due.ToLookup(outcome => Monday(clock.Date(outcome.Due)));
        var mondays = Enumerable.Range(0, weeks).Select(week => First(weeks).PlusWeeks(week));
        return new TeamPeriod(weeks, rows, [.. mondays.Select(monday => new TeamWeek(monday, Count(byWeek[monday])))]);
    }

    /// <summary>The Monday of the first of so many weeks; the last one runs.</summary>
    private LocalDate First(int weeks) => Monday(clock.Today).PlusWeeks(1 - weeks);

    private Instant Begin(int weeks) => clock.Zone.AtStartOfDay(First(weeks)).ToInstant();

    private IEnumerable<OpenPromises> Open(HashSet<string> scope, NumbersBy by) =>
        facts
            .Evaluation.Items.Where(item =>
                item.Rule.Kind.IsPromise
                && scope.Contains(item.Owner)
                && item.State is ItemState.Open or ItemState.Overdue or ItemState.Paused)
            .GroupBy(item => Name(item.Owner, by == NumbersBy.Team ? by : NumbersBy.Owner), StringComparer.Ordinal)
            .Select(group => new OpenPromises(
                group.Key,
                group.Count(item => item.ToldState != ItemState.Overdue),
                group.Count(item => item.ToldState == ItemState.Overdue)))
            .OrderByDescending(one => one.InTime + one.Overdue)
            .ThenBy(one => one.Who, StringComparer.Ordinal);

    private static Figures Count(IEnumerable<Outcome> outcomes) => Figures.From(outcomes.Select(outcome => (outcome.Kind, outcome.Taken)));

    private string Name(string owner, NumbersBy by) =>
        by == NumbersBy.Team ? NumbersTable.TeamName(facts.Policy, owner, clock.Words.Firm) : people.FullName(owner);

    private static LocalDate Monday(LocalDate day) => day.PlusDays(1 - (int)day.DayOfWeek);
}

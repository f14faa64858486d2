using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// <c>numbers</c> (policy-language.md section 15): of what customers were promised and fell due in a period, how much was done in time, by
/// who owned it when it was due. Never answering makes it worse, not better.
/// </summary>
internal sealed class NumbersTable(DigestFacts facts, PeopleBook people, ReaderClock clock, IReadOnlySet<string> scope)
{
    /// <summary>What fell due longer ago is not counted.</summary>
    public static readonly Duration Longest = Duration.FromDays(90);

    private static readonly int[] Days = [7, 30, 90];

    /// <summary>The table, or null when nothing fell due or the digest does without.</summary>
    /// <param name="by">How its rows are made.</param>
    /// <param name="weeks">A picture to stand below it.</param>
    public TableSection? Write(NumbersBy by, Func<WeeksPicture> weeks)
    {
        if (by == NumbersBy.Off)
            return null;

        var outcomes = facts.Outcomes.Value.Where(outcome => scope.Contains(outcome.Owner)).ToList();
        if (outcomes.Count == 0)
            return null;

        var (day, start, end) = DayBefore();
        var rows = outcomes
            .GroupBy(outcome => Name(outcome.Owner, by), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Row(group.Key, [.. group]))
            .ToList();
        if (rows.Count > 1)
            rows.Insert(0, Row(Words.All, outcomes));

        return new TableSection(SectionNames.Numbers, clock.Words.Digests.Numbers)
        {
            Caption = Words.NumbersCaption,
            Columns = Words.NumbersColumns(
                by == NumbersBy.Team ? Words.Team : Words.Who,
                clock.Words.Dates.DayName(day, clock.Today),
                Days),
            Rows = rows,
            Weeks = weeks(),
            IsWorthAMail = false,
        };

        TableRow Row(string who, List<Outcome> all)
        {
            List<Figures> figures =
            [
                Count(all.Where(one => start <= one.Due && one.Due < end)),
                .. Days.Select(count => Count(all.Where(one => facts.Now - Duration.FromDays(count) <= one.Due))),
            ];
            return new TableRow([who, .. figures.Select(InWords)]);
        }
    }

    private static Figures Count(IEnumerable<Outcome> outcomes) => Figures.From(outcomes.Select(outcome => (outcome.Kind, outcome.Taken)));

    /// <summary><c>3 of 5</c>, what became of the others, and the median, each on a line.</summary>
    private string InWords(Figures figures)
    {
        if (figures.All == 0)
            return Words.None;

        var lines = new List<string> { Words.InTime(figures.InTime, figures.All) };
        Add(figures.Late, Words.Late);
        Add(figures.NotYet, Words.NotYet);
        Add(figures.ByHand, Words.ByHand);
        Add(figures.Unsure, Words.Unsure);
        if (figures.Median is { } median)
            lines.Add(Words.Median(median, figures.IsMedianOpen).Replace(' ', '\u00A0'));

        return string.Join('\n', lines);

        void Add(int count, Func<int, string> what)
        {
            if (count > 0)
                lines.Add(what(count));
        }
    }

    private IFirmPhrases Words => clock.Words.Firm;

    private string Name(string owner, NumbersBy by) =>
        by == NumbersBy.Team ? TeamName(facts.Policy, owner, Words) : people.FullName(owner);

    /// <summary>The team somebody counts for.</summary>
    internal static string TeamName(CompanyPolicy policy, string owner, IFirmPhrases words) =>
        policy.Teams.FirstOrDefault(team => team.Lead == owner || team.Members.Contains(owner))?.Id ?? words.NoTeam;

    /// <summary>The business day before today: on a Monday nobody asks about Sunday.</summary>
    private (LocalDate Day, Instant Start, Instant End) DayBefore()
    {
        var calendar = facts.Policy.DefaultCalendar;
        var day = clock.Today.PlusDays(-1);
        while (!calendar.IsBusinessDay(day) && Period.DaysBetween(day, clock.Today) < 14)
            day = day.PlusDays(-1);

        return (day, calendar.Start(day), calendar.Start(day.PlusDays(1)));
    }
}

using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Who stands in for whom on one day: successors of those who left, covers of those who are away, until somebody is found who is neither.
/// </summary>
internal sealed class PeopleOnDuty
{
    private readonly int[] standIn;

    public PeopleOnDuty(Plan plan, long now)
    {
        var calendar = plan.Calendar;
        var today = calendar.Date(Instant.FromUnixTimeTicks(now));
        var people = plan.Policy.People;
        standIn = [.. Enumerable.Range(0, people.Count).Select(p => Resolve(plan, p, today, away: true))];

        Until = long.MaxValue;
        foreach (
            var date in people.SelectMany(p =>
                p.Away.SelectMany(a => new[] { a.From, a.To.PlusDays(1) }).Concat(p.Left is { } left ? [left] : [])))
        {
            var at = calendar.StartOfDay(date);
            if (at > now)
                Until = Math.Min(Until, at);
        }
    }

    /// <summary>When this may change.</summary>
    public long Until { get; }

    /// <summary>Who acts for a person today.</summary>
    public int StandIn(int person) => standIn[person];

    /// <summary>Who acts for a person on <paramref name="date"/>; covers count only with <paramref name="away"/>.</summary>
    public static int Resolve(Plan plan, int person, LocalDate date, bool away)
    {
        var seen = new HashSet<int>();
        var lastHere = -1;
        for (var at = person; ;)
        {
            if (!seen.Add(at))
                return lastHere >= 0 ? lastHere : plan.DefaultOwner;

            var who = plan.Policy.People[at];
            int next;
            if (who.Left is { } left && left <= date)
            {
                next = plan.Person(who.Successor) is var named and >= 0 ? named : plan.Person(who.Manager);
                if (next < 0)
                    next = plan.DefaultOwner;
            }
            else
            {
                if (lastHere < 0)
                    lastHere = at;

                var absence = away ? who.Away.FirstOrDefault(a => a.Includes(date) && a.Cover is not null) : null;
                next = plan.Person(absence?.Cover);
                if (next < 0)
                    return at;
            }

            at = next;
        }
    }
}

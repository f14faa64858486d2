using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>
/// Which digests are due for whom: at the reader's own local time, on the business days of their own calendar (policy-language.md section
/// 15). Whether one was sent already is not known here; the ledger knows.
/// </summary>
public sealed class DigestSchedule(CompanyPolicy policy)
{
    /// <summary>A missed run is caught up for so long; later it is skipped, because items are state and nothing is lost.</summary>
    public static readonly Duration CatchUp = Duration.FromHours(4);

    private readonly Presence presence = new(policy);

    /// <summary>Everything due at <paramref name="now"/>, in the order of the policy file, each reader and date once.</summary>
    public IReadOnlyList<DueDigest> DueAt(Instant now)
    {
        var due = new List<DueDigest>();
        foreach (var definition in policy.Digests)
        {
            foreach (var (reader, meantFor) in Readers(definition, now))
            {
                // A digest late in the evening is still caught up after midnight: yesterday's date first.
                var today = now.InZone(Calendar(reader).Zone).Date;
                if (RunOn(definition, reader, today.PlusDays(-1), now) is { } late)
                    due.Add(late with { MeantFor = meantFor });

                if (RunOn(definition, reader, today, now) is { } current)
                    due.Add(current with { MeantFor = meantFor });
            }
        }

        return due;
    }

    /// <summary>When each digest leaves next, the soonest first; those that leave within two weeks.</summary>
    public IReadOnlyList<NextDigest> NextAfter(Instant now) =>
    [
        .. policy.Digests
            .SelectMany(definition =>
                Readers(definition, now).Select(one => (Definition: definition, At: TimeAfter(definition, one.Reader, now))))
            .Where(one => one.At is not null)
            .GroupBy(one => (one.Definition.Name, one.At))
            .Select(group => new NextDigest(group.Key.Name, group.Key.At!.Value, group.Count()))
            .OrderBy(next => next.At)
            .ThenBy(next => next.Digest, StringComparer.Ordinal),
    ];

    private Instant? TimeAfter(DigestDefinition definition, Person reader, Instant now)
    {
        var today = now.InZone(Calendar(reader).Zone).Date;
        for (var day = 0; day <= 14; day++)
        {
            if (TimeOn(definition, reader, today.PlusDays(day)) is { } time && time > now)
                return time;
        }

        return null;
    }

    /// <summary>
    /// When <paramref name="definition"/> leaves for <paramref name="reader"/> on a local date; null when it does not on that date.
    /// </summary>
    public Instant? TimeOn(DigestDefinition definition, Person reader, LocalDate date)
    {
        var calendar = reader.Calendar ?? policy.DefaultCalendar;
        var runs = definition.Days is { } days ? days.Contains(date.DayOfWeek) : calendar.IsBusinessDay(date);

        // A local time that does not exist moves forward by the gap; of one that exists twice the first is meant.
        return runs ? calendar.Zone.AtLeniently(date + definition.At).ToInstant() : null;
    }

    /// <summary>The run before the one of <paramref name="date"/>; looks back two weeks at most.</summary>
    public Instant? TimeBefore(DigestDefinition definition, Person reader, LocalDate date)
    {
        for (var day = 1; day <= 14; day++)
        {
            if (TimeOn(definition, reader, date.PlusDays(-day)) is { } time)
                return time;
        }

        return null;
    }

    private DueDigest? RunOn(DigestDefinition definition, Person reader, LocalDate date, Instant now) =>
        TimeOn(definition, reader, date) is { } time && time <= now && now <= time + CatchUp
            ? new DueDigest(definition, reader, date, time, Calendar(reader).Zone)
            : null;

    /// <summary>Who reads it today: those it is meant for, each replaced by whoever stands in; nobody twice.</summary>
    private IEnumerable<(Person Reader, IReadOnlyList<string> MeantFor)> Readers(DigestDefinition definition, Instant now)
    {
        // Absences are local to the default calendar, like those that move items from owner to cover.
        var date = now.InZone(policy.DefaultCalendar.Zone).Date;
        return MeantFor(definition)
            .Select(person => (Person: person, Reader: presence.StandIn(person, date)))
            .Where(one => one.Reader is not null)
            .GroupBy(one => one.Reader!.Id, StringComparer.Ordinal)
            .Select(group => (group.First().Reader!, (IReadOnlyList<string>)[.. group.Select(one => one.Person.Id)]));
    }

    private IEnumerable<Person> MeantFor(DigestDefinition definition) => definition.Readers switch
    {
        DigestReaders.Owners => policy.People,
        DigestReaders.Managers => policy.People.Where(person => Chain.IsManager(policy, person.Id)),
        _ => definition.People.Select(presence.Find).OfType<Person>(),
    };

    private Time.BusinessCalendar Calendar(Person reader) => reader.Calendar ?? policy.DefaultCalendar;
}

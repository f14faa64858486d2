using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Who is there on a date, and who stands in for whom (policy-language.md section 4).</summary>
public sealed class Presence(CompanyPolicy policy)
{
    private readonly Dictionary<string, Person> people = policy.People.ToDictionary(person => person.Id, StringComparer.Ordinal);

    public Person? Find(string? id) => id is not null && people.TryGetValue(id, out var person) ? person : null;

    /// <summary>Whether the person works on <paramref name="date"/>: has not left and is not away.</summary>
    public static bool IsThere(Person person, LocalDate date) =>
        !HasLeft(person, date) && !person.Away.Any(away => away.Includes(date));

    /// <summary>Whether <paramref name="date"/> is the leaving date or later.</summary>
    public static bool HasLeft(Person person, LocalDate date) => person.Left is { } left && left <= date;

    /// <summary>
    /// The person, or on a date they are away their cover, or from their leaving date on their successor (else their manager), and so on
    /// until somebody is there; null when nobody is.
    /// </summary>
    public Person? StandIn(Person person, LocalDate date)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        for (var next = person; next is not null && asked.Add(next.Id);)
        {
            if (IsThere(next, date))
                return next;

            next = HasLeft(next, date)
                ? Find(next.Successor) ?? Find(next.Manager)
                : Find(next.Away.First(away => away.Includes(date)).Cover);
        }

        return null;
    }
}

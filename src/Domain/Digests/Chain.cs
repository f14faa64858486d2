using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>Who reports to whom: by <c>manager</c>, and by the <c>lead</c> of a team (policy-language.md section 4).</summary>
public static class Chain
{
    /// <summary>Whether somebody names this person as a manager or a lead.</summary>
    public static bool IsManager(CompanyPolicy policy, string id) =>
        policy.People.Any(person => person.Manager == id) || policy.Teams.Any(team => team.Lead == id);

    /// <summary>The person and everybody below them, directly or not.</summary>
    public static IReadOnlySet<string> Below(CompanyPolicy policy, string id)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { id };
        var open = new Queue<string>([id]);
        while (open.TryDequeue(out var next))
        {
            var reports = policy.People.Where(person => person.Manager == next).Select(person => person.Id)
                .Concat(policy.Teams.Where(team => team.Lead == next).SelectMany(team => team.Members));
            foreach (var report in reports)
            {
                if (found.Add(report))
                    open.Enqueue(report);
            }
        }

        return found;
    }
}

using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>Until when there is anything to tell of an organisation beside its items (<see cref="Unit.ToldUntil"/>).</summary>
internal sealed class Telling
{
    private readonly Plan plan;
    private readonly LogIndex log;
    private readonly View view;
    private readonly List<CapLimit> caps;

    /// <param name="running">The policy over all lines of the organisations.</param>
    /// <param name="now">The moment.</param>
    public Telling(RunningPolicy running, Instant now)
    {
        (plan, log) = (running.Plan, running.Log);
        var at = now.ToUnixTimeTicks();
        view = new View(plan, log, new PeopleOnDuty(plan, at), at);
        caps = [.. plan.Limits.Select(planned => planned.Limit).OfType<CapLimit>()];
    }

    /// <param name="organisation">Which.</param>
    /// <param name="result">What the policy makes of it.</param>
    public Instant? Until(OrganisationNode organisation, OrganisationResult result)
    {
        if (organisation.Contacts.Exists(contact => Casebook.Cases(view, contact).Any(span => span.IsOpen)))
            return Instant.MaxValue;

        var moments = Lines(organisation).SelectMany(line => new[] { line.At, line.Seen })
            .Select(Instant.FromUnixTimeTicks)
            .Concat(result.Closed.SelectMany(closed => new[] { closed.At, closed.KnownAt, closed.Due ?? closed.At }))
            .Concat(result.Items.Where(found => found.Item.Rule.Kind.IsPromise).Select(found => found.Item.Due).OfType<Instant>())
            .Concat(FullCaps(organisation));
        return moments.Select(moment => (Instant?)moment).Max();
    }

    private IEnumerable<Line> Lines(OrganisationNode organisation) =>
        organisation.Contacts
            .SelectMany(contact => contact.Lines.Concat(log.NotCounted(contact)))
            .Concat(organisation.Threads.SelectMany(thread => thread.Lines))
            .Concat(log.CommandsAbout(organisation.Name));

    /// <summary>When those who heard from us too often will not have any more.</summary>
    private IEnumerable<Instant> FullCaps(OrganisationNode organisation)
    {
        foreach (var cap in caps)
        {
            var scopes = cap.Per == Per.Organisation
                ? organisation.Contacts.Take(1)
                : organisation.Contacts.Where(contact => contact.Lines.Count > cap.Max);
            foreach (var contact in scopes)
            {
                var counted = Caps.Counted(view, cap, contact);
                if (counted.Count > cap.Max)
                {
                    var first = counted[counted.Count - cap.Max - 1].At;
                    yield return Instant.FromUnixTimeTicks((cap.Calendar ?? plan.Calendar).Deadline(first, cap.Window));
                }
            }
        }
    }
}

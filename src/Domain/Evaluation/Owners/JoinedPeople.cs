using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The policy with the people whom one of us said to be one (<c>same</c>): as if <c>contacts</c> named both addresses. Where it names
/// either as somebody else, that stands.
/// </summary>
public static class JoinedPeople
{
    /// <summary>Whether a line says that two addresses are one person.</summary>
    public static bool IsJoin(Interaction line) => line.Command is { Verb: CommandVerb.Same };

    /// <summary>Whether a line may take that back.</summary>
    public static bool IsParting(Interaction line) => line.Command is { Undoes.Count: > 0 };

    /// <summary>The lines that say so.</summary>
    public static LinesWanted Joins { get; } = new() { Targets = [CommandVerbs.Name(CommandVerb.Same)] };

    /// <summary>The lines that take any of these back.</summary>
    public static LinesWanted TakingBack(IEnumerable<Interaction> joins) => new() { Targets = [.. joins.Select(line => line.Id)] };

    /// <param name="policy">The policy as written.</param>
    /// <param name="log">Every line that joins people and every line that takes one of these back, whatever else of the log.</param>
    /// <param name="now">Commands learned of later do not exist.</param>
    public static CompanyPolicy Apply(CompanyPolicy policy, IEnumerable<Interaction> log, Instant now)
    {
        var known = log.Where(line => line.Command is not null && line.Seen <= now).ToList();
        var said = known.FindAll(line => line.Command is { Verb: CommandVerb.Same, Contact: not null, Other: not null });
        if (said.Count == 0)
            return policy;

        var undone = known.SelectMany(line => line.Command!.Undoes).ToHashSet(StringComparer.Ordinal);
        var contacts = policy.Contacts.ToList();
        foreach (var line in said.OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal))
        {
            if (!undone.Contains(line.Id))
                Join(contacts, line.Command!.Contact!, line.Command.Other!);
        }

        return contacts.SequenceEqual(policy.Contacts) ? policy : policy with { Contacts = contacts };
    }

    private static void Join(List<ContactEntry> contacts, EmailAddress one, EmailAddress other)
    {
        var (first, second) = (contacts.FindIndex(Names(one)), contacts.FindIndex(Names(other)));
        if (first >= 0 && second >= 0)
            return;

        if (first < 0 && second < 0)
            contacts.Add(new ContactEntry(other, new Place("said by mail", 1, 1)) { Aliases = [one] });
        else if (first >= 0)
            contacts[first] = contacts[first] with { Aliases = [.. contacts[first].Aliases, other] };
        else
            contacts[second] = contacts[second] with { Aliases = [.. contacts[second].Aliases, one] };
    }

    private static Predicate<ContactEntry> Names(EmailAddress address) =>
        entry => entry.Primary == address || entry.Aliases.Contains(address);
}

using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>Conditions as the policy writes them, on one line.</summary>
internal static class ConditionWords
{
    public static string Describe(Condition condition) => condition switch
    {
        Condition.All all => string.Join(", ", all.Of.Select(Describe)),
        Condition.Any any => $"any: [{string.Join("; ", any.Of.Select(Describe))}]",
        Condition.Not not => $"not: {Describe(not.Of)}",
        Condition.InSegment segment => "segment: " + Names(segment.Names),
        Condition.HasTag tag => "tag: " + Names(tag.Tags),
        Condition.HasAddress address => "address: " + Names(address.Addresses.Select(a => a.Value)),
        Condition.InDomain domain => "domain: " + Names(domain.Domains),
        Condition.OwnedBy owner => "owner: " + Names(owner.People),
        Condition.OwnedByTeam team => "team: " + Names(team.Teams),
        Condition.InCase inCase => "case: " + Names(inCase.Cases),
        Condition.HasMarker marker => "marker: " + Names(marker.Markers),
        Condition.SentTo to => "to: " + Names(to.Addresses.Select(a => a.Value)),
        Condition.SubjectHas subject => "subject_has: " + Names(subject.Texts),
        Condition.TextHas text => "text_has: " + Names(text.Texts),
        _ => condition.GetType().Name,
    };

    /// <summary>Whether a condition asks about a mail, so that it cannot be answered for a contact alone.</summary>
    public static bool AsksAboutMail(Condition condition) => condition switch
    {
        Condition.All all => all.Of.Any(AsksAboutMail),
        Condition.Any any => any.Of.Any(AsksAboutMail),
        Condition.Not not => AsksAboutMail(not.Of),
        Condition.HasMarker or Condition.SentTo or Condition.SubjectHas or Condition.TextHas or Condition.InCase => true,
        _ => false,
    };

    private static string Names(IEnumerable<string> names)
    {
        var list = names.ToArray();
        return list.Length == 1 ? list[0] : $"[{string.Join(", ", list.Take(5))}{(list.Length > 5 ? ", ..." : "")}]";
    }
}

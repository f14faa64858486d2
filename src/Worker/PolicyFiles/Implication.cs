using CrmSync.Domain.Policy;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>Whether one condition can only hold when another one does. It errs on the side of "no".</summary>
internal static class Implication
{
    /// <summary>Whether everything that meets <paramref name="narrow"/> also meets <paramref name="wide"/>; null is "always".</summary>
    public static bool Holds(Condition? narrow, Condition? wide) => (narrow, wide) switch
    {
        (_, null) => true,
        (_, Condition.All all) => all.Of.All(w => Holds(narrow, w)),
        (Condition.Any any, _) => any.Of.All(n => Holds(n, wide)),
        (Condition.All all, _) => all.Of.Any(n => Holds(n, wide)) || (wide is Condition.Any some && some.Of.Any(w => Holds(narrow, w))),
        (_, Condition.Any any) => any.Of.Any(w => Holds(narrow, w)),
        (Condition.Not n, Condition.Not w) => Holds(w.Of, n.Of),
        (Condition.InSegment n, Condition.InSegment w) => Within(n.Names, w.Names),
        (Condition.HasTag n, Condition.HasTag w) => Within(n.Tags, w.Tags),
        (Condition.HasAddress n, Condition.HasAddress w) => Within(n.Addresses, w.Addresses),
        (Condition.InDomain n, Condition.InDomain w) => Within(n.Domains, w.Domains),
        (Condition.OwnedBy n, Condition.OwnedBy w) => Within(n.People, w.People),
        (Condition.OwnedByTeam n, Condition.OwnedByTeam w) => Within(n.Teams, w.Teams),
        (Condition.InCase n, Condition.InCase w) => Within(n.Cases, w.Cases),
        (Condition.HasMarker n, Condition.HasMarker w) => Within(n.Markers, w.Markers),
        (Condition.SentTo n, Condition.SentTo w) => Within(n.Addresses, w.Addresses),
        (Condition.SubjectHas n, Condition.SubjectHas w) => Within(n.Texts, w.Texts),
        (Condition.TextHas n, Condition.TextHas w) => Within(n.Texts, w.Texts),
        _ => false,
    };

    private static bool Within<T>(IReadOnlyList<T> narrow, IReadOnlyList<T> wide) => narrow.All(wide.Contains);
}

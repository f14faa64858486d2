using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>markers</c>, <c>cases</c> and <c>assign</c> (policy-language.md sections 4, 7 and 9).</summary>
internal static class CaseSections
{
    private static readonly Key<IReadOnlyList<string>> AnyOf = new(
        "any_of", new OneOrMoreShape<string>(PolicyForms.Phrase), "Phrases looked for on word boundaries, in any case.", required: true);

    private static readonly Key<IReadOnlyList<MarkerPlace>> In = new(
        "in",
        new OneOrMoreShape<MarkerPlace>(new ChoiceShape<MarkerPlace>([("subject", MarkerPlace.Subject), ("text", MarkerPlace.Text)])),
        "Where to look: subject, text, or both (the default).",
        shown: "[subject, text]");

    private static readonly Key<Direction> Way = new(
        "direction",
        new ChoiceShape<Direction>([("inbound", Direction.Inbound), ("outbound", Direction.Outbound)]),
        "Only in mail to us (inbound) or from us (outbound); both if left out.");

    private static readonly Key<MapValues> OpensOn = new(
        "opens_on",
        ConditionShape.OfOpening,
        "The inbound mail that opens the case.",
        required: true);

    private static readonly Key<string> ClosingCommand = new(
        "command", new ChoiceShape<string>([("resolved", "resolved")]), "`resolved`: a person says so.");

    private static readonly Key<LengthOfTime> QuietFor = new(
        "quiet_for", LengthShape.Some, "Closed when they have not written for so long after our last mail.");

    private static readonly Key<MapValues> ClosesOn = new(
        "closes_on",
        new MapShape("a map of command and quiet_for", ClosingCommand, QuietFor) { OneOf = [ClosingCommand, QuietFor] },
        "What closes the case.",
        required: true);

    private static readonly Key<MapValues> When = new("when", ConditionShape.OfAssignment, "Which contacts; without it all.");

    private static readonly Key<Word> TeamName = new("team", Forms.Reference, "The lead of that team.", required: true);

    private static readonly Key<WrittenOwner> Owner = new(
        "owner",
        new EitherShape<WrittenOwner>(
            "the id of a person, {team: name}, first_contact or last_contact",
            new ChoiceShape<WrittenOwner>([
                ("first_contact", new WrittenOwner(new OwnerChoice.FirstContact(), null, null)),
                ("last_contact", new WrittenOwner(new OwnerChoice.LastContact(), null, null)),
            ]),
            new MapShape("a team", TeamName).As((map, _) => new WrittenOwner(null, null, map.Value(TeamName))),
            Forms.Reference.As((word, _) => new WrittenOwner(null, word, null))),
        "Who: the id of a person, {team: name} for its lead, first_contact or last_contact for whoever first or last dealt with them.",
        required: true);

    private static readonly Key<Per> PerWhat = new(
        "per",
        PolicyForms.Per,
        "`organisation`: first_contact and last_contact look at the whole organisation.",
        shown: "contact");

    private enum MarkerPlace
    {
        Subject,
        Text,
    }

    public static Shape<IReadOnlyList<Named<string, MapValues>>> MarkersShape { get; } = new NamedShape<string, MapValues>(
        Forms.Name, new MapShape("a marker", AnyOf, In, Way) { Definition = "marker" }, "marker");

    public static Shape<IReadOnlyList<Named<string, MapValues>>> CasesShape { get; } = new NamedShape<string, MapValues>(
        Forms.Name, new MapShape("a case", OpensOn, ClosesOn) { Definition = "case" }, "case");

    public static Shape<IReadOnlyList<MapValues>> AssignShape { get; } =
        new ListShape<MapValues>(new MapShape("an entry {when, owner, per}", When, Owner, PerWhat) { Definition = "assign" });

    public static IReadOnlyDictionary<string, Marker> BuildMarkers(IReadOnlyList<Named<string, MapValues>> written) =>
        written.ToDictionary(
            entry => entry.Key,
            entry => new Marker(entry.Key, entry.Value.ValueOr(AnyOf, []), PolicyForms.Place(entry.KeyNode))
            {
                InSubject = entry.Value.Value(In)?.Contains(MarkerPlace.Subject) ?? true,
                InText = entry.Value.Value(In)?.Contains(MarkerPlace.Text) ?? true,
                Direction = entry.Value.Optional(Way),
            },
            StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, CaseDefinition> BuildCases(IReadOnlyList<Named<string, MapValues>> written, Scope scope) =>
        written.ToDictionary(
            entry => entry.Key,
            entry => new CaseDefinition(
                entry.Key,
                ConditionShape.OfOpening.Build(entry.Value.Value(OpensOn), scope) ?? new Condition.Any([]),
                PolicyForms.Place(entry.KeyNode))
            {
                ClosesOnResolved = entry.Value.Value(ClosesOn)?.Value(ClosingCommand) is not null,
                QuietFor = entry.Value.Value(ClosesOn)?.Value(QuietFor),
            },
            StringComparer.Ordinal);

    public static IReadOnlyList<AssignEntry> BuildAssign(IReadOnlyList<MapValues> written, Scope scope)
    {
        var entries = new List<AssignEntry>();
        foreach (var map in written)
        {
            var when = ConditionShape.OfAssignment.Build(map.Value(When), scope);
            if (map.Value(Owner) is not { } owner)
                continue;

            OwnerChoice? choice = owner switch
            {
                { Fixed: { } either } => either,
                { Team: { } team } => scope.Known("team", team) is { } name ? new OwnerChoice.TeamLead(name) : null,
                { Person: { } person } => scope.Known("person", person) is { } id ? new OwnerChoice.ThePerson(id) : null,
                _ => null,
            };
            if (choice is not null)
                entries.Add(
                    new AssignEntry(entries.Count + 1, when, choice, map.Value(PerWhat) == Per.Organisation, PolicyForms.Place(map.Node)));
        }

        return entries;
    }

    private sealed record WrittenOwner(OwnerChoice? Fixed, Word? Person, Word? Team);
}

using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>
/// <c>when</c> and <c>opens_on</c> (policy-language.md section 7): a map whose entries must all hold. Which predicates mean something
/// depends on where the condition stands.
/// </summary>
internal sealed class ConditionShape : Shape<MapValues>
{
    private static readonly Key<IReadOnlyList<Word>> Segment = new(
        "segment",
        References,
        "The contact is in the segment, or in one of several.");

    private static readonly Key<IReadOnlyList<string>> Tag = new(
        "tag",
        new OneOrMoreShape<string>(PolicyForms.Tag),
        "The contact has the tag, or one of several.");

    private static readonly Key<IReadOnlyList<EmailAddress>> Address = new(
        "address",
        Addresses,
        "The contact has the address, or one of several, as any of its aliases.");

    private static readonly Key<IReadOnlyList<string>> Domain = new(
        "domain",
        new OneOrMoreShape<string>(Forms.Domain),
        "The contact's address is in the domain or a subdomain of it.");

    private static readonly Key<IReadOnlyList<Word>> Owner = new(
        "owner",
        References,
        "The contact's owner is that person, or one of several.");

    private static readonly Key<IReadOnlyList<Word>> Team = new(
        "team",
        References,
        "The contact's owner is in that team, or in one of several.");

    private static readonly Key<IReadOnlyList<Word>> Case = new(
        "case",
        References,
        "For rules about threads: the case was open when the mail came, or opened with it. For rules about contacts: the contact has it "
            + "open now."
    );

    private static readonly Key<IReadOnlyList<Word>> Marker = new("marker", References, "The mail carries the marker, or one of several.");

    private static readonly Key<IReadOnlyList<EmailAddress>> To = new("to", Addresses, "One of the mail's To and Cc addresses.");

    private static readonly Key<IReadOnlyList<string>> SubjectHas = new(
        "subject_has",
        new OneOrMoreShape<string>(PolicyForms.Phrase),
        "The subject contains this, in any case.");

    private static readonly Key<IReadOnlyList<string>> TextHas = new(
        "text_has",
        new OneOrMoreShape<string>(PolicyForms.Phrase),
        "The author's own text contains this, in any case.");

    private readonly Key<IReadOnlyList<MapValues>> all;
    private readonly Key<IReadOnlyList<MapValues>> any;
    private readonly Key<MapValues> not;
    private readonly MapShape map;

    private ConditionShape(string definition, IReadOnlyList<Key> predicates, params (Key Key, string Why)[] refused)
    {
        all = new("all", new ListShape<MapValues>(this, least: 1), "All of these conditions hold.");
        any = new("any", new ListShape<MapValues>(this, least: 1), "At least one of these conditions holds.");
        not = new("not", this, "This condition does not hold.");
        map = new MapShape("a condition such as {segment: customer}", [all, any, not, .. predicates])
        {
            Definition = definition,
            Misplaced = refused.ToDictionary(r => r.Key.Name, r => ("034", r.Why), StringComparer.Ordinal),
        };
    }

    /// <summary>On rules that start from a mail: every predicate.</summary>
    public static ConditionShape OfMail { get; } =
        new("mailCondition", [Segment, Tag, Address, Domain, Owner, Team, Case, Marker, To, SubjectHas, TextHas]);

    /// <summary>On rules and limits about contacts: nothing that asks about one mail.</summary>
    public static ConditionShape OfContact { get; } =
        new("contactCondition", [Segment, Tag, Address, Domain, Owner, Team, Case], NeedingMail());

    /// <summary>In <c>assign</c>: nothing that needs the owner, who is being found.</summary>
    public static ConditionShape OfAssignment { get; } = new(
        "assignCondition",
        [Segment, Tag, Address, Domain, Case],
        [.. NeedingMail(), (Owner, "here the owner is being found"), (Team, "here the owner is being found")]);

    /// <summary>In <c>opens_on</c>: nothing that needs cases, which are being opened.</summary>
    public static ConditionShape OfOpening { get; } = new(
        "openingCondition",
        [Segment, Tag, Address, Domain, Owner, Team, Marker, To, SubjectHas, TextHas],
        (Case, "one case cannot open another"));

    public override string Wanted => map.Wanted;

    private static Shape<IReadOnlyList<Word>> References => new OneOrMoreShape<Word>(Forms.Reference);

    private static Shape<IReadOnlyList<EmailAddress>> Addresses => new OneOrMoreShape<EmailAddress>(Forms.Address);

    public override bool Fits(YamlNode node) => map.Fits(node);

    public override JsonObject Schema(SchemaBook book) => map.Schema(book);

    public override bool TryRead(YamlNode node, string title, ProblemList problems, out MapValues value) =>
        map.TryRead(node, title, problems, out value);

    /// <summary>The condition with its names looked up; unknown ones are reported and left out.</summary>
    public Condition? Build(MapValues? written, Scope scope)
    {
        if (written is null)
            return null;

        var parts = new List<Condition>();
        foreach (var entry in written.Node.Entries)
        {
            if (Part(entry.Key.Text, written, scope) is { } part)
                parts.Add(part);
        }

        return parts.Count == 1 ? parts[0] : new Condition.All(parts);
    }

    private Condition? Part(string key, MapValues written, Scope scope)
    {
        IReadOnlyList<Condition> Each(IReadOnlyList<MapValues> conditions) =>
            [.. conditions.Select(c => Build(c, scope)).OfType<Condition>()];

        return key switch
        {
            "all" when written.Value(all) is { } of => new Condition.All(Each(of)),
            "any" when written.Value(any) is { } of => new Condition.Any(Each(of)),
            "not" when Build(written.Value(not), scope) is { } of => new Condition.Not(of),
            "segment" => new Condition.InSegment(scope.Names.Known("segment", written.Value(Segment), scope.Problems)),
            "tag" when written.Value(Tag) is { } tags => new Condition.HasTag(tags),
            "address" when written.Value(Address) is { } addresses => new Condition.HasAddress(addresses),
            "domain" when written.Value(Domain) is { } domains => new Condition.InDomain(domains),
            "owner" => new Condition.OwnedBy(scope.Names.Known("person", written.Value(Owner), scope.Problems)),
            "team" => new Condition.OwnedByTeam(scope.Names.Known("team", written.Value(Team), scope.Problems)),
            "case" => new Condition.InCase(scope.Names.Known("case", written.Value(Case), scope.Problems)),
            "marker" => new Condition.HasMarker(scope.Names.Known("marker", written.Value(Marker), scope.Problems)),
            "to" when written.Value(To) is { } addresses => new Condition.SentTo(addresses),
            "subject_has" when written.Value(SubjectHas) is { } texts => new Condition.SubjectHas(texts),
            "text_has" when written.Value(TextHas) is { } texts => new Condition.TextHas(texts),
            _ => null,
        };
    }

    private static (Key, string)[] NeedingMail()
    {
        const string why = "it asks about a mail, and only 'respond', 'chase' and 'opens_on' start from one";
        return [(Marker, why), (To, why), (SubjectHas, why), (TextHas, why)];
    }
}

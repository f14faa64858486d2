using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>us</c>, <c>people</c> and <c>teams</c> (policy-language.md section 4).</summary>
internal static class PeopleSections
{
    // Words that stand for somebody elsewhere in the file; a person of that name could never be meant.
    private static readonly HashSet<string> Reserved = ["owner", "manager", "lead", "owners", "managers"];

    /// <summary>The languages readers can be written to, by their tags.</summary>
    public static Shape<Language> Languages { get; } =
        new ChoiceShape<Language>([.. Wording.All.Select(words => (words.Tag, words.Language))]);

    private static readonly Shape<Listed<EmailAddress>> Address = Forms.Address.As((a, node) => new Listed<EmailAddress>(a, node));

    private static readonly Key<IReadOnlyList<Listed<string>>> UsDomains = new(
        "domains",
        new ListShape<Listed<string>>(Forms.Domain.As((d, node) => new Listed<string>(d, node)), least: 1),
        "Our own domains, with their subdomains: whoever writes from there is one of us.",
        required: true);

    private static readonly Key<IReadOnlyList<EmailAddress>> UsAddresses = new(
        "addresses",
        new ListShape<EmailAddress>(Forms.Address),
        "Single addresses of ours in domains that are not ours.");

    private static readonly Key<Listed<EmailAddress>> Email = new(
        "email",
        Address,
        "Their main address; digests go there.",
        required: true);

    private static readonly Key<IReadOnlyList<Listed<EmailAddress>>> Also = new(
        "also",
        new ListShape<Listed<EmailAddress>>(Address),
        "Their other addresses.");

    private static readonly Key<IReadOnlyList<Listed<EmailAddress>>> Telephones = new(
        "telephones",
        new ListShape<Listed<EmailAddress>>(PolicyForms.OwnTelephone.As((number, node) => new Listed<EmailAddress>(number, node))),
        "Their telephone numbers with country, and their extensions, as the calls of the telephone system name them; in quotes.");

    private static readonly Key<string> Name = new("name", Forms.Line("a name", 200), "The full name, as shown in digests.");

    private static readonly Key<Language> Language = new(
        "language",
        Languages,
        "The language they are written to: en, de or fr; otherwise defaults.language.");

    private static readonly Key<Word> Manager = new("manager", Forms.Reference, "The id of the person who manages them.");

    private static readonly Key<Word> Calendar = new(
        "calendar",
        Forms.Reference,
        "The calendar they work by, for their digests; otherwise defaults.calendar.");

    private static readonly Key<LocalDate> From = new("from", Forms.Date, "The first day away.", required: true);

    private static readonly Key<LocalDate> To = new("to", Forms.Date, "The last day away.", required: true);

    private static readonly Key<Word> Cover = new("cover", Forms.Reference, "The id of the person who looks after their items meanwhile.");

    private static readonly Key<IReadOnlyList<MapValues>> Away = new(
        "away",
        new ListShape<MapValues>(new MapShape("an absence {from, to, cover}", From, To, Cover)),
        "Absences: {from, to, cover}, both days included.");

    private static readonly Key<Word> StandingCover = new(
        "cover",
        Forms.Reference,
        "The id of the person who looks after their items while their calendar or automatic reply says that they are away; otherwise the "
            + "cover of their last `away`, else the manager.");

    private static readonly Key<LocalDate> Left = new("left", Forms.Date, "The day from which they are no longer with us.");

    private static readonly Key<Word> Successor = new(
        "successor",
        Forms.Reference,
        "The id of the person who takes over from the leaving day on; otherwise the manager.");

    private static readonly Key<Word> Lead = new("lead", Forms.Reference, "The id of the person who leads the team.");

    private static readonly Key<IReadOnlyList<Word>> Members = new(
        "members",
        new ListShape<Word>(Forms.Reference),
        "The ids of its people.");

    private static readonly Key<IReadOnlyList<EmailAddress>> Mailboxes = new(
        "mailboxes",
        new ListShape<EmailAddress>(Forms.Address),
        "Shared addresses; mail from one counts as the team's.");

    public static MapShape UsShape { get; } = new("a map with our domains and addresses", UsDomains, UsAddresses);

    public static Shape<IReadOnlyList<Named<string, MapValues>>> PeopleShape { get; } =
        new NamedShape<string, MapValues>(
            Forms.Name,
            new MapShape("a person", Email, Also, Telephones, Name, Language, Manager, Calendar, Away, StandingCover, Left, Successor)
            {
                Definition = "person",
            },
            "person",
            least: 1);

    public static Shape<IReadOnlyList<Named<string, MapValues>>> TeamsShape { get; } = new NamedShape<string, MapValues>(
        Forms.Name, new MapShape("a team", Lead, Members, Mailboxes) { Definition = "team" }, "team");

    public static IReadOnlyList<Listed<string>> OwnDomains(MapValues us) => us.ValueOr(UsDomains, []);

    public static OurSide BuildUs(MapValues? us, ReadingOptions options) => new(
        us is null ? [] : [.. OwnDomains(us).Select(d => d.Value)],
        [.. (us?.ValueOr(UsAddresses, []) ?? []).Concat(options.AccountAddresses).Distinct()])
    {
        CommandMailbox = options.CommandMailbox,
    };

    public static IReadOnlyList<Person> BuildPeople(
        IReadOnlyList<Named<string, MapValues>> written,
        Language language,
        Scope scope)
    {
        var owners = new Dictionary<EmailAddress, (string Id, YamlNode Node)>();
        var people = new List<Person>();
        foreach (var entry in written)
        {
            if (Reserved.Contains(entry.Key))
                scope.Problems.Error(
                    entry.KeyNode,
                    "012",
                    $"'{entry.Key}' stands for a role in rules and digests; give this person another id");

            var map = entry.Value;
            if (map.Value(Email) is not { } email)
                continue;

            foreach (var address in map.ValueOr(Also, []).Prepend(email).Concat(map.ValueOr(Telephones, [])))
            {
                if (!owners.TryAdd(address.Value, (entry.Key, address.Node)))
                    scope.Problems.Error(
                        address.Node,
                        "031",
                        $"{address.Value} already belongs to '{owners[address.Value].Id}', at {owners[address.Value].Node.Spot}");
            }

            people.Add(new Person(entry.Key, email.Value)
            {
                Name = map.Value(Name),
                Language = map.Optional(Language) ?? language,
                Also = [.. map.ValueOr(Also, []).Select(a => a.Value)],
                Telephones = [.. map.ValueOr(Telephones, []).Select(telephone => telephone.Value)],
                Manager = scope.Known("person", map.Value(Manager)),
                Calendar = scope.Calendar(map.Value(Calendar)),
                Away = [.. map.ValueOr(Away, []).Select(away => BuildAbsence(away, scope)).OfType<Absence>()],
                Cover = scope.Known("person", map.Value(StandingCover)),
                Left = map.Optional(Left),
                Successor = scope.Known("person", map.Value(Successor)),
                Place = PolicyForms.Place(entry.KeyNode),
            });
        }

        return people;
    }

    public static IReadOnlyList<Team> BuildTeams(IReadOnlyList<Named<string, MapValues>> written, Scope scope) =>
    [
        .. written.Select(team => new Team(
            team.Key,
            scope.Known("person", team.Value.Value(Lead)),
            scope.Names.Known("person", team.Value.Value(Members), scope.Problems),
            team.Value.ValueOr(Mailboxes, []))),
    ];

    private static Absence? BuildAbsence(MapValues away, Scope scope)
    {
        var cover = scope.Known("person", away.Value(Cover));
        if (away.Optional(From) is not { } from || away.Optional(To) is not { } to)
            return null;

        if (to < from)
            scope.Problems.Error(away.Place(To), "024", "the absence ends before it starts; both days are included");
        return new Absence(from, to, cover);
    }
}

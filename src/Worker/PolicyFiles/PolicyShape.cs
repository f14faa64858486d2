using System.Text.Json.Nodes;
using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>The top-level sections of a policy: the model that both reads it and makes its JSON Schema.</summary>
internal static class PolicyShape
{
    public static Key<int> Version { get; } = new("version", new WholeShape(1, 1), "The version of this language: 1.", required: true);

    public static Key<LocalDate> Start { get; } =
        new("start", Forms.Date, "Nothing older than this day can become an item; earlier mail is history only.");

    public static Key<MapValues> Us { get; } =
        new("us", PeopleSections.UsShape, "Who is one of us, by domain and address.", required: true);

    public static Key<Word> DefaultCalendar { get; } =
        new("calendar", Forms.Reference, "The calendar of rules that name none.", required: true);

    public static Key<Word> DefaultOwner { get; } =
        new("owner", Forms.Reference, "The person who looks after whatever nobody else does.", required: true);

    public static Key<LengthOfTime> EpisodeGap { get; } =
        new(
            "episode_gap",
            LengthShape.Some,
            "A pause of more than that starts a new episode of a thread.",
            fallback: new LengthOfTime(30, TimeUnit.Day));

    public static Key<Language> DefaultLanguage { get; } =
        new("language", PeopleSections.Languages, "The language of readers for whom none is named: en, de or fr.", shown: "en");

    public static Key<IReadOnlyList<string>> AbsenceWords { get; } =
        new(
            "absence_words",
            new ListShape<string>(PolicyForms.Phrase),
            "Titles of entries in our people's own calendars that say they are away, in place of the usual ones in English, German and "
                + "French; an empty list: none.");

    public static Key<MapValues> Defaults { get; } =
        new(
            "defaults",
            new MapShape("a map of calendar and owner", DefaultCalendar, DefaultOwner, EpisodeGap, DefaultLanguage, AbsenceWords),
            "What holds where nothing else is said.",
            required: true);

    public static Key<IReadOnlyList<Named<string, MapValues>>> Calendars { get; } =
        new("calendars", CalendarSection.Shape, "Open hours and holidays by name.", required: true);

    public static Key<IReadOnlyList<Named<string, MapValues>>> People { get; } =
        new("people", PeopleSections.PeopleShape, "Our people by id.", required: true);

    public static Key<IReadOnlyList<Named<string, MapValues>>> Teams { get; } = new("teams", PeopleSections.TeamsShape, "Our teams by id.");

    public static Key<IReadOnlyList<Named<string, MapValues>>> Segments { get; } =
        new("segments", ContactSections.SegmentsShape, "Groups of contacts by name.");

    public static Key<IReadOnlyList<MapValues>> Contacts { get; } =
        new("contacts", ContactSections.ContactsShape, "Contacts with several addresses, tags or dates.");

    public static Key<MapValues> Privacy { get; } = new("privacy", ContactSections.PrivacyShape, "What is not kept.");

    public static Key<MapValues> Classify { get; } = new("classify", ContactSections.ClassifyShape, "More words for telling mails apart.");

    public static Key<IReadOnlyList<Named<string, MapValues>>> Markers { get; } =
        new("markers", CaseSections.MarkersShape, "Phrases to notice in mails, by name.");

    public static Key<IReadOnlyList<Named<string, MapValues>>> Cases { get; } =
        new("cases", CaseSections.CasesShape, "Matters that stay open over several mails, by name.");

    public static Key<IReadOnlyList<MapValues>> Assign { get; } =
        new("assign", CaseSections.AssignShape, "Who owns which contact; the first entry that yields somebody wins.");

    public static Key<IReadOnlyList<MapValues>> Rules { get; } = new("rules", RuleSection.Shape, "What must happen, strict rules first.");

    public static Key<IReadOnlyList<MapValues>> Limits { get; } =
        new("limits", LimitSection.Shape, "What must not happen too often, or not now.");

    public static Key<MapValues> Notifications { get; } =
        new("notifications", DigestSection.NotificationsShape, "When immediate mails may go out.");

    public static Key<IReadOnlyList<MapValues>> Digests { get; } = new("digests", DigestSection.Shape, "The mails that come out.");

    public static Key<IReadOnlyList<MapValues>> Tests { get; } =
        new("tests", TestSection.Shape, "What the policy must do, shown by example; checked before it is used.");

    /// <summary>A whole policy.</summary>
    public static MapShape Whole { get; } =
        new(
            "a policy",
            Version,
            Start,
            Us,
            Defaults,
            Calendars,
            People,
            Teams,
            Segments,
            Contacts,
            Privacy,
            Classify,
            Markers,
            Cases,
            Assign,
            Rules,
            Limits,
            Notifications,
            Digests,
            Tests);

    public static Key<int> TestsVersion { get; } =
        new("crmsync_tests", new WholeShape(1, 1), "The version of this form: 1.", required: true);

    public static Key<IReadOnlyList<Named<string, YamlNode>>> Configs { get; } =
        new(
            "configs",
            new NamedShape<string, YamlNode>(Forms.Line("a name", 100), new AnyMapShape(), "configuration"),
            "Complete configurations by name.");

    public static Key<IReadOnlyList<MapValues>> RequiredTests { get; } = new("tests", TestSection.Shape, "The tests.", required: true);

    /// <summary>A file of tests.</summary>
    public static MapShape TestFile { get; } = new("a test file", TestsVersion, Configs, RequiredTests);

    public static IReadOnlySet<string> SectionNames { get; } = Whole.Keys.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The sections that <c>with</c> may replace.</summary>
    public static JsonObject SchemaOfSections(SchemaBook book)
    {
        var properties = new JsonObject();
        foreach (var key in Whole.Keys)
            properties[key.Name] = new JsonObject { ["$ref"] = $"#/definitions/section-{key.Name}" };
        foreach (var key in Whole.Keys)
            book.Reference($"section-{key.Name}", () => key.Schema(book));
        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    /// <summary>The draft-07 schema of a policy, or of a file of tests.</summary>
    public static JsonObject Schema(bool ofTests) =>
        ofTests ? SchemaBook.Create("CrmSync policy tests", TestFile) : SchemaBook.Create("CrmSync policy", Whole);

    /// <summary>A complete configuration inside a test file; read when a test uses it.</summary>
    private sealed class AnyMapShape : Shape<YamlNode>
    {
        public override string Wanted => "a complete policy";

        public override bool Fits(YamlNode node) => node is YamlMap;

        public override JsonObject Schema(SchemaBook book) => book.Reference("policy", () => Whole.Schema(book));

        public override bool TryRead(YamlNode node, string title, ProblemList problems, out YamlNode value)
        {
            value = node;
            return node is YamlMap || Wrong(node, title, problems, out value);
        }
    }
}

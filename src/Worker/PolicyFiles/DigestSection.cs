using CrmSync.Domain.Digests;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>digests</c> and <c>notifications</c> (policy-language.md section 15).</summary>
internal static class DigestSection
{
    private static readonly Shape<WrittenReaders> People = new OneOrMoreShape<Word>(Forms.Reference).As(
        (people, _) => new WrittenReaders(DigestReaders.People, people));

    private static readonly Key<Word> Name = new("digest", Forms.Reference, "The name of the digest.", required: true);

    /// <summary>The key that names a digest.</summary>
    public static string Kind => Name.Name;

    private static readonly Key<WrittenReaders> To = new(
        "to",
        new EitherShape<WrittenReaders>(
            "owners, managers or a list of people",
            new ChoiceShape<WrittenReaders>([("owners", new(DigestReaders.Owners, [])), ("managers", new(DigestReaders.Managers, []))]),
            People),
        "Who gets one: owners, managers, or ids of people.",
        required: true);

    private static readonly Key<LocalTime> At = new(
        "at",
        Forms.TimeOfDay,
        "The time of day by the reader's own calendar, in quotes: \"08:30\".",
        required: true);

    private static readonly Key<IReadOnlyList<WrittenDays>> Days = new(
        "days",
        new OneOrMoreShape<WrittenDays>(
            new EitherShape<WrittenDays>(
                "business, daily, or days such as mon or mon-fri",
                new ChoiceShape<WrittenDays>([
                    ("business", new(null)),
                    ("daily", new([.. Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None)])),
                ]),
                PolicyForms.DayRange.As((days, _) => new WrittenDays(days)))),
        "business (the reader's business days), daily, or days: mon, [mon, thu].",
        shown: "business");

    private static readonly Key<IReadOnlyList<string>> SectionsKey = new(
        "sections",
        new ListShape<string>(new ChoiceShape<string>([.. SectionNames.All.Select(name => (name, name))]), least: 1),
        "Its sections in order; without it those its readers usually want.");

    private static readonly Key<int> MaxItems = new(
        "max_items",
        new WholeShape(1, 1000),
        "So many lines a mail, the most urgent sections first; then \"and 12 more\".",
        fallback: 15);

    private static readonly Key<bool> Thread = new(
        "thread",
        new ChoiceShape<bool>([("none", false), ("week", true)]),
        "`week`: one thread a week in the reader's mail program.",
        shown: "none");

    private static readonly Key<bool> SendEmpty = new(
        "send_empty",
        new ChoiceShape<bool>([("never", false), ("weekly", true)]),
        "`weekly`: once a week also with nothing to say.",
        shown: "never");

    private static readonly Key<NumbersBy> Numbers = new(
        "numbers",
        new ChoiceShape<NumbersBy>([("owner", NumbersBy.Owner), ("team", NumbersBy.Team), ("off", NumbersBy.Off)]),
        "Whom the rows of the section `numbers` are about: each owner, each team; `off` leaves the section out.",
        shown: "owner");

    private static readonly Key<Word> Hours = new("hours", Forms.Reference, "The calendar in whose open time immediate mails go out.");

    public static Shape<IReadOnlyList<MapValues>> Shape { get; } =
        new ListShape<MapValues>(
            new MapShape("a digest", Name, To, At, Days, SectionsKey, MaxItems, Thread, SendEmpty, Numbers)
            {
                Kind = Name,
                Definition = "digest",
            });

    private static readonly Key<IReadOnlyList<Word>> Webhook = new(
        "webhook",
        new OneOrMoreShape<Word>(Forms.Reference),
        "The names of `webhooks` in crmsync.yaml to which immediate mails are posted as well.");

    public static MapShape NotificationsShape { get; } = new("a map of hours and webhook", Hours, Webhook);

    public static Word? ReadHours(MapValues notifications) => notifications.Value(Hours);

    /// <summary>The names of the webhooks; those that crmsync.yaml does not know, or whose members nobody is, are reported.</summary>
    public static IReadOnlyList<string> ReadWebhooks(MapValues notifications, ReadingOptions options, Scope scope)
    {
        var written = notifications.ValueOr(Webhook, []);
        if (options.Webhooks is { } known)
        {
            foreach (var word in written)
                Check(word, known, scope);
        }

        return [.. written.Select(word => word.Text).Distinct(StringComparer.Ordinal)];
    }

    private static void Check(Word word, IReadOnlyDictionary<string, IReadOnlyList<string>> known, Scope scope)
    {
        if (!known.TryGetValue(word.Text, out var members))
        {
            scope.Problems.Error(
                word.Node, "030", $"no webhook '{word.Text}' in crmsync.yaml", Spelling.Closest(word.Text, known.Keys));
            return;
        }

        var people = scope.Names.Known("person").Concat(scope.Names.Known("team")).ToHashSet(StringComparer.Ordinal);
        foreach (var stranger in members.Where(member => !people.Contains(member)))
            scope.Problems.Error(
                word.Node,
                "030",
                $"webhook '{word.Text}' in crmsync.yaml lists the member '{stranger}', who is in neither people nor teams",
                Spelling.Closest(stranger, people));
    }

    public static IReadOnlyList<DigestDefinition> Build(IReadOnlyList<MapValues> written, Scope scope)
    {
        var first = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var digests = new List<DigestDefinition>();
        foreach (var map in written)
        {
            if (map.Value(Name) is not { } name)
                continue;
            if (!first.TryAdd(name.Text, name.Node))
                scope.Problems.Error(name.Node, "031", $"digest '{name}' is defined twice; first at {first[name.Text].Spot}");

            var readers = map.ValueOr(To, new WrittenReaders(DigestReaders.Owners, []));
            var days = map.Value(Days);
            digests.Add(new DigestDefinition(name.Text, PolicyForms.Place(name.Node))
            {
                Readers = readers.Readers,
                People = scope.Names.Known("person", readers.People, scope.Problems, "owners", "managers"),
                At = map.Value(At),
                Days = days is null || days.Any(d => d.Days is null) ? null : days.SelectMany(d => d.Days!).ToHashSet(),
                Sections = map.Value(SectionsKey),
                MaxItems = map.Value(MaxItems),
                ThreadByWeek = map.Value(Thread),
                SendEmptyWeekly = map.Value(SendEmpty),
                Numbers = map.Value(Numbers),
            });
        }

        return digests;
    }

    private sealed record WrittenReaders(DigestReaders Readers, IReadOnlyList<Word> People);

    /// <summary>Null: business days.</summary>
    private sealed record WrittenDays(IReadOnlyList<IsoDayOfWeek>? Days);
}

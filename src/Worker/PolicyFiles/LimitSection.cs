using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary><c>limits</c> (policy-language.md section 10): one map a limit, whose first key names its kind and itself.</summary>
internal static class LimitSection
{
    private static readonly Key<MapValues> When = new("when", ConditionShape.OfContact, "Which contacts; without it all.");

    private static readonly Key<Per> PerWhat = new(
        "per",
        PolicyForms.Per,
        "`organisation`: counts and holds for the whole organisation.",
        shown: "contact");

    private static readonly Key<IReadOnlyList<RuleKind>> AppliesTo = new(
        "applies_to",
        new ListShape<RuleKind>(new ChoiceShape<RuleKind>([.. RuleKind.All.Select(kind => (kind.Name, kind))]), least: 1),
        "Kinds of rules it acts on; without it all initiatives.");

    private static readonly Key<IReadOnlyList<Word>> Except = new(
        "except",
        new ListShape<Word>(Forms.Reference),
        "Names of rules it leaves alone.");

    private static readonly Key<Mode> ModeKey = new(
        "mode",
        PolicyForms.Mode,
        "`observe`: shown, but holds nothing; `disabled`: not evaluated.",
        shown: "enforce");

    private static readonly ListedKeys Listed = new("people who must not be contacted");

    private static readonly Key<LocalDate> From = new("from", Forms.Date, "The first day.", required: true);

    private static readonly Key<LocalDate> To = new("to", Forms.Date, "The last day.", required: true);

    private static readonly Key<IReadOnlyList<Word>> Case = new(
        "case",
        new OneOrMoreShape<Word>(Forms.Reference),
        "The case, or one of several.",
        required: true);

    private static readonly Key<LengthOfTime> For = new("for", LengthShape.Any, "So long after the case has closed.", required: true);

    private static readonly Key<int> Max = new("max", new WholeShape(0, 100_000), "So many contacts.", required: true);

    private static readonly Key<LengthOfTime> Window = new("window", LengthShape.Some, "In so long a time.", required: true);

    private static readonly Key<IReadOnlyList<Channel>> Channels = new(
        "channels",
        new OneOrMoreShape<Channel>(
            new ChoiceShape<Channel>([("email", Channel.Email), ("meeting", Channel.Meeting), ("call", Channel.Call)])),
        "What is counted: email, meeting, call.",
        shown: "[email]");

    private static readonly Key<bool> Count = new(
        "count",
        new ChoiceShape<bool>([("unsolicited", false), ("all", true)]),
        "`all`: answers to their mails count, too.",
        shown: "unsolicited");

    private static readonly IReadOnlyList<LimitForm> Written =
    [
        new(
            LimitKind.DoNotContact,
            [Listed.Addresses, Listed.Domains, Listed.Tags, Listed.File],
            BuildDoNotContact,
            listed: true),
        new(LimitKind.Blackout, [From, To], BuildBlackout),
        new(LimitKind.Cooldown, [Case, For], BuildCooldown),
        new(LimitKind.Cap, [Max, Window, Channels, Count], BuildCap),
    ];

    public static Shape<IReadOnlyList<MapValues>> Shape { get; } =
        new ListShape<MapValues>(new KindedShape("limit", [.. Written.Select(form => (form.Shape, form.Kind.Summary))]));

    /// <summary>The limits in file order.</summary>
    public static IReadOnlyList<WrittenLimit> Build(IReadOnlyList<MapValues> written, Scope scope)
    {
        var limits = new List<WrittenLimit>();
        foreach (var map in written)
        {
            var form = Written.First(one => map.Node.Find(one.Kind.Name) is not null);
            if (map.Value(form.NameKey) is not { } name)
                continue;

            var limit = form.Build(name, map, scope) with
            {
                When = ConditionShape.OfContact.Build(map.Value(When), scope),
                Per = map.Value(PerWhat),
                AppliesTo = map.Value(AppliesTo),
                Except = scope.Names.Known("rule", map.Value(Except), scope.Problems),
                Mode = map.Value(ModeKey),
            };
            limits.Add(new WrittenLimit(limit, name.Node));
        }

        return limits;
    }

    private static DoNotContactLimit BuildDoNotContact(Word name, MapValues map, Scope scope)
    {
        var (addresses, domains) = Listed.Read(map, scope.Lists);
        return new DoNotContactLimit(name.Text, PolicyForms.Place(name.Node))
        {
            Addresses = addresses.Select(a => a.Value).ToHashSet(),
            Domains = [.. domains.Select(d => d.Value).Distinct(StringComparer.Ordinal)],
            Tags = map.ValueOr(Listed.Tags, []),
        };
    }

    private static BlackoutLimit BuildBlackout(Word name, MapValues map, Scope scope)
    {
        var limit = new BlackoutLimit(name.Text, PolicyForms.Place(name.Node)) { From = map.Value(From), To = map.Value(To) };
        if (map.Optional(From) is { } from && map.Optional(To) is { } to && to < from)
            scope.Problems.Error(map.Place(To), "024", $"blackout '{name}' ends before it starts; both days are included");
        return limit;
    }

    private static CooldownLimit BuildCooldown(Word name, MapValues map, Scope scope) => new(name.Text, PolicyForms.Place(name.Node))
    {
        Cases = scope.Names.Known("case", map.Value(Case), scope.Problems),
        For = map.ValueOr(For, new LengthOfTime(1, TimeUnit.Day)),
    };

    private static CapLimit BuildCap(Word name, MapValues map, Scope scope) => new(name.Text, PolicyForms.Place(name.Node))
    {
        Max = map.Value(Max),
        Window = map.ValueOr(Window, new LengthOfTime(1, TimeUnit.Day)),
        CountsEmail = map.Value(Channels)?.Contains(Channel.Email) ?? true,
        CountsMeetings = map.Value(Channels)?.Contains(Channel.Meeting) ?? false,
        CountsCalls = map.Value(Channels)?.Contains(Channel.Call) ?? false,
        CountsAll = map.Value(Count),
    };

    /// <summary>How the file writes a kind of limit: its keys besides the common ones, and how it is built.</summary>
    private sealed class LimitForm
    {
        public LimitForm(LimitKind kind, IReadOnlyList<Key> own, Func<Word, MapValues, Scope, Limit> build, bool listed = false)
        {
            Kind = kind;
            Build = build;
            NameKey = new Key<Word>(kind.Name, Forms.Reference, $"{kind.Summary} The name of the limit.", required: true);
            Shape = new MapShape("a limit", [NameKey, .. own, When, PerWhat, AppliesTo, Except, ModeKey])
            {
                Kind = NameKey,
                Definition = kind.Name,
                OneOf = listed ? own : [],
            };
        }

        public LimitKind Kind { get; }

        public Key<Word> NameKey { get; }

        public MapShape Shape { get; }

        public Func<Word, MapValues, Scope, Limit> Build { get; }
    }

    /// <summary>What a cap can count.</summary>
    private enum Channel
    {
        Email,
        Meeting,
        Call,
    }
}

/// <summary>A limit with the place of its name.</summary>
internal sealed record WrittenLimit(Limit Limit, YamlNode Node);

using CrmSync.Domain.Time;

namespace CrmSync.Domain.Policy;

/// <summary>What kinds of rules have in common: whether limits hold their items, and what a snooze does to them.</summary>
public enum RuleFamily
{
    /// <summary>They wrote to us, or we owe them.</summary>
    Promise,

    /// <summary>We would write to them; limits hold these.</summary>
    Initiative,

    /// <summary>Nobody must be contacted.</summary>
    Signal,
}

/// <summary>Where the due time of an item comes from.</summary>
public enum DueTime
{
    /// <summary><c>within</c>, counted from the opening.</summary>
    Within,

    /// <summary>The date that the rule is about.</summary>
    Fixed,

    /// <summary>There is none.</summary>
    None,
}

/// <summary>
/// A kind of rule: its name in the file, and what holds where the file says nothing. The reader, the schema, the evaluation and the
/// documents all take it from here.
/// </summary>
public sealed class RuleKind
{
    private RuleKind(string name, RuleFamily family, string summary) => (Name, Family, Summary) = (name, family, summary);

    public static RuleKind Respond { get; } =
        new("respond", RuleFamily.Promise, "Somebody wrote to us: answer within a time.") { ExpireAfter = new(90, TimeUnit.Day) };

    public static RuleKind Resolve { get; } = new(
        "resolve",
        RuleFamily.Promise,
        "A case is open: close it within a time, not counting while they owe us an answer.");

    public static RuleKind Chase { get; } = new("chase", RuleFamily.Initiative, "We asked and nobody answered: ask again.")
    {
        Within = new(2, TimeUnit.BusinessDay),
        ExpireAfter = new(30, TimeUnit.Day),
        Priority = 50,
    };

    public static RuleKind StayInTouch { get; } = new(
        "stay_in_touch",
        RuleFamily.Initiative,
        "Nobody has been in contact for a while: be in touch.")
    {
        Within = new(5, TimeUnit.BusinessDay),
        ExpireAfter = new(365, TimeUnit.Day),
        Priority = 30,
    };

    public static RuleKind FollowUp { get; } = new(
        "follow_up",
        RuleFamily.Initiative,
        "Something happened: write to them afterwards.")
    {
        Within = new(2, TimeUnit.BusinessDay),
        ExpireAfter = new(14, TimeUnit.Day),
        Priority = 60,
    };

    public static RuleKind Date { get; } = new("date", RuleFamily.Initiative, "A date is coming up.")
    {
        Due = DueTime.Fixed,
        Priority = 40,
    };

    public static RuleKind Notice { get; } = new(
        "notice",
        RuleFamily.Initiative,
        "Something changes: everybody concerned must be told in time.")
    {
        Due = DueTime.Fixed,
        Priority = 70,
    };

    public static RuleKind Handover { get; } = new(
        "handover",
        RuleFamily.Initiative,
        "Somebody leaves: the successor introduces themselves.")
    {
        Within = new(10, TimeUnit.BusinessDay),
        ExpireAfter = new(90, TimeUnit.Day),
        Priority = 65,
    };

    public static RuleKind Watch { get; } = new("watch", RuleFamily.Signal, "Something happens too often: managers see it.")
    {
        Due = DueTime.None,
    };

    /// <summary>Every kind, in the order of the documents. It stands last because it takes in what stands above.</summary>
    public static IReadOnlyList<RuleKind> All { get; } =
        [Respond, Resolve, Chase, StayInTouch, FollowUp, Date, Notice, Handover, Watch];

    /// <summary>The key that names the kind and the rule: <c>respond</c>, <c>stay_in_touch</c>, ...</summary>
    public string Name { get; }

    public RuleFamily Family { get; }

    /// <summary>One sentence for editors.</summary>
    public string Summary { get; }

    public DueTime Due { get; private init; } = DueTime.Within;

    /// <summary>The default; null where the file must say it, or nothing is due.</summary>
    public LengthOfTime? Within { get; private init; }

    /// <summary>The default; null where items are never given up, or the date of the rule ends them.</summary>
    public LengthOfTime? ExpireAfter { get; private init; }

    /// <summary>The default; nothing competes with promises and signals.</summary>
    public int Priority { get; private init; }

    public bool IsPromise => Family == RuleFamily.Promise;

    public bool IsInitiative => Family == RuleFamily.Initiative;

    public override string ToString() => Name;
}

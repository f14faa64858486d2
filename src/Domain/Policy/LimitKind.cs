namespace CrmSync.Domain.Policy;

/// <summary>
/// A kind of limit: its name in the file, or in answers where it is built in. The reader, the schema, the evaluation and the documents all
/// take it from here.
/// </summary>
public sealed class LimitKind
{
    private LimitKind(string name, string summary) => (Name, Summary) = (name, summary);

    public static LimitKind DoNotContact { get; } = new("do_not_contact", "People we never write to on our own account.");

    public static LimitKind Blackout { get; } = new("blackout", "Days on which nobody is asked to write, both included.");

    public static LimitKind Cooldown { get; } = new("cooldown", "While a case is open, and for a time after.");

    public static LimitKind Cap { get; } = new("cap", "Not more than so many contacts in a time.");

    public static LimitKind Retired { get; } = new("retired", "They have left.") { IsBuiltIn = true };

    public static LimitKind Away { get; } = new("away", "Their automatic reply names a day of return.")
    {
        IsBuiltIn = true,
        ActsOn = [RuleKind.Chase, RuleKind.StayInTouch, RuleKind.FollowUp],
    };

    public static LimitKind Snooze { get; } = new("snooze", "One of us put it off.") { IsBuiltIn = true };

    public static LimitKind MeetingBooked { get; } = new("meeting_booked", "A meeting with them is booked.")
    {
        IsBuiltIn = true,
        ActsOn = [RuleKind.Chase, RuleKind.StayInTouch],
    };

    /// <summary>Every kind, in order of precedence. It stands last because it takes in what stands above.</summary>
    public static IReadOnlyList<LimitKind> All { get; } =
        [DoNotContact, Blackout, Cooldown, Cap, Retired, Away, Snooze, MeetingBooked];

    public string Name { get; }

    /// <summary>One sentence for editors.</summary>
    public string Summary { get; }

    /// <summary>Whether it acts without being written into the policy.</summary>
    public bool IsBuiltIn { get; private init; }

    /// <summary>The kinds of rules it acts on; null: all initiatives.</summary>
    public IReadOnlyList<RuleKind>? ActsOn { get; private init; }

    public override string ToString() => Name;
}

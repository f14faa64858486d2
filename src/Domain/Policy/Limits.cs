using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Policy;

/// <summary>What every limit has (policy-language.md section 10).</summary>
public abstract record Limit(string Name, Place Place)
{
    public abstract LimitKind Kind { get; }

    public Condition? When { get; init; }

    public Per Per { get; init; }

    /// <summary>Kinds of rules it acts on; null: all initiatives.</summary>
    public IReadOnlyList<RuleKind>? AppliesTo { get; init; }

    /// <summary>Names of rules it leaves alone.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    public Mode Mode { get; init; }

    /// <summary>The limit's own calendar if the file gives one (limits otherwise use the calendar of the rule they hold).</summary>
    public BusinessCalendar? Calendar { get; init; }
}

public sealed record DoNotContactLimit(string Name, Place Place) : Limit(Name, Place)
{
    public override LimitKind Kind => LimitKind.DoNotContact;

    public IReadOnlySet<EmailAddress> Addresses { get; init; } = new HashSet<EmailAddress>();

    public IReadOnlyList<string> Domains { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>Local dates, both inclusive.</summary>
public sealed record BlackoutLimit(string Name, Place Place) : Limit(Name, Place)
{
    public override LimitKind Kind => LimitKind.Blackout;

    public required LocalDate From { get; init; }

    public required LocalDate To { get; init; }
}

public sealed record CooldownLimit(string Name, Place Place) : Limit(Name, Place)
{
    public override LimitKind Kind => LimitKind.Cooldown;

    public required IReadOnlyList<string> Cases { get; init; }

    public required LengthOfTime For { get; init; }
}

public sealed record CapLimit(string Name, Place Place) : Limit(Name, Place)
{
    public override LimitKind Kind => LimitKind.Cap;

    public required int Max { get; init; }

    public required LengthOfTime Window { get; init; }

    public bool CountsEmail { get; init; } = true;

    public bool CountsMeetings { get; init; }

    /// <summary>Whether answered calls that we made count.</summary>
    public bool CountsCalls { get; init; }

    /// <summary><c>count: all</c>: solicited mail too.</summary>
    public bool CountsAll { get; init; }
}

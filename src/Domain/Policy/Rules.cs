using CrmSync.Domain.Company;
using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Policy;

public enum Mode
{
    Enforce,
    Observe,
    Disabled,
}

public enum Per
{
    Contact,
    Organisation,
}

/// <summary>What every rule has (policy-language.md section 8, "Common keys").</summary>
public abstract record Rule(string Name, Place Place)
{
    public abstract RuleKind Kind { get; }

    public Condition? When { get; init; }

    /// <summary>The time allowed; null for kinds whose due is fixed or absent.</summary>
    public LengthOfTime? Within { get; init; }

    /// <summary>The rule's own calendar, else the default one; never null.</summary>
    public required BusinessCalendar Calendar { get; init; }

    public Mode Mode { get; init; }

    /// <summary>As written, or the default of the kind.</summary>
    public int Priority { get; init; }

    /// <summary>Null: never.</summary>
    public LengthOfTime? ExpireAfter { get; init; }

    public LengthOfTime? Warn { get; init; }

    public IReadOnlyList<EscalationStep> Escalate { get; init; } = [];

    public string? Say { get; init; }

    public bool Urgent { get; init; }
}

public enum Via
{
    Email,
    Digest,
}

/// <summary>A step counted from <c>due</c>.</summary>
/// <param name="After">Counted as a deadline from due.</param>
/// <param name="To"><c>owner</c>, <c>manager</c>, <c>lead</c> or the id of a person.</param>
public sealed record EscalationStep(LengthOfTime After, string To, Via Via);

public sealed record RespondRule(string Name, Place Place) : Rule(Name, Place)
{
    public override RuleKind Kind => RuleKind.Respond;

    public required LengthOfTime NextWithin { get; init; }

    /// <summary>Whether mail with us only in Cc qualifies.</summary>
    public bool Cc { get; init; }

    /// <summary><c>satisfied_by: contact</c>: an answer in any thread counts.</summary>
    public bool SatisfiedByContact { get; init; }

    /// <summary>
    /// Whether a held meeting with the author answers; <c>meetings: false</c> takes only what is written or said on the telephone.
    /// </summary>
    public bool MeetingsAnswer { get; init; } = true;

    /// <summary>
    /// Whether an answered call with the author, as the telephone system tells it, answers; <c>calls: false</c> takes only what is written
    /// or said to have been said.
    /// </summary>
    public bool CallsAnswer { get; init; } = true;

    /// <summary><c>missed_calls: true</c>: a call of theirs that nobody answered is to be returned.</summary>
    public bool MissedCalls { get; init; }
}

public sealed record ResolveRule(string Name, Place Place) : Rule(Name, Place)
{
    public override RuleKind Kind => RuleKind.Resolve;

    public required string Case { get; init; }
}

public sealed record ChaseRule(string Name, Place Place) : Rule(Name, Place)
{
    public const int DefaultMaxChasers = 2;

    public override RuleKind Kind => RuleKind.Chase;

    public required LengthOfTime After { get; init; }

    /// <summary><c>expects: any</c>: also without a question.</summary>
    public bool ExpectsAny { get; init; }

    public int MaxChasers { get; init; } = DefaultMaxChasers;

    public bool SatisfiedByContact { get; init; }
}

public enum Counts
{
    Any,
    TwoWay,
    Ours,
}

public sealed record StayInTouchRule(string Name, Place Place) : Rule(Name, Place)
{
    public override RuleKind Kind => RuleKind.StayInTouch;

    public required LengthOfTime Every { get; init; }

    public Per Per { get; init; }

    public Counts Counts { get; init; }
}

public enum FollowUpEvent
{
    MeetingHeld,
    FirstInbound,
    CaseClosed,

    /// <summary>Somebody follows whoever has left; built in, and not for the policy to name.</summary>
    Succession,
}

public sealed record FollowUpRule(string Name, Place Place) : Rule(Name, Place)
{
    public override RuleKind Kind => RuleKind.FollowUp;

    public required FollowUpEvent AfterEvent { get; init; }

    /// <summary>The case of <see cref="FollowUpEvent.CaseClosed"/>.</summary>
    public string? Case { get; init; }

    public LengthOfTime? After { get; init; }
}

public sealed record DateRule(string Name, Place Place) : Rule(Name, Place)
{
    public static LengthOfTime DefaultBefore { get; } = new(0, TimeUnit.Day);

    public override RuleKind Kind => RuleKind.Date;

    public required string Field { get; init; }

    public LengthOfTime Before { get; init; } = DefaultBefore;
}

public sealed record NoticeRule(string Name, Place Place) : Rule(Name, Place)
{
    /// <summary>How long after <see cref="Effective"/> it is given up unless <c>expire_after</c> says otherwise.</summary>
    public static LengthOfTime Afterwards { get; } = new(30, TimeUnit.Day);

    public override RuleKind Kind => RuleKind.Notice;

    public required LocalDate From { get; init; }

    public required LocalDate Effective { get; init; }

    /// <summary>Before <see cref="Effective"/>.</summary>
    public required LengthOfTime NotifyBy { get; init; }

    /// <summary>The marker.</summary>
    public required string ToldBy { get; init; }
}

public sealed record HandoverRule(string Name, Place Place) : Rule(Name, Place)
{
    public static LengthOfTime DefaultActiveWithin { get; } = new(12, TimeUnit.Month);

    public override RuleKind Kind => RuleKind.Handover;

    public LengthOfTime ActiveWithin { get; init; } = DefaultActiveWithin;
}

public enum WatchMetric
{
    Marker,
    Case,
    LateResponses,
}

public sealed record WatchRule(string Name, Place Place) : Rule(Name, Place)
{
    public override RuleKind Kind => RuleKind.Watch;

    public required WatchMetric Metric { get; init; }

    /// <summary>The marker or case the metric names.</summary>
    public string? Of { get; init; }

    public required LengthOfTime Window { get; init; }

    public required int AtLeast { get; init; }

    public Per Per { get; init; }

    /// <summary>Whether it is good news, told to whoever looks after them too, and nothing at risk.</summary>
    public bool IsGood { get; init; }
}

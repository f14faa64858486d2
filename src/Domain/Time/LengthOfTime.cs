namespace CrmSync.Domain.Time;

/// <summary>The units of policy-language.md section 3.</summary>
public enum TimeUnit
{
    /// <summary><c>m</c>: elapsed minutes.</summary>
    Minute,

    /// <summary><c>h</c>: elapsed hours.</summary>
    Hour,

    /// <summary><c>bm</c>: minutes of open time.</summary>
    BusinessMinute,

    /// <summary><c>bh</c>: hours of open time.</summary>
    BusinessHour,

    /// <summary><c>bd</c>: business days.</summary>
    BusinessDay,

    /// <summary><c>d</c>: calendar days on the local date.</summary>
    Day,

    /// <summary><c>w</c>: calendar weeks.</summary>
    Week,

    /// <summary><c>mo</c>: calendar months.</summary>
    Month,

    /// <summary><c>y</c>: calendar years.</summary>
    Year,
}

/// <summary>A length of time as the policy writes it: one integer and one unit.</summary>
/// <param name="Amount">Zero or more.</param>
/// <param name="Unit">The unit, whose meaning depends on the calendar and on whether a deadline or an opening is computed.</param>
public sealed record LengthOfTime(int Amount, TimeUnit Unit)
{
    /// <summary>Whether the unit is <c>m</c>, <c>h</c>, <c>bm</c> or <c>bh</c>.</summary>
    public bool IsClock => Unit <= TimeUnit.BusinessHour;

    public override string ToString() => $"{Amount}{Unit switch
    {
        TimeUnit.Minute => "m",
        TimeUnit.Hour => "h",
        TimeUnit.BusinessMinute => "bm",
        TimeUnit.BusinessHour => "bh",
        TimeUnit.BusinessDay => "bd",
        TimeUnit.Day => "d",
        TimeUnit.Week => "w",
        TimeUnit.Month => "mo",
        _ => "y",
    }}";
}

using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>How a point in time is written in a calendar (RFC 5545 section 3.3.5).</summary>
public enum CalendarTimeKind
{
    /// <summary>A day without time and zone.</summary>
    Date,

    /// <summary>A time without zone: the same wall time wherever one is.</summary>
    Floating,

    /// <summary>A time in UTC.</summary>
    Utc,

    /// <summary>A time in a named zone.</summary>
    Zoned,
}

/// <summary>
/// A zone a calendar speaks of. <paramref name="Name"/> is what was written, <paramref name="Zone"/> what it was found to be;
/// <paramref name="Uncertain"/> says that it could not be found and something had to be assumed.
/// </summary>
public sealed record CalendarZone(string Name, DateTimeZone Zone, bool Uncertain = false)
{
    /// <summary>UTC, known for certain.</summary>
    public static CalendarZone Utc { get; } = new("UTC", DateTimeZone.Utc);
}

/// <summary>A point in time, or a day, of a calendar: the wall time as written, and the zone it is read in.</summary>
/// <param name="Local">Wall time; midnight for a day.</param>
/// <param name="Kind">How it was written.</param>
/// <param name="Zone">
/// The zone <paramref name="Local"/> is read in. For <see cref="CalendarTimeKind.Floating"/> the calendar's default zone; for
/// <see cref="CalendarTimeKind.Date"/> UTC, so that a day never moves to its neighbour.
/// </param>
public sealed record CalendarTime(LocalDateTime Local, CalendarTimeKind Kind, CalendarZone Zone)
{
    /// <summary>A day.</summary>
    public static CalendarTime OfDate(LocalDate date) => new(date + LocalTime.Midnight, CalendarTimeKind.Date, CalendarZone.Utc);

    /// <summary>A moment in UTC.</summary>
    public static CalendarTime OfInstant(Instant instant) => new(instant.InUtc().LocalDateTime, CalendarTimeKind.Utc, CalendarZone.Utc);

    /// <summary>The day, in the zone it was written in.</summary>
    public LocalDate Date => Local.Date;

    /// <summary>Whether this is a day and not a time.</summary>
    public bool IsDate => Kind == CalendarTimeKind.Date;

    /// <summary>
    /// The moment in UTC. A wall time that the clocks skip is moved forward by what they skip; of one that comes twice the first is taken.
    /// A day is placed at midnight UTC.
    /// </summary>
    public Instant Instant => ToInstant(Local, Zone.Zone);

    /// <summary>The second of the two moments of a wall time that comes twice; null for every other.</summary>
    internal Instant? SecondInstant =>
        Kind is CalendarTimeKind.Zoned or CalendarTimeKind.Floating
        && Local.Year is >= 2 and <= 9998
        && Zone.Zone.MapLocal(Local) is { Count: 2 } twice
            ? twice.Last().ToInstant()
            : null;

    /// <summary>The same kind of time in the same zone, at another wall time.</summary>
    public CalendarTime At(LocalDateTime local) => this with { Local = local };

    /// <summary>
    /// The same kind of time in the same zone, at another moment; in UTC when it is the second with that wall time, which wall time cannot
    /// say.
    /// </summary>
    public CalendarTime At(Instant instant)
    {
        var there = this with { Local = instant.InZone(Zone.Zone).LocalDateTime };
        return there.Instant == instant || there.SecondInstant != instant ? there : OfInstant(instant);
    }

    internal static Instant ToInstant(LocalDateTime local, DateTimeZone zone)
    {
        if (ReferenceEquals(zone, DateTimeZone.Utc))
            return local.InUtc().ToInstant();

        // Offsets of up to 18 hours reach past the ends of what an instant can hold.
        if (local.Year is < 2 or > 9998)
            return local.InUtc().ToInstant();

        // The interval before a gap, or before the clocks go back: forward through the one, the first of the other.
        return local.WithOffset(zone.MapLocal(local).EarlyInterval.WallOffset).ToInstant();
    }
}

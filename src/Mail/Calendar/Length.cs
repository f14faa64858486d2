using System.Runtime.InteropServices;
using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>
/// How long an event takes. One given by DTEND is exact time for every occurrence (RFC 5545 section 3.8.5.3); the days of a DURATION, and
/// of an all-day event, are days on the calendar, however many hours they have.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Length(int Days, Duration Exact)
{
    public static Length From(Period period) =>
        new(period.Days, Duration.FromSeconds(period.Hours * 3600 + period.Minutes * 60 + period.Seconds));

    public static Length From(CalendarEvent entry)
    {
        if (entry.WrittenDuration is { } written)
            return From(written);
        return entry.Start.IsDate
            ? new Length((int)((entry.End.Instant - entry.Start.Instant).TotalSeconds / CivilDay.Seconds), Duration.Zero)
            : new Length(0, entry.End.Instant - entry.Start.Instant);
    }

    public static Length From(Duration exact) => new(0, exact);

    /// <summary>The most this can be in exact time.</summary>
    public Duration Most => Exact + Duration.FromDays(Days) + (Days > 0 ? Duration.FromDays(1) : Duration.Zero);

    /// <summary>When something that begins then ends.</summary>
    public CalendarTime End(CalendarTime start)
    {
        var later = Days == 0 ? start : start.At(start.Local.PlusDays(Days));
        return Exact == Duration.Zero ? later : later.At(later.Instant + Exact);
    }
}

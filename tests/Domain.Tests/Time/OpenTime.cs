using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Tests.Time;

/// <summary>The open time between two moments, as tests write moments.</summary>
internal static class OpenTime
{
    public static Duration OpenTimeBetween(this BusinessCalendar calendar, Instant from, Instant to) =>
        Duration.FromTicks(calendar.OpenTicksBetween(from.ToUnixTimeTicks(), to.ToUnixTimeTicks()));
}

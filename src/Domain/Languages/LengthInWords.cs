using CrmSync.Domain.Time;
using NodaTime;

namespace CrmSync.Domain.Languages;

/// <summary>In which unit a length of time is told: the largest that says enough.</summary>
internal static class LengthInWords
{
    public static (TimeUnit Unit, long Count) Choose(Duration length)
    {
        var minutes = Math.Max(0, (long)length.TotalMinutes);
        return minutes switch
        {
            < 60 => (TimeUnit.Minute, minutes),
            < 48 * 60 => (TimeUnit.Hour, minutes / 60),
            < 21 * 24 * 60 => (TimeUnit.Day, minutes / (24 * 60)),
            < 90L * 24 * 60 => (TimeUnit.Week, minutes / (7 * 24 * 60)),
            < 730L * 24 * 60 => (TimeUnit.Month, minutes / (30 * 24 * 60)),
            _ => (TimeUnit.Year, minutes / (365L * 24 * 60)),
        };
    }
}

using NodaTime;

namespace CrmSync.Domain.Time;

/// <summary>
/// The days of one calendar as instants, numbered from 1 January 1970, each worked out when first asked for. Local times that do not exist
/// are moved forward by the size of the gap; of those that exist twice the first is meant. Moments outside the years 1900 to 2399 are
/// treated as their nearest day.
/// </summary>
internal sealed class CalendarDays(
    DateTimeZone zone,
    IReadOnlyDictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>> hours,
    IReadOnlyDictionary<LocalDate, Holiday> holidays)
{
    private const int ChunkBits = 8;
    private const int ChunkSize = 1 << ChunkBits;
    private static readonly LocalDate Epoch = new(1970, 1, 1);
    private readonly Day[]?[] chunks = new Day[]?[((Last - First) >> ChunkBits) + 1];

    /// <summary>The number of 1 January 1900.</summary>
    public const int First = -25567;

    /// <summary>The number of 31 December 2399.</summary>
    public const int Last = 157053;

    /// <summary>Nothing is computed to lie before this instant.</summary>
    public const long Beginning = First * NodaConstants.TicksPerDay;

    /// <summary>Nothing is computed to lie after this instant.</summary>
    public const long End = (Last + 1L) * NodaConstants.TicksPerDay;

    public Day this[int number]
    {
        get
        {
            var index = Math.Clamp(number, First, Last) - First;
            return (chunks[index >> ChunkBits] ?? Fill(index >> ChunkBits))[index & (ChunkSize - 1)];
        }
    }

    public static int Number(LocalDate date) => Math.Clamp(Period.DaysBetween(Epoch, date), First, Last);

    public static LocalDate Date(int number) => Epoch.PlusDays(number);

    /// <summary>The local date of a moment, as a number.</summary>
    public int Number(long moment) => Split(moment).Day;

    /// <summary>The local date and the ticks of the local clock since midnight.</summary>
    public (int Day, long Time) Split(long moment)
    {
        var at = Math.Clamp(moment, Beginning, End - 1);
        var local = at + zone.GetUtcOffset(Instant.FromUnixTimeTicks(at)).Ticks;
        var day = (int)Math.Clamp(Math.DivRem(local, NodaConstants.TicksPerDay, out var time), First, Last);
        return time < 0 ? (day - 1, time + NodaConstants.TicksPerDay) : (day, time);
    }

    /// <summary>The instant of a local clock time.</summary>
    public long Join(int day, long time)
    {
        var local = (day * NodaConstants.TicksPerDay) + time;
        if (local is < Beginning + NodaConstants.TicksPerWeek or > End - NodaConstants.TicksPerWeek)
            return Math.Clamp(local, Beginning, End);

        // No clock change within a day on either side: one offset holds. Otherwise the zone decides.
        var before = zone.GetUtcOffset(Instant.FromUnixTimeTicks(local - NodaConstants.TicksPerDay));
        var after = zone.GetUtcOffset(Instant.FromUnixTimeTicks(local + NodaConstants.TicksPerDay));
        return before == after
            ? local - before.Ticks
            : zone.AtLeniently(Date(day).AtMidnight().PlusTicks(time)).ToInstant().ToUnixTimeTicks();
    }

    /// <summary>A date moved by calendar days, weeks, months or years.</summary>
    public static int Plus(int day, LengthOfTime length, int sign) => length.Unit switch
    {
        TimeUnit.Day => (int)Math.Clamp(day + ((long)sign * length.Amount), First, Last),
        TimeUnit.Week => (int)Math.Clamp(day + (sign * 7L * length.Amount), First, Last),
        _ => Number(Plus(Date(day), length, sign)),
    };

    public static LocalDate Plus(LocalDate date, LengthOfTime length, int sign) => length.Unit switch
    {
        TimeUnit.Month => date.PlusMonths(sign * Math.Min(length.Amount, 12 * 500)),
        TimeUnit.Year => date.PlusYears(sign * Math.Min(length.Amount, 500)),
        _ => Date(Plus(Number(date), length, sign)),
    };

    private Day[] Fill(int chunk)
    {
        var filled = new Day[ChunkSize];
        var first = First + (chunk << ChunkBits);
        for (var i = 0; i < ChunkSize; i++)
            filled[i] = Day(first + i);

        return chunks[chunk] = filled;
    }

    private Day Day(int number)
    {
        var date = Date(number);
        var (start, end) = (Join(number, 0), Join(number + 1, 0));
        var spans = holidays.TryGetValue(date, out var holiday) ? holiday.Hours : hours.GetValueOrDefault(date.DayOfWeek) ?? [];
        var opens = new List<long>(spans.Count);
        var closes = new List<long>(spans.Count);
        var from = start;
        foreach (var span in spans)
        {
            // A clock change can swallow a span or push it into the next: what is left of each is kept apart.
            var open = Math.Max(from, Join(number, span.Start * NodaConstants.TicksPerMinute));
            var close = Math.Min(end, span.End == 1440 ? end : Join(number, span.End * NodaConstants.TicksPerMinute));
            if (open >= close)
                continue;

            opens.Add(open);
            closes.Add(close);
            from = close;
        }

        return new Day(start, [.. opens], [.. closes]);
    }
}

/// <summary>One local day: when it begins and its open spans, in ticks.</summary>
internal sealed class Day(long start, long[] opens, long[] closes)
{
    public long Start { get; } = start;

    public long[] Opens { get; } = opens;

    public long[] Closes { get; } = closes;

    public bool IsBusinessDay => Opens.Length > 0;

    /// <summary>The first opening of a business day.</summary>
    public long Open => Opens.Length > 0 ? Opens[0] : Start;

    /// <summary>The last closing of a business day.</summary>
    public long Close => Closes.Length > 0 ? Closes[^1] : Start;
}

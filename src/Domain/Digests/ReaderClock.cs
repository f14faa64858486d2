using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Moments as one reader sees them: in their zone, from now, in the words of their language.</summary>
public sealed class ReaderClock(DateTimeZone zone, Instant now, Wording words)
{
    public DateTimeZone Zone { get; } = zone;

    public Instant Now { get; } = now;

    public LocalDate Today { get; } = now.InZone(zone).Date;

    /// <summary>The language of the reader.</summary>
    public Wording Words { get; } = words;

    /// <summary>The clock of a reader, by their own calendar where they have one.</summary>
    public static ReaderClock From(CompanyPolicy policy, Person reader, Instant now) =>
        new((reader.Calendar ?? policy.DefaultCalendar).Zone, now, Wording.In(reader.Language));

    public LocalDate Date(Instant moment) => moment.InZone(Zone).Date;

    /// <summary>The moment as the reader sees it, for a sentence.</summary>
    public SeenTime At(Instant moment) => new(moment.InZone(Zone).LocalDateTime, Today);

    /// <summary>The time of day in words.</summary>
    public string Time(Instant moment) => Words.Dates.Time(moment.InZone(Zone).TimeOfDay);

    /// <summary>The moment in words: <c>yesterday 14:30</c>.</summary>
    public string When(Instant moment) => Words.Dates.When(At(moment));

    /// <summary>Now, as it heads an email that does not come once a day: <c>Wed 4 March, 16:30</c>.</summary>
    public string Head => Words.Dates.LongDay(Today, Now.InZone(Zone).TimeOfDay);
}

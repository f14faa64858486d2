using CrmSync.Domain.Time;
using NodaTime;
using NodaTime.Text;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Time;

public sealed class BusinessCalendarTests
{
    private static readonly BusinessCalendar Berlin = Calendar(
        "office",
        "Europe/Berlin",
        "mon-fri 09:00-17:00",
        "2026-04-03 Good Friday",
        "2026-04-06 Easter Monday");
    private static readonly BusinessCalendar Dublin = Calendar(
        "dublin",
        "Europe/Dublin",
        "mon-thu 09:00-13:00 14:00-17:30; fri 09:00-16:00",
        "2026-12-24 09:00-12:00",
        "2026-12-25 Christmas Day",
        "2026-12-28 Saint Stephen's Day");

    private static readonly BusinessCalendar Chicago = Calendar("desk", "America/Chicago", "mon-fri 07:00-19:00; sat 09:00-13:00");
    private static readonly BusinessCalendar Always = Calendar("always", "America/Chicago", "mon-sun 00:00-24:00");
    private static readonly BusinessCalendar Sydney = Calendar("sydney", "Australia/Sydney", "mon-fri 09:00-17:00");
    private static readonly BusinessCalendar Night = Calendar("night", "Europe/Berlin", "sun-sat 01:00-04:00");

    [Theory]
    [InlineData("2026-03-06 18:00", "1bd", "2026-03-10 17:00")] // Friday evening counts on Monday
    [InlineData("2026-03-07 11:00", "1bd", "2026-03-10 17:00")] // and so does Saturday
    [InlineData("2026-03-06 16:59", "1bd", "2026-03-09 17:00")]
    [InlineData("2026-03-06 17:00", "1bd", "2026-03-10 17:00")] // at the close the day is over
    [InlineData("2026-03-06 03:00", "1bd", "2026-03-09 17:00")] // before opening the day still counts
    [InlineData("2026-04-02 10:00", "1bd", "2026-04-07 17:00")] // two holidays and a weekend
    [InlineData("2026-03-02 16:00", "4bh", "2026-03-03 12:00")]
    [InlineData("2026-03-02 09:00", "8bh", "2026-03-02 17:00")] // landing on the close stays there
    [InlineData("2026-03-02 17:00", "1bh", "2026-03-03 10:00")] // the close is not open
    [InlineData("2026-03-07 11:00", "0bm", "2026-03-09 09:00")]
    [InlineData("2026-03-02 16:59", "2bm", "2026-03-03 09:01")]
    [InlineData("2026-03-28 10:00", "24h", "2026-03-29 11:00")] // clocks go forward
    [InlineData("2026-03-28 10:00", "1d", "2026-03-29 10:00")]
    [InlineData("2026-03-28 02:30", "1d", "2026-03-29 03:30")] // 02:30 does not exist
    [InlineData("2026-10-24 02:30", "1d", "2026-10-25 02:30")] // twice: the first
    [InlineData("2026-01-31 10:00", "1mo", "2026-02-28 10:00")]
    [InlineData("2024-02-29 10:00", "1y", "2025-02-28 10:00")]
    [InlineData("2026-03-02 10:00", "2w", "2026-03-16 10:00")]
    public void A_deadline_in_Berlin(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Berlin, Berlin.Deadline(At(Berlin, from), Length(length))));

    [Theory]
    [InlineData("2026-03-02 15:00", "3bd", "2026-03-05 09:00")]
    [InlineData("2026-03-06 18:00", "1bd", "2026-03-10 09:00")]
    [InlineData("2026-02-20 18:30", "30d", "2026-03-23 09:00")] // the 22nd is a Sunday
    [InlineData("2026-03-04 10:00", "30d", "2026-04-07 09:00")] // Good Friday to Easter Monday
    [InlineData("2026-03-02 16:00", "4bh", "2026-03-03 12:00")]
    [InlineData("2026-03-02 16:00", "20h", "2026-03-03 12:00")]
    public void An_opening_in_Berlin(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Berlin, Berlin.Opening(At(Berlin, from), Length(length))));

    [Theory]
    [InlineData("2026-03-02 12:30", "1bh", "2026-03-02 14:30")] // over lunch
    [InlineData("2026-03-02 13:00", "1bm", "2026-03-02 14:01")]
    [InlineData("2026-03-02 13:30", "30bm", "2026-03-02 14:30")]
    [InlineData("2026-03-06 15:30", "1bh", "2026-03-09 09:30")] // Friday is shorter
    [InlineData("2026-12-24 11:00", "2bh", "2026-12-29 10:00")] // a shorter day, a weekend, a holiday
    [InlineData("2026-12-24 12:00", "1bd", "2026-12-30 17:30")] // closed at noon: counts on the 29th
    [InlineData("2026-12-23 10:00", "1bd", "2026-12-24 12:00")] // closes early
    public void A_deadline_over_lunch_and_short_days(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Dublin, Dublin.Deadline(At(Dublin, from), Length(length))));

    [Theory]
    [InlineData("2026-03-07 12:00", "2bh", "2026-03-09 08:00")] // Saturday one to Monday
    [InlineData("2026-03-07 12:00", "24h", "2026-03-08 13:00")] // the second Sunday of March
    [InlineData("2026-10-31 12:00", "24h", "2026-11-01 11:00")]
    public void A_deadline_in_Chicago(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Chicago, Chicago.Deadline(At(Chicago, from), Length(length))));

    [Theory]
    [InlineData("2026-03-07 23:50", "30bm", "2026-03-08 00:20")]
    [InlineData("2026-03-08 01:30", "60bm", "2026-03-08 03:30")] // real elapsed time over the gap
    [InlineData("2026-11-01 00:30", "180bm", "2026-11-01 02:30")] // and over the hour that comes twice
    [InlineData("2026-03-08 23:00", "1bd", "2026-03-10 00:00")] // the day closes at 24:00
    public void A_deadline_of_a_calendar_that_never_closes(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Always, Always.Deadline(At(Always, from), Length(length))));

    [Theory]
    [InlineData("2026-04-03 16:00", "2bh", "2026-04-06 10:00")]
    [InlineData("2026-04-04 10:00", "24h", "2026-04-05 09:00")] // clocks go back in autumn, which is April there
    [InlineData("2026-10-03 10:00", "24h", "2026-10-04 11:00")]
    public void A_deadline_in_Sydney(string from, string length, string expected) =>
        Assert.Equal(expected, Told(Sydney, Sydney.Deadline(At(Sydney, from), Length(length))));

    [Theory]
    [InlineData("2026-03-29", 2)] // 01:00 to 04:00 without the hour after two
    [InlineData("2026-03-30", 3)]
    [InlineData("2026-10-25", 4)]
    public void A_span_over_a_clock_change_has_as_many_hours_as_pass(string date, int hours) =>
        Assert.Equal(Duration.FromHours(hours), Night.OpenTimeBetween(Night.Start(Day(date)), Night.Start(Day(date).PlusDays(1))));

    [Theory]
    [InlineData("2026-03-02 09:00", "2026-03-02 09:00")]
    [InlineData("2026-03-02 17:00", "2026-03-03 09:00")]
    [InlineData("2026-03-02 08:59", "2026-03-02 09:00")]
    [InlineData("2026-03-07 12:00", "2026-03-09 09:00")]
    public void Rolling_goes_to_the_next_opening(string from, string expected) =>
        Assert.Equal(expected, Told(Berlin, Berlin.Roll(At(Berlin, from))));

    [Theory]
    [InlineData("2026-03-02 12:00", "1bh", "2026-03-02 11:00")]
    [InlineData("2026-03-02 09:30", "1bh", "2026-02-27 16:30")]
    [InlineData("2026-03-02 10:00", "1bh", "2026-03-02 09:00")] // landing on the opening stays there
    [InlineData("2026-03-09 17:00", "1bd", "2026-03-06 09:00")]
    [InlineData("2026-03-29 10:00", "24h", "2026-03-28 09:00")]
    [InlineData("2026-03-29 10:00", "1d", "2026-03-28 10:00")]
    public void Before_counts_backwards_through_open_time(string moment, string length, string expected) =>
        Assert.Equal(expected, Told(Berlin, Berlin.Before(At(Berlin, moment), Length(length))));

    [Theory]
    [InlineData("2026-03-15", "1bd", "2026-03-12")] // a Sunday: back from Friday
    [InlineData("2026-03-15", "3d", "2026-03-12")]
    [InlineData("2026-03-31", "1mo", "2026-02-28")]
    public void A_date_before_a_date(string date, string length, string expected) =>
        Assert.Equal(Day(expected), Berlin.DateBefore(Day(date), Length(length)));

    [Fact]
    public void A_calendar_that_is_never_open_is_refused_and_never_searched_for_ever()
    {
        var never = new BusinessCalendar(
            "never",
            Berlin.Zone,
            new Dictionary<IsoDayOfWeek, IReadOnlyList<OpenSpan>>(),
            new Dictionary<LocalDate, Holiday>());
        Assert.True(never.IsNeverOpen);
        Assert.Throws<InvalidOperationException>(() => never.Roll(At(Berlin, "2026-03-02 10:00")));
        Assert.Throws<InvalidOperationException>(() => never.Deadline(At(Berlin, "2026-03-02 10:00"), Length("1bd")));
    }

    [Fact]
    public void Lengths_beyond_all_measure_end_at_the_end_of_time_and_not_in_an_exception()
    {
        foreach (var unit in Enum.GetValues<TimeUnit>())
            Assert.True(
                Berlin.Deadline(At(Berlin, "2026-03-02 10:00"), new LengthOfTime(int.MaxValue, unit)) > Instant.FromUtc(2390, 1, 1, 0, 0));
    }

    internal static Instant At(BusinessCalendar calendar, string local) =>
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm").Parse(local).Value.InZoneLeniently(calendar.Zone).ToInstant();

    private static string Told(BusinessCalendar calendar, Instant moment) =>
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm").Format(moment.InZone(calendar.Zone).LocalDateTime);
}

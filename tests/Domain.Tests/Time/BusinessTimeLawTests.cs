using CrmSync.Domain.Time;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using static CrmSync.Domain.Tests.Evaluation.Write;

namespace CrmSync.Domain.Tests.Time;

/// <summary>What holds for every calendar, moment and length.</summary>
public sealed class BusinessTimeLawTests
{
    private static readonly BusinessCalendar[] Calendars =
    [
        Calendar("office", "Europe/Berlin", "mon-fri 09:00-17:00", "2026-04-03 Good Friday", "2026-12-24 09:00-12:00"),
        Calendar("lunch", "America/New_York", "mon-thu 09:00-12:30 13:15-18:00; fri 09:00-12:00"),
        Calendar("always", "Australia/Lord_Howe", "mon-sun 00:00-24:00"),
        Calendar("night", "America/Sao_Paulo", "sat-tue 00:00-03:00 22:00-24:00"),
    ];

    private static readonly TimeUnit[] Units = Enum.GetValues<TimeUnit>();

    private static readonly Gen<(BusinessCalendar Calendar, Instant Moment)> Moments =
        from calendar in Gen.Elements(Calendars)
        from minutes in Gen.Choose(0, 12 * 366 * 24 * 60)
        select (calendar, Instant.FromUtc(2016, 1, 1, 0, 0) + Duration.FromMinutes(minutes));

    [Fact]
    public void A_later_start_never_ends_earlier() => ForAll(
        from spot in Moments
        from later in Gen.Choose(0, 5000)
        from length in Lengths
        select (spot, later, length),
        x =>
        {
            var (calendar, moment) = x.spot;
            var then = moment + Duration.FromMinutes(x.later);
            Assert.True(calendar.Opening(moment, x.length) <= calendar.Opening(then, x.length));
            if (x.length.Unit <= TimeUnit.BusinessDay)
                Assert.True(calendar.Deadline(moment, x.length) <= calendar.Deadline(then, x.length));
        });

    [Fact]
    public void A_longer_time_never_ends_earlier() =>
        ForAll(
            from spot in Moments
            from length in Lengths
            from more in Gen.Choose(0, 50)
            select (spot, length, more),
            x =>
                Assert.True(
                    x.spot.Calendar.Deadline(x.spot.Moment, x.length)
                        <= x.spot.Calendar.Deadline(x.spot.Moment, x.length with { Amount = x.length.Amount + x.more })));

    [Fact]
    public void Open_time_adds_in_parts() =>
        ForAll(
            from spot in Moments
            from a in Gen.Choose(1, 3000)
            from b in Gen.Choose(1, 3000)
            select (spot, a, b),
            x =>
            {
                var (calendar, moment) = x.spot;
                var whole = calendar.Deadline(moment, new LengthOfTime(x.a + x.b, TimeUnit.BusinessMinute));
                var parts = calendar.Deadline(
                    calendar.Deadline(moment, new LengthOfTime(x.a, TimeUnit.BusinessMinute)),
                    new LengthOfTime(x.b, TimeUnit.BusinessMinute));
                Assert.Equal(whole, parts);
            });

    [Fact]
    public void Exactly_the_open_time_asked_for_passes() =>
        ForAll(
            from spot in Moments
            from minutes in Gen.Choose(0, 5000)
            select (spot, minutes),
            x =>
            {
                var (calendar, moment) = x.spot;
                var end = calendar.Deadline(moment, new LengthOfTime(x.minutes, TimeUnit.BusinessMinute));
                Assert.Equal(Duration.FromMinutes(x.minutes), calendar.OpenTimeBetween(moment, end));
                Assert.Equal(
                    Duration.FromMinutes(x.minutes),
                    calendar.OpenTimeBetween(calendar.Before(end, new LengthOfTime(x.minutes, TimeUnit.BusinessMinute)), end));
            });

    [Fact]
    public void A_rolled_moment_is_open_and_rolls_no_further() => ForAll(Moments, x =>
    {
        var rolled = x.Calendar.Roll(x.Moment);
        Assert.True(rolled >= x.Moment);
        Assert.Equal(rolled, x.Calendar.Roll(rolled));
        Assert.Equal(Duration.Zero, x.Calendar.OpenTimeBetween(x.Moment, rolled));
    });

    [Fact]
    public void A_deadline_in_business_days_is_a_close_and_an_opening_a_start() => ForAll(
        from spot in Moments
        from days in Gen.Choose(0, 40)
        select (spot, days),
        x =>
        {
            var (calendar, moment) = x.spot;
            var length = new LengthOfTime(x.days, TimeUnit.BusinessDay);
            var close = calendar.Deadline(moment, length);
            var start = calendar.Opening(moment, length);
            Assert.True(close > moment);
            Assert.True(start < close);
            Assert.True(calendar.IsOpen(start));
            Assert.False(calendar.OpenTimeBetween(start, close) == Duration.Zero);
            Assert.Equal(calendar.Deadline(start, new LengthOfTime(0, TimeUnit.BusinessDay)), close);
        });

    private static Gen<LengthOfTime> Lengths =>
        from unit in Gen.Elements(Units)
        from amount in Gen.Choose(0, 60)
        select new LengthOfTime(amount, unit);

    private static void ForAll<T>(Gen<T> some, Action<T> law) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(some.ToArbitrary(), law));
}

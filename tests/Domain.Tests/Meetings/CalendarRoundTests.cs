using CrmSync.Domain.Meetings;
using NodaTime;
using static CrmSync.Domain.Tests.Meetings.SomeMeeting;

namespace CrmSync.Domain.Tests.Meetings;

public sealed class CalendarRoundTests
{
    private static readonly Interval Always = new(null, null);
    private static readonly Instant Tuesday = Monday + Duration.FromDays(1);

    [Fact]
    public void A_meeting_that_was_over_when_last_seen_and_silently_disappears_stays()
    {
        var held = CreateCopy(Ana) with { LastSeen = Monday + Duration.FromHours(1) };
        Assert.Equal(held, Assert.Single(CalendarRound.Settle([held], [], Always)));
    }

    [Fact]
    public void A_meeting_that_was_not_over_when_last_seen_goes_with_the_calendar() =>
        Assert.Empty(CalendarRound.Settle([CreateCopy(Ana) with { LastSeen = Monday + Duration.FromMinutes(59) }], [], Always));

    [Fact]
    public void A_past_meeting_that_is_changed_follows_the_calendar_and_keeps_when_it_was_first_seen()
    {
        var held = CreateCopy(Ana) with { LastSeen = Tuesday };
        var settled = Assert.Single(
            CalendarRound.Settle([held], [CreateCopy(Ana, Tuesday) with { FirstSeen = Tuesday, LastSeen = Tuesday }], Always));
        Assert.Equal((Tuesday, HarvestedAt), (settled.Start, settled.FirstSeen));
    }

    [Fact]
    public void A_past_occurrence_whose_series_moved_is_not_held_twice()
    {
        var before = CreateCopy(Ana, Monday, Monday) with { LastSeen = Tuesday };
        var after = CreateCopy(Ana, Monday + Duration.FromHours(1), Monday + Duration.FromHours(1)) with { LastSeen = Tuesday };
        Assert.Equal(after.Start, Assert.Single(CalendarRound.Settle([before], [after], Always)).Start);
    }

    [Fact]
    public void What_lies_outside_of_the_window_was_not_looked_at_and_stays() =>
        Assert.Single(CalendarRound.Settle([CreateCopy(Ana)], [], new Interval(Tuesday, null)));

    [Fact]
    public void A_meeting_that_became_private_is_not_kept_for_being_over()
    {
        var now = CreateCopy(Ana) with { Private = true };
        Assert.True(Assert.Single(CalendarRound.Settle([CreateCopy(Ana) with { LastSeen = Tuesday }], [now], Always)).Private);
    }

    [Theory]
    [InlineData(1, 0, false, false)]
    [InlineData(5, 0, false, true)]
    [InlineData(5, 0, true, true)]
    [InlineData(100, 99, false, false)]
    [InlineData(100, 49, false, true)]
    [InlineData(100, 49, true, false)]
    [InlineData(30, 11, false, false)]
    public void A_calendar_that_is_suddenly_empty_is_an_alarm_and_one_that_shrank_is_looked_at_twice(
        int before,
        int now,
        bool confirmed,
        bool alarm) => Assert.Equal(alarm, CalendarRound.Alarm(before, now, confirmed) is not null);
}

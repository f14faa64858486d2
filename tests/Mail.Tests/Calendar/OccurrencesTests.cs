using System.Diagnostics;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Mail.Tests.Calendar;

public sealed class OccurrencesTests
{
    private const string Vienna = "DTSTART;TZID=Europe/Vienna:20260319T100000\nDTEND;TZID=Europe/Vienna:20260319T110000\n";

    [Theory]
    [InlineData("Europe/Vienna", "0319T0900 0326T0900 0402T0800")]
    [InlineData("America/New_York", "0319T1400 0326T1400 0402T1400")]
    [InlineData("Australia/Sydney", "0318T2300 0325T2300 0401T2300 0409T0000")]
    public void A_series_over_a_clock_change_stays_at_its_wall_time(string zone, string expected)
    {
        var series = Ics.Series(
            $"DTSTART;TZID={zone}:20260319T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT={expected.Split(' ').Length}");
        Assert.Equal(expected, Ics.Starts(series));
    }

    [Fact]
    public void A_wall_time_the_clocks_skip_is_moved_forward_and_of_one_that_comes_twice_the_first_is_taken()
    {
        Assert.Equal(
            "0328T0130 0329T0130 0330T0030",
            Ics.Starts(Ics.Series("DTSTART;TZID=Europe/Vienna:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3")));
        Assert.Equal(
            "1024T0030 1025T0030 1026T0130",
            Ics.Starts(Ics.Series("DTSTART;TZID=Europe/Vienna:20261024T023000\nRRULE:FREQ=DAILY;COUNT=3")));
    }

    [Theory]
    [InlineData("DTSTART;TZID=Europe/Vienna:20261025T013000\nDTEND;TZID=Europe/Vienna:20261025T023000", 60)]
    [InlineData("DTSTART;TZID=Europe/Vienna:20261025T023000\nDTEND;TZID=Europe/Vienna:20261025T024500", 15)]
    [InlineData("DTSTART;TZID=Europe/Vienna:20261025T013000\nDTEND;TZID=Europe/Vienna:20261025T033000", 180)]
    [InlineData("DTSTART;TZID=Europe/Vienna:20261025T013000\nDURATION:PT2H", 120)]
    [InlineData("DTSTART:20261025T004500Z\nDTEND;TZID=Europe/Vienna:20261025T023000", 45)]
    public void An_end_in_the_hour_that_comes_twice_is_the_first_one_behind_its_start(string times, int minutes)
    {
        var only = Assert.Single(Occurrences.Within(Ics.Series(times), Ics.Year2026, 100).Occurrences);
        Assert.Equal(Duration.FromMinutes(minutes), only.End.Instant - only.Start.Instant);
    }

    [Fact]
    public void One_occurrence_moved_keeps_its_recurrence_id_and_one_cancelled_says_so()
    {
        var series = Ics.Series(
            Vienna + "RRULE:FREQ=WEEKLY;COUNT=4",
            "RECURRENCE-ID;TZID=Europe/Vienna:20260326T100000\nDTSTART;TZID=Europe/Vienna:20260327T150000\nDTEND;"
                + "TZID=Europe/Vienna:20260327T153000",
            "RECURRENCE-ID:20260402T080000Z\nDTSTART;TZID=Europe/Vienna:20260402T100000\nDTEND;TZID=Europe/Vienna:20260402T110000\n"
                + "STATUS:CANCELLED"
        );
        var occurrences = Occurrences.Within(series, Ics.Year2026, 100).Occurrences;
        Assert.Equal("0319T0900 0327T1400 0402T0800 0409T0800", Ics.Starts(series));
        Assert.Equal(
            ["0319T0900", "0326T0900", "0402T0800", "0409T0800"],
            occurrences.Select(occurrence => Ics.Print(occurrence.RecurrenceId!.Value)));
        Assert.Equal([false, false, true, false], occurrences.Select(occurrence => occurrence.Event.Status == EventStatus.Cancelled));
        Assert.Equal(Duration.FromMinutes(30), occurrences[1].End.Instant - occurrences[1].Start.Instant);
    }

    [Fact]
    public void This_and_future_moves_all_later_occurrences_until_the_next_such_change()
    {
        var series = Ics.Series(
            Vienna + "SUMMARY:Old\nRRULE:FREQ=WEEKLY;COUNT=6",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20260326T100000\nSUMMARY:New\nDTSTART;"
                + "TZID=Europe/Vienna:20260327T140000\nDTEND;TZID=Europe/Vienna:20260327T160000",
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20260416T100000\nSUMMARY:Newest\nDTSTART;"
                + "TZID=Europe/Vienna:20260416T090000\nDTEND;TZID=Europe/Vienna:20260416T100000"
        );
        Assert.Equal("0319T0900 0327T1300 0403T1200 0410T1200 0416T0700 0423T0700", Ics.Starts(series));
        var occurrences = Occurrences.Within(series, Ics.Year2026, 100).Occurrences;
        Assert.Equal(["Old", "New", "New", "New", "Newest", "Newest"], occurrences.Select(occurrence => occurrence.Event.Summary));
        Assert.Equal(Duration.FromHours(2), occurrences[2].End.Instant - occurrences[2].Start.Instant);
        Assert.Equal("0402T0800", Ics.Print(occurrences[2].RecurrenceId!.Value));
    }

    [Fact]
    public void A_series_moved_to_another_zone_from_one_occurrence_on_keeps_the_new_wall_time()
    {
        var series = Ics.Series(
            Vienna + "RRULE:FREQ=WEEKLY;COUNT=4",
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260326T090000Z\nDTSTART;TZID=America/New_York:20260326T100000\nDURATION:PT1H");
        Assert.Equal("0319T0900 0326T1400 0402T1400 0409T1400", Ics.Starts(series));
    }

    [Theory]
    [InlineData("EXDATE;TZID=Europe/Vienna:20260326T100000")]
    [InlineData("EXDATE:20260326T090000Z")]
    [InlineData("EXDATE;TZID=America/New_York:20260326T050000")]
    [InlineData("EXDATE:20260326T100000")]
    [InlineData("EXDATE;VALUE=DATE:20260326")]
    [InlineData("EXDATE:20260326T000000")]
    [InlineData("EXDATE;TZID=Europe/Vienna:20250101T100000,20260326T100000")]
    [InlineData("EXRULE:FREQ=MONTHLY;BYDAY=-1TH")]
    public void An_exception_is_found_in_any_zone_and_type(string exception) =>
        Assert.Equal("0319T0900 0402T0800", Ics.Starts(Ics.Series(Vienna + "RRULE:FREQ=WEEKLY;COUNT=3\n" + exception)));

    [Fact]
    public void An_all_day_series_is_not_shifted_by_any_zone()
    {
        var series = Ics.Series(
            "DTSTART;VALUE=DATE:20260302\nRRULE:FREQ=WEEKLY;UNTIL=20260316T225959Z\nEXDATE;TZID=Europe/Vienna:20260309T000000");
        Assert.Equal("0302T0000 0316T0000", Ics.Starts(series));
    }

    [Fact]
    public void A_date_only_recurrence_id_names_the_occurrence_of_that_local_day()
    {
        var series = Ics.Series(
            "DTSTART;TZID=Australia/Sydney:20260302T080000\nRRULE:FREQ=DAILY;COUNT=3",
            "RECURRENCE-ID;VALUE=DATE:20260303\nDTSTART;TZID=Australia/Sydney:20260303T120000");
        Assert.Equal("0301T2100 0303T0100 0303T2100", Ics.Starts(series));
        Assert.Equal("0302T2100", Ics.Print(Occurrences.Within(series, Ics.Year2026, 9).Occurrences[1].RecurrenceId!.Value));
    }

    [Fact]
    public void Additional_dates_and_periods_are_occurrences_once_each()
    {
        var series = Ics.Series(
            Vienna
                + "RRULE:FREQ=WEEKLY;COUNT=2\nRDATE:20260319T090000Z,20260320T090000Z\nRDATE;"
                + "VALUE=PERIOD:20260321T090000Z/PT3H,20260322T090000Z/20260322T093000Z"
        );
        Assert.Equal("0319T0900 0320T0900 0321T0900 0322T0900 0326T0900", Ics.Starts(series));
        Assert.Equal(
            [60, 60, 180, 30, 60],
            Occurrences
                .Within(series, Ics.Year2026, 9)
                .Occurrences.Select(occurrence => (int)(occurrence.End.Instant - occurrence.Start.Instant).TotalMinutes));
    }

    [Fact]
    public void A_start_the_rule_does_not_name_is_an_occurrence_and_counts() =>
        Assert.Equal("0319T0900 0320T0900 0327T0900", Ics.Starts(Ics.Series(Vienna + "RRULE:FREQ=WEEKLY;BYDAY=FR;COUNT=3")));

    [Theory]
    [InlineData("UNTIL=20260402T100000", "0319T0900 0326T0900 0402T0800")]
    [InlineData("UNTIL=20260402T080000Z", "0319T0900 0326T0900 0402T0800")]
    [InlineData("UNTIL=20260402T075959Z", "0319T0900 0326T0900")]
    [InlineData("UNTIL=20260402", "0319T0900 0326T0900 0402T0800")]
    [InlineData("UNTIL=20200101T000000Z", "0319T0900")]
    [InlineData("UNTIL=20260326T100000Z;COUNT=9", "0319T0900 0326T0900")]
    [InlineData("UNTIL=rubbish;COUNT=2", "0319T0900 0326T0900")]
    public void An_end_is_understood_in_every_form(string until, string expected) =>
        Assert.Equal(expected, Ics.Starts(Ics.Series(Vienna + "RRULE:FREQ=WEEKLY;" + until)));

    [Fact]
    public void A_change_without_its_series_is_an_occurrence_of_its_own()
    {
        var series = Ics.Series(
            "RECURRENCE-ID;TZID=Europe/Vienna:20260326T100000\nDTSTART;TZID=Europe/Vienna:20260327T150000\nDURATION:PT1H");
        var occurrence = Assert.Single(Occurrences.Within(series, Ics.Year2026, 9).Occurrences);
        Assert.Equal(("0327T1400", "0326T0900"), (Ics.Print(occurrence.Start.Instant), Ics.Print(occurrence.RecurrenceId!.Value)));
    }

    [Fact]
    public void A_change_that_is_moved_into_the_window_from_far_away_is_in_it_and_one_moved_out_is_not()
    {
        var series = Ics.Series(
            Vienna + "RRULE:FREQ=WEEKLY;COUNT=3",
            "RECURRENCE-ID;TZID=Europe/Vienna:20260326T100000\nDTSTART;TZID=Europe/Vienna:20280327T150000\nDURATION:PT1H");
        Assert.Equal("0319T0900 0402T0800", Ics.Starts(series));
        Assert.Equal("0327T1300", Ics.Starts(series, new Interval(Instant.FromUtc(2028, 1, 1, 0, 0), Instant.FromUtc(2029, 1, 1, 0, 0))));
    }

    [Fact]
    public void An_occurrence_that_begins_before_the_window_and_ends_in_it_is_in_it()
    {
        var series = Ics.Series("DTSTART:20251230T220000Z\nDTEND:20251231T020000Z\nRRULE:FREQ=DAILY;COUNT=4");
        Assert.Equal("1231T2200 0101T2200 0102T2200", Ics.Starts(series));
    }

    [Fact]
    public void A_yearly_event_from_1970_without_end_is_expanded_for_2026_at_once()
    {
        var series = Ics.Series("DTSTART;TZID=Europe/Vienna:19700312T090000\nDURATION:PT1H\nRRULE:FREQ=YEARLY");
        var clock = Stopwatch.StartNew();
        for (var time = 0; time < 1_000; time++)
            Assert.Single(Occurrences.Within(series, Ics.Year2026, 100).Occurrences);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31")]
    [InlineData("FREQ=WEEKLY;BYMONTH=4;BYMONTHDAY=31")]
    [InlineData("FREQ=MONTHLY;BYDAY=7MO")]
    [InlineData("FREQ=SECONDLY;INTERVAL=2;BYSECOND=1")]
    [InlineData("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3")]
    [InlineData("FREQ=HOURLY;BYYEARDAY=1;BYMONTH=5")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1")]
    [InlineData("FREQ=SECONDLY;COUNT=2000000000")]
    [InlineData("FREQ=MONTHLY;INTERVAL=2147483647")]
    public void A_rule_that_never_matches_or_nearly_never_ends_fast(string rule)
    {
        var series = Ics.Series("DTSTART:19700302T090000Z\nRRULE:" + rule);
        var clock = Stopwatch.StartNew();
        var expansion = Occurrences.Within(series, Ics.Year2026, 1_000);
        Assert.Empty(expansion.Occurrences);
        Assert.NotNull(Occurrences.Within(series, new Interval(null, null), 1_000).Occurrences);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void More_occurrences_than_asked_for_are_cut_and_it_is_said()
    {
        var expansion = Occurrences.Within(
            Ics.Series("DTSTART:20260302T090000Z\nRRULE:FREQ=MINUTELY\nRDATE:20261231T000000Z"),
            Ics.Year2026,
            100);
        Assert.Equal(100, expansion.Occurrences.Count);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 10, 39), expansion.Occurrences[^1].Start.Instant);
        Assert.NotNull(expansion.Shortfall);
    }

    [Fact]
    public void The_newer_version_of_an_event_in_a_file_counts()
    {
        var series = Ics.Series("DTSTART:20260302T090000Z\nSEQUENCE:2\nSUMMARY:New", "DTSTART:20260301T090000Z\nSEQUENCE:1\nSUMMARY:Old");
        Assert.Equal("New", series.Master!.Summary);
    }

    [Fact]
    public void The_30th_of_December_in_week_1_is_found_which_libical_leaves_open()
    {
        var series = Ics.Series("DTSTART;VALUE=DATE:20241230\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101");
        Assert.Equal(
            [2024, 2025, 2030, 2031],
            Occurrences.Within(series, new Interval(null, null), 10).Occurrences.Select(occurrence => occurrence.Start.Local.Year));
    }

    [Fact]
    public void A_rule_in_another_calendar_is_refused_and_the_event_stays()
    {
        var file = Ics.Read("BEGIN:VEVENT\nUID:a\nDTSTART:20260302T090000Z\nRRULE:RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L\nEND:VEVENT");
        Assert.Empty(Assert.Single(file.Events).Rules);
        Assert.Contains("RSCALE=HEBREW", Assert.Single(file.Problems).Words, StringComparison.Ordinal);
    }
}

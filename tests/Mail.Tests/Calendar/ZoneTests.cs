using CrmSync.Mail.Calendar;
using NodaTime;
using NodaTime.TimeZones;

namespace CrmSync.Mail.Tests.Calendar;

public sealed class ZoneTests
{
    private const string Custom = """
        BEGIN:VTIMEZONE
        TZID:Customized Time Zone
        BEGIN:STANDARD
        DTSTART:16010101T030000
        TZOFFSETFROM:+0330
        TZOFFSETTO:+0230
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:+0230
        TZOFFSETTO:+0330
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
        END:DAYLIGHT
        END:VTIMEZONE
        """;

    [Fact]
    public void Every_Windows_name_is_known_for_certain()
    {
        foreach (var (windows, iana) in TzdbDateTimeZoneSource.Default.WindowsMapping.PrimaryMapping)
        {
            var entry = Ics.Event($"DTSTART;TZID={windows}:20260302T090000");
            Assert.Equal((iana == "Etc/UTC" ? "UTC" : iana, false), (entry.Start.Zone.Zone.Id, entry.ZoneIsUncertain));
        }
    }

    [Fact]
    public void Every_name_of_IANA_is_known_for_certain_in_any_case()
    {
        foreach (var id in TzdbDateTimeZoneSource.Default.GetIds())
            Assert.False(Ics.Event($"DTSTART;TZID={id.ToUpperInvariant()}:20260302T090000").ZoneIsUncertain, id);
    }

    [Theory]
    [InlineData("/mozilla.org/20070129_1/Europe/Vienna", "Europe/Vienna")]
    [InlineData("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Salta", "America/Argentina/Salta")]
    [InlineData("/Europe/Vienna", "Europe/Vienna")]
    [InlineData("\"Europe/Vienna\"", "Europe/Vienna")]
    [InlineData("US-Eastern", "US/Eastern")]
    [InlineData("America-Chicago", "America/Chicago")]
    [InlineData("America/New York", "America/New_York")]
    [InlineData("Eastern Standard Time 1", "America/New_York")]
    [InlineData("Eastern Daylight Time", "America/New_York")]
    [InlineData("W. Europe Standard Time 2", "Europe/Berlin")]
    [InlineData("\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"", "Europe/Berlin")]
    [InlineData("\"(GMT-08:00) Pacific Time (US & Canada); Tijuana\"", "America/Los_Angeles")]
    [InlineData("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York")]
    [InlineData("\"Canberra, Melbourne, Sydney\"", "Australia/Sydney")]
    [InlineData("Mitteleuropäische Zeit", "Europe/Berlin")]
    [InlineData("Romance", "Europe/Paris")]
    [InlineData("tzone://Microsoft/Utc", "Etc/UTC")]
    [InlineData("\"tzone://Microsoft/Utc\"", "Etc/UTC")]
    public void A_name_is_cleaned_until_it_is_known(string written, string expected)
    {
        var entry = Ics.Event($"DTSTART;TZID={written}:20260302T090000");
        var zone = DateTimeZoneProviders.Tzdb[expected];
        Assert.False(entry.ZoneIsUncertain);
        Assert.Equal(zone.GetUtcOffset(entry.Start.Instant), entry.Start.Zone.Zone.GetUtcOffset(entry.Start.Instant));
        Assert.Equal(zone.Id, entry.Start.Zone.Zone.Id == "UTC" ? "Etc/UTC" : entry.Start.Zone.Zone.Id);
    }

    [Theory]
    [InlineData("GMT+0100", 1)]
    [InlineData("GMT -0500 (Standard) / GMT -0400 (Daylight)", -5)]
    [InlineData("(UTC+03:00) Atlantis", 3)]
    [InlineData("+02:00", 2)]
    public void An_offset_is_used_but_says_nothing_of_summer_and_is_marked_uncertain(string written, int hours)
    {
        var entry = Ics.Event($"DTSTART;TZID=\"{written}\":20260302T090000");
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 9 - hours, 0), entry.Start.Instant);
        Assert.True(entry.ZoneIsUncertain);
    }

    [Theory]
    [InlineData("Customized Time Zone")]
    [InlineData("tzone://Microsoft/Custom")]
    [InlineData("Atlantis/Main_Square")]
    public void A_zone_nobody_knows_is_taken_as_the_calendars_own_and_marked(string name)
    {
        var file = Ics.Read($"X-WR-TIMEZONE:Europe/Vienna\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID={name}:20260302T090000\nEND:VEVENT");
        var entry = Assert.Single(file.Events);
        Assert.Equal((Instant.FromUtc(2026, 3, 2, 8, 0), true), (entry.Start.Instant, entry.ZoneIsUncertain));
        Assert.Contains(name, Assert.Single(file.Problems).Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_custom_zone_is_read_from_its_definition_also_when_that_comes_after_its_use(bool before)
    {
        const string Event = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Customized Time Zone:20260327T120000\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT";
        var file = Ics.Read(before ? Custom + "\n" + Event : Event + "\n" + Custom);
        Assert.Empty(file.Problems);
        Assert.Equal("0327T0930 0328T0930 0329T0830 0330T0830", Ics.Starts(EventSeries.From(Assert.Single(file.Events))));
    }

    [Fact]
    public void A_known_name_is_believed_more_than_a_definition_that_differs()
    {
        var file = Ics.Read(
            Custom.Replace("Customized Time Zone", "Europe/Vienna", StringComparison.Ordinal)
                + "\nBEGIN:VEVENT\nUID:a\nDTSTART;TZID=Europe/Vienna:20260302T090000\nEND:VEVENT");
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 8, 0), Assert.Single(file.Events).Start.Instant);
    }

    [Fact]
    public void A_floating_time_is_read_in_the_zone_of_the_calendar_or_of_the_account()
    {
        const string Event = "BEGIN:VEVENT\nUID:a\nDTSTART:20260302T090000\nEND:VEVENT";
        Assert.Equal(
            Instant.FromUtc(2026, 3, 2, 8, 0),
            Assert.Single(Ics.Read("X-WR-TIMEZONE:Europe/Vienna\n" + Event).Events).Start.Instant);

        var bytes = System.Text.Encoding.UTF8.GetBytes($"BEGIN:VCALENDAR\n{Event}\nEND:VCALENDAR");
        var inAccount = Assert.Single(CalendarReader.Read(bytes, defaultZone: DateTimeZoneProviders.Tzdb["Asia/Tokyo"]).Events);
        Assert.Equal((Instant.FromUtc(2026, 3, 2, 0, 0), false), (inAccount.Start.Instant, inAccount.ZoneIsUncertain));
        Assert.True(Assert.Single(CalendarReader.Read(bytes).Events).ZoneIsUncertain);
    }

    [Fact]
    public void An_embedded_definition_agrees_with_IANA_where_both_speak_of_the_same_zone()
    {
        var vienna = DateTimeZoneProviders.Tzdb["Europe/Vienna"];
        var file = Ics.Read("""
            BEGIN:VTIMEZONE
            TZID:Our Office
            BEGIN:DAYLIGHT
            DTSTART:19810329T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
            END:DAYLIGHT
            BEGIN:STANDARD
            DTSTART:19961027T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:a
            DTSTART;TZID=Our Office:20260302T090000
            END:VEVENT
            """);
        var office = Assert.Single(file.Events).Start.Zone.Zone;
        for (var instant = Instant.FromUtc(2000, 1, 1, 0, 0); instant < Instant.FromUtc(2040, 1, 1, 0, 0); instant += Duration.FromHours(7))
            Assert.Equal(vienna.GetUtcOffset(instant), office.GetUtcOffset(instant));
    }
}

using CrmSync.Domain.Policy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Tests.Meetings;
using Microsoft.Graph.Models;
using EmailAddress = Microsoft.Graph.Models.EmailAddress;

namespace CrmSync.Worker.Tests.Absences;

/// <summary>Odd events of Microsoft 365: what showAs says, on whole days and on parts of one.</summary>
public sealed class EventsOfGraph
{
    [Fact]
    public void A_week_shown_as_out_of_office() => Assert.Equal("ana 0504-0508", By(Week(FreeBusyStatus.Oof)));

    [Fact]
    public void A_single_day() => Assert.Equal("ana 0504-0504", By(Days("2026-05-04", "2026-05-05", FreeBusyStatus.Oof)));

    [Fact]
    public void Days_are_the_days_of_the_calendar_wherever_they_were_planned() =>
        Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Oof), e => e.OriginalStartTimeZone = "Pacific Standard Time")));

    [Fact]
    public void A_zone_nobody_knows() =>
        Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Oof), e => e.OriginalStartTimeZone = "tzone://Microsoft/Custom")));

    [Fact]
    public void No_title() => Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Oof), e => e.Subject = null)));

    [Fact]
    public void Any_title() => Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Oof), e => e.Subject = "Dentist")));

    [Fact]
    public void Times_over_a_whole_working_day() =>
        Assert.Equal("ana 0504-0504", By(Times("2026-05-04T09:00:00", "2026-05-04T17:00:00", FreeBusyStatus.Oof)));

    [Fact]
    public void Times_over_some_days() =>
        Assert.Equal("ana 0505-0506", By(Times("2026-05-04T13:00:00", "2026-05-07T12:00:00", FreeBusyStatus.Oof)));

    [Fact]
    public void Fractions_of_seconds_as_the_service_writes_them() =>
        Assert.Equal("ana 0504-0504", By(Times("2026-05-04T08:00:00.0000000", "2026-05-04T18:00:00.0000000", FreeBusyStatus.Oof)));

    [Fact]
    public void Busy_days_with_a_title_that_says_so() =>
        Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Busy), e => e.Subject = "Vacation")));

    [Fact]
    public void A_series_shown_as_out_of_office_one_occurrence_told_in_part()
    {
        var series = With(Days("2026-05-08", "2026-05-09", FreeBusyStatus.Oof), e => (e.Type, e.Id) = (EventType.SeriesMaster, "master"));
        var friday = new Event
        {
            Id = "first",
            Type = EventType.Occurrence,
            SeriesMasterId = "master",
            Start = new DateTimeTimeZone { DateTime = "2026-05-15T00:00:00", TimeZone = "UTC" },
            End = new DateTimeTimeZone { DateTime = "2026-05-16T00:00:00", TimeZone = "UTC" },
        };
        Assert.Equal("ana 0515-0515", By(series, friday));
    }

    [Fact]
    public void An_occurrence_that_is_changed_to_busy()
    {
        var series = With(Days("2026-05-08", "2026-05-09", FreeBusyStatus.Oof), e => (e.Type, e.Id) = (EventType.SeriesMaster, "master"));
        Assert.Equal("", By(series, With(Days("2026-05-15", "2026-05-16", FreeBusyStatus.Busy), e => e.Type = EventType.Exception)));
    }

    [Fact]
    public void Told_to_colleagues_by_herself() =>
        Assert.Equal("ana 0504-0508", By(With(Week(FreeBusyStatus.Oof), e => e.Attendees = [Guest("tim@us.example")])));

    [Theory]
    [InlineData(FreeBusyStatus.Free), InlineData(FreeBusyStatus.Tentative), InlineData(FreeBusyStatus.WorkingElsewhere)]
    [InlineData(FreeBusyStatus.Unknown)]
    public void Shown_as_something_else(FreeBusyStatus shown) =>
        Assert.Equal("", By(With(Week(shown), e => e.Subject = "Vacation")));

    [Fact]
    public void Shown_as_nothing() => Assert.Equal("", By(With(Week(FreeBusyStatus.Oof), e => (e.ShowAs, e.Subject) = (null, "Vacation"))));

    [Fact]
    public void Busy_days_with_another_title() => Assert.Equal("", By(Week(FreeBusyStatus.Busy)));

    [Fact]
    public void Busy_days_that_recur()
    {
        var series = With(Week(FreeBusyStatus.Busy), e => (e.Type, e.Subject) = (EventType.SeriesMaster, "Vacation"));
        Assert.Equal("", By(series, With(Week(FreeBusyStatus.Busy), e => (e.Type, e.Subject) = (EventType.Occurrence, "Vacation"))));
    }

    [Fact]
    public void A_morning() => Assert.Equal("", By(Times("2026-05-04T08:00:00", "2026-05-04T12:00:00", FreeBusyStatus.Oof)));

    [Fact]
    public void A_weekend() => Assert.Equal("", By(Times("2026-05-09T00:00:00", "2026-05-11T00:00:00", FreeBusyStatus.Oof)));

    [Theory]
    [InlineData(Sensitivity.Private), InlineData(Sensitivity.Confidential), InlineData(Sensitivity.Personal)]
    public void Nobody_else_is_to_know(Sensitivity sensitivity) =>
        Assert.Equal("", By(With(Week(FreeBusyStatus.Oof), e => e.Sensitivity = sensitivity)));

    [Fact]
    public void Cancelled() => Assert.Equal("", By(With(Week(FreeBusyStatus.Oof), e => e.IsCancelled = true)));

    [Fact]
    public void A_copy_of_what_a_colleague_told_the_team() =>
        Assert.Equal("", By(With(Week(FreeBusyStatus.Oof), e => e.Organizer = new Recipient { EmailAddress = Mail("ben@us.example") })));

    [Fact]
    public void A_visit_to_a_customer() =>
        Assert.Equal("", By(With(Week(FreeBusyStatus.Oof), e => e.Attendees = [Guest("jo@acme.example")])));

    [Fact]
    public void A_mailbox_of_nobody_in_people() =>
        Assert.Equal("", By([Week(FreeBusyStatus.Oof)], owner: "support@us.example"));

    [Fact]
    public void Another_calendar_of_the_mailbox()
    {
        var team = new GraphEvents("ana", ToldMeetings.Address("ana@us.example"), ToldMeetings.Now) { SaysAway = false };
        var copies = team.CreateCopies(Week(FreeBusyStatus.Oof), [], backlog: false);
        Assert.Equal("", Away.By(Away.Us, MeetingHarvest.MergeFor(ReadingRules.From(Away.Us)).Merge(copies, []).Lines));
    }

    [Fact]
    public void What_changes_how_it_is_shown_is_another_version()
    {
        var events = new GraphEvents("ana", ToldMeetings.Address("ana@us.example"), ToldMeetings.Now);
        Assert.NotEqual(
            events.Fingerprint(Week(FreeBusyStatus.Oof), []), events.Fingerprint(Week(FreeBusyStatus.WorkingElsewhere), []));
    }

    private static string By(Event series, params Event[] occurrences) => By([series, .. occurrences], "ana@us.example");

    private static string By(IReadOnlyList<Event> events, string owner)
    {
        var translation = new GraphEvents(owner, ToldMeetings.Address(owner), ToldMeetings.Now);
        var copies = translation.CreateCopies(events[0], [.. events.Skip(1)], backlog: false);
        return Away.By(Away.Us, MeetingHarvest.MergeFor(ReadingRules.From(Away.Us)).Merge(copies, []).Lines);
    }

    private static Event Week(FreeBusyStatus shown) => Days("2026-05-04", "2026-05-09", shown);

    private static Event Days(string first, string after, FreeBusyStatus shown) =>
        With(Times(first + "T00:00:00", after + "T00:00:00", shown), e => e.IsAllDay = true);

    private static Event Times(string start, string end, FreeBusyStatus shown) => new()
    {
        Id = "event-1",
        ICalUId = "040000008200E00074C5B7101A82E00800000000C0FFEE",
        Type = EventType.SingleInstance,
        Subject = "Lisbon",
        ShowAs = shown,
        IsAllDay = false,
        Start = new DateTimeTimeZone { DateTime = start, TimeZone = "UTC" },
        End = new DateTimeTimeZone { DateTime = end, TimeZone = "UTC" },
        Organizer = new Recipient { EmailAddress = Mail("ana@us.example") },
        OriginalStartTimeZone = "GMT Standard Time",
    };

    private static Event With(Event one, Action<Event> change)
    {
        change(one);
        return one;
    }

    private static Attendee Guest(string address) => new() { EmailAddress = Mail(address), Type = AttendeeType.Required };

    private static EmailAddress Mail(string address) => new() { Address = address };
}

using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using NodaTime;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class CancelledMeetings
{
    private static readonly string[] Weekly =
    [
        "DTSTAMP:20260101T080000Z",
        "DTSTART:20260303T100000Z",
        "DTEND:20260303T110000Z",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "ORGANIZER:mailto:ana@us.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ivy@oak.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:tim@us.example",
    ];

    [Theory]
    [InlineData("Canceled: Review")]
    [InlineData("Abgesagt: Abnahme")]
    [InlineData("Annulé : Point mensuel")]
    [InlineData("Cancelada: Reunión")]
    [InlineData("Annullato: Riunione")]
    [InlineData("Geannuleerd: Overleg")]
    [InlineData("Inställt: Möte")]
    [InlineData("Aflyst: Møde")]
    [InlineData("Avlyst: Møte")]
    [InlineData("Peruutettu: Palaveri")]
    [InlineData("Odwołane: Spotkanie")]
    [InlineData("Zrušeno: Schůzka")]
    [InlineData("Lemondva: Egyeztetés")]
    [InlineData("Anulat: Ședință")]
    [InlineData("Отменено: Совещание")]
    [InlineData("Скасовано: Нарада")]
    [InlineData("Ακυρώθηκε: Συνάντηση")]
    [InlineData("İptal edildi: Toplantı")]
    [InlineData("בוטל: פגישה")]
    [InlineData("キャンセル済み: 打ち合わせ")]
    [InlineData("취소됨: 회의")]
    [InlineData("已取消：评审会议")]
    [InlineData("Tühistatud: Koosolek")]
    [InlineData("Dibatalkan: Rapat")]
    [InlineData("[CANCELLED] Review")]
    [InlineData("Cancelled - Review")]
    [InlineData("CANCELED")]
    public void A_title_that_says_so_in_free_time_is_a_cancelled_meeting(string title)
    {
        Assert.Equal(MeetingStatus.Cancelled, One(title, "TRANSP:TRANSPARENT").Status());
        Assert.Equal(MeetingStatus.Cancelled, One(title, "X-MICROSOFT-CDO-BUSYSTATUS:FREE").Status());
        Assert.Equal(MeetingStatus.Held, One(title, "TRANSP:OPAQUE").Status());
    }

    [Theory]
    [InlineData("Cancelled flights and what to do")]
    [InlineData("Review of the cancelled order")]
    [InlineData("Abgesagte Termine: Rückblick")]
    [InlineData("Annulation des contrats")]
    [InlineData("Storniertes Angebot")]
    [InlineData("Cancel: how to")]
    [InlineData("Annuler: procédure")]
    [InlineData("取消政策会议")]
    [InlineData("Cancelled-order process")]
    public void A_title_that_merely_speaks_of_cancelling_is_a_meeting(string title) =>
        Assert.Equal(MeetingStatus.Held, One(title, "TRANSP:TRANSPARENT").Status());

    [Fact]
    public void A_title_that_was_changed_after_the_meeting_was_over_cancels_nothing() =>
        Assert.Equal(
            MeetingStatus.Held,
            One("Canceled: Review", "TRANSP:TRANSPARENT", "LAST-MODIFIED:20260304T080000Z").Status());

    [Theory]
    [InlineData("X-NOTHING:1", MeetingStatus.Cancelled)]
    [InlineData("LAST-MODIFIED:20260302T080000Z", MeetingStatus.Cancelled)]
    [InlineData("DTSTAMP:20260302T080000Z", MeetingStatus.Cancelled)]
    [InlineData("LAST-MODIFIED:20260305T080000Z", MeetingStatus.Held)] // tidied away afterwards
    [InlineData("DTSTAMP:20260305T080000Z", MeetingStatus.Held)]
    public void A_status_cancels_unless_its_stamp_is_after_the_end(string stamp, MeetingStatus status) =>
        Assert.Equal(status, One("Review", "STATUS:CANCELLED", stamp).Status());

    [Theory]
    [InlineData("EXDATE:20260310T100000Z")]
    [InlineData("EXDATE;VALUE=DATE:20260310")]
    [InlineData("EXDATE;TZID=Europe/Vienna:20260310T110000")]
    public void What_the_organizer_took_out_of_the_series_is_cancelled_though_an_attendee_still_has_it(string exception)
    {
        var told = new ToldMeetings().Calendar("ana", Event("weekly", [.. Weekly, exception])).Calendar("tim", Event("weekly", Weekly));
        Assert.Equal(
            "0303T1000 Held: ivy@oak.example; 0310T1000 Cancelled: ivy@oak.example; 0317T1000 Held: ivy@oak.example",
            told.Told());
    }

    [Fact]
    public void What_only_the_organizers_series_leaves_out_is_no_meeting() =>
        Assert.Equal(
            "0303T1000 Held: ivy@oak.example; 0317T1000 Held: ivy@oak.example",
            new ToldMeetings().Calendar("ana", Event("weekly", [.. Weekly, "EXDATE:20260310T100000Z"])).Told());

    [Fact]
    public void What_an_attendee_took_out_of_their_own_calendar_stays() =>
        Assert.Equal(
            3,
            new ToldMeetings()
                .Calendar("ana", Event("weekly", Weekly))
                .Calendar("tim", Event("weekly", [.. Weekly, "EXDATE:20260310T100000Z"]))
                .Lines()
                .Count(line => line.CancelledAt is null));

    [Theory]
    [InlineData(2, "0310T1000 Cancelled")]
    [InlineData(0, "0310T1000 Held")] // an older version than the calendar's
    public void An_invitation_that_leaves_an_occurrence_out_cancels_it_where_it_is_the_newer_version(int sequence, string second)
    {
        string[] theirs =
        [
            "DTSTART:20260303T100000Z",
            "DTEND:20260303T110000Z",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "ORGANIZER:mailto:ivy@oak.example",
            "ATTENDEE:mailto:tim@us.example",
        ];
        var told = new ToldMeetings()
            .Calendar("tim", Event("weekly", [.. theirs, "SEQUENCE:1"]))
            .Mail("tim", "ivy@oak.example", "REQUEST", Event("weekly", [.. theirs, $"SEQUENCE:{sequence}", "EXDATE:20260310T100000Z"]));
        Assert.Contains(second, told.Told(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_occurrence_held_and_taken_out_afterwards_stays()
    {
        var held = new MeetingCopy
        {
            Uid = "weekly-2026-03@us.example",
            Occurrence = Instant.FromUtc(2026, 3, 10, 10, 0),
            Account = "ana",
            Start = Instant.FromUtc(2026, 3, 10, 10, 0),
            End = Instant.FromUtc(2026, 3, 10, 11, 0),
            FirstSeen = Instant.FromUtc(2026, 3, 1, 0, 0),
            LastSeen = Instant.FromUtc(2026, 3, 11, 0, 0),
        };
        var leftOut = held with { LeftOutAt = held.Start, LastSeen = Instant.FromUtc(2026, 3, 20, 0, 0) };
        Assert.Equal(held, Assert.Single(CalendarRound.Settle([held], [leftOut], new Interval(null, null))));
        Assert.Equal(
            leftOut,
            Assert.Single(CalendarRound.Settle([held with { LastSeen = held.FirstSeen }], [leftOut], new Interval(null, null))));
    }

    [Theory]
    [InlineData("RECURRENCE-ID;VALUE=DATE:20260310", "weekly")]
    [InlineData("RECURRENCE-ID:20260310T100000Z", "weekly")]
    [InlineData("RECURRENCE-ID;TZID=Europe/Vienna:20260310T110000", "weekly")]
    public void A_cancellation_that_names_the_day_of_an_occurrence_cancels_that_one(string id, string uid)
    {
        var told = new ToldMeetings()
            .Calendar("tim", Event(uid, [.. Theirs]))
            .Mail("tim", "ivy@oak.example", "CANCEL", Event(uid, [id, "DTSTAMP:20260105T080000Z", "STATUS:CANCELLED", .. People]));
        Assert.Equal("Held Cancelled Held", States(told));
    }

    [Fact]
    public void An_occurrence_moved_by_its_day_alone_keeps_its_place_in_the_series()
    {
        var told = new ToldMeetings()
            .Calendar("tim", Event("weekly", [.. Theirs]))
            .Mail(
                "tim",
                "ivy@oak.example",
                "REQUEST",
                Event(
                    "weekly",
                    [
                        "RECURRENCE-ID;VALUE=DATE:20260310",
                        "DTSTAMP:20260105T080000Z",
                        "DTSTART:20260310T150000Z",
                        "DTEND:20260310T160000Z",
                        .. People,
                    ]));
        Assert.Equal(3, told.Lines().Count);
    }

    [Fact]
    public void The_day_inside_an_object_id_of_Outlook_says_which_occurrence_is_meant()
    {
        const string series = "040000008200E00074C5B7101A82E00800000000B0A1D0C3F2D5DA01000000000000000010000000"
            + "A3B1C2D3E4F5061728394A5B6C7D8E9F";
        var occurrence = string.Concat(series.AsSpan(0, 32), "07EA030A", series.AsSpan(40));
        var told = new ToldMeetings()
            .Calendar("tim", Outlook(series, [.. Theirs]))
            .Mail(
                "tim",
                "ivy@oak.example",
                "CANCEL",
                Outlook(occurrence, ["DTSTAMP:20260105T080000Z", "DTSTART:20260310T100000Z", .. People]));
        Assert.Equal("Held Cancelled Held", States(told));

        static string Outlook(string uid, IEnumerable<string> lines) =>
            $"BEGIN:VEVENT\r\nUID:{uid}\r\n{string.Concat(lines.Select(line => line + "\r\n"))}END:VEVENT\r\n";
    }

    [Fact]
    public void A_day_on_which_nothing_of_the_series_is_cancels_nothing() =>
        Assert.Equal(
            "Held Held Held",
            States(
                new ToldMeetings()
                    .Calendar("tim", Event("weekly", [.. Theirs]))
                    .Mail(
                        "tim",
                        "ivy@oak.example",
                        "CANCEL",
                        Event(
                            "weekly",
                            ["RECURRENCE-ID;VALUE=DATE:20260313", "DTSTAMP:20260105T080000Z", "STATUS:CANCELLED", .. People]))));

    [Theory]
    [InlineData("DTEND:20260303T090000Z")]
    [InlineData("DURATION:-PT1H")]
    [InlineData("DTEND;VALUE=DATE:20260302")]
    [InlineData("DTEND:20250303T110000Z")]
    public void A_meeting_never_ends_before_it_begins(string end)
    {
        var line = new ToldMeetings()
            .Calendar("ana", Event("talk", "DTSTART:20260303T100000Z", end, "ORGANIZER:mailto:ivy@oak.example"))
            .Line();
        Assert.True(line.End >= line.Start);
    }

    private static IReadOnlyList<string> People => ["ORGANIZER:mailto:ivy@oak.example", "ATTENDEE:mailto:tim@us.example"];

    private static IReadOnlyList<string> Theirs =>
    [
        "DTSTAMP:20260101T080000Z",
        "DTSTART:20260303T100000Z",
        "DTEND:20260303T110000Z",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        .. People,
    ];

    private static string States(ToldMeetings told) =>
        string.Join(' ', told.Told().Split("; ").Select(line => line.Split(' ', ':')[1]));

    private static ToldMeetings One(string title, params string[] more) => new ToldMeetings()
        .Calendar(
            "tim",
            Event(
                "review",
                [
                    "DTSTART:20260303T100000Z",
                    "DTEND:20260303T110000Z",
                    $"SUMMARY:{title}",
                    "ORGANIZER:mailto:ivy@oak.example",
                    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:tim@us.example",
                    .. more,
                ]));
}

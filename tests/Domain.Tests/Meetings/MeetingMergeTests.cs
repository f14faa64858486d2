using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using NodaTime;
using static CrmSync.Domain.Tests.Meetings.SomeMeeting;

namespace CrmSync.Domain.Tests.Meetings;

public sealed class MeetingMergeTests
{
    private static readonly Instant Later = Monday + Duration.FromHours(5);

    [Fact]
    public void Four_copies_of_a_meeting_are_one_line_with_four_accounts()
    {
        var line = Line(CreateCopy(Ana), CreateCopy(Tim), Request(account: "tim-mail"), Request(account: "ana-mail"));
        Assert.Equal(["ana", "ana-mail", "tim", "tim-mail"], line.Accounts);
        Assert.Equal([Ana, Ben, Tim], line.People.Select(person => person.Address));
        Assert.Equal("Ben Bench", line.People[1].Name);
        Assert.True(line.People[0] is { Organizer: true, Response: MeetingResponse.Accepted });
    }

    [Fact]
    public void Where_copies_disagree_the_organisers_calendar_is_right_then_an_attendees_then_the_mail()
    {
        var mail = Request(sequence: 9, start: Monday + Duration.FromHours(3));
        var tims = CreateCopy(Tim, Monday + Duration.FromHours(2)) with { Subject = "Plans (Tim)", Sequence = 5 };
        Assert.Equal((Monday, "Plans"), (Line(mail, tims, CreateCopy(Ana)).Start, Line(mail, tims, CreateCopy(Ana)).Subject));
        Assert.Equal((tims.Start, "Plans (Tim)"), (Line(mail, tims).Start, Line(mail, tims).Subject));
        Assert.Equal(Monday + Duration.FromHours(3), Line(mail).Start);
    }

    [Fact]
    public void Of_two_attendees_calendars_the_newer_version_is_right() =>
        Assert.Equal(Later, Line(CreateCopy(Tim), CreateCopy(Cleo, Later) with { Sequence = 1 }).Start);

    [Fact]
    public void People_are_the_union_of_all_copies_and_rooms_are_no_people()
    {
        var line = Line(
            CreateCopy(Ana) with
            {
                Invitees = [new Invitee(Tim), new Invitee(EmailAddress.Parse("room1@bright.example"), "Room 1", Room: true)],
            },
            CreateCopy(Tim) with
            {
                Invitees = [new Invitee(Cleo), new Invitee(EmailAddress.Parse("room1@bright.example"), "Room 1")],
            });
        Assert.Equal([Ana, Cleo, Tim], line.People.Select(person => person.Address));
    }

    [Fact]
    public void An_answer_is_taken_from_the_persons_own_copy_then_from_their_mail_then_from_the_organiser()
    {
        var organisers = CreateCopy(Ana) with
        {
            Invitees =
            [
                new Invitee(Tim, null, MeetingResponse.Tentative),
                new Invitee(Ben, null, MeetingResponse.Tentative),
                new Invitee(Cleo, null, MeetingResponse.Accepted),
            ],
        };
        var tims = CreateCopy(Tim) with { Invitees = [new Invitee(Tim, null, MeetingResponse.Declined), new Invitee(Ben)] };
        var line = Line(organisers, tims, Reply(Ben, MeetingResponse.Accepted), Reply(Tim, MeetingResponse.Accepted));
        Assert.Equal(
            (MeetingResponse.Declined, MeetingResponse.Accepted, MeetingResponse.Accepted),
            (line.Response(Tim), line.Response(Ben), line.Response(Cleo)));
    }

    [Fact]
    public void Whose_calendar_it_stands_in_takes_part_though_invited_through_a_group() =>
        Assert.Contains(Line(CreateCopy(Cleo)).People, person => person.Address == Cleo);

    [Fact]
    public void A_private_copy_tells_nothing_and_the_others_still_do()
    {
        var line = Line(CreateCopy(Ana) with { Private = true, Subject = "Secret" }, CreateCopy(Tim));
        Assert.Equal(("Plans", "tim"), (line.Subject, Assert.Single(line.Accounts)));
        Assert.Empty(Merge(CreateCopy(Ana) with { Private = true }).Lines);
    }

    [Fact]
    public void A_cancellation_in_the_organisers_calendar_counts_whatever_the_others_say()
    {
        var line = Line(CreateCopy(Ana) with { CancelledAt = HarvestedAt }, CreateCopy(Tim) with { Sequence = 3 });
        Assert.Equal(HarvestedAt, line.CancelledAt);
    }

    [Fact]
    public void Who_removes_a_meeting_for_himself_does_not_cancel_it_for_the_others() =>
        Assert.Null(Line(CreateCopy(Tim) with { CancelledAt = HarvestedAt }, CreateCopy(Cleo)).CancelledAt);

    [Fact]
    public void A_meeting_that_moves_keeps_its_line()
    {
        var moved = Line(CreateCopy(Ana, Later, Monday));
        Assert.Equal(Line(CreateCopy(Ana, Monday, Monday)).Id, moved.Id);
        Assert.NotEqual(Line(CreateCopy(Ana, Monday, Later)).Id, moved.Id);
    }

    [Fact]
    public void A_UID_that_a_gateway_wrote_in_capitals_is_the_same() =>
        Assert.Single(Merge(CreateCopy(Ana), CreateCopy(Tim) with { Uid = Uid.ToUpperInvariant() }).Lines);

    [Fact]
    public void Short_UIDs_are_told_apart_by_their_organiser() =>
        Assert.Equal(
            2,
            Merge(
                CreateCopy(Ana) with
                {
                    Uid = "1:2323",
                },
                CreateCopy(Ben) with
                {
                    Uid = "1:2323",
                    Organizer = new NamedAddress(Ben, null),
                }).Lines.Count);

    [Fact]
    public void Two_occurrences_of_a_series_are_two_lines_with_ids_in_their_order()
    {
        var lines = Merge(CreateCopy(Ana, Monday, Monday), CreateCopy(Ana, Later, Later)).Lines;
        Assert.Equal(2, lines.Count);
        Assert.True(string.CompareOrdinal(lines[0].Id, lines[1].Id) < 0);
    }

    [Fact]
    public void The_line_becomes_an_interaction_that_is_booked_and_then_held()
    {
        var ours = new InternalAddresses(Log.Some.Policy with { Us = new OurSide(["bright.example"], []) });
        var booked = Line(CreateCopy(Ana), Reply(Ben, MeetingResponse.Accepted)).ToInteraction(ours);
        Assert.Equal((InteractionKind.Meeting, Direction.Outbound, Monday), (booked.Kind, booked.Direction, booked.At));
        Assert.Equal(MeetingStatus.Booked, booked.Meeting!.StatusAt(HarvestedAt, booked.Participants));
        Assert.Equal(MeetingStatus.Held, booked.Meeting!.StatusAt(Monday + Duration.FromHours(1), booked.Participants));
        Assert.Equal(
            [(Ana, true, ParticipantRole.Organizer), (Ben, false, ParticipantRole.Attendee), (Tim, true, ParticipantRole.Attendee)],
            booked.Participants.Select(person => (person.Address, person.Internal, person.Role)));

        var declined = Line(CreateCopy(Ana), Reply(Ben, MeetingResponse.Declined)).ToInteraction(ours);
        Assert.Equal(MeetingStatus.Declined, declined.Meeting!.StatusAt(HarvestedAt, declined.Participants));
    }

    [Fact]
    public void A_meeting_of_the_backlog_is_known_from_its_start_and_a_future_one_from_its_first_harvest()
    {
        Assert.Equal(Monday, Line(CreateCopy(Ana) with { Backlog = true, FirstSeen = Later }).Seen);
        Assert.Equal(HarvestedAt, Line(CreateCopy(Ana) with { Backlog = true }).Seen);
        Assert.Equal(Later, Line(CreateCopy(Ana) with { FirstSeen = Later }).Seen);
    }
}

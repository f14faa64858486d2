using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using NodaTime;
using static CrmSync.Domain.Tests.Meetings.SomeMeeting;

namespace CrmSync.Domain.Tests.Meetings;

public sealed class InvitationTests
{
    private static readonly EmailAddress Mallory = EmailAddress.Parse("mallory@elsewhere.example");
    private static readonly Instant Week2 = Monday + Duration.FromDays(7);
    private static readonly Instant Week3 = Monday + Duration.FromDays(14);

    [Fact]
    public void The_newest_version_counts_in_whatever_order_they_come()
    {
        var moved = Request(sequence: 1, start: Monday + Duration.FromHours(2));
        Assert.Equal(moved.Meetings[0].Start, Line(Request(), moved).Start);
        Assert.Equal(moved.Meetings[0].Start, Line(moved, Request()).Start);
    }

    [Fact]
    public void Of_equal_sequences_the_later_stamp_counts_and_of_equal_stamps_all_people()
    {
        var later = Request(start: Monday + Duration.FromHours(2)) with { Stamp = HarvestedAt + Duration.FromHours(1) };
        later = later with { Meetings = [later.Meetings[0] with { Stamp = later.Stamp }] };
        Assert.Equal(later.Meetings[0].Start, Line(later, Request()).Start);

        var toCleo = Request(account: "cleo");
        toCleo = toCleo with { Meetings = [toCleo.Meetings[0] with { Invitees = [new Invitee(Cleo)] }] };
        Assert.Equal([Ana, Ben, Cleo, Tim], Line(Request(), toCleo).People.Select(person => person.Address));
    }

    [Fact]
    public void An_answer_that_comes_before_its_invitation_waits_for_it()
    {
        var reply = Reply(Ben, MeetingResponse.Accepted);
        var waiting = Merge(reply);
        Assert.Empty(waiting.Lines);
        Assert.Equal(reply, Assert.Single(waiting.Parked));
        Assert.Equal(MeetingResponse.Accepted, Line(reply, Request()).Response(Ben));
    }

    [Fact]
    public void An_answer_counts_only_from_the_one_who_answers()
    {
        var forged = Reply(Ben, MeetingResponse.Declined) with { Senders = [Mallory] };
        var merged = Merge(Request(), forged);
        Assert.Equal(MeetingResponse.Unknown, merged.Lines[0].Response(Ben));
        Assert.Contains("does not come from", Assert.Single(merged.Refused).Reason, StringComparison.Ordinal);
        Assert.Single(Merge(Request(), Reply(Ben, MeetingResponse.Declined) with { Senders = [Mallory], SentBy = Mallory }).Refused);
        Assert.Empty(Merge(Request(), Reply(Ben, MeetingResponse.Declined) with { Senders = [Cleo], SentBy = Cleo }).Refused);
    }

    [Fact]
    public void An_answer_of_somebody_who_is_not_invited_is_refused_unless_the_meeting_was_handed_on_to_them()
    {
        Assert.Single(Merge(Request(), Reply(Mallory, MeetingResponse.Accepted)).Refused);
        var line = Line(Request(), Reply(Cleo, MeetingResponse.Accepted) with { DelegatedFrom = Ben });
        Assert.Equal(MeetingResponse.Accepted, line.Response(Cleo));
    }

    [Fact]
    public void The_last_answer_of_a_person_counts()
    {
        var no = Reply(Ben, MeetingResponse.Declined) with { Stamp = HarvestedAt + Duration.FromHours(2) };
        Assert.Equal(MeetingResponse.Declined, Line(Request(), no, Reply(Ben, MeetingResponse.Accepted)).Response(Ben));
    }

    [Fact]
    public void An_answer_to_an_older_version_does_not_hold_for_the_newer_one()
    {
        var merged = Merge(Request(), Reply(Ben, MeetingResponse.Accepted), Request(sequence: 5));
        Assert.Equal(MeetingResponse.Unknown, merged.Lines[0].Response(Ben));
        Assert.Contains("older version", Assert.Single(merged.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancellation_from_the_organiser_cancels() =>
        Assert.Equal(Cancel().Stamp, Line(Request(), Cancel()).CancelledAt);

    [Fact]
    public void A_cancellation_cancels_for_a_calendar_that_has_not_heard_of_it_but_not_for_the_organisers_own()
    {
        Assert.NotNull(Line(CreateCopy(Tim), Cancel()).CancelledAt);
        Assert.Null(Line(CreateCopy(Ana), CreateCopy(Tim), Cancel()).CancelledAt);
    }

    [Fact]
    public void A_cancellation_for_an_older_version_is_stale()
    {
        var merged = Merge(Request(sequence: 2), Cancel(sequence: 1));
        Assert.Null(merged.Lines[0].CancelledAt);
        Assert.Contains("older version", Assert.Single(merged.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_meeting_called_again_after_its_cancellation_stands() =>
        Assert.Null(Line(Request(), Cancel(), Request(sequence: 2)).CancelledAt);

    [Theory]
    [InlineData("mallory@elsewhere.example", null, "does not come from the organiser")]
    [InlineData("mallory@elsewhere.example", "mallory@elsewhere.example", "another organiser")]
    public void A_forged_cancellation_is_refused(string sender, string? claimed, string reason)
    {
        var forged = Cancel() with
        {
            Senders = [EmailAddress.Parse(sender)],
            Organizer = claimed is null ? new NamedAddress(Ana, null) : new NamedAddress(EmailAddress.Parse(claimed), null),
        };
        var merged = Merge(Request(), forged);
        Assert.Null(merged.Lines[0].CancelledAt);
        Assert.Contains(reason, Assert.Single(merged.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_cancellation_that_names_itself_as_acting_for_the_organiser_is_refused()
    {
        Assert.Single(Merge(Request(), Cancel() with { Senders = [Mallory], SentBy = Mallory }).Refused);

        // Who sent the invitation for the organiser may cancel it too.
        var desk = EmailAddress.Parse("desk@agency.example");
        Assert.NotNull(
            Line(Request() with { Senders = [desk], SentBy = desk }, Cancel() with { Senders = [desk], SentBy = desk }).CancelledAt);
    }

    [Fact]
    public void A_colleague_may_cancel_for_the_organiser_but_a_stranger_at_the_same_public_service_may_not()
    {
        Assert.NotNull(Line(Request(), Cancel() with { Senders = [Tim] }).CancelledAt);

        var organizer = new NamedAddress(EmailAddress.Parse("olga@mail.example"), null);
        var request = Request() with
        {
            Organizer = organizer,
            Senders = [organizer.Address],
            Meetings = [Request().Meetings[0] with { Organizer = organizer }],
        };
        var stranger = Cancel() with { Organizer = organizer, Senders = [EmailAddress.Parse("mallory@mail.example")] };
        Assert.Single(Merge(request, stranger).Refused);
    }

    [Fact]
    public void A_cancellation_for_some_only_takes_them_off()
    {
        var uninvited = Cancel() with { SaysCancelled = false, Invitees = [new Invitee(Ben)] };
        var line = Line(Request(), uninvited);
        Assert.Null(line.CancelledAt);
        Assert.Equal(MeetingResponse.Declined, line.Response(Ben));
        Assert.NotNull(Line(Request(), uninvited with { Invitees = [new Invitee(Ben), new Invitee(Tim)] }).CancelledAt);
    }

    [Fact]
    public void A_counter_proposal_changes_nothing_and_says_why()
    {
        var counter = Reply(Ben, MeetingResponse.Tentative) with { Method = InvitationMethod.Counter };
        var merged = Merge(Request(), counter);
        Assert.Equal((Monday, MeetingResponse.Unknown), (merged.Lines[0].Start, merged.Lines[0].Response(Ben)));
        Assert.Contains("counter-proposal", Assert.Single(merged.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_series_is_changed_step_by_step_and_right_after_every_step()
    {
        var moved = Request(sequence: 1, start: Week2 + Duration.FromHours(3), occurrence: Week2);
        var cancelled = Cancel(sequence: 1, occurrence: Week3);
        var rest = Request(sequence: 2, start: Week3 + Duration.FromHours(26), occurrence: Week3) with
        {
            ThisAndFuture = true,
            Zone = Vienna,
        };
        var over = Cancel(sequence: 3);

        Assert.Equal([0, 7, 14, 21, 28], Days(Weekly(5)));
        Assert.Equal(Week2 + Duration.FromHours(3), Merge(Weekly(5), moved).Lines[1].Start);
        Assert.Equal(
            [false, false, true, false, false],
            Merge(Weekly(5), moved, cancelled).Lines.Select(line => line.CancelledAt is not null));

        // From week 3 on a day and two hours later, by the clock on the wall: the clocks change on 29 March.
        var after = Merge(Weekly(5), moved, cancelled, rest).Lines;
        Assert.Equal(
            [
                Monday,
                Week2 + Duration.FromHours(3),
                Week3 + Duration.FromHours(26),
                Week3 + Duration.FromHours(26 + 168),
                Week3 + Duration.FromHours(26 + 335),
            ],
            after.Select(line => line.Start));
        Assert.Equal(Merge(Weekly(5)).Lines.Select(line => line.Id), after.Select(line => line.Id));
        Assert.All(Merge(Weekly(5), moved, cancelled, rest, over).Lines, line => Assert.NotNull(line.CancelledAt));

        static IEnumerable<int> Days(InvitationMail mail) =>
            Merge(mail).Lines.Select(line => (int)Math.Round((line.Start - Monday).TotalDays));
    }

    [Fact]
    public void An_invitation_without_organiser_is_refused() =>
        Assert.Contains("no organiser", Assert.Single(Merge(Request() with { Organizer = null }).Refused).Reason, StringComparison.Ordinal);
}

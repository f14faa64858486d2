using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using static CrmSync.Worker.Tests.Meetings.Ics;

namespace CrmSync.Worker.Tests.Meetings;

public sealed class PeopleOfMeetings
{
    private const string When = "DTSTART:20260303T100000Z";
    private const string Until = "DTEND:20260303T110000Z";

    [Theory]
    [InlineData("ORGANIZER;CN=\"Ivy Cole\";EMAIL=ivy@oak.example:mailto:2_GEYTCMRTGQ2TMNZY@imip.me.com")] // iCloud
    [InlineData("ORGANIZER;CN=Ivy Cole;EMAIL=\"ivy@oak.example\":MAILTO:2_HA4TSNBVGY@imip.me.com")]
    [InlineData("ORGANIZER;EMAIL=Ivy@Oak.Example:urn:uuid:7f3e2c1a-0000-4000-8000-00000000aaaa")] // Calendar Server
    [InlineData("ORGANIZER;EMAIL=ivy@oak.example:/aMjE0NTY3ODkwMTIx/principal/")]
    [InlineData("ORGANIZER;EMAIL=ivy@oak.example:invalid:nomail")] // Exchange through CalDAV
    public void The_organizer_is_the_person_in_EMAIL_and_not_the_address_that_routes(string organizer) =>
        Assert.Equal(
            "ivy@oak.example",
            new ToldMeetings().Calendar("ana", Event("walk", When, Until, organizer, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"))
                .Outsiders());

    [Theory]
    [InlineData("ORGANIZER;CN=Ivy:mailto:ivy@oak.example")]
    [InlineData("ORGANIZER;EMAIL=:mailto:ivy@oak.example")]
    [InlineData("ORGANIZER;EMAIL=\"Ivy Cole\":mailto:ivy@oak.example")]
    [InlineData("ORGANIZER;X-EMAIL=other@oak.example:mailto:ivy@oak.example")]
    public void Without_an_address_in_EMAIL_the_value_counts(string organizer) =>
        Assert.Equal(
            "ivy@oak.example",
            new ToldMeetings().Calendar("ana", Event("walk", When, Until, organizer, "ATTENDEE:mailto:ana@us.example")).Outsiders());

    [Fact]
    public void An_organizer_whose_line_lost_EMAIL_is_known_by_the_attendee_with_the_same_route() =>
        Assert.Equal(
            "ivy@oak.example",
            new ToldMeetings()
                .Calendar(
                    "ana",
                    Event(
                        "walk",
                        When,
                        Until,
                        "ORGANIZER:mailto:2_GEYT@imip.me.com",
                        "ATTENDEE;EMAIL=ivy@oak.example;PARTSTAT=ACCEPTED:mailto:2_GEYT@imip.me.com",
                        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"))
                .Outsiders());

    [Fact]
    public void A_calendar_that_kept_only_the_route_joins_the_invitation_that_names_the_person()
    {
        var told = new ToldMeetings()
            .Calendar("ana", Event("walk", When, Until, "ORGANIZER:mailto:2_GEYT@imip.me.com", "ATTENDEE:mailto:ana@us.example"))
            .Mail(
                "ana",
                "ivy@oak.example",
                "REQUEST",
                Event(
                    "walk",
                    When,
                    Until,
                    "ORGANIZER;EMAIL=ivy@oak.example:mailto:2_GEYT@imip.me.com",
                    "ATTENDEE:mailto:ana@us.example"));
        Assert.Equal("ivy@oak.example", told.Outsiders());
    }

    [Theory]
    [InlineData("finn.holm@elm.example", "finn@oak.example")]
    [InlineData("finn@oak.example", "finn.holm@elm.example")]
    public void An_answer_from_another_address_of_the_one_invited_is_theirs(string invited, string answering)
    {
        var told = Invited(invited).Mail("ana", answering, "REPLY", Answer(answering, "DECLINED"));
        Assert.Equal(MeetingStatus.Declined, told.Status());
        Assert.Equal(invited, told.Outsiders());
    }

    [Fact]
    public void An_answer_of_somebody_nobody_joined_to_the_one_invited_changes_nothing() =>
        Assert.Equal(
            MeetingStatus.Held,
            Invited("finn@oak.example").Mail("ana", "finn@elm.example", "REPLY", Answer("finn@elm.example", "DECLINED")).Status());

    [Fact]
    public void An_answer_in_the_name_of_an_alias_from_a_stranger_changes_nothing() =>
        Assert.Equal(
            MeetingStatus.Held,
            Invited("finn@oak.example").Mail("ana", "mallory@elsewhere.example", "REPLY", Answer("finn.holm@elm.example", "DECLINED"))
                .Status());

    [Fact]
    public void We_decline_by_any_of_our_addresses()
    {
        var invitation = Event(
            "talk", When, Until, "ORGANIZER:mailto:ivy@oak.example", "ATTENDEE:mailto:ana@us.example", "DTSTAMP:20260101T080000Z");
        var told = new ToldMeetings()
            .Mail("ana", "ivy@oak.example", "REQUEST", invitation)
            .Mail(
                "ana",
                "ana.duarte@home.example",
                "REPLY",
                Event(
                    "talk",
                    "DTSTAMP:20260101T090000Z",
                    "ORGANIZER:mailto:ivy@oak.example",
                    "ATTENDEE;PARTSTAT=DECLINED:mailto:ana.duarte@home.example"));
        Assert.Equal(MeetingStatus.Declined, told.Status());
    }

    [Fact]
    public void A_calendar_of_ours_is_the_organizers_when_the_meeting_was_called_from_another_address_of_theirs()
    {
        // Tim's copy is older and shows the hour before.
        var told = new ToldMeetings()
            .Calendar("ana", Event("talk", When, Until, "ORGANIZER:mailto:ana.duarte@home.example", "ATTENDEE:mailto:ivy@oak.example"))
            .Calendar(
                "tim",
                Event(
                    "talk",
                    "DTSTART:20260303T090000Z",
                    "DTEND:20260303T100000Z",
                    "SEQUENCE:4",
                    "ORGANIZER:mailto:ana.duarte@home.example",
                    "ATTENDEE:mailto:ivy@oak.example"));
        Assert.Equal("0303T1000 Held: ivy@oak.example", told.Told());
    }

    [Theory]
    [InlineData("mailto:fred@fireflies.ai")]
    [InlineData("mailto:Fred@Fireflies.AI")]
    [InlineData("CN=Fireflies.ai Notetaker Ana:mailto:ana-17@fireflies.ai")]
    [InlineData("mailto:notetaker@otter.ai")]
    [InlineData("CN=Read AI Meeting Notes:mailto:x81@e.read.ai")]
    [InlineData("mailto:notes@fathom.video")]
    [InlineData("mailto:assistant@avoma.com")]
    [InlineData("mailto:meeting-bot@meetgeek.ai")]
    [InlineData("mailto:note.taker@tldv.io")]
    [InlineData("mailto:recorder+ana@gong.io")]
    [InlineData("mailto:notetaker@acme.example")] // a mailbox a firm gave its own
    [InlineData("CN=Room 3:mailto:c_1884abcdef@resource.calendar.google.com")]
    [InlineData("CUTYPE=ROOM:mailto:room.west@oak.example")]
    [InlineData("CUTYPE=RESOURCE:mailto:projector@oak.example")]
    [InlineData("CN=Meeting Room West;ROLE=NON-PARTICIPANT:mailto:west@oak.example")]
    [InlineData("CN=Team calendar:mailto:c_team@group.calendar.google.com")]
    public void Rooms_calendars_and_programs_that_take_notes_are_nobody(string invitee) => Assert.Equal("", WithTim(invitee).Outsiders());

    [Theory]
    [InlineData("CN=Jane Hill:mailto:jane.hill@otter.ai")] // works for the maker
    [InlineData("CN=Fred Moss:mailto:fred@otter.ai")]
    [InlineData("mailto:sales@fireflies.ai")]
    [InlineData("CN=Otter Creek Farm:mailto:info@ottercreek.example")]
    [InlineData("CN=Fathom Marine:mailto:ops@fathom.example")]
    [InlineData("CN=Room for All:mailto:hello@roomforall.example")]
    [InlineData("CN=Notes Ltd:mailto:notes@acme.example")]
    [InlineData("ROLE=OPT-PARTICIPANT:mailto:jane@acme.example")]
    [InlineData("CUTYPE=UNKNOWN:mailto:jane@acme.example")]
    [InlineData("CN=Fred:mailto:fred@fireflies.example")]
    public void People_are_somebody_whatever_their_firm_is_called(string invitee)
    {
        var told = WithTim(invitee);
        Assert.NotEqual("", told.Outsiders());
        Assert.Equal(MeetingStatus.Held, told.Status());
    }

    [Fact]
    public void The_policy_names_further_programs()
    {
        var policy = ToldMeetings.Us with
        {
            Classify = new ClassifySettings
            {
                Bots = new NameList
                {
                    Addresses = new HashSet<EmailAddress> { ToldMeetings.Address("protokoll@oak.example") },
                    Domains = ["bots.example"],
                },
            },
        };
        Assert.Equal("", WithTim("mailto:protokoll@oak.example", policy).Outsiders());
        Assert.Equal("", WithTim("mailto:x1@eu.bots.example", policy).Outsiders());
        Assert.Equal("ivy@oak.example", WithTim("mailto:ivy@oak.example", policy).Outsiders());
    }

    [Fact]
    public void A_room_in_one_copy_is_a_room_in_all() =>
        Assert.Equal(
            "",
            new ToldMeetings()
                .Calendar("ana", Meeting("CUTYPE=ROOM:mailto:west@oak.example"))
                .Calendar("tim", Meeting("CN=West:mailto:west@oak.example"))
                .Outsiders());

    [Fact]
    public void Who_hides_the_guests_is_named_and_the_placeholder_for_a_hidden_organizer_is_not()
    {
        // Google: guests see themselves alone; an event copied from elsewhere has a placeholder for its organizer.
        string[] ours = [When, Until, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"];
        Assert.Equal("ivy@oak.example", By("ORGANIZER:mailto:ivy@oak.example"));
        Assert.Equal("", By("ORGANIZER;CN=Unknown Organizer:mailto:unknownorganizer@calendar.google.com"));

        string By(string organizer) => new ToldMeetings().Calendar("ana", Event("talk", [.. ours, organizer])).Outsiders();
    }

    [Fact]
    public void Guests_hidden_from_each_other_are_all_there_together()
    {
        string[] talk = [When, Until, "ORGANIZER:mailto:ivy@oak.example"];
        var line = new ToldMeetings()
            .Calendar("ana", Event("talk", [.. talk, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@us.example"]))
            .Calendar("tim", Event("talk", [.. talk, "ATTENDEE;PARTSTAT=TENTATIVE:mailto:tim@us.example"]))
            .Line();
        Assert.Equal(
            ["ivy@oak.example", "ana@us.example", "tim@us.example"],
            line.People.Select(person => person.Address.Value));
    }

    [Theory]
    [InlineData("20260101T080000Z", "20260101T080000Z")]
    [InlineData("20260101T080000Z", "20260101T080007Z")] // a stamp for every mail
    public void Two_of_us_invited_by_a_mail_each_to_one_version_both_take_part(string first, string second)
    {
        var line = new ToldMeetings()
            .Mail("ana", "ivy@oak.example", "REQUEST", For("ana", first))
            .Mail("tim", "ivy@oak.example", "REQUEST", For("tim", second))
            .Line();
        Assert.Equal(["ivy@oak.example", "ana@us.example", "tim@us.example"], line.People.Select(person => person.Address.Value));
        Assert.Equal(["ana-mail", "tim-mail"], line.Accounts);

        static string For(string who, string stamp) =>
            Event("talk", When, Until, $"DTSTAMP:{stamp}", "ORGANIZER:mailto:ivy@oak.example", $"ATTENDEE:mailto:{who}@us.example");
    }

    [Fact]
    public void Somebody_left_out_of_the_invitation_that_came_later_to_the_same_mailbox_takes_no_part()
    {
        var line = new ToldMeetings()
            .Mail("ana", "ivy@oak.example", "REQUEST", For("20260101T080000Z", "ATTENDEE:mailto:bo@elm.example"))
            .Mail("ana", "ivy@oak.example", "REQUEST", For("20260101T090000Z", "X-NOTHING:1"))
            .Line();
        Assert.DoesNotContain("bo@elm.example", line.People.Select(person => person.Address.Value));

        static string For(string stamp, string more) =>
            Event("talk", When, Until, $"DTSTAMP:{stamp}", "ORGANIZER:mailto:ivy@oak.example", "ATTENDEE:mailto:ana@us.example", more);
    }

    private static ToldMeetings Invited(string who) => new ToldMeetings()
        .Mail(
            "ana",
            "ana@us.example",
            "REQUEST",
            Event("talk", When, Until, "DTSTAMP:20260101T080000Z", "ORGANIZER:mailto:ana@us.example", $"ATTENDEE:mailto:{who}"));

    private static string Answer(string who, string answer) =>
        Event("talk", "DTSTAMP:20260101T090000Z", "ORGANIZER:mailto:ana@us.example", $"ATTENDEE;PARTSTAT={answer}:mailto:{who}");

    private static ToldMeetings WithTim(string invitee, Domain.Policy.CompanyPolicy? policy = null) =>
        new ToldMeetings(policy).Calendar("ana", Meeting(invitee));

    private static string Meeting(string invitee) => Event(
        "weekly",
        When,
        Until,
        "SUMMARY:Weekly",
        "ORGANIZER:mailto:ana@us.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:tim@us.example",
        invitee.StartsWith("mailto:", StringComparison.Ordinal) ? $"ATTENDEE:{invitee}" : $"ATTENDEE;{invitee}");
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using NodaTime;

namespace CrmSync.Domain.Tests.Meetings;

/// <summary>Ana of Bright calls meetings with Ben of Oak and Tim of Bright.</summary>
internal static class SomeMeeting
{
    public const string Uid = "plan-2026-03@bright.example";

    public static readonly EmailAddress Ana = EmailAddress.Parse("ana@bright.example");
    public static readonly EmailAddress Tim = EmailAddress.Parse("tim@bright.example");
    public static readonly EmailAddress Ben = EmailAddress.Parse("ben@oak.example");
    public static readonly EmailAddress Cleo = EmailAddress.Parse("cleo@oak.example");

    /// <summary>Monday 2 March 2026, 9:00 UTC.</summary>
    public static readonly Instant Monday = Instant.FromUtc(2026, 3, 2, 9, 0);

    public static readonly DateTimeZone Vienna = DateTimeZoneProviders.Tzdb["Europe/Vienna"];

    /// <summary>When everything is harvested unless a test says otherwise.</summary>
    public static readonly Instant HarvestedAt = Instant.FromUtc(2026, 2, 20, 8, 0);

    public static readonly MeetingMerge Merging = new(new InvitationTrust(domain => domain == "mail.example"), MeetingPeople.Strangers);

    public static MeetingCopy CreateCopy(EmailAddress owner, Instant? start = null, Instant? occurrence = null) => new()
    {
        Uid = Uid,
        Occurrence = occurrence,
        Account = owner.LocalPart,
        Owner = owner,
        Stamp = HarvestedAt,
        Start = start ?? Monday,
        End = (start ?? Monday) + Duration.FromHours(1),
        Subject = "Plans",
        Organizer = new NamedAddress(Ana, "Ana"),
        Invitees = [new Invitee(Tim), new Invitee(Ben, "Ben Bench")],
        FirstSeen = HarvestedAt,
        LastSeen = HarvestedAt,
    };

    public static InvitationMail Request(int sequence = 0, Instant? start = null, Instant? occurrence = null, string account = "tim") =>
        new()
        {
            Method = InvitationMethod.Request,
            Account = account,
            Senders = [Ana],
            At = HarvestedAt + Duration.FromMinutes(sequence),
            Uid = Uid,
            Occurrence = occurrence,
            Sequence = sequence,
            Stamp = HarvestedAt + Duration.FromMinutes(sequence),
            Organizer = new NamedAddress(Ana, "Ana"),
            Invitees = [new Invitee(Tim), new Invitee(Ben)],
            Meetings =
            [
                CreateCopy(Tim, start, occurrence) with
                {
                    Account = account,
                    Invitation = true,
                    Sequence = sequence,
                    Stamp = HarvestedAt + Duration.FromMinutes(sequence),
                },
            ],
        };

    /// <summary>An invitation to a series of meetings, every Monday at ten by the clock in Vienna.</summary>
    public static InvitationMail Weekly(int count, int sequence = 0) =>
        Request(sequence) with
        {
            Meetings =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(week => Monday.InZone(Vienna).LocalDateTime.PlusWeeks(week).InZoneLeniently(Vienna).ToInstant())
                    .Select(start => Request(sequence, start, start).Meetings[0]),
            ],
        };

    public static InvitationMail Cancel(int sequence = 0, Instant? occurrence = null) => Request(sequence, occurrence: occurrence) with
    {
        Method = InvitationMethod.Cancel,
        Meetings = [],
        SaysCancelled = true,
        At = HarvestedAt + Duration.FromMinutes(sequence + 1),
        Stamp = HarvestedAt + Duration.FromMinutes(sequence + 1),
    };

    public static InvitationMail Reply(EmailAddress from, MeetingResponse response, int sequence = 0, Instant? occurrence = null) =>
        Request(sequence, occurrence: occurrence) with
        {
            Method = InvitationMethod.Reply,
            Account = "ana",
            Senders = [from],
            Invitees = [new Invitee(from, null, response)],
            Meetings = [],
            At = HarvestedAt + Duration.FromMinutes(sequence + 1),
            Stamp = HarvestedAt + Duration.FromMinutes(sequence + 1),
        };

    public static MergedMeetings Merge(params object[] what) => Merging.Merge(what.OfType<MeetingCopy>(), what.OfType<InvitationMail>());

    public static MeetingLine Line(params object[] what) => Assert.Single(Merge(what).Lines);

    public static MeetingResponse Response(this MeetingLine line, EmailAddress person) =>
        line.People.Single(each => each.Address == person).Response;
}

using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using static CrmSync.Domain.Tests.Meetings.SomeMeeting;

namespace CrmSync.Domain.Tests.Meetings;

/// <summary>What holds for all copies and messages.</summary>
public sealed class MeetingLawTests
{
    [Fact]
    public void Merging_copies_in_any_order_gives_the_same_meetings() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var copies = Enumerable.Range(0, random.Next(6)).Select(_ => Copy(random)).ToArray();
            var mails = Enumerable.Range(0, random.Next(6)).Select(_ => Mail(random)).ToArray();
            var expected = Print(Merging.Merge(copies, mails));
            random.Shuffle(copies);
            random.Shuffle(mails);
            Assert.Equal(expected, Print(Merging.Merge(copies, mails)));
            Assert.Equal(expected.Split("\nrefused")[0], Print(Merging.Merge([.. copies, .. copies], mails)).Split("\nrefused")[0]);
        }));

    [Fact]
    public void No_meeting_has_two_lines() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
                seed =>
                {
                    var random = new Random(seed);
                    var lines = Merging
                        .Merge([.. Enumerable.Range(0, 8).Select(_ => Copy(random))], [.. Enumerable.Range(0, 8).Select(_ => Mail(random))])
                        .Lines;
                    Assert.Equal(lines.Count, lines.Select(line => line.Id).Distinct().Count());
                }));

    private static string Print(MergedMeetings merged) =>
        string.Join(
            '\n',
            merged.Lines.Select(line =>
                $"{line.Id} {line.Uid} {line.Start} {line.End} {line.Subject} {line.CancelledAt} {line.AllDay} {line.Seen} "
                    + $"{string.Join(',', line.Accounts)} {string.Join(',', line.People)}"
            ))
        + $"\nrefused {string.Join(',', merged.Refused.Select(item => item.Reason).Order(StringComparer.Ordinal))} parked "
        + $"{merged.Parked.Count}";

    private static MeetingCopy Copy(Random random)
    {
        var occurrence = random.Next(2) == 0 ? (Instant?)null : Monday + Duration.FromDays(7 * random.Next(3));
        var owner = Person(random);
        return CreateCopy(owner, (occurrence ?? Monday) + Duration.FromHours(random.Next(3)), occurrence) with
        {
            Uid = random.Next(4) == 0 ? "short" : Uid,
            Account = owner.LocalPart + random.Next(2),
            Sequence = random.Next(3),
            Stamp = random.Next(3) == 0 ? null : HarvestedAt + Duration.FromMinutes(random.Next(3)),
            Subject = random.Next(3) == 0 ? null : $"Title {random.Next(3)}",
            Organizer = random.Next(5) == 0 ? null : new NamedAddress(random.Next(3) == 0 ? Cleo : Ana, random.Next(2) == 0 ? null : "A"),
            Invitees =
            [
                .. Enumerable
                    .Range(0, random.Next(4))
                    .Select(_ => new Invitee(
                        Person(random),
                        random.Next(2) == 0 ? "N" : null,
                        (MeetingResponse)random.Next(4),
                        random.Next(9) == 0)),
            ],
            CancelledAt = random.Next(4) == 0 ? HarvestedAt + Duration.FromMinutes(random.Next(3)) : null,
            Private = random.Next(9) == 0,
            Backlog = random.Next(2) == 0,
            FirstSeen = HarvestedAt + Duration.FromMinutes(random.Next(3)),
        };
    }

    private static InvitationMail Mail(Random random)
    {
        var occurrence = random.Next(2) == 0 ? (Instant?)null : Monday + Duration.FromDays(7 * random.Next(3));
        var sequence = random.Next(3);
        var mail = random.Next(5) switch
        {
            0 => Weekly(1 + random.Next(3), sequence),
            1 => Request(sequence, Monday + Duration.FromHours(random.Next(40)), occurrence),
            2 => Cancel(sequence, occurrence) with { SaysCancelled = random.Next(2) == 0 },
            _ => Reply(Person(random), (MeetingResponse)random.Next(4), sequence, occurrence),
        };
        return mail with
        {
            Senders = random.Next(4) == 0 ? [Person(random)] : mail.Senders,
            SentBy = random.Next(4) == 0 ? Person(random) : null,
            At = HarvestedAt + Duration.FromMinutes(random.Next(4)),
            Account = $"mail{random.Next(2)}",
            ThisAndFuture = random.Next(3) == 0,
        };
    }

    private static EmailAddress Person(Random random) => new[] { Ana, Tim, Ben, Cleo }[random.Next(4)];
}

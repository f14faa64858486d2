using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Tests.Meetings;
using NodaTime;

namespace CrmSync.Worker.Tests.Absences;

/// <summary>Who is away by what calendars say, as <c>ana 0504-0512</c>.</summary>
internal static class Away
{
    /// <summary>Ana Duarte, Tim, who covers her, and Ben; their office is open from Monday to Friday, 9 to 17.</summary>
    public static CompanyPolicy Us { get; } = ToldMeetings.Us with
    {
        People =
        [
            new Person("ana", ToldMeetings.Address("ana@us.example"))
            {
                Name = "Ana Duarte",
                Also = [ToldMeetings.Address("ana.duarte@home.example")],
                Manager = "tim",
            },
            new Person("tim", ToldMeetings.Address("tim@us.example")) { Name = "Tim Okafor" },
            new Person("ben", ToldMeetings.Address("ben@us.example")) { Name = "Ben Holm", Manager = "tim" },
        ],
    };

    /// <summary>By an entry of Ana's calendar.</summary>
    public static string By(string entry) =>
        By(Us, new ToldMeetings(Us).Calendar("ana", Event(entry)).Lines());

    /// <summary>An entry of these properties.</summary>
    public static string Event(string entry) =>
        $"BEGIN:VEVENT\nUID:entry-of-ana@us.example\nDTSTAMP:20260101T000000Z\n{entry}\nEND:VEVENT\n";

    public static string By(CompanyPolicy policy, IEnumerable<MeetingLine> lines) =>
        By(policy, lines.Select(line => line.ToInteraction(new InternalAddresses(policy))));

    public static string By(CompanyPolicy policy, IEnumerable<Interaction> lines, Instant? now = null) => string.Join(
        ", ",
        SeenAbsences.Apply(policy, lines, now ?? Instant.FromUtc(2027, 1, 1, 0, 0))
            .People.SelectMany(person => person.Away
                .Where(away => away.Source != AbsenceSource.Policy)
                .Select(away => $"{person.Id} {away.From:MMdd}-{away.To:MMdd}")));
}

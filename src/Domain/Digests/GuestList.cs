using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Digests;

/// <summary>Whom one of our people is going to meet: their booked meetings with somebody from outside, in order of time.</summary>
public static class GuestList
{
    /// <param name="people">The log.</param>
    /// <param name="reader">One of our people, who has not declined.</param>
    /// <param name="now">The moment; meetings that are over, cancelled or last whole days are left out.</param>
    public static IEnumerable<(Interaction Meeting, List<EmailAddress> Guests)> For(PeopleBook people, Person reader, Instant now)
    {
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(reader);
        return people.Interactions
            .Where(line => line.Meeting is { AllDay: false } meeting
                && meeting.StatusAt(now, line.Participants) == MeetingStatus.Booked
                && line.Participants.Any(p =>
                    p.Internal && p.Response != MeetingResponse.Declined && people.Ours(p.Address)?.Id == reader.Id))
            .Select(line =>
                (
                    Meeting: line,
                    Guests: line.Participants.Where(p => !p.Internal && p.Response != MeetingResponse.Declined)
                        .Select(p => people.Primary(p.Address))
                        .Distinct()
                        .ToList()))
            .Where(meeting => meeting.Guests.Count > 0)
            .OrderBy(meeting => meeting.Meeting.Meeting!.Start).ThenBy(meeting => meeting.Meeting.Id, StringComparer.Ordinal);
    }
}

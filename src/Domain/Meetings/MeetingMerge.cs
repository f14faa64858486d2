using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>What all copies and messages of some series together say.</summary>
/// <param name="Lines">One line a meeting, by key.</param>
/// <param name="Refused">Messages that were not believed or came too late, with the reason.</param>
/// <param name="Parked">Answers and cancellations whose meeting is not known yet; they count as soon as it is.</param>
public sealed record MergedMeetings(
    IReadOnlyList<MeetingLine> Lines,
    IReadOnlyList<RefusedInvitation> Refused,
    IReadOnlyList<InvitationMail> Parked);

/// <summary>
/// Merges what calendars and mails know of meetings: once each, whatever the number of copies, with the truth about who was there as far as
/// they tell it. The result does not depend on the order in which copies and messages come.
/// </summary>
public sealed class MeetingMerge(InvitationTrust trust)
{
    /// <summary>Merges calendar copies and calendar messages of any number of series.</summary>
    public MergedMeetings Merge(IEnumerable<MeetingCopy> copies, IEnumerable<InvitationMail> mails)
    {
        ArgumentNullException.ThrowIfNull(copies);
        ArgumentNullException.ThrowIfNull(mails);
        var calendars = copies.ToLookup(copy => copy.Key.Uid, StringComparer.Ordinal);
        var messages = mails.ToLookup(mail => mail.Series, StringComparer.Ordinal);
        var lines = new List<MeetingLine>();
        var refused = new List<RefusedInvitation>();
        var parked = new List<InvitationMail>();
        foreach (
            var series in calendars
                .Select(group => group.Key)
                .Union(messages.Select(group => group.Key), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal))
        {
            var invited = new InvitationHistory(trust, [.. messages[series]], [.. calendars[series].Where(copy => !copy.Private)]);
            refused.AddRange(invited.Refused);
            parked.AddRange(invited.Parked);
            lines.AddRange(calendars[series].Where(copy => !copy.Private).Concat(invited.Copies)
                .GroupBy(copy => copy.Occurrence)
                .OrderBy(group => group.Key)
                .Select(group => Line(new MeetingKey(series, group.Key), [.. group.Order(CopyOrder.Instance)], invited)));
        }

        return new MergedMeetings(lines, refused, parked);
    }

    private static MeetingLine Line(MeetingKey key, IReadOnlyList<MeetingCopy> copies, InvitationHistory invited)
    {
        var best = copies[0];
        var people = People(key, copies, invited);
        return new MeetingLine
        {
            Key = key,
            Uid = best.Uid,
            Start = best.Start,
            End = best.End,
            AllDay = best.AllDay,
            Subject = copies.Select(copy => copy.Subject).FirstOrDefault(subject => !string.IsNullOrWhiteSpace(subject)),
            CancelledAt = best.CancelledAt ?? (best.Rank == CopyRank.OrganizerCalendar ? null : invited.CancelledAt(key.Occurrence, best)),
            People = people,
            Accounts = [.. copies.Select(copy => copy.Account).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Seen = copies.Min(copy => copy.Backlog ? Instant.Min(best.Start, copy.FirstSeen) : copy.FirstSeen),
            Reasons = best.TimeIsUncertain ? ["its time zone is not known for certain"] : [],
        };
    }

    private static List<MeetingPerson> People(MeetingKey key, IReadOnlyList<MeetingCopy> copies, InvitationHistory invited)
    {
        var organizer = copies.Select(copy => copy.Organizer).FirstOrDefault(named => named is not null);
        var rooms = copies.SelectMany(copy => copy.Invitees).Where(invitee => invitee.Room).Select(invitee => invitee.Address).ToHashSet();
        var names = copies
            .SelectMany(copy =>
                copy.Invitees.Select(invitee => (invitee.Address, invitee.Name))
                    .Append((Address: copy.Organizer?.Address!, copy.Organizer?.Name)))
            .Where(person => person.Address is not null && !string.IsNullOrWhiteSpace(person.Name))
            .ToLookup(person => person.Address, person => person.Name!);

        // Whose calendar it stands in takes part, invited by name or through a group.
        var addresses = copies.SelectMany(copy => copy.Invitees).Select(invitee => invitee.Address)
            .Concat(copies.Where(copy => !copy.Invitation).Select(copy => copy.Owner!).Where(owner => owner is not null))
            .Concat(invited.Handed(key.Occurrence))
            .Append(organizer?.Address!)
            .Where(address => address is not null && !rooms.Contains(address))
            .Distinct();
        return
        [
            .. addresses.Select(address => new MeetingPerson(
                    address,
                    names[address].OrderByDescending(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).FirstOrDefault(),
                    address == organizer?.Address,
                    Response(address, organizer?.Address, key.Occurrence, copies, invited)))
                .OrderByDescending(person => person.Organizer).ThenBy(person => person.Address.Value, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// A person's answer: what their own calendar says, then what they answered by mail, then what the organiser's copy says, then any
    /// other. Who called the meeting comes unless they say otherwise.
    /// </summary>
    private static MeetingResponse Response(
        EmailAddress person, EmailAddress? organizer, Instant? occurrence, IReadOnlyList<MeetingCopy> copies, InvitationHistory invited)
    {
        var own = In(copies.Where(copy => !copy.Invitation && copy.Owner == person));
        if (own is not null)
            return own.Value;
        if (person == organizer)
            return MeetingResponse.Accepted;
        return invited.Response(person, occurrence, copies[0]) ?? In(copies) ?? MeetingResponse.Unknown;

        MeetingResponse? In(IEnumerable<MeetingCopy> some) => some
            .SelectMany(copy => copy.Invitees)
            .Where(invitee => invitee.Address == person && invitee.Response != MeetingResponse.Unknown)
            .Select(invitee => (MeetingResponse?)invitee.Response)
            .FirstOrDefault();
    }
}

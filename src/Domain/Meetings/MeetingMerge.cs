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
    IReadOnlyList<InvitationMail> Parked)
{
    /// <summary>The slots of every series (<see cref="MeetingLine.Slot"/>), by which copies under other UIDs are found.</summary>
    public IReadOnlyList<(string Series, string Slot)> Slots { get; init; } = [];
}

/// <summary>
/// Merges what calendars and mails know of meetings: once each, whatever the number of copies, with the truth about who was there as far as
/// they tell it. The result does not depend on the order in which copies and messages come.
/// </summary>
/// <param name="trust">Which messages are believed.</param>
/// <param name="people">Who stands behind addresses.</param>
/// <param name="absences">Tells who is away; null where nobody asks.</param>
public sealed class MeetingMerge(InvitationTrust trust, MeetingPeople people, OwnAbsences? absences = null)
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
            var told = new SeriesSources([.. calendars[series].Where(copy => !copy.Private)], [.. messages[series]], people);
            var invited = new InvitationHistory(trust, told.Mails, told.Calendars);
            refused.AddRange(invited.Refused);
            parked.AddRange(invited.Parked);
            lines.AddRange(
                told
                    .Calendars.Concat(invited.Copies)
                    .GroupBy(copy => copy.Occurrence)
                    .OrderBy(group => group.Key)
                    .Select(group => Line(new MeetingKey(series, group.Key), [.. group.Order(CopyOrder.Instance)], invited, told))
                    .OfType<MeetingLine>());
        }

        return new MergedMeetings(ImportedCopies.Join(lines), refused, parked)
        {
            Slots = [.. lines.Where(line => line.Slot is not null).Select(line => (line.Key.Uid, line.Slot!)).Distinct()],
        };
    }

    private MeetingLine? Line(MeetingKey key, IReadOnlyList<MeetingCopy> all, InvitationHistory invited, SeriesSources told)
    {
        IReadOnlyList<MeetingCopy> copies = [.. all.Where(copy => copy.LeftOutAt is null)];
        if (copies.Count == 0)
            return null;

        var best = copies[0];
        return new MeetingLine
        {
            Key = key,
            Uid = best.Uid,
            Start = best.Start,
            End = Instant.Max(best.Start, best.End),
            AllDay = best.AllDay,
            Subject = copies.Select(copy => copy.Subject).FirstOrDefault(subject => !string.IsNullOrWhiteSpace(subject)),
            CancelledAt = CancelledAt(key, best, all, invited),
            People = People(key, copies, invited, told),
            Accounts = [.. copies.Select(copy => copy.Account).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Seen = copies.Min(copy => copy.Backlog ? Instant.Min(best.Start, copy.FirstSeen) : copy.FirstSeen),
            Reasons = best.TimeIsUncertain ? ["its time zone is not known for certain"] : [],
            Invited = [.. copies.SelectMany(Invited).Where(address => !told.Nobodies.Contains(address)).Distinct()],
            Rank = best.Rank,
            Away = absences?.FindIn(copies) ?? [],
        };
    }

    private static IEnumerable<EmailAddress> Invited(MeetingCopy copy) =>
        copy.Invitees.Where(invitee => !invitee.Room).Select(invitee => invitee.Address)
            .Concat(copy.Organizer is { } organizer ? [organizer.Address] : []);

    private static Instant? CancelledAt(MeetingKey key, MeetingCopy best, IReadOnlyList<MeetingCopy> all, InvitationHistory invited)
    {
        if (best.CancelledAt is { } cancelled)
            return cancelled;
        if (best.Rank == CopyRank.OrganizerCalendar)
            return null;

        // The organiser took the occurrence out, and the calendar at hand did not follow.
        return invited.CancelledAt(key.Occurrence, best)
            ?? all.FirstOrDefault(copy => copy.LeftOutAt is not null && IsAbove(copy, best))?.LeftOutAt;
    }

    /// <summary>
    /// Whether what leaves an occurrence out beats a copy that shows it: the organiser's calendar does, an invitation of the organiser's
    /// when it is a newer version.
    /// </summary>
    private static bool IsAbove(MeetingCopy leftOut, MeetingCopy shown) => leftOut.Rank switch
    {
        CopyRank.OrganizerCalendar => true,
        CopyRank.Invitation => leftOut.Sequence > shown.Sequence
            || (leftOut.Sequence == shown.Sequence && Nullable.Compare(leftOut.Stamp, shown.Stamp) > 0),
        _ => false,
    };

    private static List<MeetingPerson> People(
        MeetingKey key, IReadOnlyList<MeetingCopy> copies, InvitationHistory invited, SeriesSources told)
    {
        var organizers = copies
            .Select(copy => copy.Organizer)
            .Where(named => named is not null && !told.Nobodies.Contains(named.Address))
            .ToList();
        var organizer = organizers.Find(named => !MeetingPeople.IsRouting(named!.Address)) ?? organizers.FirstOrDefault();
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
            .Where(address => address is not null && !told.Nobodies.Contains(address) && !IsRouting(organizer, address))
            .Distinct();
        return
        [
            .. addresses.Select(address => new MeetingPerson(
                    told.Written(address),
                    names[address].OrderByDescending(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).FirstOrDefault(),
                    address == organizer?.Address,
                    Response(address, organizer?.Address, key.Occurrence, copies, invited)))
                .OrderByDescending(person => person.Organizer).ThenBy(person => person.Address.Value, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether an address only routes to the organizer, whose own address is known.</summary>
    private static bool IsRouting(NamedAddress? organizer, EmailAddress address) =>
        organizer is not null && address != organizer.Address && MeetingPeople.IsRouting(address);

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

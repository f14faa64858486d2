using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// The calendar messages of one series, put in the order they were written whatever the order they came in: which of them stand, what they
/// invite to, what they cancel, and who answered what.
/// </summary>
internal sealed class InvitationHistory
{
    private readonly InvitationTrust trust;
    private readonly IReadOnlyList<MeetingCopy> calendars;
    private readonly List<InvitationMail> requests = [];
    private readonly List<InvitationMail> cancels = [];
    private readonly List<InvitationMail> replies = [];
    private readonly Dictionary<Instant, MeetingCopy> occurrences = [];
    private readonly List<RefusedInvitation> refused = [];
    private readonly List<InvitationMail> parked = [];
    private MeetingCopy? single;

    private IEnumerable<MeetingCopy> Newest => single is null ? occurrences.Values : occurrences.Values.Append(single);

    public InvitationHistory(InvitationTrust trust, IReadOnlyList<InvitationMail> mails, IReadOnlyList<MeetingCopy> calendars)
    {
        this.trust = trust;
        this.calendars = calendars;
        Sift([
            .. mails
                .OrderBy(mail => mail.Sequence)
                .ThenBy(mail => mail.WrittenAt)
                .ThenBy(mail => mail.At)
                .ThenBy(Content, StringComparer.Ordinal),
        ]);
        Invite();
        Judge();
    }

    /// <summary>
    /// What the invitations that stand invite to: the newest version of each meeting, once for every mailbox an invitation to it lies in.
    /// </summary>
    public IEnumerable<MeetingCopy> Copies => Newest.SelectMany(newest => requests
        .Where(request => Covers(request, newest.Occurrence))
        .Select(request => AsIn(request, newest)));

    public IReadOnlyList<RefusedInvitation> Refused => refused;

    public IReadOnlyList<InvitationMail> Parked => parked;

    /// <summary>
    /// Since when messages say that a meeting is cancelled; null if they do not, or speak of an older version than the copy at hand.
    /// </summary>
    public Instant? CancelledAt(Instant? occurrence, MeetingCopy copy) => cancels
        .Where(cancel => Covers(cancel, occurrence) && !IsStale(cancel, copy) && !OnlyTakesOff(cancel, copy))
        .Select(cancel => (Instant?)cancel.WrittenAt)
        .Min();

    /// <summary>What a person answered by mail to the version at hand; null if nothing.</summary>
    public MeetingResponse? Response(EmailAddress person, Instant? occurrence, MeetingCopy copy)
    {
        if (
            cancels.Exists(cancel =>
                Covers(cancel, occurrence)
                && !IsStale(cancel, copy)
                && OnlyTakesOff(cancel, copy)
                && cancel.Invitees.Any(off => off.Address == person)))
            return MeetingResponse.Declined;

        return
            Answers(occurrence, copy).LastOrDefault(reply => reply.Invitees[0].Address == person)?.Invitees[0].Response
                is { } response
                    and not MeetingResponse.Unknown
            ? response
            : null;
    }

    /// <summary>People who were not invited but answered for somebody who was, and come.</summary>
    public IEnumerable<EmailAddress> Handed(Instant? occurrence) => replies
        .Where(reply => reply.DelegatedFrom is not null && Covers(reply, occurrence))
        .Select(reply => reply.Invitees[0].Address);

    /// <summary>
    /// Keeps what can be believed, knowing who the organiser is from calendars or, failing them, from the invitation that came first.
    /// </summary>
    private void Sift(IReadOnlyList<InvitationMail> mails)
    {
        var known = calendars
            .Order(CopyOrder.Instance)
            .Select(copy => copy.Organizer?.Address)
            .FirstOrDefault(address => address is not null && !MeetingPeople.IsRouting(address));
        var delegates = new HashSet<EmailAddress>();
        var opening = mails.Where(mail => mail.Method == InvitationMethod.Request && trust.WhyNot(mail, known, delegates) is null)
            .OrderBy(mail => mail.At).ThenBy(Content, StringComparer.Ordinal).FirstOrDefault();
        if (opening is not null)
        {
            known ??= opening.Organizer!.Address;
            if (opening.SentBy is { } sentBy && opening.Senders.Contains(sentBy))
                delegates.Add(sentBy);
        }

        foreach (var mail in mails)
        {
            if (trust.WhyNot(mail, known, delegates) is { } reason)
                refused.Add(new RefusedInvitation(mail, reason));
            else if (mail.Method == InvitationMethod.Counter)
                refused.Add(new RefusedInvitation(mail, "a counter-proposal changes nothing until the organiser takes it up"));
            else
                (mail.Method switch { InvitationMethod.Request => requests, InvitationMethod.Cancel => cancels, _ => replies }).Add(mail);
        }
    }

    /// <summary>
    /// Applies the invitations, oldest version first: one for the whole series replaces it, one for an occurrence replaces that one.
    /// </summary>
    private void Invite()
    {
        foreach (var request in requests)
        {
            if (request.Occurrence is null)
                Replace(request);
            else if (request.ThisAndFuture)
                Move(request, request.Occurrence.Value);
            else
            {
                foreach (var meeting in request.Meetings.Where(meeting => meeting.Occurrence == request.Occurrence))
                    occurrences[request.Occurrence.Value] = meeting;
            }
        }
    }

    private void Replace(InvitationMail request)
    {
        var before = new Dictionary<Instant, MeetingCopy>(occurrences);
        occurrences.Clear();
        foreach (var meeting in request.Meetings)
        {
            if (meeting.Occurrence is { } occurrence)
                occurrences[occurrence] = meeting;
            else
                single = meeting;
        }

        // The same version sent again, to one more person, does not undo what was said of single occurrences.
        foreach (
            var (occurrence, copy) in before.Where(old =>
                old.Value.Sequence >= request.Sequence
                && requests.Exists(other => other.Occurrence == old.Key && other.Sequence >= request.Sequence)))
            occurrences[occurrence] = copy;
        if (request.Meetings.Any(meeting => meeting.Occurrence is not null))
            single = null;
    }

    /// <summary>Moves this and all later occurrences by wall time, and gives them the new title and people.</summary>
    private void Move(InvitationMail request, Instant from)
    {
        if (request.Meetings is not [var changed, ..])
            return;

        var zone = request.Zone;
        var shift = Period.Between(
            from.InZone(zone).LocalDateTime,
            changed.Start.InZone(zone).LocalDateTime,
            PeriodUnits.Days | PeriodUnits.Seconds);
        foreach (var occurrence in occurrences.Keys.Where(key => key >= from).ToList())
        {
            var start = occurrence == from
                ? changed.Start
                : occurrence.InZone(zone).LocalDateTime.Plus(shift).InZoneLeniently(zone).ToInstant();
            occurrences[occurrence] = changed with { Occurrence = occurrence, Start = start, End = start + (changed.End - changed.Start) };
        }
    }

    /// <summary>Sets aside what speaks of a meeting nobody knows, and refuses what speaks of an older version.</summary>
    private void Judge()
    {
        var known = calendars.Concat(Newest).ToList();
        foreach (var mail in cancels.Concat(replies).ToList())
        {
            var about = known.Where(copy => Covers(mail, copy.Occurrence)).ToList();
            if (about.Count == 0)
                parked.Add(mail);
            else if (about.TrueForAll(copy => IsStale(mail, copy)))
                refused.Add(new RefusedInvitation(mail, "it speaks of an older version of the meeting"));
            else if (
                mail.Method == InvitationMethod.Reply
                && mail.DelegatedFrom is null
                && !about.Exists(copy => Knows(copy, mail.Invitees[0].Address)))
                refused.Add(new RefusedInvitation(mail, "the one who answers is not invited"));
        }

        var away = refused.Select(item => item.Mail).ToHashSet();
        cancels.RemoveAll(away.Contains);
        replies.RemoveAll(away.Contains);
    }

    private IEnumerable<InvitationMail> Answers(Instant? occurrence, MeetingCopy copy) => replies
        .Where(reply => Covers(reply, occurrence) && !IsStale(reply, copy))
        .OrderBy(reply => reply.WrittenAt).ThenBy(reply => reply.Sequence).ThenBy(Content, StringComparer.Ordinal);

    /// <summary>
    /// The newest version of a meeting as one mailbox has it. The same version sent to several of us, each named alone in it, is kept as it
    /// is, so that all of them count; programs stamp each of these mails anew. In one mailbox the later stamp takes the place of the
    /// earlier.
    /// </summary>
    private MeetingCopy AsIn(InvitationMail request, MeetingCopy newest)
    {
        var own = request.Meetings.FirstOrDefault(meeting => meeting.Occurrence == newest.Occurrence);
        if (
            own is not null
            && own.Sequence == newest.Sequence
            && (own.Stamp == newest.Stamp || (own.Start == newest.Start && own.End == newest.End && !IsReplaced(request, own))))
            return own;

        var seen = own ?? (request.Meetings is [var any, ..] ? any : newest);
        return newest with { Account = request.Account, FirstSeen = seen.FirstSeen, Backlog = seen.Backlog };
    }

    private bool IsReplaced(InvitationMail request, MeetingCopy own) => requests.Exists(other =>
        other.Account == request.Account
        && other.Meetings.Any(meeting => meeting.Occurrence == own.Occurrence && Nullable.Compare(meeting.Stamp, own.Stamp) > 0));

    private static bool Knows(MeetingCopy copy, EmailAddress person) =>
        copy.Organizer?.Address == person || copy.Owner == person || copy.Invitees.Any(invitee => invitee.Address == person);

    private static bool Covers(InvitationMail mail, Instant? occurrence) =>
        mail.Occurrence is not { } from || mail.Occurrence == occurrence || (mail.ThisAndFuture && occurrence >= from);

    /// <summary>Whether a message was written for an earlier version of the meeting than the copy at hand.</summary>
    private static bool IsStale(InvitationMail mail, MeetingCopy copy) => mail.Method == InvitationMethod.Reply

        // An answer to an older version still holds when it was given after the newer one was written.
        ? mail.Sequence < copy.Sequence && !(mail.Stamp > copy.Stamp)
        : mail.Sequence < copy.Sequence || (mail.Sequence == copy.Sequence && mail.Stamp < copy.Stamp);

    /// <summary>Whether a cancellation only takes some of several people off the list (RFC 5546 section 3.2.5).</summary>
    private static bool OnlyTakesOff(InvitationMail cancel, MeetingCopy copy)
    {
        if (cancel.SaysCancelled || cancel.Invitees.Count == 0)
            return false;

        var off = cancel.Invitees.Select(invitee => invitee.Address).ToHashSet();
        return copy.Invitees.Any(invitee => !invitee.Room && invitee.Address != copy.Organizer?.Address && !off.Contains(invitee.Address));
    }

    private static string Content(InvitationMail mail) =>
        $"{mail.Method}|{mail.Account}|{mail.Occurrence}|{string.Join(',', mail.Senders)}|{string.Join(',', mail.Invitees)}|"
            + $"{mail.SentBy}|{mail.SaysCancelled}|{mail.ThisAndFuture}"
        + string.Concat(mail.Meetings.Select(meeting => $"|{meeting.Occurrence} {meeting.Start} {meeting.End} {meeting.Subject}"));
}

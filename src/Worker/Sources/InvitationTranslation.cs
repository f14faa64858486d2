using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using CrmSync.Mail.Mime;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Says in the words of the log what the calendar messages in a mail say: invitations, answers, cancellations and counter-proposals.
/// </summary>
/// <param name="meetings">Says what meetings an invitation is to.</param>
/// <param name="account">The name of the account the mail lies in.</param>
/// <param name="since">Occurrences of a series are written out from here on.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class InvitationTranslation(MeetingTranslation meetings, string account, Instant since, Instant now)
{
    private const int MostSenders = 20;

    private static readonly string TooManyEvents =
        $"its calendar has more than {SeriesBounds.OfMail.Events} events, and the others are not read";

    private readonly Interval window = new(Instant.Min(since, now), now + InvitedSeries.Ahead);

    /// <summary>The calendar messages of a mail, in order; none for a mail without, or with a calendar that is only a file.</summary>
    /// <param name="message">The mail.</param>
    /// <param name="at">When it came or went.</param>
    /// <param name="backlog">Whether it was there when the account was first read.</param>
    /// <param name="cuts">Told about every bound that was met.</param>
    public IReadOnlyList<InvitationMail> CreateMessages(MimeMessage message, Instant at, bool backlog, ICollection<string> cuts)
    {
        var senders = message
            .From.Concat(message.Sender)
            .Select(mailbox => ParseAddress(mailbox.Address))
            .OfType<EmailAddress>()
            .Distinct()
            .Take(MostSenders)
            .ToList();
        var found = new Dictionary<(string, Instant?, int), InvitationMail>();
        var left = SeriesBounds.OfInvitation;
        foreach (var part in message.Calendars)
        {
            // Where the header and the calendar name different methods, the calendar is right.
            var file = CalendarReader.Read(part.Content, SeriesBounds.OfMail, part.Charset);
            if (ParseMethod(file.Method ?? part.Method) is not { } method)
                continue;

            if (file.Events.Count >= SeriesBounds.OfMail.Events && !file.IsComplete)
                cuts.Add(TooManyEvents);

            // The same message stands in a mail twice, as a form of the body and as a file.
            foreach (var (entry, whole) in EventSeries.Group(file.Events).SelectMany(series => Events(series, method)))
            {
                if (found.ContainsKey(Key(entry)))
                    continue;

                if (found.Count >= SeriesBounds.OfMail.Events)
                {
                    cuts.Add(TooManyEvents);
                    return [.. found.Values];
                }

                var mail = CreateMail(entry, method, senders, at, cuts);
                if (method == InvitationMethod.Request)
                {
                    mail = WrittenOut(mail, whole, left, backlog, cuts);
                    left = left with { Occurrences = left.Occurrences - mail.Meetings.Count };
                }

                found.Add(Key(entry), mail);
            }
        }

        return [.. found.Values];

        (string, Instant?, int) Key(CalendarEvent entry) =>
            (MeetingKey.Series(entry.Uid, ParseAddress(entry.Organizer?.Address)), entry.RecurrenceId?.Instant, entry.Sequence);
    }

    /// <summary>The invitation with the meetings it is to.</summary>
    private InvitationMail WrittenOut(InvitationMail mail, EventSeries series, SeriesBounds left, bool backlog, ICollection<string> cuts)
    {
        if (left.Occurrences <= 0)
        {
            cuts.Add(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"it invites to more than {SeriesBounds.OfInvitation.Occurrences:N0} meetings, and the others are left out"));
            return mail;
        }

        var all = meetings.CreateCopies(series, window, left, backlog, cuts);
        IReadOnlyList<MeetingCopy> copies = [.. all.Where(copy => !copy.Private).Select(copy => copy with { Invitation = true })];

        // What other invitations of the mail have left no room for is left out for good; it does not come with time.
        var isCut = all.Count >= left.OccurrencesFor(series);
        IReadOnlyList<MeetingCopy> told =
        [
            .. copies,
            .. meetings.CreateLeftOut(series, window, left, backlog).Select(copy => copy with { Invitation = true }),
        ];
        if (isCut && left != SeriesBounds.OfInvitation)
            return mail with { Meetings = told };

        var until = isCut ? all[^1].Start + Duration.FromSeconds(1) : window.End;
        return mail with { Meetings = told, Rule = InvitedSeries.FindRule(series, copies, until) };
    }

    /// <summary>
    /// One message for the series as a whole, changed occurrences included, or one for each occurrence when only those are spoken of.
    /// </summary>
    private static IEnumerable<(CalendarEvent Entry, EventSeries Whole)> Events(EventSeries series, InvitationMethod method)
    {
        var events =
            series.Master is null ? series.Changes
            : method == InvitationMethod.Request ? [series.Master]
            : [series.Master, .. series.Changes];
        return events
            .Where(entry => entry.Class == EventClass.Public)
            .Select(entry => (entry, entry == series.Master ? series : EventSeries.From(entry)));
    }

    /// <summary>Whether a calendar message in a mail is about an entry that its author marked private or confidential.</summary>
    public static bool IsPrivate(MimeMessage message) =>
        message.Calendars.Any(part =>
            CalendarReader.Read(part.Content, charset: part.Charset).Events.Any(entry => entry.Class != EventClass.Public));

    private static InvitationMethod? ParseMethod(string? written) => written switch
    {
        "REQUEST" => InvitationMethod.Request,
        "REPLY" => InvitationMethod.Reply,
        "CANCEL" => InvitationMethod.Cancel,
        "COUNTER" => InvitationMethod.Counter,
        _ => null,
    };

    private InvitationMail CreateMail(
        CalendarEvent entry,
        InvitationMethod method,
        IReadOnlyList<EmailAddress> senders,
        Instant at,
        ICollection<string> cuts)
    {
        var answers = method is InvitationMethod.Reply or InvitationMethod.Counter;
        var attendees = entry.Attendees;

        // An answer is of one person; programs that repeat the whole list mean the sender.
        if (
            answers
            && attendees.Count > 1
            && attendees.Where(attendee => ParseAddress(attendee.Address) is { } address && senders.Contains(address)).ToList()
                is [var answering])
            attendees = [answering];
        return new InvitationMail
        {
            Method = method,
            Account = account,
            Senders = senders,
            At = at,
            Uid = entry.Uid,
            Occurrence = entry.LikelyOccurrence,
            OccurrenceDay = entry.OccurrenceDay,
            ThisAndFuture = entry.ThisAndFuture,
            Sequence = entry.Sequence,
            Stamp = entry.Stamp,
            Organizer = ParseAddress(entry.Organizer?.Address) is { } organizer ? new NamedAddress(organizer, entry.Organizer!.Name) : null,
            SentBy = ParseAddress(answers ? attendees.Count == 1 ? attendees[0].SentBy : null : entry.Organizer?.SentBy),
            Invitees = SeriesBounds.People(attendees, cuts),
            DelegatedFrom =
                answers && attendees.Count == 1
                    ? ParseAddress(attendees[0].DelegatedFrom.Count > 0 ? attendees[0].DelegatedFrom[0] : null)
                    : null,
            SaysCancelled = entry.Status == EventStatus.Cancelled,
            Zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(entry.Start.Zone.Zone.Id) ?? DateTimeZone.Utc,
        };
    }

    private static EmailAddress? ParseAddress(string? text) => EmailAddress.TryParse(text, out var address) ? address : null;
}

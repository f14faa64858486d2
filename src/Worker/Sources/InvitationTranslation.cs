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
/// <param name="window">Occurrences of a series are written out within it.</param>
internal sealed class InvitationTranslation(MeetingTranslation meetings, string account, Interval window)
{
    /// <summary>The calendar messages of a mail, in order; none for a mail without, or with a calendar that is only a file.</summary>
    /// <param name="message">The mail.</param>
    /// <param name="at">When it came or went.</param>
    /// <param name="backlog">Whether it was there when the account was first read.</param>
    public IReadOnlyList<InvitationMail> MessagesOf(MimeMessage message, Instant at, bool backlog)
    {
        var senders = message
            .From.Concat(message.Sender)
            .Select(mailbox => AddressOf(mailbox.Address))
            .OfType<EmailAddress>()
            .Distinct()
            .ToList();
        var found = new Dictionary<(string, Instant?, int), InvitationMail>();
        foreach (var part in message.Calendars)
        {
            // Where the header and the calendar name different methods, the calendar is right.
            var file = CalendarReader.Read(part.Content, charset: part.Charset);
            if (MethodOf(file.Method ?? part.Method) is not { } method)
                continue;

            // The same message stands in a mail twice, as a form of the body and as a file.
            foreach (var mail in EventSeries.Group(file.Events).SelectMany(series => Of(series, method, senders, at, backlog)))
                found.TryAdd((mail.Series, mail.Occurrence, mail.Sequence), mail);
        }

        return [.. found.Values];
    }

    private static InvitationMethod? MethodOf(string? written) => written switch
    {
        "REQUEST" => InvitationMethod.Request,
        "REPLY" => InvitationMethod.Reply,
        "CANCEL" => InvitationMethod.Cancel,
        "COUNTER" => InvitationMethod.Counter,
        _ => null,
    };

    /// <summary>
    /// One message for the series as a whole, changed occurrences included, or one for each occurrence when only those are spoken of.
    /// </summary>
    private IEnumerable<InvitationMail> Of(
        EventSeries series,
        InvitationMethod method,
        IReadOnlyList<EmailAddress> senders,
        Instant at,
        bool backlog)
    {
        var events =
            series.Master is null ? series.Changes
            : method == InvitationMethod.Request ? [series.Master]
            : [series.Master, .. series.Changes];
        foreach (var entry in events.Where(entry => entry.Class == EventClass.Public))
        {
            var whole = entry == series.Master ? series : EventSeries.Of(entry);
            var mail = MailOf(entry, method, senders, at);
            yield return method == InvitationMethod.Request
                ? mail with
                {
                    Meetings =
                    [
                        .. meetings
                            .CopiesOf(whole, window, backlog)
                            .Where(copy => !copy.Private)
                            .Select(copy => copy with { Invitation = true }),
                    ],
                }
                : mail;
        }
    }

    private InvitationMail MailOf(CalendarEvent entry, InvitationMethod method, IReadOnlyList<EmailAddress> senders, Instant at)
    {
        var answers = method is InvitationMethod.Reply or InvitationMethod.Counter;
        var attendees = entry.Attendees;

        // An answer is of one person; programs that repeat the whole list mean the sender.
        if (
            answers
            && attendees.Count > 1
            && attendees.Where(attendee => AddressOf(attendee.Address) is { } address && senders.Contains(address)).ToList()
                is [var answering])
            attendees = [answering];
        return new InvitationMail
        {
            Method = method,
            Account = account,
            Senders = senders,
            At = at,
            Uid = entry.Uid,
            Occurrence = entry.RecurrenceId?.Instant,
            ThisAndFuture = entry.ThisAndFuture,
            Sequence = entry.Sequence,
            Stamp = entry.Stamp,
            Organizer = AddressOf(entry.Organizer?.Address) is { } organizer ? new NamedAddress(organizer, entry.Organizer!.Name) : null,
            SentBy = AddressOf(answers ? attendees.Count == 1 ? attendees[0].SentBy : null : entry.Organizer?.SentBy),
            Invitees = [.. attendees.Select(MeetingTranslation.InviteeOf).OfType<Invitee>()],
            DelegatedFrom =
                answers && attendees.Count == 1
                    ? AddressOf(attendees[0].DelegatedFrom.Count > 0 ? attendees[0].DelegatedFrom[0] : null)
                    : null,
            SaysCancelled = entry.Status == EventStatus.Cancelled,
            Zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(entry.Start.Zone.Zone.Id) ?? DateTimeZone.Utc,
        };
    }

    private static EmailAddress? AddressOf(string? text) => EmailAddress.TryParse(text, out var address) ? address : null;
}

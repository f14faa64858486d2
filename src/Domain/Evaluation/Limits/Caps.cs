using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>cap</c>: what counts against it, and when the sliding window is full. Attempts count, not mails: what is sent again within four hours
/// is one, and so is one mail to three people of an organisation.
/// </summary>
internal static class Caps
{
    /// <summary>The counted contacts with somebody, or with anybody of the organisation, in order.</summary>
    public static List<(long At, Line Line)> Counted(View view, CapLimit cap, ContactNode contact)
    {
        var counted = new Dictionary<Line, long>();
        foreach (var person in cap.Per == Per.Organisation ? contact.Organisation.Contacts : (IReadOnlyList<ContactNode>)[contact])
        {
            var history = History.Compute(view, person);
            if (cap.CountsEmail)
            {
                foreach (var mailing in history.Mailings)
                    counted[mailing] = Order.At(view, mailing);
            }

            if (cap.CountsMeetings)
            {
                foreach (var meeting in history.Meetings)
                {
                    if (meeting.OrganisedByUs)
                        counted[meeting] = meeting.At;
                }
            }

            if (cap.CountsCalls)
            {
                foreach (var call in history.Touches)
                {
                    if (call.Kind == TouchKind.Spoke && !call.Line.Inbound)
                        counted[call.Line] = call.At;
                }
            }
        }

        if (cap.CountsEmail)
        {
            foreach (var thread in cap.Per == Per.Organisation ? contact.Organisation.Threads : contact.Threads)
                CountAttempts(view, cap, contact, ThreadFacts.Compute(view, thread), counted);
        }

        var list = counted.Select(c => (c.Value, c.Key)).ToList();
        list.Sort(
            (one, other) => one.Value != other.Value ? one.Value.CompareTo(other.Value) : string.CompareOrdinal(one.Key.Id, other.Key.Id));
        return list;
    }

    /// <summary>Those of the counted contacts that lie in the window now, in order.</summary>
    public static IEnumerable<(long At, Line Line)> InWindow(View view, CapLimit cap, ContactNode contact, BusinessCalendar calendar) =>
        Counted(view, cap, contact).Where(one => one.At <= view.Now && (cap.Calendar ?? calendar).Deadline(one.At, cap.Window) > view.Now);

    /// <summary>
    /// When the window is full. At the arrival of the n-th contact the earliest of the last n is what will make room again.
    /// </summary>
    public static List<Span> Full(View view, CapLimit cap, BusinessCalendar calendar, List<(long At, Line Line)> counted, out int used)
    {
        used = 0;
        if (cap.Max <= 0)
            return [Span.Always];

        var spans = new List<Span>();
        var ends = new long[counted.Count];
        for (var i = 0; i < counted.Count; i++)
        {
            ends[i] = calendar.Deadline(counted[i].At, cap.Window);
            if (!view.Reached(counted[i].At))
                continue;

            if (!view.Reached(ends[i]))
                used++;

            var first = i - cap.Max + 1;
            if (first >= 0 && ends[first] > counted[i].At)
                spans.Add(new Span(counted[i].At, ends[first]));
        }

        return spans;
    }

    private static void CountAttempts(View view, CapLimit cap, ContactNode contact, ThreadFacts thread, Dictionary<Line, long> counted)
    {
        var last = -1;
        foreach (var mail in thread.Mails)
        {
            if (mail.Inbound || mail.Attempt == last || (mail.Solicited && !cap.CountsAll) || !Reaches(view, cap, mail.Line, contact))
                continue;

            counted[mail.Line] = mail.At;
            last = mail.Attempt;
        }
    }

    private static bool Reaches(View view, CapLimit cap, Line line, ContactNode contact)
    {
        foreach (var recipient in line.Outsiders)
        {
            if (
                (recipient.Contact == contact || (cap.Per == Per.Organisation && recipient.Contact.Organisation == contact.Organisation))
                && !view.Reached(recipient.Bounced))
                return true;
        }

        return false;
    }
}

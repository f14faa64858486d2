namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>away</c>: while somebody's automatic answer names a day of return that is ahead, we do not write to them of our own accord
/// (policy-language.md section 10).
/// </summary>
internal static class Absences
{
    /// <summary>When absences held an item back: each until the start of the day of return, the next notice or a mail by hand.</summary>
    public static List<Span> Spans(View view, Draft draft)
    {
        List<Span>? held = null;
        foreach (var contact in Limits.People(draft))
        {
            var notices = Notices(view, contact);
            if (notices.Count == 0 || draft.PerOrganisation && History.Compute(view, contact).Touches.Count == 0)
                continue;

            for (var i = 0; i < notices.Count; i++)
            {
                var end = draft.Calendar.Roll(draft.Calendar.StartOfDay(notices[i].Return!.Day));
                end = Math.Min(end, NextByHand(view, contact, notices[i].At));
                if (i + 1 < notices.Count)
                    end = Math.Min(end, notices[i + 1].At);
                if (end > notices[i].At)
                    (held ??= []).Add(new Span(notices[i].At, end));
            }
        }

        return held is null ? [] : Evaluation.Spans.Join(held);
    }

    /// <summary>The notice by which somebody an item concerns is away now; null when nobody is.</summary>
    public static Line? Current(View view, Draft draft) =>
        Limits.People(draft)
            .Select(contact => (Notice: Notices(view, contact).LastOrDefault(), Contact: contact))
            .Where(one =>
                one.Notice is { } notice
                && !view.Reached(draft.Calendar.Roll(draft.Calendar.StartOfDay(notice.Return!.Day)))
                && !view.Reached(NextByHand(view, one.Contact, notice.At)))
            .Select(one => one.Notice)
            .FirstOrDefault();

    private static List<Line> Notices(View view, ContactNode contact) =>
        [
            .. view
                .Log.NotCounted(contact)
                .Where(line => line.Return is not null && line.Author == contact.Primary && view.Reached(line.Seen))
                .OrderBy(line => line.At)
                .ThenBy(line => line.Id, StringComparer.Ordinal),
        ];

    /// <summary>When somebody next wrote by hand after a moment, or <see cref="long.MaxValue"/>.</summary>
    public static long NextByHand(View view, ContactNode contact, long after)
    {
        var history = History.Compute(view, contact);
        for (var i = history.IndexFrom(after + 1); i < history.Touches.Count; i++)
        {
            if (history.Touches[i].Kind == TouchKind.In)
                return history.Touches[i].At;
        }

        return long.MaxValue;
    }
}

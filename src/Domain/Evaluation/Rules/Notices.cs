using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>notice</c>: contacts are to hear of something before it takes effect (policy-language.md section 8).</summary>
internal static class Notices
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rule in view.Plan.Notices.All)
            Evaluate(view, organisation, rule, into);
    }

    private static void Evaluate(View view, OrganisationNode organisation, Planned<NoticeRule> rule, Findings into)
    {
        var calendar = rule.Calendar;
        var opened = calendar.StartOfBusinessDayOnOrAfter(rule.Rule.From).ToUnixTimeTicks();
        var expiry = rule.Rule.ExpireAfter is { } length
            ? view.Plan.Calendar.Deadline(opened, length)
            : view.Plan.Calendar.Deadline(calendar.StartOfDay(rule.Rule.Effective), NoticeRule.Afterwards);
        if (!view.Reached(opened) || (view.Reached(expiry) && expiry < view.ClosedSince))
            return;

        var from = calendar.StartOfDay(rule.Rule.From);
        var due = calendar.CloseOfBusinessDayOnOrBefore(calendar.DateBefore(rule.Rule.Effective, rule.Rule.NotifyBy)).ToUnixTimeTicks();
        foreach (var contact in organisation.Contacts)
        {
            if (History.Compute(view, contact).Exists && rule.When?.Holds(view, contact, null) != false)
                Evaluate(view, contact, rule, (opened, due, expiry, from), into);
        }
    }

    private static void Evaluate(
        View view,
        ContactNode contact,
        Planned<NoticeRule> rule,
        (long Opened, long Due, long Expiry, long From) when,
        Findings into)
    {
        var by = ToldBy(view, contact, rule.Rule.ToldBy, when.From);
        var over = by is null ? long.MaxValue : Order.At(view, by);
        if (Done.First(view, rule.Rule, [], contact, when.From) is { } done && done.At < over)
            (over, by) = (done.At, done);

        if (over < when.Opened)
            return;

        if (when.Expiry <= over && view.Reached(when.Expiry))
            End(ItemClosing.Expired, when.Expiry, when.Expiry, null, new Lapsed(rule.Rule.ExpireAfter ?? NoticeRule.Afterwards));
        else if (by is not null)
            End(ItemClosing.Satisfied, over, by.Seen, by, Closing.By(view, by));
        else
            into.Open(rule, contact, when.Opened, when.Due, key: "", new NotTold(rule.Rule.ToldBy, rule.Rule.Effective));

        void End(ItemClosing closing, long at, long knownAt, Line? line, Reason reason) =>
            into.End(view, new(rule.Rule, contact.Primary.Value, contact, "", when.Opened, when.Due), closing, at, knownAt, line, reason);
    }

    /// <summary>The first mail of ours with the marker that reached the contact, human or mass, in whatever field.</summary>
    private static Line? ToldBy(View view, ContactNode contact, string marker, long from)
    {
        Line? first = null;
        foreach (var line in contact.Lines)
        {
            if (
                line.Kind is LineKind.HumanOut or LineKind.Mass
                && Array.IndexOf(line.Markers, marker) >= 0
                && view.Reached(line.Seen)
                && Order.At(view, line) >= from
                && History.Reaches(view, line, contact, visibly: false)
                && (first is null || Position.From(view, line).ComparedTo(Position.From(view, first)) < 0))
            {
                first = line;
            }
        }

        return first;
    }
}

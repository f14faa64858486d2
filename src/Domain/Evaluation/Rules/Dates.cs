using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>date</c>: a day noted for a contact comes near (policy-language.md section 8).</summary>
internal static class Dates
{
    /// <summary>Calendars know no days later than this.</summary>
    private const int LastYear = 2399;

    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rule in view.Plan.Dates.All)
            Evaluate(view, organisation, rule, into);
    }

    private static void Evaluate(View view, OrganisationNode organisation, Planned<DateRule> rule, Findings into)
    {
        foreach (var contact in organisation.Contacts)
        {
            if (NotedDates.Find(view, contact, rule.Rule.Field) is { } date && rule.When?.Holds(view, contact, null) != false)
                Evaluate(view, contact, rule, date, into);
        }
    }

    private static void Evaluate(View view, ContactNode contact, Planned<DateRule> rule, ContactDate noted, Findings into)
    {
        if (noted.Year is { } year)
        {
            Evaluate(view, contact, rule, In(noted, year), into);
            return;
        }

        // Every year since anything can have ended, up to the first whose item has not opened yet: its opening is the next change.
        for (var y = FirstYear(view, contact, rule); y < LastYear; y++)
        {
            if (!Evaluate(view, contact, rule, In(noted, y), into))
                break;
        }
    }

    private static int FirstYear(View view, ContactNode contact, Planned<DateRule> rule)
    {
        var since = view.ClosedSince > long.MinValue ? view.ClosedSince
            : view.Plan.Start > long.MinValue ? view.Plan.Start
            : contact.Lines.Count > 0 ? contact.Lines[0].At
            : view.Now;
        return Math.Clamp(rule.Calendar.Date(Instant.FromUnixTimeTicks(Math.Min(since, view.Now))).Year, 1970, LastYear);
    }

    /// <summary>False when the item of that date has not opened yet.</summary>
    private static bool Evaluate(View view, ContactNode contact, Planned<DateRule> rule, LocalDate date, Findings into)
    {
        var calendar = rule.Calendar;
        var opened = calendar.StartOfBusinessDayOnOrBefore(calendar.DateBefore(date, rule.Rule.Before)).ToUnixTimeTicks();
        if (!view.Reached(opened))
            return false;

        var due = calendar.CloseOfBusinessDayOnOrBefore(date).ToUnixTimeTicks();
        var end = calendar.StartOfDay(date.PlusDays(1));
        var key = NodaTime.Text.LocalDatePattern.Iso.Format(date);
        var touch = History.Compute(view, contact).FirstOfOurs(opened);
        var (over, known, by) = touch is { } t ? (t.At, t.Known, t.Line) : (long.MaxValue, 0, (Line?)null);
        if (Done.First(view, rule.Rule, [], contact, opened) is { } done && done.At < over)
            (over, known, by) = (done.At, done.Seen, done);

        var past = new PastItem(rule.Rule, contact.Primary.Value, contact, key, opened, due);
        if (end <= over && view.Reached(end))
            into.End(view, past, ItemClosing.Expired, end, end, null, new DayPassed(rule.Rule.Field, date));
        else if (by is not null)
            into.End(view, past, ItemClosing.Satisfied, over, known, by, Closing.By(view, by));
        else
            into.Open(rule, contact, opened, due, key, new DayAhead(rule.Rule.Field, date));

        return true;
    }

    /// <summary>29 February is 28 February in other years.</summary>
    private static LocalDate In(ContactDate noted, int year) =>
        new(year, noted.Month, Math.Min(noted.Day, CalendarSystem.Iso.GetDaysInMonth(year, noted.Month)));
}

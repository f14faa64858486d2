using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>handover</c>: whoever looked after a contact has left, and the successor is to introduce themselves (policy.md section 8).
/// </summary>
internal static class Handovers
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        if (!view.Plan.Handovers.Any)
            return;

        for (var person = 0; person < view.Plan.Policy.People.Count; person++)
        {
            if (view.Plan.Policy.People[person].Left is not { } left)
                continue;

            foreach (var rule in view.Plan.Handovers.All)
                Evaluate(view, organisation, rule, person, left, into);
        }
    }

    private static void Evaluate(
        View view,
        OrganisationNode organisation,
        Planned<HandoverRule> rule,
        int person,
        LocalDate left,
        Findings into)
    {
        var leaving = view.Plan.Calendar.StartOfDay(left);
        var opened = rule.Calendar.StartOfBusinessDayOnOrAfter(left).ToUnixTimeTicks();
        var expiry = rule.Rule.ExpireAfter is { } length ? view.Plan.Calendar.Deadline(opened, length) : long.MaxValue;
        if (!view.Reached(opened) || (view.Reached(expiry) && expiry < view.ClosedSince))
            return;

        var activeFrom = view.Plan.Calendar.StartOfDay(view.Plan.Calendar.DateBefore(left, rule.Rule.ActiveWithin));
        foreach (var contact in organisation.Contacts)
        {
            if (
                WasActive(view, contact, activeFrom, leaving)
                && WasOwner(view, contact, person, left, leaving)
                && rule.When?.Holds(view, contact, null) != false)
                Evaluate(view, contact, rule, (person, left, leaving, opened, expiry), into);
        }
    }

    private static void Evaluate(
        View view,
        ContactNode contact,
        Planned<HandoverRule> rule,
        (int Person, LocalDate Left, long Leaving, long Opened, long Expiry) gone,
        Findings into)
    {
        var due = rule.Calendar.Deadline(gone.Opened, rule.Rule.Within!);
        var key = $"{view.Plan.IdOf(gone.Person)} {NodaTime.Text.LocalDatePattern.Iso.Format(gone.Left)}";
        var (over, known, by) = Introduction(view, contact, gone.Person, gone.Leaving) is { } touch
            ? (touch.At, touch.Known, touch.Line)
            : (long.MaxValue, 0, (Line?)null);
        if (Done.First(view, rule.Rule, [], contact, gone.Leaving) is { } done && done.At < over)
            (over, known, by) = (done.At, done.Seen, done);

        if (over < gone.Opened)
            return;

        if (gone.Expiry < over && view.Reached(gone.Expiry))
            End(ItemClosing.Expired, gone.Expiry, gone.Expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (by is not null)
            End(ItemClosing.Satisfied, over, known, by, Closing.By(view, by));
        else
        {
            into.Drafts.Add(new Draft
            {
                Rule = rule.Rule,
                Index = rule.Index,
                About = contact.Primary.Value,
                Contact = contact,
                Opened = gone.Opened,
                Key = key,
                Reason = new OwnerLeft(Sentences.Name(view.Plan, gone.Person), gone.Left),
            });
        }

        void End(ItemClosing closing, long at, long knownAt, Line? line, Reason reason) =>
            into.End(
                view,
                new Ending(rule.Rule, contact.Primary.Value, contact, key, gone.Opened, due, closing, at, knownAt, line, reason));
    }

    private static bool WasActive(View view, ContactNode contact, long from, long leaving)
    {
        var history = History.Of(view, contact);
        var index = history.IndexFrom(from);
        return index < history.Touches.Count && history.Touches[index].At < leaving;
    }

    /// <summary>
    /// Whose contact it was on the eve. Somebody who takes their last holidays before they leave is still the owner, so covers do not count
    /// here.
    /// </summary>
    private static bool WasOwner(View view, ContactNode contact, int person, LocalDate left, long leaving) =>
        PeopleOnDuty.Resolve(view.Plan, Ownership.AsOf(view, contact, leaving).Person, left.PlusDays(-1), away: false) == person;

    /// <summary>The successor, or whoever stands in for them now, writes, meets or calls from the leaving day on.</summary>
    private static Touch? Introduction(View view, ContactNode contact, int person, long leaving)
    {
        var successor = view.Successor(person);
        var owner = Ownership.Of(view, contact);
        var history = History.Of(view, contact);
        for (var i = history.IndexFrom(leaving); i < history.Touches.Count; i++)
        {
            var touch = history.Touches[i];
            if (
                touch.IsOurs
                && (
                    touch.Person == successor
                    || touch.Person == owner
                    || (touch.Kind == TouchKind.Meeting && Array.IndexOf(touch.Line.Ours, successor) >= 0)))
                return touch;
        }

        return null;
    }
}

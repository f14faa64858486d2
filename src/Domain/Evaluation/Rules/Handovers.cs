using System.Runtime.InteropServices;
using CrmSync.Domain.Policy;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>handover</c>: whoever looked after a contact has left, and the successor is to introduce themselves (policy-language.md section 8).
/// </summary>
internal static class Handovers
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rule in view.Plan.Handovers.All)
        {
            var gone = Gone(view, rule);
            foreach (var contact in gone.Count == 0 ? [] : organisation.Contacts)
                Evaluate(view, contact, rule, gone, into);
        }
    }

    private static void Evaluate(View view, ContactNode contact, Planned<HandoverRule> rule, List<Leaving> gone, Findings into)
    {
        var theirs = gone.FindAll(one => WasActive(view, contact, one) && WasOwner(view, contact, one));
        if (theirs.Count == 0 || rule.When?.Holds(view, contact, null) == false)
            return;

        // Handed on once more, a contact is to hear from whoever comes next; the one in between has no one left to introduce.
        for (var i = 0; i < theirs.Count; i++)
            Evaluate(view, contact, rule, theirs[i], i + 1 < theirs.Count ? theirs[i + 1] : null, into);
    }

    private static void Evaluate(View view, ContactNode contact, Planned<HandoverRule> rule, Leaving gone, Leaving? next, Findings into)
    {
        var due = rule.Calendar.Deadline(gone.Opened, rule.Rule.Within!);
        var key = $"{view.Plan.Id(gone.Person)} {LocalDatePattern.Iso.Format(gone.Left)}";
        var handedOn = next?.Opened ?? long.MaxValue;
        var (over, known, by) = Introduction(view, contact, gone) is { } touch
            ? (touch.At, touch.Known, touch.Line)
            : (long.MaxValue, 0, (Line?)null);
        if (Done.First(view, rule.Rule, [], contact, gone.Opened) is { } done && done.At < over)
            (over, known, by) = (done.At, done.Seen, done);

        if (gone.Expiry < Math.Min(over, handedOn) && view.Reached(gone.Expiry))
            End(ItemClosing.Expired, gone.Expiry, gone.Expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (handedOn < over)
            End(
                ItemClosing.Cancelled,
                handedOn,
                handedOn,
                null,
                new HandedOn(Sentences.Name(view.Plan, next!.Value.Person), next.Value.Left));
        else if (by is not null)
            End(ItemClosing.Satisfied, over, known, by, Closing.By(view, by));
        else
            into.Open(rule, contact, gone.Opened, due: null, key, new OwnerLeft(Sentences.Name(view.Plan, gone.Person), gone.Left));

        void End(ItemClosing closing, long at, long knownAt, Line? line, Reason reason) =>
            into.End(view, new(rule.Rule, contact.Primary.Value, contact, key, gone.Opened, due), closing, at, knownAt, line, reason);
    }

    /// <summary>Who has left by now, in order, with what follows from the day.</summary>
    private static List<Leaving> Gone(View view, Planned<HandoverRule> rule)
    {
        var gone = new List<Leaving>();
        var calendar = view.Plan.Calendar;
        for (var person = 0; person < view.Plan.Policy.People.Count; person++)
        {
            if (view.Plan.Policy.People[person].Left is not { } left)
                continue;

            var opened = rule.Calendar.StartOfBusinessDayOnOrAfter(left).ToUnixTimeTicks();
            var expiry = rule.Rule.ExpireAfter is { } length ? calendar.Deadline(opened, length) : long.MaxValue;
            if (!view.Reached(opened) || (view.Reached(expiry) && expiry < view.ClosedSince))
                continue;

            var activeFrom = calendar.StartOfDay(calendar.DateBefore(left, rule.Rule.ActiveWithin));
            gone.Add(new Leaving(person, left, calendar.StartOfDay(left), opened, expiry, activeFrom));
        }

        gone.Sort((one, other) => one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Person.CompareTo(other.Person));
        return gone;
    }

    private static bool WasActive(View view, ContactNode contact, Leaving gone)
    {
        var history = History.Compute(view, contact);
        var index = history.IndexFrom(gone.ActiveFrom);
        return index < history.Touches.Count && history.Touches[index].At < gone.Midnight;
    }

    /// <summary>
    /// Whose contact it was on the eve. Somebody who takes their last holidays before they leave is still the owner, so covers do not count
    /// here.
    /// </summary>
    private static bool WasOwner(View view, ContactNode contact, Leaving gone) =>
        PeopleOnDuty.Resolve(view.Plan, Ownership.At(view, contact, gone.Midnight).Person, gone.Left.PlusDays(-1), away: false)
        == gone.Person;

    /// <summary>
    /// The first mail, meeting or call after the opening of whoever owned the contact at that moment. It depends on nothing later: who is
    /// away or back by now changes nothing about an introduction that has been made.
    /// </summary>
    private static Touch? Introduction(View view, ContactNode contact, Leaving gone)
    {
        var history = History.Compute(view, contact);
        for (var i = history.IndexFrom(gone.Opened); i < history.Touches.Count; i++)
        {
            if (history.Touches[i] is { IsOurs: true } touch && IsByOwner(view, contact, gone, touch))
                return touch;
        }

        return null;
    }

    /// <summary>The successor, the owner of that day, or whoever stood in for one of them.</summary>
    private static bool IsByOwner(View view, ContactNode contact, Leaving gone, Touch touch)
    {
        var day = view.Plan.Calendar.Date(Instant.FromUnixTimeTicks(touch.At));
        foreach (var person in (ReadOnlySpan<int>)[gone.Person, Ownership.At(view, contact, touch.At).Person])
        {
            foreach (var away in (ReadOnlySpan<bool>)[false, true])
            {
                var owner = PeopleOnDuty.Resolve(view.Plan, person, day, away);
                if (touch.Person == owner
                    || (touch.Kind is TouchKind.Meeting or TouchKind.Spoke && Array.IndexOf(touch.Line.Ours, owner) >= 0))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Somebody's leaving, in ticks since the Unix epoch but for the date.</summary>
    /// <param name="Person">Who, by index.</param>
    /// <param name="Left">The day from which they are gone.</param>
    /// <param name="Midnight">Its beginning.</param>
    /// <param name="Opened">The start of the first business day from then.</param>
    /// <param name="Expiry">When it is given up.</param>
    /// <param name="ActiveFrom">Contacts nobody was in touch with since need no introduction.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Leaving(int Person, LocalDate Left, long Midnight, long Opened, long Expiry, long ActiveFrom);
}

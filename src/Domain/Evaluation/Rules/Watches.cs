using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>watch</c>: something happens too often, and a manager should know (policy-language.md section 8). Nobody is asked to write to
/// anybody.
/// </summary>
internal static class Watches
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rule in view.Plan.Watches.All)
            Evaluate(view, organisation, rule, into);
    }

    private static void Evaluate(View view, OrganisationNode organisation, Planned<WatchRule> rule, Findings into)
    {
        var all = new List<Occurrence>();
        foreach (var contact in organisation.Contacts)
        {
            var before = all.Count;
            Collect(view, contact, rule.Rule, into, all);
            if (all.Count > before && rule.When?.Holds(view, contact, null) == false)
                all.RemoveRange(before, all.Count - before);
            else if (rule.Rule.Per == Per.Contact && all.Count > before)
            {
                Evaluate(view, rule, contact.Primary.Value, all, perOrganisation: false, into);
                all.Clear();
            }
        }

        if (rule.Rule.Per == Per.Organisation && all.Count > 0)
            Evaluate(view, rule, organisation.Name, all, perOrganisation: true, into);
    }

    private static void Collect(View view, ContactNode contact, WatchRule rule, Findings into, List<Occurrence> all)
    {
        switch (rule.Metric)
        {
            case WatchMetric.Marker:
                foreach (var touch in History.Compute(view, contact).Touches)
                {
                    if (touch.Kind == TouchKind.In && Array.IndexOf(touch.Line.Markers, rule.Of!) >= 0)
                        all.Add(new Occurrence(touch.At, touch.Line, contact));
                }

                break;
            case WatchMetric.Case:
                var number = view.Plan.CaseNumber(rule.Of!);
                all.AddRange(
                    Casebook.Cases(view, contact).Where(s => s.Case == number).Select(s => new Occurrence(s.Opened, s.Opening, contact)));
                break;
            default:
                foreach (var late in into.Late)
                {
                    if (late.Contact == contact && IsSure(view, late, into))
                        all.Add(new Occurrence(late.Due, late.Mail, contact));
                }

                break;
        }
    }

    /// <summary>While a mailbox was not read since, the answer may lie in it.</summary>
    private static bool IsSure(View view, LateResponse late, Findings into)
    {
        RestsOn? restsOn = null;
        var sure = view.Coverage is null ? true : view.Coverage.IsSure(late.Due, restsOn);
        if (sure is null)
        {
            restsOn = RestsOn.For(view, late.Rule, late.Thread, Ownership.Owner(view, late.Contact));
            sure = view.Coverage!.IsSure(late.Due, restsOn);
        }

        into.Watched.Add(new WatchedLateness(late.Due, restsOn, sure!.Value));
        return sure.Value;
    }

    private static void Evaluate(
        View view,
        Planned<WatchRule> rule,
        string about,
        List<Occurrence> all,
        bool perOrganisation,
        Findings into)
    {
        if (all.Count < rule.Rule.AtLeast)
            return;

        all.Sort((one, other) => one.At != other.At ? one.At.CompareTo(other.At) : string.CompareOrdinal(one.Line.Id, other.Line.Id));
        var ends = all.ConvertAll(o => rule.Calendar.Deadline(o.At, rule.Rule.Window));

        // The count is reached by the n-th within the window of the one n-1 before it, and holds until the first of the last n leaves the
        // window.
        Occurrence? reached = null;
        long until = 0;
        for (var i = rule.Rule.AtLeast - 1; i < all.Count; i++)
        {
            var end = ends[i - rule.Rule.AtLeast + 1];
            if (end <= all[i].At || !view.Reached(all[i].At))
                continue;

            if (reached is { } open && until < all[i].At)
                Close(open, until);

            if (reached is null || until < all[i].At)
                reached = all[i];

            until = Math.Max(until, end);
        }

        if (reached is not { } current)
            return;

        var done = Done.First(view, rule.Rule, Done.About(view, about), current.Contact, current.At);
        if (view.Reached(until))
            Close(current, until);
        else if (done is not null)
            into.End(view, Past(current), ItemClosing.Satisfied, done.At, done.Seen, done, Closing.By(view, done));
        else
        {
            into.Drafts.Add(new Draft
            {
                Rule = rule.Rule,
                Index = rule.Index,
                About = about,
                Contact = current.Contact,
                PerOrganisation = perOrganisation,
                Opened = current.At,
                FixedDue = long.MaxValue,
                Key = current.Line.Id,
                Trigger = current.Line,
                Reason = new TooOften(rule.Rule, CountNow(view, all, ends)),
            });
        }

        void Close(Occurrence from, long at) =>
            into.End(view, Past(from), ItemClosing.Satisfied, at, at, null, new Calmed(rule.Rule.AtLeast, rule.Rule.Window));

        PastItem Past(Occurrence from) => new(rule.Rule, about, from.Contact, from.Line.Id, from.At, null);
    }

    private static int CountNow(View view, List<Occurrence> all, List<long> ends)
    {
        var count = 0;
        for (var i = 0; i < all.Count; i++)
        {
            if (view.Reached(all[i].At) && !view.Reached(ends[i]))
                count++;
        }

        return count;
    }

    private readonly record struct Occurrence(long At, Line Line, ContactNode Contact);
}

using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>stay_in_touch</c>: too long since the last contact (policy-language.md section 8).</summary>
internal static class StayInTouch
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rules in view.Plan.StayInTouch.Competing)
            Evaluate(view, organisation, rules, into);
    }

    private static void Evaluate(View view, OrganisationNode organisation, Planned<StayInTouchRule>[] rules, Findings into)
    {
        List<Planned<StayInTouchRule>>? wide = null;
        foreach (var contact in organisation.Contacts)
        {
            if (History.Compute(view, contact) is not { Exists: true } || RuleFor(view, contact, rules) is not { } rule)
                continue;

            if (rule.Rule.Per == Per.Contact)
                Evaluate(view, rule, contact.Primary.Value, Counted(view, rule.Rule, contact), into, perOrganisation: false);
            else if (wide?.Contains(rule) != true)
                (wide ??= []).Add(rule);
        }

        if (wide is null)
            return;

        foreach (var rule in wide)
        {
            var all = organisation.Contacts.SelectMany(c => Counted(view, rule.Rule, c)).ToList();
            foreach (var command in Done.Lines(view, rule.Rule, Done.About(view, organisation.Name), null))
                all.Add((new Touch(command.At, command.Seen, TouchKind.Call, command, command.Person), organisation.Contacts[0]));

            all = [.. all.DistinctBy(t => t.Touch.Line)];
            all.Sort((one, other) => Position.From(view, one.Touch.Line).ComparedTo(Position.From(view, other.Touch.Line)));
            Evaluate(view, rule, organisation.Name, all, into, perOrganisation: true);
        }
    }

    /// <summary>The first rule whose condition holds for a contact.</summary>
    public static Planned<StayInTouchRule>? RuleFor(View view, ContactNode contact, Planned<StayInTouchRule>[] rules)
    {
        foreach (var rule in rules)
        {
            if (rule.When?.Holds(view, contact, null) != false)
                return rule;
        }

        return null;
    }

    private static List<(Touch Touch, ContactNode Contact)> Counted(View view, StayInTouchRule rule, ContactNode contact)
    {
        var history = History.Compute(view, contact);
        var counted = new List<(Touch Touch, ContactNode Contact)>(history.Touches.Count);
        foreach (var touch in history.Touches)
        {
            if (rule.Counts == Counts.Any || (rule.Counts == Counts.Ours ? touch.IsOurs : touch.IsTwoWay))
                counted.Add((touch, contact));
        }

        var before = counted.Count;
        foreach (var done in Done.Lines(view, rule, [], contact))
            counted.Add((new Touch(done.At, done.Seen, TouchKind.Call, done, done.Person), contact));

        if (counted.Count > before)
            counted.Sort((one, other) => Position.From(view, one.Touch.Line).ComparedTo(Position.From(view, other.Touch.Line)));

        return counted;
    }

    private static void Evaluate(
        View view,
        Planned<StayInTouchRule> rule,
        string about,
        List<(Touch Touch, ContactNode Contact)> counted,
        Findings into,
        bool perOrganisation)
    {
        for (var i = counted.Count - 1; i >= 0; i--)
        {
            var next = i + 1 < counted.Count ? counted[i + 1].Touch : (Touch?)null;
            if (next is { } n && n.At < view.ClosedSince)
                return;

            Evaluate(view, rule, about, counted[i].Touch, counted[i].Contact, next, into, perOrganisation);
        }
    }

    private static void Evaluate(
        View view,
        Planned<StayInTouchRule> rule,
        string about,
        Touch last,
        ContactNode contact,
        Touch? next,
        Findings into,
        bool perOrganisation)
    {
        var natural = rule.Calendar.Opening(last.At, rule.Rule.Every);
        var opened = natural < view.Plan.Start ? rule.Calendar.Roll(view.Plan.Start) : natural;
        var expiry = rule.Rule.ExpireAfter is { } length ? view.Plan.Calendar.Deadline(natural, length) : long.MaxValue;
        var over = next?.At ?? long.MaxValue;
        if (opened > over || expiry <= opened || !view.Reached(opened))
            return;

        if (expiry < over && view.Reached(expiry))
            into.End(view, Past(), ItemClosing.Expired, expiry, expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (next is { } touch)
            into.End(view, Past(), ItemClosing.Satisfied, touch.At, touch.Known, touch.Line, Closing.By(view, touch.Line));
        else
        {
            into.Drafts.Add(
                new Draft
                {
                    Rule = rule.Rule,
                    Index = rule.Index,
                    About = about,
                    Contact = contact,
                    PerOrganisation = perOrganisation,
                    Opened = opened,
                    Key = last.Line.Id,
                    Trigger = last.Line,
                    Reason = new SilentSince(
                        view.Plan.Calendar.Zone,
                        last.At,
                        Sentences.What(view.Plan, last),
                        ToldTouch.From(view.Plan, last),
                        rule.Rule.Every),
                });
        }

        PastItem Past() =>
            new(rule.Rule, about, contact, last.Line.Id, opened, rule.Calendar.Deadline(opened, rule.Rule.Within!));
    }
}

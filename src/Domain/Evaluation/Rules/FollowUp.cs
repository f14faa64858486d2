using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>follow_up</c>: something happened and we are to come back to it (policy-language.md section 8).</summary>
internal static class FollowUp
{
    public static void Evaluate(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rule in view.Plan.FollowUp.All)
            Evaluate(view, organisation, rule, into);

        foreach (var contact in organisation.Contacts)
            AfterDepartures(view, contact, view.Plan.Successors, into);
    }

    private static void Evaluate(View view, OrganisationNode organisation, Planned<FollowUpRule> rule, Findings into)
    {
        foreach (var contact in organisation.Contacts)
        {
            switch (rule.Rule.AfterEvent)
            {
                case FollowUpEvent.MeetingHeld:
                    AfterMeetings(view, contact, rule, into);
                    break;
                case FollowUpEvent.FirstInbound:
                    AfterFirstInbound(view, contact, rule, into);
                    break;
                default:
                    AfterCases(view, contact, rule, into);
                    break;
            }
        }
    }

    private static void AfterMeetings(View view, ContactNode contact, Planned<FollowUpRule> rule, Findings into)
    {
        foreach (var meeting in History.Compute(view, contact).Meetings)
        {
            // One item a meeting: about the first outsider whom the condition admits.
            var first = Array.Find(meeting.Outsiders, o => rule.When?.Holds(view, o.Contact, null) != false).Contact;
            if (first != contact)
                continue;

            var closing = meeting.Outsiders.Select(o => History.Compute(view, o.Contact).FirstOfOurs(meeting.End)).Where(t => t is not null)
                .OrderBy(t => t!.Value.At).ThenBy(t => t!.Value.Line.Id, StringComparer.Ordinal).FirstOrDefault();
            Evaluate(
                view,
                rule,
                new Event(
                    meeting.Id,
                    meeting.Id,
                    contact,
                    meeting.End,
                    meeting,
                    null,
                    new MetOn(view.Plan.Calendar.Zone, meeting.At, meeting.Subject)),
                Done.About(view, meeting.Id),
                closing,
                long.MaxValue,
                into);
        }
    }

    private static void AfterFirstInbound(View view, ContactNode contact, Planned<FollowUpRule> rule, Findings into)
    {
        if (
            History.Compute(view, contact).Touches.FirstOrDefault(t => t.Kind == TouchKind.In) is not { Line: { } line } first
            || rule.When?.Holds(view, contact, null) == false)
            return;

        Evaluate(
            view,
            rule,
            new Event(
                contact.Primary.Value,
                line.Id,
                contact,
                first.At,
                line,
                null,
                new FirstWrote(view.Plan.Calendar.Zone, first.At, line.Subject)),
            [],
            History.Compute(view, contact).FirstOfOurs(first.At),
            long.MaxValue,
            into);
    }

    /// <summary>One of us confirmed that somebody has left, and that this is who follows.</summary>
    private static void AfterDepartures(View view, ContactNode contact, Planned<FollowUpRule> rule, Findings into)
    {
        foreach (var command in History.Compute(view, contact).Commands)
        {
            if (command.Verb != CommandVerb.FollowUp || !view.Stands(command))
                continue;

            Evaluate(
                view,
                rule,
                new Event(
                    contact.Primary.Value,
                    command.Id,
                    contact,
                    command.At,
                    command,
                    null,
                    new Succeeds(view.Plan.Calendar.Zone, command.At, command.Command!.Other?.Value)),
                [],
                History.Compute(view, contact).FirstOfOurs(command.At),
                long.MaxValue,
                into);
        }
    }

    private static void AfterCases(View view, ContactNode contact, Planned<FollowUpRule> rule, Findings into)
    {
        var number = view.Plan.CaseNumber(rule.Rule.Case!);
        foreach (var span in Casebook.Cases(view, contact))
        {
            if (span.Case != number || span.IsOpen || rule.When?.Holds(view, contact, null) == false)
                continue;

            var reopened = span.Reopened
                ? ThreadFacts
                    .Compute(view, span.Thread)
                    .Cases.Where(s => s.Case == number && s.Opened >= span.Closed && s != span)
                    .Min(s => s.Opened)
                : long.MaxValue;
            Evaluate(
                view,
                rule,
                new Event(
                    span.Thread.Id,
                    span.Opening.Id,
                    contact,
                    span.Closed,
                    span.Opening,
                    span.Thread,
                    new CaseClosed(view.Plan.Calendar.Zone, rule.Rule.Case!, span.Closed)),
                Done.About(view, span.Thread.Id),
                History.Compute(view, contact).FirstOfOurs(span.Closed),
                reopened,
                into);
        }
    }

    private static void Evaluate(
        View view,
        Planned<FollowUpRule> rule,
        Event happened,
        Line[] commands,
        Touch? touch,
        long cancelled,
        Findings into)
    {
        if (happened.At < view.Plan.Start)
            return;

        var opened = rule.Rule.After is { } after ? rule.Calendar.Opening(happened.At, after) : happened.At;
        var (over, known, by) = touch is { } t ? (t.At, t.Known, t.Line) : (long.MaxValue, 0, (Line?)null);
        if (Done.First(view, rule.Rule, commands, happened.Contact, happened.At) is { } done && done.At < over)
            (over, known, by) = (done.At, done.Seen, done);

        if (opened > over || opened > cancelled || !view.Reached(opened))
            return;

        var due = rule.Calendar.Deadline(opened, rule.Rule.Within!);
        var expiry = rule.Rule.ExpireAfter is { } length ? view.Plan.Calendar.Deadline(opened, length) : long.MaxValue;
        if (expiry < Math.Min(over, cancelled) && view.Reached(expiry))
            End(ItemClosing.Expired, expiry, expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (cancelled < over)
            End(ItemClosing.Cancelled, cancelled, cancelled, null, new CaseReopened(view.Plan.Calendar.Zone, cancelled));
        else if (by is not null)
            End(ItemClosing.Satisfied, over, known, by, Closing.By(view, by));
        else
        {
            into.Drafts.Add(new Draft
            {
                Rule = rule.Rule,
                Index = rule.Index,
                About = happened.About,
                Contact = happened.Contact,
                Opened = opened,
                Key = happened.Key,
                Trigger = happened.Line,
                Thread = happened.Thread,
                Reason = happened.Reason,
            });
        }

        void End(ItemClosing closing, long at, long knownAt, Line? line, Reason reason) =>
            into.End(view, new(rule.Rule, happened.About, happened.Contact, happened.Key, opened, due), closing, at, knownAt, line, reason);
    }

    private sealed record Event(string About, string Key, ContactNode Contact, long At, Line Line, ThreadNode? Thread, Reason Reason);
}

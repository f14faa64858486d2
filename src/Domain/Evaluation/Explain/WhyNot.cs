using CrmSync.Domain.Policy;
using static CrmSync.Domain.Evaluation.Sentences;

namespace CrmSync.Domain.Evaluation;

/// <summary>Why a rule has no item for a contact.</summary>
internal static class WhyNot
{
    public static string Explain(View view, ContactNode contact, Rule rule, Findings found)
    {
        var when = rule.When is { } condition && !ConditionWords.AsksAboutMail(condition) ? Test.From(condition, view.Plan) : null;
        if (when?.Holds(view, contact, null) == false)
            return NotMatched(rule);

        return rule switch
        {
            RespondRule respond => NoRespond(view, contact, respond),
            ChaseRule chase => NoChase(view, contact, chase, found),
            StayInTouchRule stay => NoStayInTouch(view, contact, stay),
            ResolveRule resolve => NoCase(view, contact, resolve.Case, "no item: no open case"),
            FollowUpRule { AfterEvent: FollowUpEvent.MeetingHeld } => "no item: no meeting held that nobody came back to",
            FollowUpRule { AfterEvent: FollowUpEvent.FirstInbound } => "no item: no first mail of theirs that nobody came back to",
            FollowUpRule follow => NoCase(view, contact, follow.Case!, "no item: no closed case that nobody came back to"),
            DateRule date => NotedDates.Find(view, contact, date.Field) is { } noted
                ? $"no item: {date.Field} is on {noted.Month:00}-{noted.Day:00}, not near or already kept"
                : $"no item: no {date.Field} is noted",
            NoticeRule notice => view.Now < notice.Calendar.StartOfBusinessDayOnOrAfter(notice.From).ToUnixTimeTicks()
                ? $"no item before {On(notice.From)}"
                : "no item: they have been told, or it is past",
            HandoverRule => "no item: nobody who looked after them has left, or the successor has been in touch",
            _ => "no item: below the threshold",
        };
    }

    private static string NoRespond(View view, ContactNode contact, RespondRule rule)
    {
        var rules = view.Plan.Respond;
        var planned = Array.Find(rules.All, p => p.Rule == rule)!;
        var (wrote, matched) = (false, false);
        RespondRule? other = null;
        string? last = null;
        foreach (var facts in contact.Threads.Select(t => ThreadFacts.Compute(view, t)))
        {
            for (var i = 0; i < facts.Mails.Length; i++)
            {
                var mail = facts.Mails[i];
                if (!mail.Inbound || mail.Line.Contact != contact)
                    continue;

                wrote = true;
                var inThread = new MailInThread(mail.Line, facts, i);
                if (mail.Line.Acknowledgement)
                    last = $"{Quoted(mail.Line.Subject)} of {When(view.Plan.Calendar.Zone, mail.At)} only acknowledges";
                else if (mail.At < view.Plan.Start)
                    last = $"what they wrote before {When(view.Plan.Calendar.Zone, view.Plan.Start)} is history only";
                else if (!mail.Line.UsInTo && !(mail.Line.UsInCc && rule.Cc))
                    last = $"{Quoted(mail.Line.Subject)} was not addressed to us in To";
                else if (planned.When?.Holds(view, contact, inThread) == false)
                    last ??= "";
                else if (!planned.Observed && Respond.RuleFor(view, inThread, contact, rules.Enforced) is { } chosen && chosen.Rule != rule)
                    other = chosen.Rule;
                else
                    matched = true;
            }
        }

        return matched ? $"no item: {contact} has written nothing that is unanswered"
            : other is not null ? NotReached(other)
            : !wrote ? $"no item: {contact} has written nothing"
            : last!.Length > 0 ? $"no item: {last}"
            : NotMatched(rule);
    }

    private static string NotMatched(Rule rule) => $"not matched: when {ConditionWords.Describe(rule.When!)}";

    private static string NotReached(Rule above) => $"not reached: '{above.Name}' above it matches first";

    private static string NoChase(View view, ContactNode contact, ChaseRule rule, Findings found)
    {
        if (found.Drafts.Exists(d => d.Rule is ChaseRule && d.Rule != rule && d.Contact == contact))
            return "no item: another chase rule applies first";

        var zone = view.Plan.Calendar.Zone;
        ThreadMail? last = null;
        foreach (var facts in contact.Threads.Select(t => ThreadFacts.Compute(view, t)))
        {
            if (
                facts.Mails is [.., { Inbound: false } mail]
                && mail.Line.Outsiders.Any(o => o.Contact == contact)
                && (last is null || mail.Position.ComparedTo(last.Position) > 0))
                last = mail;
        }

        if (last is null)
            return "no item: no mail of ours waits for a reply";

        var opens = rule.Calendar.Opening(last.At, rule.After);
        if (!rule.ExpectsAny && !last.Line.Question && !last.Line.ReplyExpected)
            return $"no item: {Quoted(last.Line.Subject)} of {When(zone, last.At)} asks no question";

        return opens > view.Now
            ? $"no item yet: {Quoted(last.Line.Subject)} of {When(zone, last.At)} + {rule.After} -> opens {When(zone, opens)}"
            : "no item: replied, met, called, or given up";
    }

    private static string NoStayInTouch(View view, ContactNode contact, StayInTouchRule rule)
    {
        if (
            rule.Mode == Mode.Enforce
            && StayInTouch.RuleFor(view, contact, view.Plan.StayInTouch.Enforced) is { } chosen
            && chosen.Rule != rule)
            return NotReached(chosen.Rule);

        if (History.Compute(view, contact).Touches is not [.., var last])
            return "no item: there was never a contact to count from";

        var zone = view.Plan.Calendar.Zone;
        var opens = rule.Calendar.Opening(last.At, rule.Every);
        return opens > view.Now
            ? $"no item yet: last contact {When(zone, last.At)} {What(view.Plan, last)} + every {rule.Every} -> opens {When(zone, opens)}"
            : "no item: the last counted contact is recent enough, or so long ago that it was given up";
    }

    private static string NoCase(View view, ContactNode contact, string name, string otherwise)
    {
        var number = view.Plan.CaseNumber(name);
        var last = Casebook.Cases(view, contact).Where(s => s.Case == number).OrderBy(s => s.Opened).LastOrDefault();
        var zone = view.Plan.Calendar.Zone;
        return last is null ? $"no item: no case {name} of theirs"
            : last.IsOpen ? $"no item: {name} {Quoted(last.Opening.Subject)} is open since {When(zone, last.Opened)}"
            : $"{otherwise}; {name} {Quoted(last.Opening.Subject)} closed {When(zone, last.Closed)}";
    }
}

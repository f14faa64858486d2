using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>chase</c>: we asked and they have not replied (policy-language.md section 8).</summary>
internal static class Chase
{
    public static void Evaluate(View view, ThreadFacts thread, Findings into)
    {
        if (!view.Plan.Chase.Any || !Array.Exists(thread.Mails, m => !m.Inbound))
            return;

        foreach (var rules in view.Plan.Chase.Competing)
            Evaluate(view, thread, rules, into);
    }

    /// <summary>
    /// Goes through the thread mail by mail: each run of ours without a reply in between is chased by one rule. Runs that have ended only
    /// matter for what they closed.
    /// </summary>
    private static void Evaluate(View view, ThreadFacts thread, Planned<ChaseRule>[] rules, Findings into)
    {
        var ours = new List<int>();
        for (var i = 0; i <= thread.Mails.Length; i++)
        {
            if (i < thread.Mails.Length && !thread.Mails[i].IsReply)
            {
                if (!thread.Mails[i].Inbound)
                    ours.Add(i);
                continue;
            }

            if (ours.Count > 0 && into.Wants(ThreadFacts.FirstOutsider(view, thread.Mails[ours[^1]].Line)))
                EvaluateRun(view, new Run(thread, [.. ours], i < thread.Mails.Length ? thread.Mails[i] : null), rules, into);

            ours.Clear();
        }
    }

    private static void EvaluateRun(View view, Run run, Planned<ChaseRule>[] rules, Findings into)
    {
        // A meeting, a call or `done` ends a chase as a reply does: only what we wrote afterwards counts.
        var first = 0;
        while (first < run.Length && RuleFor(view, run, rules, first) is var (rule, contact))
        {
            var stop = FindStop(view, run, rule, contact, first);
            var next = first;
            while (next < run.Length && (stop is not { } s || run[next].Position.ComparedTo(s.Position) < 0))
                next++;

            if (next == first)
            {
                // What ended it came before the first mail of this run could ask anything.
                first++;
                continue;
            }

            Report(view, run, rule, contact, first, next, stop, into);
            first = next;
        }
    }

    private static void Report(
        View view,
        Run run,
        Planned<ChaseRule> rule,
        ContactNode contact,
        int first,
        int end,
        Stop? stop,
        Findings into)
    {
        var asked = false;
        var chasers = -1;
        for (var i = first; i < end && chasers < rule.Rule.MaxChasers; i++)
        {
            var mail = run[i];
            asked |= rule.Rule.ExpectsAny || Expects(run.Thread, run.Places[i]);
            if (i == first || mail.Attempt != run[i - 1].Attempt)
                chasers++;

            if (!asked || mail.At < view.Plan.Start)
                continue;

            var last = i + 1 == end;
            var next = last ? stop : Stop.By(run[i + 1]);
            var spent = !last && chasers + 1 >= rule.Rule.MaxChasers && run[i + 1].Attempt != mail.Attempt;
            if (chasers < rule.Rule.MaxChasers)
                Report(view, run.Thread, rule, contact, mail, chasers, next, spent, into);
        }
    }

    /// <summary>One of our mails with what came after it. A chaser beyond those allowed does not restart the chase: it ends it.</summary>
    private static void Report(
        View view,
        ThreadFacts thread,
        Planned<ChaseRule> rule,
        ContactNode contact,
        ThreadMail mail,
        int chasers,
        Stop? next,
        bool spent,
        Findings into)
    {
        var zone = view.Plan.Calendar.Zone;
        var opened = rule.Calendar.Opening(mail.At, rule.Rule.After);
        var due = rule.Calendar.Deadline(opened, rule.Rule.Within!);
        var expiry = rule.Rule.ExpireAfter is { } length ? view.Plan.Calendar.Deadline(opened, length) : long.MaxValue;
        if (spent && next is { } final && final.At < expiry)
        {
            End(
                ItemClosing.Expired,
                final.At,
                final.KnownAt,
                final.Line,
                new ChasersRanOut(zone, mail.At, mail.Line.Subject, chasers + 1));
        }
        else if (opened > (next?.At ?? long.MaxValue) || !view.Reached(opened))
        {
            // It never opened, or not yet.
        }
        else if (expiry < (next?.At ?? long.MaxValue) && view.Reached(expiry))
            End(ItemClosing.Expired, expiry, expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (next is { } stop)
            End(ItemClosing.Satisfied, stop.At, stop.KnownAt, stop.Line, Closing.By(view, stop.Line));
        else
        {
            into.Drafts.Add(
                new Draft
                {
                    Rule = rule.Rule,
                    Index = rule.Index,
                    About = thread.Thread.Id,
                    Contact = contact,
                    Opened = opened,
                    Key = mail.Line.Id,
                    Trigger = mail.Line,
                    Thread = thread.Thread,
                    Reason = new NoReply(
                        zone,
                        mail.At,
                        mail.Line.Subject,
                        Sentences.Who(view.Plan, mail.Line.Person),
                        rule.Rule.After,
                        chasers),
                });
        }

        void End(ItemClosing closing, long at, long knownAt, Line? by, Reason reason)
        {
            var past = new PastItem(rule.Rule, thread.Thread.Id, contact, mail.Line.Id, Math.Min(opened, at), due);
            into.End(view, past, closing, at, knownAt, by, reason);
        }
    }

    /// <summary>
    /// The first rule for which one of the mails meets the condition, with the contact: the first outsider the last mail reached.
    /// </summary>
    private static (Planned<ChaseRule> Rule, ContactNode Contact)? RuleFor(View view, Run run, Planned<ChaseRule>[] rules, int first)
    {
        if (ThreadFacts.FirstOutsider(view, run[run.Length - 1].Line) is not { } contact)
            return null;

        foreach (var rule in rules)
        {
            if (rule.When is null)
                return (rule, contact);

            for (var i = first; i < run.Length; i++)
            {
                if (rule.When.Holds(view, contact, new MailInThread(run[i].Line, run.Thread, run.Places[i])))
                    return (rule, contact);
            }
        }

        return null;
    }

    private static bool Expects(ThreadFacts thread, int mail)
    {
        var line = thread.Mails[mail].Line;
        return line.Question
            || line.ReplyExpected
            || Array.Exists(thread.Commands, c => c.Verb == CommandVerb.Chase && (c.Command!.About == line.Id || IsFor(thread, c, mail)));
    }

    /// <summary>A <c>chase</c> command about the thread means the last mail of ours before it.</summary>
    private static bool IsFor(ThreadFacts thread, Line command, int mail)
    {
        if (command.Command!.About != thread.Thread.Id || thread.Mails[mail].At > command.At)
            return false;

        for (var later = mail + 1; later < thread.Mails.Length && thread.Mails[later].At <= command.At; later++)
        {
            if (!thread.Mails[later].Inbound)
                return false;
        }

        return true;
    }

    /// <summary>
    /// What ended the chase of the mails from <paramref name="first"/> on: the earliest reply, meeting, call or <c>done</c>.
    /// </summary>
    private static Stop? FindStop(View view, Run run, Planned<ChaseRule> rule, ContactNode contact, int first)
    {
        Stop? stop = run.Reply is { } reply ? Stop.By(reply) : null;
        var from = run[first].Position;
        var history = History.Compute(view, contact);
        for (var i = history.IndexFrom(from.At); i < history.Touches.Count; i++)
        {
            var touch = history.Touches[i];
            if (touch.Kind == TouchKind.Out || (touch.Kind == TouchKind.In && !(rule.Rule.SatisfiedByContact && touch.Line.IsProven(view))))
                continue;

            var position = Position.From(view, touch.Line);
            if (touch.Kind == TouchKind.In && position.ComparedTo(from) < 0)
                continue;

            Take(new Stop(touch.At, touch.Line, position with { Rank = 3 }, touch.Known));
            break;
        }

        if (Done.First(view, rule.Rule, run.Thread.Commands, contact, from.At) is { } done)
            Take(new Stop(done.At, done, Position.From(view, done), done.Seen));

        return stop;

        void Take(Stop candidate)
        {
            if (stop is not { } s || candidate.Position.ComparedTo(s.Position) < 0)
                stop = candidate;
        }
    }

    /// <summary>Mails of ours with no reply between them.</summary>
    /// <param name="Thread">Their thread.</param>
    /// <param name="Places">Where they stand in it.</param>
    /// <param name="Reply">The reply that ended the run, if one did.</param>
    private sealed record Run(ThreadFacts Thread, int[] Places, ThreadMail? Reply)
    {
        public int Length => Places.Length;

        public ThreadMail this[int index] => Thread.Mails[Places[index]];
    }

    private readonly record struct Stop(long At, Line Line, Position Position, long KnownAt)
    {
        public static Stop By(ThreadMail mail) => new(mail.At, mail.Line, mail.Position, mail.Line.Seen);
    }
}

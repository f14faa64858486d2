using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// <c>resolve</c>: a case is to be closed within a budget that counts while the ball is ours (policy-language.md section 8).
/// </summary>
internal static class Resolve
{
    public static void Evaluate(View view, ThreadFacts thread, Findings into)
    {
        if (thread.Cases.Count == 0)
            return;

        foreach (var rule in view.Plan.Resolve.All)
            Evaluate(view, thread, rule, into);
    }

    private static void Evaluate(View view, ThreadFacts thread, Planned<ResolveRule> rule, Findings into)
    {
        var number = view.Plan.CaseNumber(rule.Rule.Case);
        foreach (var span in thread.Cases)
        {
            if (
                span.Case == number
                && span.Opened >= view.Plan.Start
                && into.Wants(span.Contact)
                && rule.When?.Holds(view, span.Contact, null) != false)
                Evaluate(view, thread, rule, span, into);
        }
    }

    private static void Evaluate(View view, ThreadFacts thread, Planned<ResolveRule> rule, CaseSpan span, Findings into)
    {
        var zone = view.Plan.Calendar.Zone;
        var clock = new Budget(rule.Rule.Calendar, rule.Rule.Within!, span.Opened);
        var closed = span.Closed;
        var by = span.ClosedBy;
        var knownAt = span.ClosedBy is null ? closed : Math.Max(span.ClosedBy.Seen, Math.Min(closed, view.Now));
        if (Done.First(view, rule.Rule, thread.Commands, span.Contact, span.Opened) is { } done && done.At < closed)
            (closed, by, knownAt) = (done.At, done, done.Seen);

        for (var i = span.FirstMail; i < thread.Mails.Length && thread.Mails[i].At <= closed; i++)
        {
            if (!thread.Mails[i].Inbound)
                clock.Stop(thread.Mails[i].At);
            else if (thread.Mails[i].Asks)
                clock.Start(thread.Mails[i].At);
        }

        var expiry = rule.Rule.ExpireAfter is { } length ? view.Plan.Calendar.Deadline(span.Opened, length) : long.MaxValue;
        if (expiry < closed && view.Reached(expiry))
            into.End(view, Past(null), ItemClosing.Expired, expiry, expiry, null, new Lapsed(rule.Rule.ExpireAfter!));
        else if (closed < long.MaxValue)
        {
            var late = clock.RanOutBefore(closed);
            into.End(
                view,
                Past(clock.Projected),
                late ? ItemClosing.Late : ItemClosing.Met,
                closed,
                knownAt,
                by,
                by is null or { Verb: null }
                    ? new WentQuiet(zone, by?.At ?? closed, view.Plan.Cases[span.Case].QuietFor)
                    : Closing.By(view, by));
        }
        else
        {
            var paused = !clock.Running && !clock.RanOut;
            into.Drafts.Add(
                new Draft
                {
                    Rule = rule.Rule,
                    Index = rule.Index,
                    About = thread.Thread.Id,
                    Contact = span.Contact,
                    Opened = span.Opened,
                    FixedDue = paused ? long.MaxValue : clock.Projected,
                    Paused = paused,
                    Key = span.Opening.Id,
                    Trigger = span.Opening,
                    Thread = thread.Thread,
                    Reason = new CaseOpen(
                        zone,
                        rule.Rule.Case,
                        span.Opened,
                        span.Opening.Subject,
                        rule.Rule.Within!,
                        paused ? clock.StoppedAt : null),
                });
        }

        PastItem Past(long? due) => new(rule.Rule, thread.Thread.Id, span.Contact, span.Opening.Id, span.Opened, due);
    }

    /// <summary>The time allowed, used up only while it runs.</summary>
    private sealed class Budget
    {
        private readonly BusinessCalendar calendar;
        private readonly bool open;
        private long left;
        private long since;
        private long? exhausted;

        public Budget(BusinessCalendar calendar, LengthOfTime within, long opened)
        {
            this.calendar = calendar;
            open = within.Unit is TimeUnit.BusinessMinute or TimeUnit.BusinessHour;
            left =
                within.Amount
                * (
                    within.Unit is TimeUnit.Minute or TimeUnit.BusinessMinute
                        ? NodaTime.NodaConstants.TicksPerMinute
                        : NodaTime.NodaConstants.TicksPerHour);
            since = opened;
            Running = true;
        }

        public bool Running { get; private set; }

        public long StoppedAt { get; private set; }

        /// <summary>Whether it was used up while it ran.</summary>
        public bool RanOut => exhausted is not null;

        /// <summary>When it is used up if nobody stops it, or was.</summary>
        public long? Projected => exhausted ?? (Running ? End() : null);

        public bool RanOutBefore(long moment) => Projected < moment;

        public void Start(long at)
        {
            if (Running || RanOut)
                return;

            Running = true;
            since = at;
        }

        public void Stop(long at)
        {
            if (!Running || RanOut)
                return;

            var end = End();
            if (end < at)
            {
                exhausted = end;
                return;
            }

            left -= open ? calendar.OpenTicksBetween(since, at) : at - since;
            Running = false;
            StoppedAt = at;
        }

        private long End() => open ? calendar.AddOpenTime(since, left) : since + left;
    }
}

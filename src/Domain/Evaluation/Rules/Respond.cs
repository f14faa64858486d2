using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary><c>respond</c>: they wrote and are owed an answer (policy-language.md section 8).</summary>
internal static class Respond
{
    public static void Evaluate(View view, ThreadFacts thread, Findings into)
    {
        // Mails of several organisations compete for the one item of a thread, but not where this organisation asks nothing.
        if (!Array.Exists(thread.Mails, AsksHere) && !Array.Exists(thread.Forwards, AsksHere))
            return;

        foreach (var rules in view.Plan.Respond.Competing)
            Evaluate(view, thread, rules, into);

        bool AsksHere(ThreadMail mail) => mail.Asks && into.Wants(mail.Line.Contact);
    }

    /// <summary>
    /// Calls of theirs that nobody answered, under rules with <c>missed_calls</c>: one item for each contact, about the contact, for calls
    /// are in no thread.
    /// </summary>
    public static void EvaluateCalls(View view, OrganisationNode organisation, Findings into)
    {
        foreach (var rules in view.Plan.ReturnCalls)
        {
            foreach (var contact in organisation.Contacts)
            {
                List<Waiting>? waiting = null;
                foreach (var call in History.Compute(view, contact).MissedCalls)
                {
                    if (call.At >= view.Plan.Start && RuleFor(view, null, contact, rules) is { } rule)
                        (waiting ??= []).Add(Waiting.ForCall(view, call, contact, rule));
                }

                if (waiting is not null)
                    Report(view, null, waiting, into);
            }
        }
    }

    /// <summary>The first rule whose condition holds for a mail, or without one for a contact: that one and no other.</summary>
    public static Planned<RespondRule>? RuleFor(View view, MailInThread? mail, ContactNode author, Planned<RespondRule>[] rules)
    {
        foreach (var rule in rules)
        {
            if (rule.When?.Holds(view, author, mail) != false)
                return rule;
        }

        return null;
    }

    private static void Evaluate(View view, ThreadFacts thread, Planned<RespondRule>[] rules, Findings into)
    {
        List<Waiting>? waiting = null;
        for (var i = 0; i < thread.Mails.Length; i++)
        {
            if (Qualifies(view, thread, i, thread.Mails[i], rules) is { } rule)
                (waiting ??= []).Add(Waiting.For(view, thread, thread.Mails[i], i + 1, rule));
        }

        foreach (var forward in thread.Forwards)
        {
            // What counts for a forward is how things stood in the thread when it came.
            var next = thread.CountBefore(forward.Position);
            if (Qualifies(view, thread, next - 1, forward, rules) is { } rule)
                (waiting ??= []).Add(Waiting.For(view, thread, forward, next, rule));
        }

        if (waiting is null)
            return;

        if (thread.Forwards.Length > 0)
            waiting.Sort((one, other) => one.Mail.Position.ComparedTo(other.Mail.Position));

        Report(view, thread, waiting, into);
    }

    private static void Report(View view, ThreadFacts? thread, List<Waiting> waiting, Findings into)
    {
        var current = MarkTriggers(waiting);
        foreach (var mail in waiting)
        {
            if (mail.WasTrigger || mail == current)
                Report(view, thread, mail, mail == current, into);
        }
    }

    /// <summary>The rule under which a mail waits for an answer; null when it waits for none.</summary>
    private static Planned<RespondRule>? Qualifies(
        View view,
        ThreadFacts thread,
        int index,
        ThreadMail mail,
        Planned<RespondRule>[] rules) =>
        mail.Asks
        && mail.At >= view.Plan.Start
        && mail.Line.Contact is { } author
        && (mail.Line.UsInTo || mail.Line.UsInCc)
        && RuleFor(view, new MailInThread(mail.Line, thread, index), author, rules) is { } rule
        && (mail.Line.UsInTo || rule.Rule.Cc)
            ? rule
            : null;

    private static void Report(View view, ThreadFacts? thread, Waiting waiting, bool open, Findings into)
    {
        // A mail that gave way to a stricter rule and still waits is no item of its own; nor is what was known before it was forwarded.
        if (!into.Wants(waiting.Author) || (!open && waiting.Until == long.MaxValue) || waiting.WasKnown)
            return;

        var rule = waiting.Rule.Rule;
        var about = thread?.Thread.Id ?? waiting.Author.Primary.Value;
        var due = rule.Calendar.Deadline(waiting.Mail.At, waiting.Within);
        if (!waiting.Rule.Observed && waiting.Original is null && due < waiting.Until && view.Passed(due))
            into.Late.Add(new LateResponse(waiting.Author, due, waiting.Mail.Line, rule, thread?.Thread));

        if (open)
        {
            into.Drafts.Add(new Draft
            {
                Rule = rule,
                Index = waiting.Rule.Index,
                About = about,
                Contact = waiting.Author,
                Opened = waiting.Mail.At,
                FixedDue = due,
                Key = waiting.Mail.Line.Id,
                Trigger = waiting.Mail.Line,
                Thread = thread?.Thread,
                Reason = Why(view, waiting),
            });
            return;
        }

        var closing =
            waiting.Expired ? ItemClosing.Expired
            : waiting.Original is not null ? ItemClosing.Cancelled
            : waiting.Until <= due ? ItemClosing.Met
            : ItemClosing.Late;
        into.End(
            view,
            new(rule, about, waiting.Author, waiting.Mail.Line.Id, waiting.Mail.At, due),
            closing,
            waiting.Until,
            waiting.KnownAt,
            waiting.By,
            waiting.Expired && thread is null ? new Lapsed(rule.ExpireAfter!)
            : waiting.Expired ? new NeverAnswered(view.Plan.Calendar.Zone, waiting.Mail.At, rule.ExpireAfter!)
            : waiting.Original is { } original ? new FoundItself(view.Plan.Calendar.Zone, original.At, original.Subject)
            : Closing.By(view, waiting.By!));
    }

    private static Reason Why(View view, Waiting waiting)
    {
        var (zone, mail) = (view.Plan.Calendar.Zone, waiting.Mail);
        return mail.Line.Kind == LineKind.Call ? new MissedCall(zone, mail.At, waiting.Within)
            : mail.Line.Kind == LineKind.Forward
            ? new AskedByForward(zone, mail.At, Sentences.Who(view.Plan, mail.Line.Person), mail.Line.Subject, waiting.Within)
            : new Asked(zone, mail.At, mail.Line.Subject, waiting.Within);
    }

    /// <summary>
    /// Goes through arrivals and answers in order and marks every mail that was ever the one the item is about: of the waiting mails the
    /// oldest of the rule that comes first in the file. Gives the one that is so now.
    /// </summary>
    private static Waiting? MarkTriggers(List<Waiting> waiting)
    {
        var leaving = waiting.Where(w => w.Until < long.MaxValue).OrderBy(w => w.Until).ToArray();
        var here = new SortedSet<Waiting>(Comparer<Waiting>.Create((one, other) =>
            one.Rule.Index != other.Rule.Index
                ? one.Rule.Index.CompareTo(other.Rule.Index)
                : one.Mail.Position.ComparedTo(other.Mail.Position)));
        var left = 0;
        foreach (var mail in waiting)
        {
            Leave(mail.Mail.At);
            here.Add(mail);
            here.Min!.WasTrigger = true;
        }

        Leave(long.MaxValue);
        return here.Min;

        void Leave(long until)
        {
            for (; left < leaving.Length && leaving[left].Until < until; left++)
            {
                here.Remove(leaving[left]);
                if (here.Min is { } next && (left + 1 == leaving.Length || leaving[left + 1].Until > leaving[left].Until))
                    next.WasTrigger = true;
            }
        }
    }

    /// <summary>A qualifying mail from its arrival until its answer, its expiry, or for ever.</summary>
    private sealed class Waiting
    {
        public required ThreadMail Mail { get; init; }

        /// <summary>The place of the first mail of the thread behind it.</summary>
        public required int Next { get; init; }

        public required ContactNode Author { get; init; }

        public required Planned<RespondRule> Rule { get; init; }

        public required Time.LengthOfTime Within { get; init; }

        public long Until { get; private set; } = long.MaxValue;

        public long KnownAt { get; private set; }

        public bool Expired { get; private set; }

        public Line? By { get; private set; }

        public bool WasTrigger { get; set; }

        /// <summary>Of a forward: the mail itself, once it is known; then that mail waits, and this one no longer.</summary>
        public Line? Original { get; private set; }

        /// <summary>Whether that mail was known when it was forwarded.</summary>
        public bool WasKnown => Original is { } original && original.Seen <= Mail.Line.Seen;

        public static Waiting For(View view, ThreadFacts thread, ThreadMail mail, int next, Planned<RespondRule> rule)
        {
            var waiting = new Waiting
            {
                Mail = mail,
                Next = next,
                Author = mail.Line.Contact!,
                Rule = rule,
                Within = mail.WeHadWritten ? rule.Rule.NextWithin : rule.Rule.Within!,
            };

            waiting.LookForAnswer(view, thread);
            waiting.GiveUp(view);

            if (mail.Line.Kind == LineKind.Forward && ForwardedOriginal.Find(view, mail) is { } original && original.Seen < waiting.Until)
                (waiting.Until, waiting.KnownAt, waiting.Expired, waiting.By, waiting.Original) =
                    (Math.Max(original.Seen, mail.At), original.Seen, false, original, original);

            return waiting;
        }

        /// <summary>A call that nobody answered, until we speak, write or meet, whoever began it.</summary>
        public static Waiting ForCall(View view, Line call, ContactNode contact, Planned<RespondRule> rule)
        {
            var waiting = new Waiting
            {
                Mail = new ThreadMail { Line = call, At = call.At, Position = Position.From(view, call), IsReply = false },
                Next = 0,
                Author = contact,
                Rule = rule,
                Within = rule.Rule.Within!,
            };

            waiting.Consider(view, contact, TouchKind.Out);
            if (rule.Rule.MeetingsAnswer)
                waiting.Consider(view, contact, TouchKind.Meeting);

            waiting.Consider(view, contact, TouchKind.Call);
            waiting.Consider(view, contact, TouchKind.Spoke);
            if (Done.First(view, rule.Rule, [], contact, call.At) is { } done)
                waiting.Take(done.At, done.Seen, done);

            waiting.GiveUp(view);
            return waiting;
        }

        private void GiveUp(View view)
        {
            if (Rule.Rule.ExpireAfter is not { } expiry)
                return;

            var end = view.Plan.Calendar.Deadline(Mail.At, expiry);
            if (end < Until && view.Reached(end))
                (Until, KnownAt, Expired, By) = (end, end, true, null);
        }

        private void LookForAnswer(View view, ThreadFacts thread)
        {
            if (Rule.Rule.SatisfiedByContact)
            {
                Consider(view, Author, TouchKind.Out);
                foreach (var contact in Mail.Line.ReplyTo)
                    Consider(view, contact, TouchKind.Out);
            }
            else
            {
                for (var i = Next; i < thread.Mails.Length; i++)
                {
                    if (!thread.Mails[i].Inbound && Answers(view, thread.Mails[i].Line))
                    {
                        Take(thread.Mails[i].At, thread.Mails[i].Line.Seen, thread.Mails[i].Line);
                        break;
                    }
                }
            }

            if (Rule.Rule.MeetingsAnswer)
                Consider(view, Author, TouchKind.Meeting);

            Consider(view, Author, TouchKind.Call);
            if (Rule.Rule.CallsAnswer)
                Consider(view, Author, TouchKind.Spoke);

            if (Done.First(view, Rule.Rule, thread.Commands, Author, Mail.At) is { } done)
                Take(done.At, done.Seen, done);
        }

        private bool Answers(View view, Line ours)
        {
            foreach (var recipient in ours.Outsiders)
            {
                if (
                    (recipient.Contact == Author || Array.IndexOf(Mail.Line.ReplyTo, recipient.Contact) >= 0)
                    && !view.Reached(recipient.Bounced))
                    return true;
            }

            return false;
        }

        private void Consider(View view, ContactNode contact, TouchKind kind)
        {
            var history = History.Compute(view, contact);
            for (var i = history.IndexFrom(Mail.At); i < history.Touches.Count; i++)
            {
                var touch = history.Touches[i];
                if (touch.Kind != kind || (kind == TouchKind.Out && Position.From(view, touch.Line).ComparedTo(Mail.Position) < 0))
                    continue;

                Take(touch.At, touch.Known, touch.Line);
                return;
            }
        }

        private void Take(long at, long known, Line by)
        {
            if (at < Until)
                (Until, KnownAt, By) = (at, known, by);
        }
    }
}

using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;

namespace CrmSync.Domain.Evaluation;

/// <summary>A limit that holds an item now.</summary>
/// <param name="Until">When it lets go, or <see cref="long.MaxValue"/> when nobody knows.</param>
/// <param name="Limit">Null for what is built in.</param>
internal sealed record Hold(LimitKind Kind, long Until, Limit? Limit)
{
    public Hold(Limit limit, long until)
        : this(limit.Kind, until, limit)
    {
    }

    /// <summary>The limit's name, or that of its kind where it is built in.</summary>
    public string By => Limit?.Name ?? Kind.Name;
}

/// <summary>What holds an initiative: now, in order of precedence, and until when it last did.</summary>
internal sealed class HeldItem(Draft draft)
{
    public Draft Draft { get; } = draft;

    public List<Hold> Holds { get; } = [];

    /// <summary>What limits that are only observed would hold now.</summary>
    public List<Hold> WouldHold { get; } = [];

    /// <summary>The natural opening or, if later, the end of the last hold that covered it.</summary>
    public long Opened { get; private set; } = draft.Opened;

    /// <summary>The caps that apply, with what is used of them.</summary>
    public List<CapUse> Caps { get; } = [];

    /// <summary>Takes in when a limit held. Spans are joined; a hold that ended restarts the clock, one that lasts is listed.</summary>
    public void Consider(View view, LimitKind kind, Limit? limit, List<Span> spans)
    {
        foreach (var span in spans)
        {
            if (!view.Reached(span.From))
                break;

            if (span.To < long.MaxValue && view.Reached(span.To))
                Opened = Math.Max(Opened, span.To);
            else
                Holds.Add(new Hold(kind, span.To, limit));
        }
    }

    /// <summary>Takes in when a limit would have held.</summary>
    public void Observe(View view, Limit limit, List<Span> spans)
    {
        foreach (var span in spans)
        {
            if (!view.Reached(span.From))
                break;

            if (span.To == long.MaxValue || !view.Reached(span.To))
                WouldHold.Add(new Hold(limit, span.To));
        }
    }
}

/// <summary>How much of a cap is used.</summary>
/// <param name="Index">The cap's place in file order.</param>
/// <param name="Scope">The contact or organisation it counts for.</param>
internal readonly record struct CapUse(CapLimit Cap, int Index, object Scope, int Used);

/// <summary>The limits of policy-language.md section 10 for the items of one organisation: what each needs is worked out once.</summary>
internal sealed class Limits(View view)
{
    private readonly Dictionary<(int Limit, object Scope, BusinessCalendar Calendar), List<Span>> spans = [];
    private readonly Dictionary<(int Limit, object Scope, BusinessCalendar Calendar), int> used = [];

    /// <summary>What holds an initiative, in the order of <see cref="LimitKind.All"/>.</summary>
    public HeldItem Judge(Draft draft)
    {
        var item = new HeldItem(draft);
        foreach (var limit in view.Plan.Limits)
        {
            if (Applies(limit, draft))
                item.Consider(view, limit.Limit.Kind, limit.Limit, CountedSpans(limit, draft, item.Caps));
        }

        foreach (var limit in view.Plan.ObservedLimits)
        {
            if (Applies(limit, draft))
                item.Observe(view, limit.Limit, CountedSpans(limit, draft, uses: null));
        }

        foreach (var kind in LimitKind.All)
        {
            if (kind.IsBuiltIn && kind.ActsOn?.Contains(draft.Rule.Kind) != false)
                item.Consider(view, kind, null, BuiltInSpans(kind, draft));
        }

        return item;
    }

    /// <summary>
    /// When snoozes of an item were in force: until the given time or their next human mail; a later snooze takes the place of an earlier
    /// one.
    /// </summary>
    public static List<Span> Snoozes(View view, Draft draft)
    {
        List<Line>? commands = null;
        foreach (
            var command in view.Log.HasCommandsAbout
                ? (draft.Thread is { } thread ? view.Log.CommandsAbout(thread) : view.Log.CommandsAbout(draft.About))
                : [])
            Take(command);

        foreach (var contact in People(draft))
        {
            foreach (var command in History.Compute(view, contact).Commands)
            {
                if (Done.IsAboutContact(command))
                    Take(command);
            }
        }

        if (commands is null)
            return [];

        commands.Sort(Order.Plain);
        var held = new List<Span>(commands.Count);
        for (var i = 0; i < commands.Count; i++)
        {
            var end = Math.Min(commands[i].SnoozedUntil, NextMail(commands[i].At));
            if (i + 1 < commands.Count)
                end = Math.Min(end, commands[i + 1].At);
            if (end > commands[i].At)
                held.Add(new Span(commands[i].At, end));
        }

        return Spans.Join(held);

        void Take(Line command)
        {
            if (
                command.Verb == CommandVerb.Snooze
                && view.Stands(command)
                && (command.Command!.Rule is not { } named || named == draft.Rule.Name))
                (commands ??= []).Add(command);
        }

        long NextMail(long after)
        {
            var next = long.MaxValue;
            foreach (var contact in People(draft))
            {
                var history = History.Compute(view, contact);
                for (var i = history.IndexFrom(after + 1); i < history.Touches.Count; i++)
                {
                    if (history.Touches[i].Kind != TouchKind.In)
                        continue;

                    next = Math.Min(next, history.Touches[i].At);
                    break;
                }
            }

            return next;
        }
    }

    /// <summary>Whether a limit acts on an item at all.</summary>
    private bool Applies(PlannedLimit limit, Draft draft) =>
        limit.Limit.AppliesTo?.Contains(draft.Rule.Kind) != false
        && !limit.Limit.Except.Contains(draft.Rule.Name)
        && limit.When?.Holds(view, draft.Contact, null) != false;

    private List<Span> BuiltInSpans(LimitKind kind, Draft draft) =>
        kind == LimitKind.Retired ? Retirement.Spans(view, draft)
        : kind == LimitKind.Away ? Absences.Spans(view, draft)
        : kind == LimitKind.Snooze ? Snoozes(view, draft)
        : kind == LimitKind.MeetingBooked ? Booked(draft)
        : throw new ArgumentException($"The limit {kind} is not known here.", nameof(kind));

    /// <summary>When a limit held; of a cap also how much of it is used, for those who compete for the rest.</summary>
    private List<Span> CountedSpans(PlannedLimit planned, Draft draft, List<CapUse>? uses)
    {
        switch (planned.Limit)
        {
            case DoNotContactLimit never:
                return DoNotContact(never, draft);
            case BlackoutLimit blackout:
                return Blackout(blackout, Calendar(blackout, draft));
            case CooldownLimit cooldown:
                return Kept(cooldown, planned.Index, draft, calendar => Cooldown(cooldown, draft, calendar));
            case CapLimit cap:
                var (full, use) = Cap(cap, planned.Index, draft);
                uses?.Add(use);
                return full;
            default:
                throw new ArgumentException($"The limit {planned.Limit.GetType().Name} is not known here.", nameof(planned));
        }
    }

    /// <summary>Whom an item concerns.</summary>
    public static List<ContactNode> People(Draft draft) => draft.PerOrganisation ? draft.Contact.Organisation.Contacts : [draft.Contact];

    private static List<ContactNode> Scope(Limit limit, Draft draft) =>
        limit.Per == Per.Organisation ? draft.Contact.Organisation.Contacts : [draft.Contact];

    private static object ScopeKey(Limit limit, Draft draft) => limit.Per == Per.Organisation ? draft.Contact.Organisation : draft.Contact;

    private static BusinessCalendar Calendar(Limit limit, Draft draft) => limit.Calendar ?? draft.Calendar;

    private List<Span> Kept(Limit limit, int index, Draft draft, Func<BusinessCalendar, List<Span>> workOut)
    {
        var calendar = Calendar(limit, draft);
        var key = (index, ScopeKey(limit, draft), calendar);
        if (!spans.TryGetValue(key, out var kept))
            spans[key] = kept = workOut(calendar);

        return kept;
    }

    private List<Span> DoNotContact(DoNotContactLimit limit, Draft draft)
    {
        var membership = new Membership(limit.Addresses, limit.Domains, limit.Tags);
        var held = new List<Span>();
        foreach (var contact in Scope(limit, draft))
        {
            var traits = Traits.Compute(view, contact);
            if (membership.Names(contact) || limit.Tags.Any(traits.HasAlways))
                return [Span.Always];

            foreach (var (from, to) in limit.Tags.SelectMany(traits.Bore))
                held.Add(Rolled(Calendar(limit, draft), from, to));
        }

        return Spans.Join(held);
    }

    private static List<Span> Blackout(BlackoutLimit limit, BusinessCalendar calendar) =>
        limit.From > limit.To ? [] : [Rolled(calendar, calendar.StartOfDay(limit.From), calendar.StartOfDay(limit.To.PlusDays(1)))];

    private List<Span> Cooldown(CooldownLimit limit, Draft draft, BusinessCalendar calendar)
    {
        var held = new List<Span>();
        foreach (var contact in Scope(limit, draft))
        {
            foreach (var span in Casebook.Cases(view, contact))
            {
                if (limit.Cases.Contains(view.Plan.Cases[span.Case].Name))
                    held.Add(Rolled(calendar, span.Opened, span.IsOpen ? long.MaxValue : calendar.Deadline(span.Closed, limit.For)));
            }
        }

        return Spans.Join(held);
    }

    private (List<Span> Full, CapUse Use) Cap(CapLimit cap, int index, Draft draft)
    {
        var key = (index, ScopeKey(cap, draft), Calendar(cap, draft));
        var full = Kept(cap, index, draft, calendar =>
        {
            var counted = Caps.Counted(view, cap, draft.Contact);
            var raw = Caps.Full(view, cap, calendar, counted, out var now);
            used[key] = now;
            return Spans.Join(raw.ConvertAll(s => Rolled(calendar, s.From, s.To)));
        });
        return (full, new CapUse(cap, index, key.Item2, used[key]));
    }

    private List<Span> Booked(Draft draft)
    {
        var held = new List<Span>();
        foreach (var contact in People(draft))
        {
            foreach (var booking in History.Compute(view, contact).Bookings)
                held.Add(Rolled(draft.Calendar, booking.From, booking.To));
        }

        return Spans.Join(held);
    }

    private static Span Rolled(BusinessCalendar calendar, long from, long to) => new(from, to == long.MaxValue ? to : calendar.Roll(to));
}

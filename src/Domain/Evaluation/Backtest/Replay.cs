using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Replays the log at every instant at which something can change. Organisations do not depend on each other's items, so each is replayed
/// by itself from one of its changes to the next; between two changes nothing moves, and the digests in between show the same lines.
/// </summary>
internal sealed class Replay(Plan plan, LogIndex log, long from, long to)
{
    private static readonly Duration OneMail = Duration.FromMinutes(10);

    private readonly Dictionary<string, Seen> seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ClosedItem>> closed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Instant>> mails = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long[]> digests = plan.Policy.People.ToDictionary(
        p => p.Id,
        p => DigestTimes(plan, p, from, to),
        StringComparer.Ordinal);

    public BacktestReport Run()
    {
        foreach (var organisation in log.Organisations)
            Run(organisation);

        return new BacktestReport(Instant.FromUnixTimeTicks(from), Instant.FromUnixTimeTicks(to))
        {
            Rules = [.. plan.Policy.Rules.Where(r => r.Mode != Mode.Disabled).Select(Describe)],
            Limits = [.. LimitCounts()],
            People = [.. plan.Policy.People.Select(Describe)],
            Contacts =
            [
                .. seen.Values.Where(s => s.Item.Contact is not null && s.Item.Rule.Mode == Mode.Enforce).GroupBy(s => s.Item.Contact!)
                    .Select(g => new BacktestContact(g.Key, g.Count(), g.Count(s => s.HeldBy.Count > 0)))
                    .OrderByDescending(c => c.Items).ThenBy(c => c.Contact.Value, StringComparer.Ordinal).Take(10),
            ],
            Items = ItemsById(),
        };
    }

    private void Run(OrganisationNode organisation)
    {
        log.Renew(organisation);
        var people = new PeopleOnDuty(plan, from);
        var at = from;
        while (true)
        {
            if (at >= people.Until)
                people = new PeopleOnDuty(plan, at);

            var result = OrganisationResult.From(plan, log, people, organisation, at, at >= to ? from : long.MaxValue, coverage: null);
            foreach (var found in result.Items.Concat(result.Observed))
                Note(found.Item, at, Math.Min(result.NextChange, to));

            if (at >= to)
            {
                Note(result.Closed);
                Note(result.ObservedClosed);
                LogIndex.Release(organisation);
                return;
            }

            at = Math.Min(result.NextChange, to);
        }
    }

    private void Note(Item item, long at, long until)
    {
        var isNew = !seen.TryGetValue(item.Id, out var before);
        if (isNew)
            seen[item.Id] = before = new Seen { Item = item, Level = at == from ? item.Level : 0, WasThere = at == from };

        before!.Item = item;
        before.IsStillThere = at >= to;
        before.WouldBeHeldBy.UnionWith(item.WouldBeHeldBy);
        if (item.By is { } limit)
            before.HeldBy.Add(limit);
        else
            before.Listed = true;

        if (item.Rule.Mode == Mode.Observe)
            return;

        if (item.Level > before.Level)
        {
            // Several steps that became due unseen are one mail: the highest.
            var step = item.Steps[item.Level - 1];
            if (step.Via == Via.Email)
                Mail(step.To, at);
        }

        before.Level = Math.Max(before.Level, item.Level);
        if (item.State == ItemState.Open && item.WarnAt is { } warn && !before.Warned && warn.ToUnixTimeTicks() is var w && w < until)
        {
            before.Warned = true;
            if (w >= from || !before.WasThere)
                Mail(item.Owner, Math.Max(w, at));
        }

        if (item.By is null && item.HiddenUntil is null && item.Rule is not WatchRule)
            Line(item.Owner, at, until);
    }

    private void Note(ClosedItem[] items)
    {
        foreach (var item in items)
        {
            if (!closed.TryGetValue(item.Rule.Name, out var list))
                closed[item.Rule.Name] = list = [];

            list.Add(item);
        }
    }

    private void Mail(string person, long at)
    {
        if (!mails.TryGetValue(person, out var list))
            mails[person] = list = [];

        list.Add(Instant.FromUnixTimeTicks(at));
    }

    private void Line(string person, long at, long until)
    {
        var times = digests[person];
        if (times.Length == 0)
            return;

        if (!lines.TryGetValue(person, out var counts))
            lines[person] = counts = new int[times.Length];

        var first = Array.BinarySearch(times, at);
        for (var i = first < 0 ? ~first : first; i < times.Length && times[i] < until; i++)
            counts[i]++;
    }

    /// <summary>When a person's own digests go out: on their business days, or on the days the digest names.</summary>
    private static long[] DigestTimes(Plan plan, Person person, long from, long to)
    {
        var calendar = person.Calendar ?? plan.Calendar;
        var times = new SortedSet<long>();
        foreach (var digest in plan.Policy.Digests.Where(d => d.Readers == DigestReaders.Owners || d.People.Contains(person.Id)))
        {
            for (var date = calendar.Date(Instant.FromUnixTimeTicks(from)); calendar.StartOfDay(date) < to; date = date.PlusDays(1))
            {
                if (digest.Days?.Contains(date.DayOfWeek) ?? calendar.IsBusinessDay(date))
                    times.Add((date + digest.At).InZoneLeniently(calendar.Zone).ToInstant().ToUnixTimeTicks());
            }
        }

        return [.. times.Where(t => t >= from && t < to)];
    }

    private BacktestRule Describe(Rule rule)
    {
        var items = seen.Values.Where(s => s.Item.Rule == rule).ToArray();
        var ended = closed.GetValueOrDefault(rule.Name) ?? [];
        return new BacktestRule(
            rule.Name,
            rule.Kind.Name,
            rule.Mode == Mode.Observe,
            items.Count(s => s.Listed && !s.WasThere),
            Count(ItemClosing.Met),
            Count(ItemClosing.Late),
            Count(ItemClosing.Satisfied),
            Count(ItemClosing.Expired),
            Count(ItemClosing.Cancelled),
            CountBy(items.SelectMany(s => s.HeldBy)),
            CountBy(items.SelectMany(s => s.WouldBeHeldBy)))
        {
            Suppressed = items.Count(s => s.HeldBy.Count > 0),
            Figures = Figures.From(ended.Select(EndedBy).Concat(items.Select(StillWaiting)).OfType<(OutcomeKind, Duration)>()),
        };

        int Count(ItemClosing closing) => ended.Count(c => c.As == closing && c.At.ToUnixTimeTicks() >= from);

        static IReadOnlyDictionary<string, int> CountBy(IEnumerable<string> limits) =>
            limits.CountBy(limit => limit, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>
    /// What became of an item that fell due in the time, as the <c>numbers</c> of digests count it; the past is taken as fully read.
    /// </summary>
    private (OutcomeKind Kind, Duration Taken)? EndedBy(ClosedItem item) =>
        item.Due is { } due && IsWithin(due) && Outcomes.Kind(item, isSure: true) is { } kind ? (kind, item.At - item.Opened) : null;

    private (OutcomeKind Kind, Duration Taken)? StillWaiting(Seen one) =>
        one is { IsStillThere: true, Item: { State: ItemState.Overdue, Due: { } due } item } && IsWithin(due)
            ? (OutcomeKind.NotYet, Instant.FromUnixTimeTicks(to) - item.Opened)
            : null;

    private bool IsWithin(Instant due) => due.ToUnixTimeTicks() is var at && from <= at && at < to;

    /// <summary>The limits of the file in their order, then what is built in.</summary>
    private IEnumerable<BacktestLimit> LimitCounts()
    {
        var counts = seen.Values.SelectMany(s => s.HeldBy.Concat(s.WouldBeHeldBy)).CountBy(name => name, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        foreach (var limit in plan.Policy.Limits.Where(l => l.Mode != Mode.Disabled))
            yield return new BacktestLimit(limit.Name, limit.Kind.Name, limit.Mode == Mode.Observe, counts.GetValueOrDefault(limit.Name));

        foreach (var kind in LimitKind.All.Where(kind => kind.IsBuiltIn && counts.ContainsKey(kind.Name)))
            yield return new BacktestLimit(kind.Name, "built in", Observed: false, counts[kind.Name]);
    }

    private Dictionary<string, BacktestItem> ItemsById()
    {
        var ends = closed.Values.SelectMany(list => list).DistinctBy(item => item.Id, StringComparer.Ordinal)
            .ToDictionary(item => item.Id, StringComparer.Ordinal);
        return seen.Values.ToDictionary(
            s => s.Item.Id,
            s => Item(s, s.IsStillThere ? null : ends.GetValueOrDefault(s.Item.Id)),
            StringComparer.Ordinal);
    }

    private static BacktestItem Item(Seen one, ClosedItem? end) =>
        new(one.Item.Id, one.Item.Rule.Name, one.Item.About, one.Item.Contact, one.Item.Opened, one.Item.Why)
        {
            Due = one.Item.Due,
            Listed = one.Listed,
            HeldBy =
                one.HeldBy.Count + one.WouldBeHeldBy.Count == 0
                    ? []
                    : [.. one.HeldBy.Union(one.WouldBeHeldBy).Order(StringComparer.Ordinal)],
            As = end?.As,
            EndedAt = end?.At,
        };

    private BacktestPerson Describe(Person person)
    {
        var calendar = person.Calendar ?? plan.Calendar;
        var days = new List<LocalDate>();
        for (var date = calendar.Date(Instant.FromUnixTimeTicks(from)); calendar.StartOfDay(date) < to; date = date.PlusDays(1))
            days.Add(date);

        var sent = Folded(mails.GetValueOrDefault(person.Id) ?? []).GroupBy(calendar.Date).ToDictionary(g => g.Key, g => g.Count());
        var times = digests[person.Id];
        var shown = (lines.GetValueOrDefault(person.Id) ?? new int[times.Length])
            .Select((count, i) => (Count: count, On: calendar.Date(Instant.FromUnixTimeTicks(times[i]))))
            .ToArray();
        var business = days.Where(calendar.IsBusinessDay).Select(d => sent.GetValueOrDefault(d)).ToArray();
        var worstMails = sent.OrderByDescending(s => s.Value)
            .ThenBy(s => s.Key)
            .Select(s => (KeyValuePair<LocalDate, int>?)s)
            .FirstOrDefault();
        var worstLines = shown
            .OrderByDescending(s => s.Count)
            .ThenBy(s => s.On)
            .Select(s => ((int Count, LocalDate On)?)s)
            .FirstOrDefault();
        return new BacktestPerson(
            person.Id,
            Median(business),
            worstMails?.Value ?? 0,
            worstMails?.Key,
            Median([.. shown.Select(s => s.Count)]),
            worstLines?.Count ?? 0,
            worstLines is { Count: > 0 } worst ? worst.On : null);
    }

    /// <summary>Immediate mails to one reader within ten minutes become one.</summary>
    private static List<Instant> Folded(List<Instant> mails)
    {
        mails.Sort();
        var folded = new List<Instant>();
        foreach (var mail in mails)
        {
            if (folded.Count == 0 || mail - folded[^1] >= OneMail)
                folded.Add(mail);
        }

        return folded;
    }

    private static double Median(int[] values)
    {
        Array.Sort(values);
        return values.Length == 0 ? 0 : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2.0;
    }

    private sealed class Seen
    {
        public required Item Item { get; set; }

        public int Level { get; set; }

        public bool Listed { get; set; }

        public bool WasThere { get; init; }

        /// <summary>Whether it had not ended by the end of the replay.</summary>
        public bool IsStillThere { get; set; }

        public bool Warned { get; set; }

        public HashSet<string> HeldBy { get; } = new(StringComparer.Ordinal);

        public HashSet<string> WouldBeHeldBy { get; } = new(StringComparer.Ordinal);
    }
}

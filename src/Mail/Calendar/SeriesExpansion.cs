using NodaTime;

namespace CrmSync.Mail.Calendar;

/// <summary>One run of <see cref="Occurrences.Within"/>.</summary>
internal sealed class SeriesExpansion
{
    /// <summary>Where one occurrence a day is enough, so many others are looked at; a rule that counts them has to.</summary>
    private const int MostPassedOver = 100_000;

    private static readonly Instant First = Instant.FromUtc(DateValue.FirstYear + 1, 1, 1, 0, 0);
    private static readonly Instant Last = Instant.FromUtc(DateValue.LastYear, 12, 31, 0, 0);

    private readonly EventSeries series;
    private readonly Instant from;
    private readonly Instant to;
    private readonly int maxCount;
    private readonly bool oncePerDay;
    private readonly List<Occurrence> found = [];
    private string? shortfall;
    private bool isThinned;

    public SeriesExpansion(EventSeries series, Interval window, int maxCount, bool oncePerDay)
    {
        this.series = series;
        this.maxCount = maxCount;
        this.oncePerDay = oncePerDay;
        from = window.HasStart ? Instant.Max(window.Start, First) : First;
        to = window.HasEnd ? Instant.Min(window.End, Last) : Last;
    }

    public Expansion Run()
    {
        if (series.Master is { Recurs: false } single && series.Changes.Count == 0)
            Add(new Occurrence(single, single.Start, single.End, null));
        else
        {
            if (series.Master is { } master)
                Expand(master);
            foreach (var change in series.Changes)
                Add(new Occurrence(change, change.Start, change.End, OccurrenceId(change)));
        }

        if (found.Count > 1)
            found.Sort(
                (one, other) =>
                    one.Start.Instant.CompareTo(other.Start.Instant) is not 0 and var order
                        ? order
                        : Nullable.Compare(one.RecurrenceId, other.RecurrenceId));
        if (found.Count > maxCount)
        {
            shortfall ??= $"more than {maxCount} occurrences in the window";
            found.RemoveRange(maxCount, found.Count - maxCount);
        }

        return new Expansion(found, shortfall);
    }

    private void Expand(CalendarEvent master)
    {
        var start = master.Start;
        var length = Length.From(master);
        var splits = series
            .Changes.Where(change => change.ThisAndFuture)
            .Select(change => new Split(change, OccurrenceId(change), LocalId(change)))
            .OrderBy(split => split.Id)
            .ToList();
        var changed = series.Changes.Select(OccurrenceId).ToHashSet();
        var changedDates = series
            .Changes.Where(change => change.RecurrenceId!.IsDate && !start.IsDate)
            .Select(change => change.RecurrenceId!.Date)
            .ToHashSet();
        var exceptions = new Exceptions(master);

        // An occurrence may begin before the window and end in it, and a split may move it into the window from either side.
        var reach =
            Duration.Max(length.Most, splits.Count == 0 ? Duration.Zero : splits.Max(split => Length.From(split.Change).Most))
            + Duration.FromDays(2);
        var shift = splits.Count == 0 ? Duration.Zero : Duration.FromSeconds(splits.Max(split => Math.Abs(split.Shift)));
        var earliest = CivilDay.ToSeconds(Clamped(from, -(reach + shift)).InUtc().LocalDateTime);
        var latest = CivilDay.ToSeconds(Clamped(to, shift + Duration.FromDays(2)).InUtc().LocalDateTime);

        var seen = new HashSet<Instant>();
        var days = new HashSet<LocalDate>();
        var passedOver = 0;
        foreach (var originals in Originals(master, earliest, latest))
        {
            // Only between two splits do occurrences come in the order they begin.
            var added = 0;
            Split? current = null;
            foreach (var (local, own) in originals)
            {
                var original = start.At(local);
                var id = original.Instant;
                if (!seen.Add(id) || changed.Contains(id) || changedDates.Contains(local.Date) || exceptions.Cover(local, id))
                    continue;

                if (oncePerDay && !days.Add(local.Date))
                {
                    if (++passedOver > MostPassedOver)
                        break;
                    continue;
                }

                var split = splits.FindLast(item => item.Id <= id);
                if (split != current)
                    (current, added) = (split, 0);
                if (added > maxCount)
                {
                    if (split == splits.LastOrDefault())
                        break;
                    continue;
                }

                var begin = split is null ? original : split.Change.Start.At(CivilDay.ToLocal(CivilDay.ToSeconds(local) + split.Shift));
                var takes = own ?? (split is null ? length : Length.From(split.Change));
                if (Add(new Occurrence(split?.Change ?? master, begin, takes.End(begin), id)))
                    added++;
            }
        }

        if (passedOver > 0 || isThinned)
            shortfall ??= "it recurs more often than daily, and one meeting a day is kept";
        foreach (var rule in exceptions.GaveUp)
            shortfall ??= $"the exception rule {rule} goes too long without an occurrence and was given up";
    }

    /// <summary>
    /// The wall times the series is meant for, before exceptions and changes: one ascending sequence for its dates, then one for each rule.
    /// A date with a length of its own goes before the same date from a rule.
    /// </summary>
    private IEnumerable<IEnumerable<(LocalDateTime Local, Length? Own)>> Originals(CalendarEvent master, long earliest, long latest)
    {
        var start = master.Start;
        yield return master
            .Dates.Select(date => (Local: Local(date.Start, start), Own: date.Length is { } length ? Length.From(length) : (Length?)null))
            .Append((start.Local, null))
            .Where(date => CivilDay.ToSeconds(date.Local) is var seconds && seconds >= earliest && seconds < latest)
            .OrderBy(date => date.Local);

        foreach (var rule in master.Rules)
        {
            var expansion = new RuleExpansion(rule, start.Local, start.IsDate, start.Zone.Zone, startIsOccurrence: true);
            yield return expansion.Between(earliest, latest, oncePerDay).Select(seconds => (CivilDay.ToLocal(seconds), (Length?)null));
            isThinned |= expansion.IsThinned;
            if (expansion.GaveUp)
                shortfall ??= $"the rule {rule} goes too long without an occurrence and was given up";
        }
    }

    private static LocalDateTime Local(CalendarTime date, CalendarTime start)
    {
        if (start.IsDate)
            return date.Date + LocalTime.Midnight;
        return date.Kind switch
        {
            CalendarTimeKind.Date => date.Date + start.Local.TimeOfDay,
            CalendarTimeKind.Floating => date.Local,
            _ => date.Instant.InZone(start.Zone.Zone).LocalDateTime,
        };
    }

    /// <summary>The recurrence id of a change in UTC, read in the zone of the series.</summary>
    private Instant OccurrenceId(CalendarEvent change)
    {
        var id = change.RecurrenceId!;
        if (series.Master is not { } master)
            return change.LikelyOccurrence!.Value;
        if (id.Kind is CalendarTimeKind.Utc or CalendarTimeKind.Zoned && !master.Start.IsDate)
            return id.Instant;
        return master.Start.At(LocalId(change)).Instant;
    }

    /// <summary>The recurrence id of a change in the wall time of the series.</summary>
    private LocalDateTime LocalId(CalendarEvent change)
    {
        var id = change.RecurrenceId!;
        return series.Master is { } master ? Local(id, master.Start) : id.Local;
    }

    private bool Add(Occurrence occurrence)
    {
        var start = occurrence.Start.Instant;
        if (start >= to || (start < from && occurrence.End.Instant <= from))
            return false;
        found.Add(occurrence);
        return true;
    }

    private static Instant Clamped(Instant instant, Duration by)
    {
        // Far from the ends of the calendar, whatever is added.
        if (by < Duration.Zero)
            return instant - First < -by ? First : instant + by;
        return Last - instant < by ? Last : instant + by;
    }

    /// <summary>A change for this and all later occurrences: by how many seconds of wall time it moves them.</summary>
    private sealed record Split(CalendarEvent Change, Instant Id, LocalDateTime LocalId)
    {
        public long Shift { get; } = CivilDay.ToSeconds(Change.Start.Local) - CivilDay.ToSeconds(LocalId);
    }

    /// <summary>
    /// EXDATE and EXRULE. Dates come in another zone or as another type than DTSTART; they are compared in UTC, and days by the local day.
    /// </summary>
    private sealed class Exceptions
    {
        private readonly HashSet<Instant> instants = [];
        private readonly HashSet<LocalDate> dates = [];
        private readonly HashSet<LocalDateTime> locals = [];
        private readonly List<(RecurrenceRule Rule, RuleExpansion Expansion)> rules = [];

        public Exceptions(CalendarEvent master)
        {
            var start = master.Start;
            foreach (var exception in master.ExceptionDates)
            {
                // Midnight, for a series that is at another time of day, stands for the day.
                if (
                    start.IsDate
                    || exception.IsDate
                    || (
                        exception.Kind != CalendarTimeKind.Utc
                        && exception.Local.TimeOfDay == LocalTime.Midnight
                        && start.Local.TimeOfDay != LocalTime.Midnight
                        && master.Dates.Count == 0))
                    dates.Add(exception.Date);
                else if (exception.Kind == CalendarTimeKind.Floating)
                    locals.Add(exception.Local);
                else
                    instants.Add(exception.Instant);
            }

            foreach (var rule in master.ExceptionRules)
                rules.Add((rule, new RuleExpansion(rule, start.Local, start.IsDate, start.Zone.Zone, startIsOccurrence: false)));
        }

        public IEnumerable<RecurrenceRule> GaveUp => rules.Where(rule => rule.Expansion.GaveUp).Select(rule => rule.Rule);

        public bool Cover(LocalDateTime local, Instant instant)
        {
            if (instants.Contains(instant) || dates.Contains(local.Date) || locals.Contains(local))
                return true;
            if (rules.Count == 0)
                return false;

            var seconds = CivilDay.ToSeconds(local);
            return rules.Exists(rule => rule.Expansion.Between(seconds, seconds + 1).Any());
        }
    }
}

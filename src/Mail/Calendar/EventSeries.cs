namespace CrmSync.Mail.Calendar;

/// <summary>Everything calendars say under one UID: the master, or the single event, and the occurrences that were changed.</summary>
/// <param name="Uid">The clean UID.</param>
/// <param name="Master">The event the rules stand in, or the single event; null when only changed occurrences are known.</param>
/// <param name="Changes">Changed occurrences, one for each <see cref="CalendarEvent.RecurrenceId"/>.</param>
public sealed record EventSeries(string Uid, CalendarEvent? Master, IReadOnlyList<CalendarEvent> Changes)
{
    /// <summary>A single event, or a series without changes.</summary>
    public static EventSeries From(CalendarEvent entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.RecurrenceId is null ? new(entry.Uid, entry, []) : new(entry.Uid, null, [entry]);
    }

    /// <summary>
    /// Groups events by UID, in order of first appearance. Of several versions of the same event the newest counts: higher SEQUENCE, then
    /// later DTSTAMP, then LAST-MODIFIED, then the later in the file.
    /// </summary>
    public static IReadOnlyList<EventSeries> Group(IEnumerable<CalendarEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var groups = new Dictionary<string, List<CalendarEvent>>(StringComparer.Ordinal);
        var order = new List<List<CalendarEvent>>();
        foreach (var entry in events)
        {
            if (!groups.TryGetValue(entry.Uid, out var group))
            {
                groups.Add(entry.Uid, group = new List<CalendarEvent>(1));
                order.Add(group);
            }

            group.Add(entry);
        }

        return order.ConvertAll(Series);
    }

    /// <summary>Whether one version of an event is newer than another, or as new.</summary>
    public static bool IsAtLeastAsNew(CalendarEvent version, CalendarEvent than)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(than);
        if (version.Sequence != than.Sequence)
            return version.Sequence > than.Sequence;
        if (version.Stamp != than.Stamp)
            return Nullable.Compare(version.Stamp, than.Stamp) > 0;
        return Nullable.Compare(version.LastModified, than.LastModified) >= 0;
    }

    private static EventSeries Series(List<CalendarEvent> group)
    {
        if (group.Count == 1)
            return From(group[0]);

        CalendarEvent? master = null;
        var changes = new Dictionary<CalendarTime, CalendarEvent>();
        foreach (var entry in group)
        {
            if (entry.RecurrenceId is { } id)
            {
                if (!changes.TryGetValue(id, out var other) || IsAtLeastAsNew(entry, other))
                    changes[id] = entry;
            }
            else if (master is null || IsAtLeastAsNew(entry, master))
                master = entry;
        }

        return new EventSeries(group[0].Uid, master, [.. changes.Values]);
    }
}

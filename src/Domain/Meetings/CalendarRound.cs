using NodaTime;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// One reading of a calendar against what the reading before left behind. A meeting that was over when last seen and then silently
/// disappears was held all the same and stays; everything else follows the calendar.
/// </summary>
public static class CalendarRound
{
    /// <summary>A calendar with this many meetings does not become empty by itself.</summary>
    public const int FewMeetings = 5;

    /// <summary>How many meetings may be gone at once, in a calendar of any size, before it is looked at twice.</summary>
    public const int ManyGone = 20;

    /// <summary>A past meeting that is gone while another of its series appears this near has moved and not disappeared.</summary>
    private static readonly Duration Near = Duration.FromHours(24);

    /// <summary>The copies one account has of one series after a reading.</summary>
    /// <param name="before">Its copies as they were left.</param>
    /// <param name="now">Its copies as just read; empty when the series is gone.</param>
    /// <param name="covered">The window the reading covers: what lies outside of it was not looked at, and stays.</param>
    public static IReadOnlyList<MeetingCopy> Settle(IReadOnlyList<MeetingCopy> before, IReadOnlyList<MeetingCopy> now, Interval covered)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        var old = before.ToDictionary(copy => copy.Key);
        var settled = now.Where(copy => copy.LeftOutAt is null).GroupBy(copy => copy.Key)
            .Select(group => group.Order(CopyOrder.Instance).First())
            .Select(copy =>
                old.TryGetValue(copy.Key, out var known) ? copy with { FirstSeen = known.FirstSeen, Backlog = known.Backlog } : copy)
            .ToList();
        var here = settled.Select(copy => copy.Key).ToHashSet();
        var appeared = settled.Where(copy => !old.ContainsKey(copy.Key)).OrderBy(copy => copy.Start).ToList();
        foreach (var gone in before.Where(copy => copy.LeftOutAt is null && !here.Contains(copy.Key)).OrderBy(copy => copy.Start))
        {
            if ((covered.HasEnd && gone.Start >= covered.End) || (covered.HasStart && gone.End <= covered.Start))
            {
                settled.Add(gone);
                continue;
            }

            if (gone.End > gone.LastSeen || gone.Private)
                continue;
            if (
                appeared.FindIndex(copy => Instant.Max(copy.Start, gone.Start) - Instant.Min(copy.Start, gone.Start) < Near)
                is >= 0
                    and var moved)
                appeared.RemoveAt(moved);
            else
                settled.Add(gone);
        }

        // What was held and stays is not left out.
        here.UnionWith(settled.Select(copy => copy.Key));
        settled.AddRange(now.Where(copy => copy.LeftOutAt is not null && here.Add(copy.Key)));
        return [.. settled.OrderBy(copy => copy.Occurrence).ThenBy(copy => copy.Start)];
    }

    /// <summary>
    /// Whether so much of a calendar is gone that the reading must not be believed at once, in words for the operator; null when all is
    /// well. An emptied calendar is never believed; one that lost most of its events only when a second reading says the same.
    /// </summary>
    /// <param name="before">How many events the calendar had (series count once).</param>
    /// <param name="now">How many it has.</param>
    /// <param name="confirmed">Whether the reading before this one saw the same loss.</param>
    public static string? Alarm(int before, int now, bool confirmed)
    {
        if (now == 0 && before >= FewMeetings)
            return $"the calendar had {before} events and is suddenly empty; nothing is cancelled for it. If that is right, remove the "
                + $"account; if not, restore the calendar or its address";
        if (!confirmed && before - now >= ManyGone && now * 2 < before)
            return $"the calendar had {before} events and now shows {now}; the rest counts as gone when the next reading says the same";
        return null;
    }
}

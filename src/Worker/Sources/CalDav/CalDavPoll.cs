namespace CrmSync.Worker.Sources.CalDav;

/// <summary>How far a calendar has been read: the token and the change tag of the state that was stored.</summary>
internal sealed record CalDavCursor(string? SyncToken, string? ChangeTag);

/// <summary>What has to be done to bring our copy of a calendar up to date.</summary>
/// <param name="Changed">Objects to fetch.</param>
/// <param name="Gone">Paths of objects that are not there any more.</param>
/// <param name="Cursor">Where the calendar then is; to be kept only when all of this is stored.</param>
/// <param name="Total">How many objects the calendar has; null when only changes were asked for.</param>
internal sealed record CalDavChanges(IReadOnlyList<CalDavTag> Changed, IReadOnlyList<string> Gone, CalDavCursor Cursor, int? Total);

/// <summary>
/// Finds what changed in a calendar by the best means its server has: by token, else by change tag and the tags of all objects. A token the
/// server has forgotten falls back to the tags, so that nothing is fetched twice and nothing is missed.
/// </summary>
internal sealed class CalDavPoll(CalDavClient client)
{
    /// <summary>What changed since a cursor.</summary>
    /// <param name="calendar">The calendar, just listed or remembered; remembered ones have no token and no change tag.</param>
    /// <param name="cursor">Where the last reading ended; null for the first.</param>
    /// <param name="known">The tags of the objects stored, by path.</param>
    /// <param name="audit">Compares all tags, whatever token and change tag say: servers whose tokens count seconds miss changes.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<CalDavChanges> Changes(
        CalDavCalendar calendar, CalDavCursor? cursor, IReadOnlyDictionary<string, string?> known, bool audit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(known);
        if (!audit && cursor is not null && IsUnchanged(calendar, cursor))
            return new CalDavChanges([], [], cursor, known.Count);

        if (calendar.CanSync && !audit)
        {
            if (cursor?.SyncToken is { } token && await client.Changes(calendar, token, ct) is { } delta)
            {
                // A token that moved says nothing about an object we have in this version already.
                var changed = delta
                    .Changed.Where(tag => tag.ETag is null || !known.TryGetValue(tag.Path, out var stored) || stored != tag.ETag)
                    .ToList();
                return new CalDavChanges(
                    changed,
                    [.. delta.Gone.Where(known.ContainsKey)],
                    new CalDavCursor(delta.Token, calendar.ChangeTag),
                    null);
            }

            if (await client.Changes(calendar, null, ct) is { Token: not null } all)
                return Compared(all.Changed, known, new CalDavCursor(all.Token, calendar.ChangeTag));
        }

        return Compared(await client.List(calendar, ct), known, new CalDavCursor(calendar.SyncToken, calendar.ChangeTag));
    }

    private static bool IsUnchanged(CalDavCalendar calendar, CalDavCursor cursor) =>
        calendar.SyncToken is not null ? calendar.SyncToken == cursor.SyncToken
        : calendar.ChangeTag is not null && calendar.ChangeTag == cursor.ChangeTag;

    private static CalDavChanges Compared(IReadOnlyList<CalDavTag> listed, IReadOnlyDictionary<string, string?> known, CalDavCursor cursor)
    {
        var paths = listed.Select(tag => tag.Path).ToHashSet(StringComparer.Ordinal);
        return new CalDavChanges(
            [.. listed.Where(tag => tag.ETag is null || !known.TryGetValue(tag.Path, out var stored) || stored != tag.ETag)],
            [.. known.Keys.Where(path => !paths.Contains(path)).Order(StringComparer.Ordinal)],
            cursor,
            listed.Count);
    }
}

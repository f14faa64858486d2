namespace CrmSync.Domain.Evaluation;

/// <summary>What of a note is kept when its words are not: rules rest on the dates in it.</summary>
public static class NoteText
{
    private const int LongestField = 40;

    /// <summary>The lines <c>field: date</c> of a note without what stands behind the date; null when there are none.</summary>
    public static string? DatesAlone(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        List<string> dates = [.. note.Split('\n').Select(DateAlone).OfType<string>()];
        return dates.Count == 0 ? null : string.Join('\n', dates);
    }

    private static string? DateAlone(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && line[..colon].Trim() is { Length: > 0 and <= LongestField } field
            && NotedDates.Date(line[(colon + 1)..].Trim()) is { Written: var date }
            ? $"{field}: {date}"
            : null;
    }
}

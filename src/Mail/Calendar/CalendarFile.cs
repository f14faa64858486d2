namespace CrmSync.Mail.Calendar;

/// <summary>
/// Something in a calendar that could not be taken as it stands: where (line, from 1), and what, in words without names, titles or
/// addresses.
/// </summary>
/// <param name="Line">The line it begins on.</param>
/// <param name="Words">What was wrong and what was done about it.</param>
/// <param name="EventLost">Whether an event was dropped for it.</param>
public sealed record CalendarProblem(int Line, string Words, bool EventLost = false);

/// <summary>What an iCalendar stream holds, as far as it could be read.</summary>
public sealed record CalendarFile
{
    /// <summary>
    /// METHOD in capitals (REQUEST, REPLY, CANCEL, COUNTER, PUBLISH ...); null if absent. The first, if there are several.
    /// </summary>
    public string? Method { get; init; }

    /// <summary>Whether a VCALENDAR was found at all. An HTML page and an empty file are none.</summary>
    public required bool IsCalendar { get; init; }

    /// <summary>
    /// Whether it was read to its end: false when the stream stops inside a calendar or a limit ended the reading. Nothing may be concluded
    /// from the absence of an event in an incomplete file.
    /// </summary>
    public required bool IsComplete { get; init; }

    /// <summary>The events, in the order they stand there.</summary>
    public required IReadOnlyList<CalendarEvent> Events { get; init; }

    /// <summary>What was wrong, up to <see cref="CalendarLimits.Problems"/> entries.</summary>
    public required IReadOnlyList<CalendarProblem> Problems { get; init; }

    /// <summary>How many events were dropped; each has a problem.</summary>
    public required int EventsLost { get; init; }
}

/// <summary>How much of a calendar is read before reading stops. The defaults hold for a calendar of 200,000 events.</summary>
public sealed record CalendarLimits
{
    public static CalendarLimits Default { get; } = new();

    /// <summary>Bytes read of the stream.</summary>
    public long Bytes { get; init; } = 256L << 20;

    /// <summary>Bytes kept of one unfolded line; the rest of the line is passed over.</summary>
    public int LineBytes { get; init; } = 1 << 20;

    /// <summary>Events read.</summary>
    public int Events { get; init; } = 200_000;

    /// <summary>Attendees kept of one event.</summary>
    public int Attendees { get; init; } = 5_000;

    /// <summary>RDATE and EXDATE values kept of one event.</summary>
    public int Dates { get; init; } = 10_000;

    /// <summary>Characters kept of a text.</summary>
    public int TextLength { get; init; } = 10_000;

    /// <summary>Problems listed; more are left out.</summary>
    public int Problems { get; init; } = 200;
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Calendar;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Compares an iCalendar stream, file or feed, with what the ledger knows of it. The last version of a series holds, so a meeting that was
/// changed back, or that was gone and returns, is read again, and one that is as it was is not.
/// </summary>
/// <param name="series">Keeps and reads the series it finds.</param>
internal sealed class CalendarItems(SeriesItems series)
{
    private readonly HashSet<string> streams = new(StringComparer.Ordinal);

    /// <summary>What is new when the window has moved on.</summary>
    public string Quarter => series.Quarter;

    /// <summary>
    /// What is new, changed or gone in a stream, and what is wrong with it. Where something is wrong the cursor stays, and it is read
    /// again.
    /// </summary>
    /// <param name="folder">The folder the stream is.</param>
    /// <param name="keys">The ledger's keys of it.</param>
    /// <param name="calendar">What was read.</param>
    /// <param name="place">Where it lies, for people.</param>
    /// <param name="stamp">How an unchanged stream is recognised.</param>
    public IEnumerable<Listing> Compare(
        KnownFolder folder, HashSet<string> keys, CalendarFile calendar, string place, string stamp)
    {
        if (!calendar.IsCalendar)
        {
            yield return new FolderUnreadable(
                new Trouble(
                    place,
                    calendar.Problems is [.., var last] ? last.Words : "it is no calendar",
                    "name an iCalendar file (.ics); what is known of its meetings stays"),
                IsPermanent: true);
            yield break;
        }

        var known = new KnownObjects(keys.Select(StreamKeys.Parse));
        var here = Keep(folder.RemoteId, calendar, name => [SeriesItems.Name(name, known.IsKnown)]);
        var found = here
            .Where(one => !known.Holds(one.Name, one.Tag))
            .Select<SeriesKey.Version, SeriesKey>(one => one with { Number = known.Number(one.Name, one.Tag) })
            .ToList();
        var met = here.Count - found.Count;
        if (!calendar.IsComplete)
        {
            // What was not read may be there all the same, so nothing is gone; and the event it ends in is not broken, only cut.
            yield return Page(folder.Cursor);
            yield return Incomplete(calendar, place);
            yield break;
        }

        var names = here.Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        if (SeriesItems.Alarm(folder, place, known.Present.Count, names.Count + calendar.EventsLost, Locators(), met) is { } alarm)
        {
            foreach (var listing in alarm)
                yield return listing;

            yield break;
        }

        // An event that cannot be read any more is not cancelled: there are at least as many broken ones as are missing.
        var gone = known.Present.Keys.Where(name => !names.Contains(name)).ToList();
        if (gone.Count > calendar.EventsLost)
            found.AddRange(gone.SelectMany(known.Farewells));

        found.AddRange(
            calendar.Problems.Where(problem => problem.EventLost)
                .Select(problem => new SeriesKey.Lost(problem.Line.ToString(CultureInfo.InvariantCulture), "", 0, problem.Words))
                .Where(lost => !keys.Contains(StreamKeys.Print(lost))));
        yield return Page(folder.Cursor with { Text = new StreamCursor(stamp, names.Count).ToString(), Snapshot = null });

        ListedPage Page(FolderCursor cursor) => new(folder, Locators(), met, cursor);

        IReadOnlyList<Locator> Locators() => [.. found.Select(key => new Locator(StreamKeys.Print(key)))];
    }

    /// <summary>Whether the stream of a folder was read in this run.</summary>
    public bool Has(FolderState folder) => streams.Contains(folder.RemoteId);

    /// <summary>Keeps what a stream says until its items are read.</summary>
    public void Keep(FolderState folder, CalendarFile calendar) => Keep(folder.RemoteId, calendar, SeriesItems.Names);

    /// <summary>Reads an item of a stream that is kept.</summary>
    /// <param name="item">The item.</param>
    /// <param name="place">Where it lies, for people.</param>
    public Reading ReadOne(RemoteItem item, string place) =>
        StreamKeys.Parse(item.Key) is { } key
        && series.Read(item, key, key is SeriesKey.Lost lost ? $"{place}:{lost.Object}" : place) is { } reading
            ? reading
            : new GoneReading(item);

    /// <summary>The items that say of every series of a folder that it is gone.</summary>
    public static IReadOnlyList<Locator> Farewells(IEnumerable<string> keys) =>
        [.. new KnownObjects(keys.Select(StreamKeys.Parse)).Farewells().Select(gone => new Locator(StreamKeys.Print(gone)))];

    private List<SeriesKey.Version> Keep(string folder, CalendarFile calendar, Func<string, IReadOnlyList<string>> namesFor)
    {
        streams.Add(folder);
        var kept = new List<SeriesKey.Version>();
        foreach (var one in EventSeries.Group(calendar.Events))
        {
            var mark = one.Master is { Recurs: true } ? Quarter : SeriesItems.MarkOfAbsence(one);
            var digest = Fingerprint(one) + (mark is null ? "" : "." + mark);
            foreach (var name in namesFor(MeetingTranslation.Series(one)))
            {
                kept.Add(new SeriesKey.Version(name, name, digest, 0));
                series.Keep(folder, kept[^1], one);
            }
        }

        return [.. kept.Distinct()];
    }

    private static FolderUnreadable Incomplete(CalendarFile calendar, string place) =>
        calendar.Events.Count >= CalendarLimits.Default.Events
        || calendar.Problems.Any(problem => problem.Words.Contains("the rest is not read", StringComparison.Ordinal))
            ? new(
                new Trouble(
                    place,
                    $"it is longer than can be read ({CalendarLimits.Default.Bytes >> 20} MB or {CalendarLimits.Default.Events} events); "
                        + $"its beginning was",
                    "split it, or let it hold only the last years"),
                IsPermanent: true)
            : new(
                new Trouble(
                    place,
                    "it ends in the middle, as if it was cut off while it was written or sent; what is whole in it was read",
                    "it is read again with the next harvest"),
                IsPermanent: false);

    /// <summary>
    /// Everything the calendar says of the series that a line of the log can show. DTSTAMP is not among it: many services write the moment
    /// of the download there.
    /// </summary>
    private static string Fingerprint(EventSeries series)
    {
        var text = new StringBuilder();
        foreach (
            var entry in (series.Master is null ? series.Changes : series.Changes.Prepend(series.Master)).OrderBy(e =>
                e.RecurrenceId?.Instant))
        {
            text.Append(
                    CultureInfo.InvariantCulture,
                    $"{entry.Start}|{entry.End}|{entry.RecurrenceId}|{entry.ThisAndFuture}|{entry.Sequence}|{entry.AllDay}|"
                        + $"{entry.Status}|{entry.Class}|{(entry.ShownAs == ShownAs.OutOfOffice ? "away|" : "")}"
                )
                .AppendJoin("", entry.Categories.Select(name => $"in {name}|"))
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{entry.Summary}|{entry.Organizer}|"
                        + $"{string.Join('|', entry.Attendees.Select(a => $"{a.Address} {a.Name} {a.Status} {a.Kind}"))}|"
                )
                .Append(
                    CultureInfo.InvariantCulture,
                    $"{string.Join('|', entry.Rules)}|{string.Join('|', entry.ExceptionRules)}|{string.Join('|', entry.Dates)}|"
                        + $"{string.Join('|', entry.ExceptionDates)}\n"
                );
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}

/// <summary>A stream as it was when it was listed last, as its folder's cursor keeps it.</summary>
/// <param name="Stamp">Recognises it unchanged.</param>
/// <param name="Events">How many series it had.</param>
internal sealed record StreamCursor(string Stamp, int Events)
{
    /// <summary>None for a folder that was not listed, or by something else.</summary>
    public static StreamCursor? Parse(string? text) =>
        text?.LastIndexOf('|') is >= 0 and var bar
        && int.TryParse(text.AsSpan(bar + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var events)
            ? new StreamCursor(text[..bar], events)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stamp}|{Events}");
}

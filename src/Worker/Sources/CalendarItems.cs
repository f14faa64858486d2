using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Mail.Calendar;
using CrmSync.Storage.Harvest;

namespace CrmSync.Worker.Sources;

/// <summary>
/// Compares an iCalendar stream, file or feed, with what the ledger knows of it. An item is one version of one series (a single meeting is
/// a series of one): its key holds the series, a digest of what is said of it, and a number that counts the versions. The last version
/// holds, so a meeting that was changed back, or that was gone and returns, is read again, and one that is as it was is not.
/// </summary>
/// <param name="series">Reads the series it finds.</param>
internal sealed class CalendarItems(SeriesItems series)
{
    private readonly Dictionary<string, Dictionary<(string Name, string Digest), EventSeries>> read = new(StringComparer.Ordinal);

    /// <summary>What is new when the window has moved on.</summary>
    public string Quarter => series.Quarter;

    /// <summary>How many events a calendar had when it was listed last.</summary>
    public static int CountIn(FolderCursor cursor) =>
        cursor.Text is { } text
        && int.TryParse(text.AsSpan(text.LastIndexOf('|') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;

    /// <summary>Whether the stream of a folder was read in this run.</summary>
    public bool Has(FolderState folder) => read.ContainsKey(folder.RemoteId);

    /// <summary>Keeps what a stream says until its items are read.</summary>
    public void Keep(FolderState folder, CalendarFile calendar) => read[folder.RemoteId] = Named(calendar, SeriesItems.Names);

    /// <summary>
    /// What is new, changed or gone in a stream, and what is wrong with it. Where something is wrong the cursor stays, and it is read
    /// again.
    /// </summary>
    /// <param name="folder">The folder the stream is.</param>
    /// <param name="keys">The ledger's keys of it.</param>
    /// <param name="calendar">What was read.</param>
    /// <param name="place">Where it lies, for people.</param>
    /// <param name="stamp">How an unchanged stream is recognised; without <c>|</c> at its end.</param>
    public IEnumerable<Listing> Compare(
        FolderState folder,
        IReadOnlyCollection<string> keys,
        CalendarFile calendar,
        string place,
        string stamp)
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

        var known = Versions(keys);
        var here = Named(calendar, name => [SeriesItems.Name(name, known.ContainsKey)]);
        read[folder.RemoteId] = here;
        var changed = here.Keys.Where(one => known.GetValueOrDefault(one.Name).Digest != one.Digest)
            .Select(one => Key(one.Name, one.Digest, known.GetValueOrDefault(one.Name).Number + 1)).ToList();
        var met = here.Count - changed.Count;
        if (!calendar.IsComplete)
        {
            // What was not read may be there all the same, so nothing is gone; and the event it ends in is not broken, only cut.
            yield return Page(changed, folder.Cursor);
            yield return Incomplete(calendar, place);
            yield break;
        }

        var names = here.Keys.Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        var gone = known.Where(one => one.Value.Digest != SeriesItems.Gone && !names.Contains(one.Key)).ToList();
        var before = known.Count(one => one.Value.Digest != SeriesItems.Gone);
        var now = names.Count + calendar.EventsLost;
        if (SeriesItems.Alarm(folder, place, before, now, [.. changed.Select(key => new Locator(key))], met) is { } alarm)
        {
            foreach (var listing in alarm)
                yield return listing;

            yield break;
        }

        // An event that cannot be read any more is not cancelled: there are at least as many broken ones as are missing.
        if (gone.Count > calendar.EventsLost)
            changed.AddRange(gone.Select(one => Key(one.Key, SeriesItems.Gone, one.Value.Number + 1)));

        var lost = calendar
            .Problems.Where(problem => problem.EventLost)
            .Select(problem =>
                string.Create(CultureInfo.InvariantCulture, $"{SeriesItems.Lost}|{problem.Line}|{Uri.EscapeDataString(problem.Words)}"))
            .Where(key => !keys.Contains(key));
        changed.AddRange(lost);
        yield return Page(
            changed, folder.Cursor with { Text = string.Create(CultureInfo.InvariantCulture, $"{stamp}|{names.Count}"), Snapshot = null });

        ListedPage Page(IEnumerable<string> found, FolderCursor cursor) =>
            new(folder, [.. found.Select(key => new Locator(key))], met, cursor);
    }

    /// <summary>The items that say of every series of a folder that it is gone.</summary>
    public static IReadOnlyList<Locator> Farewells(IReadOnlyCollection<string> keys) =>
        [
            .. Versions(keys)
                .Where(one => one.Value.Digest != SeriesItems.Gone)
                .Select(one => new Locator(Key(one.Key, SeriesItems.Gone, one.Value.Number + 1))),
        ];

    /// <summary>Reads an item of a stream that is kept.</summary>
    /// <param name="item">The item.</param>
    /// <param name="place">Where it lies, for people.</param>
    public Reading ReadOne(RemoteItem item, string place)
    {
        switch (item.Key.Split('|'))
        {
            case [SeriesItems.Lost, var line, var words]:
                return SeriesItems.Broken(item, $"{place}:{line}", words);

            // It may have come back since, or lie in another file of the same account now.
            case [var name, SeriesItems.Gone, _]:
                return read.Values.Any(stream => stream.Keys.Any(one => one.Name == name))
                    ? new GoneReading(item)
                    : series.Farewell(item, name);
            case [var name, var digest, _]
                when read.GetValueOrDefault(item.Folder.RemoteId)?.GetValueOrDefault((name, digest)) is { } found:
                return series.Read(item, found);
            default:
                return new GoneReading(item);
        }
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

    private Dictionary<(string Name, string Digest), EventSeries> Named(CalendarFile calendar, Func<string, IReadOnlyList<string>> namesOf)
    {
        var named = new Dictionary<(string, string), EventSeries>();
        foreach (var one in EventSeries.Group(calendar.Events))
        {
            var digest = Fingerprint(one) + (one.Master is { Recurs: true } ? "." + Quarter : "");
            foreach (var name in namesOf(MeetingTranslation.Series(one)))
                named[(name, digest)] = one;
        }

        return named;
    }

    /// <summary>The last version the ledger knows of each series, by name.</summary>
    private static Dictionary<string, (string Digest, int Number)> Versions(IEnumerable<string> keys)
    {
        var versions = new Dictionary<string, (string Digest, int Number)>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (
                key.Split('|') is [not SeriesItems.Lost and var name, var digest, var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                && version > versions.GetValueOrDefault(name).Number)
                versions[name] = (digest, version);
        }

        return versions;
    }

    private static string Key(string name, string digest, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}|{digest}|{version}");

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
                        + $"{entry.Status}|{entry.Class}|"
                )
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

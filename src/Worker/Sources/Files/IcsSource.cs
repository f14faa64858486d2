using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Mail.Calendar;
using CrmSync.Storage.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// A calendar file, or a folder of them. An item is one series (a single meeting is a series of one); its key holds a digest of what the file says of it, so a
/// changed meeting is read again and an unchanged file is not opened.
/// </summary>
/// <param name="path">The file or folder.</param>
/// <param name="meetings">Says in the words of the log what the file says.</param>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="window">The meetings that are looked at; those of a recurring series are looked at anew when its end has moved on by months.</param>
internal sealed class IcsSource(string path, MeetingTranslation meetings, DateTimeZone zone, Interval window) : ISource
{
    private const string Gone = "gone";

    private readonly Dictionary<string, Dictionary<string, EventSeries>> calendars = new(StringComparer.Ordinal);

    public Task Connect(CancellationToken ct) => FolderTrouble.Try(path, "calendar file");

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var file in Files())
        {
            ct.ThrowIfCancellationRequested();
            var state = await known.Folder(Path.GetRelativePath(path, file), file, role: null, ct);
            yield return await Page(known, state, file, ct);
        }
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var item in items)
        {
            ct.ThrowIfCancellationRequested();
            yield return ReadOne(item);
        }
    }

    private async Task<Listing> Page(KnownItems known, FolderState state, string file, CancellationToken ct)
    {
        try
        {
            var info = new FileInfo(file);
            var stamp = string.Create(CultureInfo.InvariantCulture, $"{info.Length}|{info.LastWriteTimeUtc.Ticks}|{Quarter}|");
            if (state.Cursor.Text is { } cursor && cursor.StartsWith(stamp, StringComparison.Ordinal))
                return new ListedPage(state, [], int.Parse(cursor.AsSpan(stamp.Length), CultureInfo.InvariantCulture), state.Cursor);

            var calendar = Parse(file);
            if (!calendar.IsCalendar)
                return new FolderUnreadable(new Trouble(file, "is no calendar", "name an iCalendar file (.ics)"), IsPermanent: true);

            var series = Keyed(calendar);
            calendars[file] = series;
            var keys = await known.KeysOf(state, ct);
            var wanted = series.Keys.Concat(LostIn(calendar)).ToList();
            List<string> gone = calendar.IsComplete ? GoneFrom(keys, series) : [];
            var found = wanted.Concat(gone).Where(key => !keys.Contains(key)).Select(key => new Locator(key)).ToList();
            return new ListedPage(
                state, found, wanted.Count(keys.Contains), state.Cursor with { Text = stamp + wanted.Count.ToString(CultureInfo.InvariantCulture) });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return FolderTrouble.OfFolder(file, failure);
        }
    }

    private Reading ReadOne(RemoteItem item)
    {
        var parts = item.Key.Split('|');
        var file = item.Folder.Path;
        try
        {
            if (!calendars.TryGetValue(file, out var series))
                calendars[file] = series = Keyed(Parse(file));

            switch (parts[0])
            {
                case Gone:
                    return new MeetingReading(item, Uri.UnescapeDataString(parts[1]), [], window);
                case "lost":
                    return new UnreadableReading(
                        item, new Trouble($"{file}:{parts[1]}", Uri.UnescapeDataString(parts[2]), "correct the event in the calendar; the changed file is read again by itself"));
                default:
                    if (!series.TryGetValue(item.Key, out var events))
                        return new GoneReading(item);

                    if (MeetingTranslation.IsPrivate(events))
                        return new SkippedReading(item, "marked private by its author");

                    return meetings.CopiesOf(events, window, item.Item.Backlog) is { Count: > 0 } copies
                        ? new MeetingReading(item, MeetingTranslation.SeriesOf(events), copies, window)
                        : new SkippedReading(item, "outside of the time that is read");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return MailFile.Cannot(item, file, failure);
        }
    }

    private IReadOnlyList<string> Files()
    {
        if (File.Exists(path))
            return [Path.GetFullPath(path)];

        if (!Directory.Exists(path))
            throw FolderTrouble.Missing(path, "calendar file");

        try
        {
            return [.. Directory.EnumerateFiles(path, "*.ics", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FolderTrouble.OfAccount(path, failure);
        }
    }

    private CalendarFile Parse(string file)
    {
        using var stream = File.OpenRead(file);
        return CalendarReader.Read(stream, defaultZone: zone);
    }

    /// <summary>Recurring meetings come into the window as time goes by, so their keys name the quarter its end lies in.</summary>
    private string Quarter => window.End.InUtc().Date is var end ? string.Create(CultureInfo.InvariantCulture, $"{end.Year}q{(end.Month + 2) / 3}") : "";

    private Dictionary<string, EventSeries> Keyed(CalendarFile calendar)
    {
        var keyed = new Dictionary<string, EventSeries>(StringComparer.Ordinal);
        foreach (var series in EventSeries.Group(calendar.Events))
        {
            var name = Uri.EscapeDataString(MeetingTranslation.SeriesOf(series));
            keyed[$"{(name.Length > 1500 ? name[..1500] : name)}|{DigestOf(series)}{(series.Master is { Recurs: true } ? "|" + Quarter : "")}"] = series;
        }

        return keyed;
    }

    private static IEnumerable<string> LostIn(CalendarFile calendar) =>
        calendar.Problems.Where(p => p.EventLost).Select(p => string.Create(CultureInfo.InvariantCulture, $"lost|{p.Line}|{Uri.EscapeDataString(p.Words)}"));

    /// <summary>Series the ledger knows and the file does not hold any more. The key names what was known last, so that each is told once.</summary>
    private static List<string> GoneFrom(HashSet<string> keys, Dictionary<string, EventSeries> series)
    {
        var here = series.Keys.Select(NameIn).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. keys.Where(key => !key.StartsWith(Gone + "|", StringComparison.Ordinal) && !key.StartsWith("lost|", StringComparison.Ordinal) && !here.Contains(NameIn(key)))
                .Select(key => $"{Gone}|{key}"),
        ];
    }

    private static string NameIn(string key) => key[..key.IndexOf('|', StringComparison.Ordinal)];

    /// <summary>Everything the file says of the series that a line of the log can show.</summary>
    private static string DigestOf(EventSeries series)
    {
        var text = new StringBuilder();
        foreach (var entry in (series.Master is null ? series.Changes : series.Changes.Prepend(series.Master)).OrderBy(e => e.RecurrenceId?.Instant))
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Start}|{entry.End}|{entry.RecurrenceId}|{entry.Sequence}|{entry.Stamp}|{entry.AllDay}|{entry.Status}|{entry.Class}|")
                .Append(CultureInfo.InvariantCulture, $"{entry.Summary}|{entry.Organizer}|{string.Join('|', entry.Attendees.Select(a => $"{a.Address} {a.Name} {a.Status} {a.Kind}"))}|")
                .Append(CultureInfo.InvariantCulture, $"{string.Join('|', entry.Rules)}|{string.Join('|', entry.ExceptionRules)}|{string.Join('|', entry.Dates)}|{string.Join('|', entry.ExceptionDates)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}

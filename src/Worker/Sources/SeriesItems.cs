using System.Globalization;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Meetings;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Worker.Sources;

/// <summary>
/// What sources of calendars do alike, wherever a calendar comes from: an item is one version of one series (a single meeting is a series
/// of one), its key names the series, and a series that is gone or cannot be read is an item, too. What a listing reads is kept here until
/// its items are read.
/// </summary>
/// <param name="meetings">Says in the words of the log what a calendar says.</param>
/// <param name="window">The meetings that are looked at; those of a recurring series are looked at anew when its end has moved on by
/// months.</param>
internal sealed class SeriesItems(MeetingTranslation meetings, Interval window)
{
    /// <summary>What a key may take for the name of a series.</summary>
    private const int LongestName = 1500;

    /// <summary>The role of a calendar that is not its owner's alone: nobody is away by what stands in it.</summary>
    public const string SharedRole = "shared";

    private const string NotThere = "it is not there";

    private readonly Dictionary<(string Calendar, SeriesKey.Version Key), EventSeries> read = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>The time of the harvest.</summary>
    public Instant Now => meetings.Now;

    /// <summary>Recurring meetings come into the window as time goes by, so their keys name the quarter its end lies in.</summary>
    public string Quarter =>
        window.HasEnd && window.End.InUtc().Date is var end
            ? string.Create(CultureInfo.InvariantCulture, $"{end.Year}q{(end.Month + 2) / 3}")
            : "";

    /// <summary>
    /// How a series is called in keys, by a name that gives neither UID nor organiser away. A series the ledger knows under the name it had
    /// once, which did, keeps that.
    /// </summary>
    /// <param name="series">As <see cref="MeetingKey.Series"/> gives it.</param>
    /// <param name="isKnown">Whether the ledger knows a name.</param>
    public static string Name(string series, Func<string, bool> isKnown) =>
        OldName(series) is var old && isKnown(old) ? old : MeetingKey.Name(series);

    /// <summary>Keeps what a calendar says of a series until its item is read.</summary>
    /// <param name="calendar">The remote id of the calendar.</param>
    /// <param name="key">The key of the item.</param>
    /// <param name="series">What it says.</param>
    public void Keep(string calendar, SeriesKey.Version key, EventSeries series)
    {
        read[(calendar, key with { Number = 0 })] = series;
        names.UnionWith(Names(MeetingTranslation.Series(series)));
    }

    /// <summary>
    /// Marks what is read anew because it shows its owner as away: versions before this one did not keep that. Null for everything else.
    /// </summary>
    public static string? MarkOfAbsence(EventSeries series) =>
        series is { Master: { Recurs: false } entry, Changes: [] } && MeetingTranslation.ShownTimeIn(entry) is not null
        && entry.Attendees.Count == 0
            ? "away"
            : null;

    /// <summary>Both names a series can have.</summary>
    public static IReadOnlyList<string> Names(string series) => [MeetingKey.Name(series), OldName(series)];

    /// <summary>Reads an item; null when what it says was not kept and has to be fetched again.</summary>
    /// <param name="item">The item.</param>
    /// <param name="key">What it stands for.</param>
    /// <param name="place">Where it lies, for people.</param>
    public Reading? Read(RemoteItem item, SeriesKey key, string place) => key switch
    {
        SeriesKey.Lost lost => Broken(item, place, lost.Words),

        // It may have come back since, or lie in another calendar of the same account now.
        SeriesKey.Gone gone => names.Contains(gone.Name) ? new GoneReading(item) : Farewell(item, gone.Name),
        SeriesKey.Version version when read.GetValueOrDefault((item.Folder.RemoteId, version with { Number = 0 })) is { } series =>
            Read(item, series),
        _ => null,
    };

    /// <summary>That an event cannot be read.</summary>
    public static UnreadableReading Broken(RemoteItem item, string place, string words) =>
        new(item, new Trouble(place, words, "correct the event in the calendar; it is read again by itself when it changes"));

    /// <summary>What to list instead when so much of a calendar is gone that it must be looked at twice; null when all is well.</summary>
    /// <param name="folder">The calendar.</param>
    /// <param name="place">Its name, for people.</param>
    /// <param name="before">How many events it had.</param>
    /// <param name="now">How many it has.</param>
    /// <param name="found">What is new in it all the same.</param>
    /// <param name="met">How many known items it stands for.</param>
    public static IReadOnlyList<Listing>? Alarm(
        KnownFolder folder, string place, int before, int now, IReadOnlyList<Locator> found, int met)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"shrunk to {now}");
        return CalendarRound.Alarm(before, now, confirmed: folder.Cursor.Snapshot == mark) is { } alarm
            ?
            [
                new ListedPage(folder, found, met, folder.Cursor with { Snapshot = mark }),
                new FolderUnreadable(new Trouble(place, alarm, "look at the calendar where it is kept"), IsPermanent: now == 0),
            ]
            : null;
    }

    /// <summary>
    /// Whole calendars that were there and are not: their meetings are gone with them, unless so many are that it must be looked at twice.
    /// </summary>
    /// <param name="vanished">The calendars.</param>
    /// <param name="place">Where they were, for people.</param>
    /// <param name="had">How many events the account had with them.</param>
    /// <param name="has">How many it has without.</param>
    /// <param name="remedy">What a person can do when it is not right.</param>
    /// <param name="farewells">The items that say goodbye to what a calendar held.</param>
    public static async Task<IReadOnlyList<Listing>> Vanished(
        IReadOnlyList<KnownFolder> vanished,
        string place,
        int had,
        int has,
        string remedy,
        Func<KnownFolder, Task<IReadOnlyList<Locator>>> farewells)
    {
        if (vanished.Count == 0)
            return [];

        if (CalendarRound.Alarm(had, has, confirmed: vanished.All(folder => folder.Cursor.Snapshot == NotThere)) is { } alarm)
        {
            return
            [
                .. vanished.Select(folder => new ListedPage(folder, [], 0, folder.Cursor with { Snapshot = NotThere })),
                new FolderUnreadable(new Trouble(place, alarm, remedy), IsPermanent: has == 0),
            ];
        }

        var gone = new List<Listing>();
        foreach (var folder in vanished)
            gone.Add(new FolderGone(folder, await farewells(folder)));

        return gone;
    }

    private MeetingReading Read(RemoteItem item, EventSeries series)
    {
        var cuts = new HashSet<string>(StringComparer.Ordinal);
        return new MeetingReading(
            item,
            MeetingTranslation.Series(series),
            [
                .. meetings.CreateCopies(series, window, SeriesBounds.OfCalendar, item.Item.Backlog, cuts)
                    .Select(copy => item.Folder.Role == SharedRole ? copy with { Shown = null } : copy),
                .. meetings.CreateLeftOut(series, window, SeriesBounds.OfCalendar, item.Item.Backlog),
            ],
            window)
        {
            Cuts = cuts,
        };
    }

    private MeetingReading Farewell(RemoteItem item, string name) => new(item, Uri.UnescapeDataString(name), [], window) { IsGone = true };

    private static string OldName(string series)
    {
        var name = Uri.EscapeDataString(series);
        return name.Length > LongestName ? name[..LongestName] : name;
    }
}

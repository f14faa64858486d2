using System.Globalization;

namespace CrmSync.Worker.Sources;

/// <summary>
/// What an item of a calendar stands for, told by its key in the ledger. A calendar consists of objects: on a CalDAV server what has a path
/// of its own, in an iCalendar stream each series by itself.
/// </summary>
/// <param name="Object">The path, or the name of the series; of an event of a stream that cannot be read its line.</param>
internal abstract record SeriesKey(string Object)
{
    /// <summary>One version of one series; the last one holds.</summary>
    /// <param name="Object">What holds the series.</param>
    /// <param name="Name">The series (<see cref="SeriesItems.Name"/>).</param>
    /// <param name="Tag">Tells one content of the object from another: an ETag, or a digest.</param>
    /// <param name="Number">Counts the versions, so that one which returns is another item.</param>
    /// <param name="Quarter">Of series that recur on a server: the end of the window (<see cref="SeriesItems.Quarter"/>); of an entry that
    /// may say somebody is away: <see cref="SeriesItems.MarkOfAbsence"/>.</param>
    public sealed record Version(string Object, string Name, string Tag, int Number, string? Quarter = null) : SeriesKey(Object);

    /// <summary>That a series is not there any more.</summary>
    /// <param name="Object">What held it.</param>
    /// <param name="Name">The series.</param>
    /// <param name="Number">Of its last version, so that each going is told once.</param>
    public sealed record Gone(string Object, string Name, int Number) : SeriesKey(Object);

    /// <summary>That an event cannot be read.</summary>
    /// <param name="Object">What holds it.</param>
    /// <param name="Tag">The content it was met in; empty in a stream.</param>
    /// <param name="Number">Of that version; 0 in a stream.</param>
    /// <param name="Words">Why.</param>
    public sealed record Lost(string Object, string Tag, int Number, string Words) : SeriesKey(Object);
}

/// <summary>The keys of iCalendar streams, as text: <c>name|digest|number</c>.</summary>
internal static class StreamKeys
{
    private const string Gone = "gone";
    private const string Lost = "lost";

    public static string Print(SeriesKey key) => key switch
    {
        SeriesKey.Version version => string.Create(CultureInfo.InvariantCulture, $"{version.Name}|{version.Tag}|{version.Number}"),
        SeriesKey.Gone gone => string.Create(CultureInfo.InvariantCulture, $"{gone.Name}|{Gone}|{gone.Number + 1}"),
        SeriesKey.Lost lost => $"{Lost}|{lost.Object}|{Uri.EscapeDataString(lost.Words)}",
        _ => throw new ArgumentException($"{key.GetType().Name} is no key of a stream", nameof(key)),
    };

    /// <summary>What a key says; null for one that another version of this program wrote.</summary>
    public static SeriesKey? Parse(string text) => text.Split('|') switch
    {
        [Lost, var line, var words] => new SeriesKey.Lost(line, "", 0, Uri.UnescapeDataString(words)),
        [var name, Gone, var number] when Number(number) is { } version => new SeriesKey.Gone(name, name, version - 1),
        [var name, var digest, var number] when Number(number) is { } version => new SeriesKey.Version(name, name, digest, version),
        _ => null,
    };

    internal static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>The keys of objects on CalDAV servers, as text: <c>path|tag|name|number</c>, and the quarter where the series recurs.</summary>
internal static class CalDavKeys
{
    private const string Gone = "gone";
    private const string Lost = "lost";

    public static string Print(SeriesKey key) => key switch
    {
        SeriesKey.Version one => string.Create(
            CultureInfo.InvariantCulture,
            $"{one.Object}|{Uri.EscapeDataString(one.Tag)}|{one.Name}|{one.Number}{(one.Quarter is null ? "" : "|" + one.Quarter)}"),
        SeriesKey.Gone gone => string.Create(CultureInfo.InvariantCulture, $"{Gone}|{gone.Object}|{gone.Number}|{gone.Name}"),
        SeriesKey.Lost lost => string.Create(
            CultureInfo.InvariantCulture,
            $"{Lost}|{lost.Object}|{Uri.EscapeDataString(lost.Tag)}|{lost.Number}|{Uri.EscapeDataString(lost.Words)}"),
        _ => throw new ArgumentException($"{key.GetType().Name} is no key of a server", nameof(key)),
    };

    /// <summary>What a key says; null for one that another version of this program wrote.</summary>
    public static SeriesKey? Parse(string text) => text.Split('|') switch
    {
        [Gone, var path, var number, var name] when StreamKeys.Number(number) is { } version => new SeriesKey.Gone(path, name, version),
        [Lost, var path, var tag, var number, var words] when StreamKeys.Number(number) is { } version =>
            new SeriesKey.Lost(path, Uri.UnescapeDataString(tag), version, Uri.UnescapeDataString(words)),
        [var path, var tag, var name, var number, .. var quarter] when quarter.Length < 2 && StreamKeys.Number(number) is { } version =>
            new SeriesKey.Version(path, name, Uri.UnescapeDataString(tag), version, quarter.FirstOrDefault()),
        _ => null,
    };
}

using System.Globalization;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using CrmSync.Mail.Calendar;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>A calendar file, or a folder of them. An unchanged file is not opened.</summary>
/// <param name="path">The file or folder.</param>
/// <param name="items">Compares a calendar with what the ledger knows of it.</param>
/// <param name="zone">The zone of times that name none.</param>
internal sealed class IcsSource(string path, CalendarItems items, DateTimeZone zone) : ISource
{
    public Task Connect(CancellationToken ct) => FolderTrouble.Try(path, "calendar file");

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var files = Files();
        var before = known.Folders;
        await foreach (var listing in EachFolder.List(files, file => file, file => List(known, file, ct), ct))
            yield return listing;

        var here = files.Select(Id).ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<KnownFolder> vanished =
        [
            .. before.Where(folder => folder.Cursor.Text is not null && !here.Contains(folder.RemoteId)).Select(KnownFolder.From),
        ];
        var had = before.Sum(folder => EventsIn(folder.Cursor));
        var remedy = $"put the files back ({string.Join(", ", vanished.Take(1).Select(folder => Path.GetFileName(folder.Path)))}"
            + $"{(vanished.Count > 1 ? " and others" : "")})";
        var listings = await SeriesItems.Vanished(
            vanished,
            path,
            had,
            had - vanished.Sum(folder => EventsIn(folder.Cursor)),
            remedy,
            async folder => CalendarItems.Farewells(await known.ReadKeys(folder.RemoteId, ct)));
        foreach (var listing in listings)
            yield return listing;
    }

    public async IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> wanted, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var item in wanted)
        {
            ct.ThrowIfCancellationRequested();
            yield return ReadOne(item);
        }
    }

    private async IAsyncEnumerable<Listing> List(KnownItems known, string file, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var listing in await TryList(known, file, ct))
            yield return listing;
    }

    private async Task<IReadOnlyList<Listing>> TryList(KnownItems known, string file, CancellationToken ct)
    {
        try
        {
            var state = known.Folder(Id(file), file, role: null);
            var info = new FileInfo(file);
            var stamp = string.Create(CultureInfo.InvariantCulture, $"{info.Length}|{FileTimes.Ticks(info)}|{items.Quarter}");
            if (info.Length > CalendarLimits.Default.Bytes)
            {
                return
                [
                    new FolderUnreadable(
                        new Trouble(
                            file,
                            $"it is longer than {CalendarLimits.Default.Bytes >> 20} MB and is not read",
                            "split it, or let it hold only the last years; what is known of its meetings stays"),
                        IsPermanent: true),
                ];
            }

            return StreamCursor.Parse(state.Cursor.Text) is { } cursor && cursor.Stamp == stamp
                ? [new ListedPage(state, [], cursor.Events, state.Cursor)]
                : [.. items.Compare(state, await known.ReadKeys(state.RemoteId, ct), Parse(file), file, stamp)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [FolderTrouble.OfFolder(file, failure)];
        }
    }

    private Reading ReadOne(RemoteItem item)
    {
        var file = item.Folder.Path;
        try
        {
            // Found by a run before this one, which did not get to read it.
            if (!items.Has(item.Folder) && File.Exists(file))
                items.Keep(item.Folder, Parse(file));

            return items.ReadOne(item, file);
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

    /// <summary>How many events a calendar had when it was listed last.</summary>
    private static int EventsIn(FolderCursor cursor) => StreamCursor.Parse(cursor.Text)?.Events ?? 0;

    private string Id(string file) => Path.GetRelativePath(path, file);

    private CalendarFile Parse(string file)
    {
        using var stream = File.OpenRead(file);
        return CalendarReader.Read(stream, defaultZone: zone);
    }
}

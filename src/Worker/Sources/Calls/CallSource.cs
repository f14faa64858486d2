using System.Globalization;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Telephones;
using NodaTime;

namespace CrmSync.Worker.Sources.Calls;

/// <summary>
/// Tables of calls: a file or a folder of such files. A row is an item and is known by what it says, so that a file that is read again,
/// grows, is renamed or put away brings nothing twice; an unchanged file is not opened.
/// </summary>
/// <param name="account">Where the tables are and how they are written.</param>
/// <param name="usual">The zone where the account names none.</param>
/// <param name="now">The time of the harvest.</param>
internal sealed class CallSource(CallsAccount account, DateTimeZone usual, Instant now) : ISource
{
    private const int PageSize = 500;
    private const long MostBytes = 256L << 20;

    private static readonly string[] Endings = [".csv", ".tsv", ".txt"];

    /// <summary>A file that was changed so lately may be in the middle of being written.</summary>
    private static readonly Duration Quiet = Duration.FromSeconds(60);

    private readonly DateTimeZone zone = account.Zone ?? usual;
    private readonly Dictionary<string, Dictionary<string, CallRow>> read = new(StringComparer.Ordinal);

    private string? Region => account.Region ?? TelephoneNumbers.FindRegion(zone);

    public Task Connect(CancellationToken ct) => FolderTrouble.Try(account.Path, "table of calls");

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var listing in EachFolder.List(Files(), file => file, file => List(known, file, ct), ct))
            yield return listing;
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

    /// <summary>Read otherwise, a row is another item; what came of it before is replaced.</summary>
    private string Manner(CallTable table) => FormattableString.Invariant(
        $"{zone.Id} {Region} {table.IsMonthFirst} {string.Join(' ', account.Columns.OrderBy(one => one.Key, StringComparer.Ordinal))}");

    private async IAsyncEnumerable<Listing> List(KnownItems known, string file, [EnumeratorCancellation] CancellationToken ct)
    {
        var folder = known.Folder(file, file, role: null);
        var (listing, table) = TryOpen(folder, file);
        if (listing is not null)
        {
            yield return listing;
            yield break;
        }

        var keys = await known.ReadKeys(folder.RemoteId, ct);
        var rows = Keep(file, table!);
        foreach (var some in rows.Where(row => !keys.Contains(row.Key)).Chunk(PageSize))
        {
            var page = some.Select(row => new Locator(row.Key, null, row.Value.Record?.Start)).ToList();
            yield return new ListedPage(folder, page, 0, folder.Cursor);
        }

        // While its last row may be written still, the file is looked at again.
        yield return new ListedPage(
            folder, [], rows.Keys.Count(keys.Contains), table!.Unfinished is null || IsQuiet(file)
                ? folder.Cursor with { Text = FormattableString.Invariant($"{Stamp(file)}#{rows.Count}") }
                : folder.Cursor with { Text = null });
    }

    private (Listing? Listing, CallTable? Table) TryOpen(KnownFolder folder, string file)
    {
        try
        {
            if (folder.Cursor.Text is { } text && text.Split('#') is [var stamp, var count] && stamp == Stamp(file))
                return (new ListedPage(folder, [], int.Parse(count, CultureInfo.InvariantCulture), folder.Cursor), null);

            if (new FileInfo(file).Length > MostBytes)
                return (
                    Unreadable(
                        file, $"it is longer than {MostBytes >> 20} MB and is not read", "split it; what is known of its calls stays"),
                    null);

            var table = Open(file);
            return table.Unusable is { } reason
                ? (
                    Unreadable(
                        file, reason, "name the columns in crmsync.yaml: columns: {time: ..., from: ..., to: ..., seconds: ...}"),
                    null)
                : (null, table);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (FolderTrouble.OfFolder(file, failure), null);
        }
    }

    private static FolderUnreadable Unreadable(string file, string reason, string remedy) =>
        new(new Trouble(file, reason, remedy), IsPermanent: true);

    private CallTable Open(string file) => CallTable.Read(File.ReadAllBytes(file), account, zone, Region);

    private Dictionary<string, CallRow> Keep(string file, CallTable table)
    {
        IEnumerable<CallRow> rows = table.Rows;
        if (table.Unfinished is { } last && IsQuiet(file))
            rows = rows.Append(last);

        var manner = CallTable.Hash([Manner(table)])[..8];
        return read[file] = rows.DistinctBy(row => row.Row).ToDictionary(row => $"{row.Row}-{manner}", StringComparer.Ordinal);
    }

    private Reading ReadOne(RemoteItem item)
    {
        var file = item.Folder.RemoteId;
        try
        {
            // Found by a run before this one, which did not get to read it.
            if (!read.TryGetValue(file, out var rows))
                rows = File.Exists(file) ? Keep(file, Open(file)) : [];

            if (!rows.TryGetValue(item.Key, out var row))
                return new GoneReading(item);

            var place = FormattableString.Invariant($"{file}:{row.Line}");
            return row.Record is { } record
                ? new CallReading(item, record, place)
                : new UnreadableReading(item, new Trouble(place, row.Problem!.Value.Reason, row.Problem.Value.Remedy))
                {
                    RetryAfter = Duration.FromHours(1),
                };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return MailFile.Cannot(item, file, failure);
        }
    }

    private bool IsQuiet(string file) => new FileInfo(file).LastWriteTimeUtc <= (now - Quiet).ToDateTimeUtc();

    private string Stamp(string file)
    {
        var info = new FileInfo(file);
        var columns = CallTable.Hash(account.Columns.Select(one => one.ToString()).Order());
        return FormattableString.Invariant($"{info.Length}|{FileTimes.Ticks(info)}|{zone.Id}|{Region}|{columns}");
    }

    private IReadOnlyList<string> Files()
    {
        if (File.Exists(account.Path))
            return [Path.GetFullPath(account.Path)];

        if (!Directory.Exists(account.Path))
            throw FolderTrouble.Missing(account.Path, "table of calls");

        try
        {
            return
            [
                .. Directory.EnumerateFiles(account.Path, "*", SearchOption.AllDirectories)
                    .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FolderTrouble.OfAccount(account.Path, failure);
        }
    }
}

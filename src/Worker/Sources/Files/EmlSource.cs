using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>A folder of mails, one a file, with everything below it; items are named by <see cref="FileKey"/>.</summary>
internal sealed class EmlSource(string root) : ISource
{
    private const int PageSize = 1000;

    /// <summary>Files that lie beside mails and are none; everything else is taken for mail, whatever its name.</summary>
    private static readonly HashSet<string> NoMail = new(StringComparer.OrdinalIgnoreCase)
    {
        ".csv",
        ".tsv",
        ".json",
        ".xml",
        ".html",
        ".htm",
        ".md",
        ".log",
        ".db",
        ".sqlite",
        ".ini",
        ".yaml",
        ".yml",
        ".ics",
        ".vcf",
        ".mbox",
        ".zip",
        ".gz",
        ".tar",
        ".7z",
        ".pdf",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".doc",
        ".docx",
        ".xls",
        ".xlsx",
        ".pst",
        ".ost",
        ".exe",
        ".dll",
        ".tmp",
    };

    public Task Connect(CancellationToken ct) => FolderTrouble.Try(root, "folder");

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!Directory.Exists(root))
            throw FolderTrouble.Missing(root, "folder");

        var state = known.Folder("", root, role: null);
        var keys = await known.ReadKeys(state.RemoteId, ct);
        var folders = new Stack<string>([""]);
        var found = new List<Locator>();
        var count = 0;
        await foreach (var listing in EachFolder.List(Taken(folders), folder => Path.Combine(root, folder), List, ct))
            yield return listing;

        if (count > 0)
            yield return new ListedPage(state, found, count - found.Count, state.Cursor);

        async IAsyncEnumerable<Listing> List(string folder)
        {
            await Task.CompletedTask;
            FolderUnreadable? unreadable = null;
            using var entries = Entries(folder);
            while (Next(entries, folder, ref unreadable) is { } entry)
            {
                if (entry.IsFolder)
                {
                    folders.Push(entry.Name);
                    continue;
                }

                count++;
                if (!keys.Contains(entry.Name))
                    found.Add(new Locator(entry.Name, entry.Size, entry.Changed));

                if (found.Count == PageSize)
                {
                    yield return new ListedPage(state, found, count - found.Count, state.Cursor);
                    (found, count) = ([], 0);
                }
            }

            if (unreadable is not null && folder.Length == 0)
                throw new SourceException(unreadable.Trouble, unreadable.IsPermanent);

            if (unreadable is not null)
                yield return unreadable;
        }
    }

    /// <summary>Takes folders off until none is left; each may put those below it on.</summary>
    private static IEnumerable<string> Taken(Stack<string> folders)
    {
        while (folders.TryPop(out var folder))
            yield return folder;
    }

    public IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, CancellationToken ct) =>
        ReadAhead.Items(
            items,
            item => MailFile.Read(item, Path.Combine(root, FileKey.Parse(item.Key).Path)) switch
            {
                MailReading mail => mail with { FolderPath = Path.GetDirectoryName(FileKey.Parse(item.Key).Path) ?? "", Delimiter = '/' },
                var other => other,
            },
            ct);

    private IEnumerator<Entry> Entries(string folder) =>
        new FileSystemEnumerable<Entry>(
            Path.Combine(root, folder),
            (ref FileSystemEntry entry) => CreateEntry(folder, ref entry),
            new EnumerationOptions { AttributesToSkip = FileAttributes.System, IgnoreInaccessible = false, RecurseSubdirectories = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                entry.FileName[0] != '.' && (entry.IsDirectory || !NoMail.Contains(Path.GetExtension(entry.FileName).ToString())),
        }.GetEnumerator();

    private static Entry CreateEntry(string folder, ref FileSystemEntry entry)
    {
        var path = folder.Length == 0 ? entry.FileName.ToString() : string.Concat(folder, "/", entry.FileName);
        if (entry.IsDirectory)
            return new Entry(path, true, 0, null);

        var changed = FileTimes.Changed(ref entry);
        return new Entry(
            FileKey.From(path, entry.Length, changed ?? DateTimeOffset.MaxValue).ToString(),
            false,
            entry.Length,
            changed is { } date ? Instant.FromDateTimeOffset(date) : null);
    }

    private Entry? Next(IEnumerator<Entry> entries, string folder, ref FolderUnreadable? unreadable)
    {
        try
        {
            return entries.MoveNext() ? entries.Current : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            unreadable = FolderTrouble.OfFolder(Path.Combine(root, folder), failure);
            return null;
        }
    }

    private sealed record Entry(string Name, bool IsFolder, long Size, Instant? Changed);
}

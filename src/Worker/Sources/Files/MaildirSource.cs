using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using CrmSync.Domain.Harvest;
using NodaTime;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// A maildir with its Maildir++ subfolders. The key of an item is the unique part of its file name, so a changed flag or another program's
/// move from <c>new</c>
/// to <c>cur</c> does not make it a new item. Nothing is moved or renamed here. A Maildir has no marks for what a folder is for; its
/// programs agree on names.
/// </summary>
internal sealed class MaildirSource(string root) : ISource
{
    private const int PageSize = 1000;

    /// <summary>
    /// By folder, the places and flags its items were seen with (<c>cur/</c> and <c>:2,RS</c>), which is all it takes to find an item
    /// again: a mailbox has any number of mails but few combinations of flags.
    /// </summary>
    private readonly ConcurrentDictionary<string, HashSet<(string Half, string Flags)>> forms = new(StringComparer.Ordinal);

    /// <summary>By folder, the keywords of its mails.</summary>
    private readonly ConcurrentDictionary<string, IReadOnlyList<(char Letter, string Name)>> keywords = new(StringComparer.Ordinal);

    public Task Connect(CancellationToken ct)
    {
        _ = Folders();
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<Listing> Discover(KnownItems known, CancellationToken ct)
    {
        forms.Clear();
        keywords.Clear();
        return EachFolder.List(Folders(), Place, folder => List(folder, known, ct), ct);
    }

    private string Place(string folder) => folder.Length == 0 ? root : $"{root} {folder}";

    private async IAsyncEnumerable<Listing> List(string folder, KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        string[] levels = [.. folder.Split('.').Select(FolderName.FromFile)];
        var role = FolderNames.Find(levels);
        var state = known.Folder(folder, Place(folder), FolderNames.Word(role));
        if (FolderNames.IsLeftOut(role))
        {
            if (Count(folder) is > 0 and var left)
                yield return new ListedPage(state, [], 0, state.Cursor)
                {
                    Skipped = new Dictionary<string, int> { [$"in folder {string.Join('.', levels)}"] = left },
                };

            yield break;
        }

        var keys = await known.ReadKeys(state.RemoteId, ct);
        var seen = forms.GetOrAdd(folder, _ => []);
        var skipped = new Dictionary<string, int>();
        var found = new Dictionary<string, Locator>(StringComparer.Ordinal);
        var labelled = new List<(string, string)>();
        var lies = known.PrivateLabels.WhyInFolder(string.Join('.', levels), '.');
        var met = 0;
        FolderUnreadable? unreadable = null;
        using var files = Files(folder).GetEnumerator();
        while (Next(files, folder, ref unreadable) is { } file)
        {
            if (WhySkip(file.Flags) is { } reason)
            {
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
                continue;
            }

            // Other flags mean a moved file, and a file met in both halves is one that moved while it was listed.
            seen.Add((file.Half, file.Flags));
            if (keys.Contains(file.Key))
            {
                met++;
                if (!known.PrivateLabels.IsEmpty && (lies ?? known.PrivateLabels.WhyLabelled(Keywords(folder, file.Flags))) is { } because)
                    labelled.Add((file.Key, because));
            }
            else
                found.TryAdd(file.Key, new Locator(file.Key, file.Size, file.Changed));

            if (found.Count == PageSize)
            {
                yield return new ListedPage(state, [.. found.Values], 0, state.Cursor);
                keys.UnionWith(found.Keys);
                found.Clear();
            }
        }

        yield return new ListedPage(state, [.. found.Values], met, state.Cursor) { Skipped = skipped, Private = labelled };
        if (unreadable is not null)
            yield return unreadable;
    }

    public IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, CancellationToken ct)
    {
        var indices = new ConcurrentDictionary<string, Lazy<Dictionary<string, string>>>(StringComparer.Ordinal);
        return ReadAhead.Items(items, item => ReadOne(item, indices), ct);
    }

    private Reading ReadOne(RemoteItem item, ConcurrentDictionary<string, Lazy<Dictionary<string, string>>> indices)
    {
        if (PathTo(item) is { } path && ReadAt(item, path) is var reading and not VanishedReading)
            return reading;

        // Another program has moved it from new to cur, or set a flag, since it was listed.
        var folder = item.Folder.RemoteId;
        try
        {
            var index = indices.GetOrAdd(folder, f => new Lazy<Dictionary<string, string>>(() => ReadIndex(f))).Value;
            return index.TryGetValue(item.Key, out var moved) ? ReadAt(item, moved) : new VanishedReading(item);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new FailedReading(item, FolderTrouble.From(PathTo(folder), failure));
        }
    }

    private Reading ReadAt(RemoteItem item, string path)
    {
        var folder = item.Folder.RemoteId;
        var name = Path.GetFileName(path);
        return MailFile.Read(item, path) switch
        {
            MailReading mail => mail with
            {
                Labels = [.. mail.Labels, .. FlagsAt(name) is >= 0 and var at ? Keywords(folder, name[at..]) : []],
                FolderPath = string.Join('.', folder.Split('.').Select(FolderName.FromFile)),
                Delimiter = '.',
            },
            var other => other,
        };
    }

    /// <summary>The keywords small letters among the flags stand for, as Dovecot lists them beside the mails: <c>0 Private</c>.</summary>
    private IEnumerable<string> Keywords(string folder, string flags)
    {
        if (!flags.Any(char.IsAsciiLetterLower))
            return [];

        return keywords.GetOrAdd(folder, ReadKeywords).Where(keyword => flags.Contains(keyword.Letter, StringComparison.Ordinal))
            .Select(keyword => keyword.Name);
    }

    private IReadOnlyList<(char Letter, string Name)> ReadKeywords(string folder)
    {
        var path = Path.Combine(PathTo(folder), "dovecot-keywords");
        return !File.Exists(path)
            ? []
            :
            [
                .. File.ReadLines(path).Select(line => line.Split(' ', 2))
                    .Where(parts => parts is [var number, _] && int.TryParse(number, out var place) && place is >= 0 and < 26)
                    .Select(parts => ((char)('a' + int.Parse(parts[0], CultureInfo.InvariantCulture)), parts[1])),
            ];
    }

    private string? PathTo(RemoteItem item)
    {
        if (!forms.TryGetValue(item.Folder.RemoteId, out var seen))
            return null;

        var folder = PathTo(item.Folder.RemoteId);
        return seen.Select(form => Path.Combine(folder, form.Half, item.Key + form.Flags)).FirstOrDefault(File.Exists);
    }

    /// <summary>The inbox (empty), then the subfolders by name.</summary>
    private List<string> Folders()
    {
        if (!Directory.Exists(root))
            throw FolderTrouble.Missing(root, "maildir");

        try
        {
            var names = new List<string> { "" };
            names.AddRange(
                Directory
                    .EnumerateDirectories(root, ".*")
                    .Where(IsMaildir)
                    .Select(path => Path.GetFileName(path)[1..])
                    .Order(StringComparer.Ordinal));
            if (!IsMaildir(root) && names.Count == 1)
                throw new SourceException(
                    new Trouble(
                        root,
                        "is no maildir: it has neither cur nor new",
                        "name the folder that holds cur and new; for plain mail files write eml: instead of maildir:"),
                    isPermanent: true);

            return names;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FolderTrouble.OfAccount(root, failure);
        }
    }

    private string PathTo(string folder) => folder.Length == 0 ? root : Path.Combine(root, "." + folder);

    private static bool IsMaildir(string path) =>
        Directory.Exists(Path.Combine(path, "cur")) || Directory.Exists(Path.Combine(path, "new"));

    private IEnumerable<MaildirFile> Files(string folder)
    {
        foreach (var half in (string[])["new", "cur"])
        {
            var path = Path.Combine(PathTo(folder), half);
            if (!Directory.Exists(path))
                continue;

            var files = new FileSystemEnumerable<MaildirFile>(
                path,
                (ref FileSystemEntry entry) => CreateFile(half, ref entry),
                new EnumerationOptions { AttributesToSkip = FileAttributes.System, IgnoreInaccessible = false })
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName[0] != '.' && !entry.IsDirectory,
            };
            foreach (var file in files)
                yield return file;
        }
    }

    private int Count(string folder)
    {
        try
        {
            return Files(folder).Count();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is left out anyway; only the number is unknown.
            return 0;
        }
    }

    private Dictionary<string, string> ReadIndex(string folder)
    {
        var index = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files(folder))
            index[file.Key] = Path.Combine(PathTo(folder), file.Half, file.Key + file.Flags);

        return index;
    }

    private MaildirFile? Next(IEnumerator<MaildirFile> names, string folder, ref FolderUnreadable? unreadable)
    {
        try
        {
            return names.MoveNext() ? names.Current : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            unreadable = FolderTrouble.OfFolder(PathTo(folder), failure);
            return null;
        }
    }

    /// <summary>
    /// The name without its flags (<c>:2,FS</c>; some systems that forbid a colon write <c>;2,</c> or <c>!2,</c>), and the flags.
    /// </summary>
    private static MaildirFile CreateFile(string half, ref FileSystemEntry entry)
    {
        var name = entry.FileName;
        var flags = FlagsAt(name);
        return new MaildirFile(
            half,
            (flags < 0 ? name : name[..flags]).ToString(),
            flags < 0 ? "" : name[flags..].ToString(),
            entry.Length,
            FileTimes.Changed(ref entry) is { } changed ? Instant.FromDateTimeOffset(changed) : null);
    }

    private static string? WhySkip(string flags) =>
        flags.Length < 4 ? null : flags.IndexOf('D', 3) > 0 ? "a draft" : flags.IndexOf('T', 3) > 0 ? "deleted (flag T)" : null;

    private static int FlagsAt(ReadOnlySpan<char> name)
    {
        var at = name.LastIndexOf("2,");
        return at > 0 && name[at - 1] is ':' or ';' or '!' ? at - 1 : -1;
    }

    private sealed record MaildirFile(string Half, string Key, string Flags, long Size, Instant? Changed);
}

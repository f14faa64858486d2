using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CrmSync.Domain.Harvest;
using Microsoft.Win32.SafeHandles;

namespace CrmSync.Worker.Sources.Files;

/// <summary>
/// An mbox file, whose items are named by <see cref="MboxKey"/>. The cursor remembers size, time and both ends of the file, so an unchanged
/// file is not opened, one that grew is read on from its old end, and one that was rewritten is listed anew.
/// </summary>
internal sealed class MboxSource(string path) : ISource
{
    private const int PageSize = 500;
    private const int DigestedBytes = 1024;

    public Task Connect(CancellationToken ct) => FolderTrouble.Try(path, "mbox file");

    public async IAsyncEnumerable<Listing> Discover(KnownItems known, [EnumeratorCancellation] CancellationToken ct)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
            throw FolderTrouble.Missing(path, "mbox file");

        var name = FolderName.FromFile(NameIn(path));
        var role = FolderNames.Find([name]);
        var state = known.Folder("", path, FolderNames.Word(role));
        var stored = Cursor.Parse(state.Cursor.Text);
        var (size, changed) = (info.Length, FileTimes.Ticks(info));
        if (stored is not null && stored.Size == size && stored.Changed == changed)
        {
            yield return Page(state.Cursor, [], stored.Count);
            yield break;
        }

        using var file = Open();
        var grown =
            stored is not null
            && size > stored.Size
            && Digest(file, 0, stored.Size) == stored.Head
            && Digest(file, stored.Size - DigestedBytes, stored.Size) == stored.Tail;

        // The last message of a file that grew may have been written only in part.
        var (start, count) = grown && stored!.Count > 0 ? (stored.Last, stored.Count - 1) : (0L, 0);
        var keys = await known.ReadKeys(state.RemoteId, ct);
        var (head, last) = (Digest(file, 0, size), start);
        var (found, met) = (new List<Locator>(), count);
        using var messages = Messages(file, start, size).GetEnumerator();
        while (messages.MoveNext())
        {
            ct.ThrowIfCancellationRequested();
            var message = messages.Current;
            var key = Key(file, message).ToString();
            (last, count) = (message.Offset, count + 1);
            if (FolderNames.IsLeftOut(role) || keys.Contains(key))
                met++;
            else
                found.Add(new Locator(key, message.Length));

            if (found.Count == PageSize)
            {
                yield return new ListedPage(state, found, met, state.Cursor);
                (found, met) = ([], 0);
            }
        }

        if (count == 0 && size > 0)
            throw new SourceException(
                new Trouble(path, "holds no mail", "name a file in the mbox format; for a folder of mail files write eml:"),
                isPermanent: true);

        var cursor = new Cursor(size, changed, count, last, head, Digest(file, size - DigestedBytes, size));
        yield return Page(state.Cursor with { Text = cursor.ToString() }, found, met);

        ListedPage Page(FolderCursor listed, List<Locator> fresh, int others) =>
            FolderNames.IsLeftOut(role)
                ? new ListedPage(state, [], 0, listed) { Skipped = new Dictionary<string, int> { [$"in folder {name}"] = others } }
                : new ListedPage(state, fresh, others, listed);
    }

    /// <summary>The folder a file was exported from: <c>Drafts</c>, <c>Drafts.mbox</c>, and Apple Mail's <c>Drafts.mbox/mbox</c>.</summary>
    private static string NameIn(string path)
    {
        var name = Path.GetFileName(path);
        if (name.Equals("mbox", StringComparison.OrdinalIgnoreCase))
            name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? name;

        return name.EndsWith(".mbox", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".mbx", StringComparison.OrdinalIgnoreCase)
            ? Path.GetFileNameWithoutExtension(name)
            : name;
    }

    public IAsyncEnumerable<Reading> Read(IReadOnlyList<RemoteItem> items, CancellationToken ct) => ReadAhead.Items(items, ReadOne, ct);

    private Reading ReadOne(RemoteItem item)
    {
        var key = MboxKey.Parse(item.Key);
        var place = string.Create(CultureInfo.InvariantCulture, $"{path}, byte {key.Offset}");
        try
        {
            using var file = File.OpenHandle(path);
            if (Digest(file, key.Offset, key.Offset + key.Length) != key.Digest)
                return new GoneReading(item);

            if (!key.IsMail)
                return new UnreadableReading(
                    item,
                    new Trouble(place, "text that belongs to no mail", "repair the \"From \" line before it, or leave it"));

            return FileTimes.Changed(file) is { } stored
                ? MailFile.CreateReading(item, place, MboxMail.Parse(file, key.Offset, key.Length), stored) switch
                {
                    MailReading mail => mail with { FolderPath = FolderName.FromFile(NameIn(path)) },
                    var other => other,
                }
                : FileTimes.WithoutDate(item, place);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return MailFile.Cannot(item, path, failure);
        }
    }

    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(path, options: FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FolderTrouble.OfAccount(path, failure);
        }
    }

    private IEnumerable<MboxMessage> Messages(SafeFileHandle file, long start, long end)
    {
        using var messages = new MboxScanner(file, start, end).Messages().GetEnumerator();
        while (true)
        {
            try
            {
                if (!messages.MoveNext())
                    yield break;
            }
            catch (IOException failure)
            {
                throw FolderTrouble.OfAccount(path, failure);
            }

            yield return messages.Current;
        }
    }

    private static MboxKey Key(SafeFileHandle file, MboxMessage message) =>
        new(message.Offset, message.Length, Digest(file, message.Offset, message.Offset + message.Length), message.IsMail);

    /// <summary>A digest of up to a kilobyte from <paramref name="from"/> on, at most to <paramref name="end"/>.</summary>
    private static string Digest(SafeFileHandle file, long from, long end)
    {
        from = Math.Max(from, 0);
        Span<byte> bytes = stackalloc byte[(int)Math.Clamp(end - from, 0, DigestedBytes)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..RandomAccess.Read(file, bytes, from)], hash);
        return Convert.ToHexStringLower(hash[..12]);
    }

    /// <summary>The file as it was when its last page was stored.</summary>
    private sealed record Cursor(long Size, long Changed, int Count, long Last, string Head, string Tail)
    {
        public static Cursor? Parse(string? text) =>
            text?.Split('|') is [var size, var changed, var count, var last, var head, var tail]
            && long.TryParse(size, out var s)
            && long.TryParse(changed, out var c)
            && int.TryParse(count, out var n)
            && long.TryParse(last, out var l)
                ? new Cursor(s, c, n, l, head, tail)
                : null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Size}|{Changed}|{Count}|{Last}|{Head}|{Tail}");
    }
}

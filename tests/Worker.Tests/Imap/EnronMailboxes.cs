using System.Globalization;
using CrmSync.Fixtures;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Printing;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>The thirteen real mailboxes, the log they give as files, and the way they are put on a server.</summary>
internal static class EnronMailboxes
{
    private static readonly Lazy<Task<HarvestedLog>> Log = new(HarvestFiles);

    public static string Root => Path.Combine(SharedData.Folder!, "enron");

    /// <summary>Their names, in the order they are harvested in.</summary>
    public static IReadOnlyList<string> Names { get; } =
        SharedData.Folder is null
            ? []
            : [.. Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>What harvesting the files gives; found out once.</summary>
    public static Task<HarvestedLog> FromFiles() => Log.Value;

    /// <summary>Puts a mailbox on a server, folders kept; every third mail was read before.</summary>
    public static void Fill(MailboxServer server, string user, string mailbox)
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(Root, mailbox), "*.eml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);
        foreach (
            var folder in files.GroupBy(
                file => FolderPath(Path.GetRelativePath(Path.Combine(Root, mailbox), file), server.Delimiter),
                StringComparer.Ordinal))
            server.Fill(
                user,
                folder.Key,
                [
                    .. folder.Select(
                        (file, i) =>
                            new StoredMail(
                                File.ReadAllBytes(file),
                                new DateTimeOffset(File.GetLastWriteTimeUtc(file)),
                                i % 3 == 0 ? @"\Seen" : "")),
                ]);
    }

    /// <summary>The folder of a server where a file of a mailbox goes.</summary>
    /// <param name="path">The file's path in the mailbox.</param>
    /// <param name="delimiter">Of the server.</param>
    public static string FolderPath(string path, char delimiter)
    {
        var folder = Path.GetDirectoryName(path)!;
        return folder is "inbox" or "" ? "INBOX" : $"Enron{delimiter}{folder.Replace('/', delimiter)}";
    }

    private static async Task<HarvestedLog> HarvestFiles()
    {
        await using var company = await TestCompany.Open("enron.com");
        var summaries = new List<HarvestSummary>();
        foreach (var mailbox in Names)
            summaries.Add(await company.Harvest(mailbox, new EmlSource(Path.Combine(Root, mailbox))));

        return await HarvestedLog.From(company, summaries, (_, key) => FolderPath(key.Split('|')[0], '/'));
    }
}

/// <summary>All that a harvest left behind.</summary>
/// <param name="Counts">What each account counted.</param>
/// <param name="Lines">The log as <c>log --format json</c> shows it.</param>
/// <param name="Places">Account, folder and line of every stored mail.</param>
internal sealed record HarvestedLog(IReadOnlyList<string> Counts, IReadOnlyList<string> Lines, IReadOnlyList<string> Places)
{
    /// <summary>Looks at a database.</summary>
    /// <param name="company">Whose.</param>
    /// <param name="summaries">What the harvests said.</param>
    /// <param name="folderOf">The name of a folder from what the ledger says: its path, and the key of the item.</param>
    public static async Task<HarvestedLog> From(
        TestCompany company,
        IEnumerable<HarvestSummary> summaries,
        Func<string, string, string> folderOf)
    {
        using var text = new MemoryStream();
        using (var output = new Output(text, OutputFormat.Json, width: null))
            output.List(await company.Log(), LogFormat.At(TestCompany.Monday));

        await using var connection = new SqliteConnection($"Data Source={company.PathTo("crmsync.db")};Pooling=False");
        var places = await connection.QueryAsync<(string Account, string Folder, string Key, string Line)>(
            """
            select a.name, f.path, i.item_key, l.id
              from remote_item i
              join folder f on f.number = i.folder
              join account a on a.number = i.account
              join interaction l on l.number = i.interaction
            """);
        return new HarvestedLog(
            [
                .. summaries.Select(s =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{s.Account}: {s.New} new, {s.Known} known, {s.Skipped} skipped, {s.Quarantined} quarantined, {s.Failed} failed")),
            ],
            [.. System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)],
            [.. places.Select(place => $"{place.Account} {folderOf(place.Folder, place.Key)} {place.Line}").Order(StringComparer.Ordinal)]);
    }
}

using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Storage.Log;
using Dapper;

namespace CrmSync.Storage.Directories;

/// <summary>What directories last said of people. A directory that cannot be read takes nothing away.</summary>
public sealed class DirectoryCards(ContactDatabase database)
{
    /// <summary>Counts changes, for whoever holds what directories say.</summary>
    private const string Changes = "directory changes";

    /// <summary>How often anything a directory says has changed.</summary>
    public async Task<long> Count(CancellationToken ct) =>
        long.TryParse(await new Settings(database).Get(Changes, ct), CultureInfo.InvariantCulture, out var count) ? count : 0;

    /// <summary>The cards of some directories, in their order.</summary>
    public async Task<IReadOnlyList<DirectoryCard>> Read(IReadOnlyList<string> directories, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Directory, string Card)>(
            """
            select c.directory, c.card
              from directory_card c
              join directory_part p on p.directory = c.directory and p.part = c.part
             order by c.directory, p.position, c.part, c.position
            """);
        var byDirectory = rows.ToLookup(row => row.Directory, row => row.Card, StringComparer.Ordinal);
        return [.. directories.SelectMany(name => byDirectory[name]).Select(Json.Read<DirectoryCard>)];
    }

    /// <summary>The versions of the parts of a directory as they were last read.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Versions(string directory, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Part, string Version)>(
            "select part, version from directory_part where directory = @directory and version is not null",
            new { directory });
        return rows.ToDictionary(row => row.Part, row => row.Version, StringComparer.Ordinal);
    }

    /// <summary>How many cards each directory holds.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Sizes(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Directory, long Cards)>(
            "select directory, count(*) from directory_card group by directory");
        return rows.ToDictionary(row => row.Directory, row => row.Cards, StringComparer.Ordinal);
    }

    /// <summary>What could not be read of directories when they were last read, by directory.</summary>
    public async Task<ILookup<string, Trouble>> Troubles(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Directory, string Troubles)>(
            "select directory, troubles from directory_part where troubles is not null order by directory, position, part");
        return rows
            .SelectMany(row => Json.Read<Trouble[]>(row.Troubles).Select(trouble => (row.Directory, Trouble: trouble)))
            .ToLookup(one => one.Directory, one => one.Trouble, StringComparer.Ordinal);
    }

    /// <summary>
    /// Keeps what a directory says now: parts that are gone are gone with all they said, parts without cards keep what they said before.
    /// Whoever was erased does not come back.
    /// </summary>
    public Task<KeptCounts> Replace(string directory, IReadOnlyList<KeptPart> parts, CancellationToken ct) =>
        database.Write(scope => Replace(scope, directory, parts), ct);

    /// <summary>Takes away what directories said that are not configured any more.</summary>
    public Task Keep(IReadOnlyCollection<string> directories, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var names = scope.Engine.List(directories);
                var gone = await scope.Execute($"delete from directory_card where not ({scope.Engine.AnyOf("directory", "@names")})",
                    new { names });
                await scope.Execute($"delete from directory_part where not ({scope.Engine.AnyOf("directory", "@names")})", new { names });
                if (gone > 0)
                    await Note(scope);
            },
            ct);

    /// <summary>Takes people out whom somebody has just erased, and lets every part be read again.</summary>
    internal static async Task<int> LeaveOut(WriteScope scope, ErasedPeople erased)
    {
        var changed = 0;
        foreach (var row in (await scope.Query<CardRow>("select directory, part, position, card from directory_card")).AsList())
        {
            var card = Json.Read<DirectoryCard>(row.Card);
            if (erased.Without(card) is { } left)
            {
                if (left != card)
                    changed += await scope.Execute(
                        "update directory_card set card = @card where directory = @Directory and part = @Part and position = @Position",
                        new { card = Json.Write(left), row.Directory, row.Part, row.Position });
            }
            else
            {
                changed += await scope.Execute(
                    "delete from directory_card where directory = @Directory and part = @Part and position = @Position",
                    new { row.Directory, row.Part, row.Position });
            }
        }

        await ReadAgain(scope);
        if (changed > 0)
            await Note(scope);

        return changed;
    }

    /// <summary>Lets every part be read again although it is as it was.</summary>
    internal static Task ReadAgain(WriteScope scope) => scope.Execute("update directory_part set version = null");

    /// <summary>The cards that say something of somebody.</summary>
    internal static async Task<IReadOnlyList<DirectoryCard>> About(WriteScope scope, IReadOnlyCollection<EmailAddress> people) =>
    [
        .. (await scope.Query<string>("select card from directory_card")).Select(Json.Read<DirectoryCard>)
            .Where(card => card.Addresses.Any(people.Contains)),
    ];

    /// <summary>
    /// The telephones that are theirs and, as far as directories know, nobody else's; a card with nothing but a telephone of theirs is
    /// theirs, too.
    /// </summary>
    internal static async Task<IReadOnlyList<string>> Telephones(WriteScope scope, IReadOnlyCollection<EmailAddress> people)
    {
        var all = (await scope.Query<string>("select card from directory_card")).Select(Json.Read<DirectoryCard>)
            .ToLookup(card => card.Addresses.Any(people.Contains));
        var others = all[false].Where(card => card.Addresses.Count > 0).SelectMany(card => card.Telephones).Select(one => one.Number);
        return
        [
            .. all[true].Where(card => !card.IsPlace).SelectMany(card => card.Telephones)
                .Where(telephone => !telephone.IsShared)
                .Select(telephone => telephone.Number)
                .Except(others, StringComparer.Ordinal),
        ];
    }

    private static async Task<KeptCounts> Replace(WriteScope scope, string directory, IReadOnlyList<KeptPart> parts)
    {
        var before = (
            await scope.Query<(string Part, string Card)>(
                "select part, card from directory_card where directory = @directory order by part, position",
                new { directory })).ToLookup(row => row.Part, row => row.Card, StringComparer.Ordinal);
        var positions = (
            await scope.Query<(string Part, long Position)>(
                "select part, position from directory_part where directory = @directory",
                new { directory })).ToDictionary(row => row.Part, row => row.Position, StringComparer.Ordinal);
        var erased = await ErasedPeople.Load(scope);
        var (added, known, skipped, changed) = (0, 0, 0, false);
        foreach (var gone in positions.Keys.Except(parts.Select(part => part.Name), StringComparer.Ordinal).ToList())
        {
            changed |= before[gone].Any();
            await Empty(scope, directory, gone);
            await scope.Execute("delete from directory_part where directory = @directory and part = @gone", new { directory, gone });
        }

        foreach (var (position, part) in parts.Index())
        {
            await Note(scope, directory, part, position, erased);
            var old = before[part.Name].ToList();
            if (part.Cards is not { } read)
            {
                known += old.Count;
                changed |= old.Count > 0 && positions.GetValueOrDefault(part.Name, position) != position;
                continue;
            }

            string[] cards = [.. read.Select(erased.Without).OfType<DirectoryCard>().Select(Json.Write)];
            skipped += read.Count - cards.Length;
            var same = old.ToHashSet(StringComparer.Ordinal);
            var fresh = cards.Count(card => !same.Contains(card));
            added += fresh;
            known += cards.Length - fresh;
            if (cards.SequenceEqual(old, StringComparer.Ordinal))
                continue;

            changed = true;
            await Empty(scope, directory, part.Name);
            await Write(scope, directory, part.Name, cards);
        }

        if (changed)
            await Note(scope);

        return new KeptCounts(added, known, skipped);
    }

    private static Task<int> Empty(WriteScope scope, string directory, string part) =>
        scope.Execute("delete from directory_card where directory = @directory and part = @part", new { directory, part });

    private static async Task Write(WriteScope scope, string directory, string part, string[] cards)
    {
        var rows = scope.Rows(
            """
            insert into directory_card (directory, part, position, card)
            select r.directory, r.part, r.position, r.card
              from {rows} r
            """,
            Column.Text("directory"),
            Column.Text("part"),
            Column.Number("position"),
            Column.Text("card"));
        foreach (var (position, card) in cards.Index())
            rows.Add(directory).Add(part).Add((long)position).Add(card).End();

        await rows.Flush();
    }

    private static async Task Note(WriteScope scope, string directory, KeptPart part, int position, ErasedPeople erased) =>
        await scope.Execute(
            """
            insert into directory_part (directory, part, position, version, troubles)
            values (@directory, @Name, @position, @version, @troubles)
            on conflict (directory, part) do update
               set position = excluded.position, version = excluded.version, troubles = excluded.troubles
            """,
            new
            {
                directory,
                part.Name,
                position,
                version = Texts.Clean(part.Version),
                troubles = part.Troubles.Count == 0 ? null : erased.WithoutAddresses(Json.Write(part.Troubles)),
            });

    private static async Task Note(WriteScope scope) =>
        await scope.Execute(
            """
            insert into meta (name, value) values (@Changes, '1')
            on conflict (name) do update set value = cast(cast(meta.value as integer) + 1 as varchar(20))
            """,
            new { Changes });

    private sealed record CardRow
    {
        public required string Directory { get; init; }

        public required string Part { get; init; }

        public long Position { get; init; }

        public required string Card { get; init; }
    }
}

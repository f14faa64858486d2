using System.Text.Json;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>
/// Who was erased, as salted hashes in a file beside an SQLite database: a backup from before an erasure knows nothing of it, and whoever
/// restores it must not bring the person back.
/// </summary>
/// <param name="Salt">What the hashes were made with; null when nobody was ever erased.</param>
/// <param name="Marks">The hashes, grouped by person.</param>
public sealed record ErasureFile(string? Salt, IReadOnlyList<ErasureFile.Mark> Marks)
{
    /// <summary>Nobody was erased.</summary>
    public static ErasureFile Empty { get; } = new(null, []);

    /// <summary>One hash.</summary>
    /// <param name="Person">Which hashes belong together.</param>
    /// <param name="Kind">What was hashed, by its number in the database.</param>
    /// <param name="Hash">The hash.</param>
    /// <param name="ErasedAt">When.</param>
    public sealed record Mark(string Person, int Kind, string Hash, string ErasedAt);

    /// <summary>Where it lies.</summary>
    public static string PathFor(string database) => database + "-erasures";

    /// <summary>What the file beside a database says; nobody was erased where there is none.</summary>
    public static ErasureFile Read(string database) =>
        File.Exists(PathFor(database))
            ? JsonSerializer.Deserialize<ErasureFile>(File.ReadAllText(PathFor(database))) ?? Empty
            : Empty;

    /// <summary>What a database says.</summary>
    public static Task<ErasureFile> Read(ContactDatabase database, CancellationToken ct) => database.Write(Read, ct);

    /// <summary>
    /// Writes down who is erased in an SQLite database; on PostgreSQL there is no file beside, and nothing is done. It is written beside
    /// and moved, so that a crash leaves one of the two whole.
    /// </summary>
    public static async Task Save(ContactDatabase database, CancellationToken ct)
    {
        if (database.Engine.IsSqlite)
            (await Read(database, ct)).Save(database.Place);
    }

    /// <summary>Writes it beside a database.</summary>
    public void Save(string database)
    {
        var path = PathFor(database);
        var beside = path + ".new";
        File.Delete(beside);
        PrivateFiles.Create(beside);
        File.WriteAllText(beside, JsonSerializer.Serialize(this));
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Whoever is erased in either.</summary>
    /// <exception cref="DatabaseUnusableException">They are hashed with different salts.</exception>
    public ErasureFile With(ErasureFile other, string place) =>
        Salt is null || other.Salt is null || Salt == other.Salt
            ? new ErasureFile(Salt ?? other.Salt, [.. Marks.Union(other.Marks)])
            : throw new DatabaseUnusableException(
                $"{place}: it belongs to another installation, whose erased people cannot be compared with those erased here; restore it "
                    + "into a database of its own (storage.sqlite)");

    /// <summary>Notes in a database that these people are erased.</summary>
    internal async Task Note(WriteScope scope)
    {
        if (Salt is null)
            return;

        await scope.Execute(
            "insert into meta (name, value) values ('erasure salt', @Salt) on conflict (name) do update set value = excluded.value",
            new { Salt });
        foreach (var mark in Marks)
        {
            await scope.Execute(
                """
                insert into erasure (person, kind, mark, erased_at)
                values (@Person, @Kind, @Hash, @at)
                on conflict (person, kind, mark) do nothing
                """,
                new { mark.Person, mark.Kind, mark.Hash, at = Instants.Parse(mark.ErasedAt) });
        }

        await ErasedPeople.Note(scope);
    }

    private static async Task<ErasureFile> Read(WriteScope scope)
    {
        var salt = (await scope.Query<string>("select value from meta where name = 'erasure salt'")).SingleOrDefault();
        var marks = await scope.Query<(string Person, long Kind, string Hash, Instant At)>(
            "select person, kind, mark, erased_at from erasure order by person, kind, mark");
        return new ErasureFile(salt, [.. marks.Select(row => new Mark(row.Person, (int)row.Kind, row.Hash, Instants.Print(row.At)))]);
    }
}

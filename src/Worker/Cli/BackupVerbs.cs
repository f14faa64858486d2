using System.CommandLine;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>backup</c> and <c>restore</c>: a copy of an SQLite database, and back (interface.md section 1).</summary>
internal static class BackupVerbs
{
    private static readonly Argument<string> To = new("FILE") { Description = "Where the copy goes; a file of that name is replaced." };

    private static readonly Argument<string> From = new("FILE") { Description = "What backup wrote." };

    public static Command CreateBackup() =>
        new Command("backup", "Copy the database to a file, also while run works.") { To }.Does(Backup);

    public static Command CreateRestore() =>
        new Command("restore", "Put a backup in the place of the database.") { From, CommonOptions.Now }.Does(Restore);

    private static async Task<int> Backup(ParseResult parsed, CancellationToken ct)
    {
        var file = Path.GetFullPath(parsed.GetValue(To)!);
        var storage = ReadSettings(parsed).Storage;
        if (storage is not StorageChoice.Sqlite sqlite)
            return await Tell($"PostgreSQL makes its own backups, also while run works: pg_dump --format=custom --file={file} DATABASE");

        if (!File.Exists(sqlite.File))
            return await Tell($"{sqlite.File}: there is no database yet; sync or run makes it");

        await using var database = await ContactDatabase.OpenSqlite(sqlite.File, CommandLine.Time, ct);
        await DatabaseBackup.Create(database, file, ct);
        await ErasureFile.Save(database, ct);
        await Console.Error.WriteLineAsync(
            $"{file}: a copy of {sqlite.File}; keep it as private as that, and keep crmsync.yaml, policy.yaml and the secrets as well");
        return CommandLine.Done;
    }

    private static async Task<int> Restore(ParseResult parsed, CancellationToken ct)
    {
        var file = Path.GetFullPath(parsed.GetValue(From)!);
        var now = parsed.ReadNow();
        var configuration = LoadedConfiguration.Read(parsed.ReadFolder(), now);
        if (configuration.Settings.Storage is not StorageChoice.Sqlite sqlite)
            return await Tell($"PostgreSQL restores its own backups, while no crmsync works: pg_restore --clean --dbname=DATABASE {file}");

        var place = DatabaseBackup.Resolve(sqlite.File);
        using var only = OneWorker.Claim(place);
        var erased = await Erased(place, ct);
        var copy = await DatabaseBackup.Unpack(file, place, ct);
        try
        {
            var restored = await Prepare(configuration, copy, file, erased, now, ct);
            await DatabaseBackup.Put(copy, place, ct);
            restored.Erased.Save(place);
            await Console.Error.WriteLineAsync(
                $"{place}: as it was at {restored.MadeAt:uuuu-MM-dd HH:mm} UTC. People erased again: {restored.People}. "
                    + $"Mails that may have left since and are not sent a second time: {restored.Mails}. "
                    + "The next harvest reads what has arrived since");
            return CommandLine.Done;
        }
        finally
        {
            DatabaseBackup.Delete(copy);
        }
    }

    /// <summary>Brings the copy to this version, and to what has happened since it was made, before anybody can use it.</summary>
    private static async Task<Restored> Prepare(
        LoadedConfiguration configuration, string copy, string file, ErasureFile erased, Instant now, CancellationToken ct)
    {
        var settings = configuration.Settings with { Storage = new StorageChoice.Sqlite(copy) };
        await using var program = await CrmSyncProgram.Open(configuration with { Settings = settings }, CommandLine.Time, null, ct);
        var database = program.Services.GetRequiredService<ContactDatabase>();
        var madeAt = await DatabaseBackup.MadeAt(database, ct)
            ?? throw new DatabaseUnusableException($"{file}: it does not say when it was made; name the file that backup wrote");
        var all = erased.With(await ErasureFile.Read(database, ct), file);
        var again = ActivatorUtilities.CreateInstance<ErasureAgain>(program.Services, (Func<byte[], string>)OwnMailText.Read);
        var policy = configuration.Policy;
        var people = await again.Apply(all, new Classifier(policy), MeetingHarvest.MergeFor(ReadingRules.From(policy)), now, ct);
        if (people > 0)
            await database.Compact(tables: false, ct);

        var mails = await program.Services.GetRequiredService<DigestDispatch>().DoubtSince(madeAt, now, ct);
        return new Restored(madeAt, await ErasureFile.Read(database, ct), people, mails);
    }

    /// <summary>Whoever was erased, as the file beside the database says, and the database itself where it can still be asked.</summary>
    private static async Task<ErasureFile> Erased(string file, CancellationToken ct)
    {
        var noted = ErasureFile.Read(file);
        if (!File.Exists(file))
            return noted;

        try
        {
            await using var database = await ContactDatabase.OpenSqlite(file, CommandLine.Time, ct);
            return noted.With(await ErasureFile.Read(database, ct), file);
        }
        catch (DatabaseUnusableException damaged)
        {
            await Console.Error.WriteLineAsync(
                $"crmsync: {damaged.Message}; who was erased is known by {ErasureFile.PathFor(file)} alone");
            return noted;
        }
    }

    private static CrmSyncConfiguration ReadSettings(ParseResult parsed)
    {
        var read = ConfigurationFile.Read(parsed.ReadFolder());
        return read.Configuration
            ?? throw new ConfigurationUnusableException([.. read.Problems.InOrder().Where(p => p.Severity == Yaml.Severity.Error)]);
    }

    private static async Task<int> Tell(string words)
    {
        await Console.Error.WriteLineAsync("crmsync: " + words);
        return CommandLine.ProblemsFound;
    }

    private sealed record Restored(Instant MadeAt, ErasureFile Erased, int People, int Mails);
}

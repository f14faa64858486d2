using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker;

/// <summary>The parts of the program over one configuration and its database, put together for one run of a verb.</summary>
internal sealed class CrmSyncProgram : IAsyncDisposable
{
    private static readonly ServiceProviderOptions Checked = new() { ValidateOnBuild = true, ValidateScopes = true };

    private readonly ContactDatabase database;
    private readonly ServiceProvider services;

    private CrmSyncProgram(ContactDatabase database, ServiceProvider services) => (this.database, this.services) = (database, services);

    /// <summary>The parts; for whoever puts a verb or a test together, and nobody else.</summary>
    public IServiceProvider Services => services;

    /// <summary>
    /// Opens the database of a configuration, brings it to this version and recomputes what a changed configuration makes of the log.
    /// </summary>
    /// <param name="configuration">What the files say.</param>
    /// <param name="time">The time.</param>
    /// <param name="databaseTime">The time of an SQLite database, where a verb is asked to act as at another moment; null: as the
    /// rest.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="DatabaseUnusableException">The database cannot be used.</exception>
    public static async Task<CrmSyncProgram> Open(
        LoadedConfiguration configuration, TimeProvider time, TimeProvider? databaseTime, CancellationToken ct)
    {
        var program = await OpenToRead(configuration, time, databaseTime, ct);
        try
        {
            await program.services.GetRequiredService<LogDerivation>().DeriveWhatChanged(ct);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes into the policy who of our people is away at a moment by what the log says.</summary>
    public Task TakeInAbsences(Instant now, CancellationToken ct) => services.GetRequiredService<KnownAbsences>().TakeIn(now, ct);

    /// <summary>The same for whoever only reads: the log stays as it was last derived.</summary>
    /// <inheritdoc cref="Open"/>
    public static async Task<CrmSyncProgram> OpenToRead(
        LoadedConfiguration configuration, TimeProvider time, TimeProvider? databaseTime, CancellationToken ct)
    {
        var program = Over(configuration, await OpenDatabase(configuration.Settings.Storage, databaseTime ?? time, ct), time);
        try
        {
            await program.services.GetRequiredService<ErasedEntries>().LeaveOut(ct);
            await program.services.GetRequiredService<ImportedPeople>().TakeOver(ct);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The parts over an open database, which is closed with them.</summary>
    /// <param name="configuration">What the files say.</param>
    /// <param name="database">At the version of this program.</param>
    /// <param name="time">The time.</param>
    /// <param name="other">Puts other parts in the place of some, such as name servers; null for none.</param>
    public static CrmSyncProgram Over(
        LoadedConfiguration configuration,
        ContactDatabase database,
        TimeProvider time,
        Action<IServiceCollection>? other = null)
    {
        var parts = new ServiceCollection().AddCrmSync(configuration, database, time);
        other?.Invoke(parts);
        return new CrmSyncProgram(database, parts.BuildServiceProvider(Checked));
    }

    /// <summary>Opens the database the configuration names and brings it to this version.</summary>
    /// <exception cref="DatabaseUnusableException">The database cannot be used.</exception>
    public static Task<ContactDatabase> OpenDatabase(StorageChoice storage, TimeProvider time, CancellationToken ct) => storage switch
    {
        StorageChoice.Postgres postgres => ContactDatabase.OpenPostgres(postgres.ConnectionString.Reveal(), time, ct),
        StorageChoice.Sqlite sqlite => ContactDatabase.OpenSqlite(sqlite.File, time, ct),
        _ => throw new NotSupportedException(storage.GetType().Name),
    };

    /// <summary>What a failure says about the database as a whole, in words; null when it is not about it.</summary>
    public DatabaseUnusableException? Explain(Exception failure) => database.Explain(failure);

    /// <summary>Whether the log says something else than the configuration of now would make of it.</summary>
    public Task<bool> IsLogOutdated(CancellationToken ct) => services.GetRequiredService<LogDerivation>().IsOutdated(ct);

    /// <summary>Makes a verb of the parts its constructor asks for.</summary>
    public TVerb Create<TVerb>() => ActivatorUtilities.CreateInstance<TVerb>(services);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}

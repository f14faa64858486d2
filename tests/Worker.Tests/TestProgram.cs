using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Status;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests;

/// <summary>The parts of the program as every verb gets them, by the names tests call them.</summary>
internal sealed class TestProgram : IAsyncDisposable
{
    private readonly CrmSyncProgram program;

    private TestProgram(CrmSyncProgram program) => this.program = program;

    public CompanyPolicy Policy => Part<PolicyInForce>().Policy;

    public CrmSyncConfiguration Settings => Part<CrmSyncConfiguration>();

    public ContactDatabase Database => Part<ContactDatabase>();

    public HarvestAll Harvest => Part<HarvestAll>();

    public IReadOnlyList<ReadableAccount> Readable => Part<AccountSources>().All;

    public Accounts Accounts => Part<Accounts>();

    public ContactLog Log => Part<ContactLog>();

    public DigestDispatch Digests => Part<DigestDispatch>();

    public StatusReader Status => Part<StatusReader>();

    /// <summary>Opens the database the folder's configuration names.</summary>
    public static Task<TestProgram> Open(string folder, Instant now) => Open(LoadedConfiguration.Read(folder, now));

    /// <summary>Opens the database the configuration names.</summary>
    public static async Task<TestProgram> Open(LoadedConfiguration configuration) =>
        new(await CrmSyncProgram.Open(configuration, TimeProvider.System, null, default));

    /// <summary>Over an open database, which is closed with the program.</summary>
    public static TestProgram Over(LoadedConfiguration configuration, ContactDatabase database, Action<IServiceCollection>? other = null) =>
        new(CrmSyncProgram.Over(configuration, database, TimeProvider.System, other));

    /// <summary>Any part of the program.</summary>
    public T Part<T>()
        where T : notnull => program.Services.GetRequiredService<T>();

    public Task<ContactLogSnapshot> Snapshot(Instant now) => Part<HarvestedLog>().Snapshot(now, withText: false, default);

    public ValueTask DisposeAsync() => program.DisposeAsync();
}

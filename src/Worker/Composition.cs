using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Harvest;
using CrmSync.Storage.Log;
using CrmSync.Storage.Meetings;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.MailServers;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Sources.Imap;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker;

/// <summary>What both files say, ready to work with.</summary>
internal sealed record LoadedConfiguration(string Folder, CrmSyncConfiguration Settings, CompanyPolicy Policy)
{
    /// <summary>Reads <c>crmsync.yaml</c> and the policy of a folder.</summary>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="now">For warnings about the coming year.</param>
    /// <exception cref="ConfigurationUnusableException">One of them has errors.</exception>
    public static LoadedConfiguration Read(string folder, Instant now)
    {
        var configuration = ConfigurationFile.Read(folder);
        var options = new ReadingOptions(
            now.InUtc().Date,
            configuration.Configuration?.Addresses ?? [],
            configuration.Configuration?.Delivery?.Commands?.Address);
        var policy = PolicyFolder.Read(folder, options);
        if (configuration.Configuration is not { } settings || policy.Written is not { } written)
            throw new ConfigurationUnusableException([
                .. configuration.Problems.InOrder().Concat(policy.Problems.InOrder()).Where(p => p.Severity == Severity.Error),
            ]);

        return new LoadedConfiguration(folder, settings, written.Policy);
    }
}

/// <summary>The configuration has errors that somebody must correct first.</summary>
internal sealed class ConfigurationUnusableException(IReadOnlyList<Problem> problems) : Exception("The configuration is not usable.")
{
    public IReadOnlyList<Problem> Problems { get; } = problems;
}

/// <summary>The parts of the running program, in the order the data flows.</summary>
internal sealed class Composition(LoadedConfiguration configuration, ContactDatabase database) : IAsyncDisposable
{
    private volatile CompanyPolicy policy = configuration.Policy;
    private ImapSources? imap;

    public CrmSyncConfiguration Settings => configuration.Settings;

    /// <summary>The policy in force. A running worker may exchange it; whoever needs it twice takes it once.</summary>
    public CompanyPolicy Policy => policy;

    public string Folder => configuration.Folder;

    public ContactDatabase Database => database;

    /// <summary>The logins at mail servers, for reading and for sending.</summary>
    public MailLogins Logins { get; } = new(SystemClock.Instance, database);

    /// <summary>The connections to mail servers, kept between harvests.</summary>
    public ImapSources Imap => imap ??= new ImapSources(SystemClock.Instance, Logins, new ServerLessons(SystemClock.Instance, database));

    /// <summary>The connections to Microsoft 365, kept between harvests.</summary>
    public GraphTenants Graph { get; } = new(SystemClock.Instance);

    public IReadOnlyList<ReadableAccount> Readable =>
        field ??= AccountSources.Of(configuration.Settings, configuration.Policy.DefaultCalendar.Zone, Imap, Graph);

    public Accounts Accounts => new(database);

    public HarvestLedger Ledger => new(database);

    public HarvestAll Harvest => field ??= new(database, Settings, () => Policy);

    public ContactLog Log => new(database);

    /// <summary>Writes and sends digests. Where no delivery is configured they can be shown all the same.</summary>
    public DigestDesk Digests => DigestsOver(null);

    /// <summary>The same over a policy that already holds the log.</summary>
    public DigestDesk DigestsOver(RunningPolicy? running) =>
        new(
            running?.Policy ?? Policy,
            database,
            (now, ct) => Snapshot(now, withText: false, ct),
            Settings.Delivery
                ?? new DeliverySettings
                {
                    From = EmailAddress.Parse("crmsync@" + Policy.Us.Domains[0]),
                    Way = new DeliveryChoice.Folder("out"),
                },
            Logins)
        {
            Running = running,
        };

    /// <summary>The log as the policy reads it at a moment, with how far every mailbox has been read.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="withText">Whether the kept texts are read, too; the policy needs none.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ContactLogSnapshot> Snapshot(Instant now, bool withText, CancellationToken ct)
    {
        var lines = await Log.Read(new LogFilter { Now = now, WithoutText = !withText }, ct).ToListAsync(ct);
        return new ContactLogSnapshot(lines) { Coverage = await Coverage(ct) };
    }

    /// <summary>How far every mailbox and calendar has been read.</summary>
    public async Task<IReadOnlyList<AccountCoverage>> Coverage(CancellationToken ct)
    {
        var states = (await Accounts.All(ct)).ToDictionary(a => a.Name, StringComparer.Ordinal);
        return [.. Readable.Select(a => new AccountCoverage(a.Name, a.Address, states.GetValueOrDefault(a.Name)?.ReadUntil))];
    }

    /// <summary>Puts another policy in force; what was derived under the one before is for <see cref="DeriveWhatChanged"/>.</summary>
    public void Take(CompanyPolicy next) => policy = next;

    /// <summary>Reads the configuration, opens the database and brings it to this version.</summary>
    /// <exception cref="ConfigurationUnusableException">The files have errors.</exception>
    /// <exception cref="DatabaseUnusableException">The database cannot be used.</exception>
    public static async Task<Composition> Open(string folder, Instant now, CancellationToken ct)
    {
        var configuration = LoadedConfiguration.Read(folder, now);
        return await Open(configuration, ct);
    }

    /// <summary>Opens the database of a configuration and brings it to this version.</summary>
    /// <exception cref="DatabaseUnusableException">The database cannot be used.</exception>
    public static async Task<Composition> Open(LoadedConfiguration configuration, CancellationToken ct)
    {
        var program = new Composition(configuration, await Open(configuration.Settings.Storage, ct));
        await program.DeriveWhatChanged(ct);
        return program;
    }

    /// <summary>
    /// Class, direction, threads and all else that follows from the configuration is worked out anew when that has changed.
    /// </summary>
    public async Task DeriveWhatChanged(CancellationToken ct)
    {
        var current = Policy;
        var hash = $"{current.Version} {string.Join(' ', Settings.Addresses.Select(a => a.Value).Order(StringComparer.Ordinal))}";
        var derivation = new Derivation(database);
        if (await derivation.IsCurrent(hash, ct) && await Log.Count(ct) > 0)
            return;

        var classifier = new Classifier(current);
        await derivation.Run(classifier, hash, progress: null, ct);
        await new MeetingLog(database).Derive(MeetingHarvest.MergeFor(current), classifier.Ours, ct);
    }

    /// <summary>
    /// Works out everything anew that follows from the configuration, though it seems to be done: something was written meanwhile under an
    /// older one.
    /// </summary>
    public async Task DeriveAnew(CancellationToken ct)
    {
        await new Derivation(database).Forget(ct);
        await DeriveWhatChanged(ct);
    }

    public static Task<ContactDatabase> Open(StorageChoice storage, CancellationToken ct) => storage switch
    {
        StorageChoice.Postgres postgres => ContactDatabase.OpenPostgres(postgres.ConnectionString.Reveal(), ct),
        StorageChoice.Sqlite sqlite => ContactDatabase.OpenSqlite(sqlite.File, ct),
        _ => throw new NotSupportedException(storage.GetType().Name),
    };

    public async ValueTask DisposeAsync()
    {
        Harvest.Dispose();
        if (imap is not null)
            await imap.DisposeAsync();

        Logins.Dispose();
        Graph.Dispose();
        await database.DisposeAsync();
    }
}

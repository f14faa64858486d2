using System.Diagnostics.Metrics;
using CrmSync.Storage;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Telemetry;
using NodaTime;
using NodaTime.Extensions;

namespace CrmSync.Worker.Status;

/// <summary>
/// What the database says of accounts and mails, as metrics. It is asked again before it is told; while it cannot be asked only
/// <c>crmsync_database_up</c> is told, so that nobody looks at figures of yesterday.
/// </summary>
internal sealed class StateFigures : IDisposable
{
    /// <summary>The meter of how things stand.</summary>
    public const string Name = "CrmSync.State";

    /// <summary>Counting the items of large mailboxes takes a while; several who ask get the same answer.</summary>
    private static readonly Duration Fresh = Duration.FromSeconds(5);

    private static readonly string[] Kinds = ["passing", "permanent"];

    private readonly StatusReader reader;
    private readonly LedgerCounts harvest;
    private readonly DigestLedger mails;
    private readonly ContactDatabase database;
    private readonly TimeProvider time;
    private readonly Meter meter = new(Name);
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile State? state;
    private Instant askedAt = Instant.MinValue;

    public StateFigures(StatusReader reader, LedgerCounts harvest, DigestLedger mails, ContactDatabase database, TimeProvider time)
    {
        (this.reader, this.harvest, this.mails, this.database, this.time) = (reader, harvest, mails, database, time);
        Gauge("crmsync.database.up", null, "1 while the database can be asked.", () => [new(state is null ? 0 : 1)]);
        Gauge("crmsync.reasons", null, "Reasons why somebody should look, as /health lists them.", Reasons);
        Gauge("crmsync.account.lag", "s", "How long ago everything that had arrived in the account was in the log.", Lags);
        Gauge("crmsync.account.trouble", null, "1 while the last reading of the account failed, by kind.", Troubles);
        Gauge("crmsync.account.folders", null, "Folders of the account, by whether they can be listed.", Folders);
        Gauge("crmsync.account.folder.age", "s", "How long ago the folder that is furthest behind was read.", FolderAges);
        Gauge("crmsync.account.items", null, "Items of the account in the ledger, by state.", Items);
        Gauge("crmsync.outbox.mails", null, "Mails that have to leave still.", () => Told(s => [new(s.Unsent)]));
        Gauge("crmsync.outbox.age", "s", "How long the oldest mail has been due that has to leave still.", () => Told(OutboxAge));
    }

    /// <summary>Asks the database again, unless that was done just now.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            var now = time.GetCurrentInstant();
            if (state is not null && now >= askedAt && now - askedAt < Fresh)
                return;

            state = null;
            state = await Ask(now, ct);
            askedAt = now;
        }
        catch (Exception failure) when (database.Explain(failure) is not null)
        {
            // That the database is away is what crmsync_database_up tells.
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        meter.Dispose();
        gate.Dispose();
    }

    private async Task<State> Ask(Instant now, CancellationToken ct) => new(
        await reader.Read(now, ct),
        (await harvest.FolderCounts(ct)).ToDictionary(count => count.Account, StringComparer.Ordinal),
        await mails.CountUnsent(ct),
        await mails.OldestUnsent(ct));

    private void Gauge(string name, string? unit, string description, Func<IEnumerable<Measurement<double>>> values) =>
        meter.CreateObservableGauge(name, values, unit, description);

    private Measurement<double>[] Told(Func<State, Measurement<double>[]> values) => state is { } known ? values(known) : [];

    private Measurement<double>[] Reasons() => Told(s => [new(s.Worker.Reasons.Count)]);

    private Measurement<double>[] Lags() => Told(s =>
    [
        .. from account in s.Configured
           let lag = account.LagAt(time.GetCurrentInstant())
           where lag is not null
           select new Measurement<double>(lag.Value.TotalSeconds, Account(account.Name)),
    ]);

    private Measurement<double>[] Troubles() => Told(s =>
    [
        .. from account in s.Configured
           from kind in Kinds
           let isSo = account.State is { LastError: not null } failed && failed.LastErrorPermanent == (kind == "permanent")
           select new Measurement<double>(isSo ? 1 : 0, Account(account.Name), new KeyValuePair<string, object?>("kind", kind)),
    ]);

    private Measurement<double>[] Folders() => Told(s =>
    [
        .. from account in s.Configured
           let folders = s.Folders.GetValueOrDefault(account.Name)
           where folders is not null
           from told in new[] { (State: "read", Count: folders.Read), (State: "parked", Count: folders.Parked) }
           select new Measurement<double>(told.Count, Account(account.Name), new KeyValuePair<string, object?>("state", told.State)),
    ]);

    private Measurement<double>[] FolderAges() => Told(s =>
    [
        .. from account in s.Configured
           where account.State?.ReadUntil is not null
           let now = time.GetCurrentInstant()
           let parked = s.Folders.GetValueOrDefault(account.Name)?.ParkedSince ?? now
           let age = Duration.Max(account.LagAt(now) ?? Duration.Zero, now - parked)
           select new Measurement<double>(age.TotalSeconds, Account(account.Name)),
    ]);

    private Measurement<double>[] Items() => Told(s =>
    [
        .. from account in s.Configured
           from items in account.Items.GroupBy(item => item.State, StringComparer.Ordinal)
           select new Measurement<double>(
               items.Sum(item => item.Items), Account(account.Name), new KeyValuePair<string, object?>("state", items.Key)),
    ]);

    private Measurement<double>[] OutboxAge(State known)
    {
        var age = known.OldestUnsent is { } due ? Duration.Max(Duration.Zero, time.GetCurrentInstant() - due) : Duration.Zero;
        return [new(age.TotalSeconds)];
    }

    private static KeyValuePair<string, object?> Account(string name) => new("account", AccountLabel.From(name));

    private sealed record State(
        WorkerStatus Worker, IReadOnlyDictionary<string, FolderCount> Folders, long Unsent, Instant? OldestUnsent)
    {
        /// <summary>An account that is no longer configured is no matter for a monitor.</summary>
        public IEnumerable<AccountStatus> Configured =>
            Worker.Accounts.Where(account => account.NextRun is not null || account.State is null);
    }
}

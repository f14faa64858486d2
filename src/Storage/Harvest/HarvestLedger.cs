using CrmSync.Domain.Harvest;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>
/// Which items there are and what became of each (mail-servers.md section 1): discovery writes items and cursor in one transaction, results
/// and log lines in another. Whatever dies in between is found again at the next start.
/// </summary>
public sealed class HarvestLedger(ContactDatabase database)
{
    /// <summary>The most items of a batch.</summary>
    public const int LargestBatch = 500;

    /// <summary>An item during whose reading the program died so often, alone in its batch, is not tried again.</summary>
    public const int LoneDeaths = 3;

    private const string FolderColumns =
        """
        f.number, a.name as account, f.remote_id, f.path, f.role, f.epoch, f.validity_resets, f.parked_until,
        f.parked_reason,
        f.frontier, f.uid_validity, f.snapshot, f.cursor as text, f.last_full_at
        """;

    /// <summary>The folder of an account, made when it is new. Path and role follow what the source says now.</summary>
    /// <param name="account">The account.</param>
    /// <param name="remoteId">The server's lasting name for the folder.</param>
    /// <param name="path">As people know it.</param>
    /// <param name="role">Or null.</param>
    /// <param name="ct">Cancels.</param>
    public Task<FolderState> Folder(AccountState account, string remoteId, string path, string? role, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute(
                    """
                    insert into folder (number, account, remote_id, path, role)
                    select coalesce(max(number), 0) + 1, @account, @remoteId, @path, @role
                      from folder
                     where true
                    on conflict (account, remote_id) do update set path = excluded.path, role = excluded.role
                    """,
                    new { account = account.Number, remoteId, path, role });
                return (await Folders(scope, account, remoteId)).Single();
            },
            ct);

    /// <summary>Every folder of an account.</summary>
    public async Task<IReadOnlyList<FolderState>> Folders(AccountState account, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<FolderState, FolderCursor, FolderState>(
            $"select {FolderColumns} from folder f join account a on a.number = f.account where f.account = @account order by f.path",
            (folder, cursor) => folder with { Cursor = cursor },
            new { account = account.Number },
            splitOn: "frontier");
        return [.. rows];
    }

    /// <summary>The keys of every item known in a folder in its present epoch.</summary>
    public async Task<HashSet<string>> KnownKeys(FolderState folder, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "select item_key from remote_item where folder = @folder and epoch = @epoch";
        command.Set("@folder", folder.Number);
        command.Set("@epoch", folder.Epoch);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
            keys.Add(rows.GetString(0));

        return keys;
    }

    /// <summary>
    /// Writes down what a listing found and how far it got, in one transaction. Items known already are left as they are, but for those
    /// that were gone: a store that is copied from another one shows a message, loses it and shows it again.
    /// </summary>
    /// <returns>How many were not known.</returns>
    public Task<int> Discover(FolderState folder, IReadOnlyCollection<Locator> found, FolderCursor cursor, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var account = await scope.One<(long Number, bool FirstReadDone)>(
                    "select a.number, a.first_read_done from folder f join account a on a.number = f.account where f.number = @folder",
                    new { folder = folder.Number });
                var erased = await ErasedPeople.Load(scope);
                var number = await scope.One<long>("select coalesce(max(number), 0) from remote_item");
                var items = scope.Rows(
                    $$"""
                    insert into remote_item (number, folder, epoch, item_key, account, size, dated, backlog)
                    select r.number, r.folder, r.epoch, r.item_key, r.account, r.size, r.dated, r.backlog
                      from {rows} r
                     where true
                    on conflict (folder, epoch, item_key) do update
                       set state = {{ItemState.Pending:d}}, attempts = 0, next_attempt_at = null
                     where remote_item.state = {{ItemState.Gone:d}}
                    """,
                    Column.Number("number"), Column.Number("folder"), Column.Number("epoch"), Column.Text("item_key"),
                    Column.Number("account"), Column.Number("size"), Column.Instant("dated"), Column.Flag("backlog"));

                // Oldest first: reading takes the newest, and both ends of the table stay together on disk.
                // Nor is a file read that bears the address of somebody erased.
                foreach (
                    var locator in found
                        .Where(l => !erased.IsNamedIn(l.Key))
                        .DistinctBy(l => l.Key, StringComparer.Ordinal)
                        .OrderBy(l => l.Dated ?? Instant.MinValue))
                {
                    items
                        .Add(++number)
                        .Add(folder.Number)
                        .Add(folder.Epoch)
                        .Add(locator.Key)
                        .Add(account.Number)
                        .Add(locator.Size)
                        .Add(locator.Dated)
                        .Add(!account.FirstReadDone)
                        .End();
                }

                var added = await items.Flush();
                await SaveCursor(scope, folder, cursor);
                return added;
            },
            ct);

    /// <summary>Moves the cursor alone: a listing found nothing new.</summary>
    public Task MoveCursor(FolderState folder, FolderCursor cursor, CancellationToken ct) =>
        database.Write(scope => SaveCursor(scope, folder, cursor), ct);

    /// <summary>
    /// The server numbers the items of a folder anew: what was read stays, what was discovered and not read yet will be found under its new
    /// number, and what is found from now on is another item.
    /// </summary>
    public Task<FolderState> NewEpoch(FolderState folder, long? uidValidity, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute(
                    """
                    update folder
                       set epoch = epoch + 1, validity_resets = validity_resets + 1, uid_validity = @uidValidity,
                            frontier = 0, snapshot = null, cursor = null
                     where number = @folder
                    """,
                    new { uidValidity, folder = folder.Number });
                await scope.Execute(
                    $"delete from remote_item where folder = @folder and state in ({ItemState.Pending:d}, {ItemState.Quarantined:d})",
                    new { folder = folder.Number });
                var account = await scope.One<long>("select account from folder where number = @folder", new { folder = folder.Number });
                return (await Folders(scope, account, folder.RemoteId)).Single();
            },
            ct);

    /// <summary>The numbers of a folder have stayed as they are: how often they changed before does not count any more.</summary>
    public Task ForgetRenumberings(FolderState folder, CancellationToken ct) =>
        database.Write(scope => scope.Execute("update folder set validity_resets = 0 where number = @Number", new { folder.Number }), ct);

    /// <summary>Leaves a folder alone until a moment, or until its cursor moves.</summary>
    public Task Park(FolderState folder, Instant until, string reason, Instant now, CancellationToken ct) =>
        database.Write(
            scope =>
                scope.Execute(
                    """
                    update folder
                       set parked_until = @until, parked_reason = @reason, parked_since = coalesce(parked_since, @now)
                     where number = @folder
                    """,
                    new
                    {
                        until,
                        reason,
                        now,
                        folder = folder.Number,
                    }),
            ct);

    /// <summary>
    /// Whether anything of an account is still to be read, now or later; or was set aside, and is to be tried again by now.
    /// </summary>
    public async Task<bool> HasOpen(AccountState account, Instant now, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.QuerySingleAsync<bool>(
            $"""
            select exists (select 1 from remote_item where account = @Number and state = {ItemState.Pending:d})
                or exists (select 1
                             from remote_item
                            where account = @Number and state = {ItemState.Quarantined:d} and next_attempt_at <= @now)
            """,
            new { account.Number, now });
    }

    /// <summary>
    /// To be called once as an account's harvest begins: what was set aside until now is to be read again, and whatever was being read when
    /// the program died, in batches half as large; what died alone three times is quarantined.
    /// </summary>
    /// <returns>How many items were quarantined.</returns>
    public Task<int> Recover(AccountState account, Instant now, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute(
                    $"""
                    update remote_item
                       set in_flight = false, deaths = deaths + 1
                     where account = @account and state = {ItemState.Pending:d} and in_flight
                    """,
                    new { account = account.Number });
                await scope.Execute(
                    $"""
                    update remote_item set state = {ItemState.Pending:d}
                     where account = @account and state = {ItemState.Quarantined:d} and next_attempt_at <= @now
                    """,
                    new { account = account.Number, now });
                return await scope.Execute(
                    $"""
                    update remote_item
                       set state = @quarantined,
                           next_attempt_at = null,
                           place = (select f.path from folder f where f.number = remote_item.folder) || ' ' || item_key,
                           reason = 'the program died ' || lone_deaths || ' times while it read this item alone',
                           remedy = 'look at the item; when it is harmless or repaired, run: crmsync quarantine retry'
                     where account = @account and state = {ItemState.Pending:d} and lone_deaths >= @most
                    """,
                    new { account = account.Number, quarantined = (int)ItemState.Quarantined, most = LoneDeaths });
            },
            ct);

    /// <summary>
    /// The next items to read, newest first; their attempt is counted and committed. What was left over from a death comes first, in
    /// batches halved with each death down to one. Empty when nothing is left to do now.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="most">At most so many, up to <see cref="LargestBatch"/>.</param>
    /// <param name="now">Items that failed are taken when their time has come.</param>
    /// <param name="ct">Cancels.</param>
    public Task<IReadOnlyList<HarvestItem>> Take(AccountState account, int most, Instant now, CancellationToken ct) =>
        database.Write<IReadOnlyList<HarvestItem>>(
            async scope =>
            {
                // Not max(): that would walk over everything that waits, at every batch.
                var deaths = (await scope.Query<int?>(
                    $"""
                    select deaths
                      from remote_item
                     where account = @account and state = {ItemState.Pending:d} and not in_flight
                       and (next_attempt_at is null or next_attempt_at <= @now)
                     order by deaths desc
                     limit 1
                    """,
                    new { account = account.Number, now })).SingleOrDefault();
                if (deaths is null)
                    return [];

                var size = Math.Max(1, Math.Clamp(most, 1, LargestBatch) >> Math.Min(deaths.Value, 20));
                var items = (
                    await scope.Query<HarvestItem>(
                        $"""
                        select number, folder, item_key as key, size, dated, backlog, attempts + 1 as attempts, interaction as header_line
                          from remote_item
                         where account = @account and state = {ItemState.Pending:d} and deaths = @deaths and not in_flight
                           and (next_attempt_at is null or next_attempt_at <= @now)
                         order by dated desc nulls last, number desc
                         limit @size
                        """,
                        new
                        {
                            account = account.Number,
                            deaths,
                            now,
                            size,
                        })).ToList();
                await scope.Execute(
                    $"""
                    update remote_item
                       set attempts = attempts + 1, in_flight = true, lone_deaths = lone_deaths + @alone
                     where {scope.Engine.AnyOf("number", "@numbers")}
                    """,
                    new { alone = size == 1 ? 1 : 0, numbers = scope.Engine.List(items.ConvertAll(i => i.Number)) });
                return items;
            },
            ct);

    /// <summary>Gives items back unread, as when the program is asked to stop: this was no death.</summary>
    public Task Release(IReadOnlyCollection<HarvestItem> items, CancellationToken ct) =>
        database.Write(
            scope => scope.Execute(
                $"""
                update remote_item
                   set in_flight = false, attempts = attempts - 1, lone_deaths = case when lone_deaths > 0 then lone_deaths - 1 else 0 end
                 where in_flight and {scope.Engine.AnyOf("number", "@numbers")}
                """,
                new { numbers = scope.Engine.List([.. items.Select(i => i.Number)]) }),
            ct);

    /// <summary>
    /// Stores what became of items, in one transaction: lines are merged with the copies the log already holds, classified, joined to
    /// threads and bounces, and the items are marked. The log is the same whatever the order and the batches.
    /// </summary>
    public Task<StoreCounts> Store(
        AccountState account,
        IReadOnlyCollection<ItemResult> results,
        Classifier classifier,
        CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await RemoveHeaderLines(scope, results, classifier);
                var lines = await new LineWriter(scope, classifier).Write(
                [
                    .. results.Select(ItemMarker.ReadLine).OfType<MailLine>(),
                    .. results.OfType<ItemResult.Mail>().SelectMany(mail => mail.Attached),
                ]);
                var counts = await new ItemMarker(scope, await ErasedPeople.Load(scope)).Mark(results, lines);
                foreach (var mail in results.OfType<ItemResult.Mail>().Where(mail => mail.Private is not null))
                    await MarkPrivate(scope, "r.number = @Item", new { mail.Item, now = mail.Private!.At, because = mail.Private.Because });

                return counts;
            },
            ct);

    /// <summary>Notes which mails of a folder that were read before have become private; those that are already stay as they are.</summary>
    public async Task MarkPrivate(
        FolderState folder, IReadOnlyCollection<(string Key, string Because)> items, Instant now, CancellationToken ct)
    {
        if (items.Count == 0)
            return;

        await database.Write(
            async scope =>
            {
                foreach (var some in items.GroupBy(item => item.Because, item => item.Key).SelectMany(
                    group => group.Chunk(LargestBatch).Select(keys => (Because: group.Key, Keys: keys))))
                {
                    await MarkPrivate(
                        scope,
                        $"r.folder = @Number and r.epoch = @Epoch and {scope.Engine.AnyOf("r.item_key", "@keys")}",
                        new { folder.Number, folder.Epoch, keys = scope.Engine.List(some.Keys), now, because = some.Because });
                }

                return true;
            },
            ct);
    }

    private static Task<int> MarkPrivate(WriteScope scope, string which, object parameters) =>
        scope.Execute(
            $"""
            insert into private_mark (line_id, said_at, because)
            select distinct i.id, @now, @because
              from remote_item r
              join interaction i on i.number = r.interaction
             where {which}
               and not exists (select 1
                                 from mail_identity m
                                 join private_mail p on p.line_id = m.line_id
                                where m.interaction = i.number)
            on conflict do nothing
            """,
            parameters);

    /// <summary>
    /// Lines that headers made go when the mail was read whole, unless another mailbox knows no more of it than that either.
    /// </summary>
    private static async Task RemoveHeaderLines(WriteScope scope, IReadOnlyCollection<ItemResult> results, Classifier classifier)
    {
        var replacing = results.OfType<ItemResult.Mail>().Where(mail => mail.InPlaceOf is not null).ToList();
        if (replacing.Count == 0)
            return;

        var lines = replacing.Select(mail => mail.InPlaceOf!.Value).Distinct().ToArray();
        var kept = await scope.Query<long>(
            $"""
            select distinct interaction
              from remote_item
             where {scope.Engine.AnyOf("interaction", "@lines")} and not ({scope.Engine.AnyOf("number", "@items")})
            """,
            new { lines = scope.Engine.List(lines), items = scope.Engine.List(replacing.ConvertAll(mail => mail.Item)) });
        await new LineChanges(scope, classifier).Apply([], [.. lines.Except(kept)]);
    }

    /// <summary>Everything quarantined, and everything of which a part was left out; of all accounts or one.</summary>
    public async Task<IReadOnlyList<QuarantinedItem>> Quarantine(string? account, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<QuarantinedItem>(
            """
            select i.number, a.name as account, f.path as folder, i.item_key as key, i.place, i.reason, i.remedy, i.attempts,
                   i.state = @done as kept,
                   i.next_attempt_at as retry_at
              from remote_item i
              join folder f on f.number = i.folder
              join account a on a.number = i.account
             where i.place is not null and i.state in (@done, @quarantined)
             and (cast(@account as varchar(1000)) is null or a.name = @account)
             order by a.name, f.path, i.item_key
            """,
            new { done = (int)ItemState.Done, quarantined = (int)ItemState.Quarantined, account });
        return [.. rows];
    }

    /// <summary>Lets everything that <see cref="Quarantine"/> lists, of all accounts or one, be tried again at the next harvest.</summary>
    /// <returns>How many items.</returns>
    public Task<int> RetryQuarantine(string? account, CancellationToken ct) =>
        database.Write(
            scope =>
                scope.Execute(
                    $"""
                    update remote_item
                       set state = {ItemState.Pending:d}, attempts = 0, deaths = 0, lone_deaths = 0, next_attempt_at = null,
                           place = null, reason = null,
                           remedy = null
                     where place is not null
                       and state in (@done, @quarantined)
                       and account in (select a.number from account a where cast(@account as varchar(1000)) is null or a.name = @account)
                    """,
                    new
                    {
                        done = (int)ItemState.Done,
                        quarantined = (int)ItemState.Quarantined,
                        account,
                    }),
            ct);

    /// <summary>
    /// Lets items of an account be read again that were skipped for a reason which may no longer hold, and its folders be listed whole once
    /// more, for a source may not even have named what was not wanted.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="reason">As it was given when they were skipped.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many items.</returns>
    public Task<int> Reconsider(AccountState account, string reason, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                await scope.Execute("update folder set last_full_at = null where account = @account", new { account = account.Number });
                return await scope.Execute(
                    $"""
                    update remote_item
                       set state = {ItemState.Pending:d}, attempts = 0, deaths = 0, lone_deaths = 0, next_attempt_at = null, reason = null
                     where account = @account and state = @skipped and reason = @reason
                    """,
                    new { account = account.Number, skipped = (int)ItemState.Skipped, reason });
            },
            ct);

    private static Task<int> SaveCursor(WriteScope scope, FolderState folder, FolderCursor cursor) =>
        scope.Execute(
            """
            update folder
               set uid_validity = @UidValidity, frontier = @Frontier, snapshot = @Snapshot, cursor = @Text, last_full_at = @LastFullAt,
                   parked_until = null, parked_reason = null, parked_since = null
             where number = @Number
            """,
            new { cursor.UidValidity, cursor.Frontier, cursor.Snapshot, cursor.Text, cursor.LastFullAt, folder.Number });

    private static Task<IEnumerable<FolderState>> Folders(WriteScope scope, AccountState account, string remoteId) =>
        Folders(scope, account.Number, remoteId);

    private static Task<IEnumerable<FolderState>> Folders(WriteScope scope, long account, string remoteId) =>
        scope.Connection.QueryAsync<FolderState, FolderCursor, FolderState>(
            $"select {FolderColumns} from folder f join account a on a.number = f.account where f.account = @account and f.remote_id = "
                + $"@remoteId",
            (folder, cursor) => folder with { Cursor = cursor },
            new { account, remoteId },
            scope.Transaction,
            splitOn: "frontier");
}

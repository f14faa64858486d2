using System.Data.Common;
using CrmSync.Domain.Digests;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Digests;

/// <summary>
/// The send ledger (policy-language.md section 15): which mail about which item went to whom. A mail is planned once, its bytes are kept
/// before it is handed over, and each step is a conditional update, so that two workers, or one that crashed, never send it twice.
/// </summary>
/// <param name="database">Where it is kept.</param>
/// <param name="names">Whose mails it holds; null: those of the readers.</param>
public sealed class DigestLedger(ContactDatabase database, LedgerReaders? names = null)
{
    private readonly LedgerReaders readers = names ?? LedgerReaders.Real;

    private const string Columns =
        "message_id, digest, reader, local_date, state, due_at, claimed_at, sent_at, problem, attempts, next_try_at, copy, copy_problem, "
        + "token, renewed_at";

    /// <summary>Plans a mail; false when it is known already, whatever became of it.</summary>
    public async Task<bool> Plan(PlannedMail mail, Instant now, CancellationToken ct) => await Plan([mail], now, ct) == 1;

    /// <summary>Plans mails in one transaction; gives how many were not known already.</summary>
    public Task<int> Plan(IReadOnlyCollection<PlannedMail> mails, Instant now, CancellationToken ct) =>
        database.WriteDurably(
            async scope =>
            {
                var planned = 0;
                foreach (var mail in mails)
                {
                    var isNew = await scope.Execute(
                        $"""
                        insert into digest (message_id, digest, reader, local_date, state, due_at, planned_at)
                        values (@MessageId, @Digest, @Reader, @Occasion, {LedgerState.Planned:d}, @DueAt, @now)
                            on conflict do nothing
                        """,
                        new
                        {
                            mail.MessageId,
                            mail.Digest,
                            Reader = readers.Kept(mail.Reader),
                            mail.Occasion,
                            mail.DueAt,
                            now,
                        });
                    planned += isNew;
                    if (isNew > 0)
                        StorageMeters.CountMail(mail.Digest, "planned");
                }

                return planned;
            },
            ct);

    /// <summary>
    /// Notes that every mail that has not left according to the ledger, and every one of these, may have left all the same: it is not sent
    /// unless it is certain that it has not.
    /// </summary>
    /// <param name="due">Mails the ledger may not know yet.</param>
    /// <param name="problem">Why that cannot be told, in words.</param>
    /// <param name="since">From when on they may have left.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many mails that are.</returns>
    public async Task<int> Doubt(
        IReadOnlyCollection<PlannedMail> due, string problem, Instant since, Instant now, CancellationToken ct)
    {
        await Plan(due, now, ct);
        return await database.WriteDurably(
            scope => scope.Execute(
                $"""
                update digest
                   set state = {LedgerState.Sending:d}, copy = {LedgerCopy.Missing:d}, problem = @problem,
                       next_try_at = null, token = token + 1, claimed_by = null, claimed_at = @since, renewed_at = @since
                 where state in ({LedgerState.Planned:d}, {LedgerState.Rendered:d}, {LedgerState.Sending:d})
                """,
                new { problem, since }),
            ct);
    }

    /// <summary>Keeps the bytes of a planned mail and what it tells, in one transaction; false when it was not waiting for them.</summary>
    public Task<bool> KeepBytes(string messageId, byte[] bytes, IReadOnlyList<ListedItem> items, Instant now, CancellationToken ct) =>
        KeepBytes(messageId, bytes, items, [], now, ct);

    /// <summary>
    /// The same for a mail that also answers mails to the command mailbox; false, and nothing is kept, when another mail gave one of these
    /// answers meanwhile.
    /// </summary>
    /// <param name="messageId">Of the planned mail.</param>
    /// <param name="bytes">The mail.</param>
    /// <param name="items">The items it lists.</param>
    /// <param name="answered">The ids of the mails it answers.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> KeepBytes(
        string messageId,
        byte[] bytes,
        IReadOnlyList<ListedItem> items,
        IReadOnlyCollection<string> answered,
        Instant now,
        CancellationToken ct) => await Keep(new WrittenMail(messageId, bytes, items) { Answered = answered }, now, ct);

    /// <summary>Keeps what a planned mail says; false when it was not waiting for it.</summary>
    public async Task<bool> Keep(WrittenMail mail, Instant now, CancellationToken ct) => (await Keep([mail], now, ct)).Count == 1;

    /// <summary>
    /// Keeps what planned mails say, all of them in one transaction; gives the ids of those that were waiting for it and say something.
    /// </summary>
    public Task<IReadOnlySet<string>> Keep(IReadOnlyCollection<WrittenMail> mails, Instant now, CancellationToken ct) =>
        database.WriteDurably<IReadOnlySet<string>>(
            async scope =>
            {
                var kept = new HashSet<string>(StringComparer.Ordinal);
                var steps = new MailSteps(scope);
                var rows = scope.Rows(
                    "insert into digest_item (message_id, number, item, state, due_at) select message_id, number, item, state, due_at "
                        + "from {rows} item",
                    Column.Text("message_id"),
                    Column.Number("number"),
                    Column.Text("item"),
                    Column.Number("state"),
                    Column.Instant("due_at"));
                foreach (var mail in mails)
                {
                    if (!await steps.Keep(mail, now))
                        continue;

                    kept.Add(mail.MessageId);
                    foreach (var item in mail.Items)
                        rows.Add(mail.MessageId).Add(item.Number).Add(item.Item).Add((long)item.State).Add(item.Due).End();
                }

                await rows.Flush();
                return kept;
            },
            ct);

    /// <summary>Notes that a planned mail has nothing to say.</summary>
    public Task<bool> MarkEmpty(string messageId, CancellationToken ct) =>
        Change(
            $"update digest set state = {LedgerState.Empty:d} where message_id = @messageId and state = {LedgerState.Planned:d}",
            new { messageId },
            ct);

    /// <summary>
    /// Notes what became of the mails that were handed over and takes the next ones, in one transaction: before a mail leaves, the database
    /// knows that it may, and what became of those before it.
    /// </summary>
    /// <param name="steps">What became of claimed mails.</param>
    /// <param name="next">The mails to take. One whose worker has given no sign of life for <paramref name="lease"/> is taken over.</param>
    /// <param name="isWatched">Whether somebody would see their copies in the command mailbox.</param>
    /// <param name="lease">How long a claim counts without being renewed, by the time of the database.</param>
    /// <param name="ct">Cancels.</param>
    public Task<ClaimedMails> Settle(
        IReadOnlyCollection<LedgerStep> steps, IReadOnlyCollection<string> next, bool isWatched, Duration lease, CancellationToken ct) =>
        database.WriteBriefly(
            async scope =>
            {
                var mails = new MailSteps(scope);
                await mails.Note(steps);
                return await mails.Claim(next, isWatched, lease);
            },
            ct);

    /// <summary>Says that whoever took these mails is still at it.</summary>
    /// <param name="mails">The mails.</param>
    /// <param name="token">As it was given when they were taken.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Those that are still theirs.</returns>
    public Task<IReadOnlySet<string>> Renew(IReadOnlyCollection<string> mails, long token, CancellationToken ct) =>
        database.WriteBriefly<IReadOnlySet<string>>(
            async scope => (await scope.Query<string>(
                $"""
                update digest
                   set renewed_at = crmsync_now(0)
                 where {scope.Engine.AnyOf("message_id", "@ids")} and state = {LedgerState.Sending:d} and token = @token
                returning message_id
                """,
                new { ids = scope.Engine.List(mails), token })).ToHashSet(StringComparer.Ordinal),
            ct);

    /// <summary>
    /// Notes, before the mail leaves, that no copy of it will tell whether it did; false when it is not ours to send any more.
    /// </summary>
    /// <param name="messageId">The mail.</param>
    /// <param name="token">As it was given when it was taken.</param>
    /// <param name="problem">Why the command mailbox gets none, in words; null when there is nobody to see it.</param>
    /// <param name="ct">Cancels.</param>
    public Task<bool> MarkWithoutCopy(string messageId, long token, string? problem, CancellationToken ct) => Change(
        $"""
        update digest set copy = {LedgerCopy.Missing:d}, copy_problem = @problem, renewed_at = crmsync_now(0)
         where message_id = @messageId and state = {LedgerState.Sending:d} and token = @token
        """,
        new { messageId, token, problem },
        ct);

    /// <summary>Notes that a mail that had left came back; false when it is none of ours or had not left.</summary>
    public Task<bool> MarkReturned(string messageId, string problem, CancellationToken ct) =>
        Change(
            $"""
            update digest set state = {LedgerState.Refused:d}, problem = @problem
             where message_id = @messageId and state = {LedgerState.Sent:d}
            """,
            new { messageId, problem = Texts.Clean(problem) },
            ct);

    /// <summary>
    /// Those of the given mails about which nothing is left to decide: their bytes are kept, they left, were refused, or had nothing to
    /// say.
    /// </summary>
    public async Task<IReadOnlySet<string>> Settled(IReadOnlyCollection<string> messageIds, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return (
            await connection.QueryAsync<string>(
                new CommandDefinition(
                    $"""
                    select message_id from digest
                     where state <> {LedgerState.Planned:d} and {database.Engine.AnyOf("message_id", "@ids")}
                    """,
                    new { ids = database.Engine.List(messageIds) },
                    cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A mail by its id, with its bytes; null when there is none.</summary>
    public async Task<LedgerMail?> Find(string messageId, CancellationToken ct) =>
        (await Select($"select {Columns}, bytes from digest where message_id = @messageId", new { messageId }, ct)).SingleOrDefault();

    /// <summary>
    /// The mails that may leave now, the oldest first: those not tried yet or whose time has come again, and those of a worker that is
    /// gone. Without their bytes: these come with the claim.
    /// </summary>
    /// <param name="after">The last one of the page before; null: from the beginning.</param>
    /// <param name="now">The moment.</param>
    /// <param name="lease">How long a claim counts without being renewed, by the time of the database.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="ct">Cancels.</param>
    public Task<IReadOnlyList<LedgerMail>> Ready(PlannedMail? after, Instant now, Duration lease, int most, CancellationToken ct) =>
        Select(
            $"""
            select {Columns}
              from digest
             where (   (state = {LedgerState.Rendered:d} and (next_try_at is null or next_try_at <= @now))
                    or (state = {LedgerState.Sending:d} and renewed_at <= crmsync_now(@stale)))
               and {readers.AreOurs("reader")} and not {LedgerReaders.AreWebhooks("reader")}
               and (due_at > @due or (due_at = @due and message_id > @id))
             order by due_at, message_id
             limit @most
            """,
            new
            {
                now,
                stale = MailSteps.Stale(lease),
                due = after?.DueAt ?? Instant.FromUnixTimeSeconds(0),
                id = after?.MessageId ?? "",
                most,
            },
            ct);

    /// <summary>The same for what is posted to webhooks; a trial posts nothing.</summary>
    public Task<IReadOnlyList<LedgerMail>> ReadyPosts(Instant now, Duration lease, int most, CancellationToken ct) =>
        Select(
            $"""
            select {Columns}
              from digest
             where (   (state = {LedgerState.Rendered:d} and (next_try_at is null or next_try_at <= @now))
                    or (state = {LedgerState.Sending:d} and renewed_at <= crmsync_now(@stale)))
               and {LedgerReaders.AreWebhooks("reader")}
             order by due_at, message_id
             limit @most
            """,
            new { now, stale = MailSteps.Stale(lease), most },
            ct);

    /// <summary>Mails that still have to leave although it was tried, the oldest first: for status and managers. Without bytes.</summary>
    public Task<IReadOnlyList<LedgerMail>> Waiting(CancellationToken ct) =>
        Select(
            $"""
            select {Columns} from digest
             where state in {LedgerStates.Unsent} and problem is not null
             order by due_at, message_id
             limit 200
            """,
            new { },
            ct);

    /// <summary>How many mails have to leave still, tried or not.</summary>
    public Task<long> CountUnsent(CancellationToken ct) =>
        CountUnsent($"{readers.AreOurs("reader")} and not {LedgerReaders.AreWebhooks("reader")}", ct);

    /// <summary>How many posts to webhooks have to leave still.</summary>
    public Task<long> CountUnsentPosts(CancellationToken ct) => CountUnsent(LedgerReaders.AreWebhooks("reader"), ct);

    private async Task<long> CountUnsent(string which, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(
                $"select count(*) from digest where state in {LedgerStates.Unsent} and {which}",
                cancellationToken: ct));
    }

    /// <summary>How many mails stand where, of those that have to leave still and of those that were due since a moment.</summary>
    public async Task<IReadOnlyDictionary<LedgerState, long>> Counts(Instant since, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(int State, long Mails)>(
            new CommandDefinition(
                $"""
                select state, count(*) as mails from digest
                 where (state in {LedgerStates.Unsent} or due_at >= @since) and not {LedgerReaders.AreWebhooks("reader")}
                 group by state
                """,
                new { since },
                cancellationToken: ct));
        return rows.ToDictionary(row => (LedgerState)row.State, row => row.Mails);
    }

    /// <summary>When the oldest mail was due that has to leave still; null when all have left.</summary>
    public async Task<Instant?> OldestUnsent(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<Instant?>(
            new CommandDefinition(
                $"select min(due_at) from digest where state in {LedgerStates.Unsent} and {readers.AreOurs("reader")} "
                    + $"and not {LedgerReaders.AreWebhooks("reader")}",
                cancellationToken: ct));
    }

    /// <summary>Whether the reader's next digest of the same name is there already, whatever it says.</summary>
    public async Task<bool> IsFollowed(PlannedMail mail, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(
                    "select count(*) from digest where digest = @Digest and reader = @Reader and local_date > @Occasion",
                    new
                    {
                        mail.Digest,
                        Reader = readers.Kept(mail.Reader),
                        mail.Occasion,
                    },
                    cancellationToken: ct)) > 0;
    }

    /// <summary>The mails of one name that were planned but whose bytes are not kept yet: left behind by a run that was stopped.</summary>
    public Task<IReadOnlyList<LedgerMail>> Planned(string digest, CancellationToken ct) =>
        Select(
            $"""
            select {Columns} from digest
             where state = {LedgerState.Planned:d} and digest = @digest and {readers.AreOurs("reader")}
             order by due_at, message_id
            """,
            new { digest },
            ct);

    /// <summary>How many mails of one name were written for a reader since a moment.</summary>
    public async Task<long> CountSince(string digest, string reader, Instant moment, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(
                "select count(*) from digest where digest = @digest and reader = @reader and due_at > @moment",
                new
                {
                    digest,
                    reader = readers.Kept(reader),
                    moment,
                },
                cancellationToken: ct));
    }

    /// <summary>Mails that will never leave, since a moment: for status and managers.</summary>
    public Task<IReadOnlyList<LedgerMail>> Refused(Instant since, CancellationToken ct) =>
        Select(
            $"select {Columns} from digest where state = {LedgerState.Refused:d} and due_at >= @since order by due_at, message_id",
            new { since },
            ct);

    /// <summary>Whether a mail has been seen in one of the accounts: its copy in the command mailbox, or what its reader got.</summary>
    public async Task<bool> HasArrived(PlannedMail mail, CancellationToken ct)
    {
        // No mail of ours is dated before it was due; the log need not be searched further back.
        var since = mail.DueAt - Duration.FromDays(1);
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(
                    "select count(*) from interaction where at >= @since and message_id = @MessageId",
                    new { since, mail.MessageId },
                    cancellationToken: ct)) > 0;
    }

    private Task<bool> Change(string sql, object parameters, CancellationToken ct) =>
        database.WriteBriefly(async scope => await scope.Execute(sql, parameters) == 1, ct);

    private async Task<IReadOnlyList<LedgerMail>> Select(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);

        // Dapper's reader disposes of its command only when it is not disposed of asynchronously.
        using var reader = (DbDataReader)
            await connection.ExecuteReaderAsync(new CommandDefinition(sql, parameters, cancellationToken: ct));
        var mails = new List<LedgerMail>();
        while (await reader.ReadAsync(ct))
        {
            var plan = new PlannedMail(
                reader.GetString(0),
                reader.GetString(1),
                readers.Person(reader.GetString(2)),
                reader.GetString(3),
                database.Engine.InstantAt(reader, 5));
            mails.Add(
                new LedgerMail(plan, (LedgerState)reader.GetInt32(4))
                {
                    ClaimedAt = database.Engine.NullableInstantAt(reader, 6),
                    SentAt = database.Engine.NullableInstantAt(reader, 7),
                    Problem = await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8),
                    Attempts = reader.GetInt32(9),
                    NextTry = database.Engine.NullableInstantAt(reader, 10),
                    Copy = (LedgerCopy)reader.GetInt32(11),
                    CopyProblem = await reader.IsDBNullAsync(12, ct) ? null : reader.GetString(12),
                    Token = reader.GetInt64(13),
                    RenewedAt = database.Engine.NullableInstantAt(reader, 14),
                    Bytes = reader.FieldCount <= 15 || await reader.IsDBNullAsync(15, ct) ? null : reader.GetFieldValue<byte[]>(15),
                });
        }

        return mails;
    }
}

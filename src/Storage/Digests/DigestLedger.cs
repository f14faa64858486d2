using System.Data.Common;
using CrmSync.Domain.Digests;
using CrmSync.Storage.Log;
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
                    if (!await Keep(scope, mail, now))
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
    public Task<bool> NothingToSay(string messageId, CancellationToken ct) =>
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
                await NoteSent(scope, [.. steps.OfType<LedgerStep.Sent>()]);
                foreach (var step in steps)
                    await Note(scope, step);

                return await Claim(scope, next, isWatched, lease);
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
    public Task<bool> LeavesWithoutCopy(string messageId, long token, string? problem, CancellationToken ct) => Change(
        $"""
        update digest set copy = {LedgerCopy.Missing:d}, copy_problem = @problem, renewed_at = crmsync_now(0)
         where message_id = @messageId and state = {LedgerState.Sending:d} and token = @token
        """,
        new { messageId, token, problem },
        ct);

    /// <summary>Notes that a mail that had left came back; false when it is none of ours or had not left.</summary>
    public Task<bool> CameBack(string messageId, string problem, CancellationToken ct) =>
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
    /// gone. With their bytes.
    /// </summary>
    /// <param name="after">The last one of the page before; null: from the beginning.</param>
    /// <param name="now">The moment.</param>
    /// <param name="lease">How long a claim counts without being renewed, by the time of the database.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="ct">Cancels.</param>
    public Task<IReadOnlyList<LedgerMail>> Ready(PlannedMail? after, Instant now, Duration lease, int most, CancellationToken ct) =>
        Select(
            $"""
            select {Columns}, bytes
              from digest
             where (   (state = {LedgerState.Rendered:d} and (next_try_at is null or next_try_at <= @now))
                    or (state = {LedgerState.Sending:d} and renewed_at <= crmsync_now(@stale)))
               and {readers.AreOurs("reader")}
               and (due_at > @due or (due_at = @due and message_id > @id))
             order by due_at, message_id
             limit @most
            """,
            new
            {
                now,
                stale = Stale(lease),
                due = after?.DueAt ?? Instant.FromUnixTimeSeconds(0),
                id = after?.MessageId ?? "",
                most,
            },
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
    public async Task<long> CountUnsent(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition(
                $"select count(*) from digest where state in {LedgerStates.Unsent} and {readers.AreOurs("reader")}",
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
                 where state in {LedgerStates.Unsent} or due_at >= @since
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
                $"select min(due_at) from digest where state in {LedgerStates.Unsent} and {readers.AreOurs("reader")}",
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

    private static async Task<bool> Keep(WriteScope scope, WrittenMail mail, Instant now)
    {
        if (mail.Bytes is null)
        {
            await scope.Execute(
                $"update digest set state = {LedgerState.Empty:d} where message_id = @MessageId and state = {LedgerState.Planned:d}",
                new { mail.MessageId });
            return false;
        }

        if (mail.Erasures is { } erasures && erasures != await ErasedPeople.Count(scope))
            return false;

        // One transaction writes at a time, so what is counted here is still so below.
        var ids = scope.Engine.List(mail.Answered);
        if (
            mail.Answered.Count > 0
            && await scope.One<long>(
                $"select count(*) from command_mail where answer is not null and {scope.Engine.AnyOf("id", "@ids")}",
                new { ids }) != mail.Answered.Count)
            return false;

        if (
            await scope.Execute(
                $"""
                update digest set state = {LedgerState.Rendered:d}, bytes = @Bytes, rendered_at = @now
                 where message_id = @MessageId and state = {LedgerState.Planned:d}
                """,
                new
                {
                    mail.MessageId,
                    mail.Bytes,
                    now,
                }) != 1)
            return false;

        if (mail.Answered.Count > 0)
            await scope.Execute(
                $"update command_mail set answer = null, told_by = @MessageId where {scope.Engine.AnyOf("id", "@ids")}",
                new { mail.MessageId, ids });

        return true;
    }

    /// <summary>
    /// Takes mails that are ready or that nobody has been at for long. Two workers that ask at once wait for each other at the rows.
    /// </summary>
    private static async Task<ClaimedMails> Claim(WriteScope scope, IReadOnlyCollection<string> next, bool isWatched, Duration lease)
    {
        if (next.Count == 0)
            return ClaimedMails.None;

        var ids = scope.Engine.List(next);
        var token = await scope.One<long>(
            $"select coalesce(max(token), 0) + 1 from digest where {scope.Engine.AnyOf("message_id", "@ids")}", new { ids });
        var taken = await scope.Query<(string Mail, byte[]? Bytes)>(
            $"""
            update digest
               set state = {LedgerState.Sending:d}, token = @token, claimed_by = @owner, renewed_at = crmsync_now(0),
                   claimed_at = case when state = {LedgerState.Sending:d} then claimed_at else crmsync_now(0) end,
                   problem = null, copy = @copy, copy_problem = null
             where {scope.Engine.AnyOf("message_id", "@ids")}
               and (state = {LedgerState.Rendered:d} or (state = {LedgerState.Sending:d} and renewed_at <= crmsync_now(@stale)))
            returning message_id, bytes
            """,
            new
            {
                ids,
                token,
                owner = ContactDatabase.Program,
                copy = (int)(isWatched ? LedgerCopy.Follows : LedgerCopy.Unwatched),
                stale = Stale(lease),
            });
        return new ClaimedMails(token, taken.ToDictionary(row => row.Mail, row => row.Bytes, StringComparer.Ordinal));
    }

    private static long Stale(Duration lease) => -(long)lease.TotalSeconds;

    /// <summary>What most mails come to, all of them at once.</summary>
    private static async Task NoteSent(WriteScope scope, IReadOnlyList<LedgerStep.Sent> steps)
    {
        if (steps.Count == 0)
            return;

        var rows = scope.Rows(
            $$"""
            update digest
               set state = {{LedgerState.Sent:d}}, sent_at = r.sent_at, problem = null, next_try_at = null
              from {rows} r
             where digest.message_id = r.message_id and digest.token = r.token and digest.state = {{LedgerState.Sending:d}}
            """,
            Column.Text("message_id"),
            Column.Number("token"),
            Column.Instant("sent_at"));
        foreach (var step in steps)
            rows.Add(step.MessageId).Add(step.Token).Add(step.At).End();

        await rows.Flush();
    }

    private static Task Note(WriteScope scope, LedgerStep step) => step switch
    {
        LedgerStep.Sent => Task.CompletedTask,
        LedgerStep.Postponed later => scope.Execute(
            $"""
            update digest
               set state = {LedgerState.Rendered:d}, claimed_at = null, claimed_by = null, renewed_at = null,
                   copy = {LedgerCopy.Unwatched:d}, problem = @Problem, next_try_at = @NextTry, attempts = attempts + @failed
             where message_id = @MessageId and token = @Token and state = {LedgerState.Sending:d}
            """,
            new { later.MessageId, later.Token, later.Problem, later.NextTry, failed = later.NextTry is null ? 0 : 1 }),
        LedgerStep.Doubtful doubt => scope.Execute(
            $"update digest set problem = @Problem where message_id = @MessageId and token = @Token and state = {LedgerState.Sending:d}",
            new { doubt.MessageId, doubt.Token, doubt.Problem }),
        LedgerStep.Refused never => scope.Execute(
            $"""
            update digest set state = {LedgerState.Refused:d}, bytes = null, problem = @Problem
             where message_id = @MessageId and token = @Token and state in {LedgerStates.Unsent}
            """,
            new { never.MessageId, never.Token, never.Problem }),
        _ => throw new NotSupportedException(step.GetType().Name),
    };

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

using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>A thread cannot be made private right now.</summary>
/// <param name="mail">The mail of ours that shows it.</param>
public sealed class ThreadUnderWayException(string mail)
    : Exception($"{mail} shows the thread and is being sent right now; it is made private with the next harvest");

/// <summary>
/// Takes what was written in a thread out of the log for good, and out of everything that shows it; what comes later in the thread, or is
/// another copy of one of its mails, is kept without its words as well (policy-language.md section 6, <c>private</c>).
/// </summary>
/// <param name="database">The database.</param>
/// <param name="textOfMail">What a mail of ours says that is kept as bytes.</param>
public sealed class PrivateThreads(ContactDatabase database, Func<byte[], string> textOfMail)
{
    /// <summary>Of a text so much is looked for in what our mails say: they show its beginning.</summary>
    private const int Beginning = 40;

    /// <summary>How many threads were made private.</summary>
    public async Task<long> Count(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            select count(distinct coalesce(i.thread, p.line_id))
              from private_mail p
              left join mail_identity m on m.line_id = p.line_id
              left join interaction i on i.number = m.interaction
            """, cancellationToken: ct));
    }

    /// <summary>Makes the threads private of which a label or folder says so.</summary>
    /// <exception cref="ThreadUnderWayException">A mail of ours that shows one is just being sent; it is tried again.</exception>
    public async Task HideMarked(Classifier classifier, CancellationToken ct)
    {
        IReadOnlyList<(string Line, Instant At, string Because)> marks;
        await using (var connection = await database.Connect(ct))
            marks = (await connection.QueryAsync<(string, Instant, string)>(
                new CommandDefinition(
                    "select line_id, said_at, because from private_mark order by line_id", cancellationToken: ct))).AsList();
        foreach (var (line, at, because) in marks)
            await Hide(line, classifier, at, ct, because);
    }

    /// <summary>Makes a thread private; once more does no harm.</summary>
    /// <param name="thread">The id of the thread, or of any mail in it.</param>
    /// <param name="classifier">Writes the lines.</param>
    /// <param name="at">When it was said.</param>
    /// <param name="ct">Cancels; then nothing has changed.</param>
    /// <param name="because">The label or folder that says so, in words; null where a person did.</param>
    /// <exception cref="ThreadUnderWayException">A mail of ours that shows it is just being sent.</exception>
    public Task Hide(string thread, Classifier classifier, Instant at, CancellationToken ct, string? because = null) =>
        database.WriteDurably(
            async scope =>
            {
                if (scope.Engine.IsSqlite)
                    await scope.Execute("pragma secure_delete = on");

                await scope.Execute(
                    "insert into private_mail (line_id, said_at) values (@thread, @at) on conflict do nothing", new { thread, at });
                var numbers = (await scope.Query<long>(
                    """
                    select m.number
                      from interaction i
                      join interaction m on m.thread = i.thread
                     where i.id = @thread or i.thread = @thread
                        or i.number in (select interaction from mail_identity where line_id = @thread)
                    union
                    select number from interaction where id = @thread
                    """,
                    new { thread })).AsList();
                IReadOnlyList<LineChange> changes =
                [
                    .. (await new PrivateLines(scope, classifier).Among(numbers)).Select(change => change with
                    {
                        Line = change.Line with { Hidden = change.Line.Hidden! with { Because = because } },
                    }),
                ];
                var lines = await Words(scope, [.. numbers, .. changes.Select(change => change.Number)]);
                var shown = new ShownSubjects(
                    lines.SelectMany(line => new[] { line.Subject, Begun(line.Body) }).OfType<string>());
                if (!shown.IsEmpty)
                {
                    await OwnMails(scope, shown);
                    await CommandMails(scope, shown);
                }

                await Notes(scope, lines.Select(line => line.Id).ToHashSet(StringComparer.Ordinal));
                await new LineChanges(scope, classifier).Apply(changes);
                if (changes.Count > 0)
                    await Units.Drop(scope);

                await scope.Execute("delete from private_mark where line_id = @thread", new { thread });
                return true;
            },
            ct);

    private static string? Begun(string? body) =>
        PlainWords.Flatten(body, PlainWords.Excerpt) is { Length: >= Beginning / 2 } text ? text[..Math.Min(text.Length, Beginning)] : null;

    private static async Task<List<(string Id, string? Subject, string? Body)>> Words(
        WriteScope scope, IReadOnlyCollection<long> numbers) =>
        (await scope.Query<(string, string?, string?)>(
            $"select id, subject, body from interaction where {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List(numbers) })).AsList();

    /// <summary>
    /// Digests, immediate mails and answers keep what they are and lose what they say; one that has not left is written once more.
    /// </summary>
    private async Task OwnMails(WriteScope scope, ShownSubjects shown)
    {
        var showing = new List<(string Id, LedgerState State)>();
        await using (var command = scope.Command("select message_id, state, bytes from digest where bytes is not null"))
        await using (var row = await command.ExecuteReaderAsync(scope.Cancellation))
        {
            while (await row.ReadAsync(scope.Cancellation))
            {
                if (shown.AreIn(textOfMail(row.GetFieldValue<byte[]>(2))))
                    showing.Add((row.GetString(0), (LedgerState)row.GetInt32(1)));
            }
        }

        foreach (var (id, state) in showing)
        {
            if (state == LedgerState.Sending)
                throw new ThreadUnderWayException(id);

            var isAnswer = await scope.One<long>("select count(*) from command_mail where told_by = @id", new { id }) > 0;
            var next = state != LedgerState.Rendered ? state : isAnswer ? LedgerState.Empty : LedgerState.Planned;
            var emptied = await scope.Execute(
                "update digest set bytes = null, state = @next where message_id = @id and state = @state",
                new { id, next = (int)next, state = (int)state });
            if (emptied == 0)
                throw new ThreadUnderWayException(id);
            if (state == LedgerState.Rendered)
                await scope.Execute("delete from digest_item where message_id = @id", new { id });
        }
    }

    /// <summary>Mails to the command mailbox that quote it, and what was answered.</summary>
    private static async Task CommandMails(WriteScope scope, ShownSubjects shown)
    {
        var rows = await scope.Query<(string Id, string? Mail, string? Words, string? Answer)>(
            """
            select id, mail, words, answer
              from command_mail
             where state <> @waiting and (mail is not null or words is not null or answer is not null)
            """,
            new { waiting = (int)CommandMailState.Waiting });
        foreach (var (id, mail, words, answer) in rows)
        {
            if (shown.AreIn(mail) || shown.AreIn(words) || shown.AreIn(answer))
                await scope.Execute(
                    "update command_mail set mail = null, bytes = null, answer = null, words = @reason where id = @id",
                    new { id, reason = HiddenWords.Reason });
        }
    }

    /// <summary>Notes about its mails keep their dates, for rules rest on them.</summary>
    private static async Task Notes(WriteScope scope, HashSet<string> lines)
    {
        foreach (var (number, line) in await PersonTraces.Commands(scope))
        {
            if (line.Command is { Text: { } text, About: { } about } command && lines.Contains(about))
                await scope.Execute(
                    "update interaction set command = @command where number = @number",
                    new { number, command = CommandText.Write(command with { Text = NoteText.DatesAlone(text) }) });
        }
    }
}

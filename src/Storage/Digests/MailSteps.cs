using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Digests;

/// <summary>
/// The steps of mails on their way out, within one transaction: each is a conditional update, so that a mail of which somebody else has
/// thought better stays as it is.
/// </summary>
internal sealed class MailSteps(WriteScope scope)
{
    /// <summary>The seconds before now since when a claim must have been renewed.</summary>
    public static long Stale(Duration lease) => -(long)lease.TotalSeconds;

    /// <summary>Keeps what a planned mail says; false when it was not waiting for it, or says nothing.</summary>
    public async Task<bool> Keep(WrittenMail mail, Instant now)
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
    public async Task<ClaimedMails> Claim(IReadOnlyCollection<string> next, bool isWatched, Duration lease)
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

    /// <summary>Notes what became of mails.</summary>
    public async Task Note(IReadOnlyCollection<LedgerStep> steps)
    {
        await NoteSent([.. steps.OfType<LedgerStep.Sent>()]);
        foreach (var step in steps)
            await Note(step);
    }

    /// <summary>What most mails come to, all of them at once.</summary>
    private async Task NoteSent(IReadOnlyList<LedgerStep.Sent> steps)
    {
        if (steps.Count == 0)
            return;

        var rows = scope.Rows(
            $$"""
            update digest
               set state = {{LedgerState.Sent:d}}, sent_at = r.sent_at, problem = null, next_try_at = null,
                   bytes = case when digest.digest in ({{PlannedMail.NamesOfKeys}}) or {{LedgerReaders.AreWebhooks("digest.reader")}}
                                then null
                                else digest.bytes
                           end
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

    private Task Note(LedgerStep step) => step switch
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
}

namespace CrmSync.Storage.Digests;

/// <summary>Ends a trial before mails go to their readers: nobody gets at once what was told in its course.</summary>
public sealed class TrialEnd(ContactDatabase database)
{
    /// <summary>
    /// Counts the steps that were told in a trial as told, for the next digest lists those items anyway, and lets go of mails of the trial
    /// that have not left. Does nothing when there was none.
    /// </summary>
    public Task Settle(CancellationToken ct) =>
        database.WriteDurably(
            async scope =>
            {
                await scope.Execute(
                    $"""
                    insert into notification (item, step, reader, sent_at, message_id)
                    select item, step, {LedgerReaders.WithoutTrial("reader")}, sent_at, message_id
                      from notification
                     where {LedgerReaders.AreOfTrial("reader")}
                        on conflict (item, step, reader) do nothing
                    """);
                return await scope.Execute(
                    $"""
                    update digest
                       set state = {LedgerState.Empty:d}, bytes = null, token = token + 1, next_try_at = null
                     where state in ({LedgerState.Planned:d}, {LedgerState.Rendered:d}, {LedgerState.Sending:d})
                       and {LedgerReaders.AreOfTrial("reader")}
                    """);
            },
            ct);
}

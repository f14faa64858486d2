namespace CrmSync.Storage.Log;

/// <summary>
/// Writes beside a participant that the mail did not reach them, as soon as both the mail and the report are in the log, whichever comes
/// first.
/// </summary>
internal sealed class BounceSettler(WriteScope scope)
{
    public async Task Settle(IReadOnlyList<LineChange> changes)
    {
        var written = changes.Select(c => c.Number).ToArray();
        var reports = changes.Where(c => c.Line.Report?.OfMessageId is not null).Select(c => c.Number).ToArray();
        var affected = (await scope.Query<long>(
            $"""
            select k.interaction
              from thread_key k
              join bounce b on b.message_hash = k.thread_key
             where k.relation = 0 and {scope.Engine.AnyOf("k.interaction", "@written")}
            union
            select k.interaction
              from bounce b
              join thread_key k on k.thread_key = b.message_hash and k.moment = 0
             where k.relation = 0 and {scope.Engine.AnyOf("b.interaction", "@reports")}
            """,
            new { written = scope.Engine.List(written), reports = scope.Engine.List(reports) })).ToArray();
        if (affected.Length == 0)
            return;

        await scope.Execute(
            $"""
            update participant
               set bounced = (select min(i.seen)
                                from thread_key k
                                join bounce b on b.message_hash = k.thread_key
                                join interaction i on i.number = b.interaction
                               where k.interaction = participant.interaction
                                 and k.relation = 0
                                 and b.address = participant.address)
             where {scope.Engine.AnyOf("interaction", "@affected")}
            """,
            new { affected = scope.Engine.List(affected) });
    }
}

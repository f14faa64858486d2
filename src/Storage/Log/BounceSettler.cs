using CrmSync.Domain.Company;
namespace CrmSync.Storage.Log;

/// <summary>
/// Writes beside a participant that the mail did not reach them, as soon as both the mail and the report are in the log, whichever comes
/// first. A report names the mail by its Message-ID; one that names none of ours means the last mail of that subject to the failed
/// recipient in the seven days before it.
/// </summary>
internal sealed class BounceSettler(WriteScope scope)
{
    /// <summary>Seven days, and an hour for clocks that differ, in seconds.</summary>
    private const string Window = "between b.moment - 604800 and b.moment + 3600";

    private readonly HashSet<long> affected = [];

    /// <summary>Notes whose recipients lines that are about to go or change speak of; to be called while they are still there.</summary>
    public async Task Remember(IReadOnlyCollection<long> lines) =>
        affected.UnionWith(
            await scope.Query<long>(
                $"""
                select k.interaction
                  from thread_key k
                  join bounce b on b.message_hash = k.thread_key
                 where k.relation = {KeyRelation.OwnId:d} and {scope.Engine.AnyOf("k.interaction", "@lines")}
                union
                select k.interaction
                  from bounce b
                  join thread_key k on k.thread_key = b.message_hash and k.moment = 0
                 where k.relation = {KeyRelation.OwnId:d} and {scope.Engine.AnyOf("b.interaction", "@lines")}
                union
                select other.interaction
                  from thread_key k
                  join bounce b on b.message_hash = k.thread_key and k.moment {Window}
                  join thread_key other on other.thread_key = b.message_hash and other.moment {Window}
                 where k.relation = {KeyRelation.Subject:d} and other.relation = {KeyRelation.Subject:d}
                   and {scope.Engine.AnyOf("k.interaction", "@lines")}
                union
                select k.interaction
                  from bounce b
                  join thread_key k on k.thread_key = b.message_hash and k.moment {Window}
                 where k.relation = {KeyRelation.Subject:d} and {scope.Engine.AnyOf("b.interaction", "@lines")}
                """,
                new { lines = scope.Engine.List(lines) }));

    /// <summary>Writes whom the lines just written, and those remembered, say was not reached.</summary>
    public async Task Settle(IReadOnlyList<LineChange> changes)
    {
        if (changes.Count > 0)
            await Remember([.. changes.Select(c => c.Number)]);
        if (affected.Count == 0)
            return;

        await scope.Execute(
            $"""
            update participant
               set bounced = (select min(i.seen)
                                from thread_key k
                                join bounce b on b.message_hash = k.thread_key
                                join interaction i on i.number = b.interaction
                                join interaction mail on mail.number = k.interaction
                               where k.interaction = participant.interaction
                                 and b.address = participant.address
                                 and (k.relation = {KeyRelation.OwnId:d} and b.moment is null
                                      or k.relation = {KeyRelation.Subject:d}
                                         and k.moment {Window}
                                         and mail.direction = {Direction.Outbound:d}
                                         and not exists (select 1
                                                           from bounce named
                                                           join thread_key own on own.thread_key = named.message_hash
                                                           and own.moment = 0 and own.relation = {KeyRelation.OwnId:d}
                                                          where named.interaction = b.interaction and named.moment is null)
                                         and not exists (select 1
                                                           from thread_key later
                                                           join interaction sent on sent.number = later.interaction
                                                          where later.thread_key = k.thread_key
                                                            and later.relation = {KeyRelation.Subject:d}
                                                            and later.moment > k.moment
                                                            and later.moment {Window}
                                                            and sent.direction = {Direction.Outbound:d})))
             where {scope.Engine.AnyOf("interaction", "@affected")}
            """,
            new { affected = scope.Engine.List(affected) });
    }
}

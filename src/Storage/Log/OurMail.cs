using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>
/// Which mails from outside answer a mail of ours that the log holds, whichever comes first: what sales tools and ticket systems add to
/// answers makes those no mailings.
/// </summary>
internal sealed class OurMail(WriteScope scope, Classifier classifier)
{
    /// <summary>
    /// The numbers of those mails among the changes whose class turns on it and that answer a mail of ours, in the log or among the
    /// changes.
    /// </summary>
    public async Task<HashSet<long>> AnswersAmong(IReadOnlyList<LineChange> changes)
    {
        var found = new HashSet<long>();
        var asking = changes.Where(c => classifier.TurnsOnReferences(c.Line)).ToArray();
        if (asking.Length == 0)
            return found;

        var keys = asking.SelectMany(c => Keys(c.Line)).Distinct().ToArray();
        var known = (
            await scope.Query<long>(
                $"""
                select k.thread_key
                  from thread_key k
                  join interaction i on i.number = k.interaction
                 where {scope.Engine.AnyOf("k.thread_key", "@keys")}
                   and k.relation = {KeyRelation.OwnId:d}
                   and k.moment = 0
                   and i.kind = {InteractionKind.Mail:d}
                   and i.direction <> {Direction.Inbound:d}
                """,
                new { keys = scope.Engine.List(keys) }
            )
        ).ToHashSet();
        foreach (var change in changes)
        {
            if (change.Line.From is { } from && classifier.Ours.Contains(from))
                known.UnionWith(change.Line.Identities.Select(i => i.MessageId).OfType<string>().Select(ThreadKeys.OfMessage));
        }

        foreach (var change in asking)
        {
            if (Keys(change.Line).Any(known.Contains))
                found.Add(change.Number);
        }

        return found;
    }

    /// <summary>The mailings in the log that answer one of these mails of ours, to be written again.</summary>
    public async Task<IReadOnlyList<LineChange>> AnswersTo(IReadOnlyList<WrittenMail> written)
    {
        var ids = written
            .Where(w => w.Verdict.Direction != Direction.Inbound)
            .SelectMany(w => w.Keys)
            .Where(k => k.Relation == KeyRelation.OwnId)
            .Select(k => k.Key)
            .Distinct()
            .ToArray();
        if (ids.Length == 0)
            return [];

        var numbers = (
            await scope.Query<long>(
                $"""
                select distinct k.interaction
                  from thread_key k
                  join interaction i on i.number = k.interaction
                 where {scope.Engine.AnyOf("k.thread_key", "@ids")}
                   and k.relation = {KeyRelation.RefersTo:d}
                   and k.moment = 0
                   and i.kind = {InteractionKind.Mail:d}
                   and i.class = {(int)InteractionClass.Bulk}
                """,
                new { ids = scope.Engine.List(ids) }
            )
        ).ToArray();
        if (numbers.Length == 0)
            return [];

        var lines = await new StoredLines(scope).Load(numbers);
        return [.. numbers.Where(n => classifier.TurnsOnReferences(lines[n])).Order().Select(n => new LineChange(n, lines[n], [n]))];
    }

    private static IEnumerable<long> Keys(MailLine mail) => mail.References.Select(ThreadKeys.OfMessage);
}

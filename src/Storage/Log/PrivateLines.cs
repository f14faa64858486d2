using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>
/// Finds lines that must lose their words: mails in a thread one of whose mails was made private, whichever was read first, and reports
/// that bring such a mail back.
/// </summary>
internal sealed class PrivateLines(WriteScope scope, Classifier classifier)
{
    private const string IsHidden = """facts like '%"hidden":%'""";

    /// <summary>Among the threads of some lines: what has to be written once more, without its words.</summary>
    public async Task<IReadOnlyList<LineChange>> Among(IReadOnlyCollection<long> lines)
    {
        if (lines.Count == 0 || await scope.One<long>("select count(*) from private_mail") == 0)
            return [];

        // On SQLite what is dropped is overwritten, too.
        if (scope.Engine.IsSqlite)
            await scope.Execute("pragma secure_delete = on");

        var threads = await Threads(lines);
        var numbers = new HashSet<long>(
            await scope.Query<long>(
                $"""
                select number
                  from interaction
                 where {scope.Engine.AnyOf("thread", "@threads")} and not coalesce({IsHidden}, false)
                union
                select b.interaction
                  from interaction i
                  join thread_key k on k.interaction = i.number and k.relation in ({KeyRelation.OwnId:d}, {KeyRelation.Subject:d})
                  join bounce b on b.message_hash = k.thread_key
                  join interaction report on report.number = b.interaction
                 where {scope.Engine.AnyOf("i.thread", "@threads")} and not coalesce(report.{IsHidden}, false)
                union
                select b.interaction
                  from bounce b
                  join thread_key k on k.thread_key = b.message_hash and k.relation in ({KeyRelation.OwnId:d}, {KeyRelation.Subject:d})
                  join interaction i on i.number = k.interaction
                  join interaction report on report.number = b.interaction
                 where {scope.Engine.AnyOf("b.interaction", "@lines")} and i.{IsHidden} and not coalesce(report.{IsHidden}, false)
                """,
                new { threads = scope.Engine.List(threads), lines = scope.Engine.List(lines) }));
        return
        [
            .. (await new StoredLines(scope).Load(numbers))
                .Where(stored => stored.Value.Hidden is null)
                .OrderBy(stored => stored.Key)
                .Select(stored => new LineChange(stored.Key, classifier.WithoutWords(stored.Value), [stored.Key])),
        ];
    }

    /// <summary>Which of some lines and threads have no words.</summary>
    public static async Task<IReadOnlySet<string>> Hidden(WriteScope scope, IReadOnlyCollection<string> ids) =>
        (await scope.Query<string>(
            $"select id from interaction where {scope.Engine.AnyOf("id", "@ids")} and {IsHidden}",
            new { ids = scope.Engine.List(ids) })).ToHashSet(StringComparer.Ordinal);

    /// <summary>The threads of some lines that are private, by one of their mails under any identity it has.</summary>
    private async Task<IReadOnlyCollection<string>> Threads(IReadOnlyCollection<long> lines) =>
        [
            .. await scope.Query<string>(
                $"""
                select distinct i.thread
                  from interaction i
                  join mail_identity m on m.interaction = i.number
                  join private_mail p on p.line_id = m.line_id
                 where i.thread in (select t.thread from interaction t where {scope.Engine.AnyOf("t.number", "@lines")})
                """,
                new { lines = scope.Engine.List(lines) }),
        ];
}

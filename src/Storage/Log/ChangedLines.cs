using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>
/// Tells a listener which lines of the log were written, changed or taken out since it last asked, whoever did it. The database writes this
/// down itself, and only while somebody listens.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="listener">Tells listeners apart; each running worker is one.</param>
public sealed class ChangedLines(ContactDatabase database, string listener)
{
    /// <summary>A listener that was not heard of for so long is gone.</summary>
    private static readonly Duration Gone = Duration.FromDays(1);

    /// <summary>
    /// The ids of the lines that changed since the last call, each once; null when that cannot be told: at the first call, and after being
    /// away for more than a day. Then the whole log is to be read, and whatever changes from now on is told by the next call.
    /// </summary>
    /// <param name="now">The moment of asking.</param>
    /// <param name="ct">Cancels; then the same changes are told again.</param>
    public Task<IReadOnlyList<string>?> Next(Instant now, CancellationToken ct) =>
        database.Write<IReadOnlyList<string>?>(
            async scope =>
            {
                // Changes are numbered under the lock of the one writer, which this transaction holds: none with a smaller number can still
                // come.
                var newest = await scope.One<long>("select coalesce(max(number), 0) from line_change");
                var heard = (
                    await scope.Query<long?>("select heard from line_watch where name = @listener", new { listener })).SingleOrDefault();
                var changed = heard is null
                    ? null
                    : (
                        await scope.Query<string>(
                            "select distinct line from line_change where number > @heard and number <= @newest",
                            new { heard, newest })).AsList();
                await scope.Execute(
                    """
                    insert into line_watch (name, heard, alive_at)
                    values (@listener, @newest, @now)
                    on conflict (name) do update set heard = excluded.heard, alive_at = excluded.alive_at
                    """,
                    new { listener, newest, now });
                await scope.Execute("delete from line_watch where alive_at < @gone", new { gone = now - Gone });
                if (changed is null or { Count: > 0 })
                    await scope.Execute("delete from line_change where number <= (select min(heard) from line_watch)");

                return changed;
            },
            ct);

    /// <summary>Stops listening.</summary>
    public Task Leave(CancellationToken ct) =>
        database.Write(scope => scope.Execute("delete from line_watch where name = @listener", new { listener }), ct);
}

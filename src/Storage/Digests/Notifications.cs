using Dapper;
using NodaTime;

namespace CrmSync.Storage.Digests;

/// <summary>A step of an item somebody is told of at once.</summary>
public sealed record ToldStep(string Item, string Step);

/// <summary>Which steps of which items a reader was told of outside of digests, so that nobody is told twice.</summary>
/// <param name="database">Where it is kept.</param>
/// <param name="names">See <see cref="DigestLedger"/>.</param>
public sealed class Notifications(ContactDatabase database, LedgerReaders? names = null)
{
    private readonly LedgerReaders readers = names ?? LedgerReaders.Real;

    /// <summary>The steps among these the reader was not told of yet.</summary>
    public async Task<IReadOnlyList<ToldStep>> Untold(string reader, IReadOnlyCollection<ToldStep> steps, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var told = await connection.QueryAsync<ToldStep>(new CommandDefinition(
            $"select item, step from notification where reader = @reader and {database.Engine.AnyOf("item", "@items")}",
            new
            {
                reader = readers.Kept(reader),
                items = database.Engine.List([.. steps.Select(step => step.Item).Distinct(StringComparer.Ordinal)]),
            },
            cancellationToken: ct));
        return [.. steps.Distinct().Except(told)];
    }

    /// <summary>The steps a mail tells of.</summary>
    public async Task<IReadOnlyList<ToldStep>> Read(string messageId, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<ToldStep>(
                new CommandDefinition(
                    "select item, step from notification where message_id = @messageId order by item, step",
                    new { messageId },
                    cancellationToken: ct)),
        ];
    }

    /// <summary>Notes that a mail tells the reader of these steps; gives those it is the first to tell of, to be written into it.</summary>
    public Task<IReadOnlyList<ToldStep>> Tell(
        string reader,
        string messageId,
        IReadOnlyCollection<ToldStep> steps,
        Instant now,
        CancellationToken ct) =>
        database.WriteDurably<IReadOnlyList<ToldStep>>(
            async scope =>
            {
                var kept = readers.Kept(reader);
                foreach (var step in steps)
                {
                    await scope.Execute(
                        """
                        insert into notification (item, step, reader, sent_at, message_id)
                        values (@Item, @Step, @kept, @now, @messageId)
                        on conflict (item, step, reader) do nothing
                        """,
                        new { step.Item, step.Step, kept, now, messageId });
                }

                var mine = await scope.Query<ToldStep>(
                    "select item, step from notification where reader = @kept and message_id = @messageId", new { kept, messageId });
                return [.. steps.Distinct().Intersect(mine)];
            },
            ct);
}

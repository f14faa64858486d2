using CrmSync.Domain.Harvest;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Harvest;

/// <summary>How far the harvest has come, in figures: for <c>status</c>, its page and its meters.</summary>
public sealed class LedgerCounts(ContactDatabase database)
{
    /// <summary>How many items stand where.</summary>
    public async Task<IReadOnlyList<ItemCount>> Counts(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Account, int State, string? Reason, long Items)>(
            $"""
            select a.name as account, i.state, case when i.state = {ItemState.Skipped:d} then i.reason end as reason, count(*) as items
              from remote_item i
              join account a on a.number = i.account
             group by a.name, i.state, case when i.state = {ItemState.Skipped:d} then i.reason end
             order by a.name, i.state, 3
            """);
        return [.. rows.Select(r => new ItemCount(r.Account, ((ItemState)r.State).ToString().ToLowerInvariant(), r.Reason, r.Items))];
    }

    /// <summary>Why items could not be read, or not whole, and how many each; the most frequent reasons first.</summary>
    public async Task<IReadOnlyList<(string Reason, long Items)>> QuarantineReasons(int most, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Reason, long Items)>(
            new CommandDefinition(
                $"""
                select reason, count(*) as items from remote_item
                 where place is not null and reason is not null and state in ({ItemState.Done:d}, {ItemState.Quarantined:d})
                 group by reason
                 order by count(*) desc, reason
                 limit @most
                """,
                new { most },
                cancellationToken: ct));
        return [.. rows];
    }

    /// <summary>How the folders of each account are doing.</summary>
    public async Task<IReadOnlyList<FolderCount>> FolderCounts(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<FolderRow>(
            new CommandDefinition(
                """
                select a.name as Account, count(*) as Folders, sum(case when f.parked_until is null then 0 else 1 end) as Parked,
                       min(f.parked_since) as ParkedSince
                  from folder f
                  join account a on a.number = f.account
                 group by a.name
                 order by a.name
                """,
                cancellationToken: ct));
        return [.. rows.Select(row => new FolderCount(row.Account, row.Folders - row.Parked, row.Parked, row.ParkedSince))];
    }

    private sealed record FolderRow
    {
        public required string Account { get; init; }

        public required long Folders { get; init; }

        public required long Parked { get; init; }

        public Instant? ParkedSince { get; init; }
    }
}

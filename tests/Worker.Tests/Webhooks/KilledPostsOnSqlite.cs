using Dapper;
using Microsoft.Data.Sqlite;

namespace CrmSync.Worker.Tests.Webhooks;

public sealed class KilledPostsOnSqlite : KilledPosts
{
    protected override Task<string?> NewDatabase() => Task.FromResult<string?>(null);

    protected override async Task Pass()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "data", "crmsync.db")};Pooling=False");
        await connection.ExecuteAsync("update digest set renewed_at = strftime('%Y-%m-%dT%H:%M:%SZ', renewed_at, '-1 hour')");
    }
}

using CrmSync.Fixtures.Servers;
using Dapper;
using Npgsql;

namespace CrmSync.Worker.Tests.Webhooks;

public sealed class KilledPostsOnPostgres : KilledPosts
{
    private PostgresServer server = null!;
    private string database = "";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        server = await PostgresServer.Start();
    }

    public override async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async Task<string?> NewDatabase() => database = await server.NewDatabase();

    protected override async Task Pass()
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("update digest set renewed_at = renewed_at - interval '1 hour'");
    }
}

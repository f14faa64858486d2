using CrmSync.Worker.Tests.Delivery;
using Npgsql;

namespace CrmSync.Worker.Tests.Webhooks;

public sealed class EventsOnPostgres(SharedDatabase shared) : EventsAreTold, IClassFixture<SharedDatabase>
{
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        GC.SuppressFinalize(this);
    }

    protected override async Task<string> NewStorage() => $"{{ postgres: \"{await shared.Server.NewDatabase()}\" }}";
}

namespace CrmSync.Worker.Tests.Webhooks;

public sealed class EventsOnSqlite : EventsAreTold
{
    protected override Task<string> NewStorage() => Task.FromResult("{ sqlite: data/crmsync.db }");
}

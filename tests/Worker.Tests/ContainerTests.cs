using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tests.Harvest;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests;

public sealed class ContainerTests
{
    [Fact]
    public async Task Every_part_of_the_program_can_be_made_of_the_parts_registered_and_shares_one_clock()
    {
        await using var company = await TestCompany.Open();
        var settings = new CrmSyncConfiguration { Storage = new StorageChoice.Sqlite("open already") };
        var loaded = new LoadedConfiguration("nowhere", settings, TestCompany.CreatePolicy("us.example"));
        var time = new StoppedTime();
        var services = new ServiceCollection().AddCrmSync(loaded, company.Database, time);
        await using var parts = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        Assert.All(services, service => Assert.NotNull(parts.GetRequiredService(service.ServiceType)));
        Assert.Equal(TestCompany.Monday, parts.GetRequiredService<IClock>().GetCurrentInstant());
        Assert.Same(time, parts.GetRequiredService<TimeProvider>());
        Assert.Same(company.Database, parts.GetRequiredService<ContactDatabase>());
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TestCompany.Monday.ToDateTimeOffset();
    }
}

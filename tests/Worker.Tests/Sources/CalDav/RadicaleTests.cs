using CrmSync.Fixtures.Servers;
using CrmSync.Worker.MailServers;

namespace CrmSync.Worker.Tests.Sources.CalDav;

public sealed class RadicaleTests(RadicaleServer server) : CalDavContract, IClassFixture<RadicaleServer>
{
    protected override CalDavServer Server => server;

    [Fact]
    public async Task A_wrong_password_is_said_to_be_one()
    {
        var error = await Assert.ThrowsAsync<MailServerException>(() => Client(password: "wrong").Discover(CancellationToken.None));
        Assert.Equal(MailFailure.Auth, error.Failure);
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
    }
}

public sealed class XandikosTests(XandikosServer server) : CalDavContract, IClassFixture<XandikosServer>
{
    protected override CalDavServer Server => server;
}

public sealed class CyrusCalendarTests(CyrusCalendarServer server) : CalDavContract, IClassFixture<CyrusCalendarServer>
{
    protected override CalDavServer Server => server;

    [Fact]
    public async Task A_wrong_password_is_said_to_be_one()
    {
        var error = await Assert.ThrowsAsync<MailServerException>(() => Client(password: "wrong").Discover(CancellationToken.None));
        Assert.Equal(MailFailure.Auth, error.Failure);
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
    }
}

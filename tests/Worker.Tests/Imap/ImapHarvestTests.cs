using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>How often a server is bothered that does not let us in.</summary>
public sealed class ImapHarvestTests
{
    [Fact]
    public async Task A_wrong_password_is_tried_three_times_and_then_hourly()
    {
        await using var fake = new FakeImapServer().On("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no");
        await using var company = await TestCompany.Open();
        var clock = new TestClock(TestCompany.Monday);
        await using var sources = RealMailbox.Sources(clock);
        var account = new ImapAccount(
            "ana",
            default,
            Domain.Company.EmailAddress.Parse("ana@us.example"),
            new Server("localhost", fake.Port, Encryption.None, null),
            "ana@us.example",
            new Login.Password(new Secret(MailboxServer.Password)));

        for (var minute = 0; minute < 180; minute++)
        {
            var summary = await company.Harvest("ana", sources.CreateSource(account, company.Since), clock.GetCurrentInstant());
            Assert.True(summary.IsPermanent);
            Assert.DoesNotContain(MailboxServer.Password, summary.Problem, StringComparison.Ordinal);
            clock.AdvanceMinutes(1);
        }

        Assert.Equal(5, fake.Received.Count(command => command.StartsWith("LOGIN", StringComparison.Ordinal)));
    }
}

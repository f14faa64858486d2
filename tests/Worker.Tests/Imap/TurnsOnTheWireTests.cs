using System.Globalization;
using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>How often a harvest waits for the server: over a slow line that is what it costs.</summary>
public sealed class TurnsOnTheWireTests(DovecotServer server) : IClassFixture<DovecotServer>
{
    [Fact]
    public async Task Two_thousand_mails_are_harvested_in_forty_turns_long_ones_and_attachments_included()
    {
        var user = server.NewUser();
        for (var i = 0; i < 2000; i++)
            server.Deliver(user, Mail(i));

        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        var account = RealMailbox.CreateAccount(server, user);

        var summary = await company.Harvest("ana", sources.CreateSource(account, company.Since));

        Assert.Equal((2000, null), (summary.New, summary.Problem));
        Assert.InRange(await sources.RoundTrips(account), 3, 40);
    }

    [Fact]
    public async Task An_unchanged_account_of_many_folders_is_polled_in_one_turn()
    {
        var user = server.NewUser();
        for (var folder = 0; folder < 30; folder++)
            server.Deliver(user, Mail(folder), string.Create(CultureInfo.InvariantCulture, $"Customers.Number{folder}"));

        await using var company = await TestCompany.Open();
        await using var sources = RealMailbox.Sources();
        var account = RealMailbox.CreateAccount(server, user);
        for (var i = 0; i < 2; i++)
            await company.Harvest("ana", sources.CreateSource(account, company.Since));

        var turns = await sources.RoundTrips(account);
        var poll = await company.Harvest("ana", sources.CreateSource(account, company.Since));

        Assert.Equal((0, 30, null), (poll.New, poll.Known, poll.Problem));
        Assert.Equal(turns + 1, await sources.RoundTrips(account));
    }

    /// <summary>
    /// Every tenth has an attachment that does not fit into the first bytes, every fiftieth a long text or two attachments.
    /// </summary>
    private static byte[] Mail(int number)
    {
        var subject = string.Create(CultureInfo.InvariantCulture, $"number {number}");
        var attachment = RealMailbox.Attachment("a.pdf", 25_000);
        return (number % 50) switch
        {
            1 => RealMailbox.Mail(subject, string.Concat(Enumerable.Repeat("A line of a long story.\r\n", 2000))),
            0 => RealMailbox.Parts(subject, attachment, attachment),
            10 or 20 or 30 or 40 => RealMailbox.Parts(subject, attachment),
            _ => RealMailbox.Mail(subject),
        };
    }
}

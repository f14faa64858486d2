using CrmSync.Domain.Log;
using CrmSync.Worker.Tests.Harvest;
using NodaTime;

namespace CrmSync.Worker.Tests.Imap;

/// <summary>Mails that are not as they should be, from the wire to the log.</summary>
public sealed class OddMailHarvestTests : OddServerCompany
{
    [Fact]
    public async Task Two_identical_mails_without_Message_ID_are_one_line()
    {
        Inbox.Holds();
        Inbox.Mails[1] = Inbox.Mails[2] = TestCompany.MailText("twin");

        Assert.Equal((1, 1), await Counts());
    }

    [Fact]
    public async Task One_Message_ID_on_two_different_mails_makes_two_lines()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText("offer", id: "same@acme.example", body: "It costs 10.");
        Inbox.Mails[2] = TestCompany.MailText("offer", id: "same@acme.example", body: "It costs 20.");

        Assert.Equal((2, 0), await Counts());
    }

    [Fact]
    public async Task A_copy_that_got_another_Message_ID_on_its_way_is_the_same_line()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText("sent", id: "client@acme.example");
        Inbox.Mails[2] = TestCompany.MailText("sent", id: "server@mx.acme.example");

        Assert.Equal((1, 1), await Counts());
    }

    [Fact]
    public async Task A_mail_without_From_and_one_with_two_are_kept()
    {
        Inbox.Holds();
        Inbox.Mails[1] = "To: ana@us.example\r\nSubject: nobody\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n\r\nHello\r\n";
        Inbox.Mails[2] =
            "From: jane@acme.example\r\nFrom: joe@acme.example\r\nTo: ana@us.example\r\nSubject: two\r\nDate: Mon, 2 Mar 2026 08:00:00 "
                + "+0000\r\n\r\nHello\r\n";

        Assert.Equal((2, 0), await Counts());
        Assert.Null((await FindLine("nobody")).Author);
        Assert.Equal("jane@acme.example", (await FindLine("two")).Author?.Value);
    }

    [Fact]
    public async Task Groups_and_encoded_commas_in_addresses_are_understood()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText(
            "group",
            to: "Friends: jane@acme.example, =?utf-8?q?Doe=2C_Joe?= <joe@acme.example>;, undisclosed-recipients:;");

        Assert.Equal((1, 0), await Counts());
        Assert.Equal(["jane@acme.example", "joe@acme.example"], Addresses(await FindLine("group"), ParticipantRole.To));
        Assert.Equal("Doe, Joe", (await FindLine("group")).Participants.Single(person => person.Address.Value == "joe@acme.example").Name);
    }

    [Fact]
    public async Task Ten_thousand_recipients_are_one_line()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText(
            "mass",
            to: string.Join(",\r\n ", Enumerable.Range(0, 10_000).Select(i => $"guest{i}@acme.example")));

        Assert.Equal((1, 0), await Counts());
        Assert.NotEmpty(Addresses(await FindLine("mass"), ParticipantRole.To));
    }

    [Fact]
    public async Task A_NUL_in_the_subject_is_no_obstacle()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText("half\0way");

        Assert.Equal((1, 0), await Counts());
        Assert.StartsWith("half", Assert.Single(await Company.Log()).Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fri, 19 Mar 2038 03:14:08 +0000")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 +0000")]
    [InlineData("yesterday")]
    [InlineData("Mon, 99 Foo 2026 25:61:61 +9999")]
    public async Task A_date_nobody_can_believe_gives_way_to_the_arrival(string date)
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText("dated", date: date, more: "Received: from mx by us; Mon, 2 Mar 2026 07:00:00 +0000\r\n");
        Inbox.Mails[2] = TestCompany.MailText("stamped", date: date);

        Assert.Equal((2, 0), await Counts());
        Assert.Equal(TestCompany.Monday - Duration.FromHours(2), (await FindLine("dated")).At);
        Assert.Equal(TestCompany.Monday - Duration.FromHours(1), (await FindLine("stamped")).At);
    }

    [Fact]
    public async Task A_migrated_mail_keeps_its_own_date_though_the_server_says_today()
    {
        Inbox.Holds();
        Inbox.Mails[1] = TestCompany.MailText("migrated", date: "Tue, 5 Mar 2019 08:00:00 +0000");

        Assert.Equal((1, 0), await Counts());
        Assert.Equal(Instant.FromUtc(2019, 3, 5, 8, 0), (await FindLine("migrated")).At);
    }

    private static IEnumerable<string> Addresses(Interaction line, ParticipantRole role) =>
        line.Participants.Where(person => person.Role == role).Select(person => person.Address.Value).Order(StringComparer.Ordinal);
}

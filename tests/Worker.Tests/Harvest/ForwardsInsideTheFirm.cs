using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Sources.Files;
using NodaTime;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>A customer's mail that a colleague forwards inside the firm.</summary>
public sealed class ForwardsInsideTheFirm
{
    private static readonly string Original = TestCompany.MailText(
        subject: "Broken hinge",
        from: "Jane Moss <jane@acme.example>",
        to: "tim@us.example",
        body: "Could you send a new one?",
        id: "hinge@acme.example",
        more: "Received: from mx.acme.example by mx.us.example; Mon, 2 Mar 2026 08:00:05 +0000\r\n");

    [Fact]
    public async Task An_attached_mail_is_in_the_log_although_its_own_mailbox_is_not_read()
    {
        await using var company = await TestCompany.Open();
        var summary = await Harvest(company, ("fwd", Attached(Original)));
        var line = Assert.Single(await company.Log(), line => line.Direction == Direction.Inbound);
        Assert.Equal(
            ("hinge@acme.example", InteractionClass.Human, "Could you send a new one?", Instant.FromUtc(2026, 3, 2, 8, 0, 5)),
            (line.MessageId, line.Class, line.Text!.Trim(), line.At));
        Assert.True(line.Question);
        Assert.Equal((1, 0), (summary.New, summary.Known));
    }

    [Theory]
    [InlineData("fwd", "itself")]
    [InlineData("itself", "fwd")]
    public async Task With_the_mail_itself_it_is_one_line_whichever_is_read_first(string first, string second)
    {
        await using var company = await TestCompany.Open();
        foreach (var name in (string[])[first, second])
            await Harvest(company, (name, name == "fwd" ? Attached(Original) : Original));
        Assert.Single(await company.Log(), line => line.MessageId == "hinge@acme.example");
        Assert.Equal(2, (await company.Log()).Count);
    }

    [Fact]
    public async Task The_forward_itself_stays_internal()
    {
        await using var company = await TestCompany.Open();
        await Harvest(company, ("fwd", Attached(Original)));
        Assert.Equal(InteractionClass.Internal, Assert.Single(await company.Log(), line => line.Direction == Direction.Internal).Class);
    }

    [Theory]
    [InlineData("Message-ID: <hinge@acme.example>\r\n", "")]
    [InlineData("From: Jane Moss <jane@acme.example>", "From: Olga Byrne <olga@us.example>")]
    [InlineData("Subject:", "Sensitivity: private\r\nSubject:")]
    public async Task A_mail_of_ours_a_private_one_and_one_that_bears_no_id_are_no_copies(string what, string instead)
    {
        await using var company = await TestCompany.Open();
        await Harvest(company, ("fwd", Attached(Original.Replace(what, instead, StringComparison.Ordinal))));
        Assert.Single(await company.Log());
    }

    [Fact]
    public async Task What_a_customer_attaches_is_no_copy()
    {
        await using var company = await TestCompany.Open();
        await Harvest(company, ("fwd", Attached(Original, from: "kim@paper.example")));
        Assert.Single(await company.Log());
    }

    [Fact]
    public async Task Of_people_of_whom_nothing_is_kept_nothing_is()
    {
        var privacy = new Privacy { NoCapture = new PrivacyFilter { Domains = ["acme.example"] } };
        await using var company = await TestCompany.Open(privacy: privacy);
        await Harvest(company, ("fwd", Attached(Original)));
        Assert.DoesNotContain(await company.Log(), line => line.Participants.Any(p => p.Address.Value == "jane@acme.example"));
    }

    private static async Task<HarvestSummary> Harvest(TestCompany company, params IEnumerable<(string Name, string Text)> mails)
    {
        foreach (var (name, text) in mails)
            await File.WriteAllTextAsync(company.PathTo("mail", name + ".eml"), text);
        return await company.Harvest("ana", new EmlSource(company.PathTo("mail")));
    }

    private static string Attached(string mail, string from = "tim@us.example") =>
        TestCompany.MailText(
            subject: "Fwd: Broken hinge",
            from: from,
            date: "Mon, 2 Mar 2026 08:30:00 +0000",
            id: "fwd@us.example",
            more: "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n",
            body: "--outer\r\nContent-Type: text/plain\r\n\r\nFor you, Ana.\r\n"
            + $"--outer\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n--outer--");
}

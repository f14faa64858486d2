using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Sources;

public sealed class MaildirSourceTests
{
    [Fact]
    public async Task New_and_read_mail_is_harvested_and_nothing_is_moved()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "new", "1.a.host"), MailText("one"));
        File.WriteAllText(company.PathTo("ana", "cur", "2.a.host:2,RS"), MailText("two"));

        var summary = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal((2, 0, 0), (summary.New, summary.Known, summary.Skipped));
        Assert.True(File.Exists(company.PathTo("ana", "new", "1.a.host")));
        Assert.Equal(["one", "two"], (await company.Log()).Select(l => l.Subject).Order());
    }

    [Fact]
    public async Task A_flag_set_or_a_move_from_new_to_cur_by_another_program_is_not_a_new_mail()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "new", "1.a.host"), MailText("one"));
        File.WriteAllText(company.PathTo("ana", "cur", "2.a.host:2,S"), MailText("two"));
        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        File.Move(company.PathTo("ana", "new", "1.a.host"), company.PathTo("ana", "cur", "1.a.host:2,FS"));
        File.Move(company.PathTo("ana", "cur", "2.a.host:2,S"), company.PathTo("ana", "cur", "2.a.host:2,RS"));
        var summary = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal((0, 2), (summary.New, summary.Known));
    }

    [Fact]
    public async Task Drafts_and_deleted_mail_are_left_out_until_the_flag_goes()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "cur", "1.a:2,DS"), MailText("draft"));
        File.WriteAllText(company.PathTo("ana", "cur", "2.a:2,ST"), MailText("deleted"));
        File.WriteAllText(company.PathTo("ana", ".Drafts", "cur", "3.a:2,S"), MailText("another draft"));
        var first = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        File.Move(company.PathTo("ana", "cur", "1.a:2,DS"), company.PathTo("ana", "cur", "1.a:2,S"));
        var second = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal((0, 3), (first.New, first.Skipped));
        Assert.Equal((1, 2), (second.New, second.Skipped));
    }

    [Fact]
    public async Task Subfolders_are_read_and_the_same_mail_in_two_folders_is_one_line()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "cur", "1.a:2,S"), MailText("offer", id: "offer@acme.example"));
        File.WriteAllText(company.PathTo("ana", ".Customers.Acme", "cur", "9.b:2,S"), MailText("offer", id: "offer@acme.example"));

        var summary = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal((1, 1), (summary.New, summary.Known));
        Assert.Single(await company.Log());
    }

    [Fact]
    public async Task What_arrives_after_the_first_harvest_is_seen_when_it_is_harvested()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "cur", "1.a:2,S"), MailText("old"));
        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));
        File.WriteAllText(company.PathTo("ana", "new", "2.a"), MailText("news"));
        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")), Monday + NodaTime.Duration.FromHours(5));

        var log = await company.Log();

        Assert.Equal(log.Single(l => l.Subject == "old").At, log.Single(l => l.Subject == "old").Seen);
        Assert.Equal(Monday + NodaTime.Duration.FromHours(5), log.Single(l => l.Subject == "news").Seen);
    }

    [Fact]
    public async Task A_folder_that_is_no_maildir_is_an_error_that_says_what_to_do()
    {
        await using var company = await Open();
        Directory.CreateDirectory(company.PathTo("ana", "inbox"));

        var summary = await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Contains("neither cur nor new", summary.Problem, StringComparison.Ordinal);
        Assert.True(summary.IsPermanent);
        Assert.Contains("eml:", (await company.Accounts.All(CancellationToken.None)).Single().LastError, StringComparison.Ordinal);
    }
}

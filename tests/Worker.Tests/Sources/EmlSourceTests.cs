using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Sources;

public sealed class EmlSourceTests
{
    [Fact]
    public async Task Every_mail_below_the_folder_is_harvested_once()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "1.eml"), MailText("one"));
        File.WriteAllText(company.PathTo("ana", "2001", "sent", "2."), MailText("two"));
        File.WriteAllText(company.PathTo("ana", "notes.json"), "{}");
        File.WriteAllText(company.PathTo("ana", ".hidden.eml"), MailText("hidden"));

        var first = await company.Harvest("ana", new EmlSource(company.PathTo("ana")));
        var second = await company.Harvest("ana", new EmlSource(company.PathTo("ana")));

        Assert.Equal((2, 0), (first.New, first.Known));
        Assert.Equal((0, 2), (second.New, second.Known));
    }

    [Fact]
    public async Task A_second_harvest_opens_no_file()
    {
        await using var company = await Open();
        for (var i = 0; i < 50; i++)
            File.WriteAllText(company.PathTo("ana", $"{i}.eml"), MailText($"mail {i}"));

        await company.Harvest("ana", new EmlSource(company.PathTo("ana")));
        var opened = Directory.GetFiles(company.PathTo("ana")).ToDictionary(f => f, File.GetLastAccessTimeUtc);
        foreach (var file in opened.Keys)
            File.SetLastAccessTimeUtc(file, DateTime.UnixEpoch);

        await company.Harvest("ana", new EmlSource(company.PathTo("ana")));

        Assert.All(opened.Keys, file => Assert.Equal(DateTime.UnixEpoch, File.GetLastAccessTimeUtc(file)));
    }

    [Fact]
    public async Task A_changed_file_is_read_again()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "1.eml"), MailText("before"));
        await company.Harvest("ana", new EmlSource(company.PathTo("ana")));

        File.WriteAllText(company.PathTo("ana", "1.eml"), MailText("after it was changed"));
        var summary = await company.Harvest("ana", new EmlSource(company.PathTo("ana")));

        Assert.Equal(1, summary.New);
        Assert.Equal(["after it was changed", "before"], (await company.Log()).Select(l => l.Subject).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no header, just a line of text")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task What_is_no_mail_is_quarantined_with_place_reason_and_remedy_and_the_rest_goes_on(string content)
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "bad.eml"), content);
        File.WriteAllText(company.PathTo("ana", "good.eml"), MailText("good"));

        var summary = await company.Harvest("ana", new EmlSource(company.PathTo("ana")));
        var bad = Assert.Single(await company.Ledger.Quarantine(null, CancellationToken.None));

        Assert.Equal((1, 1), (summary.New, summary.Quarantined));
        Assert.EndsWith("bad.eml", bad.Place, StringComparison.Ordinal);
        Assert.NotEmpty(bad.Reason);
        Assert.Contains("quarantine retry", bad.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NUL_bytes_in_a_mail_do_not_stop_it()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "nul.eml"), MailText("with\0nul", body: "one\0two"));

        Assert.Equal(1, (await company.Harvest("ana", new EmlSource(company.PathTo("ana")))).New);
    }

    [Fact]
    public async Task A_mail_of_200_megabytes_is_read_without_holding_it_in_memory()
    {
        await using var company = await Open();
        using (var file = File.CreateText(company.PathTo("ana", "huge.eml")))
        {
            file.Write(
                "From: jane@acme.example\nTo: ana@us.example\nSubject: drawings\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
                    + "boundary=b\n\n--b\n\nSee the drawing.\n--b\n"
            );
            file.Write(
                "Content-Type: image/tiff\nContent-Disposition: attachment; filename=drawing.tiff\nContent-Transfer-Encoding: base64\n\n");
            var line = new string('A', 76) + "\n";
            for (var i = 0; i < 200 * 1024 * 1024 / line.Length; i++)
                file.Write(line);

            file.Write("--b--\n");
        }

        var before = GC.GetTotalAllocatedBytes();
        var summary = await company.Harvest("ana", new EmlSource(company.PathTo("ana")));

        Assert.Equal(1, summary.New);
        Assert.Equal(1, (await company.Log()).Single().Attachments);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50 << 20);
    }

    [Fact]
    public async Task A_missing_folder_is_an_error_that_names_it()
    {
        await using var company = await Open();

        var summary = await company.Harvest("ana", new EmlSource(company.PathTo("nowhere")));

        Assert.Contains("nowhere: there is no folder here", summary.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_left_out()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "draft.eml"), MailText("draft", more: "X-Unsent: 1\r\n"));

        Assert.Equal(1, (await company.Harvest("ana", new EmlSource(company.PathTo("ana")))).Skipped);
    }
}

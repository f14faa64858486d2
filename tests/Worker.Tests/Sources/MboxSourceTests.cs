using System.Text;
using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Sources;

public sealed class MboxSourceTests
{
    private const string Separator = "From jane@acme.example Mon Mar  2 08:00:00 2026\n";

    [Fact]
    public async Task Messages_are_told_apart_and_quoted_From_lines_are_restored()
    {
        var log = await ReadLog(
            Separator + Unix("one", "He wrote:\n>From here on it is easy.\n>>From there too.\n") + "\n" + Separator + Unix("two", "Bye\n"));

        Assert.Equal(["one", "two"], log.Keys.Order());
        Assert.Contains("\nFrom here on it is easy.", "\n" + log["one"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentence_that_begins_with_From_is_no_separator()
    {
        var log = await ReadLog(
            Separator
                + Unix("one", "Hello\n\nFrom now on we meet on Mondays at 10:00 in 2026 or so\nin the usual room\n\nFrom me\n")
                + "\n"
                + Separator
                + Unix("two", "Bye\n"));

        Assert.Equal(2, log.Count);
    }

    [Fact]
    public async Task A_true_Content_Length_lets_a_message_hold_anything()
    {
        var body = "Look at this mailbox:\n\n" + Separator + "Subject: inner\n\ninner text\n";
        var log = await ReadLog(
            Separator + $"Content-Length: {body.Length}\n" + Unix("one", body) + "\n" + Separator + Unix("two", "Bye\n"));

        Assert.Equal(["one", "two"], log.Keys.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public async Task A_Content_Length_that_lies_is_not_believed(int said)
    {
        var log = await ReadLog(
            Separator + $"Content-Length: {said}\n" + Unix("one", "A longer text than that.\n") + "\n" + Separator + Unix("two", "Bye\n"));

        Assert.Equal(["one", "two"], log.Keys.Order());
    }

    [Fact]
    public async Task A_lost_blank_line_before_a_separator_does_not_swallow_the_next_mail()
    {
        var log = await ReadLog(Separator + Unix("one", "No blank line follows\n") + Separator + Unix("two", "Bye\n"));

        Assert.Equal(["one", "two"], log.Keys.Order());
    }

    [Fact]
    public async Task Text_before_the_first_separator_is_quarantined_and_the_mails_are_read()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana.mbox"), "some text that got here\nsomehow\n\n" + Separator + Unix("one", "Hello\n"));

        var summary = await company.Harvest("ana", new MboxSource(company.PathTo("ana.mbox")));

        Assert.Equal((1, 1), (summary.New, summary.Quarantined));
    }

    [Fact]
    public async Task A_file_that_grew_is_read_on_and_an_unchanged_one_is_not_opened()
    {
        await using var company = await Open();
        var path = company.PathTo("ana.mbox");
        File.WriteAllText(path, Separator + Unix("one", "Hello\n") + "\n" + Separator + Unix("two", "Hello\n"));
        await company.Harvest("ana", new MboxSource(path));

        File.SetLastAccessTimeUtc(path, DateTime.UnixEpoch);
        var unchanged = await company.Harvest("ana", new MboxSource(path));
        var accessed = File.GetLastAccessTimeUtc(path);
        File.AppendAllText(path, "\n" + Separator + Unix("three", "Hello\n"));
        var grown = await company.Harvest("ana", new MboxSource(path));

        Assert.Equal(DateTime.UnixEpoch, accessed);
        Assert.Equal((0, 2), (unchanged.New, unchanged.Known));
        Assert.Equal(["one", "three", "two"], (await company.Log()).Select(l => l.Subject).Order());
        Assert.Equal(3, grown.New + grown.Known);
        Assert.Equal(1, grown.New);
    }

    [Fact]
    public async Task A_rewritten_file_is_listed_anew_and_gives_no_line_twice()
    {
        await using var company = await Open();
        var path = company.PathTo("ana.mbox");
        File.WriteAllText(path, Separator + Unix("one", "Hello\n") + "\n" + Separator + Unix("two", "Hello\n"));
        await company.Harvest("ana", new MboxSource(path));

        File.WriteAllText(path, Separator + Unix("two", "Hello\n") + "\n" + Separator + Unix("three", "Hello\n"));
        var rewritten = await company.Harvest("ana", new MboxSource(path));

        Assert.Equal((1, 1), (rewritten.New, rewritten.Known));
        Assert.Equal(["one", "three", "two"], (await company.Log()).Select(l => l.Subject).Order());
    }

    [Fact]
    public async Task A_file_without_any_mail_is_an_error()
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana.mbox"), "\n\n\n");

        Assert.Contains(
            "holds no mail",
            (await company.Harvest("ana", new MboxSource(company.PathTo("ana.mbox")))).Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_longer_than_every_buffer_are_found_with_either_line_end()
    {
        var text = string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n>From x\r\n", 8000));
        var log = await ReadLog(
            string.Concat(
                Enumerable.Range(0, 5).Select(i => (Separator + Unix($"mail {i}", "")).ReplaceLineEndings("\r\n") + text + "\r\n")));

        Assert.Equal(5, log.Count);
    }

    private static string Unix(string subject, string body) =>
        $"From: jane@acme.example\nTo: ana@us.example\nDate: Mon, 2 Mar 2026 08:00:00 +0000\nSubject: {subject}\n\n{body}";

    private static async Task<Dictionary<string, string>> ReadLog(string mbox)
    {
        await using var company = await Open();
        await File.WriteAllBytesAsync(company.PathTo("ana.mbox"), Encoding.UTF8.GetBytes(mbox));
        var summary = await company.Harvest("ana", new MboxSource(company.PathTo("ana.mbox")));
        Assert.Equal(0, summary.Quarantined);
        return (await company.Log()).ToDictionary(l => l.Subject!, l => l.Text ?? "");
    }
}

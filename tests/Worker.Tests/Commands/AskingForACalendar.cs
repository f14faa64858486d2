using CrmSync.Mail.Mime;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Tests.Digests;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary><c>feed new</c>: the address under which a reader's calendar shows their list.</summary>
public sealed class AskingForACalendar(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly Uri Pages = new("https://crm.bright.example/crmsync");

    [Theory]
    [InlineData("feed new")]
    [InlineData("Feed neu")]
    [InlineData("feed nouveau")]
    public async Task A_reply_gives_the_address_at_once(string words)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent, pages: Pages);
        company.Deliver(Letter(sent.ReplyTo, "Re: " + sent.Subject, words));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        Assert.Equal("Your list in your calendar", answer.Subject);
        Assert.Equal("ana", await company.Program.Part<ReaderFeeds>().Reader(Token(answer), default));
        Assert.Contains("Google: in the browser choose Other calendars", Flat(answer.Text), StringComparison.Ordinal);
        Assert.Equal(
            ["ana mail asked for a calendar feed"],
            (await company.Program.Part<AuditTrail>().Read(SampleCompany.Story + Duration.FromMinutes(1), default))
                .Select(one => $"{one.Who} mail {one.What} {one.About}"));
    }

    [Fact]
    public async Task Asking_again_gives_another_and_ends_the_old_and_reading_the_mail_twice_does_not()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent, pages: Pages);
        company.Deliver(Letter("crmsync@bright.example", "feed new", "", id: "first"));
        await company.Harvest();
        var first = Token(Assert.Single(await company.Answers()));
        var feeds = company.Program.Part<ReaderFeeds>();
        await company.Harvest();
        await company.Answers();
        Assert.Equal("ana", await feeds.Reader(first, default));

        company.Deliver(Letter("crmsync+feed-new@bright.example", "hello", "", id: "second"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromHours(1));
        var second = (await company.Answers(AnsweringCompany.Answered + Duration.FromHours(1))).Select(Token).Single(one => one != first);
        Assert.Null(await feeds.Reader(first, default));
        Assert.Equal("ana", await feeds.Reader(second, default));
    }

    [Fact]
    public async Task The_word_alone_changes_nothing_and_says_what_to_write()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent, pages: Pages);
        company.Deliver(Letter("crmsync@bright.example", "feed new", "", id: "first"));
        await company.Harvest();
        var token = Token(Assert.Single(await company.Answers()));
        company.Deliver(Letter(sent.ReplyTo, "Re: " + sent.Subject, "feed", id: "second"));
        await company.Harvest();
        Assert.Contains(
            (await company.Answers()).Select(answer => Flat(answer.Text)),
            text => text.Contains("write “feed new” for an address that shows your list", StringComparison.Ordinal));
        Assert.Equal("ana", await company.Program.Part<ReaderFeeds>().Reader(token, default));
    }

    [Fact]
    public async Task Without_pages_the_answer_says_why_there_is_none()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter(sent.ReplyTo, "Re: " + sent.Subject, "feed new"));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        Assert.Contains("status.url in crmsync.yaml", Flat(answer.Text), StringComparison.Ordinal);
        Assert.DoesNotContain("/feed/", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_calendar_asks_with_lies_nowhere_in_the_database_once_it_was_sent()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent, pages: Pages);
        company.Deliver(Letter(sent.ReplyTo, "Re: " + sent.Subject, "feed new"));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        Assert.Null((await company.Program.Part<DigestLedger>().Find(answer.MessageId!, default))!.Bytes);
        await company.Program.Database.Compact(tables: false, default);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(company.DatabaseFile)!, "answers.db*"))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(Token(answer), await reader.ReadToEndAsync(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task The_foot_of_a_digest_says_how_to_get_it_where_there_are_pages()
    {
        await using var with = await AnsweringCompany.CreateCopy(sent, pages: Pages);
        await using var without = await AnsweringCompany.CreateCopy(sent);
        const string Hint = "Answer “feed\u00A0new” to this mail, and this list shows in your calendar.";
        Assert.Contains(Hint, await with.Digest("ana", SampleCompany.Story), StringComparison.Ordinal);
        Assert.DoesNotContain("feed", await without.Digest("ana", SampleCompany.Story), StringComparison.Ordinal);
    }

    private static string Token(MimeMessage answer)
    {
        var flat = Flat(answer.Text);
        var at = flat.IndexOf(Pages + "/feed/", StringComparison.Ordinal);
        Assert.True(at > 0, flat);
        return flat[(at + Pages.AbsoluteUri.Length + "/feed/".Length)..].Split(".ics")[0];
    }

    private static string Flat(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace('\u00A0', ' ');
}

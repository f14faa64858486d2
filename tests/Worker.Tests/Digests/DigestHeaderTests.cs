using System.Text.RegularExpressions;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Fixtures.Digests;
using CrmSync.Worker.Digests;

namespace CrmSync.Worker.Tests.Digests;

public sealed partial class DigestHeaderTests
{
    private static readonly DigestFacts Facts = Some.Facts([Some.Item("F7K2Q", state: ItemState.Overdue)], [Some.Mail("F7K2Q")]);

    [Fact]
    public async Task It_comes_from_a_fixed_name_and_goes_to_its_reader()
    {
        var mail = await Written.From(Facts);
        Assert.Equal("CrmSync <crmsync@bright.example>", mail.Header("From"));
        Assert.Equal("Ana Duarte <ana@bright.example>", mail.Header("To"));
        Assert.Equal("Wed, 04 Mar 2026 08:45:00 +0000", mail.Header("Date"));
        Assert.Equal("1 overdue - Ana, Wed 4 March", mail.Header("Subject"));
    }

    [Fact]
    public async Task It_says_that_a_program_wrote_it_and_wants_no_automatic_answer()
    {
        var mail = await Written.From(Facts);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.Equal("All", mail.Header("X-Auto-Response-Suppress"));
        Assert.Equal("digest", mail.Header("X-CrmSync"));
        Assert.False(mail.Has("Precedence"));
    }

    [Fact]
    public async Task It_can_be_sorted_and_stopped_without_a_web_page()
    {
        var mail = await Written.From(Facts);
        Assert.Equal("<my-day.crmsync.bright.example>", mail.Header("List-Id"));
        Assert.Matches(
            @"^<mailto:crmsync@bright\.example\?subject=unsubscribe%20my-day%20%5Bana\.\d+\.[A-Z2-7]{16}%5D>$",
            mail.Header("List-Unsubscribe"));
        Assert.False(mail.Has("List-Unsubscribe-Post"));
    }

    [Fact]
    public async Task Answers_go_to_the_command_mailbox_with_a_token_that_names_the_mail()
    {
        var mail = await Written.From(Facts);
        var address = AngleAddress().Match(mail.Header("Reply-To")).Groups[1].Value;
        Assert.Equal(mail.Mail.MessageId.Split('@')[0], Written.Sender.Tokens!.Mail(Some.Address(address)));
    }

    [Fact]
    public async Task The_message_id_is_made_from_installation_digest_reader_and_date_alone()
    {
        var mail = await Written.From(Facts);
        var other = await Written.From(Some.Facts([Some.Item("B3MXA")]));
        Assert.Matches(@"^<[A-Z2-7]{26}@bright\.example>$", mail.Header("Message-ID"));
        Assert.Equal(mail.Mail.MessageId, other.Mail.MessageId);

        var date = Some.Run().Date;
        string[] ids =
        [
            DigestMails.MessageId("test", "my-day", "ana", date),
            DigestMails.MessageId("other", "my-day", "ana", date),
            DigestMails.MessageId("test", "the-firm", "ana", date),
            DigestMails.MessageId("test", "my-day", "tim", date),
            DigestMails.MessageId("test", "my-day", "ana", date.PlusDays(1)),
        ];
        Assert.Equal(5, ids.Distinct().Count());
        Assert.StartsWith(ids[0], mail.Mail.MessageId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_digest_gives_the_same_bytes() =>
        Assert.Equal((await Written.From(Facts)).Mail.Bytes, (await Written.From(Facts)).Mail.Bytes);

    [Fact]
    public async Task Unthreaded_digests_refer_to_nothing_and_weekly_ones_to_one_root_a_week()
    {
        Assert.False((await Written.From(Facts)).Has("References"));
        var weekly = Some.MyDay with { ThreadByWeek = true };
        var wednesday = Some.Run(weekly);
        var thursday = wednesday with { Date = wednesday.Date.PlusDays(1) };
        var monday = wednesday with { Date = wednesday.Date.PlusDays(5) };
        var mails = new List<Written>();
        foreach (var run in new[] { wednesday, thursday, monday })
            mails.Add(await Written.From(Facts, run));

        Assert.Equal(mails[0].Header("References"), mails[1].Header("References"));
        Assert.Equal(mails[0].Header("Subject"), mails[1].Header("Subject"));
        Assert.NotEqual(mails[0].Header("References"), mails[2].Header("References"));
        Assert.NotEqual(mails[0].Header("References"), mails[0].Header("Message-ID"));
    }

    [Fact]
    public async Task Without_a_command_mailbox_there_are_no_links_to_one_and_no_reply_address()
    {
        var mail = await Written.From(Facts, sender: Written.Sender with { CommandMailbox = null, Tokens = null });
        Assert.False(mail.Has("Reply-To"));
        Assert.DoesNotContain("mailto:crmsync", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Reply:", mail.Text, StringComparison.Ordinal);
        Assert.Equal("<mailto:crmsync@bright.example?subject=unsubscribe%20my-day>", mail.Header("List-Unsubscribe"));
    }

    [Theory]
    [InlineData("Ana\r\nBcc: everybody@evil.example")]
    [InlineData("Ana\nX-Evil: 1\n\n<script>")]
    [InlineData("\u202Eana\u0000\u0007")]
    [InlineData("Ana \"the\" <b>Duarte</b>, (really)")]
    public async Task Nothing_in_a_name_becomes_a_header(string name)
    {
        var reader = Some.Ana with { Name = name };
        var policy = Some.Policy with { People = [Some.Olga, reader, Some.Tim] };
        var mail = await Written.From(Some.Facts([Some.Item("F7K2Q")], policy: policy), Some.Run(reader: reader));
        Assert.False(mail.Has("Bcc"));
        Assert.False(mail.Has("X-Evil"));
        Assert.Equal(12, mail.Headers.Count(h => !h.StartsWith("Content-", StringComparison.Ordinal)));
        Assert.EndsWith("<ana@bright.example>", mail.Header("To"), StringComparison.Ordinal);
    }

    [GeneratedRegex("<([^>]+)>")]
    private static partial Regex AngleAddress();
}

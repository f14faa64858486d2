using System.Security.Cryptography;
using System.Text;
using AngleSharp.Html.Parser;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>Rules of section 15 of the policy that neither headers nor looks alone show, on the bytes that leave.</summary>
public sealed class DigestRuleTests
{
    private static readonly DigestMails Mails = new(Written.Sender, new HtmlPages());

    [Fact]
    public async Task The_message_id_is_computed_as_written_down()
    {
        var mail = await Written.From(Some.Facts([Some.Item("A")]));
        var hash = Base32.Encode(SHA256.HashData("test|my-day|ana|2026-03-04"u8.ToArray()))[..26];
        Assert.Equal($"<{hash}@bright.example>", mail.Header("Message-ID"));
    }

    [Fact]
    public void An_immediate_mail_is_known_by_its_reader_items_and_steps_in_whatever_order()
    {
        Notice[] notices = [new(Some.Item("A"), "warn", "ana"), new(Some.Item("B"), "escalate-1", "ana")];
        var id = Mails.MessageId("ana", notices);
        Assert.Equal(id, Mails.MessageId("ana", [notices[1], notices[0]]));
        Assert.Equal(
            4,
            new[]
            {
                id,
                Mails.MessageId("tim", notices),
                Mails.MessageId("ana", [notices[0]]),
                Mails.MessageId("ana", [notices[0], notices[1] with { Step = "escalate-2" }]),
            }
                .Distinct()
                .Count());
    }

    [Fact]
    public async Task An_immediate_mail_can_be_answered_but_not_stopped()
    {
        var item = Some.Item("F7K2Q", state: ItemState.Overdue) with { Level = 1, Steps = [new ItemStep(Some.Now, "ana", Via.Email)] };
        var notice = new NoticeComposer(Some.Facts([item], [Some.Mail("F7K2Q")])).Compose(
            Some.Ana,
            [new Notice(item, "escalate-1", "ana")]);
        var id = Mails.MessageId("ana", [new Notice(item, "escalate-1", "ana")]);
        var bytes = (await Mails.WriteNotice(notice, id, Some.Now, default)).Bytes;
        var mail = MimeReader.Read(bytes);
        var source = Encoding.UTF8.GetString(bytes);
        Assert.Equal("Overdue: Answer Jo Keane - 08:45", mail.Subject);
        Assert.Contains("X-CrmSync: notice\r\n", source, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", source, StringComparison.Ordinal);
        Assert.Equal(mail.MessageId!.Split('@')[0], Written.Sender.Tokens!.Mail(Some.Address(mail.ReplyTo[0].Address)));
        Assert.DoesNotContain("unsubscribe", source, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Reply: done 1", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Immediate_mails_tell_of_fifteen_items_at_most_and_count_the_rest()
    {
        var items = Enumerable.Range(0, 40).Select(i => Some.Item($"I{i:00}", state: ItemState.Overdue)).ToList();
        List<Notice> notices = [.. items.Select(item => new Notice(item, "escalate-1", "ana"))];
        var notice = new NoticeComposer(Some.Facts(items, [.. items.Select(item => Some.Mail(item.Id))])).Compose(Some.Ana, notices);
        var mail = await Mails.WriteNotice(notice, Mails.MessageId("ana", notices), Some.Now, default);
        Assert.Equal("40 things cannot wait - 08:45", MimeReader.Read(mail.Bytes).Subject);
        Assert.Contains("and 25 more", MimeReader.Read(mail.Bytes).Text, StringComparison.Ordinal);
        Assert.InRange(mail.Bytes.Length, 1000, 100_000);
    }

    [Fact]
    public async Task Times_are_those_of_the_reader()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        var abroad = Some.Ana with { Calendar = new BusinessCalendar("ny", zone, Some.Office.Hours, Some.Office.Holidays) };
        var run = Some.Run(reader: abroad) with { Zone = zone };
        var mail = await Written.From(
            Some.Facts(
                [Some.Item("A", due: Instant.FromUtc(2026, 3, 4, 20, 0))],
                policy: Some.Policy with
                {
                    People = [Some.Olga, abroad, Some.Tim],
                }),
            run);
        Assert.Contains("Due today 15:00", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Due today 15:00", mail.Html, StringComparison.Ordinal);
        Assert.Equal("Wed, 04 Mar 2026 03:45:00 -0500", mail.Header("Date"));
    }

    [Fact]
    public async Task What_a_mail_does_not_list_it_counts()
    {
        var mail = await Written.From(Some.Facts([.. Enumerable.Range(0, 27).Select(i => Some.Item($"I{i:00}"))]));
        Assert.Contains("\nand 12 more", mail.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("and 12 more", new HtmlParser().ParseDocument(mail.Html).Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("27 due today - Ana, Wed 4 March", mail.Header("Subject"));
    }

    [Fact]
    public async Task What_was_told_five_times_unchanged_is_one_line_and_can_be_answered_still()
    {
        var item = Some.Item("OLD", state: ItemState.Overdue);
        var history = new DigestHistory([
            .. Enumerable
                .Range(1, 5)
                .Select(days => new SentDigest(
                    Some.Run().Date.PlusDays(-days),
                    Some.Now - Duration.FromDays(days),
                    [new ListedItem(1, "OLD", item.State, item.Due)])),
        ]);
        var mail = await Written.From(Some.Facts([item, Some.Item("NEW")], [Some.Mail("OLD"), Some.Mail("NEW")]), history: history);
        Assert.Contains(
            "Still open, as told before:\n1. Answer Jo Keane: overdue since yesterday 12:45\n",
            mail.Text.ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("It flickers.", mail.Text.Split("DUE TODAY")[0], StringComparison.Ordinal);
        Assert.Contains("2. Answer Jo Keane [new]", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customers_text_is_one_line_of_at_most_140_characters()
    {
        var mail = await Written.From(
            Some.Facts(
                [Some.Item("A")],
                [Some.Mail("A", text: "First line.\r\n\r\nSecond line. " + string.Concat(Enumerable.Repeat("0123456789", 40)))]));
        var quote = new HtmlParser().ParseDocument(mail.Html).QuerySelector("p.g-soft bdi")!.TextContent;
        Assert.StartsWith("First line. Second line. 0123456789", quote, StringComparison.Ordinal);
        Assert.Equal(141, quote.Length);
        Assert.EndsWith("…", quote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_that_leaves_is_short_enough_for_any_server_and_ends_as_it_must()
    {
        var evil = new string('語', 3000) + "\r\nBcc: everybody@evil.example";
        var mail = await Written.From(Some.Facts([Some.Item("A")], [Some.Mail("A", name: evil, subject: evil, text: evil)]));
        Assert.All(mail.Source.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        Assert.DoesNotContain('\n', mail.Source.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.All(mail.Mail.Bytes, one => Assert.InRange(one, (byte)9, (byte)126));
    }

    [Fact]
    public async Task The_picture_of_the_weeks_says_in_words_what_it_shows()
    {
        var outcome = new Outcome(Some.Answer, "ana", Some.Now - Duration.FromHours(20), OutcomeKind.InTime, Duration.FromHours(2));
        var mail = await Written.From(
            Some.Facts([Some.Item("A", state: ItemState.Overdue)], [Some.Mail("A")]) with { Outcomes = new([outcome]) },
            Some.Run(Some.TheFirm, Some.Olga));
        var page = new HtmlParser().ParseDocument(mail.Html);
        var picture = page.QuerySelectorAll("table")
            .Single(table => table.QuerySelector("caption")?.TextContent.StartsWith("Contacts a week", StringComparison.Ordinal) == true);
        Assert.Equal(
            ["26 Jan 0", "2 Feb 0", "9 Feb 0", "16 Feb 0", "23 Feb 0", "this week 1"],
            picture.QuerySelectorAll("th[scope=row]").Select(th => $"{th.TextContent} {th.NextElementSibling!.TextContent}"));
        Assert.All(
            page.QuerySelectorAll("table table[aria-hidden=true]"),
            bar => Assert.Equal("", bar.TextContent.Trim(' ', '\n', '\u00A0')));
        Assert.Contains(
            "26 Jan 0, 2 Feb 0, 9 Feb 0, 16 Feb 0, 23 Feb 0, this week 1.",
            mail.Text.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        Assert.Contains(
            "Ana Duarte: 1 of 1, 2\u00A0h · 1 of 1, 2\u00A0h",
            mail.Text.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }
}

using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Domain.Time;
using CrmSync.Fixtures.Digests;
using CrmSync.Worker.Digests;

namespace CrmSync.Worker.Tests.Digests;

public sealed partial class DigestBodyTests
{
    private static readonly ChaseRule Chase = new("no-answer-yet", Some.Nowhere)
    {
        Calendar = Some.Office,
        After = new(4, TimeUnit.BusinessDay),
        Say = "Call instead",
    };

    private static readonly DigestFacts Busy = Some.Facts(
        [
            Some.Item("F7K2Q", state: ItemState.Overdue),
            Some.Item("B3MXA"),
            Some.Item("C4C4C", Chase, due: Some.Now + NodaTime.Duration.FromDays(3)),
            Some.Item("H1H1H", Chase, state: ItemState.Suppressed) with
            {
                By = "not-too-often",
            },
            Some.Item("E1E1E", state: ItemState.Overdue) with
            {
                Level = 1,
                Steps = [new ItemStep(Some.Now, "olga", Via.Email)],
            },
        ],
        [Some.Mail("F7K2Q"), Some.Mail("B3MXA", subject: "Bulb & lamp <60 W>"), Some.Mail("C4C4C")],
        closed:
        [
            new ClosedItem("X", Some.Answer, "t", ItemClosing.Met, Some.Now - NodaTime.Duration.FromHours(20))
            {
                Owner = "ana",
                Opened = Some.Now,
                Why = "answered",
            },
        ]);

    [Fact]
    public async Task Plain_text_comes_first_then_html_both_in_utf8()
    {
        var source = (await Written.From(Busy)).Source;
        Assert.Contains("Content-Type: multipart/alternative;", source, StringComparison.Ordinal);
        Assert.Equal(
            ["text/plain; charset=utf-8", "text/html; charset=utf-8"],
            ContentType().Matches(source).Skip(1).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public async Task A_full_digest_stays_under_100_kilobytes()
    {
        var items = Enumerable
            .Range(0, 300)
            .Select(i => Some.Item($"I{i:0000}", state: i % 2 == 0 ? ItemState.Overdue : ItemState.Open))
            .ToList();
        var mail = await Written.From(
            Some.Facts(items, [.. items.Select(i => Some.Mail(i.Id, subject: new string('ü', 5000), text: new string('語', 10_000)))]));
        Assert.InRange(mail.Mail.Bytes.Length, 10_000, 100_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_text_says_everything_the_html_says(bool forManager)
    {
        var mail = await Mail(forManager);
        var text = Collapse(mail.Text);
        foreach (
            var told in Document(mail)
                .QuerySelectorAll("h1,h3,h2,td p,caption")
                .Where(e => e.QuerySelector("table,a,p") is null)
                .SelectMany(e => e.TextContent.Split('·', '“', '”')))
        {
            var phrase = Collapse(Number().Replace(told.Trim().TrimStart('■', '▲', '●', '○', '□'), ""));
            phrase = phrase.EndsWith("new", StringComparison.Ordinal) ? phrase[..^3] : phrase;
            Assert.Contains(phrase.Trim(), text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Layout_tables_say_that_they_are_only_layout_and_data_tables_have_headings(bool forManager)
    {
        var tables = Document(await Mail(forManager)).QuerySelectorAll("table").ToList();
        Assert.NotEmpty(tables);
        Assert.All(
            tables,
            table =>
                Assert.True(
                    table.GetAttribute("role") == "presentation"
                        || (
                            table.QuerySelector("caption") is not null
                            && table.QuerySelectorAll("th").All(th => th.GetAttribute("scope") is "col" or "row"))));
        Assert.Equal(forManager, tables.Exists(table => table.QuerySelector("caption") is not null));
    }

    [Fact]
    public async Task It_has_a_language_a_title_and_headings_in_order()
    {
        var page = Document(await Mail(false));
        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));
        Assert.Equal("My day: 2 overdue, 1 due today", page.Title);
        Assert.Single(page.QuerySelectorAll("h1"));
        var last = 1;
        foreach (var level in page.QuerySelectorAll("h1,h2,h3").Select(h => h.LocalName[1] - '0'))
        {
            Assert.True(level <= last + 1);
            last = level;
        }
    }

    [Fact]
    public async Task The_preheader_is_hidden_and_has_40_to_90_characters_with_the_counts()
    {
        var first = Document(await Mail(false)).Body!.Children[0];
        Assert.Contains("display:none", first.GetAttribute("style"), StringComparison.Ordinal);
        Assert.InRange(first.TextContent.Length, 40, 90);
        Assert.Contains("2 overdue, 1 due today", first.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_loaded_run_or_tracked(bool forManager)
    {
        var page = Document(await Mail(forManager));
        Assert.Empty(page.QuerySelectorAll("img,script,link,iframe,object,embed,form,input,video,audio,svg,base"));
        Assert.DoesNotMatch(@"(?i)url\(|@import|@font-face|https?:|javascript:", page.DocumentElement.OuterHtml);
        Assert.All(page.QuerySelectorAll("a"), a => Assert.StartsWith("mailto:", a.GetAttribute("href"), StringComparison.Ordinal));
        Assert.DoesNotContain(page.All, e => e.Attributes.Any(a => a.Name.StartsWith("on", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_what_every_mail_program_lays_out_alike_is_used(bool forManager)
    {
        var mail = await Mail(forManager);
        Assert.DoesNotMatch(@"(?i)(display:\s*(flex|grid)|float:|position:|background-image|calc\(|var\(|[0-9]v[wh]\b)", mail.Html);
        Assert.Contains("<!--[if mso]><table role=\"presentation\" width=\"620\"", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<!--[if mso]></td></tr></table><![endif]-->", mail.Html, StringComparison.Ordinal);
        Assert.All(
            Document(mail).QuerySelectorAll("table"),
            table =>
                Assert.Equal(
                    ("0", "0", "0"),
                    (table.GetAttribute("cellpadding"), table.GetAttribute("cellspacing"), table.GetAttribute("border"))));
        Assert.All(
            Document(mail).QuerySelectorAll("h1,h2,h3,p"),
            element => Assert.Contains("margin:", element.GetAttribute("style"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Light_and_dark_are_both_declared()
    {
        var page = Document(await Mail(false));
        Assert.Equal("light dark", page.QuerySelector("meta[name=color-scheme]")?.GetAttribute("content"));
        Assert.Contains("@media (prefers-color-scheme:dark)", page.QuerySelector("style")?.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_coloured_element_has_a_dark_counterpart()
    {
        var style = Document(await Mail(true)).QuerySelector("style")!.TextContent;
        foreach (
            var element in Document(await Mail(true))
                .All.Where(e =>
                    ColourStyle().IsMatch(e.GetAttribute("style") ?? "")
                    && !e.GetAttribute("style")!.Contains("display:none", StringComparison.Ordinal)))
            Assert.Contains(element.ClassList, c => style.Contains($".{c}{{", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_text_has_a_contrast_of_at_least_4_5_to_1_by_day_and_by_night() =>
        Assert.All(MailStyles.Pairs, pair =>
        {
            Assert.True(Contrast(pair.Text.Light, pair.Ground.Light) >= 4.5, $"{pair.Text.Name} on {pair.Ground.Name}, light");
            Assert.True(Contrast(pair.Text.Dark, pair.Ground.Dark) >= 4.5, $"{pair.Text.Name} on {pair.Ground.Name}, dark");
        });

    [Fact]
    public void Contrast_is_computed_as_wcag_does()
    {
        Assert.Equal(21, Contrast("#000000", "#ffffff"), 3);
        Assert.Equal(4.54, Contrast("#767676", "#ffffff"), 2);
    }

    [Fact]
    public async Task States_are_told_in_words()
    {
        var html = (await Mail(false)).Html;
        Assert.Contains("Overdue since yesterday 12:45", html, StringComparison.Ordinal);
        Assert.Contains("Due today 10:45", html, StringComparison.Ordinal);
        Assert.Contains("To do by Sat 08:45", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_say_alone_what_they_do_to_which_item_and_carry_a_token()
    {
        var links = Document(await Mail(false)).QuerySelectorAll("a[aria-label]").Take(4).ToList();
        Assert.Equal(
            [
                "Done: Answer Jo Keane",
                "Remind me in 3 days: Answer Jo Keane",
                "I called: Answer Jo Keane",
                "This was not useful: Answer Jo Keane",
            ],
            links.Select(a => a.GetAttribute("aria-label")));
        Assert.Equal(["done", "3 days", "called", "not useful"], links.Select(a => a.TextContent));
        var subject = Uri.UnescapeDataString(links[1].GetAttribute("href")!.Split("subject=")[1]);
        var match = CommandSubject().Match(subject);
        Assert.Equal("snooze-3d", match.Groups[1].Value);
        Assert.Equal("ana", Written.Sender.Tokens!.ReadItem(match.Groups[3].Value, match.Groups[2].Value, Some.Run().Date).Reader);
    }

    [Theory]
    [InlineData("<script>alert(1)</script><img src=x onerror=alert(1)>")]
    [InlineData("</bdi></p></td></tr></table><h1>You won</h1>")]
    [InlineData("&lt;b&gt; &amp; \"quotes\" 'and' `ticks`")]
    [InlineData("]]>--><!-- <style>*{display:none}</style>")]
    [InlineData("@Model.Secret {{7*7}} ${7*7} %0d%0aBcc: x@evil.example")]
    public async Task Markup_of_customers_is_shown_not_obeyed(string evil)
    {
        var facts = Some.Facts([Some.Item("F7K2Q") with { Why = evil }], [Some.Mail("F7K2Q", name: evil, subject: evil, text: evil)]);
        var page = Document(await Written.From(facts));
        var usual = Document(await Written.From(Some.Facts([Some.Item("F7K2Q")], [Some.Mail("F7K2Q")])));
        Assert.Equal(usual.All.Select(e => e.LocalName), page.All.Select(e => e.LocalName));
        Assert.Contains(PlainWords.Flatten(evil, PlainWords.Name), page.QuerySelector("h3")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("شكراً جزيلاً على العرض")]
    [InlineData("תודה רבה על ההצעה")]
    public async Task Right_to_left_text_keeps_to_itself(string text)
    {
        var mail = await Written.From(Some.Facts([Some.Item("F7K2Q")], [Some.Mail("F7K2Q", name: text, subject: text, text: text)]));
        Assert.All(
            Document(mail).QuerySelectorAll("h3"),
            h => Assert.Contains(text, h.QuerySelector("bdi")!.TextContent, StringComparison.Ordinal));
        Assert.All(
            mail.Text.Split('\n').Where(line => line.Contains(text, StringComparison.Ordinal)),
            line =>
                Assert.Contains(
                    $"{text}",
                    line[line.IndexOf('\u2068', StringComparison.Ordinal)..line.LastIndexOf('\u2069')],
                    StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\u202Egnp.exe\u202C", "\u202E")]
    [InlineData("zero\u200Bwidth\uFEFF", "\u200B")]
    public async Task Marks_that_turn_the_writing_are_dropped(string text, string mark)
    {
        var mail = await Written.From(Some.Facts([Some.Item("F7K2Q")], [Some.Mail("F7K2Q", name: text, subject: text, text: text)]));
        Assert.DoesNotContain(mark, mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(mark, mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Emoji_and_very_long_texts_fit_in()
    {
        var facts = Some.Facts(
            [Some.Item("F7K2Q")],
            [
                Some.Mail(
                    "F7K2Q",
                    name: "🎉 " + new string('W', 10_000),
                    subject: string.Concat(Enumerable.Repeat("👩‍💻", 3000)),
                    text: new string('x', 10_000)),
            ]);
        var mail = await Written.From(facts);
        Assert.InRange(mail.Mail.Bytes.Length, 1000, 40_000);
        Assert.Contains("🎉", Document(mail).Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("\uFFFD", mail.Html, StringComparison.Ordinal);
        Assert.All(
            mail.Text.Split('\n').Where(l => !l.Contains("mailto:", StringComparison.Ordinal)),
            line => Assert.InRange(line.Length, 0, 600));
    }

    private static Task<Written> Mail(bool forManager) => Written.From(Busy, forManager ? Some.Run(Some.TheFirm, Some.Olga) : null);

    private static AngleSharp.Html.Dom.IHtmlDocument Document(Written mail) => new HtmlParser().ParseDocument(mail.Html);

    private static string Collapse(string text) => Space().Replace(text.Replace("\n   > ", " ", StringComparison.Ordinal), " ");

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>Relative luminance of an sRGB colour (WCAG 2.2).</summary>
    private static double Luminance(string colour)
    {
        var rgb = Convert
            .FromHexString(colour[1..])
            .Select(b => b / 255d)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))
            .ToArray();
        return (0.2126 * rgb[0]) + (0.7152 * rgb[1]) + (0.0722 * rgb[2]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"^\d+\.\s*")]
    private static partial Regex Number();

    [GeneratedRegex("Content-Type: ([^\r]+)")]
    private static partial Regex ContentType();

    [GeneratedRegex(@"(^|;)\s*(color|background-color):")]
    private static partial Regex ColourStyle();

    [GeneratedRegex(@"^(\S+) (\S+) \[(\S+)\]$")]
    private static partial Regex CommandSubject();
}

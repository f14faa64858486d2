using System.Globalization;
using System.Text;
using AngleSharp.Html.Parser;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>What colleagues and customers write by accident or on purpose: nothing breaks an answer, leaks, or stops the others.</summary>
public sealed class HostileMail(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Trick = "</td></tr><script>alert(1)</script><img src=https://evil.example/x>\u202E\u2066\u200F😀";

    public static TheoryData<string, string> Lines =>
        new()
        {
            { "markup", $"flurb 1\ndone 1 {Trick}\nnote 2 {Trick}\n{Trick} 5\nsnooze 2 {Trick}" },
            { "ten thousand characters", $"snooze 2 {new string('x', 10_000)}\nnote 2 {new string('é', 10_000)}\ndone 99" },
            {
                "ten thousand lines",
                string.Join(
                    '\n',
                    Enumerable.Range(1, 10_000).Select(number => string.Create(CultureInfo.InvariantCulture, $"done {number}")))
            },
            { "ten thousand numbers", "done " + string.Join(' ', Enumerable.Range(1, 10_000)) },
            { "a range without end", "done 1-999\ndone 0\ndone 1-0\ndone -1\ndone 00000000000000000000001" },
            { "a length that no calendar has", "snooze 1 999 months\nsnooze 2 999999999999 days\nsnooze-99999999999d 3" },
            {
                "a thousand people",
                "who "
                    + string.Join(
                        ", ",
                        Enumerable.Range(1, 1000).Select(i => string.Create(CultureInfo.InvariantCulture, $"a{i}@acme.example")))
            },
            {
                "addresses that are none",
                "who a@b\nwho @@@@.example\ncan i write to <>@acme.example\nwho jane@acme.example@acme.example\nwho \"a\r\n "
                    + "b\"@acme.example"
            },
            { "line ends of every kind", "flurb 1\r\nflurb 2\rflurb 3\u2028flurb 4\u0085flurb 5\vflurb 6\0flurb 7" },
            { "combining marks", "flurb" + new string('\u0301', 5000) + " 2\ndone 99" },
            { "a header in a line", "flurb 2\r\nBcc: everybody@evil.example\r\n\r\nsnooze 2 never" },
        };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Whatever_a_reply_holds_its_answer_is_one_sound_mail_and_the_next_mail_is_obeyed(string form, string text)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply(text));
        company.Deliver(sent.Reply("called 3", date: "Wed, 4 Mar 2026 09:57:00 +0000"));
        await company.Harvest();
        Assert.Contains(await company.Commands(), command => command.Verb == CommandVerb.Called);
        Sound(form, Assert.Single(await company.Answers()));
    }

    [Theory]
    [InlineData("who jane@acme.example \r\nBcc: all@evil.example")]
    [InlineData("can i write to jane@acme.example=?utf-8?Q?=0D=0ABcc:_all@evil.example?=")]
    [InlineData("flurb 😀 who jane@acme.example\u202E<script>")]
    public async Task Whatever_a_subject_holds_the_answer_is_one_sound_mail(string subject)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync@bright.example", subject.Replace("\r\n", "\r\n ", StringComparison.Ordinal), ""));
        company.Deliver(Letter("crmsync@bright.example", "who declan@murphymotors.example " + new string('x', 10_000), ""));
        await company.Harvest();
        var answers = await company.Answers();
        Assert.NotEmpty(answers);
        Assert.All(answers, answer => Sound(subject, answer));
    }

    [Fact]
    public async Task A_customer_with_a_name_and_subjects_full_of_tricks_makes_a_sound_brief()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var name = Words($"Eve {Trick}\r\nBcc: all@evil.example {new string('ж', 9_000)}");
        foreach (var number in Enumerable.Range(1, 5))
        {
            company.DeliverTo(
                "ana",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Received: from mx.evil.example by store.bright.example with LMTP; Wed, 4 Mar 2026 09:0{number}:00 +0000\nFrom: "
                        + $"{name} <eve@evil.example>\nTo: ana@bright.example\nSubject: "
                        + $"{Words(Trick + number + new string('ü', 9_000))}\nDate: Wed, 4 Mar 2026 09:0{number}:00 +0000\nMessage-ID: "
                        + $"<{number}@evil.example>\nContent-Type: text/plain; charset=utf-8\n\n{Trick} {new string('z', 10_000)}?\n"
                ));
        }

        await company.Harvest("ana");
        company.Deliver(Letter("crmsync@bright.example", "who eve@evil.example", ""));
        company.Deliver(Letter("crmsync@bright.example", "can i write to eve@evil.example", ""));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(1));
        var answers = await company.Answers(AnsweringCompany.Answered + Duration.FromMinutes(1));
        Assert.Equal(2, answers.Count);
        Assert.All(answers, answer => Assert.Contains("Eve", answer.Subject, StringComparison.Ordinal));
        Assert.All(answers, answer => Sound("brief", answer));
    }

    [Fact]
    public async Task What_was_done_cannot_be_snoozed_afterwards_and_says_so()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("done 1\nsnooze 1 friday\nsnooze 3 friday"));
        await company.Harvest();
        Assert.Equal(
            ["done declan@murphymotors.example", "snooze peter@oldmill.example"],
            (await company.Commands()).Select(command => $"{CommandVerbs.Name(command.Verb)} {command.Contact}").Order());
        Assert.Contains(
            "“snooze 1 friday”: it is done already",
            Flat(Assert.Single(await company.Answers()).Text),
            StringComparison.Ordinal);

        company.Deliver(sent.Reply("snooze 1 monday", date: "Wed, 4 Mar 2026 09:58:00 +0000"));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(5));
        Assert.Equal(2, (await company.Commands()).Count);
    }

    [Fact]
    public async Task A_mail_kept_in_a_form_nobody_knows_any_more_stops_no_other()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        await new CommandInbox(company.Program.Database).Keep(
            [
                new WaitingCommand(
                    "old",
                    AnsweringCompany.Answered - Duration.FromHours(1),
                    "ana@bright.example",
                    "{\"AuthenticationResults\":\"one\"}"),
            ],
            default);
        company.Deliver(sent.Reply("done 1"));
        await company.Harvest();
        Assert.Single(await company.Commands());
        var old = (
            await new CommandInbox(company.Program.Database).Since(AnsweringCompany.Answered - Duration.FromHours(2), default)
        ).Single(answer => answer.Id == "old");
        Assert.Equal(CommandMailState.Refused, old.State);
    }

    /// <summary>Encoded words (RFC 2047), folded as they must be.</summary>
    private static string Words(string text) =>
        string.Join(
            "\n ",
            text.EnumerateRunes()
                .Chunk(10)
                .Select(runes => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(runes)))}?="));

    private static void Sound(string form, MimeMessage answer)
    {
        Assert.Equal(["ana@bright.example"], answer.To.Select(to => to.Address));
        Assert.Null(answer.Headers.First("Bcc"));
        Assert.True(answer.Subject.Length < 200, form);
        var both = answer.Text + answer.Html;
        Assert.True(both.Length < 100_000, $"{form}: {both.Length}");
        Assert.DoesNotContain('\u202E', both);
        Assert.DoesNotContain('\u2066', both);
        var page = new HtmlParser().ParseDocument(answer.Html!);
        Assert.Empty(page.QuerySelectorAll("script, img, iframe, object, link, form"));
        Assert.All(
            page.QuerySelectorAll("a"),
            link => Assert.StartsWith("mailto:crmsync@bright.example", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.All(
            page.QuerySelectorAll("*"),
            element =>
                Assert.DoesNotContain(element.Attributes, attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase))
        );
        Assert.All(answer.Text.Split('\n'), line => Assert.True(line.Length < 500, line));
    }
}

using CrmSync.Mail.Mime;
using CrmSync.Worker.Digests;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// "Who is", "can I write to" and forwarded mails: the answers that come back. In the sample everybody is in one team, so all of them see
/// all.
/// </summary>
public sealed class AskingByMail(SentDigests sent) : IClassFixture<SentDigests>
{
    [Fact]
    public async Task Who_somebody_is_is_asked_in_the_subject_in_three_languages() =>
        await AskAll(
            [
                "who declan@murphymotors.example",
                "Who is declan@murphymotors.example?",
                "who's declan@murphymotors.example",
                "brief declan@murphymotors.example",
                "tell me about Declan <declan@murphymotors.example>",
                "Wer ist declan@murphymotors.example?",
                "Bitte: wer ist declan@murphymotors.example",
                "qui est declan@murphymotors.example ?",
                "que savons-nous de declan@murphymotors.example",
            ],
            answer =>
            {
                var text = Flat(answer.Text);
                Assert.Contains("WHAT WE KNOW", text, StringComparison.Ordinal);
                Assert.Contains(
                    "Declan Murphy · declan@murphymotors.example customer · known for 3 months, 4 contacts · looked after by Ana Open: "
                        + "Answer Declan Murphy “Re: FW: Letter on the pavement”, was due Mon 16:00 Mon 11:00 wrote “Letter on the "
                        + "pavement”: Ana, the second",
                    text,
                    StringComparison.Ordinal);
            });

    [Theory]
    [InlineData("brief")]
    [InlineData("My briefing?")]
    [InlineData("Mein Briefing")]
    public async Task A_brief_of_nobody_in_particular_is_one_of_everybody_they_meet_next(string words)
    {
        // Ana meets both at 11:00.
        var answer = await Ask(words);
        Assert.Equal("About Jörg Schäfer and 1 other", answer.Subject);
        Assert.Contains("Katrin Weber · weber@lindenhof.example", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_to_write_is_asked_in_three_languages_and_answered_with_the_dates_behind_it() =>
        await AskAll(
            [
                "Can I write to lia@greenleaf.example?",
                "may we contact lia@greenleaf.example",
                "am i allowed to e-mail lia@greenleaf.example?",
                "Darf ich lia@greenleaf.example schreiben?",
                "Kann ich an lia@greenleaf.example schreiben",
                "Puis-je écrire à lia@greenleaf.example ?",
                "est-ce que je peux contacter lia@greenleaf.example",
            ],
            answer =>
            {
                Assert.Equal("Do not write to Lia Novak before Fri 11:30", answer.Subject);
                Assert.Contains(
                    "! No: Please do not write to Lia Novak of your own accord before Fri 11:30; from then on you may, if nothing else "
                        + "happens. ! Not too often: 3 of 2 in 7d (Olga Mon 10:00 “Open workshop on 20 March”; "
                        + "Tim Fri 11:30 “Our spring prices”; Ana Wed 25 Feb 15:00 “May we come and measure?”), until Fri 11:30.",
                    Flat(answer.Text),
                    StringComparison.Ordinal);
            });

    [Theory]
    [InlineData("ines@harbourcafe.example", "Yes, you may write to Ines Costa", "no limit stands against it")]
    [InlineData(
        "declan@murphymotors.example",
        "You may answer Declan Murphy, not more",
        "They wrote to us: an answer is always allowed. ! After complaint: Complaint of Declan Murphy “Letter on the pavement”, open "
            + "since Mon 11:00"
    )]
    [InlineData(
        "weber@lindenhof.example",
        "Do not write to Katrin Weber before tomorrow 12:10",
        "Complaint of Jörg Schäfer “Reklamation Leuchtschrift”, closed Thu 19 Feb 12:10: they are left alone for 14d after it")]
    [InlineData("rory@kilnpots.example", "No, please do not write to Rory Glynn", "They are among those we do not write to")]
    public async Task Each_limit_is_told_in_its_own_words(string contact, string subject, string words)
    {
        var answer = await Ask($"can i write to {contact}");
        Assert.Equal(subject, answer.Subject);
        Assert.Contains(words, Flat(answer.Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_in_a_reply_may_name_the_line_and_stand_beside_commands()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(sent.Reply("Hi,\nwho 3?\ncan I write to 2\ndone 1\nwho is tim@bright.example?"));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        var text = Flat(answer.Text);
        Assert.Equal("1 of 2 could not be done, and 2 further answers", answer.Subject);
        Assert.Contains("“who is tim@bright.example?” names nobody from outside", text, StringComparison.Ordinal);
        Assert.Contains("Done: Answer Declan Murphy", text, StringComparison.Ordinal);
        Assert.Contains("Peter Nagle · peter@oldmill.example", text, StringComparison.Ordinal);
        Assert.Contains("WRITING TO SIOBHÁN WALSH", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_forwarded_to_brief_is_answered_with_everybody_outside_who_is_in_it()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(
            Letter(
                "crmsync+brief@bright.example",
                "WG: Termin",
                "\n\n-----Ursprüngliche Nachricht-----\nVon: Weber, Katrin <weber@lindenhof.example>\nGesendet: Montag, 2. März 2026 "
                    + "08:30\nAn: Ana Duarte <ana@bright.example>; schaefer@lindenhof.example\nBetreff: Termin\n\nGuten Tag\n"
            ));
        await company.Harvest();
        var answer = Assert.Single(await company.Answers());
        Assert.Equal("About Katrin Weber and 1 other", answer.Subject);
        Assert.Contains("Jörg Schäfer · schaefer@lindenhof.example", answer.Text, StringComparison.Ordinal);
        Assert.Contains("Noted: They think about the garden wall", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_to_the_address_for_briefs_that_names_nobody_asks_for_those_they_meet_next()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync+brief@bright.example", "Hello", "Tell me"));
        await company.Harvest();
        Assert.Equal("About Jörg Schäfer and 1 other", Assert.Single(await company.Answers()).Subject);
    }

    [Fact]
    public async Task Advice_about_nobody_says_how_to_ask()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync@bright.example", "can i write to the council", ""));
        await company.Harvest();
        Assert.Contains("names no address", Flat(Assert.Single(await company.Answers()).Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_question_mail_twice_is_answered_once_and_a_new_one_again()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = Letter("crmsync@bright.example", "who declan@murphymotors.example", "");
        company.Deliver(mail);
        company.Deliver(mail);
        await company.Harvest();
        Assert.Single(await company.Answers());
        company.Deliver(Letter("crmsync@bright.example", "who declan@murphymotors.example", ""));
        await company.Harvest(now: AnsweringCompany.Answered + Duration.FromMinutes(5));
        Assert.Equal(2, (await company.Answers(AnsweringCompany.Answered + Duration.FromMinutes(5))).Count);
    }

    [Fact]
    public async Task Answers_are_the_same_as_from_the_whole_log()
    {
        var texts = new List<string>();
        foreach (var whole in new[] { false, true })
        {
            await using var company = await AnsweringCompany.CreateCopy(sent);
            foreach (
                var contact in new[]
                {
                    "declan@murphymotors.example",
                    "weber@lindenhof.example",
                    "lia@greenleaf.example",
                    "maeve@stbrigids.example",
                    "jo.keane@mail.example",
                    "xx@nowhere.example",
                })
                company.Deliver(Letter("crmsync@bright.example", "who " + contact, "can i write to " + contact, id: contact));

            await company.Harvest();
            if (whole)
            {
                var look = new PolicyMoment(company.Program.Policy, AnsweringCompany.Answered);
                Assert.Empty((await company.Program.Digests.Send(look, Duration.Zero, default)).Problems);
            }

            texts.Add(string.Join('\n', (await company.Answers()).Select(answer => answer.Text).Order(StringComparer.Ordinal)));
        }

        Assert.Equal(texts[0], texts[1]);
        Assert.Contains("Noted: They think about the garden wall", texts[0], StringComparison.Ordinal);
    }

    private async Task AskAll(string[] subjects, Action<MimeMessage> check)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        foreach (var subject in subjects)
            company.Deliver(Letter("crmsync@bright.example", subject, ""));

        await company.Harvest();
        var answers = await company.Answers();
        Assert.Equal(subjects.Length, answers.Count);
        Assert.All(answers, check);
    }

    private async Task<MimeMessage> Ask(string subject)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter("crmsync@bright.example", subject, ""));
        await company.Harvest();
        return Assert.Single(await company.Answers());
    }
}

using CrmSync.Fixtures;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class QuotesByShapeTests
{
    /// <summary>Every language of the file, with the labels Outlook writes in it.</summary>
    public static TheoryData<string, string> Blocks()
    {
        var blocks = new TheoryData<string, string>();
        foreach (var language in PhraseFile.Read("quote-headers.txt").GroupBy(p => p.Language))
        {
            string Label(string key) => language.First(p => p.Key == key).Text;
            blocks.Add(
                language.Key,
                $"{Label("from")}: Ana Hill <ana@hill.example>\n{Label("date")}: 2. 3. 2026 09:00\n{Label("to")}: Ben\n"
                    + $"{Label("subject")}: Pumps"
            );
        }

        return blocks;
    }

    /// <summary>Every verb of the file, behind an address and a date as mail programs write them.</summary>
    public static TheoryData<string> Introductions()
    {
        var lines = new TheoryData<string>();
        foreach (var verb in PhraseFile.Read("quote-introductions.txt", "verb"))
            lines.Add($"2.3.2026 09:00 Ana Hill <ana@hill.example> {verb}:");
        return lines;
    }

    [Theory]
    [InlineData("\u200Fבתאריך יום ב׳, 2 במרץ 2026 ב-9:12 מאת "
        + "\u202AAna Hill\u202C\u200F <\u202Aana@hill.example\u202C\u200F>:\u202C")]
    [InlineData("في الاثنين، 2 مارس 2026 في 9:12 ص تمت كتابة ما يلي بواسطة "
        + "\u202AAna Hill\u202C\u200F <\u202Aana@hill.example\u202C\u200F>:\u202C")]
    public void Marks_of_direction_hide_no_introduction(string line) =>
        Assert.Equal("נכון.", OwnText.From($"נכון.\n\n{line}\n\n> Can you come?").Own);

    [Fact]
    public void Header_blocks_are_known_in_forty_languages() =>
        Assert.True(PhraseFile.Read("quote-headers.txt").Select(p => p.Language).Distinct().Count() >= 40);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_header_block_ends_the_own_text_in_every_language(string language, string block) =>
        Assert.Equal(("Yes.", language), (OwnText.From($"Yes.\n\n{block}\n\nCan you come?").Own, language));

    [Theory]
    [MemberData(nameof(Introductions))]
    public void An_introduction_ends_the_own_text_with_every_verb(string line)
    {
        Assert.Equal("Yes.", OwnText.From($"Yes.\n\n{line}\n\nCan you come?").Own);
        Assert.Equal("Yes.", OwnText.From($"Yes.\n\n{line}\n> Can you come?").Own);
    }

    [Theory]
    [InlineData("Lagt: Ana Hill <ana@hill.example>\nTid: 2 Mar 2026 09:00\nMottakur: Ben\nHeiti: Pumps")]
    [InlineData("Xyz: Ana Hill [mailto:ana@hill.example]\nWhenever: Monday 2 March 2026 9:00\nWho: Ben\nWhat: Pumps\nHow: now")]
    public void A_block_of_a_language_nobody_listed_is_known_by_its_shape(string block) =>
        Assert.Equal("Yes.", OwnText.From($"Yes.\n\n{block}\n\nCan you come?").Own);

    [Theory]
    [InlineData("Please send a van:\n\nFrom: Berlin\nTo: Munich\nDate: 12 March\n\nHow much would that be?")]
    [InlineData("Bitte ein Angebot:\nVon: Lager Nord\nNach: Werk 2\nDatum: 12. März, 10:00\n\nWas kostet das?")]
    [InlineData("Name: Jane Moss\nEmail: jane@moss.example\nTelephone: 01 234\nMessage: Do you repair pumps?")]
    [InlineData("From: Jane Moss <jane@moss.example>\nSubject: Pumps\n\nMessage Body:\nDo you repair pumps?")]
    [InlineData("Our hours:\nMonday: 9:00\nTuesday: 10:00\nWednesday: closed\n\nIs that fine?")]
    [InlineData("On 2 March 2026 I wrote to Ben:\nno answer yet.\n\nShall I call?")]
    [InlineData("See you on 2 March 2026 at 10:00 with these points:\n- pumps\n- prices\n\nIs that fine?")]
    public void Own_words_that_look_a_little_like_a_block_stay(string text) => Assert.Equal(text, OwnText.From(text).Own);

    [Theory]
    [InlineData("Yes.\n\n> This is a long line of the quoted mail which the program broke somewhere near\nits end\n> and went on.", "Yes.")]
    [InlineData("> This is a long line of the quoted mail which the program broke somewhere near\nits end", "")]
    [InlineData("> Can you come on Monday to look at the pumps in the second hall of the works?\nYes, at ten.", "Yes, at ten.")]
    public void The_broken_end_of_a_quoted_line_belongs_to_the_quote(string text, string own) => Assert.Equal(own, OwnText.From(text).Own);

    [Theory]
    [InlineData("Thanks!\n\n--- Please reply above this line ---\n\nAna, 2 March\nDid it arrive?", "Thanks!")]
    [InlineData("Danke!\n\n##- Bitte oberhalb dieser Zeile antworten -##\n\nKam es an?", "Danke!")]
    [InlineData("Merci\n\n=== Répondez au-dessus de cette ligne ===\n\nEst-ce arrivé ?", "Merci")]
    [InlineData("##- Please type your reply above this line -##\n\nYour ticket is solved.", "Your ticket is solved.")]
    [InlineData("Shall I reply above this line of the form or below it?", "Shall I reply above this line of the form or below it?")]
    public void What_stands_below_the_line_of_a_ticket_system_is_quoted(string text, string own) =>
        Assert.Equal(own, OwnText.From(text).Own);

    [Theory]
    [InlineData(
        "<div>Yes.</div><div class='gmail_quote'><div class='gmail_attr'>Whoever:</div><blockquote>Can you?</blockquote></div>",
        "Yes."
    )]
    [InlineData("<div>Yes.</div><div id='divRplyFwdMsg'><b>Xxx:</b> Ana</div><div>Can you?</div>", "Yes.")]
    [InlineData(
        "<div>Yes.</div><div class='gmail_signature'>Jane, Head of Nothing</div><blockquote type='cite'>Can you?</blockquote>",
        "Yes."
    )]
    [InlineData("<blockquote type='cite'>Can you?</blockquote><div>Yes.</div>", "Yes.")]
    [InlineData("<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>Can you come?</blockquote>", "Can you come?")]
    [InlineData("<div class='gmail_quote'>Can you come?</div>", "Can you come?")]
    public void What_programs_mark_as_quoted_is_quoted(string html, string own) => Assert.Equal(own, OwnText.From(HtmlMail.Read(html)).Own);

    [Theory]
    [InlineData(
        "CAUTION: This email originated from outside of the organization. Do not click links.\n\nYes, on Monday.",
        "Yes, on Monday."
    )]
    [InlineData("Achtung: Diese E-Mail kommt von außerhalb der Firma.\n\nJa, am Montag.", "Ja, am Montag.")]
    [InlineData("You don't often get email from jane@moss.example. Learn why this is important\n\nYes.", "Yes.")]
    [InlineData(
        "Attention: the door is locked from outside, can you open it?\n\nThanks",
        "Attention: the door is locked from outside, can you open it?\n\nThanks"
    )]
    [InlineData("Warning: the pump is hot.\n\nIs that fine?", "Warning: the pump is hot.\n\nIs that fine?")]
    public void A_banner_on_top_is_nobodys(string text, string own) => Assert.Equal(own, OwnText.From(text).Own);

    [Theory]
    [InlineData("Fine.\n\nThis e-mail is confidential. If you are not the intended recipient please delete it.", "Fine.")]
    [InlineData("Gut.\n\nBrauchen Sie das? Müssen Sie diese Mail wirklich ausdrucken?", "Gut.")]
    [InlineData("Fine.\n\nSent from my iPhone", "Fine.")]
    [InlineData("Dobrá.\n\nOdesláno z iPhonu", "Dobrá.")]
    [InlineData("Добре.\n\nВідправлено з iPhone", "Добре.")]
    [InlineData("Fine.\n\nYahoo Mail: Search, Organize, Conquer", "Fine.")]
    [InlineData("Odesláno z Brna v pondělí.", "Odesláno z Brna v pondělí.")]
    [InlineData("Sent by courier on Friday, has it arrived?", "Sent by courier on Friday, has it arrived?")]
    [InlineData("Sent by mail on Friday.", "Sent by mail on Friday.")]
    [InlineData("The price list is confidential, please print this email.", "The price list is confidential, please print this email.")]
    [InlineData("Fine.\n\nPS: could you print this email?", "Fine.\n\nPS: could you print this email?")]
    [InlineData("Fine.\n\nSent from [Mail](https://go.example.com/fwlink/?LinkId=550986&clcid=0x409&ref=signature) for Windows", "Fine.")]
    [InlineData("Gut.\n\nGesendet von Mail<https://go.example.com/fwlink/?LinkId=550986&clcid=0x407> für Windows", "Gut.")]
    [InlineData("Bien.\n\nEnvoyé à partir de Outlook pour Android (https://aka.example/ghei36-and-many-more-letters)", "Bien.")]
    [InlineData("Bien.\n\nEnviado desde [Outlook](https://aka.example/AAb9ysg)", "Bien.")]
    [InlineData("From [the works](https://track.example/4711) on Friday.", "From [the works](https://track.example/4711) on Friday.")]
    [InlineData("Gesendet mit der Post: https://track.example/4711", "Gesendet mit der Post: https://track.example/4711")]
    public void Footers_and_device_lines_go_and_sentences_stay(string text, string own) => Assert.Equal(own, OwnText.From(text).Own);

    [Theory]
    [InlineData("banners.txt")]
    [InlineData("bounce-words.txt")]
    [InlineData("closings.txt")]
    [InlineData("devices.txt")]
    [InlineData("footers.txt")]
    [InlineData("meeting-answers.txt")]
    [InlineData("quote-headers.txt")]
    [InlineData("quote-introductions.txt")]
    [InlineData("quote-separators.txt")]
    [InlineData("receipts.txt")]
    [InlineData("unsubscribe.txt")]
    public void Every_language_names_its_source(string file)
    {
        var lines = PhraseFile.Lines(file);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].StartsWith('@'))
                Assert.StartsWith("# ", lines[i + 1], StringComparison.Ordinal);
        }
    }
}

using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class ForwardedMailTests
{
    private const string Block = "From: <kim@moss.example>\nSent: 2.3.2026 9:00\nTo: ana\nSubject: Pumps\n\nYes?";

    /// <summary>Every language of the labels, as Outlook writes its block.</summary>
    public static TheoryData<string, string> Blocks()
    {
        var blocks = new TheoryData<string, string>();
        foreach (var language in PhraseFile.Read("quote-headers.txt").GroupBy(p => p.Language))
        {
            string Label(string key) => language.First(p => p.Key == key).Text;
            blocks.Add(
                language.Key,
                $"{Label("from")}: Kim Moss <kim@moss.example>\n{Label("date")}: 2. 3. 2026 09:00\n"
                + $"{Label("to")}: Ana <ana@hill.example>\n{Label("subject")}: Pumps");
        }

        return blocks;
    }

    /// <summary>Every line that says that what follows is forwarded.</summary>
    public static TheoryData<string> Announcements()
    {
        var stems = PhraseFile.Read("quote-separators.txt", "forward");
        return
        [
            .. PhraseFile.Read("quote-separators.txt", "framed").Concat(PhraseFile.Read("quote-separators.txt", "opening"))
                .Where(phrase => stems.Any(stem => phrase.Contains(stem, StringComparison.OrdinalIgnoreCase))).Distinct(),
        ];
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void The_block_tells_who_wrote_to_whom_in_every_language(string language, string block)
    {
        var mail = ForwardedMail.Find($"For you.\n\n{block}\n\nHow much is a pump?\n\n-- \nKim");
        Assert.Equal(
            (language, "kim@moss.example", "Kim Moss", "Pumps", "2. 3. 2026 09:00", "How much is a pump?"),
            (language, mail!.Author.Address, mail.Author.Name, mail.Subject, mail.Date, mail.Own));
        Assert.Equal(["ana@hill.example"], mail.To);
    }

    [Theory]
    [MemberData(nameof(Announcements))]
    public void A_line_above_the_block_announces_a_forwarded_mail(string phrase) =>
        Assert.True(ForwardedMail.Find($"-------- {phrase} --------\n{Block}")!.IsAnnounced);

    [Theory]
    [InlineData("-----Original Message-----")]
    [InlineData("_______________________________")]
    public void Other_lines_announce_nothing(string line) =>
        Assert.False(ForwardedMail.Find($"{line}\n{Block}")!.IsAnnounced);

    [Theory]
    [InlineData("> How much is a pump?\n> kim@moss.example")]
    [InlineData(
        "On 2 March 2026, Ana <ana@hill.example> wrote:\n> From: <kim@moss.example>\n> Sent: 2.3.2026 9:00\n> To: ana\n> Subject: Pumps")]
    [InlineData("From: Berlin\nTo: Munich\nDate: 12 March, 10:00\nContact: kim@moss.example")]
    [InlineData("From: Kim Moss\nSent: 2 March 2026 9:00\nTo: Ana Hill\nSubject: Pumps\n\nHow much is a pump?")]
    public void What_names_no_author_or_is_quoted_in_an_answer_is_none(string text) => Assert.Null(ForwardedMail.Find(text));

    [Fact]
    public void A_block_of_Notes_names_its_author_above() =>
        Assert.Equal(
            "kim@moss.example",
            ForwardedMail
                .Find(
                    "----- Forwarded by Ana Hill/Hill on 02/03/2026 10:20 -----\n\nKim Moss <kim@moss.example>\n02/03/2026 09:15\n\n"
                    + "To: Ana Hill/Hill\ncc: \nSubject: Pumps\n\nHow much is a pump?")!
                .Author.Address);
}

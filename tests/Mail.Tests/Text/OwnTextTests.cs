using System.Diagnostics;
using CrmSync.Fixtures;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class OwnTextTests
{
    // Where policy and corpus disagree: the own text has no quoted lines (the corpus keeps quotes between answers), and a mail of quotes
    // alone is shown, not hidden.
    private static readonly string[] ByPolicy =
    [
        "embedded_email_7.txt",
        "embedded_email_16.txt",
        "embedded_email_17.txt",
        "quote_and_text.txt",
        "spam_1.txt",
    ];

    [CorpusFact]
    public void The_excerpt_is_the_expected_reply_in_92_of_100_mails()
    {
        var folder = Path.Combine(SharedData.Folder!, "replies/email_reply_trimmer");
        var wrong = Directory
            .GetFiles(Path.Combine(folder, "emails"))
            .Where(file =>
                Squeezed(OwnText.From(File.ReadAllText(file)).Excerpt)
                != Squeezed(File.ReadAllText(Path.Combine(folder, "trimmed", Path.GetFileName(file)))))
            .Select(f => Path.GetFileName(f))
            .ToList();
        Assert.True(wrong.Count <= 64 * 0.08, string.Join(", ", wrong));
        Assert.Empty(wrong.Except(ByPolicy, StringComparer.Ordinal));
    }

    [CorpusFact]
    public void Replies_of_the_common_mail_programs_are_reduced_to_what_was_written()
    {
        var folder = Path.Combine(SharedData.Folder!, "replies/talon");
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(folder, "standard_replies"), "*.eml"),
            f => Assert.Equal("Hello", OwnText.From(MimeReader.Read(File.ReadAllBytes(f))).Own));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(folder, "html_replies")),
            f => Assert.Equal("Hi. I am fine. Thanks, Alex", Squeezed(OwnText.From(HtmlMail.Read(File.ReadAllText(f))).Own)));
    }

    [Theory]
    [InlineData("Yes.\n\nOn Mon, 2 Mar 2026 at 09:00, Ana Hill <ana@hill.example> wrote:\n> Can you?", "Yes.")]
    [InlineData("Yes.\n\nOn Mon, 2 Mar 2026 at 09:00, Ana Hill <\nana@hill.example> wrote:\n\n> Can you?", "Yes.")]
    [InlineData("Ja.\n\nAm 02.03.2026 um 09:00 schrieb Ana Hill:\n> Geht das?", "Ja.")]
    [InlineData("Oui.\n\nLe lun. 2 mars 2026 à 09:00, Ana Hill <ana@hill.example> a\nécrit :\n> Ça va ?", "Oui.")]
    [InlineData("> Can you?\n\nYes, on Monday.\n\n> And then?\n\nNo.", "Yes, on Monday.\n\nNo.")]
    [InlineData("Done.\n\n-----Original Message-----\nFrom: Ana\nText", "Done.")]
    [InlineData(
        "Done.\n\nVon: Ana Hill <ana@hill.example>\nGesendet: Montag, 2. März 2026 09:00\nAn: Ben\nBetreff: Frage\n\nGeht das?",
        "Done.")]
    [InlineData("Done.\n\n*From:* Ana\n*Sent:* Monday\n*To:* Ben\n*Subject:* x\n\nCan you?", "Done.")]
    [InlineData("Done.\n-- \nAna Hill\nPhone 1", "Done.")]
    [InlineData("Done.\n\nSent from my iPhone", "Done.")]
    [InlineData("Please see below.\n\n---------- Forwarded message ----------\nFrom: Carla\nSubject: x\n\nText", "Please see below.")]
    [InlineData("", "")]
    public void Only_the_authors_lines_are_own(string text, string own) => Assert.Equal(own, OwnText.From(text).Own);

    [Theory]
    [InlineData("Item | Price\n-----|-----\nPump | 100\n\n----------\nTotal  100\n\nIs that right?")]
    [InlineData("As he wrote in the offer:\nthe price is 100.\n\nIs that right?")]
    [InlineData("On Monday I wrote to Ben:\nno answer.\n\nShall I call?")]
    [InlineData("From: the station\nwalk straight on.")]
    [InlineData("Dear Ben,\n\nTo: be clear, we accept.\n\nAna")]
    public void Tables_and_sentences_that_look_a_little_like_quotes_stay(string text) => Assert.Equal(text, OwnText.From(text).Own);

    [Fact]
    public void A_forward_without_own_words_shows_the_forwarded_mail()
    {
        var text = OwnText.From(
            "---------- Forwarded message ----------\nFrom: Carla <carla@castro.example>\nDate: Mon, 2 Mar 2026\nSubject: x\nTo: "
                + "ana@hill.example\n\nThe order is late."
        );
        Assert.Equal(("", "The order is late."), (text.Own, text.Excerpt));
    }

    [Theory]
    [InlineData("On 2026 ")]
    [InlineData("> ")]
    [InlineData("On 2 Mar 2026 a@b\n")]
    [InlineData("From: x\n")]
    [InlineData("http://a?")]
    [InlineData("wrote ")]
    [InlineData("--\n")]
    [InlineData("<div><blockquote>")]
    public void Hostile_repetition_takes_linear_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 250_000 / piece.Length));
        var watch = Stopwatch.StartNew();
        _ = OwnText.From(text);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    private static string Squeezed(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

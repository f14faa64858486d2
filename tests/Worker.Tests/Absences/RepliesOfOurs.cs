using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Sources;
using NodaTime;

namespace CrmSync.Worker.Tests.Absences;

/// <summary>Automatic replies of our own people, as programs write them and mailboxes hold them.</summary>
public sealed class RepliesOfOurs
{
    [Theory]
    [InlineData("Outlook", "Automatic reply: The offer", "I am out of the office until 12 May.")]
    [InlineData("Outlook in German", "Automatische Antwort: Das Angebot", "Ich bin bis zum 12. Mai nicht im Büro.")]
    [InlineData("Outlook in French", "Réponse automatique : L'offre", "Je suis absente du bureau jusqu'au 12 mai.")]
    [InlineData("Gmail", "Re: The offer", "I am on vacation and will be back on 12 May.")]
    [InlineData("Notes", "AUTO: Ana Duarte is out of the office (returning 12.05.2026)", "I am out of the office until 12 May.")]
    [InlineData("Zimbra", "Out of Office: The offer", "I'll be back on May 12.")]
    [InlineData("by an ordinal", "Automatic reply: x", "I'm away and will be back on the 12th.")]
    [InlineData("with a range", "Automatic reply: x", "I am on leave from 4 May to 11 May. I will be back on 12 May.")]
    [InlineData("with the year", "Automatic reply: x", "I am out of the office until 12 May 2026.")]
    [InlineData(
        "with thanks and a cover",
        "Automatic reply: x",
        "Thank you for your mail. I am out of the office until 12 May. Please write to tim@us.example.")]
    [InlineData("Ferien", "Abwesenheitsnotiz: x", "Ich bin im Urlaub und ab dem 12. Mai wieder erreichbar.")]
    public void Say_until_when_they_are_away(string what, string subject, string text)
    {
        Assert.NotEmpty(what);
        Assert.Equal("ana 0504-0511", By(Reply(subject, text)));
    }

    [Fact]
    public void To_a_colleague_count_as_well() =>
        Assert.Equal("ana 0504-0511", By(Reply("Automatic reply: x", Until, to: "ben@us.example")));

    [Fact]
    public void From_another_address_of_theirs() =>
        Assert.Equal("ana 0504-0511", By(Reply("Automatic reply: x", Until, from: "ana.duarte@home.example")));

    [Fact]
    public void In_the_evening_count_from_the_next_business_day() =>
        Assert.Equal("ana 0505-0511", By(Reply("Automatic reply: x", Until, at: "Mon, 4 May 2026 19:30:00 +0000")));

    [Fact]
    public void On_a_saturday_count_from_monday() =>
        Assert.Equal("ana 0511-0511", By(Reply("Automatic reply: x", Until, at: "Sat, 9 May 2026 10:00:00 +0000")));

    [Fact]
    public void Overrule_what_an_earlier_one_said() =>
        Assert.Equal(
            "ana 0504-0507",
            By(
                Reply("Automatic reply: x", Until),
                Reply("Automatic reply: y", "I am out of the office until 8 May.", at: "Wed, 6 May 2026 10:00:00 +0000")));

    [Fact]
    public void Seen_by_many_say_it_once() =>
        Assert.Equal(
            "ana 0504-0511",
            By(
                Reply("Automatic reply: x", Until),
                Reply("Automatic reply: y", Until, to: "jo@acme.example"),
                Reply("Automatic reply: z", Until, at: "Tue, 5 May 2026 10:00:00 +0000")));

    [Theory]
    [InlineData("no day", "Automatic reply: x", "I am out of the office.")]
    [InlineData("no explicit day", "Automatic reply: x", "I am away until next week.")]
    [InlineData("two days", "Automatic reply: x", "I am away until 12 May. I am out of the office until 14 May.")]
    [InlineData("a day that has passed", "Automatic reply: x", "I was away until 2 May.")]
    [InlineData("that the shop is closed on a day", "Automatic reply: x", "We answer within a day. Our shop is closed on 12 May.")]
    [InlineData("that somebody else is away", "Automatic reply: x", "Thank you. My colleague Ben is away until 12 May.")]
    public void That_name_no_day_say_nothing(string what, string subject, string text)
    {
        Assert.NotEmpty(what);
        Assert.Equal("", By(Reply(subject, text)));
    }

    [Theory]
    [InlineData("a customer's", "jo@acme.example", "ana@us.example", true)]
    [InlineData("of a shared mailbox", "support@us.example", "jo@acme.example", true)]
    [InlineData("of somebody of ours who is nobody in people", "guest@us.example", "jo@acme.example", true)]
    [InlineData("written by hand", "ana@us.example", "jo@acme.example", false)]
    public void Of_others_or_by_hand_say_nothing_of_ours(string what, string from, string to, bool isAutomatic)
    {
        Assert.NotEmpty(what);
        Assert.Equal("", By(Reply(isAutomatic ? "Automatic reply: x" : "My plans", Until, from: from, to: to, isAutomatic: isAutomatic)));
    }

    [Fact]
    public void Forwarded_by_a_colleague_say_nothing() =>
        Assert.Equal(
            "",
            By(Reply(
                "FW: Automatic reply: x",
                "FYI\r\n\r\nFrom: Ana Duarte <ana@us.example>\r\nSent: Monday, 4 May 2026\r\nTo: Ben\r\n"
                    + "Subject: Automatic reply: x\r\n\r\n" + Until,
                from: "ben@us.example",
                to: "tim@us.example",
                isAutomatic: false)));

    private const string Until = "I am out of the office until 12 May.";

    private static string By(params Interaction[] lines) => Away.By(Away.Us, lines);

    private static Interaction Reply(
        string subject,
        string text,
        string from = "ana@us.example",
        string to = "jo@acme.example",
        string at = "Mon, 4 May 2026 10:00:00 +0000",
        bool isAutomatic = true)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(
            $"From: {from}\r\nTo: {to}\r\n"
                + $"Subject: =?utf-8?B?{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(subject))}?=\r\nDate: {at}\r\n"
                + $"Message-ID: <{Guid.NewGuid():n}@us.example>\r\n{(isAutomatic ? "Auto-Submitted: auto-replied\r\n" : "")}"
                + $"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n");
        var facts = MailTranslation.ReadFacts(MimeReader.Read(bytes), null);
        var line = MailLine.FromObservation(
            new MailObservation("ana", facts, null), new Capture(Away.Us, 4096), Instant.FromUtc(2026, 5, 20, 0, 0));
        return new Classifier(Away.Us).CreateLine(line);
    }
}

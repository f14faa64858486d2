using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Cli;
using CrmSync.Worker.Printing;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>What colleagues note by mail: what they wrote themselves, about whom and in which conversation.</summary>
public sealed class NotesByMail(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Note = "crmsync+note@bright.example";
    private const string Subject = "FW: Letter on the pavement";
    private const string Declan = "declan@murphymotors.example";

    private const string Block =
        "From: Declan Murphy <declan@murphymotors.example>\nSent: Monday, March 2, 2026 11:00 AM\nTo: Ana Duarte <ana@bright.example>\n"
            + "Subject: Letter on the pavement\n\nAna, the second letter fell off. My number is 01 555 0100.\n\nDeclan";

    [Theory]
    [InlineData("His leg is better.\n\n" + Block)]
    [InlineData("His leg is better.\n\nAna Duarte\nBright Signs | +353 1 555 0199\n\n" + Block)]
    [InlineData("His leg is better.\n\nBest regards\nAna\n\n________________________________\n" + Block)]
    [InlineData("His leg is better.\n\n---------- Forwarded message ---------\n" + Block)]
    [InlineData("His leg is better.\n\n-- \nAna Duarte\nBright Signs\n\n-------- Forwarded Message --------\n" + Block)]
    [InlineData("CAUTION: This message was sent from outside the company.\n\nHis leg is better.\n\nSent from my iPhone\n\n" + Block)]
    public async Task A_forward_notes_what_stands_above_it_and_none_of_the_furniture(string text)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter(Note, Subject, text));
        await company.Harvest();
        var note = Assert.Single(await company.Commands());
        Assert.Equal((CommandVerb.Note, Declan, "His leg is better."), (note.Verb, note.Contact?.Value, note.Text));
    }

    [Fact]
    public async Task A_mail_that_is_attached_tells_whom_the_note_is_about()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = (await Log(company)).First(line => line.Author?.Value == Declan && line.Subject == Subject[4..]);
        company.Deliver(
            Letter(
                Note,
                "what he said",
                "--outer\nContent-Type: text/plain\n\nHis leg is better.\n--outer\nContent-Type: message/rfc822\n\n"
                    + $"Message-ID: <{mail.MessageId}>\nFrom: {Declan}\nTo: ana@bright.example\nSubject: Letters\n\nAna?\n--outer--",
                "Content-Type: multipart/mixed; boundary=outer"));
        await company.Harvest();
        var note = Assert.Single(await company.Commands());
        Assert.Equal((Declan, "His leg is better.", mail.Id), (note.Contact?.Value, note.Text, note.About));
    }

    [Fact]
    public async Task A_letter_with_the_address_in_Bcc_notes_the_words_of_the_letter_and_not_all_of_it()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mail = Letter(
            Declan,
            "Re: Letter on the pavement",
            "Hi Declan,\n\nwe come on Friday at ten.\n\n"
                + string.Concat(Enumerable.Repeat("Please keep the pavement free of cars. ", 30))
                + "\n\nBest regards\nAna\n\nOn Mon, 2 Mar 2026 at 11:00, Declan Murphy <declan@murphymotors.example> wrote:\n> Ana?",
            id: "letter@bright.example");
        company.Deliver("Delivered-To: crmsync+note@bright.example\n" + mail);
        company.DeliverSent("Bcc: crmsync+note@bright.example\n" + mail);
        await company.HarvestAll(AnsweringCompany.Answered);
        var note = Assert.Single(await company.Commands());
        var letter = Assert.Single(await Log(company), line => line.MessageId == "letter@bright.example");
        Assert.Equal((Declan, "we come on Friday at ten. …", letter.Id), (note.Contact?.Value, note.Text, note.About));
    }

    [Theory]
    [InlineData(Block)]
    [InlineData("\n\n-- \nAna Duarte\n\n" + Block)]
    public async Task A_forward_without_words_notes_nothing_and_says_so(string text)
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter(Note, Subject, text));
        await company.Harvest();
        Assert.Empty(await company.Commands());
        Assert.Contains("has no text of its own", Flat(Assert.Single(await company.Answers()).Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_shows_the_note_with_the_thread_it_belongs_to()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        company.Deliver(Letter(Note, Subject, "His leg is better.\n\n" + Block));
        company.Deliver(sent.Reply("note 1: likes larch"));
        await company.Harvest();
        var log = new ContactLog(company.Program.Database);
        var notes = (await company.Lines()).Where(line => line.Command is { Verb: CommandVerb.Note, Contact.Value: Declan }).ToList();
        var threads = await log.Threads([.. notes.Select(line => line.Command!.About!)], default);
        var thread = (await Log(company)).Last(line => line.Author?.Value == Declan && line.Subject == "Letter on the pavement").Thread;

        Assert.Equal(2, notes.Count(line => threads[line.Command!.About!] == thread));
        using var written = new MemoryStream();
        using (var output = new Output(written, OutputFormat.Json, width: null))
            output.List(notes, LogFormat.At(AnsweringCompany.Answered, threads, NodaTime.DateTimeZone.Utc));
        var json = System.Text.Encoding.UTF8.GetString(written.ToArray());
        Assert.Contains($"\"thread\":\"{thread}\"", json, StringComparison.Ordinal);
        Assert.Contains("\"text\":\"His leg is better.\"", json, StringComparison.Ordinal);
    }

    private static async Task<List<Interaction>> Log(AnsweringCompany company) =>
        await new ContactLog(company.Program.Database).Read(new LogFilter(), default).ToListAsync();
}

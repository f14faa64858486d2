using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using NodaTime;
using static CrmSync.Worker.Tests.Commands.Letters;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// What mails tell about people is asked in the digest of whoever looks after them, and answered by <c>yes</c>, <c>no</c> and <c>same</c>.
/// </summary>
public sealed class AnsweringQuestions(SentDigests sent) : IClassFixture<SentDigests>
{
    private const string Peter = "peter@oldmill.example";
    private const string Rosa = "rosa@oldmill.example";
    private const string New = "peter.nagle@millworks.example";
    private static readonly Instant NextMorning = Instant.FromUtc(2026, 3, 5, 8, 45);
    private static readonly Instant Later = NextMorning + Duration.FromHours(2);

    [Fact]
    public async Task Yes_holds_what_is_asked_about_somebody_who_left_and_follows_up_with_whoever_follows()
    {
        await using var company = await Company("Peter Nagle has left the company. Please write to rosa@oldmill.example.");
        var (number, text, message) = await Question(company);
        Assert.Contains(
            $"{number}: A Person ({Peter}) seems to have left: “Peter Nagle has left the company. Please write to {Rosa}.” Ask nothing "
                + $"more about them, and follow up with {Rosa}? Reply: yes {number} · no {number}",
            text,
            StringComparison.Ordinal);

        await Reply(company, message, $"yes {number}");
        Assert.Equal(
            [(CommandVerb.Retire, Peter), (CommandVerb.FollowUp, Rosa)],
            (await company.Commands()).Select(command => (command.Verb, command.Contact!.Value)).Order());
        var followUp = Assert.Single((await company.Evaluate(Later)).Items, IsFollowUp);
        Assert.Equal((Rosa, "ana", ItemState.Open), (followUp.About, followUp.Owner, followUp.State));
        Assert.DoesNotContain("seems", Flat(await company.Digest("ana", NextMorning + Duration.FromDays(1))), StringComparison.Ordinal);

        await Reply(company, message, "undo");
        Assert.DoesNotContain((await company.Evaluate(Later)).Items, IsFollowUp);
    }

    [Fact]
    public async Task No_is_remembered_and_nothing_else_happens()
    {
        await using var company = await Company("Peter Nagle has left the company. Please write to rosa@oldmill.example.");
        var (number, _, message) = await Question(company);
        await Reply(company, message, $"no {number}");
        Assert.Equal([CommandVerb.No], (await company.Commands()).Select(command => command.Verb));
        Assert.DoesNotContain((await company.Evaluate(Later)).Items, IsFollowUp);
        Assert.DoesNotContain("seems", Flat(await company.Digest("ana", NextMorning + Duration.FromDays(1))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_joins_two_addresses_that_are_never_joined_before()
    {
        await using var company = await Company($"My new email address is {New}. I will answer from there.");
        var (number, text, message) = await Question(company);
        Assert.Contains($"seems to be one person with {New}: “My new email address is {New}.”", text, StringComparison.Ordinal);
        Assert.NotEqual(New, Assert.Single((await company.Evaluate(NextMorning)).Items, IsPeters).Contact!.Value);

        await Reply(company, message, $"same {number}");
        Assert.Equal(New, Assert.Single((await company.Evaluate(Later)).Items, IsPeters).Contact!.Value);
    }

    [Fact]
    public async Task An_answer_fits_questions_alone_and_a_question_takes_no_other_command()
    {
        await using var company = await Company("Peter Nagle has left the company. Please write to rosa@oldmill.example.");
        var (number, _, message) = await Question(company);
        await Reply(company, message, $"yes 1\ndone {number}\nsame {number}");
        Assert.Empty(await company.Commands());
    }

    private static bool IsFollowUp(Item item) => item.Rule.Name == "successor";

    private static bool IsPeters(Item item) => item.Contact?.Value is Peter or New;

    /// <summary>The sample company, to whose Ana Peter's mailbox answers.</summary>
    private async Task<AnsweringCompany> Company(string words)
    {
        var company = await AnsweringCompany.CreateCopy(sent);
        company.DeliverTo(
            "ana",
            Letter("ana@bright.example", "Automatic reply: Fascia", words, "Auto-Submitted: auto-replied", Peter, "X-Proof: none"));
        await company.HarvestAll(AnsweringCompany.Answered);
        return company;
    }

    /// <summary>Sends the digest of the next morning and finds what it asks.</summary>
    private static async Task<(string Number, string Text, string MessageId)> Question(AnsweringCompany company)
    {
        var mail = (await company.Program.Digests.Show(NextMorning, default)).Single(one => one.Digest.Run.Reader.Id == "ana").Mail;
        Assert.Empty((await company.Program.Digests.Send(NextMorning, Duration.Zero, default)).Problems);
        var text = Flat(CrmSync.Mail.Mime.MimeReader.Read(mail.Bytes).Text);
        var section = text[text.IndexOf("IS THAT RIGHT?", StringComparison.Ordinal)..];
        return (section[(section.IndexOf('*', StringComparison.Ordinal) + 2)..].Split(':')[0], text, mail.MessageId);
    }

    private static async Task Reply(AnsweringCompany company, string message, string words)
    {
        company.Deliver(
            Letter(
                "crmsync@bright.example",
                "Re: My day",
                words,
                $"In-Reply-To: <{message}>",
                date: "Thu, 5 Mar 2026 09:00:00 +0000"));
        await company.Harvest(now: NextMorning + Duration.FromHours(1));
    }
}

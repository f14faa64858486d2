using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// Whole mails as mail servers deliver them: Postfix with OpenDKIM and OpenDMARC, Exim, Rspamd, Gmail, Fastmail, iCloud, Exchange. Some are
/// forged, at most five by one way of forging; the others are what they say.
/// </summary>
public sealed class ForgedCommands(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly string[] Trusted =
    [
        "mx.bright.example",
        "mx.google.com",
        "phl-mx-02.messagingengine.com",
        "dkim-verifier.icloud.com",
    ];

    [Fact]
    public async Task Forged_mails_are_refused_with_the_right_reason_and_nobody_is_told()
    {
        var mails = WildMail.In("Forged");
        Assert.True(mails.Count >= 60, $"there are {mails.Count}");
        Assert.All(
            mails.GroupBy(mail => mail.Name.Split('-')[0], StringComparer.Ordinal),
            way => Assert.True(way.Count() <= 5, $"{way.Key}: {way.Count()}"));
        await using var company = await AnsweringCompany.CreateCopy(sent, Trusted);
        foreach (var mail in mails)
            company.Deliver(mail.Bytes(sent));

        // Until a day has passed the author's own copy could still prove them.
        await company.Harvest();
        await company.HarvestAll(AnsweringCompany.Answered + Duration.FromHours(25));
        Assert.Empty(await company.Commands());
        var inbox = new CommandInbox(company.Program.Database);
        Assert.Empty(await inbox.OwedAtOnce(default));
        Assert.Empty(await inbox.OwedWithDigests(default));
        var answers = (await inbox.Since(SampleCompany.Story, default)).ToDictionary(answer => answer.Id);
        Assert.Equal(mails.Count, answers.Count);
        Assert.Multiple([.. mails.Select(mail => (Action)(() =>
        {
            var answer = answers[Letters.Id(mail.Bytes(sent))];
            var reason = mail.Meant[(mail.Meant.IndexOf(',', StringComparison.Ordinal) + 2)..];
            Assert.True(
                answer.State == CommandMailState.Refused && answer.Words!.Contains(reason, StringComparison.Ordinal),
                $"{mail.Name}: meant {mail.Meant}; {answer}");
        }))]);
    }

    [Fact]
    public async Task Honest_mails_are_obeyed_whatever_server_delivers_them()
    {
        var mails = WildMail.In("Honest");
        Assert.Equal(15, mails.Count);
        Assert.Multiple([.. await Task.WhenAll(mails.Select(async mail =>
        {
            await using var company = await AnsweringCompany.CreateCopy(sent, Trusted);
            company.Deliver(mail.Bytes(sent));
            await company.Harvest();
            var said = string.Join("; ", (await company.Commands()).Select(command => CommandVerbs.Name(command.Verb)));
            var words = (await company.Answer()).Words;
            return (Action)(() => Assert.True(said == mail.Meant.Split(' ')[0], $"{mail.Name}: meant {mail.Meant}, said {said}: {words}"));
        }))]);
    }
}

using System.Globalization;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Log;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Tests.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// Answers to Ana's digest as the mail programs of three languages write them. In it 1 is Declan Murphy, 2 Siobhán Walsh, 3 Peter Nagle;
/// all of it is quoted again below.
/// </summary>
public sealed class WildReplies(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["1"] = "Declan Murphy",
        ["2"] = "Siobhán Walsh",
        ["3"] = "Peter Nagle",
    };

    [Fact]
    public async Task Replies_are_understood_as_meant_whatever_program_wrote_them()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);

        // What is done cannot be snoozed any more: those come first.
        var mails = WildMail
            .In("Replies")
            .OrderBy(mail => !mail.Meant.Contains("snooze", StringComparison.Ordinal))
            .ThenBy(mail => mail.Name, StringComparer.Ordinal)
            .ToList();
        Assert.True(mails.Count >= 40, $"there are {mails.Count}");
        for (var i = 0; i < mails.Count; i++)
        {
            var time = string.Create(CultureInfo.InvariantCulture, $"Wed, 04 Mar 2026 09:{i:00}:00 +0000");
            company.Deliver(
                mails[i]
                    .Bytes(
                        sent,
                        $"Return-Path: <ana@bright.example>\nDelivered-To: crmsync@bright.example\nReceived: from mx.bright.example "
                            + $"(mx.bright.example [192.0.2.10])\n\tby store.bright.example (Postfix) with LMTP; {time}\n{Letters.Signed}"
                    ));
        }

        await company.Harvest();
        var answers = await new CommandInbox(company.Program.Database).Since(SampleCompany.Story, default);
        Assert.Equal(mails.Count, answers.Count);
        Assert.Multiple([
            .. mails
                .Zip(answers)
                .Select(pair =>
                    (Action)(
                        () =>
                            Assert.True(
                                pair.First.Meant == "below"
                                    ? pair.Second.Words!.Contains("stands below what you quote", StringComparison.Ordinal)
                                    : Expected(pair.First.Meant) == Told(pair.Second.Words!),
                                $"{pair.First.Name}: meant {pair.First.Meant}, understood {pair.Second.Words}"))),
        ]);
    }

    [Fact]
    public async Task Forged_foreign_expired_automatic_and_bounced_mails_are_refused_with_the_right_reason_and_only_colleagues_are_told()
    {
        await using var company = await AnsweringCompany.CreateCopy(sent);
        var mails = WildMail.In("Refusals");
        Assert.True(mails.Count >= 20, $"there are {mails.Count}");
        foreach (var mail in mails)
            company.Deliver(mail.Bytes(sent));

        // Twice the same bytes are one mail; a day after we first saw them, and when their authors' mailboxes have been read, nothing waits
        // for a proof any more.
        foreach (var mail in mails)
            company.Deliver(mail.Bytes(sent));
        await company.Harvest(now: Instant.FromUtc(2026, 6, 3, 9, 0));
        await company.HarvestAll(Instant.FromUtc(2026, 6, 4, 9, 0));
        Assert.Empty(await company.Commands());

        var inbox = new CommandInbox(company.Program.Database);
        var owed = (await inbox.OwedAtOnce(default)).Select(one => one.Id).ToHashSet();
        var answers = (await inbox.Since(SampleCompany.Story, default)).ToDictionary(answer => answer.Id);
        Assert.Equal(mails.Count, answers.Count);
        Assert.Multiple([
            .. mails.Select(mail =>
                (Action)(
                    () =>
                    {
                        var identity = MailIdentity.From(MailTranslation.ReadFacts(MimeReader.Read(mail.Bytes(sent)), stored: null));
                        var answer = answers[identity.MessageKey ?? identity.Fingerprint];
                        var (told, reason) = (
                            mail.Meant[..mail.Meant.IndexOf(',', StringComparison.Ordinal)],
                            mail.Meant[(mail.Meant.IndexOf(',', StringComparison.Ordinal) + 2)..]);
                        Assert.True(
                            answer.State != CommandMailState.CarriedOut
                                && answer.Words!.Contains(reason, StringComparison.Ordinal)
                                && owed.Contains(answer.Id) == (told == "told"),
                            $"{mail.Name}: meant {mail.Meant}; {answer}");
                    })),
        ]);
    }

    /// <summary><c>done 1; snooze 2 2026-03-06</c> in the words of an answer.</summary>
    internal static string Expected(string meant) =>
        string.Join(
            " · ",
            meant
                .Split("; ")
                .Select(one => one.Split(' '))
                .Select(words =>
                    words[0] switch
                    {
                        "snooze" => $"snoozed {Names[words[1]]} "
                            + NodaTime.Text.LocalDatePattern.Iso.Parse(words[2]).Value.ToString("ddd d MMMM", CultureInfo.InvariantCulture),
                        "not-useful" => $"not useful {Names[words[1]]}",
                        _ => $"{words[0]} {Names[words[1]]}",
                    }));

    internal static string Told(string words) =>
        string.Join(
            " · ",
            words
                .Split(" · ")
                .Select(one =>
                {
                    var kind = one[..Math.Max(0, one.IndexOf(':', StringComparison.Ordinal))];
                    var until = one.IndexOf(", until ", StringComparison.Ordinal);
                    return $"{kind} {Names.Values.FirstOrDefault(name => one.Contains(name, StringComparison.Ordinal))}"
                        + (until < 0 ? "" : " " + one[(until + 8)..one.LastIndexOf(',')]);
                }));
}

using System.Globalization;
using CrmSync.Storage.Log;
using CrmSync.Worker.Tests.Digests;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>Answers to Ana's digest as the mail programs of three languages write them. In it 1 is Declan Murphy, 2 Siobhán Walsh, 3 Peter Nagle; all of it is quoted again below.</summary>
public sealed class WildReplies(SentDigests sent) : IClassFixture<SentDigests>
{
    private static readonly Dictionary<string, string> Names = new() { ["1"] = "Declan Murphy", ["2"] = "Siobhán Walsh", ["3"] = "Peter Nagle" };

    [Fact]
    public async Task Replies_are_understood_as_meant_whatever_program_wrote_them()
    {
        await using var company = await AnsweringCompany.CopyOf(sent);
        var mails = WildMail.In("Replies");
        Assert.True(mails.Count >= 40, $"there are {mails.Count}");
        for (var i = 0; i < mails.Count; i++)
        {
            var time = string.Create(CultureInfo.InvariantCulture, $"Wed, 04 Mar 2026 09:{i:00}:00 +0000");
            company.Deliver(mails[i].Bytes(sent, $"Return-Path: <ana@bright.example>\nDelivered-To: crmsync@bright.example\nReceived: from mx.bright.example (mx.bright.example [192.0.2.10])\n\tby store.bright.example (Postfix) with LMTP; {time}\n{Letters.Signed}"));
        }

        await company.Harvest();
        var answers = await new CommandInbox(company.Program.Database).Since(SampleCompany.Story, default);
        Assert.Equal(mails.Count, answers.Count);
        Assert.Multiple([.. mails.Zip(answers).Select(pair => (Action)(() => Assert.True(Expected(pair.First.Meant) == Told(pair.Second.Words!), $"{pair.First.Name}: meant {pair.First.Meant}, understood {pair.Second.Words}")))]);
    }

    /// <summary><c>done 1; snooze 2 2026-03-06</c> in the words of an answer.</summary>
    private static string Expected(string meant) => string.Join(" · ", meant.Split("; ").Select(one => one.Split(' ')).Select(words => words[0] switch
    {
        "snooze" => $"snoozed {Names[words[1]]} {NodaTime.Text.LocalDatePattern.Iso.Parse(words[2]).Value.ToString("ddd d MMMM", CultureInfo.InvariantCulture)}",
        "not-useful" => $"not useful {Names[words[1]]}",
        _ => $"{words[0]} {Names[words[1]]}",
    }));

    private static string Told(string words) => string.Join(" · ", words.Split(" · ").Select(one =>
    {
        var kind = one[..Math.Max(0, one.IndexOf(':', StringComparison.Ordinal))];
        var until = one.IndexOf(", until ", StringComparison.Ordinal);
        return $"{kind} {Names.Values.FirstOrDefault(name => one.Contains(name, StringComparison.Ordinal))}{(until < 0 ? "" : " " + one[(until + 8)..one.LastIndexOf(',')])}";
    }));
}

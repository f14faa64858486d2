using CrmSync.Domain.Commands;
using CrmSync.Domain.Evaluation;
using CrmSync.Fixtures.Digests;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Domain.Tests.Commands;

public sealed class ReplyGrammarTests
{
    // Wednesday, 4 March 2026, 08:45.
    private static readonly ReplyGrammar Grammar = new(Some.Office, Some.Now);

    [Theory]
    [InlineData("done 2", "done 2")]
    [InlineData("Done 2.", "done 2")]
    [InlineData("DONE #2, 3 and 5", "done 2 3 5")]
    [InlineData("done 1-3", "done 1 2 3")]
    [InlineData("erledigt 2", "done 2")]
    [InlineData("fait 2 et 4", "done 2 4")]
    [InlineData("done F7K2Q", "done F7K2Q")]
    [InlineData("called 1", "called 1")]
    [InlineData("angerufen 1", "called 1")]
    [InlineData("resolved 4", "resolved 4")]
    [InlineData("not useful 7", "not-useful 7")]
    [InlineData("tag 2 VIP", "tag 2 vip")]
    [InlineData("note 2 birthday: 12 March", "note 2 birthday: 12 March")]
    [InlineData("note: likes larch", "note likes larch")]
    [InlineData("who jane@acme.example", "brief jane@acme.example")]
    [InlineData("can i write to jane@acme.example?", "may-i-write jane@acme.example")]
    [InlineData("Darf ich Jane Doe <jane@acme.example<mailto:jane@acme.example>> schreiben?", "may-i-write jane@acme.example")]
    [InlineData("peut-on contacter jane@acme.example et li@beta.example ?", "may-i-write jane@acme.example li@beta.example")]
    [InlineData("who 2?", "brief 2")]
    [InlineData("can i write to 3", "may-i-write 3")]
    [InlineData("- done 2", "done 2")]
    [InlineData("• erledigt 2", "done 2")]
    [InlineData("Hi, done 2", "done 2")]
    [InlineData("Bitte erledigt 2", "done 2")]
    [InlineData("2 done", "done 2")]
    [InlineData("#3: erledigt", "done 3")]
    [InlineData("2 - fait", "done 2")]
    [InlineData("4. not useful", "not-useful 4")]
    public void Commands_are_understood_in_the_readers_words(string line, string understood) => Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("snooze 2 friday", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 until friday", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 3d", "snooze 2 until 2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 for 3 days", "snooze 2 until 2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 4h", "snooze 2 until 2026-03-04T12:45:00Z")]
    [InlineData("snooze 2, 3 2 weeks", "snooze 2 3 until 2026-03-18T09:00:00Z")]
    [InlineData("snooze 2 tomorrow", "snooze 2 until 2026-03-05T09:00:00Z")]
    [InlineData("snooze 2 next week", "snooze 2 until 2026-03-09T09:00:00Z")]
    [InlineData("snooze 2 12 march", "snooze 2 until 2026-03-12T09:00:00Z")]
    [InlineData("snooze 2 2026-06-01", "snooze 2 until 2026-06-01T08:00:00Z")]
    [InlineData("2 snooze friday", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("snooze 2 2 march", "snooze 2 until 2027-03-02T09:00:00Z")]
    [InlineData("später 2 freitag", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("plus tard 2 vendredi", "snooze 2 until 2026-03-06T09:00:00Z")]
    [InlineData("später 2 bis morgen", "snooze 2 until 2026-03-05T09:00:00Z")]
    public void A_snooze_ends_when_its_day_begins_to_be_worked(string line, string understood) => Assert.Equal([understood], Read(line));

    [Theory]
    [InlineData("snooze 2", "does not say until when")]
    [InlineData("snooze friday", "names no line")]
    [InlineData("snooze 2 someday", "\"someday\" is no time")]
    [InlineData("snooze 2 2020-01-01", "lies in the past")]
    [InlineData("done", "names no line")]
    [InlineData("dnoe 2", "is no command")]
    [InlineData("tag 2", "names no tag")]
    [InlineData("done all", "names no line")]
    [InlineData("undo 2", "cannot be taken back")]
    [InlineData("rückgängig 2", "cannot be taken back")]
    [InlineData("can i write to the council?", "names no address")]
    public void What_begins_like_a_command_and_is_none_is_refused_with_its_reason(string line, string reason) =>
        Assert.Contains(reason, Grammar.Read(line).Refused.Single().Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("Hi,\n\nthanks!\n\nBest\nAna")]
    [InlineData("Done with this for today, see you tomorrow")]
    [InlineData("Who is coming to the fair?")]
    [InlineData("2 done deals today, not bad")]
    [InlineData("Who told you that?")]
    [InlineData("12 signs are ready")]
    public void Prose_is_passed_over(string text)
    {
        var reply = Grammar.Read(text);
        Assert.Empty(reply.Commands);
        Assert.Empty(reply.Refused);
    }

    [Fact]
    public void Of_ten_lines_of_which_three_make_no_sense_seven_are_carried_out()
    {
        var reply = Grammar.Read(
            "Hello\ndone 1\ndone 2\nsnooze 3 friday\ncalled 4\nflurb 5\nresolved 6\nsnooze 7\nnot useful 8\ndone 99999\ntag 9 vip\nThanks");
        Assert.Equal(7, reply.Commands.Count);
        Assert.Equal(["flurb 5", "snooze 7", "done 99999"], reply.Refused.Select(r => r.Line));
    }

    [Fact]
    public void Any_text_is_read_without_a_stumble() =>
        Prop.ForAll<string>(text => Grammar.Read("done " + text).Commands.Count + Grammar.Read(text).Refused.Count < 300)
            .QuickCheckThrowOnFailure();

    private static IEnumerable<string> Read(string text) =>
        Grammar
            .Read(text)
            .Commands.Select(c =>
                string.Join(
                    ' ',
                    new[]
                    {
                        c.Verb,
                        string.Join(' ', c.Numbers),
                        string.Join(' ', c.Items),
                        c.Until is { } until ? $"until {until}" : "",
                        c.Tag ?? "",
                        c.Text ?? "",
                    }.Where(w => w.Length > 0)));
}

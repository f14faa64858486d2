using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

public sealed class PhraseTests
{
    private static readonly string[] Phrases = ["sea", "seaside", "a sealed box", "ice", "σας", "über uns", "行より上", "x"];

    [Theory]
    [InlineData("the SEA is calm")]
    [InlineData("seasick")]
    [InlineData("a sealed crate")]
    [InlineData("a a sealed bo")]
    [InlineData("a a sealed box")]
    [InlineData("twICE")]
    [InlineData("ΓΙΑ ΣΑς")]
    [InlineData("ÜBER UNS")]
    [InlineData("uber uns")]
    [InlineData("この行より上に返信")]
    [InlineData("この行より下に返信")]
    [InlineData("")]
    [InlineData("se")]
    public void A_set_finds_what_a_search_for_each_phrase_finds(string text) =>
        Assert.Equal(
            Phrases.Take(7).Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase)),
            new PhraseSet(Phrases.Take(7)).IsIn(text));

    [Fact]
    public void A_set_agrees_with_single_searches_on_invented_texts()
    {
        var random = new Random(17);
        string Invent(int length) => new([.. Enumerable.Range(0, length).Select(_ => "abcÄä ß"[random.Next(7)])]);
        for (var round = 0; round < 300; round++)
        {
            string[] phrases = [.. Enumerable.Range(0, 1 + random.Next(9)).Select(_ => Invent(1 + random.Next(5)))];
            var set = new PhraseSet(phrases);
            for (var text = Invent(random.Next(25)); text.Length < 60; text += Invent(9))
                Assert.Equal(phrases.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase)), set.IsIn(text));
        }
    }

    [Fact]
    public void Phrases_are_found_across_the_ends_of_lines()
    {
        List<string> lines = ["We close at", "  five ", "sharp"];
        Assert.True(new PhraseSet(["at five sharp"]).IsIn(lines, 0, 3));
        Assert.False(new PhraseSet(["at five sharp"]).IsIn(lines, 0, 2));
        Assert.False(new PhraseSet(["close at five"]).IsIn(lines, 1, 3));
    }

    [Theory]
    [InlineData("write above this line")]
    [InlineData("reply above that line")]
    [InlineData("über dieser Zeile")]
    [InlineData("上に返信")]
    [InlineData("a b c")]
    public void A_phrase_is_found_in_a_long_text_and_in_long_lines(string phrase)
    {
        var phrases = new PhraseSet(["write above this line", "reply above that line", "über dieser Zeile", "上に返信", "a b c"]);
        var around = string.Concat(Enumerable.Repeat("Write to us, we reply in no time. ", 5));
        Assert.False(phrases.IsIn(around));
        Assert.True(phrases.IsIn($"{around}## {phrase.ToUpperInvariant()} ##"));
        Assert.True(phrases.IsIn([around + phrase.Split(' ')[0], .. phrase.Split(' ')[1..]], 0, phrase.Split(' ').Length));
        Assert.False(phrases.IsIn([around, phrase[1..]], 0, 2));
    }

    [Fact]
    public void Phrases_are_found_where_a_plain_search_finds_them()
    {
        string[] words = ["write", "above", "line", "a", "of", "unsubscribe", "message", "über", "zeile", "to", "the"];
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var phrases = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Some(1 + random.Next(4))).ToArray();
            var lines = Enumerable.Range(0, 1 + random.Next(9)).Select(_ => $"  {Some(random.Next(12))} ").ToList();
            var (from, to) = (random.Next(lines.Count), lines.Count);
            var text = string.Join(' ', lines[from..to].Select(line => line.Trim()));
            var isIn = Array.Exists(phrases, phrase => text.Contains(phrase, StringComparison.OrdinalIgnoreCase));
            var set = new PhraseSet(phrases);
            Assert.Equal((isIn, isIn), (set.IsIn(text), set.IsIn(lines, from, to)));
        }

        string Some(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => words[random.Next(words.Length)]));
    }

    [Fact]
    public void Only_phrases_with_the_same_edge_are_compared()
    {
        var edges = new PhraseEdges(["sent from", "sent by", "gesendet", "写道"]);
        Assert.Equal(["sent from", "sent by"], edges.WithBeginning("Sent over").ToArray());
        Assert.Equal(["写道"], edges.WithEnd("小明 写道").ToArray());
        Assert.Empty(edges.WithEnd("t").ToArray());
        Assert.True(edges.Begin("SENT FROM Mars"));
        Assert.False(edges.Begin("sent for"));
        Assert.True(edges.MayBegin("sent f"));
        Assert.True(edges.Contains("Gesendet"));
        Assert.False(edges.Contains("gesendet von"));
    }
}

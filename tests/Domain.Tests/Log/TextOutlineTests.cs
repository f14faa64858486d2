using CrmSync.Domain.Log;

namespace CrmSync.Domain.Tests.Log;

public sealed class TextOutlineTests
{
    private const string Letter = "Dear Jane,\n\nthe offer for the panels is attached.\n\nRegards, Ana";

    [Theory]
    [InlineData("Dear Jane, the  offer\nis attached.", "Dear Jane,\r\nthe offer is attached.")]
    [InlineData("See https://plan.example/1 and call me.",
        "See https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fplan.example%2F1&data=05%7C02&reserved=0 and call me.")]
    [InlineData("See https://plan.example/1 and call me.",
        "See https://urldefense.com/v3/__https://plan.example/1__;!!Kx7!aQ_b-9$ and call me.")]
    [InlineData("Siehe www.plan.example, bitte melden.",
        "Siehe https://urldefense.proofpoint.com/v2/url?u=http-3A__www.plan.example&d=DwMFaQ&e= bitte melden.")]
    [InlineData("Voir plan.example/1 svp", "Voir https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fplan.example%2f1&c=E,1,x&typo=1 svp")]
    [InlineData("請看 https://plan.example/1，謝謝", "請看 https://protect-eu.mimecast.com/s/abc?domain=plan.example，謝謝")]
    [InlineData("Write to jane@acme.example today", "Write to jane@acme.example<mailto:jane@acme.example> today")]
    [InlineData("Our plan is ready", "Our plan<https://plan.example/1> is *ready*")]
    [InlineData("One\n* first\n* second", "One\n- first\n• second")]
    [InlineData("Hello\n[cid:logo.png@01DA]\nAna here", "Hello\nAna here")]
    [InlineData("Hello\n[image: a round sign]\nAna here", "Hello\nAna here")]
    [InlineData("It’s “ready” – really", "It's \"ready\" - really")]
    [InlineData("ｆｕｌｌ width", "full\u00A0width")]
    [InlineData("Soft\u00ADhyphen and zero\u200Bwidth", "Softhyphen and zerowidth")]
    public void What_gateways_and_converters_do_to_a_text_leaves_it_the_same(string one, string other) => Assert.True(Same(one, other));

    [Theory]
    [InlineData(Letter + "\n\nAna Duarte | Sales | Brook Signs Ltd\nVisit us at the fair!")]
    [InlineData("CAUTION: this message came from outside of Brook Signs.\n\n" + Letter)]
    [InlineData("Vorsicht: fremde Nachricht\nBitte keine Anhänge öffnen\n" + Letter)]
    [InlineData(Letter + "\n_______________________________________________\nHello mailing list\nhello@brook.example")]
    [InlineData(Letter + "\n\n本邮件由网关检查。")]
    public void Lines_added_above_or_below_leave_it_the_same(string longer)
    {
        Assert.True(Same(Letter, longer));
        Assert.True(Same(Letter.ReplaceLineEndings("\r\n"), longer));
    }

    [Theory]
    [InlineData("Please send ten panels to Cork.", "The invoice of February is still missing.")]
    [InlineData("Please send ten panels to Cork.", "Please send twelve panels to Cork.")]
    [InlineData("Please send ten panels to Cork.", "Please send ten panels to Cork. Today!")]
    [InlineData("Please send ten panels to Cork.", "Today: Please send ten panels to Cork.")]
    [InlineData("Please send ten panels to Cork.", "Hello\nPlease send ten panels to Cork.\nThanks")]
    [InlineData("Thanks, Ana.", "Thanks, Ana.\nAnd the invoice is still missing.")]
    [InlineData("Thank you so much!", "I said:\nThank you so much!")]
    [InlineData("Order 1", "Order 2")]
    [InlineData("Ja", "Nein")]
    [InlineData("Shall we go ahead with it", "Shall we go ahead with it?")]
    [InlineData("Wir nehmen 10 Stück davon", "Wir nehmen 100 Stück davon")]
    public void Other_words_and_short_parts_are_another_text(string one, string other) => Assert.False(Same(one, other));

    [Theory]
    [InlineData("")]
    [InlineData("  \n\n ")]
    [InlineData("https://plan.example/1")]
    [InlineData("https://plan.example/1\nwww.plan.example")]
    [InlineData("[image: a round sign]")]
    public void A_text_that_says_nothing_has_no_outline(string text) => Assert.Null(TextOutline.From(text));

    [Fact]
    public void Twenty_characters_are_enough_to_be_a_part()
    {
        Assert.True(Same("Call me please today", "Call me please today\nSent through our gateway"));
        Assert.False(Same("Call me please, now", "Call me please, now\nSent through our gateway"));
        const string Link = "See https://plan.example/a-long-way/to-go/1";
        Assert.False(Same(Link, Link + "\nSent through our gateway"));
    }

    [Fact]
    public void So_many_lines_may_be_added_and_no_more()
    {
        var footer = string.Concat(Enumerable.Range(1, TextOutline.MostLines - 1).Select(i => $"\nline {i} of the footer"));
        Assert.True(Same(Letter, Letter + footer));
        Assert.False(Same(Letter, Letter + footer + footer));
    }

    [Fact]
    public void Of_a_long_text_only_both_ends_are_kept()
    {
        var text = string.Join('\n', Enumerable.Range(1, 10_000).Select(i => $"line {i} of a long letter"));
        Assert.True(TextOutline.From(text)!.Written.Length < 1000);
        Assert.True(Same(text, text + "\nA footer of our gateway"));
        Assert.False(Same(text, text.Replace("line 5000 ", "line 5001 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_word_stands_in_an_outline() =>
        Assert.DoesNotContain("Jane", TextOutline.From(Letter)!.Written, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string one, string other)
    {
        var (a, b) = (TextOutline.From(one)!, TextOutline.From(other)!);
        Assert.Equal(a.IsSameText(b), b.IsSameText(a));
        return a.IsSameText(b);
    }
}

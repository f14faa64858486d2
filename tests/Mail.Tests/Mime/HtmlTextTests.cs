using System.Diagnostics;
using CrmSync.Fixtures;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Mime;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two</p>", "One\n\nTwo")]
    [InlineData("<div>One</div><div>Two<br>Three</div>", "One\nTwo\nThree")]
    [InlineData("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two")]
    [InlineData("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td><td>D</td></tr></table>", "A B\nC D")]
    [InlineData("a<script>x</script><style>y</style>b<span style='display: none'>c</span>", "ab")]
    [InlineData("See <a href='https://hill.example/?x'>our page</a>.", "See our page.")]
    [InlineData("a &amp; b&nbsp;c &lt;d&gt;", "a & b c <d>")]
    [InlineData("Mine<blockquote>Yours</blockquote>Mine", "Mine\n> Yours\nMine")]
    [InlineData("  spread \n over\tlines ", "spread over lines")]
    [InlineData("<pre>a\n  b</pre>", "a\n  b")]
    [InlineData("no tags at all", "no tags at all")]
    [InlineData("", "")]
    public void The_text_is_what_a_reader_sees(string html, string text) => Assert.Equal(text, HtmlText.Convert(html));

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b><i>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<a href=x>")]
    [InlineData("<blockquote>")]
    [InlineData("<p><font>")]
    [InlineData("</div>")]
    [InlineData("<!-- ")]
    [InlineData("&amp;")]
    [InlineData("<")]
    public void Hostile_nesting_ends_soon(string piece)
    {
        var html = string.Concat(Enumerable.Repeat(piece, 300_000 / piece.Length)) + "end";
        var watch = Stopwatch.StartNew();
        _ = HtmlText.Convert(html);
        _ = OwnText.From(HtmlMail.Read(html));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }
}

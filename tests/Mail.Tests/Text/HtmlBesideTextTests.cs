using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

/// <summary>The own words of a mail's HTML are read only where they may differ from those of its text.</summary>
public sealed class HtmlBesideTextTests
{
    [Theory]
    [InlineData("Hello Ana,\n\nthe offer is fine.", "<p>Hello Ana,</p><p>the offer is&nbsp;fine.</p>")]
    [InlineData("Hello Ana,\nthe offer\nis fine.", "<html><head><title>x</title><style>p > b { display: none }</style></head><body>"
        + "<!-- a note --><div>Hello Ana,<br>the offer is fine.</div></body></html>")]
    [InlineData("Ja, *gern*. Grüße", "<div>Ja, <b>gern</b>. Gr&uuml;&szlig;e</div>")]
    [InlineData("See our plan <https://plan.example/1>.", "<p>See our <a href=\"https://plan.example/1\">plan</a>.</p>")]
    [InlineData("Hello\n[cid:logo.png@01DA]\nAna", "<p>Hello</p><img src='cid:logo.png@01DA'><p>Ana</p>")]
    [InlineData("a & b", "a &amp; b")]
    [InlineData("Yes, please.\n\nOn Mon, 2 Mar 2026 at 10:00, Ben <ben@brook.example> wrote:\n> Shall we?",
        "<div>Yes, please.</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, 2 Mar 2026 at 10:00, Ben wrote:</div>"
            + "<blockquote>Shall we?</blockquote></div>")]
    [InlineData("Passt.\n\n-----Ursprüngliche Nachricht-----\nVon: Ben\nGesendet: Montag\nAn: Ana\nBetreff: Angebot\n\nUnd?",
        "<p>Passt.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><b>Von:</b> Ben<br><b>Gesendet:</b> Montag</div>")]
    public void HTML_that_says_what_the_text_says_is_not_read(string text, string html) => Assert.Null(Find(text, html));

    [Theory]
    [InlineData("Hello, the offer is fine.", "<p>Hello, the offer is fine!</p>", "Hello, the offer is fine!")]
    [InlineData("Order 12", "<p>Order 13</p>", "Order 13")]
    [InlineData("Preview Hello", "<div style='display:none'>Preview</div><div>Hello</div>", "Hello")]
    [InlineData("Preview Hello", "<div style='mso-hide: all'>Preview</div><div>Hello</div>", "Hello")]
    [InlineData("Preview Hello", "<div hidden>Preview</div><div>Hello</div>", "Hello")]
    [InlineData("Hello Ana Hill, Sales", "<div>Hello</div><div class=\"gmail_signature\">Ana Hill, Sales</div>", "Hello")]
    [InlineData("Hello you", "<div>Hello</div><blockquote>you</blockquote>", "Hello")]
    [InlineData("Hello chosen", "<div>Hello</div><select><option>chosen</option></select>", "Hello")]
    [InlineData("Hello chosen", "<div>Hello<svg><text>chosen</text></svg></div>", "Hello")]
    [InlineData("a 3 b", "<div title=\"x > 3\">a b</div>", "a b")]
    [InlineData("1 < 2 and more", "<p>1 < 2 and <i>less</i></p>", "1 < 2 and less")]
    [InlineData("Please view this in HTML.", "<p>Dear Ana, the offer is fine.</p>", "Dear Ana, the offer is fine.")]
    [InlineData("Yes.\n\nOn Monday Ben wrote:\n> Shall we?\n\nAnd the price?", "<div>Yes.</div><blockquote>Shall we?</blockquote>", "Yes.")]
    public void HTML_that_says_or_marks_anything_else_is_read(string text, string html, string own) => Assert.Equal(own, Find(text, html));

    [Theory]
    [InlineData("<p>Hello <b")]
    [InlineData("<p>Hello <!-- never ended")]
    [InlineData("<style>p { }")]
    [InlineData("<")]
    [InlineData("&")]
    [InlineData("<p title='>Hello</p>")]
    public void Broken_HTML_is_left_to_the_reader_that_browsers_share(string html)
    {
        var own = Find("Something else", html);
        Assert.NotEqual("Something else", own);
    }

    private static string? Find(string text, string html)
    {
        var message = MimeReader.Read(
            Encoding.UTF8.GetBytes(
                $"""
                From: Ana Hill <ana@brook.example>
                Subject: Offer
                MIME-Version: 1.0
                Content-Type: multipart/alternative; boundary=b

                --b
                Content-Type: text/plain; charset=utf-8

                {text}
                --b
                Content-Type: text/html; charset=utf-8

                {html}
                --b--

                """.ReplaceLineEndings("\r\n")));
        return OwnText.FindInHtml(message, OwnText.From(message).Own);
    }
}

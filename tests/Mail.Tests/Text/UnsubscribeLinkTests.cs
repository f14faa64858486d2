using System.Text;
using CrmSync.Mail.Mime;
using CrmSync.Mail.Text;

namespace CrmSync.Mail.Tests.Text;

/// <summary>What tells a newsletter without list headers from what people write about newsletters.</summary>
public sealed class UnsubscribeLinkTests
{
    private const string Kim = "From: Kim Moss <kim@castro.example>\n";

    [Theory]
    [InlineData("Our news.\n\nTo remove yourself from this list, see:\nhttps://castro.example/list?a=alert\n\nThen save your selection.")]
    [InlineData("Our news.\n\nIf you prefer not to receive these offers, please visit:\nhttps://castro.example/c.asp?e=17\n\nCastro Ltd.")]
    [InlineData("Our news.\n\nHOW TO CHANGE YOUR SUBSCRIPTION\n---------\nYou asked for these news. Go to\nhttps://castro.example/me")]
    [InlineData("Our news.\n\nTo unsubscribe from this newsletter, visit:https://castro.example/leave")]
    [InlineData("Our news.\n\nIf you do not wish to receive news, send a blank email to unsubscribe@news.castro.example")]
    [InlineData("Our news.\n\nTo stop receiving this newsletter, send a mail to: cancel-news@castro.example .")]
    [InlineData("Prices <https://castro.example/p> | Subscribe / Unsubscribe <https://castro.example/c?q=e6>\n\nOur news.\n\n" + Filler)]
    [InlineData("Our news.\n\nNo longer interested? Unsubscribe here: https://castro.example/u/17")]
    [InlineData("Our news.\n\nIf these news bore you, please unsubscribe here: https://castro.example/u/17")]
    [InlineData("Our news.\n\nhttps://castro.example/unsubscribe?id=17")]
    [InlineData("Neues.\n\nWenn Sie keine E-Mails mehr wünschen, können Sie den Newsletter hier abbestellen: https://castro.example/x")]
    [InlineData("Nieuws.\n\nWilt u deze brief niet meer ontvangen? Meld u af: https://castro.example/x")]
    [InlineData("Actualités.\n\nPour ne plus recevoir nos messages, cliquez ici : https://castro.example/x")]
    [InlineData("Noticias.\n\nSi desea darse de baja, visite https://castro.example/x")]
    [InlineData("Notizie.\n\nPer annullare l'iscrizione: https://castro.example/x")]
    [InlineData("Nieuws.\n\nU kunt zich hier uitschrijven: https://castro.example/x")]
    [InlineData("Nyheter.\n\nAvprenumerera: https://castro.example/x")]
    [InlineData("Новости.\n\nЧтобы отписаться, перейдите по ссылке https://castro.example/x")]
    [InlineData("お知らせ\n\n配信停止はこちら https://castro.example/x")]
    public void A_plain_newsletter_is_known_by_the_link_that_leaves_it(string text) =>
        Assert.True(UnsubscribeLink.IsIn(Plain("From: Castro News <news@castro.example>\n", text)));

    [Theory]
    [InlineData("<p>News</p><p>To unsubscribe, <a href='https://castro.example/c?17'>click here</a>.</p>")]
    [InlineData("<p>News</p><p>Wenn Sie die Nachrichten abbestellen möchten: <a href='https://castro.example/c?17'>hier</a>.</p>")]
    [InlineData("<p>News</p><p>Cliquez <a href='https://castro.example/c?17'>ici</a> pour vous désinscrire.</p>")]
    [InlineData("<p>News</p><p><a href='https://castro.example/c?17'>Se désabonner</a></p>")]
    [InlineData("<p>News</p><p><a href='mailto:leave@castro.example?subject=unsubscribe'>Stop these mails</a></p>")]
    [InlineData("<p>News</p><p><a href='https://castro.example/unsubscribe/17'><img src='x.png' alt='leave'>&nbsp;bye</a></p>")]
    public void An_html_newsletter_is_known_by_the_link_that_leaves_it(string html) =>
        Assert.True(UnsubscribeLink.IsIn(Html("From: Castro News <news@castro.example>\n", html)));

    [Theory]
    [InlineData("Please unsubscribe Jane from your newsletter.\n\nKim Moss\nwww.castro.example")]
    [InlineData("Please unsubscribe jane@castro.example from the list at www.hill.example/news.")]
    [InlineData("Please unsubscribe me, see https://hill.example/news.")]
    [InlineData("Hello Ana,\n\nyour unsubscribe page https://hill.example/unsubscribe does not work.\n\nThanks, Kim")]
    [InlineData("Hello Ana, to unsubscribe I went to https://hill.example/unsubscribe and got nowhere.")]
    [InlineData("How can our people unsubscribe? We only find https://hill.example/news.")]
    [InlineData("Bitte den Newsletter abbestellen.\n\nMit freundlichen Grüßen\nKim Moss\nwww.castro.example")]
    [InlineData("Ich möchte den Newsletter abbestellen, aber https://hill.example/x geht nicht.")]
    [InlineData("Je voudrais me désabonner, mais https://hill.example/x ne répond pas.")]
    [InlineData("We will cancel your subscription of the trade paper on Friday.\n\nKim\nhttps://castro.example")]
    [InlineData("If you no longer wish to receive samples, tell Ben.\n\nBest regards\nKim\nhttps://castro.example")]
    [InlineData("To unsubscribe please click here.")] // words alone never count
    [InlineData("To be removed reply with REMOVE in the subject line.")]
    [InlineData("Could you opt out of the framework contract by Friday? The form is on https://castro.example/form.")]
    [InlineData("Look at this.\n\n---------- Forwarded message ----------\nFrom: News <n@x.example>\n\nUnsubscribe: https://x.example/u")]
    [InlineData("Ana, shall we go there?\n\nVon: News <n@x.example>\nGesendet: Montag, 2. März 2026 09:00\nAn: Kim\nBetreff: Messe\n\n"
        + "Abmelden: https://x.example/u")]
    [InlineData("They wrote:\n\n> Our news.\n>\n> To unsubscribe go to https://x.example/u\n\nShall we answer?")]
    [InlineData("See https://castro.example/offer for the price.\n\nKim")]
    public void What_a_person_writes_about_a_list_is_no_newsletter(string text) => Assert.False(UnsubscribeLink.IsIn(Plain(Kim, text)));

    [Theory]
    [InlineData("<p>Ana, shall we go?</p><div class='gmail_quote'><div class='gmail_attr'>---------- Forwarded message ---------<br>"
        + "From: <b>News</b> &lt;n@x.example&gt;<br>Date: Mon, 2 Mar 2026<br>Subject: Fair<br>To: Kim<br></div>"
        + "<p>News</p><p><a href='https://x.example/u'>Unsubscribe</a></p></div>")]
    [InlineData("<p>Ana, shall we go?</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
        + "<p><b>From:</b> News &lt;n@x.example&gt;<br><b>Sent:</b> Monday, 2 March 2026 09:00<br><b>To:</b> Kim<br>"
        + "<b>Subject:</b> Fair</p></div>"
        + "<p>News</p><p><a href='https://x.example/u'>Unsubscribe</a></p>")]
    [InlineData("<p>Ana, kommst du mit?</p><hr><p><b>Von:</b> News &lt;n@x.example&gt;<br><b>Gesendet:</b> Montag, 2. März 2026 09:00<br>"
        + "<b>An:</b> Kim<br><b>Betreff:</b> Messe</p><p>Neues</p><p><a href='https://x.example/u'>Abmelden</a></p>")]
    [InlineData("<p>Ana, shall we go?</p><div>Begin forwarded message:</div><blockquote type='cite'><p>News</p>"
        + "<p><a href='https://x.example/u'>Unsubscribe</a></p></blockquote>")]
    [InlineData("<p>Please unsubscribe me from <a href='https://hill.example/news'>your newsletter</a>.</p><p>Kim</p>")]
    [InlineData("<p>Your page <a href='https://hill.example/x'>https://hill.example/unsubscribe</a> fails.</p><p>Kim</p>")]
    [InlineData("<p>Here is the <a href='https://castro.example/offer'>offer</a>.</p><p>Kim</p>")]
    public void A_newsletter_that_a_person_sends_on_is_no_newsletter(string html) => Assert.False(UnsubscribeLink.IsIn(Html(Kim, html)));

    [Fact]
    public void An_answer_is_no_newsletter() =>
        Assert.False(
            UnsubscribeLink.IsIn(
                Plain(Kim + "In-Reply-To: <a@hill.example>\n", "Fine.\n\nTo unsubscribe go to https://castro.example/u")));

    private const string Filler =
        "One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n\nSeven.\n\nEight.\n\nNine.\n\nTen.\n\nEleven.\n\nTwelve.\n";

    private static MimeMessage Plain(string headers, string text) => Read(headers, "plain", text);

    private static MimeMessage Html(string headers, string html) => Read(headers, "html", html);

    private static MimeMessage Read(string headers, string type, string text) =>
        MimeReader.Read(
            Encoding.UTF8.GetBytes($"{headers}To: ana@hill.example\nSubject: x\nContent-Type: text/{type}; charset=utf-8\n\n{text}\n"));
}

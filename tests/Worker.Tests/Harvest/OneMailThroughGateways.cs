using CrmSync.Domain.Log;
using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Harvest;

/// <summary>
/// One mail to two of us, of which one copy came as it was sent and the other through a gateway, a list or a server that changes mails; and
/// two mails that are as alike as that.
/// </summary>
public sealed class OneMailThroughGateways
{
    private const string Plain = "Content-Type: text/plain; charset=utf-8\r\n";
    private const string Html = "Content-Type: text/html; charset=utf-8\r\n";

    public static TheoryData<string, string, string> Changed => new()
    {
        {
            "Microsoft 365 rewrites a link for each of us",
            Plain + "\r\nBitte den Plan ansehen: "
                + "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fplan.example%2F7&data=05%7Cana&reserved=0\r\n\r\n"
                + "Gruß, Jane",
            Plain + "\r\nBitte den Plan ansehen: "
                + "https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fplan.example%2F7&data=05%7Cbob&reserved=0\r\n\r\n"
                + "Gruß, Jane"
        },
        {
            "Proofpoint rewrites the links of one copy",
            Plain + "\r\nVoici le plan : www.plan.example et http://plan.example/8, merci.",
            Plain + "\r\nVoici le plan : https://urldefense.com/v3/__http://www.plan.example__;!!x!y$ et "
                + "https://urldefense.com/v3/__http://plan.example/8__;!!x!z$ merci."
        },
        {
            "Mimecast puts a banner above one copy",
            Html + "\r\n<p>Kan du sende tilbudet i dag?</p><p>Hilsen Jane</p>",
            Html + "\r\n<table><tr><td>Denne e-posten kommer fra en avsender utenfor firmaet.</td></tr></table><p>Kan du sende tilbudet i "
                + "dag?</p><p>Hilsen Jane</p>"
        },
        {
            "Exchange writes a notice below one copy",
            Plain + "\r\nPuede enviarnos la oferta de los paneles hoy?",
            Plain + "\r\nPuede enviarnos la oferta de los paneles hoy?\r\n\r\nEste mensaje es de ACME S.L., Calle Mayor 1, 28001 "
                + "Madrid\r\nInscrita en el registro de Madrid"
        },
        {
            "Exchange keeps the HTML alone of one copy",
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" + Plain
                + "\r\nDear Ana,\r\nthe *offer* is here <https://plan.example/9>\r\n  *   panels\r\n  *   frames\r\n\r\n--b\r\n" + Html
                + "\r\n<p>Dear Ana,<br>the <b>offer</b> is <a "
                + "href='https://plan.example/9'>here</a></p><ul><li>panels</li><li>frames</li></ul>\r\n--b--",
            Html + "\r\n<div>Dear Ana,<br>the <b>offer</b> is <a "
                + "href='https://eur02.safelinks.protection.outlook.com/?url=x'>here</a></div><ul><li>panels</li><li>frames</li></ul>"
        },
        {
            "a gateway makes text of HTML",
            Html + "\r\n<div>Wir nehmen <b>zehn</b> Tafeln&nbsp;&ndash; bitte bis Freitag.</div><div>Jane</div>",
            Plain + "\r\nWir nehmen *zehn* Tafeln - bitte bis Freitag.\r\n\r\nJane"
        },
        {
            "the form as text says something else than the HTML",
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" + Plain
                + "\r\nYour program cannot show this mail.\r\n--b\r\n" + Html + "\r\n<p>Could we meet on Tuesday in Cork?</p>\r\n--b--",
            Html + "\r\n<p>Could we meet on Tuesday in Cork?</p>"
        },
        {
            "Mailman writes the list's name below",
            Plain + "\r\nTack!",
            Plain + "\r\nTack!\r\n_______________________________________________\r\nSales mailing list\r\nsales@us.example\r\n"
                + "https://lists.us.example/mailman/listinfo/sales"
        },
        {
            "Google Groups writes its advice below",
            Plain + "\r\nCan we have the invoice again?",
            Plain + "\r\nCan we have the invoice again?\r\n\r\n-- \r\nYou received this message because you are subscribed to the Google "
                + "Groups \"Sales\" group.\r\nTo unsubscribe from this group, send an email to sales+unsubscribe@us.example."
        },
        {
            "a virus scanner signs one copy",
            Plain + "\r\n請盡快寄出報價單，謝謝您的幫忙，我們等待您的回覆。",
            Plain + "\r\n請盡快寄出報價單，謝謝您的幫忙，我們等待您的回覆。\r\n\r\n此郵件已通過防毒掃描"
        },
    };

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task It_is_one_line_of_both_mailboxes(string what, string direct, string through)
    {
        foreach (var tag in new[] { "", "[EXTERNAL] ", "[sales] " })
        {
            var line = Assert.Single(await LogOf(Mail(direct), Mail(through, tag: tag)));
            Assert.True(line.Accounts.SequenceEqual(["ana", "bob"]), what);
            Assert.Equal("Offer", line.Subject);

            var turned = Assert.Single(await LogOf(Mail(through, tag: tag), Mail(direct)));
            Assert.Equal((line.Id, line.Text, line.Question), (turned.Id, turned.Text, turned.Question));
        }
    }

    [Theory]
    [MemberData(nameof(Changed))]
    public async Task Another_second_or_message_id_makes_two(string what, string direct, string through)
    {
        Assert.True((await LogOf(Mail(direct), Mail(through, date: "Mon, 2 Mar 2026 08:00:01 +0000"))).Count == 2, what);
        Assert.True((await LogOf(Mail(direct), Mail(through, id: "o2@acme.example"))).Count == 2, what);
        Assert.True((await LogOf(Mail(direct), Mail(through, from: "john@acme.example"))).Count == 2, what);
    }

    [Theory]
    [InlineData("Please send ten panels to Cork.", "Please send twelve panels to Cork.")]
    [InlineData("Bitte zehn Tafeln nach Cork.", "Die Rechnung vom Februar fehlt noch.")]
    [InlineData("Oui", "Oui\r\nEt la facture ?")]
    [InlineData("https://app.example/1", "https://app.example/2")]
    [InlineData("Ihre Bestellung 1001 ist unterwegs nach Cork", "Ihre Bestellung 1002 ist unterwegs nach Cork")]
    [InlineData("注文 1 を受け付けました。ありがとうございます。", "注文 2 を受け付けました。ありがとうございます。")]
    public async Task A_program_with_one_message_id_for_all_its_mails_sends_as_many_as_it_says(string one, string other) =>
        Assert.Equal(2, (await LogOf(Mail(Plain + "\r\n" + one), Mail(Plain + "\r\n" + other))).Count);

    [Fact]
    public async Task A_footer_with_an_unsubscribe_link_on_one_copy_makes_no_mailing_of_the_mail()
    {
        const string Words = "Could you send the offer for the panels to me today?";
        var line = Assert.Single(await LogOf(
            Mail(Plain + "\r\n" + Words),
            Mail(Plain + $"\r\n{Words}\r\n\r\nLeave this list: https://lists.acme.example/unsubscribe/7")));
        Assert.Equal(InteractionClass.Human, line.Class);
    }

    private static async Task<IReadOnlyList<Interaction>> LogOf(string anas, string bobs)
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "1.eml"), anas);
        File.WriteAllText(company.PathTo("bob", "1.eml"), bobs);
        await company.Harvest("ana", new EmlSource(company.PathTo("ana")));
        await company.Harvest("bob", new EmlSource(company.PathTo("bob")));
        return await company.Log();
    }

    private static string Mail(
        string rest,
        string tag = "",
        string date = "Mon, 2 Mar 2026 08:00:00 +0000",
        string id = "o1@acme.example",
        string from = "jane@acme.example") =>
        $"From: {from}\r\nTo: ana@us.example, bob@us.example\r\nSubject: {tag}Offer\r\nDate: {date}\r\nMessage-ID: <{id}>\r\n"
            + $"MIME-Version: 1.0\r\n{rest}\r\n";
}

using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Harvest;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>
/// A mail in HTML, read from a mailbox in Microsoft 365 and, as it came over the wire, from another one: Graph gives the text Exchange made
/// of the HTML, which is not the text anybody else makes of it.
/// </summary>
public sealed class HtmlMailsInTwoWays
{
    public static TheoryData<string, string> Mails { get; } = new()
    {
        {
            "<p>Dear Ana,</p><p>when do the <b>hinges</b> come? See <a href=\"https://acme.example/7\">our order</a>.</p><p>Jane</p>",
            "Dear Ana,\r\n\r\nwhen do the hinges come? See our order<https://acme.example/7>.\r\n\r\nJane\r\n\r\n"
        },
        {
            "<div>Hello,<br>could you send us<ul><li>two hinges</li><li>a handle</li></ul>until Friday?</div>",
            "Hello,\r\ncould you send us\r\n\r\n  *   two hinges\r\n  *   a handle\r\n\r\nuntil Friday?\r\n"
        },
        {
            "<style>p{color:red}</style><p>Could&nbsp;you ring me about the offer of last week?</p><img src=\"cid:logo\" alt=\"Acme\">",
            "Could you ring me about the offer of last week?\r\n[Acme]\r\n"
        },
        {
            "<table><tr><td>Hinges</td><td>12</td></tr><tr><td>Handles</td><td>3</td></tr></table><p>Is that right, all in all?</p>",
            "Hinges  12\r\nHandles 3\r\n\r\nIs that right, all in all?\r\n"
        },
    };

    [Theory]
    [MemberData(nameof(Mails))]
    public async Task It_is_one_line_whichever_is_read_first(string html, string text)
    {
        foreach (var isGraphFirst in new[] { true, false })
        {
            await using var graph = await GraphCompany.Open();
            var mail = TestCompany.MailText(
                to: "ana@us.example, ben@us.example",
                id: "html@acme.example",
                body: $"<html><body>{html}</body></html>",
                more: "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n");
            var ana = graph.Service.AddMailbox("ana@us.example");
            ana.Add("inbox", mail);
            graph.Service.TwistMessage = json => json["body"]!["content"] = text;
            await File.WriteAllTextAsync(graph.Company.PathTo("ben", "1.eml"), mail);
            var other = new EmlSource(graph.Company.PathTo("ben"));

            var first = isGraphFirst ? await graph.Harvest(ana) : await graph.Company.Harvest("imap:ben@us.example", other);
            var second = isGraphFirst ? await graph.Company.Harvest("imap:ben@us.example", other) : await graph.Harvest(ana);

            Assert.Equal((1, 0, 1), (first.New, second.New, second.Known));
            var line = Assert.Single(await graph.Company.Log());
            Assert.Equal(["graph:ana@us.example", "imap:ben@us.example"], line.Accounts);
            Assert.True(line.Question);
        }
    }
}

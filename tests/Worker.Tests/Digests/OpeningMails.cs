using AngleSharp.Html.Parser;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Fixtures.Digests;
using CrmSync.Storage.Harvest;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Sources.Files;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Tests.Harvest;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>An item leads to the email it rests on, in the reader's own mailbox and in no other.</summary>
public sealed class OpeningMails
{
    private static readonly Person Ana = Some.Ana;
    private static readonly Person Tim = Some.Tim;
    private static readonly Person Olga = Some.Olga;

    [Fact]
    public async Task Each_reader_opens_the_email_where_they_read_it()
    {
        await using var graph = await Company();
        var line = Assert.Single(await graph.Company.Log());

        Assert.Equal(
            $"https://outlook.office365.com/owa/?ItemID={Uri.EscapeDataString("AAkALgAAAAaHYQ000000_-Q==")}"
                + "&exvsurl=1&viewmodel=ReadMessageItem",
            await Opened(graph, line.Id, Ana));
        Assert.Equal(
            "https://mail.google.com/mail/u/?authuser=tim%40bright.example#search/rfc822msgid%3Aq%2B1%40acme.example",
            await Opened(graph, line.Id, Tim));
    }

    [Fact]
    public async Task A_mailbox_without_a_page_has_no_link_and_nobody_gets_one_to_that_of_somebody_else()
    {
        await using var graph = await Company();
        var line = Assert.Single(await graph.Company.Log());

        Assert.Null(await Opened(graph, line.Id, Olga));
        Assert.Null(await Opened(graph, line.Id, new Person("eva", Some.Address("eva@bright.example"))));
        Assert.NotNull(await Opened(graph, line.Id, new Person("eva", Some.Address("eva@bright.example")) { Also = [Ana.Email] }));
    }

    [Fact]
    public async Task In_a_trial_the_owner_gets_no_link_into_the_mailboxes_of_the_readers()
    {
        await using var graph = await Company();
        var line = Assert.Single(await graph.Company.Log());

        Assert.DoesNotContain("https:", await Html(graph, line.Id, Ana, onlyReader: Olga), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gmail_is_also_known_by_the_server_that_an_account_names()
    {
        await using var graph = await Company();
        var line = Assert.Single(await graph.Company.Log());
        var account = new ImapAccount(
            "olga",
            new Spot(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1),
            Olga.Email,
            new Server("imap.gmail.com", 993, Encryption.Required, Ca: null),
            "olga",
            new Login.Password(new Secret("secret")));

        Assert.StartsWith("https://mail.google.com/", await Opened(graph, line.Id, Olga, account), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_says_alone_what_it_opens_in_the_readers_language_and_stands_in_the_text()
    {
        var facts = Some.Facts([Some.Item("F7K2Q")], [Some.Mail("F7K2Q")]);
        foreach (
            var (language, meaning, lead) in new[]
            {
                (Language.English, "Open the email: Answer Jo Keane", "Open: "),
                (Language.German, "E-Mail öffnen: Jo Keane antworten", "Öffnen: "),
                (Language.French, "Ouvrir le message\u202F: Répondre à Jo Keane", "Ouvrir\u202F: "),
            })
        {
            var digest = new DigestComposer(facts).Compose(Some.Run(reader: Ana with { Language = language }), DigestHistory.None);
            var view = new DigestView(
                digest, Written.Sender, new Dictionary<string, string> { ["mail-F7K2Q"] = "https://mail.example/?a=1&b=2" });
            await using var pages = new HtmlPages();
            var link = new HtmlParser().ParseDocument(await pages.Render<DigestMailPage>(view))
                .QuerySelectorAll("a")
                .Single(a => a.GetAttribute("href") == "https://mail.example/?a=1&b=2");
            Assert.Equal(meaning, link.GetAttribute("aria-label"));
            Assert.Contains($"{lead}https://mail.example/?a=1&b=2\n", DigestText.Write(view), StringComparison.Ordinal);
        }
    }

    /// <summary>One email in three mailboxes: at Microsoft, at Google and on a server of the company's own.</summary>
    private static async Task<GraphCompany> Company()
    {
        var graph = await GraphCompany.Open("bright.example");
        var mail = TestCompany.MailText(to: "ana@bright.example, tim@bright.example, olga@bright.example", id: "q+1@acme.example");
        var ana = graph.Service.AddMailbox("ana@bright.example");
        ana.Add("inbox", mail);
        await graph.Company.Harvest("graph:ana", graph.Source(ana), address: "ana@bright.example");
        foreach (var (name, kind) in new[] { ("tim", "google"), ("olga", "imap") })
        {
            var path = graph.Company.PathTo(name, "mail.eml");
            await File.WriteAllTextAsync(path, mail);
            await graph.Company.Harvest(name, new EmlSource(Path.GetDirectoryName(path)!), address: $"{name}@bright.example", kind: kind);
        }

        return graph;
    }

    /// <summary>Where a reader opens the email that an item of theirs rests on; null where they cannot.</summary>
    private static async Task<string?> Opened(GraphCompany graph, string line, Person reader, params Account[] accounts)
    {
        var page = new HtmlParser().ParseDocument(await Html(graph, line, reader, null, accounts));
        return page.QuerySelectorAll("a").SingleOrDefault(a => a.TextContent == "open")?.GetAttribute("href");
    }

    private static async Task<string> Html(GraphCompany graph, string line, Person reader, Person? onlyReader, params Account[] accounts)
    {
        var item = Some.Item("F7K2Q", owner: reader.Id) with { Trigger = line };
        var policy = Some.Policy with { People = [.. Some.Policy.People.Where(person => person.Id != reader.Id), reader] };
        var digest = new DigestComposer(Some.Facts([item], policy: policy)).Compose(Some.Run(reader: reader), DigestHistory.None);
        var configuration = new CrmSyncConfiguration { Storage = new StorageChoice.Sqlite("unused"), Accounts = accounts };
        await using var pages = new HtmlPages();
        var mails = new DigestMails(Written.Sender with { OnlyReader = onlyReader }, pages)
        {
            WebMail = new WebMail(new MailCopies(graph.Company.Database), configuration),
        };
        return (await mails.Write(digest, Some.Now, default)).Html;
    }
}

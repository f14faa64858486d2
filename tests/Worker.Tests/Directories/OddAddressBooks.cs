using System.Net;
using System.Text;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.CalDav;
using CrmSync.Worker.Telephones;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>What servers of address books answer, by RFC 6352 and by public reports of what broke other programs.</summary>
public sealed class OddAddressBooks
{
    private const string Card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane\r\nEMAIL:jane@acme.example\r\nEND:VCARD\r\n";
    private const string Principal = "<d:current-user-principal><d:href>/p/ana/</d:href></d:current-user-principal>";
    private const string HomeSet = "<c:addressbook-home-set><d:href>/books/ana/</d:href></c:addressbook-home-set>";
    private const string Collection = "<d:resourcetype><d:collection/></d:resourcetype>";
    private const string BookType = "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>";

    private readonly Dictionary<string, Func<string, (HttpStatusCode, string)>> answers = new(StringComparer.Ordinal);
    private readonly List<string> asked = [];

    public OddAddressBooks()
    {
        // A server as the RFCs describe it; each test changes what is odd.
        On("PROPFIND /", _ => Multi(Response("/", Principal + Collection)));
        On("PROPFIND /p/ana/", _ => Multi(Response("/p/ana/", HomeSet)));
        On("PROPFIND /books/ana/", _ => Multi(Response("/books/ana/", Collection), Book("/books/ana/office/", "Work")));
        On("PROPFIND /books/ana/office/", _ => Multi(Book("/books/ana/office/", "Work"), Listed("/books/ana/office/1.vcf", "\"1\"")));
        On("REPORT /books/ana/office/", _ => Multi(Content("/books/ana/office/1.vcf", Card)));
    }

    [Fact]
    public async Task Books_are_found_from_the_bare_address()
    {
        var part = Assert.Single(await Read());

        Assert.Equal("jane@acme.example", Assert.Single(Assert.Single(part.Cards!).Addresses).Value);
        Assert.Equal("books \"Work\"", part.Cards![0].Source);
        Assert.NotNull(part.Version);
        Assert.All(asked, one => Assert.Contains(one.Split(' ')[0], (string[])["PROPFIND", "REPORT", "GET"]));
    }

    [Fact]
    public async Task A_book_that_is_as_it_was_is_not_fetched_again()
    {
        var version = Assert.Single(await Read()).Version!;
        asked.Clear();
        var again = Assert.Single(await Read(new() { ["/books/ana/office/"] = version }));

        Assert.Null(again.Cards);
        Assert.Null(again.Trouble);
        Assert.Equal(version, again.Version);
        Assert.DoesNotContain(asked, one => one.StartsWith("REPORT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_card_that_went_is_seen_though_the_tag_of_the_book_stays()
    {
        var version = Assert.Single(await Read()).Version!;
        On("PROPFIND /books/ana/office/", _ => Multi(Book("/books/ana/office/", "Work")));

        Assert.Empty(Assert.Single(await Read(new() { ["/books/ana/office/"] = version })).Cards!);
    }

    [Fact]
    public async Task Without_tags_everything_is_fetched_every_time()
    {
        On("PROPFIND /books/ana/office/", _ =>
            Multi(Book("/books/ana/office/", "Work"), Response("/books/ana/office/1.vcf", "<d:resourcetype/>")));
        var part = Assert.Single(await Read());

        Assert.Null(part.Version);
        Assert.Single(part.Cards!);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    [InlineData(HttpStatusCode.NotImplemented)]
    [InlineData(HttpStatusCode.UnsupportedMediaType)]
    public async Task A_server_without_the_report_is_asked_card_by_card(HttpStatusCode status)
    {
        On("REPORT /books/ana/office/", _ => (status, "<error xmlns='DAV:'><supported-report/></error>"));
        On("GET /books/ana/office/1.vcf", _ => (HttpStatusCode.OK, Card));

        Assert.Single(Assert.Single(await Read()).Cards!);
    }

    [Fact]
    public async Task A_card_the_report_gives_without_its_content_is_asked_for_by_itself()
    {
        On(
            "REPORT /books/ana/office/",
            _ => Multi(
                "<d:response><d:href>/books/ana/office/1.vcf</d:href><d:propstat><d:prop><d:getetag>\"1\"</d:getetag></d:prop>"
                    + "<d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><c:address-data/></d:prop>"
                    + "<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"));
        On("GET /books/ana/office/1.vcf", _ => (HttpStatusCode.OK, Card));

        Assert.Single(Assert.Single(await Read()).Cards!);
    }

    [Fact]
    public async Task A_card_that_is_gone_by_the_time_it_is_asked_for_is_left_out()
    {
        On("REPORT /books/ana/office/", _ =>
            Multi("<d:response><d:href>/books/ana/office/1.vcf</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"));

        Assert.Empty(Assert.Single(await Read()).Cards!);
    }

    [Fact]
    public async Task A_report_that_forgets_a_card_that_is_gone_is_no_trouble()
    {
        On("REPORT /books/ana/office/", _ => Multi());
        On("GET /books/ana/office/1.vcf", _ => (HttpStatusCode.NotFound, ""));
        var part = Assert.Single(await Read());

        Assert.Empty(part.Cards!);
        Assert.Null(part.Trouble);
    }

    [Fact]
    public async Task An_empty_book_is_empty()
    {
        On("PROPFIND /books/ana/office/", _ => Multi(Book("/books/ana/office/", "Work")));
        var part = Assert.Single(await Read());

        Assert.Empty(part.Cards!);
        Assert.DoesNotContain(asked, one => one.StartsWith("REPORT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_card_is_told_and_stops_no_other()
    {
        On(
            "PROPFIND /books/ana/office/",
            _ => Multi(Book("/books/ana/office/", "Work"), Listed("/books/ana/office/1.vcf", "1"), Listed("/books/ana/office/2.vcf", "2")));
        On("REPORT /books/ana/office/", _ => Multi(Content("/books/ana/office/1.vcf", "hello"), Content("/books/ana/office/2.vcf", Card)));
        var part = Assert.Single(await Read());

        Assert.Single(part.Cards!);
        Assert.Contains("/books/ana/office/1.vcf", Assert.Single(part.BadCards).Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_cards_is_nobody()
    {
        On("REPORT /books/ana/office/", _ =>
            Multi(Content("/books/ana/office/1.vcf", Card.Replace("VERSION", "KIND:group\r\nVERSION", StringComparison.Ordinal))));

        Assert.Empty(Assert.Single(await Read()).Cards!);
    }

    [Fact]
    public async Task A_book_that_cannot_be_listed_keeps_what_it_said_and_the_others_go_on()
    {
        On(
            "PROPFIND /books/ana/",
            _ => Multi(Response("/books/ana/", Collection), Book("/books/ana/lost/", "Lost"), Book("/books/ana/office/", "Work")));
        On("PROPFIND /books/ana/lost/", _ => (HttpStatusCode.NotFound, ""));
        var parts = await Read();

        Assert.Null(parts[0].Cards);
        Assert.NotNull(parts[0].Trouble);
        Assert.Single(parts[1].Cards!);
    }

    [Fact]
    public async Task The_address_may_be_that_of_a_book()
    {
        var part = Assert.Single(await Read(address: "http://127.0.0.1/books/ana/office/"));

        Assert.Single(part.Cards!);
        Assert.DoesNotContain(asked, one => one.Contains("/p/ana/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_address_may_be_that_of_the_books() =>
        Assert.Single(Assert.Single(await Read(address: "http://127.0.0.1/books/ana/")).Cards!);

    [Fact]
    public async Task A_server_may_know_its_books_only_by_well_known()
    {
        On("PROPFIND /", _ => (HttpStatusCode.MethodNotAllowed, ""));
        On("PROPFIND /.well-known/carddav", _ => Multi(Response("/.well-known/carddav", Principal + Collection)));

        Assert.Single(Assert.Single(await Read()).Cards!);
    }

    [Fact]
    public async Task Calendars_beside_the_books_are_passed_over()
    {
        On(
            "PROPFIND /books/ana/",
            _ => Multi(
                Response("/books/ana/", Collection),
                Response("/books/ana/cal/",
                    "<d:resourcetype><d:collection/><x:calendar xmlns:x='urn:ietf:params:xml:ns:caldav'/></d:resourcetype>"),
                Book("/books/ana/office/", "Work")));

        Assert.Single(await Read());
    }

    [Fact]
    public async Task A_book_without_a_name_is_called_after_its_path()
    {
        On("PROPFIND /books/ana/", _ => Multi(Response("/books/ana/", Collection), Response("/books/ana/office/", BookType)));

        Assert.Equal("books \"office\"", Assert.Single(Assert.Single(await Read()).Cards!).Source);
    }

    [Fact]
    public async Task A_folder_in_a_book_is_no_card()
    {
        On(
            "PROPFIND /books/ana/office/",
            _ => Multi(Book("/books/ana/office/", "Work"), Response("/books/ana/office/sub/", Collection),
                Listed("/books/ana/office/1.vcf", "1")));

        Assert.Single(Assert.Single(await Read()).Cards!);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "password")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "")]
    [InlineData(HttpStatusCode.InternalServerError, "")]
    public async Task A_server_that_refuses_takes_nothing_away(HttpStatusCode status, string word)
    {
        foreach (var path in new[] { "/", "/.well-known/carddav" })
            On($"PROPFIND {path}", _ => (status, ""));

        var failure = await Assert.ThrowsAsync<SourceException>(() => Read());
        Assert.Contains(word, failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("correct-horse", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_server_of_address_books_is_said()
    {
        foreach (var path in new[] { "/", "/.well-known/carddav" })
            On($"PROPFIND {path}", one => Multi(Response(one, Collection)));

        Assert.Contains("names no address books", (await Assert.ThrowsAsync<SourceException>(() => Read())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_takes_nothing_away()
    {
        On("PROPFIND /books/ana/office/", _ => (HttpStatusCode.MultiStatus, "<d:multistatus xmlns:d='DAV:'><d:response>"));
        var part = Assert.Single(await Read());

        Assert.Null(part.Cards);
        Assert.NotNull(part.Trouble);
    }

    [Fact]
    public async Task Hrefs_may_be_whole_addresses_with_escapes()
    {
        On("PROPFIND /books/ana/office/", _ => Multi(Listed("http://127.0.0.1/books/ana/office/a%20b.vcf", "1")));
        On("REPORT /books/ana/office/", body =>
        {
            Assert.Contains("/books/ana/office/a%20b.vcf", body, StringComparison.Ordinal);
            return Multi(Content("http://127.0.0.1/books/ana/office/a%20b.vcf", Card));
        });

        Assert.Single(Assert.Single(await Read()).Cards!);
    }

    private void On(string request, Func<string, (HttpStatusCode, string)> answer) => answers[request] = answer;

    private async Task<IReadOnlyList<DirectoryPart>> Read(Dictionary<string, string>? versions = null, string address = "http://127.0.0.1/")
    {
        using var http = new HttpMessageInvoker(new Canned(answers, asked));
        var dav = new DavClient(http, new Uri(address), DavCredentials.Basic("ana", "correct-horse"));
        return await new AddressBooks("books", dav, new TelephoneNumbers("IE")).Read(versions ?? [], default);
    }

    private static (HttpStatusCode, string) Multi(params string[] responses) => (
        HttpStatusCode.MultiStatus,
        $"<d:multistatus xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:carddav'>{string.Concat(responses)}</d:multistatus>");

    private static string Response(string href, string properties) =>
        $"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 200 "
            + "OK</d:status></d:propstat></d:response>";

    private static string Book(string href, string name) => Response(href, $"{BookType}<d:displayname>{name}</d:displayname>");

    private static string Listed(string href, string tag) => Response(href, $"<d:getetag>{tag}</d:getetag><d:resourcetype/>");

    private static string Content(string href, string card) =>
        Response(href, $"<d:getetag>1</d:getetag><c:address-data>{card}</c:address-data>");

    private sealed class Canned(Dictionary<string, Func<string, (HttpStatusCode, string)>> answers, List<string> asked) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var key = $"{request.Method} {path}";
            asked.Add(key);
            var body = request.Content is null ? path : await request.Content.ReadAsStringAsync(cancellationToken);
            var (status, text) = answers.TryGetValue(key, out var answer)
                ? answer(request.Method.Method == "PROPFIND" ? path : body)
                : (HttpStatusCode.NotFound, "");
            return new HttpResponseMessage(status)
            {
                Content = new StringContent(text, Encoding.UTF8, "application/xml"),
                RequestMessage = request,
            };
        }
    }
}

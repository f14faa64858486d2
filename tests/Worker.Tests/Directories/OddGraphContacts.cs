using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Sources;
using CrmSync.Worker.Sources.Graph;
using CrmSync.Worker.Telephones;
using CrmSync.Worker.Tests.Graph;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>What Microsoft Graph answers about contacts, by its documentation and by public reports.</summary>
public sealed class OddGraphContacts
{
    private const string Jane =
        """{"id":"1","displayName":"Jane Doe","emailAddresses":[{"name":"Jane","address":"jane@acme.example"}]}""";

    public static TheoryData<string, string, string> Contacts { get; } = new()
    {
        { "a plain contact", Jane, "jane@acme.example | Jane Doe |  |  | " },
        {
            "everything",
            """
            {"id":"1","displayName":"Jane Doe","companyName":"Acme","birthday":"1985-03-12T11:59:00Z","mobilePhone":"086 123 4567",
             "businessPhones":["+353 1 555 0100"],"homePhones":["+353 1 555 0101"],
             "emailAddresses":[{"address":"jane@acme.example"},{"address":"jd@acme.example"}]}
            """,
            "jane@acme.example jd@acme.example | Jane Doe | Acme | 03-12 | +353861234567 +35315550100 +35315550101"
        },
        { "no name to show",
            """{"id":"1","displayName":"","givenName":"Jane","surname":"Doe","emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example | Jane Doe |  |  | " },
        { "an address of Exchange itself",
            """{"id":"1","displayName":"Colleague","emailAddresses":[{"address":"/o=ExchangeLabs/ou=Exchange Administrative """
                + """Group/cn=Recipients/cn=abc"}],"mobilePhone":"086 123 4567"}""", " | Colleague |  |  | +353861234567" },
        { "an address without one",
            """{"id":"1","displayName":"J","emailAddresses":[{"name":"J","address":null},{"address":"j@acme.example"}]}""",
                "j@acme.example | J |  |  | " },
        { "nothing but nulls",
            """{"id":"1","displayName":null,"emailAddresses":null,"businessPhones":null,"homePhones":null,"mobilePhone":"086 123 """
                + """4567"}""", " |  |  |  | +353861234567" },
        { "no way to reach anybody", """{"id":"1","displayName":"J","emailAddresses":[],"businessPhones":[]}""", "" },
        { "a birthday at midnight in UTC",
            """{"id":"1","birthday":"2014-01-01T00:00:00Z","emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example |  |  | 01-01 | " },
        { "a birthday at midnight in Berlin",
            """{"id":"1","birthday":"1985-03-11T23:00:00Z","emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example |  |  | 03-12 | " },
        { "a birthday at midnight in New York",
            """{"id":"1","birthday":"1985-03-12T05:00:00Z","emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example |  |  | 03-12 | " },
        { "a birthday without a year",
            """{"id":"1","birthday":"1604-02-29T11:59:00Z","emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example |  |  | 02-29 | " },
        { "a birthday that is not told", """{"id":"1","birthday":null,"emailAddresses":[{"address":"j@acme.example"}]}""",
            "j@acme.example |  |  |  | " },
        { "two numbers in one field",
            """{"id":"1","businessPhones":["+353 1 555 0100; +353 1 555 0101"],"emailAddresses":[{"address":"j@acme.example"}]}""",
                "j@acme.example |  |  |  | +35315550100 +35315550101" },
        { "a number of nobody", """{"id":"1","businessPhones":["n/a",""],"emailAddresses":[{"address":"j@acme.example"}]}""",
            "j@acme.example |  |  |  | " },
        { "a type of its own",
            """{"@odata.type":"#microsoft.graph.contact","id":"1","displayName":" Jane \n """
                + """Doe ","emailAddresses":[{"@odata.type":"#microsoft.graph.typedEmailAddress","address":"J@Acme.example"}]}""",
                    "j@acme.example | Jane Doe |  |  | " },
    };

    [Theory]
    [MemberData(nameof(Contacts))]
    public async Task A_contact_says_what_is_meant(string what, string contact, string expected)
    {
        await using var company = await Open();
        company.Service.SpoilPart = Answer(("/contacts", Values(contact)), ("/contactFolders", Values()));
        var told = string.Join("; ", Assert.Single(await Read(company)).Cards!.Select(InWords));

        Assert.True(expected == told, $"{what}: {told}");
    }

    [Fact]
    public async Task Pages_and_folders_in_folders_are_read_and_nobody_comes_twice()
    {
        await using var company = await Open();
        var pages = 0;
        company.Service.SpoilPart = (path, _) =>
            path.EndsWith("/contactFolders", StringComparison.Ordinal) ? Values("""{"id":"F","displayName":"Clients"}""")
            : path.EndsWith("/F/childFolders", StringComparison.Ordinal) ? Values("""{"id":"G","displayName":"Old"}""")
            : path.EndsWith("/G/childFolders", StringComparison.Ordinal) ? Values()
            : path.EndsWith("/F/contacts", StringComparison.Ordinal) ? Values(Jane)
            : path.EndsWith("/G/contacts", StringComparison.Ordinal)
                ? Values(Jane.Replace("\"1\"", "\"3\"", StringComparison.Ordinal).Replace("jane@", "old@", StringComparison.Ordinal))
            : pages++ == 0
                ? $"{{\"value\":[{Jane}],\"@odata.nextLink\":\"{company.Service.Address}/v1.0/users/ana@us.example/contacts?$skip=1\"}}"
            : Values(Jane.Replace("\"1\"", "\"2\"", StringComparison.Ordinal).Replace("jane@", "jo@", StringComparison.Ordinal));

        Assert.Equal(
            ["jane@acme.example", "jo@acme.example", "old@acme.example"],
            Assert.Single(await Read(company)).Cards!.Select(card => card.Addresses[0].Value));
    }

    [Fact]
    public async Task Pages_that_lead_back_to_themselves_take_nothing_away()
    {
        await using var company = await Open();
        company.Service.SpoilPart = (path, _) =>
            path.EndsWith("/contactFolders", StringComparison.Ordinal) ? Values()
            : $"{{\"value\":[{Jane}],\"@odata.nextLink\":\"{company.Service.Address}/v1.0/users/ana@us.example/contacts?$skip=1\"}}";
        var part = Assert.Single(await Read(company));

        Assert.Null(part.Cards);
        Assert.Contains("lead back to themselves", part.Trouble!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mailbox_that_is_not_in_the_cloud_keeps_what_it_said_and_the_others_go_on()
    {
        await using var company = await Open();
        company.Service.AddMailbox("ben@us.example").State = MailboxState.NotInTheCloud;
        var answer = Answer(("/contacts", Values(Jane)), ("/contactFolders", Values()));
        company.Service.SpoilPart = (path, isPart) => path.Contains("ben@", StringComparison.Ordinal) ? null : answer(path, isPart);
        var parts = await Read(company, "ana@us.example", "ben@us.example");

        Assert.Single(parts[0].Cards!);
        Assert.Null(parts[1].Cards);
        Assert.Contains("ben@us.example", parts[1].Trouble!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_taken_away()
    {
        await using var company = await Open();
        company.ClientSecret = "wrong";

        Assert.True((await Assert.ThrowsAsync<SourceException>(() => Read(company))).IsPermanent);
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again()
    {
        await using var company = await Open();
        company.Service.RetryAfter = 0;
        company.Service.Faults = (number, _) => number == 1 ? Fault.Throttled : Fault.None;
        company.Service.SpoilPart = Answer(("/contacts", Values(Jane)), ("/contactFolders", Values()));

        Assert.Single(Assert.Single(await Read(company)).Cards!);
    }

    private static async Task<GraphCompany> Open()
    {
        var company = await GraphCompany.Open();
        company.Service.AddMailbox("ana@us.example");
        return company;
    }

    private static async Task<IReadOnlyList<DirectoryPart>> Read(GraphCompany company, params string[] mailboxes)
    {
        var account = company.Account with
        {
            Mailboxes = [.. mailboxes.DefaultIfEmpty("ana@us.example").Select(EmailAddress.Parse)],
        };
        using var tenants = new GraphTenants(SystemClock.Instance, TimeProvider.System, GraphCompany.Impatient);
        var settings = new GraphDirectory("contacts", new Spot(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1), account);
        return await new GraphPeople(settings, tenants, new TelephoneNumbers("IE")).Read(new Dictionary<string, string>(), default);
    }

    private static Func<string, bool, string?> Answer(params (string Ending, string Body)[] bodies) =>
        (path, _) => Array.Find(bodies, body => path.EndsWith(body.Ending, StringComparison.Ordinal)).Body;

    private static string Values(params string[] values) => $"{{\"value\":[{string.Join(',', values)}]}}";

    private static string InWords(DirectoryCard card) => string.Join(
        " | ",
        string.Join(' ', card.Addresses.Select(address => address.Value)),
        card.Name,
        card.Organisation,
        card.Birthday,
        string.Join(' ', card.Telephones.Select(telephone => telephone.Number)));
}

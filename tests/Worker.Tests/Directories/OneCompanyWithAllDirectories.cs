using CrmSync.Fixtures.Servers;
using CrmSync.Worker.Tests.Graph;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>Cards, a table, CardDAV and Microsoft 365 at once; each is cut off in turn, and the others go on.</summary>
public sealed class OneCompanyWithAllDirectories(RadicaleServer radicale) : IClassFixture<RadicaleServer>
{
    private static readonly string[] People = ["card", "table", "dav", "graph"];

    [Fact]
    public async Task Everybody_is_known_and_what_is_cut_off_keeps_what_it_said()
    {
        await using var service = await GraphTestService.Start();
        service.AddMailbox("ana@us.example");
        service.SpoilPart = (path, _) =>
            path.EndsWith("/contacts", StringComparison.Ordinal)
                ? """{"value":[{"id":"1","displayName":"Graph of Graph","emailAddresses":[{"address":"graph@acme.example"}]}]}"""
            : path.EndsWith("/contactFolders", StringComparison.Ordinal) ? """{"value":[]}"""
            : null;
        var book = await radicale.NewAddressBook("people");
        await radicale.PutCard(book, "dav", Card("dav"));
        await radicale.PutCard(book, "second", Card("second"));
        await using var company = await DirectoryCompany.Open(null);
        Configure(company, service.Address, CalDavServer.Password);
        company.WriteFile("people.vcf", Card("card"));
        company.WriteFile("crm.csv", "address,name\ntable@acme.example,Table of Table\n");
        foreach (var person in People)
            company.Mail($"{person}@acme.example", subject: $"From {person}");

        var sync = await company.Sync();
        Assert.Equal([1, 1, 2, 1], Names.Select(name => sync[name].GetProperty("new").GetInt32()));
        await EverybodyIsKnown(company);

        // One after the other is away; nothing is lost, and the others are read.
        company.WriteFile("people.vcf", "");
        company.WriteFile("crm.csv", "");
        Configure(company, "http://127.0.0.1:9", "wrong");
        sync = await company.Sync();
        Assert.All(Names, name => Assert.Equal(1, sync[name].GetProperty("failed").GetInt32()));
        Assert.Equal(0, sync["ana"].GetProperty("failed").GetInt32());
        await EverybodyIsKnown(company);

        // What goes at the server goes here.
        Configure(company, service.Address, CalDavServer.Password);
        await radicale.Delete(new Uri(book, "dav.vcf"));
        sync = await company.Sync();
        Assert.Equal((0, 1), (sync["dav"].GetProperty("failed").GetInt32(), sync["dav"].GetProperty("known").GetInt32()));
        var contacts = await company.Contacts();
        Assert.DoesNotContain(contacts, contact => contact.GetProperty("name").GetString() == "dav of dav");
        Assert.Equal(4, contacts.Count);
    }

    private static string[] Names => ["cards", "table", "dav", "people365"];

    private static async Task EverybodyIsKnown(DirectoryCompany company) =>
        Assert.Equal(
            ["Graph of Graph", "Table of Table", "card of card", "dav of dav"],
            (await company.Contacts()).Select(contact => contact.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));

    private void Configure(DirectoryCompany company, string graph, string password) =>
        company.Configure(
            $"""
              - vcard: people.vcf
                name: cards
              - csv: crm.csv
                name: table
              - carddav: {radicale.Root}
                user: {CalDavServer.User}
                password: {password}
                name: dav
              - graph: contoso
                name: people365

            """,
            accounts:
            $"""
              - graph: contoso
                tenant: {GraphTestService.Tenant}
                client_id: 22222222-2222-3333-4444-555555555555
                client_secret: {GraphTestService.Secret}
                endpoint: {graph}
                authority: {graph}
                mailboxes: [ana@us.example]

            """);

    private static string Card(string name) =>
        $"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{name} of {name}\r\nN:{name};{name};;;\r\n"
            + $"EMAIL:{name}@acme.example\r\nEND:VCARD\r\n";
}

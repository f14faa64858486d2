using System.Text.Json;
using CrmSync.Fixtures.Servers;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>What files of cards and tables say of people, from the file to what a rule makes of it.</summary>
public abstract class WhoPeopleAre
{
    private const string Crm = "  - { csv: crm.csv }\n";
    private const string Cards = "  - { vcard: people.vcf }\n";

    private const string JanesCard =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane Doe\r\nEMAIL:jane@acme.example\r\nTEL:086 123 4567\r\nORG:Acme "
            + "Ltd\r\nBDAY:1985-03-13\r\nEND:VCARD\r\n";

    /// <summary>A connection string of PostgreSQL; null for an SQLite file.</summary>
    protected abstract Task<string?> NewServer();

    [Fact]
    public async Task A_fact_is_told_with_its_source_and_feeds_rules()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Crm + Cards);
        company.WriteFile("crm.csv", "address,name,organisation,owner,tags\njane@acme.example,Jane from the CRM,,Ben Roe,vip\n");
        company.WriteFile("people.vcf", JanesCard);
        company.Mail("jane@acme.example");
        var sync = await company.Sync();
        Assert.Equal((1, 0), (sync["csv:crm.csv"].GetProperty("new").GetInt32(), sync["csv:crm.csv"].GetProperty("failed").GetInt32()));

        var explained = await company.Explain("jane@acme.example");
        Assert.Contains("owner ben (crm.csv:2)", explained, StringComparison.Ordinal);
        Assert.Contains("\"Jane from the CRM\", crm.csv:2", explained, StringComparison.Ordinal);
        Assert.Contains("\"+353 86 123 4567\", people.vcf:1", explained, StringComparison.Ordinal);
        Assert.Contains("\"birthday 03-13\", people.vcf:1", explained, StringComparison.Ordinal);

        var items = await company.Items();
        Assert.Equal(["birthdays", "vip-reply"], Rules(items));
        Assert.All(items, item => Assert.Equal("ben", item.GetProperty("owner").GetString()));
        Assert.Equal("Jane from the CRM", Assert.Single(await company.Contacts()).GetProperty("name").GetString());
        Assert.Equal(1, (await company.Sync())["csv:crm.csv"].GetProperty("known").GetInt32());
    }

    [Fact]
    public async Task What_contacts_says_stands_and_assign_goes_before_an_imported_owner()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(
            Crm,
            """
            contacts:
              - { primary: jane@acme.example, name: Jane Doe, dates: { birthday: "07-01" }, tags: [key] }
            assign:
              - { when: { tag: key }, owner: ana }

            """);
        company.WriteFile(
            "crm.csv", "address,name,owner,tags,birthday\njane@acme.example,Someone Else,ben,vip,03-12\n");
        company.Mail("jane@acme.example");
        await company.Sync();

        var explained = await company.Explain("jane@acme.example");
        Assert.Contains("owner ana (assign #1: ana)", explained, StringComparison.Ordinal);
        Assert.Contains("tags key, vip", explained, StringComparison.Ordinal);
        Assert.DoesNotContain("Someone Else", explained, StringComparison.Ordinal);
        Assert.DoesNotContain("03-12", explained, StringComparison.Ordinal);
        Assert.Equal(["vip-reply"], Rules(await company.Items()));
    }

    [Fact]
    public async Task Nobody_is_a_contact_because_a_directory_names_them()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Cards);
        company.WriteFile("people.vcf", JanesCard + JanesCard.Replace("jane@", "jo@", StringComparison.Ordinal));
        company.Mail("jo@acme.example");
        await company.Sync();

        Assert.Equal("jo@acme.example", Assert.Single(await company.Contacts()).GetProperty("contact").GetString());
        Assert.All(await company.Items(), item => Assert.Equal("jo@acme.example", item.GetProperty("contact").GetString()));
        Assert.Equal(1, (await company.Run("policy", "explain", "jane@acme.example", "--now", DirectoryCompany.Now)).Status);
    }

    [Fact]
    public async Task What_vanishes_is_no_longer_a_fact_and_a_file_that_cannot_be_read_takes_nothing_away()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Cards + Crm);
        company.WriteFile("people.vcf", JanesCard);
        company.WriteFile("crm.csv", "address,tags\njane@acme.example,vip\n");
        company.Mail("jane@acme.example");
        await company.Sync();

        foreach (var broken in new[] { "", JanesCard[..60], "no cards at all" })
        {
            company.WriteFile("people.vcf", broken);
            Assert.Equal(1, (await company.Sync())["vcard:people.vcf"].GetProperty("failed").GetInt32());
            Assert.Contains("birthday 03-13", await company.Explain("jane@acme.example"), StringComparison.Ordinal);
        }

        File.Delete(company.PathTo("config", "people.vcf"));
        Assert.Contains("there is no such file", (await company.Run("sync", "--now", DirectoryCompany.Now)).Error,
            StringComparison.Ordinal);
        var explained = await company.Explain("jane@acme.example");
        Assert.Contains("birthday 03-13", explained, StringComparison.Ordinal);
        Assert.Contains("tags vip", explained, StringComparison.Ordinal);
        Assert.Contains("vcard:people.vcf", (await company.Run("status", "--now", DirectoryCompany.Now)).Output, StringComparison.Ordinal);

        company.WriteFile("people.vcf", JanesCard.Replace("BDAY:1985-03-13\r\n", "", StringComparison.Ordinal));
        await company.Sync();
        Assert.DoesNotContain("birthday 03", await company.Explain("jane@acme.example"), StringComparison.Ordinal);

        // A directory that is not configured any more says nothing.
        company.Configure(Cards);
        await company.Sync();
        Assert.DoesNotContain("tags vip", await company.Explain("jane@acme.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_read_file_by_file()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure("  - { vcard: cards, name: cards }\n");
        company.WriteFile("cards/a.vcf", JanesCard);
        company.WriteFile("cards/below/b.vcf", JanesCard.Replace("jane@", "jo@", StringComparison.Ordinal));
        company.Mail("jane@acme.example");
        company.Mail("jo@acme.example");
        Assert.Equal(2, (await company.Sync())["cards"].GetProperty("new").GetInt32());
        Assert.Contains("cards/below/b.vcf:1", await company.Explain("jo@acme.example"), StringComparison.Ordinal);

        company.WriteFile("cards/below/b.vcf", "");
        File.Delete(company.PathTo("config", "cards", "a.vcf"));
        await company.Sync();
        Assert.DoesNotContain("a.vcf", await company.Explain("jane@acme.example"), StringComparison.Ordinal);
        Assert.Contains("cards/below/b.vcf:1", await company.Explain("jo@acme.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_row_is_told_with_its_line_and_stops_no_other()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Crm);
        company.WriteFile("crm.csv", "address,name,owner\nnobody,N\njane@acme.example,Jane,Conor\n\"open,x\nk@acme.example,K,conor\n");
        company.Mail("jane@acme.example");
        var sync = await company.Run("sync", "--now", DirectoryCompany.Now);

        Assert.Contains("crm.csv:2: the address cannot be read; write it as", sync.Error, StringComparison.Ordinal);
        Assert.Contains("crm.csv:3: the owner \"Conor\" is nobody in people;", sync.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("crm.csv:5", sync.Error, StringComparison.Ordinal);
        Assert.Contains("crm.csv:4: a quotation mark is opened and never closed;", sync.Error, StringComparison.Ordinal);
        Assert.Contains("\"Jane\", crm.csv:3", await company.Explain("jane@acme.example"), StringComparison.Ordinal);
        Assert.Contains("crm.csv:4", (await company.Run("quarantine")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Privacy_holds()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(
            Cards,
            "privacy: { no_capture: { addresses: [jane@acme.example] }, metadata_only: { domains: [quiet.example] } }\n");
        company.WriteFile("people.vcf", JanesCard + JanesCard.Replace("jane@acme.example", "q@quiet.example", StringComparison.Ordinal));
        company.Mail("q@quiet.example");
        var sync = (await company.Sync())["vcard:people.vcf"];
        Assert.Equal((1, 1), (sync.GetProperty("new").GetInt32(), sync.GetProperty("skipped").GetInt32()));

        Assert.DoesNotContain("jane",
            (await company.Run("export", "jane@acme.example")).Output.Replace("\"jane@acme.example\"", "", StringComparison.Ordinal),
                StringComparison.Ordinal);
        var quiet = await company.Explain("q@quiet.example");
        Assert.Contains("Jane Doe", quiet, StringComparison.Ordinal);
        Assert.DoesNotContain("birthday 03", quiet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_forgotten_does_not_come_back_through_a_directory()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Cards + Crm);
        company.WriteFile("people.vcf", JanesCard + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane again\r\nTEL:+353861234567\r\nEND:VCARD\r\n");
        company.WriteFile("crm.csv", "address,telephone\nboss@acme.example,+353 1 555 0100\n");
        company.Mail("jane@acme.example");
        await company.Sync();
        Assert.Contains("+353 86 123 4567", (await company.Run("export", "jane@acme.example")).Output, StringComparison.Ordinal);

        var forgotten = await company.Run("forget", "jane@acme.example", "--now", DirectoryCompany.Now);
        Assert.True(forgotten.Status == 0, forgotten.Output + forgotten.Error);
        var sync = (await company.Sync())["vcard:people.vcf"];
        Assert.Equal((0, 2), (sync.GetProperty("new").GetInt32(), sync.GetProperty("skipped").GetInt32()));
        Assert.DoesNotContain("86 123 4567", (await company.Run("export", "jane@acme.example")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await company.Run("policy", "explain", "jane@acme.example", "--now", DirectoryCompany.Now)).Status);

        await company.Run("forget", "jane@acme.example", "--undo");
        Assert.Equal(2, (await company.Sync())["vcard:people.vcf"].GetProperty("new").GetInt32());
    }

    [Fact]
    public async Task What_is_exported_can_be_read_again()
    {
        await using var company = await DirectoryCompany.Open(await NewServer());
        company.Configure(Crm);
        company.WriteFile(
            "crm.csv",
            "address,name,organisation,owner,tags,birthday,telephone\n"
                + "jane@acme.example,\"'=Doe, \"\"J\"\" K\",\"Acme; Sons, Ltd\",ben,vip,1985-03-13,+353 86 123 4567; +1 212 555 0123 "
                    + "ext. 12\n");
        company.Mail("jane@acme.example");
        await company.Sync();
        var before = await company.Explain("jane@acme.example");

        foreach (var (format, file) in new[] { ("csv", "export.csv"), ("vcard", "export.vcf") })
        {
            company.Configure(Crm);
            await company.Sync();
            company.WriteFile(file, (await company.Run("directory", "export", "--format", format, "--now", DirectoryCompany.Now)).Output);
            company.Configure($"  - {{ {format}: {file}, name: again }}\n");
            await company.Sync();
            var after = (await company.Explain("jane@acme.example")).Replace(file, "crm.csv", StringComparison.Ordinal)
                .Replace("crm.csv:1", "crm.csv:2", StringComparison.Ordinal);
            Assert.Equal(Facts(before, format), Facts(after, format));
        }
    }

    private static List<string> Facts(string explained, string format) =>
    [
        .. explained.Split('\n').Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => format == "csv"
                || !(line.Contains("  tag ", StringComparison.Ordinal) || line.Contains("  owner ", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];

    private static List<string> Rules(IReadOnlyList<JsonElement> items) =>
        [.. items.Select(item => item.GetProperty("rule").GetString()!).Order(StringComparer.Ordinal)];
}

public sealed class SqliteWhoPeopleAre : WhoPeopleAre
{
    protected override Task<string?> NewServer() => Task.FromResult<string?>(null);
}

public sealed class PostgresWhoPeopleAre : WhoPeopleAre, IAsyncLifetime
{
    private PostgresServer? server;

    public async Task InitializeAsync() => server = await PostgresServer.Start();

    public async Task DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        await server!.DisposeAsync();
    }

    protected override async Task<string?> NewServer() => await server!.NewDatabase();
}

using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Telephones;
using CrmSync.Worker.Yaml;

namespace CrmSync.Worker.Tests.Directories;

/// <summary>Tables as CRMs, telephones and mail programs export them, and as people spoil them.</summary>
public sealed class OddTables : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public static TheoryData<string, string, string> Tables { get; } = new()
    {
        {
            "the columns as the documentation names them",
            "address,name,organisation,owner,tags,birthday,telephone\njane@acme.example,Jane,Acme,ana,customer,1985-03-12,086 123 4567\n",
            "jane@acme.example | Jane | Acme | ana | customer | 03-12 | +353861234567"
        },
        {
            "semicolons and the marks of Excel, its line about the separator included",
            "\uFEFFsep=;\r\nE-Mail;Name;Telefon\r\njane@acme.example;\"Doe; Jane\";+353 86 1234567\r\n",
            "jane@acme.example | Doe; Jane |  |  |  |  | +353861234567"
        },
        {
            "tabs",
            "Email\tName\nj@acme.example\tJane\tDoe\n",
            "2: the row has 3 fields and the first line names 2 columns"
        },
        {
            "Outlook",
            "\"First Name\",\"Last Name\",\"Company\",\"E-mail Address\",\"E-mail 2 Address\",\"Business Phone\",\"Mobile Phone\","
                + "\"Birthday\"\n"
                + "\"Jane\",\"Doe\",\"Acme, Ltd\",\"jane@acme.example\",\"jd@acme.example\",\"+353 1 555 0100\",\"086 123 4567\","
                    + "\"12/3/1985\"\n",
            "2: the birthday cannot be read, or may be two days; "
                + "jane@acme.example jd@acme.example | Jane Doe | Acme, Ltd |  |  |  | +353861234567 +35315550100"
        },
        {
            "Google",
            "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Organization Name,Birthday\n"
                + "Jane,Doe,* myContacts,* ,jane@acme.example,Mobile,086 123 4567 ::: +353 1 555 0100,Acme,1985-03-12\n",
            "jane@acme.example | Jane Doe | Acme |  |  | 03-12 | +353861234567 +35315550100"
        },
        {
            "HubSpot and Salesforce",
            "Email,First Name,Last Name,Phone Number,Contact owner,Account Name\njane@acme.example,Jane,Doe,'+353861234567,Ana Lee,Acme\n",
            "jane@acme.example | Jane Doe | Acme | Ana Lee |  |  | +353861234567"
        },
        { "capitals and signs in the names of columns", "E_MAIL,FULL NAME\nj@acme.example,J\n", "j@acme.example | J |  |  |  |  | " },
        { "several addresses in one field", "email\nj@acme.example; \"J\" <jane@acme.example>\n",
            "j@acme.example jane@acme.example |  |  |  |  |  | " },
        { "mailto", "email\nmailto:J@Acme.example?subject=x\n", "j@acme.example |  |  |  |  |  | " },
        { "a name of two lines", "email,name\nj@acme.example,\"Jane\nDoe\"\n", "j@acme.example | Jane Doe |  |  |  |  | " },
        { "a quotation mark within a field", "email,name\nj@acme.example,5\" Jane\nk@acme.example,K\n",
            "j@acme.example | 5\" Jane |  |  |  |  | ; k@acme.example | K |  |  |  |  | " },
        { "doubled quotation marks", "email,name\nj@acme.example,\"Jane \"\"JD\"\" Doe\"\n",
            "j@acme.example | Jane \"JD\" Doe |  |  |  |  | " },
        {
            "a quotation mark that is never closed spoils its row alone",
            "email,name\nj@acme.example,\"Jane\nk@acme.example,K\nl@acme.example,L\n",
            "2: a quotation mark is opened and never closed; k@acme.example | K |  |  |  |  | ; l@acme.example | L |  |  |  |  | "
        },
        { "too many fields", "email,name\nj@acme.example,Doe, Jane\nk@acme.example,K\n",
            "2: the row has 3 fields and the first line names 2 columns; k@acme.example | K |  |  |  |  | " },
        { "empty fields behind the last column", "email,name,,\nj@acme.example,J,,\n", "j@acme.example | J |  |  |  |  | " },
        { "too few fields", "email,name,owner\nj@acme.example,J\n", "j@acme.example | J |  |  |  |  | " },
        { "blank lines", "\n\nemail,name\n\nj@acme.example,J\n\n\n", "j@acme.example | J |  |  |  |  | " },
        { "no address but a telephone", "email,name,phone\n,Bert,086 123 4567\n", " | Bert |  |  |  |  | +353861234567" },
        { "an address that is none", "email,name\nnot an address,J\nk@acme.example,K\n",
            "2: the address cannot be read; k@acme.example | K |  |  |  |  | " },
        { "a telephone that is none", "phone,name\ncall me,J\n086 123 4567,K\n",
            "2: the telephone number cannot be read;  | K |  |  |  |  | +353861234567" },
        { "tags as people write them", "email,tags\nj@acme.example,\"Key Account; VIP!, 2024, -\"\n",
            "j@acme.example |  |  |  | key-account vip |  | " },
        { "a formula is words", "email,name\nj@acme.example,'=HYPERLINK(1)\n", "j@acme.example | =HYPERLINK(1) |  |  |  |  | " },
        { "line ends of an old Macintosh", "email,name\rj@acme.example,J\r", "j@acme.example | J |  |  |  |  | " },
        { "a day and a month that can be told apart",
            "email,birthday\nj@acme.example,25/12/1980\nk@acme.example,12/25/1980\nl@acme.example,3/3/1980\n",
                "j@acme.example |  |  |  |  | 12-25 | ; k@acme.example |  |  |  |  | 12-25 | ; l@acme.example |  |  |  |  | 03-03 | " },
        { "days in words and dots",
            "email,birthday\nj@acme.example,12 March 1985\nk@acme.example,12.3.1985\nl@acme.example,\"March 12, "
                + "1985\"\nm@acme.example,--03-12\n",
                    "j@acme.example |  |  |  |  | 03-12 | ; k@acme.example |  |  |  |  | 03-12 | ; l@acme.example |  |  |  |  | "
                        + "03-12 | ; m@acme.example |  |  |  |  | 03-12 | " },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_table_says_what_its_author_meant(string what, string text, string expected)
    {
        await File.WriteAllTextAsync(file, text);
        var part = await Read();

        var told = string.Join("; ",
            part.BadCards.Select(bad => $"{bad.Place.Split(':')[^1]}: {bad.Reason}").Concat(part.Cards!.Select(InWords)));
        Assert.True(expected == told, $"{what}: {told}");
    }

    [Fact]
    public async Task Columns_may_be_called_anything()
    {
        await File.WriteAllTextAsync(file, "Kunde;Adresse;Betreuer\nJane;jane@acme.example;ana\n");
        var part = await Read(new() { ["address"] = "Adresse", ["name"] = "kunde", ["owner"] = "BETREUER" });

        Assert.Equal("jane@acme.example | Jane |  | ana |  |  | ", InWords(Assert.Single(part.Cards!)));
    }

    [Fact]
    public async Task A_column_that_is_not_there_is_said_with_those_that_are()
    {
        await File.WriteAllTextAsync(file, "a,b\n1,2\n");

        Assert.Contains("there is no column 'Adresse'", (await Read(new() { ["address"] = "Adresse" })).Trouble!.Reason,
            StringComparison.Ordinal);
        Assert.Contains("the first line names a, b", (await Read()).Trouble!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("windows-1252")]
    public async Task Other_encodings_are_read(string encoding)
    {
        var chosen = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);
        await File.WriteAllBytesAsync(file, [.. chosen.GetPreamble(), .. chosen.GetBytes("email,name\r\nj@acme.example,Jürgen\r\n")]);

        Assert.Equal("Jürgen", Assert.Single((await Read()).Cards!).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("email,name\nj@acme.example,\"Ja")]
    public async Task A_file_that_is_being_written_takes_nothing_away(string text)
    {
        await File.WriteAllTextAsync(file, text);
        var part = await Read();

        Assert.Null(part.Cards);
        Assert.NotNull(part.Trouble);
    }

    public void Dispose() => File.Delete(file);

    private async Task<DirectoryPart> Read(Dictionary<string, string>? columns = null)
    {
        var spot = new Spot(new SourceFile("crmsync.yaml", "/crmsync.yaml", ""), 1, 1, 1);
        var settings = new CsvDirectory("crm", spot, file, "crm.csv") { Columns = columns ?? [] };
        return Assert.Single(await new CsvFile(settings, new TelephoneNumbers("IE")).Read(new Dictionary<string, string>(), default));
    }

    private static string InWords(DirectoryCard card) => string.Join(
        " | ",
        string.Join(' ', card.Addresses.Select(address => address.Value)),
        card.Name,
        card.Organisation,
        card.Owner,
        string.Join(' ', card.Tags),
        card.Birthday,
        string.Join(' ', card.Telephones.Select(telephone => telephone.Number)));
}

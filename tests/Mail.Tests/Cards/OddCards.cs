using System.Text;
using CrmSync.Mail.Cards;

namespace CrmSync.Mail.Tests.Cards;

/// <summary>Cards as telephones, mail programs and servers write them: from the standards and from public reports of what broke
/// others.</summary>
public sealed class OddCards
{
    public static TheoryData<string, string, string> Cards { get; } = new()
    {
        {
            "vCard 4.0 with URIs and an order of preference (RFC 6350)",
            """
            VERSION:4.0
            FN:Simon Perreault
            N:Perreault;Simon;;;ing. jr,M.Sc.
            BDAY:--0203
            ORG;TYPE=work:Viagenie
            TEL;VALUE=uri;TYPE="work,voice";PREF=2:tel:+1-418-656-9254;ext=102
            TEL;VALUE=uri;TYPE="work,cell,voice,video,text";PREF=1:tel:+1-418-262-6501
            EMAIL;TYPE=home;PREF=5:home@acme.example
            EMAIL;TYPE=work;PREF=1:simon@acme.example
            """,
            "Simon Perreault | simon@acme.example home@acme.example | tel:+1-418-262-6501 tel:+1-418-656-9254;ext=102 | Viagenie | 2-3"
        },
        {
            "vCard 3.0 with groups and labels of Apple",
            """
            VERSION:3.0
            N:Doe;Jane;;;
            FN:Jane Doe
            ORG:Acme Inc.;Sales
            item1.EMAIL;type=INTERNET;type=pref:jane@acme.example
            item1.X-ABLabel:_$!<Other>!$_
            item2.TEL;type=pref:+353 86 123 4567
            BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-09
            """,
            "Jane Doe | jane@acme.example | +353 86 123 4567 | Acme Inc. | 5-9"
        },
        {
            "a birthday without a year, its parameters in another order, as Open-Xchange writes it",
            "VERSION:3.0\nFN:NoYear\\, Birthd\nEMAIL:a@acme.example\nBDAY;X-APPLE-OMIT-YEAR=1604;VALUE=DATE:16040105",
            "NoYear, Birthd | a@acme.example |  |  | 1-5"
        },
        {
            "vCard 2.1 of Android in quoted-printable throughout",
            """
            VERSION:2.1
            N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=43=65=70=6C;=4D=61=74=C4=9B=6A;;;
            FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=61=74=C4=9B=6A=20=43=65=70=6C
            TEL;VOICE:+420604893825
            """,
            "Matěj Cepl |  | +420604893825 |  | "
        },
        {
            "quoted-printable that goes on behind a soft line break, in the middle of a character",
            """
            VERSION:2.1
            FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=52=75=73=73=65=6C=6C=20=E2=9A=BD=E2=
            =9A=BD
            TEL;CELL;PREF:+15550100
            """,
            "Russell ⚽⚽ |  | +15550100 |  | "
        },
        {
            "the same, folded once more, as Samsung writes it",
            "VERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=92=D0=B8=D0=BA=\n "
                + "=D1=82=D0=BE=D1=80\nTEL;TYPE=CELL;TYPE=MOBILE:+71234567890",
            "Виктор |  | +71234567890 |  | "
        },
        {
            "parameters without names, in any order",
            "VERSION:2.1\nFN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=FCrgen\nTEL;HOME;QUOTED-PRINTABLE:=2B49 30 "
                + "123456\nEMAIL;INTERNET;PREF:j@acme.example",
            "Jürgen | j@acme.example | +49 30 123456 |  | "
        },
        {
            "no name to show, only its parts",
            "VERSION:2.1\nN:Mustermann;Max;;;\nTEL;CELL:+4912345678901\nBDAY:1900-01-01",
            "Max Mustermann |  | +4912345678901 |  | 1-1"
        },
        {
            "a note whose further lines are not folded",
            "VERSION:2.1\nFN:Ana\nNOTE:first line\nsecond line, without anything before it\n\nthird: with a colon\nEMAIL:ana@acme.example",
            "Ana | ana@acme.example |  |  | "
        },
        {
            "a picture, folded and not folded",
            "VERSION:3.0\nFN:Pic\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD\n "
                + "/2wBDAAMCAgICAgMCAgID\nBBQYHCAkKCwwNDg8QERITFBUWFxgZ\nTEL:+1555\\;0100\nEMAIL:pic@acme.example",
            "Pic | pic@acme.example | +1555;0100 |  | "
        },
        {
            "a fax and a pager beside a telephone",
            "VERSION:3.0\nFN:Fax\nTEL;TYPE=WORK,FAX:+35315550100\nTEL;TYPE=pager:+35315550101\nTEL;TYPE=\"voice,fax\":+35315550102",
            "Fax |  | (+35315550100) (+35315550101) +35315550102 |  | "
        },
        {
            "small letters and blanks around everything",
            "version:3.0\nfn : Blank Lady \nemail;type=internet: lady@acme.example \ntel: +353 1 555 0100 ",
            "Blank Lady | lady@acme.example | +353 1 555 0100 |  | "
        },
        {
            "empty values, as Outlook writes them",
            "VERSION:2.1\nN:;;;;\nFN:\nORG:;\nBDAY:\nEMAIL;PREF;INTERNET:o@acme.example\nTEL;WORK;VOICE:",
            " | o@acme.example |  |  | "
        },
        { "a birthday with a time in UTC", "VERSION:3.0\nFN:T\nEMAIL:t@acme.example\nBDAY:1953-10-15T23:10:00Z",
            "T | t@acme.example |  |  | 10-15" },
        { "a birthday in words", "VERSION:4.0\nFN:T\nEMAIL:t@acme.example\nBDAY;VALUE=text:circa 1800", "T | t@acme.example |  |  | " },
        { "a birthday without its day", "VERSION:4.0\nFN:T\nEMAIL:t@acme.example\nBDAY:1985-04", "T | t@acme.example |  |  | " },
        { "a birthday that is none", "VERSION:3.0\nFN:T\nEMAIL:t@acme.example\nBDAY:1985-02-30", "T | t@acme.example |  |  | " },
        { "29 February", "VERSION:3.0\nFN:T\nEMAIL:t@acme.example\nBDAY:1984-02-29", "T | t@acme.example |  |  | 2-29" },
        {
            "a dash too many, as Monica writes birthdays",
            "VERSION:4.0\nFN:T\nEMAIL:t@acme.example\nBDAY:--01-01",
            "T | t@acme.example |  |  | 1-1"
        },
        {
            "a semicolon and a comma that belong to the name",
            "VERSION:3.0\nFN:Doe\\; Sons\\, Ltd\nORG:Doe\\; Sons;Sales\nEMAIL:d@acme.example",
            "Doe; Sons, Ltd | d@acme.example |  | Doe; Sons | "
        },
        {
            "a card in a card (AGENT)",
            "VERSION:2.1\nFN:Boss\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:Secretary\nEMAIL:secretary@acme.example\n"
                + "END:VCARD\nEMAIL:boss@acme.example",
            "Boss | boss@acme.example |  |  | "
        },
        {
            "an address of X.400, and one with a name before it",
            "VERSION:2.1\nFN:X\nEMAIL;X400:c=US;a= ;p=Org;o=Site\nEMAIL;INTERNET:X <x@acme.example>",
            "X | c=US;a= ;p=Org;o=Site X <x@acme.example> |  |  | "
        },
    };

    [Theory]
    [MemberData(nameof(Cards))]
    public void A_card_says_what_its_author_meant(string what, string lines, string expected)
    {
        var file = Read($"BEGIN:VCARD\n{lines}\nEND:VCARD\n");

        Assert.True(expected == InWords(Assert.Single(file.Cards)), $"{what}: {InWords(file.Cards[0])}");
        Assert.Empty(file.Problems);
        Assert.False(file.IsCutShort);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_may_begin_with_the_mark_of_its_encoding(string encoding)
    {
        var chosen = Encoding.GetEncoding(encoding);
        var bytes = chosen.GetPreamble().Concat(
            chosen.GetBytes("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jürgen\r\nEMAIL:j@acme.example\r\nEND:VCARD\r\n"));

        Assert.Equal("Jürgen | j@acme.example |  |  | ", InWords(Assert.Single(Read([.. bytes]).Cards)));
    }

    [Fact]
    public void Bytes_of_Windows_are_read_as_such()
    {
        var bytes = Encoding.Latin1.GetBytes("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:J\u00fcrgen\r\nEMAIL:j@acme.example\r\nEND:VCARD\r\n");

        Assert.Equal("Jürgen | j@acme.example |  |  | ", InWords(Assert.Single(Read(bytes).Cards)));
    }

    [Fact]
    public void Bytes_of_the_character_set_a_line_names_are_read_as_such()
    {
        var cyrillic = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
        var bytes = cyrillic.GetBytes(
            "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=WINDOWS-1251:\u0412\u0438\u043a\u0442\u043e\u0440\r\nEND:VCARD\r\n");

        Assert.Equal("Виктор", Assert.Single(Read(bytes).Cards).Name);
    }

    [Fact]
    public void A_card_that_lost_its_end_stops_no_other()
    {
        var file = Read("BEGIN:VCARD\nFN:Lost\nEMAIL:lost@acme.example\nBEGIN:VCARD\nFN:Found\nEMAIL:found@acme.example\nEND:VCARD\n");

        Assert.Equal("Found", Assert.Single(file.Cards).Name);
        Assert.Equal(1, Assert.Single(file.Problems).Line);
        Assert.False(file.IsCutShort);
    }

    [Fact]
    public void An_end_without_a_beginning_is_a_problem_of_its_line()
    {
        var file = Read("EMAIL:who@acme.example\nEND:VCARD\nBEGIN:VCARD\nFN:Found\nEND:VCARD\n");

        Assert.Equal("Found", Assert.Single(file.Cards).Name);
        Assert.Equal(2, Assert.Single(file.Problems).Line);
    }

    [Fact]
    public void A_file_that_somebody_is_still_writing_is_cut_short()
    {
        var file = Read("BEGIN:VCARD\nFN:Done\nEND:VCARD\nBEGIN:VCARD\nFN:Half\nEMAIL:ha");

        Assert.Equal("Done", Assert.Single(file.Cards).Name);
        Assert.True(file.IsCutShort);
    }

    [Theory]
    [InlineData("KIND:group", VCardKind.Group)]
    [InlineData("X-ADDRESSBOOKSERVER-KIND:group", VCardKind.Group)]
    [InlineData("KIND:org", VCardKind.Organisation)]
    [InlineData("X-ABShowAs:COMPANY", VCardKind.Organisation)]
    [InlineData("KIND:individual", VCardKind.Person)]
    [InlineData("KIND:x-something", VCardKind.Person)]
    public void What_a_card_stands_for_is_told(string line, VCardKind kind) =>
        Assert.Equal(kind, Assert.Single(Read($"BEGIN:VCARD\nVERSION:4.0\nFN:X\n{line}\nEND:VCARD\n").Cards).Kind);

    [Fact]
    public void Every_card_knows_its_line() =>
        Assert.Equal(
            [2, 6],
            Read("\nBEGIN:VCARD\nFN:A\n folded\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD").Cards.Select(card => card.Line));

    private static VCardFile Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static VCardFile Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return VCardReader.Read(stream);
    }

    private static string InWords(VCard card) =>
        $"{card.Name} | {string.Join(' ', card.Emails)} | "
            + $"{string.Join(' ', card.Telephones.Select(one => one.IsFax ? $"({one.Value})" : one.Value))} | {card.Organisation} | "
            + (card.Birthday is { } day ? FormattableString.Invariant($"{day.Month}-{day.Day}") : "");
}

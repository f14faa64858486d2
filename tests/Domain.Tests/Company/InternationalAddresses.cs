using CrmSync.Domain.Company;

namespace CrmSync.Domain.Tests.Company;

public sealed class InternationalAddresses
{
    [Theory]
    [InlineData("siv@xn--kping-jua.example", "siv@köping.example")]
    [InlineData("Siv@XN--KPING-JUA.EXAMPLE", "siv@KÖPING.example")]
    [InlineData("ana@xn--bcher-kva.example", "ana@bücher.example")]
    [InlineData("ana@mail.xn--bcher-kva.example", "ana@mail.bücher.example")]
    [InlineData("li@xn--85x722f.xn--55qx5d.cn", "li@食狮.公司.cn")]
    [InlineData("ivan@xn--e1afmkfd.xn--p1ai", "ivan@пример.рф")]
    [InlineData("eva@strasse.example", "EVA@STRASSE.example")]
    [InlineData("eva@xn--strae-oqa.example", "eva@straße.example")]
    [InlineData("ana@bu\u0308cher.example", "ana@bücher.example")] // u and its dots as two characters
    public void Both_spellings_of_a_domain_are_one_address(string one, string other) =>
        Assert.Equal(EmailAddress.Parse(other), EmailAddress.Parse(one));

    [Theory]
    [InlineData("ana@koping.example", "ana@köping.example")]
    [InlineData("ana@xn--kping-jua.example", "ana@xn--kping-jua.other.example")]
    [InlineData("xn--kping-jua@acme.example", "köping@acme.example")] // before the @ nothing is encoded
    [InlineData("ana@strasse.example", "ana@straße.example")]
    public void Other_domains_stay_others(string one, string other) => Assert.NotEqual(EmailAddress.Parse(other), EmailAddress.Parse(one));

    [Theory]
    [InlineData("ana@xn--.example")]
    [InlineData("ana@xn--a\u00fc.example")]
    [InlineData("ana@xn--zzzzzzzzzzzzzzz99999999.example")]
    public void A_label_that_encodes_nothing_is_kept_as_it_is_written(string written) =>
        Assert.Equal(written, EmailAddress.Parse(written).Value);

    [Fact]
    public void A_label_whose_letters_would_hide_something_stays_encoded()
    {
        // A zero width joiner in "acme": it would look like another firm.
        const string written = "ana@xn--acme-zm0a.example";
        Assert.DoesNotContain('\u200d', EmailAddress.Parse(written).Value);
    }

    [Fact]
    public void The_wire_gets_the_spelling_it_understands()
    {
        Assert.Equal("siv@xn--kping-jua.example", EmailAddress.Parse("siv@köping.example").Wire);
        Assert.Equal("siv@acme.example", EmailAddress.Parse("siv@acme.example").Wire);
    }

    [Theory]
    [InlineData("siv@xn--kping-jua.example")]
    [InlineData("siv@post.köping.example")]
    public void An_address_lies_in_a_domain_in_any_spelling(string address) =>
        Assert.True(EmailAddress.Parse(address).IsIn(DomainNames.Normalize("XN--kping-jua.example")));
}

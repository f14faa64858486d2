using CrmSync.Domain.Company;

namespace CrmSync.Domain.Tests.Company;

public sealed class OrganisationsTests
{
    [Theory]
    [InlineData("ada@acme.com", "acme.com")]
    [InlineData("ada@mail.acme.com", "acme.com")]
    [InlineData("ada@sales.acme.co.uk", "acme.co.uk")]
    [InlineData("ada@acme.example", "acme.example")] // not in the list: the last label is the suffix
    [InlineData("ada@deep.acme.example", "acme.example")]
    [InlineData("ada@a.b.kobe.jp", "a.b.kobe.jp")] // *.kobe.jp
    [InlineData("ada@x.a.b.kobe.jp", "a.b.kobe.jp")]
    [InlineData("ada@x.city.kobe.jp", "city.kobe.jp")] // !city.kobe.jp
    [InlineData("ada@www.ck", "www.ck")] // !www.ck
    [InlineData("ada@acme.uk.com", "acme.uk.com")] // the private section counts
    [InlineData("ada@mail.acme.eu.org", "acme.eu.org")]
    [InlineData("ada@co.uk", "co.uk")] // a suffix itself
    [InlineData("ada@localhost", "localhost")]
    [InlineData("ada@[192.0.2.1]", "[192.0.2.1]")]
    [InlineData("ada@食狮.公司.cn", "食狮.公司.cn")]
    [InlineData("ada@www.食狮.公司.cn", "食狮.公司.cn")]
    [InlineData("ada@www.xn--85x722f.xn--55qx5d.cn", "食狮.公司.cn")]
    public void An_organisation_is_a_registrable_domain(string address, string organisation) =>
        Assert.Equal(organisation, new Organisations([]).Organisation(EmailAddress.Parse(address)));

    [Theory]
    [InlineData("ada@gmail.com")]
    [InlineData("ada@googlemail.com")]
    [InlineData("ada@hotmail.co.uk")]
    [InlineData("ada@web.de")]
    [InlineData("ada@yahoo.co.jp")]
    [InlineData("ada@outlook.com")]
    [InlineData("ada@icloud.com")]
    [InlineData("ada@proton.me")]
    [InlineData("ada@free.fr")]
    [InlineData("ada@qq.com")]
    public void At_a_public_mail_domain_everybody_is_alone(string address) =>
        Assert.Equal(address, new Organisations([]).Organisation(EmailAddress.Parse(address)));

    [Fact]
    public void A_policy_can_name_more_public_mail_domains()
    {
        var organisations = new Organisations(["village.example"]);
        Assert.Equal("ada@village.example", organisations.Organisation(EmailAddress.Parse("ada@village.example")));
        Assert.Equal("ada@mail.village.example", organisations.Organisation(EmailAddress.Parse("ada@mail.village.example")));
        Assert.Equal("notvillage.example", organisations.Organisation(EmailAddress.Parse("ada@notvillage.example")));
    }

    [Fact]
    public void Nobody_is_guessed_to_be_somebody_else() =>
        Assert.NotEqual(
            new Organisations([]).Organisation(EmailAddress.Parse("ada.l@gmail.com")),
            new Organisations([]).Organisation(EmailAddress.Parse("adal@gmail.com")));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("com")]
    [InlineData(".com")]
    [InlineData("com.")]
    public void What_is_no_registered_name_has_no_registrable_domain(string domain) =>
        Assert.Null(PublicSuffixList.Known.RegistrableDomain(domain));
}

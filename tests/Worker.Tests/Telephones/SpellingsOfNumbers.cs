using CrmSync.Worker.Telephones;
using NodaTime;

namespace CrmSync.Worker.Tests.Telephones;

/// <summary>One number in all the ways people and exchanges write it, and numbers beside it that are others.</summary>
public sealed class SpellingsOfNumbers
{
    public static TheoryData<string, string, string> Same { get; } = new()
    {
        // Ireland
        { "IE", "086 123 4567", "+353861234567" },
        { "IE", "+353 86 123 4567", "+353861234567" },
        { "IE", "+353 (0)86 1234567", "+353861234567" },
        { "IE", "00353861234567", "+353861234567" },
        { "IE", "(086) 123-4567", "+353861234567" },
        { "IE", "tel:+353-86-123-4567", "+353861234567" },
        { "US", "011 353 86 123 4567", "+353861234567" },
        // Germany
        { "DE", "030 123456", "+4930123456" },
        { "DE", "+49 30 123456", "+4930123456" },
        { "DE", "+49 (0) 30 / 12 34 56", "+4930123456" },
        { "DE", "0049-30-123456", "+4930123456" },
        { "DE", "(030) 12 34 56", "+4930123456" },
        { "IE", "+49.30.123456", "+4930123456" },
        // United Kingdom
        { "GB", "020 7946 0958", "+442079460958" },
        { "GB", "+44 20 7946 0958", "+442079460958" },
        { "GB", "+44 (0)20 7946 0958", "+442079460958" },
        { "GB", "0044 20 79460958", "+442079460958" },
        { "GB", "(020) 7946-0958", "+442079460958" },
        { "IE", "＋４４ ２０ ７９４６ ０９５８", "+442079460958" },
        // France
        { "FR", "01 23 45 67 89", "+33123456789" },
        { "FR", "01.23.45.67.89", "+33123456789" },
        { "FR", "+33 1 23 45 67 89", "+33123456789" },
        { "FR", "+33 (0)1 23 45 67 89", "+33123456789" },
        { "FR", "0033 1 23 45 67 89", "+33123456789" },
        // United States
        { "US", "(212) 555-0123", "+12125550123" },
        { "US", "212.555.0123", "+12125550123" },
        { "US", "1-212-555-0123", "+12125550123" },
        { "US", "+1 212 555 0123", "+12125550123" },
        { "US", "2125550123", "+12125550123" },
        { "DE", "001 212 5550123", "+12125550123" },
        { "US", "1-800-FLOWERS", "+18003569377" },
        // Italy keeps the zero
        { "IT", "06 698 1234", "+39066981234" },
        { "IT", "+39 06 698 1234", "+39066981234" },
        { "DE", "0039 06 6981234", "+39066981234" },
        { "IT", "tel:+39-06-6981234", "+39066981234" },
        { "IT", "347 123 4567", "+393471234567" },
        // Spain
        { "ES", "612 34 56 78", "+34612345678" },
        { "ES", "+34 612-345-678", "+34612345678" },
        { "ES", "0034612345678", "+34612345678" },
        // Switzerland
        { "CH", "044 668 18 00", "+41446681800" },
        { "CH", "+41 (0)44 668 18 00", "+41446681800" },
        { "DE", "0041 44 668 1800", "+41446681800" },
        { "CH", "+41'44'668'18'00", "+41446681800" },
        // Brazil with and without the carrier
        { "BR", "(11) 96123-4567", "+5511961234567" },
        { "BR", "0 15 11 96123-4567", "+5511961234567" },
        { "BR", "+55 11 96123 4567", "+5511961234567" },
        { "US", "011 55 11 961234567", "+5511961234567" },
        // Argentina moves its mobiles
        { "AR", "011 15-2345-6789", "+5491123456789" },
        { "AR", "+54 9 11 2345 6789", "+5491123456789" },
        { "US", "011 54 9 11 2345-6789", "+5491123456789" },
        // Mexico lost a digit
        { "MX", "55 1234 5678", "+525512345678" },
        { "MX", "+52 55 1234 5678", "+525512345678" },
        { "US", "+52 1 55 1234 5678", "+525512345678" },
        // India
        { "IN", "098765 43210", "+919876543210" },
        { "IN", "+91-98765-43210", "+919876543210" },
        { "IN", "९८७६५४३२१०", "+919876543210" },
        // Japan
        { "JP", "03-1234-5678", "+81312345678" },
        { "JP", "+81 3 1234 5678", "+81312345678" },
        { "US", "011-81-3-1234-5678", "+81312345678" },
        // Australia
        { "AU", "0412 345 678", "+61412345678" },
        { "AU", "+61 (0)412 345 678", "+61412345678" },
        { "NZ", "00 61 412 345 678", "+61412345678" },
        // What spreadsheets and editors put around a number
        { "IE", "'+353861234567", "+353861234567" },
        { "IE", "\u202a+353 86 123 4567\u202c", "+353861234567" },
        { "IE", "\u00a0+353\u00a086\u00a0123\u00a04567", "+353861234567" },
        { "IE", "+353\u200986\u2009123\u20094567", "+353861234567" },
        { "IE", "+353‑86‑123‑4567", "+353861234567" },
    };

    public static TheoryData<string, string, string> Others { get; } = new()
    {
        { "IE", "086 123 4568", "+353861234567" },
        { "IE", "086 123 456", "+353861234567" },
        { "IE", "085 123 4567", "+353861234567" },
        { "GB", "086 123 4567", "+353861234567" },
        { "DE", "030 1234567", "+4930123456" },
        { "DE", "089 123456", "+4930123456" },
        { "IT", "6 698 1234", "+39066981234" },
        { "US", "(212) 555-0123", "+442125550123" },
        { "GB", "020 7946 0959", "+442079460958" },
        { "FR", "02 23 45 67 89", "+33123456789" },
        { "JP", "06-1234-5678", "+81312345678" },
        { "US", "55 1234 5678", "+525512345678" },
        { "AR", "011 2345-6789", "+5491123456789" },
        { "BR", "(21) 96123-4567", "+5511961234567" },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void A_number_is_one_however_it_is_written(string region, string written, string number) =>
        Assert.Equal(number, new TelephoneNumbers(region).Find(written)?.Number);

    [Theory]
    [MemberData(nameof(Others))]
    public void A_number_beside_it_is_another(string region, string written, string other) =>
        Assert.NotEqual(other, new TelephoneNumbers(region).Find(written)?.Number);

    [Fact]
    public void At_least_sixty_spellings_of_twelve_countries_are_tried()
    {
        Assert.True(Same.Count >= 60);
        Assert.True(Same.Select(row => ((string)((object[])row)[2])[..3]).Distinct().Count() >= 12);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("anonymous")]
    [InlineData("Unknown")]
    [InlineData("withheld")]
    [InlineData("0")]
    [InlineData("201")]
    [InlineData("12")]
    [InlineData("*98")]
    [InlineData("sip:ana@us.example")]
    [InlineData("ana@us.example")]
    [InlineData("086 123 4567 086 123 4568")]
    [InlineData("tel:7042;phone-context=us.example")]
    [InlineData("+")]
    [InlineData("9999999999999999999999")]
    public void What_is_no_number_is_none(string written) => Assert.Null(new TelephoneNumbers("IE").Find(written));

    [Fact]
    public void Without_a_country_a_number_must_name_its_own()
    {
        Assert.Null(new TelephoneNumbers(null).Find("086 123 4567"));
        Assert.Equal("+353861234567", new TelephoneNumbers(null).Find("+353 86 123 4567")?.Number);
    }

    [Theory]
    [InlineData("+1 212 555 0123 ext. 12")]
    [InlineData("+1 212 555 0123 x12")]
    [InlineData("tel:+1-212-555-0123;ext=12")]
    public void With_an_extension_it_is_the_switchboard(string written)
    {
        var number = new TelephoneNumbers("US").Find(written)!;

        Assert.Equal(("+12125550123", true), (number.Number, number.IsShared));
        Assert.Equal(number, new TelephoneNumbers("IE").Find(number.Shown));
    }

    [Theory]
    [InlineData("Europe/Dublin", "IE")]
    [InlineData("Europe/Berlin", "DE")]
    [InlineData("America/Chicago", "US")]
    [InlineData("Asia/Calcutta", "IN")]
    [InlineData("UTC", null)]
    public void The_country_is_that_of_the_zone(string zone, string? region) =>
        Assert.Equal(region, TelephoneNumbers.FindRegion(DateTimeZoneProviders.Tzdb[zone]));
}

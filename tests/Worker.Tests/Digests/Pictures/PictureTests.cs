using CrmSync.Domain.Company;
using CrmSync.Worker.Tests.Pages;

namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>How the sample company's digests look: on a phone and on a desk, by day and by night.</summary>
[Collection(ChromiumTests.Name)]
public sealed class PictureTests(Chromium chromium, SampleCompany company) : IClassFixture<SampleCompany>
{
    [Theory]
    [InlineData("my-day", "tim", Language.English)]
    [InlineData("my-day", "tim", Language.German)]
    [InlineData("my-day", "tim", Language.French)]
    [InlineData("the-firm", "olga", Language.English)]
    [InlineData("the-firm", "olga", Language.German)]
    [InlineData("the-firm", "olga", Language.French)]
    public async Task A_digest_looks_as_approved(string digest, string reader, Language language) =>
        await ApprovedPicture.CheckAll(chromium, ApprovedPicture.Name(digest, language), await Html(digest, reader, language));

    [Theory]
    [InlineData("my-day", "tim", 800, false, "docs/my-day-light")]
    [InlineData("the-firm", "olga", 375, true, "docs/the-firm-dark")]
    public async Task The_pictures_of_the_documentation_are_of_today(string digest, string reader, int width, bool dark, string approved) =>
        await ApprovedPicture.Check(
            chromium, approved, await chromium.Picture(await Html(digest, reader, Language.English), width, dark));

    [Theory]
    [InlineData("my-day", "tim")]
    [InlineData("the-firm", "olga")]
    public async Task Axe_finds_nothing_in_a_digest_that_fails_the_guidelines(string digest, string reader)
    {
        var html = await Html(digest, reader, Language.English);
        foreach (var dark in new[] { false, true })
            await Accessible.Check(chromium, html, 375, dark, isMail: true);
    }

    [Fact]
    public async Task A_line_of_another_colour_is_a_difference_and_the_place_is_told()
    {
        static string Page(string colour) =>
            $"<!DOCTYPE html><body style=\"margin:0\"><div style=\"height:100px\">Text</div><div "
                + $"style=\"height:4px;background:{colour}\"></div><div style=\"height:100px\"></div>";
        var (one, other) = (await chromium.Picture(Page("#a8241c"), 375, false), await chromium.Picture(Page("#0a6560"), 375, false));
        Assert.Null(await ApprovedPicture.Difference(chromium, one, one));
        Assert.Equal(
            "1500 points differ, between 0,100 and 374,103 (pixels from the left and from the top)",
            await ApprovedPicture.Difference(chromium, other, one));
        Assert.StartsWith(
            "it measures 800x",
            await ApprovedPicture.Difference(chromium, await chromium.Picture(Page("#a8241c"), 800, false), one),
            StringComparison.Ordinal);
    }

    private async Task<string> Html(string digest, string reader, Language language) =>
        (await company.DigestsAt(SampleCompany.Story, language))
            .Single(one => one.Digest.Run.Definition.Name == digest && one.Digest.Run.Reader.Id == reader)
            .Mail.Html;
}

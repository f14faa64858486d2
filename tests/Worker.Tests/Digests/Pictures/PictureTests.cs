namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>How the sample company's digests look: on a phone and on a desk, by day and by night.</summary>
[Collection(ChromiumTests.Name)]
public sealed class PictureTests(Chromium chromium, SampleCompany company) : IClassFixture<SampleCompany>
{
    [Theory]
    [InlineData("my-day", "tim", 375, false, "my-day-375-light")]
    [InlineData("my-day", "tim", 375, true, "my-day-375-dark")]
    [InlineData("my-day", "tim", 800, false, "docs/my-day-light")]
    [InlineData("my-day", "tim", 800, true, "my-day-800-dark")]
    [InlineData("the-firm", "olga", 375, false, "the-firm-375-light")]
    [InlineData("the-firm", "olga", 375, true, "docs/the-firm-dark")]
    [InlineData("the-firm", "olga", 800, false, "the-firm-800-light")]
    [InlineData("the-firm", "olga", 800, true, "the-firm-800-dark")]
    public async Task A_digest_looks_as_approved(string digest, string reader, int width, bool dark, string approved)
    {
        var html = (await company.DigestsAt(SampleCompany.Story))
            .Single(one => one.Digest.Run.Definition.Name == digest && one.Digest.Run.Reader.Id == reader)
            .Mail.Html;
        await ApprovedPicture.Check(chromium, approved, await chromium.Picture(html, width, dark));
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
}

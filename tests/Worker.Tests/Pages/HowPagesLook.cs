using AngleSharp.Html.Parser;
using CrmSync.Worker.Tests.Digests.Pictures;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>How the pages of readers look on a phone and on a desk, by day and by night, and what axe-core finds wrong with them.</summary>
[Collection(ChromiumTests.Name)]
public sealed class HowPagesLook(Chromium chromium, HarvestedSample sample)
    : IAsyncLifetime, IAsyncDisposable, IClassFixture<HarvestedSample>
{
    private readonly PagesCompany company = new(sample);

    public Task InitializeAsync() => company.InitializeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => company.DisposeAsync();

    [Theory]
    [InlineData("person", 375, false)]
    [InlineData("person", 375, true)]
    [InlineData("person", 1100, false)]
    [InlineData("person", 1100, true)]
    [InlineData("team", 375, false)]
    [InlineData("team", 375, true)]
    [InlineData("team", 1100, false)]
    [InlineData("team", 1100, true)]
    [InlineData("door", 375, false)]
    [InlineData("door", 1100, true)]
    public async Task A_page_looks_as_approved_and_axe_finds_nothing(string name, int width, bool dark)
    {
        var got = name switch
        {
            "person" => await company.Get("/people/jo%40acme.example", await company.SignIn("olga")),
            "team" => await company.Get("/team", await company.SignIn("olga")),
            _ => await company.Post($"/team?t={company.Token("olga")}", "step=mail"),
        };
        new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(got.Body);
        await Accessible.Check(chromium, got.Body, width, dark);
        await ApprovedPicture.Check(
            chromium,
            $"{name}-{width}-{(dark ? "dark" : "light")}",
            await chromium.Picture(got.Body, width, dark));
    }

    [Fact]
    public async Task The_form_for_a_code_can_be_used_by_keyboard_alone()
    {
        var form = await company.Post($"/team?t={company.Token("olga")}", "step=mail");
        await Accessible.Check(chromium, form.Body, 375, dark: false);
        var page = await chromium.Open(form.Body, 375);
        try
        {
            Assert.Equal("code", await page.EvaluateAsync<string>("document.activeElement.id"));
            await page.Keyboard.TypeAsync("123456");
            await page.Keyboard.PressAsync("Tab");
            Assert.Equal("Open the page", await page.EvaluateAsync<string>("document.activeElement.textContent"));
            Assert.Equal("123456", await page.EvaluateAsync<string>("document.getElementById('code').value"));
        }
        finally
        {
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task What_axe_cannot_accept_is_noticed() =>
        await Assert.ThrowsAsync<Xunit.Sdk.FailException>(() => Accessible.Check(
            chromium,
            "<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p style=\"color:#bbb\">pale</p></body></html>",
            375,
            dark: false));
}

using AngleSharp.Html.Parser;
using CrmSync.Domain.Company;
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
    [InlineData("person", Language.English)]
    [InlineData("person", Language.German)]
    [InlineData("person", Language.French)]
    [InlineData("team", Language.English)]
    [InlineData("team", Language.German)]
    [InlineData("team", Language.French)]
    [InlineData("door", Language.English)]
    [InlineData("door", Language.German)]
    [InlineData("door", Language.French)]
    public async Task A_page_looks_as_approved_and_axe_finds_nothing(string name, Language language)
    {
        company.Reads("olga", language);
        var got = name switch
        {
            "person" => await company.Get("/people/jo%40acme.example", await company.SignIn("olga")),
            "team" => await company.Get("/team", await company.SignIn("olga")),
            _ => await company.Post($"/team?t={company.Token("olga")}", "step=mail"),
        };
        new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(got.Body);
        await ApprovedPicture.CheckAll(chromium, ApprovedPicture.Name(name, language), got.Body);

        // Colours and landmarks are those of every language; what is longer in one may not fit.
        foreach (var dark in language == Language.English ? new[] { false, true } : [false])
            await Accessible.Check(chromium, got.Body, 375, dark);
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

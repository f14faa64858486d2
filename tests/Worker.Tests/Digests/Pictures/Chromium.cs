using Microsoft.Playwright;

namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>
/// Debian's Chromium, the way it looks the same everywhere: only the fonts of one package, no hinting, no scroll bars, no network. Started
/// once for all tests that look at mails.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>From the package fonts-liberation; the version is pinned in <c>tests/run</c>.</summary>
    private const string Fonts = "/usr/share/fonts/truetype/liberation";

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-chromium-").FullName;
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program) || !Directory.Exists(Fonts))
            throw new InvalidOperationException(
                $"{Program} or the fonts in {Fonts} are missing; tests/run installs the packages chromium and fonts-liberation.");

        var fonts = Path.Combine(folder, "fonts.conf");
        await File.WriteAllTextAsync(fonts, $"""
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
            <fontconfig>
              <dir>{Fonts}</dir>
              <cachedir>{folder}</cachedir>
              <alias binding="same"><family>Helvetica</family><prefer><family>Liberation Sans</family></prefer></alias>
              <alias binding="same"><family>Arial</family><prefer><family>Liberation Sans</family></prefer></alias>
              <alias binding="same"><family>sans-serif</family><prefer><family>Liberation Sans</family></prefer></alias>
            </fontconfig>
            """);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Program,
                Args = ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--disable-gpu"],
                Env = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["FONTCONFIG_FILE"] = fonts,
                    ["HOME"] = folder,
                    ["PATH"] = "/usr/bin:/bin",
                },
            });
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A mail opened in a window; whatever it wanted to load is refused.</summary>
    /// <param name="html">The mail.</param>
    /// <param name="width">Of the window, in pixels.</param>
    /// <param name="dark">Whether the reader prefers dark.</param>
    internal async Task<IPage> Open(string html, int width, bool dark = false)
    {
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 600 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Offline = true,
        });
        await page.SetContentAsync(html);
        return page;
    }

    /// <summary>The whole mail as a picture.</summary>
    internal async Task<byte[]> Picture(string html, int width, bool dark)
    {
        var page = await Open(html, width, dark);
        try
        {
            return await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Animations = ScreenshotAnimations.Disabled });
        }
        finally
        {
            await page.CloseAsync();
        }
    }
}

/// <summary>The tests that share one Chromium.</summary>
[CollectionDefinition(Name)]
public sealed class ChromiumTests : ICollectionFixture<Chromium>
{
    public const string Name = "chromium";
}

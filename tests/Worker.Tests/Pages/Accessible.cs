using CrmSync.Worker.Tests.Digests.Pictures;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>Reads a page with axe-core: contrast, landmarks, names, order of headings, and that nothing is wider than the window.</summary>
internal static class Accessible
{
    /// <summary>
    /// The rules of WCAG 2.2, levels A and AA. The others are of axe-core itself, about landmarks, which a mail has none of.
    /// </summary>
    private static readonly AxeRunOptions OfMails = new()
    {
        RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
    };

    public static async Task Check(Chromium chromium, string html, int width, bool dark, bool isMail = false)
    {
        var page = await chromium.Open(html, width, dark);
        try
        {
            var found = await page.RunAxe(isMail ? OfMails : null);
            if (found.Violations.Length > 0)
            {
                Assert.Fail(
                    $"at {width} pixels{(dark ? ", dark" : "")}: "
                        + string.Join(
                            "; ",
                            found.Violations.SelectMany(one =>
                                one.Nodes.Select(node => $"{one.Id}: {one.Help} ({node.Html[..Math.Min(120, node.Html.Length)]})"))));
            }

            Assert.True(found.Passes.Length > 10, "axe-core looked at next to nothing");
            Assert.Equal(width, await page.EvaluateAsync<int>("Math.max(document.documentElement.scrollWidth, innerWidth)"));
        }
        finally
        {
            await page.CloseAsync();
        }
    }
}

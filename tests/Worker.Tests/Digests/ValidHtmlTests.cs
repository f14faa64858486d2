using System.Diagnostics;
using AngleSharp.Html.Parser;
using CrmSync.Domain.Evaluation;
using CrmSync.Fixtures.Digests;

namespace CrmSync.Worker.Tests.Digests;

/// <summary>
/// The HTML of mails as two checkers read it that forgive nothing: HTML Tidy, from Debian, and the parser of AngleSharp in its strict mode,
/// which stops at every parse error the standard names.
/// </summary>
public sealed class ValidHtmlTests(SampleCompany company) : IClassFixture<SampleCompany>
{
    [Fact]
    public async Task The_digests_of_the_sample_company_are_valid()
    {
        foreach (var (digest, mail) in await company.DigestsAt(SampleCompany.Story))
            await Check($"{digest.Run.Definition.Name} {digest.Run.Reader.Id}", mail.Html);
    }

    [Fact]
    public async Task A_digest_with_markup_in_every_name_is_valid()
    {
        const string Evil = "</p></td><script>alert('&amp;')</script> & <b \"x\">";
        await Check(
            "evil",
            (
                await Written.From(
                    Some.Facts(
                        [Some.Item("A", state: ItemState.Overdue) with { Why = Evil }],
                        [Some.Mail("A", name: Evil, subject: Evil, text: Evil)]))).Html);
    }

    [Fact]
    public async Task A_digest_with_nothing_to_do_is_valid() =>
        await Check("empty", (await Written.From(Some.Facts([]), Some.Run(Some.MyDay with { SendEmptyWeekly = true }))).Html);

    [Theory]
    [InlineData("<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p>one<table></p></table></body></html>")]
    [InlineData("<!DOCTYPE html><html lang=\"en\"><head><title>x</title></head><body><p id=\"a\" id=\"b\">one</p></body></html>")]
    public async Task What_is_not_valid_is_noticed(string html)
    {
        Assert.NotEmpty(await Tidy(html));
        Assert.NotNull(Parsing(html));
    }

    private static async Task Check(string name, string html)
    {
        Assert.Equal($"{name}: ", $"{name}: {string.Join('\n', await Tidy(html))}");
        Assert.Null(Parsing(html));
    }

    private static Exception? Parsing(string html) =>
        Record.Exception(() =>
        {
            new HtmlParser(new HtmlParserOptions { IsStrictMode = true }).ParseDocument(html);
        });

    /// <summary>Errors and warnings, but for the attributes that layout tables need and only Outlook still reads.</summary>
    private static async Task<IReadOnlyList<string>> Tidy(string html)
    {
        using var tidy = Process.Start(new ProcessStartInfo("tidy", ["-errors", "-quiet", "-utf8", "--mute", "MISMATCHED_ATTRIBUTE_WARN"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("tidy did not start; tests/run installs it.");
        var written = tidy.StandardInput.WriteAsync(html).ContinueWith(_ => tidy.StandardInput.Close(), TaskScheduler.Default);
        var complaints = await tidy.StandardError.ReadToEndAsync();
        await written;
        await tidy.WaitForExitAsync();
        return
        [
            .. complaints
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.StartsWith("line ", StringComparison.Ordinal)),
        ];
    }
}

using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Worker.Pages;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>What readers of German and French see on their pages, at the door and in the email with the code.</summary>
public sealed class PagesInEachLanguage(HarvestedSample sample) : IAsyncLifetime, IAsyncDisposable, IClassFixture<HarvestedSample>
{
    private const string Jo = "/people/jo%40acme.example";

    private readonly PagesCompany company = new(sample);

    public Task InitializeAsync() => company.InitializeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => company.DisposeAsync();

    [Theory]
    [InlineData(Language.German)]
    [InlineData(Language.French)]
    public async Task A_reader_gets_pages_code_form_and_code_mail_wholly_in_their_language(Language language)
    {
        var words = Wording.In(language);
        var english = await Everything();
        company.Now += Duration.FromHours(2);
        company.Reads("olga", language);
        var own = await Everything();

        var mail = company.CodeMails("olga")[^1];
        Assert.Equal(words.Door.CodeSubject, mail.Subject);
        Assert.Equal(words.Door.CodeMail(company.Codes("olga")[^1], 15, 30).Trim(), mail.Text.Trim().ReplaceLineEndings("\n"));

        var left = Phrases(Wording.In(Language.English)).Except(Phrases(words), StringComparer.Ordinal).ToList();
        Assert.True(left.Count > 100, "there are next to no phrases");
        var same = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, page) in own)
        {
            Assert.Equal(words.Tag, page.DocumentElement.GetAttribute("lang"));
            var texts = Texts(page).ToList();
            Assert.All(texts, text => Assert.DoesNotContain(left, phrase => IsSaid(phrase, text)));

            same.UnionWith(texts.Intersect(Texts(english[name]), StringComparer.Ordinal).Where(text => text.Any(char.IsLetter)));
        }

        // What is the same in both languages is a name, also one of the policy, or a word or an abbreviation both share.
        same.ExceptWith(Phrases(words));
        same.ExceptWith(["CrmSync", "Jo Keane", "Jo Keane - CrmSync", "jo@acme.example", "· customer"]);
        same.ExceptWith(company.Program.Part<PolicyInForce>().Policy.People.Select(one => one.Name!));
        for (var day = new LocalDate(2025, 1, 1); day.Year < 2027; day += Period.FromDays(1))
            same.ExceptWith([words.Dates.Month(day), words.Dates.ShortMonth(day), words.Dates.ShortDate(day)]);
        for (var hours = 0; hours < 48; hours++)
            same.ExceptWith([words.Firm.Median(Duration.FromHours(hours), isOpen: false).Replace(' ', '\u00A0')]);
        Assert.Equal("", string.Join(" | ", same));

        Assert.Contains(words.Pages.ContactsByMonth, Texts(own["person"]));
        Assert.Contains(words.Figures.OpenCaption, Texts(own["team"]));
        Assert.Contains(words.Door.SixDigits, Texts(own["form"]));
    }

    [Fact]
    public async Task A_visitor_nobody_knows_reads_English_and_a_link_speaks_the_language_of_its_reader()
    {
        company.Reads("olga", Language.German);
        var stranger = Parse(await company.Get("/team"));
        Assert.Equal("en", stranger.DocumentElement.GetAttribute("lang"));
        Assert.Contains("Open this page from your digest", Texts(stranger));
        Assert.Equal("de", Parse(await company.Get($"/team?t={company.Token("olga")}")).DocumentElement.GetAttribute("lang"));

        var olga = await company.SignIn("olga");
        var door = Wording.In(Language.German).Door;
        var old = Parse(await company.Get($"/team?t={company.Token("olga", daysAgo: 61)}", olga));
        Assert.Contains(door.LinkOpensNothing(door.LinkIsTooOld(61, 60)), Texts(old));
        var nonsense = await company.Get("/people/nonsense", olga);
        Assert.Equal(HttpStatusCode.NotFound, nonsense.Status);
        Assert.Contains(door.NoSuchPage.Text, Texts(Parse(nonsense)));
    }

    private async Task<IReadOnlyDictionary<string, IHtmlDocument>> Everything()
    {
        var path = $"/team?t={company.Token("olga")}";
        var form = await company.Post(path, "step=mail");
        var browser = form.Cookie(ReaderPages.CodeCookie);
        var session = await company.SignIn("olga");
        var all = new Dictionary<string, Got>
        {
            ["door"] = await company.Get(path),
            ["form"] = form,
            ["wrong code"] = await company.Post(path, "step=enter&code=1", browser),
            ["other browser"] = await company.Post(path, "step=enter&code=1"),
            ["person"] = await company.Get(Jo, session),
            ["team"] = await company.Get("/team", session),
            ["nobody"] = await company.Get("/people/nobody%40elsewhere.example", session),
            ["other site"] = await company.Post(Jo, "step=leave", session, site: "cross-site"),
            ["nonsense"] = await company.Post(Jo, "step=nonsense", session),
            ["other reader"] = await company.Get($"{Jo}?t={company.Token("tim")}", session),
            ["changed link"] = await company.Get($"{Jo}?t=x", session),
            ["left"] = await company.Get($"{Jo}?t={company.Token("conor")}", session),
            ["signed out"] = await company.Post(Jo, "step=leave", session),
        };
        return all.ToDictionary(one => one.Key, one => Parse(one.Value));
    }

    private static IHtmlDocument Parse(Got got) => new HtmlParser().ParseDocument(got.Body);

    /// <summary>What is seen or heard of a page, piece by piece.</summary>
    private static IEnumerable<string> Texts(IHtmlDocument page) =>
        page.All
            .Where(element => element.LocalName != "style")
            .SelectMany(element => element.ChildNodes.OfType<IText>().Select(text => text.Data)
                .Append(element.GetAttribute("aria-label"))
                .OfType<string>())
            .Select(text => text.Trim())
            .Where(text => text.Length > 0);

    /// <summary>Short ones may stand in an email that is quoted; then they are not alone.</summary>
    private static bool IsSaid(string phrase, string text) =>
        phrase == text || (phrase.Length > 12 && phrase.Contains(' ', StringComparison.Ordinal)
            && text.Contains(phrase, StringComparison.Ordinal));

    /// <summary>Every sentence of the pages, without what it is filled with.</summary>
    private static IReadOnlyList<string> Phrases(Wording words) =>
        [
            .. new (Type Type, object Phrases)[]
                {
                    (typeof(IPagePhrases), words.Pages), (typeof(IFigurePhrases), words.Figures), (typeof(IDoorPhrases), words.Door),
                }
                .SelectMany(part => part.Type.GetMethods().SelectMany(member => Said(member, part.Phrases)))
                .SelectMany(text => Regex.Split(text, "Q+|9876"))
                .Select(text => text.Trim())
                .Where(text => text.Any(char.IsLetter))
                .Distinct(StringComparer.Ordinal),
        ];

    private static IEnumerable<string> Said(MethodInfo member, object phrases) =>
        member.Invoke(phrases, [.. member.GetParameters().Select(Filling)]) switch
        {
            IEnumerable<string> lines => lines,
            (string title, string text) => [title, text],
            var text => [(string)text!],
        };

    private static object Filling(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(int) ? 9876
        : parameter.ParameterType == typeof(double) ? 9876.0
        : parameter.ParameterType == typeof(Duration) ? Duration.FromDays(9876)
        : "QQQ";
}

using CrmSync.Domain.Company;

namespace CrmSync.Domain.Languages;

/// <summary>
/// Everything a reader can be told, in one language. Sentences take values, so that each language orders its words and bends them as it
/// needs; a language that lacks a sentence does not compile. What is quoted from emails and from the policy stays as it was written.
/// </summary>
public sealed class Wording
{
    private static readonly Wording English = new(Language.English, "en")
    {
        Dates = new EnglishDates(),
        Digests = new EnglishDigests(),
        Items = new EnglishItems(),
        News = new EnglishNews(),
        Firm = new EnglishFirm(),
        Briefs = new EnglishBriefs(),
        Reasons = new EnglishReasons(),
        Writing = new EnglishWriting(),
        Answers = new EnglishAnswers(),
        Refusals = new EnglishRefusals(),
        Pages = new EnglishPages(),
        Figures = new EnglishFigures(),
        Door = new EnglishDoor(),
        Operations = new EnglishOperations(),
    };

    private static readonly Wording German = new(Language.German, "de")
    {
        Dates = new GermanDates(),
        Digests = new GermanDigests(),
        Items = new GermanItems(),
        News = new GermanNews(),
        Firm = new GermanFirm(),
        Briefs = new GermanBriefs(),
        Reasons = new GermanReasons(),
        Writing = new GermanWriting(),
        Answers = new GermanAnswers(),
        Refusals = new GermanRefusals(),
        Pages = new GermanPages(),
        Figures = new GermanFigures(),
        Door = new GermanDoor(),
        Operations = new GermanOperations(),
    };

    private static readonly Wording French = new(Language.French, "fr")
    {
        Dates = new FrenchDates(),
        Digests = new FrenchDigests(),
        Items = new FrenchItems(),
        News = new FrenchNews(),
        Firm = new FrenchFirm(),
        Briefs = new FrenchBriefs(),
        Reasons = new FrenchReasons(),
        Writing = new FrenchWriting(),
        Answers = new FrenchAnswers(),
        Refusals = new FrenchRefusals(),
        Pages = new FrenchPages(),
        Figures = new FrenchFigures(),
        Door = new FrenchDoor(),
        Operations = new FrenchOperations(),
    };

    private Wording(Language language, string tag) => (Language, Tag) = (language, tag);

    /// <summary>Every language there is.</summary>
    public static IReadOnlyList<Wording> All { get; } = [English, German, French];

    public Language Language { get; }

    /// <summary>As HTML and the policy name the language (BCP 47).</summary>
    public string Tag { get; }

    public required IDatePhrases Dates { get; init; }

    public required IDigestPhrases Digests { get; init; }

    public required IItemPhrases Items { get; init; }

    public required INewsPhrases News { get; init; }

    public required IFirmPhrases Firm { get; init; }

    public required IBriefPhrases Briefs { get; init; }

    public required IReasonPhrases Reasons { get; init; }

    public required IWritingPhrases Writing { get; init; }

    public required IAnswerPhrases Answers { get; init; }

    public required IRefusalPhrases Refusals { get; init; }

    public required IPagePhrases Pages { get; init; }

    public required IFigurePhrases Figures { get; init; }

    public required IDoorPhrases Door { get; init; }

    public required IOperationPhrases Operations { get; init; }

    /// <summary>The words of a language.</summary>
    public static Wording In(Language language) => All.FirstOrDefault(one => one.Language == language) ?? English;
}

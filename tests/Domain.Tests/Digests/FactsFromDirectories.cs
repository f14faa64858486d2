using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Fixtures.Digests;

namespace CrmSync.Domain.Tests.Digests;

/// <summary>What a brief and a page tell of what directories say, and to whom.</summary>
public sealed class FactsFromDirectories
{
    private static readonly EmailAddress Jo = Some.Address("jo@acme.example");

    private static readonly DirectoryCard Card = new("people.vcf:12")
    {
        Name = "Jo Keane",
        Addresses = [Jo],
        Organisation = "Acme Ltd",
        Birthday = new ContactDate(null, 3, 12),
        Telephones = [new CardTelephone("+353861234567", "+353 86 123 4567")],
    };

    [Theory]
    [InlineData(Language.English, "birthday: 12 March (in 8 days) (people.vcf:12)", "telephone: +353 86 123 4567 (people.vcf:12)")]
    [InlineData(Language.German, "Geburtstag: 12. März (in 8 Tagen) (people.vcf:12)", "Telefon: +353 86 123 4567 (people.vcf:12)")]
    public void A_brief_tells_each_fact_with_its_source(Language language, string birthday, string telephone)
    {
        var brief = Brief(Facts(owner: "ana"), Some.Ana with { Language = language })!;

        Assert.Equal("Jo Keane", brief.Name);
        Assert.Contains(birthday, brief.Facts);
        Assert.Contains(telephone, brief.Facts);
        Assert.All(brief.Facts, fact => Assert.EndsWith("(people.vcf:12)", fact, StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_names_the_source_beside_the_fact() =>
        Assert.Contains(
            new PageFact("works for Acme Ltd", "people.vcf:12"),
            new PageComposer(Facts(owner: "ana")).WritePerson(Some.Ana, Jo)!.Facts);

    [Fact]
    public void Whoever_may_not_see_the_contact_is_told_nothing_of_it() =>
        Assert.DoesNotContain("people.vcf", string.Join(' ', Brief(Facts(owner: "ana"), Some.Tim)?.Facts ?? []), StringComparison.Ordinal);

    [Fact]
    public void Somebody_only_a_directory_knows_is_nobody()
    {
        var policy = Some.Policy with { Directory = new PeopleDirectory([Card]) };

        Assert.Null(Brief(Some.Facts([], [], policy) with { FindOwner = _ => null }, Some.Ana));
    }

    private static DigestFacts Facts(string owner)
    {
        var policy = Some.Policy with { Directory = new PeopleDirectory([Card]) };
        return Some.Facts([], [Some.Mail("1", Jo.Value)], policy) with { FindOwner = _ => owner };
    }

    private static Brief? Brief(DigestFacts facts, Person reader) =>
        new AnswerComposer(facts)
            .Compose(reader, new MailAnswer([], [new Question(QuestionKind.Who, Jo)]))
            .Sections.OfType<BriefSection>()
            .SelectMany(section => section.People)
            .SingleOrDefault();
}
